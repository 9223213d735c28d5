"""What each column of an export is: one of ours, who a person is, or nothing that is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from optimiser.domain.columns import Table
from optimiser.tables.faults import masked
from optimiser.tables.headings import known_headings, plain, whose
from optimiser.tables.personal import held_by
from optimiser.tables.personal_headings import MEANING, PERSONAL, What, Who
from optimiser.tables.raw import Sheet

IN_KEY: dict[tuple[str, Who], tuple[What, ...]] = {
    ("clients", "client"): ("code", "given", "family", "name"),
    ("coaches", "coach"): ("given", "family", "name"),
}
"""Table and whom to what about them the key file keeps."""
OWN_PERSONS: dict[str, Who] = {"clients": "client", "coaches": "coach", "absences": "coach"}
"""Table to whom a heading such as `name` means that does not say whose."""


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet, by position.

    Attributes
    ----------
    ours : dict
        Position to the name of the declared column; the same name twice is a fault of the file.
    persons : dict
        Who and what to position, of the first such column.
    dropped : tuple of (str, str)
        Heading (or number) and reason (a choice of `DROPPED.reason`) of all others.
    """

    ours: dict[int, str]
    persons: dict[tuple[Who, What], int]
    dropped: tuple[tuple[str, str], ...]


def columns_of(sheet: Sheet, table: Table, own: Mapping[str, str]) -> Columns:
    """Tell the columns of a sheet apart.

    Parameters
    ----------
    sheet : Sheet
        As it stands in the export.
    table : Table
        What it should be.
    own : mapping
        Plain own heading to column name.
    """
    known = known_headings(table)
    ours: dict[int, str] = {}
    persons: dict[tuple[Who, What], int] = {}
    left: list[int] = []
    for position, heading in enumerate(sheet.headings):
        column = table.by_name.get(own.get(plain(heading), "")) or known.get(plain(heading))
        if column is not None:
            ours[position] = column.name
            continue
        cells = sheet.cells[str(position)]
        meant = _meant(heading, table)
        if meant is not None:
            persons.setdefault(meant, position)
        if heading or cells.null_count() < len(cells):
            left.append(position)
    kept = {persons[who, what] for who, what in persons if what in IN_KEY.get((table.name, who), ())}
    if (at := persons.get(("coach", "email"))) is not None and _stands_for_id(sheet, table, ours):
        kept.add(at)
    dropped = tuple(
        (
            masked(sheet.headings[at]) or f"#{at + 1}",
            "in_key" if at in kept else _reason(sheet.headings[at], sheet.cells[str(at)]),
        )
        for at in left
    )
    return Columns(ours, persons, dropped)


def _stands_for_id(sheet: Sheet, table: Table, ours: Mapping[int, str]) -> bool:
    """Whether the address of some coach is the id, for want of another."""
    if table.name != "coaches":
        return False
    at = next((at for at, name in ours.items() if name == "coach_id"), None)
    if at is None:
        return True
    given = sheet.cells[str(at)].cast(pl.String).str.strip_chars()
    return bool((given.is_null() | (given == "")).any())


def _meant(heading: str, table: Table) -> tuple[Who, What] | None:
    """Whom and what about them a heading means; None where nothing that tells who a person is."""
    for who, rest in whose(heading):
        if rest in MEANING:
            return who, MEANING[rest]
    what = MEANING.get(plain(heading))
    if what is None or (table.name not in OWN_PERSONS and what != "code"):
        return None
    return OWN_PERSONS.get(table.name, "client"), what


def _reason(heading: str, cells: pl.Series) -> str:
    words = {plain(heading), *(rest for _, rest in whose(heading))}
    if words & PERSONAL or held_by(cells, named=True, alone=True):
        return "personal"
    return "not_needed"
