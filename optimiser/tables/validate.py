"""What must hold inside a table and between tables beside the references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import said, several
from optimiser.tables.faults import Fault, fault

ORDERED = (
    ("coaches", "start", "end", said("the end is before the start")),
    ("absences", "first_day", "last_day", said("the last day is before the first")),
    ("clients", "first_meeting", "last_meeting", said("the latest meeting is before the first")),
)
"""Pairs of dates in one row that must not be the wrong way round."""
NOT_AFTER = ("registered_on", "coach_since")
"""Dates of clients that may not lie after the snapshot's date."""
PAST = ("coach_since", "first_meeting", "last_meeting")
"""Dates of clients that tell of what has been; after a date that was only assumed they are no fault."""
TWICE = {
    "clients": said("the client id occurs more than once"),
    "pins": said("the client is pinned more than once"),
    "exclusions": said("the same exclusion occurs more than once"),
}


def duplicate_faults(table: Table, frame: pl.DataFrame) -> list[Fault]:
    """Rows whose key occurs more than once; where all their cells are equal, all but the first."""
    key = frame.select(pl.col(table.key).cast(pl.String))
    if frame.height < 2 or key.n_unique() == key.height:
        return []
    whole = key.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    double = frame.filter(key.is_duplicated() & whole)
    cells = pl.struct(pl.all().exclude("line"))
    copies = cells.n_unique().over(table.key) == 1
    first = pl.col("line") == pl.col("line").min().over(table.key)
    rows = double.filter(~(copies & first)).sort("line")
    problem = TWICE.get(table.name, said("the row occurs more than once"))
    values = rows.select(pl.concat_str(pl.col(table.key).cast(pl.String), separator=" ")).to_series()
    place = (table.name, table.key[0])
    return fault(place, problem, said("Keep one of the rows."), rows["line"], values)


def order_faults(frames: Mapping[str, pl.DataFrame]) -> list[Fault]:
    """Dates of one row that are the wrong way round."""
    out: list[Fault] = []
    for table, first, last, problem in ORDERED:
        rows = frames[table].filter(pl.col(last) < pl.col(first))
        out += fault((table, last), problem, said("Correct one of the two dates."), rows["line"], rows[last])
    return out


def date_faults(clients: pl.DataFrame, day: Date, assumed: bool) -> list[Fault]:
    """Clients registered or placed (unless the date is assumed) or born after the snapshot's date."""
    out: list[Fault] = []
    advice = said("Correct it, or the date of the snapshot ({day}).", day=day)
    for column in () if assumed else NOT_AFTER:
        rows = clients.filter(pl.col(column) > day)
        problem = said("a date after the snapshot's")
        out += fault(("clients", column), problem, advice, rows["line"], rows[column])
    rows = clients.filter(pl.col("birth_year") > day.year)
    problem = said("a year after the snapshot's")
    return out + fault(("clients", "birth_year"), problem, advice, rows["line"], rows["birth_year"])


def later_dates(clients: pl.DataFrame, day: Date) -> tuple[str, ...]:
    """A notice of how many clients have a date after the one assumed for the snapshot; none for none."""
    later = pl.any_horizontal((pl.col(column) > day).fill_null(False) for column in PAST)
    count = clients.select(later.sum()).item()
    if not count:
        return ()
    told = several(
        "{count:,} client has a date after it ({columns}): name the date of the snapshot if it is later.",
        "{count:,} clients have a date after it ({columns}): name the date of the snapshot if it is later.",
        count,
        columns=", ".join(PAST),
    )
    return (told,)


def pin_faults(pins: pl.DataFrame, exclusions: pl.DataFrame, day: Date) -> list[Fault]:
    """Pins in force to a coach who may not serve the client."""
    in_force = pl.col("until").is_null() | (pl.col("until") >= day)
    barred = exclusions.filter(in_force).select("client_id", "coach_id").unique()
    rows = pins.filter(in_force).join(barred, on=["client_id", "coach_id"], how="semi").sort("line")
    problem = said("the client is pinned to a coach and excluded from the same coach")
    advice = said("Take out the pin or the exclusion.")
    return fault(("pins", "coach_id"), problem, advice, rows["line"], rows["coach_id"])


def snapshot_faults(snapshot: pl.DataFrame) -> list[Fault]:
    """More rows than one in the table `snapshot`."""
    rows = snapshot.sort("line").slice(1)
    advice = said("Keep the row of this snapshot.")
    return fault(("snapshot", ""), said("more than one row"), advice, rows["line"])


def keyed_tables() -> tuple[Table, ...]:
    """Tables whose rows may not occur twice."""
    return tuple(t for t in TABLES.values() if t.name != "snapshot")
