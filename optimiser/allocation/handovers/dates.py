"""When a present coach can no longer serve: dates known in advance, and the batches solved together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

import polars as pl

from optimiser.domain.handovers import WHY
from optimiser.domain.policy import Policy
from optimiser.domain.schema import AGE_GROUPS
from optimiser.domain.snapshot import Snapshot

INTEGRATION_ENDS, COACH_ENDS, AGE_GROUP_ENDS, HOUSEHOLD = WHY
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Batch:
    """Changes of one calendar month that are solved together.

    Attributes
    ----------
    first, day : datetime.date
        Day of the earliest change, and of the latest: the day the plan is made for.
    changes : polars.DataFrame
        client_id, on, why.
    """

    first: Date
    day: Date
    changes: pl.DataFrame


def months_later(day: Date, months: int) -> Date:
    """Return the same day some months later (the last of the month where there is no such day)."""
    later: Date = pl.Series([day]).dt.offset_by(f"{months}mo")[0]
    return later


def known_changes(snapshot: Snapshot, policy: Policy) -> pl.DataFrame:
    """Return the next day on which each client's present coach can no longer serve, as far as it is known.

    Integration periods that end, coaches who end, and clients who grow out of their coach's age
    group; each only where its rule is on.

    Returns
    -------
    polars.DataFrame
        client_id, on (after the snapshot's date), why; sorted by client_id. Clients without such a
        day are not in it.
    """
    rules = policy.rules
    units = snapshot.units.select("unit_id", unit_integrates="integration")
    coaches = snapshot.coaches.join(units, on="unit_id", how="left").select(
        "coach_id", "end", "unit_integrates", ages=pl.col("age_groups").cast(pl.String)
    )
    frame = snapshot.clients.select("client_id", "coach_id", "birth_year", "integration_until").join(
        coaches, on="coach_id"
    )
    days = {
        INTEGRATION_ENDS: _day_after("integration_until", rules.integration_unit.on, "unit_integrates"),
        COACH_ENDS: _day_after("end", rules.presence.on),
        AGE_GROUP_ENDS: _outgrown(policy, snapshot.date),
    }
    frame = frame.with_columns(
        pl.when(day > snapshot.date).then(day).alias(name) for name, day in days.items()
    )
    on = pl.min_horizontal(*days)
    why = pl.coalesce(pl.when(pl.col(name) == on).then(pl.lit(name)) for name in days)
    return frame.select("client_id", on=on, why=why).filter(pl.col("on").is_not_null()).sort("client_id")


def _day_after(column: str, asked: bool, where: str = "") -> pl.Expr:
    applies = pl.lit(asked) & (pl.col(where) if where else True)
    return pl.when(applies).then(pl.col(column).dt.offset_by("1d"))


def _outgrown(policy: Policy, day: Date) -> pl.Expr:
    """First of January after a day on which the client is of an age group that the coach does not serve."""
    rule = policy.rules.age_group
    last_ages = (rule.youth_until, rule.adult_until)
    parts = pl.col("ages").str.split(" ")
    turns = []
    for last_age, then in zip(last_ages, AGE_GROUPS[1:], strict=True):
        year = pl.col("birth_year") + last_age + 1
        bars = pl.lit(rule.on) & pl.col("ages").is_not_null() & ~parts.list.contains(then)
        turns.append(pl.when(bars & (year > day.year)).then(pl.date(year, 1, 1)))
    return pl.min_horizontal(turns)


def next_batch(changes: pl.DataFrame, starts: pl.Series, until: Date) -> Batch | None:
    """Return the changes of the earliest month that are solved together; None where none is left.

    A month is cut where a coach starts in it: whoever changes before cannot be received by that coach.

    Parameters
    ----------
    changes : polars.DataFrame
        As `known_changes` gives them.
    starts : polars.Series
        First working days of coaches.
    until : datetime.date
        Last day looked at.
    """
    due = changes.filter(pl.col("on") <= until)
    if due.is_empty():
        return None
    first: Date = due["on"].sort()[0]
    stop = months_later(first.replace(day=1), 1)
    cuts = starts.drop_nulls().sort().to_list()
    stop = next((start for start in cuts if first < start < stop), stop)
    chosen = due.filter(pl.col("on") < stop)
    return Batch(first, chosen["on"].sort()[-1], chosen)
