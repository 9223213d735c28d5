"""The calendar as tables: each coach's own, and figures by team, municipality and week."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.contacts.calendar import Calendar
from optimiser.allocation.contacts.due import RHYTHM
from optimiser.allocation.contacts.weeks import DAYS
from optimiser.allocation.facts import sorted_by
from optimiser.domain.contacts import KINDS
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.arrays import Bools
from optimiser.quality.suppress import next_smallest_too, parts_held_back

LEAST_COACHES = 2
"""Fewest coaches of a team that is shown: lateness is told of teams, never of a coach."""
HOUR = 60.0


@dataclass(frozen=True)
class Contacts:
    """A calendar as tables.

    Attributes
    ----------
    calendar : Calendar
    meetings : polars.DataFrame
        Columns of `CALENDAR`, sorted by coach, week (what does not fit last), client.
    teams, municipalities, weeks : polars.DataFrame
        Columns of `TEAMS`, `MUNICIPALITIES_DONE`, `TEAM_WEEKS`; what is held back is empty.
    """

    calendar: Calendar
    meetings: pl.DataFrame
    teams: pl.DataFrame
    municipalities: pl.DataFrame
    weeks: pl.DataFrame


def contacts_of(snapshot: Snapshot, calendar: Calendar) -> Contacts:
    """Return a calendar as tables.

    Parameters
    ----------
    snapshot : Snapshot
        The one the calendar was made of.
    calendar : Calendar
    """
    rows = meeting_rows(snapshot, calendar)
    coaches = sorted_by(snapshot.coaches, "coach_id").select("coach_id", "unit_id")
    rows = rows.join(coaches, on="coach_id", how="left", maintain_order="left")
    teams = _teams(snapshot, rows, calendar)
    shown = teams.drop_nulls("due")["unit_id"]
    return Contacts(
        calendar=calendar,
        meetings=rows.drop("unit_id", "municipality", "contact").sort(
            "coach_id", "week", "client_id", "due", nulls_last=True
        ),
        teams=teams,
        municipalities=_municipalities(snapshot, rows),
        weeks=_weeks(rows, calendar, coaches["unit_id"], shown),
    )


def meeting_rows(snapshot: Snapshot, calendar: Calendar) -> pl.DataFrame:
    """Return one row a meeting with the columns of `CALENDAR`, municipality, and whether it is a contact.

    A contact is a first interview or one of the campaign, also on a day agreed.
    """
    meetings, fits = calendar.meetings, calendar.fits
    clients = sorted_by(snapshot.clients, "client_id")
    kind = np.where(meetings.fixed, len(KINDS) - 1, meetings.purpose)
    monday = calendar.weeks.monday + DAYS * calendar.week
    there = pl.Series(fits)
    return pl.DataFrame(
        {
            "coach_id": pl.Series(calendar.coach_ids, dtype=pl.String).gather(calendar.coach),
            "week": pl.Series(calendar.week + 1).cast(pl.Int32),
            "monday": _dates(monday),
            "client_id": clients["client_id"].gather(meetings.client),
            "kind": pl.Series(KINDS).gather(kind),
            "channel": clients["channel"].cast(pl.String).gather(meetings.client),
            "minutes": pl.Series(calendar.minutes),
            "due": _dates(meetings.due),
            "late_days": pl.Series(calendar.late_days).cast(pl.Int32),
            "municipality": clients["municipality"].cast(pl.String).gather(meetings.client),
            "contact": pl.Series(meetings.purpose != RHYTHM),
        }
    ).with_columns(pl.when(there).then(pl.col("week", "monday")))


def _dates(days: Ints) -> pl.Series:
    return pl.Series(days).cast(pl.Int32).cast(pl.Date)


def figures() -> list[pl.Expr]:
    """Return the figures of a set of meetings: due, on_time, late, not_fitting, latest_days."""
    fits, late = pl.col("week").is_not_null(), pl.col("late_days") > 0
    return [
        pl.len().cast(pl.Int32).alias("due"),
        (fits & ~late).sum().cast(pl.Int32).alias("on_time"),
        (fits & late).sum().cast(pl.Int32).alias("late"),
        (~fits).sum().cast(pl.Int32).alias("not_fitting"),
        pl.col("late_days").max().fill_null(0).alias("latest_days"),
    ]


def _teams(snapshot: Snapshot, rows: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Figures by team, those of one coach and one more held back."""
    coaches = sorted_by(snapshot.coaches, "coach_id").select("unit_id")
    extra = coaches.with_columns(extra_hours=pl.Series(calendar.extra.sum(axis=1) / HOUR))
    sizes = extra.group_by("unit_id").agg(
        pl.len().cast(pl.Int32).alias("coaches"), pl.col("extra_hours").sum().round(1)
    )
    counted = rows.group_by("unit_id").agg(figures())
    numbers = [e.meta.output_name() for e in figures()]
    teams = (
        sizes.join(counted, on="unit_id", how="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .join(snapshot.units.select("unit_id", "name"), on="unit_id", how="left")
    )
    shown = _held_back(teams, "coaches", LEAST_COACHES, "unit_id", [*numbers, "extra_hours"])
    return shown.select("unit_id", "name", "coaches", *numbers, "extra_hours").sort("unit_id")


def _municipalities(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """Figures by home municipality, those that tell of few clients or meetings and one more held back."""
    contact = pl.col("contact")
    open_ = (contact & pl.col("week").is_null()).any()
    last = pl.col("monday").filter(contact).max() + pl.duration(days=DAYS - 1)
    counted = rows.group_by("municipality").agg(
        pl.col("client_id").n_unique().cast(pl.Int32).alias("clients"),
        *figures(),
        contact.sum().cast(pl.Int32).alias("contacts_due"),
        pl.when(~open_).then(last).alias("done_by"),
    )
    numbers = counted.columns[1:]
    shown = _without_few(snapshot, counted.sort("municipality"))
    names = snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name")
    return (
        shown.join(names, on="municipality", how="left")
        .select("municipality", "name", *numbers)
        .sort("municipality")
    )


def _without_few(snapshot: Snapshot, counted: pl.DataFrame) -> pl.DataFrame:
    """Empty what 1 to 4 clients or meetings are behind or missing from, with the next smallest beside it."""
    homes = snapshot.clients.group_by(pl.col("municipality").cast(pl.String)).agg(all_clients=pl.len())
    known = counted.join(homes, on="municipality", how="left", maintain_order="left").with_columns(
        without=pl.col("all_clients").cast(pl.Int64) - pl.col("clients"),
        others=pl.col("due") - pl.col("contacts_due"),
    )
    sizes = counted["clients"].cast(pl.Int64).to_numpy()

    def held(*names: str, beside: Bools | None = None) -> Bools:
        counts = known.select(pl.col(names).cast(pl.Int64)).to_numpy()
        return parts_held_back(counts, sizes, beside)

    few = held("clients", "due")
    outcome = held("on_time", "late", "not_fitting", beside=few)
    contact = held("contacts_due", "others", beside=few)
    where = {"clients": held("clients", "without", beside=few), "due": few}
    where |= dict.fromkeys(("on_time", "late", "not_fitting", "latest_days"), outcome)
    where |= dict.fromkeys(("contacts_due", "done_by"), contact)
    masks = {name: pl.Series(mask, dtype=pl.Boolean) for name, mask in where.items()}
    return counted.with_columns(pl.when(~mask).then(pl.col(name)).alias(name) for name, mask in masks.items())


def _held_back(frame: pl.DataFrame, size: str, least: int, key: str, figures: list[str]) -> pl.DataFrame:
    """Empty the figures of small rows, and of the next smallest so that no subtraction gives one back."""
    hidden = next_smallest_too(frame, size, key, least)
    return frame.with_columns(pl.when(~hidden).then(pl.col(name)).alias(name) for name in figures)


def _weeks(rows: pl.DataFrame, calendar: Calendar, unit: pl.Series, shown: pl.Series) -> pl.DataFrame:
    """Meetings, hours and missing hours by week, of the region and of each team shown."""
    units = shown.to_list()
    place = {name: i for i, name in enumerate(units)}
    row = np.array([place.get(name, -1) for name in unit], dtype=np.int64)
    span = calendar.weeks
    held = rows.drop_nulls("week").with_columns(late=pl.col("late_days") > 0)
    sums = (
        pl.len().cast(pl.Int32).alias("meetings"),
        (pl.col("minutes").sum() / HOUR).alias("hours"),
        pl.col("late").sum().cast(pl.Int32),
    )
    named: list[str | None] = [None, *units]
    extra = _extra_by_unit(calendar.extra, row, len(units))
    frame = pl.DataFrame(
        {
            "unit_id": pl.Series(np.repeat(np.arange(len(named)), span.count)).replace_strict(
                dict(enumerate(named)), return_dtype=pl.String
            ),
            "week": pl.Series(np.tile(np.arange(1, span.count + 1), len(named))).cast(pl.Int32),
            "monday": pl.Series(span.mondays() * len(named), dtype=pl.Date),
            "extra_hours": pl.Series((extra / HOUR).reshape(-1)),
        }
    )
    whole = held.group_by("week").agg(sums).with_columns(unit_id=pl.lit(None, dtype=pl.String))
    by_unit = held.group_by("unit_id", "week").agg(sums)
    counts = pl.concat([whole.select(by_unit.columns), by_unit])
    joined = frame.join(counts, on=["unit_id", "week"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(
        pl.col("meetings", "late").fill_null(0),
        pl.col("hours").fill_null(0.0).round(1),
        pl.col("extra_hours").round(1),
    ).select("unit_id", "week", "monday", "meetings", "hours", "late", "extra_hours")


def _extra_by_unit(extra: Floats, row: Ints, units: int) -> Floats:
    """Extra minutes of the region, then of each unit, by week; shape (units + 1, W)."""
    sums = np.zeros((units + 1, extra.shape[1]))
    sums[0] = extra.sum(axis=0)
    known = row >= 0
    np.add.at(sums, row[known] + 1, extra[known])
    return sums
