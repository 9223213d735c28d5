"""The list of handovers in words: who, when, to whom, why, and when they meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta

import polars as pl

from optimiser.allocation.handovers.dates import AGE_GROUP_ENDS, COACH_ENDS, INTEGRATION_ENDS
from optimiser.domain.handovers import HANDOVERS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot

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
) -> pl.DataFrame:
    """Return the handovers of all batches as rows of `HANDOVERS`, none of them confirmed.

    Parameters
    ----------
    received : sequence of (day, rows)
        As `Received.rows` has them.
    first_coach : polars.Series
        Ids of clients who have no coach yet.
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
        reason=_reason(first_coach),
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


def _reason(first_coach: pl.Series) -> pl.Expr:
    """One sentence on why the client leaves, one on who receives."""
    eve = (pl.col("on") - timedelta(days=1)).dt.to_string("%Y-%m-%d")
    why = (
        pl.when(pl.col("why") == INTEGRATION_ENDS)
        .then(pl.format("The integration period ends on {}.", eve))
        .when(pl.col("why") == COACH_ENDS)
        .then(pl.format("{} has the last working day on {}.", "from_coach_id", eve))
        .when(pl.col("why") == AGE_GROUP_ENDS)
        .then(pl.format("The client grows out of the age group that {} serves.", "from_coach_id"))
        .otherwise(pl.lit("The household goes together."))
    )
    new = pl.when(pl.col("client_id").is_in(first_coach.implode())).then(
        pl.format(" There is no coach yet; {} is proposed today.", "from_coach_id")
    )
    holds = pl.col("pin_until").is_null() | (pl.col("pin_until") >= pl.col("on"))
    pin = pl.when(pl.col("pinned") & holds & ~pl.col("agreed")).then(
        pl.lit(" A pin that would hold longer is set aside from that day: end it.")
    )
    return pl.concat_str([why, pl.lit(" "), _to_whom(), new.fill_null(""), pin.fill_null("")])


def _to_whom() -> pl.Expr:
    office = (
        pl.when("at_home")
        .then(pl.lit("the office is in the home municipality"))
        .otherwise(pl.format("the office is {} minutes away", pl.col("road_minutes").round(0).cast(pl.Int64)))
    )
    language = (
        pl.when("own_language")
        .then(pl.lit("they share a language"))
        .otherwise(pl.lit("an interpreter is needed"))
    )
    full = pl.when(pl.col("full").is_finite()).then(
        pl.format(" ({} % full then)", (100 * pl.col("full").fill_nan(None)).round(0).cast(pl.Int64))
    )
    kept = pl.when("agreed").then(pl.lit(" as confirmed"))
    sentence = pl.format(
        "To {}{}{}: {}, {}.", "to_coach_id", kept.fill_null(""), full.fill_null(""), office, language
    )
    return pl.when(pl.col("to_coach_id").is_null()).then("plan_reason").otherwise(sentence)
