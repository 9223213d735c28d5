"""What must hold inside a table and between tables beside the references."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.schema import TABLES
from optimiser.tables.faults import Fault, fault

ORDERED = (
    ("coaches", "start", "end", "the end is before the start"),
    ("absences", "first_day", "last_day", "the last day is before the first"),
    ("clients", "first_meeting", "last_meeting", "the latest meeting is before the first"),
)
"""Pairs of dates in one row that must not be the wrong way round."""
NOT_AFTER = ("registered_on", "coach_since")
"""Dates of clients that may not lie after the snapshot's date."""
PAST = ("coach_since", "first_meeting", "last_meeting")
"""Dates of clients that tell of what has been; after a date that was only assumed they are no fault."""
TWICE = {
    "clients": "the client id occurs more than once",
    "pins": "the client is pinned more than once",
    "exclusions": "the same exclusion occurs more than once",
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
    problem = TWICE.get(table.name, "the row occurs more than once")
    values = rows.select(pl.concat_str(pl.col(table.key).cast(pl.String), separator=" ")).to_series()
    place = (table.name, table.key[0])
    return fault(place, problem, "Keep one of the rows.", rows["line"], values)


def order_faults(frames: Mapping[str, pl.DataFrame]) -> list[Fault]:
    """Dates of one row that are the wrong way round."""
    out: list[Fault] = []
    for table, first, last, problem in ORDERED:
        rows = frames[table].filter(pl.col(last) < pl.col(first))
        out += fault((table, last), problem, "Correct one of the two dates.", rows["line"], rows[last])
    return out


def date_faults(clients: pl.DataFrame, day: Date, assumed: bool) -> list[Fault]:
    """Clients registered or placed (unless the date is assumed) or born after the snapshot's date."""
    out: list[Fault] = []
    advice = f"Correct it, or the date of the snapshot ({day.isoformat()})."
    for column in () if assumed else NOT_AFTER:
        rows = clients.filter(pl.col(column) > day)
        out += fault(("clients", column), "a date after the snapshot's", advice, rows["line"], rows[column])
    rows = clients.filter(pl.col("birth_year") > day.year)
    born = fault(
        ("clients", "birth_year"), "a year after the snapshot's", advice, rows["line"], rows["birth_year"]
    )
    return out + born


def later_dates(clients: pl.DataFrame, day: Date) -> tuple[str, ...]:
    """A notice of how many clients have a date after the one assumed for the snapshot; none for none."""
    later = pl.any_horizontal((pl.col(column) > day).fill_null(False) for column in PAST)
    count = clients.select(later.sum()).item()
    if not count:
        return ()
    who = "1 client has" if count == 1 else f"{count:,} clients have"
    return (f"{who} a date after it ({', '.join(PAST)}): name the date of the snapshot if it is later.",)


def pin_faults(pins: pl.DataFrame, exclusions: pl.DataFrame, day: Date) -> list[Fault]:
    """Pins in force to a coach who may not serve the client."""
    in_force = pl.col("until").is_null() | (pl.col("until") >= day)
    barred = exclusions.filter(in_force).select("client_id", "coach_id").unique()
    rows = pins.filter(in_force).join(barred, on=["client_id", "coach_id"], how="semi").sort("line")
    problem = "the client is pinned to a coach and excluded from the same coach"
    return fault(
        ("pins", "coach_id"), problem, "Take out the pin or the exclusion.", rows["line"], rows["coach_id"]
    )


def snapshot_faults(snapshot: pl.DataFrame) -> list[Fault]:
    """More rows than one in the table `snapshot`."""
    rows = snapshot.sort("line").slice(1)
    return fault(("snapshot", ""), "more than one row", "Keep the row of this snapshot.", rows["line"])


def keyed_tables() -> tuple[Table, ...]:
    """Tables whose rows may not occur twice."""
    return tuple(t for t in TABLES.values() if t.name != "snapshot")
