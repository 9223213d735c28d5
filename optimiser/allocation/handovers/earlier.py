"""An earlier list beside a new one: what was confirmed stays, what the facts overtook is withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from optimiser.allocation.handovers.rows import schema
from optimiser.allocation.worded import day, filled
from optimiser.domain.handovers import HANDOVERS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, mark

GONE = mark("No longer a client.")
NO_COACH = mark("The coach is no longer there.")
KEY = ["client_id", "on"]


def nothing_earlier() -> pl.DataFrame:
    """Return an earlier list without rows."""
    return pl.DataFrame(schema={c.name: c.dtype for c in HANDOVERS.columns})


@dataclass(frozen=True)
class Earlier:
    """An earlier list, sorted out.

    Attributes
    ----------
    rows : polars.DataFrame
        Its handovers that are still to be done, with `sure` (confirmed), `known` (still a client),
        `coach_there` (the receiving coach is still in the facts), `present` (coach now).
    carried_out : int
        Handovers whose date has passed and whose client is with the new coach.
    """

    rows: pl.DataFrame
    carried_out: int

    @classmethod
    def of(cls, listed: pl.DataFrame, snapshot: Snapshot) -> Earlier:
        """Sort out a list beside the facts."""
        status = pl.col("status").cast(pl.String).fill_null("proposed")
        signed = pl.col("confirmed_by").is_not_null() & pl.col("confirmed_at").is_not_null()
        rows = (
            listed.filter(status.is_in(["proposed", "confirmed", "nobody"]))
            .select(c.name for c in HANDOVERS.columns)
            .join(
                snapshot.clients.select("client_id", present="coach_id", known=pl.lit(True)),
                on="client_id",
                how="left",
            )
            .with_columns(
                pl.col("known").fill_null(False),
                coach_there=pl.col("to_coach_id").is_in(snapshot.coaches["coach_id"].implode()),
                sure=((status == "confirmed") | signed) & pl.col("to_coach_id").is_not_null(),
            )
        )
        done = (
            (pl.col("on") <= snapshot.date) & pl.col("known") & (pl.col("present") == pl.col("to_coach_id"))
        ).fill_null(False)
        return cls(rows.filter(~done).sort(KEY), rows.filter(done).height)


def agreed_for(earlier: Earlier, changes: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """Return client_id, coach_id that were confirmed for some changes.

    A confirmed handover whose date changed keeps its coach: client and coach may have met already.

    Parameters
    ----------
    changes : polars.DataFrame
        client_id, on of the batch.
    first : polars.DataFrame
        client_id, on of every client's first change from now.
    """
    sure = earlier.rows.filter(pl.col("sure") & pl.col("coach_there"))
    wanted = sure.select("client_id", "on", coach_id="to_coach_id")
    exact = changes.select(KEY).join(wanted, on=KEY)
    other = (
        changes.select(KEY)
        .join(first.select(KEY), on=KEY, how="semi")
        .join(exact, on="client_id", how="anti")
        .join(wanted.unique("client_id", keep="first", maintain_order=True).drop("on"), on="client_id")
    )
    return pl.concat([exact.select("client_id", "coach_id"), other.select("client_id", "coach_id")])


def reconciled(
    earlier: Earlier,
    rows: pl.DataFrame,
    first: pl.DataFrame,
    snapshot: Snapshot,
    until: Date,
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return the new list with what was confirmed, and below it what no longer holds.

    Parameters
    ----------
    rows : polars.DataFrame
        The new handovers.
    first : polars.DataFrame
        client_id, on of every client's first change from now, however late.
    texts : Texts
        Language of what is said of the old rows.
    """
    planned = _confirmed(earlier, rows, texts)
    left = earlier.rows.join(rows.select(KEY), on=KEY, how="anti").join(
        first.select("client_id", due="on"), on="client_id", how="left"
    )
    # Later than this list looks, and nothing has changed: the row stands as it is.
    stands = (pl.col("on") > until) & (pl.col("due") == pl.col("on")).fill_null(False)
    standing = left.filter(stands & (pl.col("coach_there") | pl.col("to_coach_id").is_null()))
    overtaken = left.join(standing.select(KEY), on=KEY, how="anti")
    parts = [planned, standing, _overtaken(overtaken, snapshot.date, texts)]
    return pl.concat([_shaped(part) for part in parts]).sort(KEY)


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the columns of the list; empty where they have none of a name."""
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None).alias(name)).cast(kind)
        for name, kind in schema().items()
    )


def _confirmed(earlier: Earlier, rows: pl.DataFrame, texts: Texts) -> pl.DataFrame:
    """The new rows, confirmed where the same coach was; to be confirmed anew where it cannot be."""
    was = earlier.rows.filter("sure").select(
        *KEY, "coach_there", old_to="to_coach_id", old_by="confirmed_by", old_at="confirmed_at"
    )
    joined = rows.with_columns(pl.col("status").cast(pl.String)).join(was, on=KEY, how="left")
    same = (pl.col("old_to") == pl.col("to_coach_id")).fill_null(False)
    other = pl.col("old_to").is_not_null() & ~same & pl.col("to_coach_id").is_not_null()
    _ = texts.gettext
    told = (
        pl.when("coach_there")
        .then(
            filled(
                _("Was confirmed with {coach}, who may not serve the client then: confirm anew. {reason}"),
                coach=pl.col("old_to"),
            )
        )
        .otherwise(
            filled(
                _("Was confirmed with {coach}, who is no coach any more: confirm anew. {reason}"),
                coach=pl.col("old_to"),
            )
        )
    )
    return joined.with_columns(
        status=pl.when(same)
        .then(pl.lit("confirmed"))
        .when(other)
        .then(pl.lit("confirm_anew"))
        .otherwise("status"),
        reason=pl.when(pl.col("old_to").is_not_null() & ~same).then(told).otherwise("reason"),
        confirmed_by=pl.when(same).then("old_by"),
        confirmed_at=pl.when(same).then("old_at"),
    )


def _overtaken(left: pl.DataFrame, today: Date, texts: Texts) -> pl.DataFrame:
    """Old rows that no longer hold: withdrawn, or to be confirmed anew."""
    passed = pl.col("on") <= today
    moved = pl.col("due").is_not_null()
    anew = pl.col("sure") & pl.col("known") & pl.col("coach_there")
    told = _told(texts)
    return left.with_columns(
        status=pl.when(anew).then(pl.lit("confirm_anew")).otherwise(pl.lit("withdrawn")),
        new_date=pl.when("known").then("due"),
        reason=pl.when(~pl.col("known"))
        .then(pl.lit(texts.gettext(GONE)))
        .when(passed)
        .then(told["passed"])
        .when(pl.col("sure") & ~pl.col("coach_there"))
        .then(pl.lit(texts.gettext(NO_COACH)))
        .when(moved)
        .then(told["moved"])
        .otherwise(told["gone"]),
    )


def _told(texts: Texts) -> dict[str, pl.Expr]:
    """What is said of a row whose date has passed, whose date has changed, and that is due no more."""
    _ = texts.gettext
    days = {"old": day(texts, pl.col("on")), "new": day(texts, pl.col("due"))}
    sure, not_sure = (
        {
            "with": _(
                "The date has passed and the client is still with {present}: carry it out, or confirm anew."
            ),
            "nobody": _(
                "The date has passed and the client is still with nobody: carry it out, or confirm anew."
            ),
            "moved": _("Confirmed, but the date changed from {old} to {new}: confirm anew."),
            "gone": _("Confirmed for {old}, but no change of coach is due any more: confirm or withdraw."),
        },
        {
            "with": _("The date has passed and the client is still with {present}: see the plan of today."),
            "nobody": _("The date has passed and the client is still with nobody: see the plan of today."),
            "moved": _("Withdrawn: the date changed from {old} to {new}."),
            "gone": _("Withdrawn: no change of coach is due on {old} any more."),
        },
    )
    found = {
        name: pl.when("sure").then(filled(sure[name], **days)).otherwise(filled(not_sure[name], **days))
        for name in sure
    }
    nobody = pl.col("present").is_null()
    return found | {"passed": pl.when(nobody).then(found["nobody"]).otherwise(found["with"])}
