"""The list of handovers in words: who, when, to whom, why, and when they meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta

import polars as pl

from optimiser.allocation.handovers.dates import AGE_GROUP_ENDS, COACH_ENDS, INTEGRATION_ENDS
from optimiser.allocation.worded import day, figure, filled
from optimiser.domain.handovers import HANDOVERS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, mark

EXTRA = {"own_language": pl.Boolean(), "demand_minutes": pl.Float64()}
"""Columns beside those of the table that the counts need."""


def schema() -> dict[str, pl.DataType]:
    """Types of the rows."""
    return {c.name: c.dtype for c in HANDOVERS.columns} | EXTRA


def handover_rows(
    snapshot: Snapshot,
    policy: Policy,
    received: Sequence[tuple[Date, pl.DataFrame]],
    first_coach: pl.Series,
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return the handovers of all batches as rows of `HANDOVERS`, none of them confirmed.

    Parameters
    ----------
    received : sequence of (day, rows)
        As `Received.rows` has them.
    first_coach : polars.Series
        Ids of clients who have no coach yet.
    texts : Texts
        Language of the reasons.
    """
    frames = [rows for _, rows in received]
    if not frames:
        return pl.DataFrame(schema=schema())
    pins = snapshot.pins.select("client_id", pin_until="until", pinned=pl.lit(True))
    rows = pl.concat(frames).join(pins, on="client_id", how="left", maintain_order="left")
    meeting = _meeting_by(snapshot.date, policy.handovers.joint_meeting_days)
    served = pl.col("to_coach_id").is_not_null()
    rows = rows.with_columns(
        handover_id=pl.col("client_id") + "-" + pl.col("on").dt.to_string("%Y-%m-%d"),
        joint_meeting_by=pl.when(served).then(meeting),
        status=pl.when(served).then(pl.lit("proposed")).otherwise(pl.lit("nobody")),
        reason=_reason(first_coach, texts),
        new_date=pl.lit(None, dtype=pl.Date),
        confirmed_by=pl.lit(None, dtype=pl.String),
        confirmed_at=pl.lit(None, dtype=pl.Date),
    )
    types = schema()
    return rows.select(pl.col(name).cast(kind) for name, kind in types.items()).sort("client_id", "on")


def _meeting_by(today: Date, days: int) -> pl.Expr:
    """A working day at least so many days before, but not before today."""
    wanted = pl.col("on").dt.offset_by(f"-{days}d")
    over = (wanted.dt.weekday().cast(pl.Int32) - 5).clip(0, 2)
    return pl.max_horizontal(wanted - pl.duration(days=over), pl.lit(today))


def _reason(first_coach: pl.Series, texts: Texts) -> pl.Expr:
    """One sentence on why the client leaves, one on who receives."""
    _ = texts.gettext
    eve = day(texts, pl.col("on") - timedelta(days=1))
    why = (
        pl.when(pl.col("why") == INTEGRATION_ENDS)
        .then(filled(_("The integration period ends on {day}."), day=eve))
        .when(pl.col("why") == COACH_ENDS)
        .then(filled(_("{from_coach_id} has the last working day on {day}."), day=eve))
        .when(pl.col("why") == AGE_GROUP_ENDS)
        .then(filled(_("The client grows out of the age group that {from_coach_id} serves.")))
        .otherwise(pl.lit(_("The household goes together.")))
    )
    new = pl.when(pl.col("client_id").is_in(first_coach.implode())).then(
        filled(_("There is no coach yet; {from_coach_id} is proposed today."))
    )
    holds = pl.col("pin_until").is_null() | (pl.col("pin_until") >= pl.col("on"))
    pin = pl.when(pl.col("pinned") & holds & ~pl.col("agreed")).then(
        pl.lit(_("A pin that would hold longer is set aside from that day: end it."))
    )
    return pl.concat_str([why, _to_whom(texts), new, pin], separator=" ", ignore_nulls=True)


def _to_whom(texts: Texts) -> pl.Expr:
    """Who receives, how full the coach is then, and how client and coach come together."""
    here, shares, kept = (pl.col(name) for name in ("at_home", "own_language", "agreed"))
    known = pl.col("full").is_finite().fill_null(False)
    figures = {
        "full": figure(texts, 100 * pl.col("full").fill_nan(None)),
        "minutes": figure(texts, pl.col("road_minutes")),
    }
    sentence = pl.coalesce(
        pl.when((kept == agreed) & (known == full) & (here == at_home) & (shares == language)).then(
            filled(texts.gettext(template), **figures)
        )
        for (agreed, full, at_home, language), template in TO_WHOM.items()
    )
    return pl.when(pl.col("to_coach_id").is_null()).then("plan_reason").otherwise(sentence)


TO_WHOM = {
    (False, True, True, True): mark(
        "To {to_coach_id} ({full} % full then): the office is in the home municipality, they share a language."
    ),
    (False, True, True, False): mark(
        "To {to_coach_id} ({full} % full then): the office is in the home municipality, an interpreter is needed."
    ),
    (False, True, False, True): mark(
        "To {to_coach_id} ({full} % full then): the office is {minutes} minutes away, they share a language."
    ),
    (False, True, False, False): mark(
        "To {to_coach_id} ({full} % full then): the office is {minutes} minutes away, an interpreter is needed."
    ),
    (True, True, True, True): mark(
        "To {to_coach_id} as confirmed ({full} % full then): the office is in the home municipality, they share a "
        "language."
    ),
    (True, True, True, False): mark(
        "To {to_coach_id} as confirmed ({full} % full then): the office is in the home municipality, an interpreter "
        "is needed."
    ),
    (True, True, False, True): mark(
        "To {to_coach_id} as confirmed ({full} % full then): the office is {minutes} minutes away, they share a "
        "language."
    ),
    (True, True, False, False): mark(
        "To {to_coach_id} as confirmed ({full} % full then): the office is {minutes} minutes away, an interpreter "
        "is needed."
    ),
    (False, False, True, True): mark(
        "To {to_coach_id}: the office is in the home municipality, they share a language."
    ),
    (False, False, True, False): mark(
        "To {to_coach_id}: the office is in the home municipality, an interpreter is needed."
    ),
    (False, False, False, True): mark(
        "To {to_coach_id}: the office is {minutes} minutes away, they share a language."
    ),
    (False, False, False, False): mark(
        "To {to_coach_id}: the office is {minutes} minutes away, an interpreter is needed."
    ),
    (True, False, True, True): mark(
        "To {to_coach_id} as confirmed: the office is in the home municipality, they share a language."
    ),
    (True, False, True, False): mark(
        "To {to_coach_id} as confirmed: the office is in the home municipality, an interpreter is needed."
    ),
    (True, False, False, True): mark(
        "To {to_coach_id} as confirmed: the office is {minutes} minutes away, they share a language."
    ),
    (True, False, False, False): mark(
        "To {to_coach_id} as confirmed: the office is {minutes} minutes away, an interpreter is needed."
    ),
}
"""Sentences by whether the coach was confirmed, has a known fullness, is in the municipality, shares a language."""
