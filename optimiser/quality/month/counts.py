"""What adds up: counts and minutes by date and municipality, nothing held back yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date

import polars as pl

from optimiser.quality.arrays import summed
from optimiser.quality.month.levels import Level

LEVEL_SUMS = (
    "clients",
    "demand_minutes",
    "load_minutes",
    "capacity_minutes",
    "interpreter_clients",
    "interpreter_minutes",
)
FLOWS = ("inflow", "outflow")
FIRST = ("first_on_time", "first_late", "first_not_held")
CONTINUITY = ("kept", "handovers")
PERIOD_SUMS = (*FLOWS, "returned", *FIRST, *CONTINUITY, "involuntary")
COUNTED = ("clients", "interpreter_clients", *PERIOD_SUMS)
"""Sums that are counts of clients."""
MINUTES = tuple(name for name in LEVEL_SUMS if name not in COUNTED)
"""The other sums."""


def places_of(levels: Sequence[Level]) -> pl.DataFrame:
    """Return municipality, name and area, sorted by municipality; the latest snapshot that has one decides."""
    every = pl.concat([level.places for level in reversed(levels)])
    return every.unique("municipality", keep="first", maintain_order=True).sort("municipality")


def sums_by_municipality(levels: Sequence[Level]) -> pl.DataFrame:
    """Return counts and minutes by date and municipality.

    Parameters
    ----------
    levels : sequence of Level
        By date.

    Returns
    -------
    polars.DataFrame
        since, until, municipality, `LEVEL_SUMS`, `PERIOD_SUMS`; every date with every municipality, in
        this order. What cannot be known is null: all of a period at the first date, returns where no
        departures are kept, and changes not asked for where nobody has any.
    """
    places = places_of(levels).select("municipality")
    before: list[Level | None] = [None, *levels[:-1]]
    return pl.concat([_date(old, new, places) for old, new in zip(before, levels, strict=True)])


def _date(old: Level | None, new: Level, places: pl.DataFrame) -> pl.DataFrame:
    parts = [_levels(new), _posts(new)]
    unknown: tuple[str, ...] = PERIOD_SUMS
    if old is not None:
        parts += [_arrivals(old, new), _left(old, new), _first_meetings(old, new), _stayed(old, new)]
        unknown = _unknown(old, new)
    frame = places
    for part in parts:
        frame = frame.join(part, on="municipality", how="left", maintain_order="left")
    whole = [
        (pl.lit(None) if name in unknown else pl.col(name).fill_null(0)).cast(pl.Int64).alias(name)
        for name in COUNTED
    ]
    minutes = [pl.col(name).fill_null(0.0) for name in MINUTES]
    since = pl.lit(None if old is None else old.date, dtype=pl.Date)
    dated = frame.with_columns(*whole, *minutes, since.alias("since"), pl.lit(new.date).alias("until"))
    return dated.select("since", "until", "municipality", *LEVEL_SUMS, *PERIOD_SUMS)


def _unknown(old: Level, new: Level) -> tuple[str, ...]:
    """Counts of a period that the tables do not tell."""
    no_departures = old.departures.is_empty() and new.departures.is_empty()
    no_changes = not (new.clients["involuntary_changes"] > 0).any()
    return (*(("returned",) if no_departures else ()), *(("involuntary",) if no_changes else ()))


def _levels(new: Level) -> pl.DataFrame:
    minutes = summed(new.clients, ["municipality"], ["demand_minutes", "load_minutes", "interpreter_minutes"])
    counts = new.clients.group_by("municipality", maintain_order=True).agg(
        pl.len().alias("clients"),
        (pl.col("interpreter_minutes") > 0).sum().alias("interpreter_clients"),
    )
    return counts.join(minutes, on="municipality", how="left", maintain_order="left")


def _posts(new: Level) -> pl.DataFrame:
    return summed(new.posts, ["municipality"], ["capacity_minutes"])


def _arrivals(old: Level, new: Level) -> pl.DataFrame:
    """Clients who were not there, and those of them who had left earlier."""
    fresh = new.clients.join(old.clients, on="client_id", how="anti")
    gone = pl.concat([level.departures.filter(pl.col("date") <= new.date) for level in (old, new)])
    known = pl.col("client_id").is_in(gone["client_id"].unique().implode())
    return fresh.group_by("municipality", maintain_order=True).agg(
        pl.len().alias("inflow"), known.sum().alias("returned")
    )


def left_clients(old: Level, new: Level) -> pl.DataFrame:
    """Return municipality (until then) and reason of the clients who left between two snapshots."""
    gone = old.clients.join(new.clients, on="client_id", how="anti").select("client_id", "municipality")
    told = new.departures.filter(pl.col("date").is_between(old.date, new.date)).sort("client_id", "date")
    reasons = told.unique("client_id", keep="last", maintain_order=True).select("client_id", "reason")
    known = gone.join(reasons, on="client_id", how="left")
    return known.select("municipality", pl.col("reason").fill_null("not_known"))


def _left(old: Level, new: Level) -> pl.DataFrame:
    return left_clients(old, new).group_by("municipality", maintain_order=True).agg(pl.len().alias("outflow"))


def _first_meetings(old: Level, new: Level) -> pl.DataFrame:
    """First meetings whose last day fell into the period, of the clients at its end."""
    due = new.clients.filter((pl.col("first_due") > old.date) & (pl.col("first_due") <= new.date))
    held = pl.col("first_meeting") <= _day(new.date)
    on_time = pl.col("first_meeting") <= pl.col("first_due")
    return due.group_by("municipality", maintain_order=True).agg(
        on_time.fill_null(False).sum().alias("first_on_time"),
        (held & ~on_time).fill_null(False).sum().alias("first_late"),
        (~held).fill_null(True).sum().alias("first_not_held"),
    )


def _day(day: Date) -> pl.Expr:
    return pl.lit(day, dtype=pl.Date)


def _stayed(old: Level, new: Level) -> pl.DataFrame:
    """Who had a coach on both days: the same, or another; by the municipality at the end."""
    had = old.clients.filter(pl.col("coach_id").is_not_null()).select(
        "client_id",
        was=pl.col("coach_id"),
        more=pl.col("involuntary_changes"),
    )
    both = new.clients.join(had, on="client_id", how="inner")
    other = (pl.col("coach_id") != pl.col("was")).fill_null(False)
    risen = pl.col("involuntary_changes") > pl.col("more")
    return both.group_by("municipality", maintain_order=True).agg(
        (pl.col("coach_id") == pl.col("was")).fill_null(False).sum().alias("kept"),
        other.sum().alias("handovers"),
        (other & risen).sum().alias("involuntary"),
    )
