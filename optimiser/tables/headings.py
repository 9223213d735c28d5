"""Which heading in a file means which declared column."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from optimiser.domain.columns import Column, Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import said
from optimiser.tables.faults import masked
from optimiser.tables.personal_headings import IDENTIFYING, WHOSE, Who
from optimiser.tables.raw import Sheet
from optimiser.tables.yaml_text import Entry, read_yaml

PERSON_TABLES = ("clients", "coaches")


def plain(heading: str) -> str:
    """A heading without case, accents, spaces, underscores and hyphens."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return re.sub(r"[\s_\-]+", "", "".join(c for c in letters if not unicodedata.combining(c)))


def whose(heading: str) -> list[tuple[Who, str]]:
    """Whom a heading speaks of by how it begins, and the rest of it."""
    word = plain(heading)
    return [(who, word.removeprefix(begin)) for begin, who in WHOSE.items() if word.startswith(begin)]


def is_identifying(heading: str) -> bool:
    """Whether a heading is of names, identity codes or contact details, of a client where it says whose."""
    rests = {rest for who, rest in whose(heading) if who == "client"}
    return not IDENTIFYING.isdisjoint({plain(heading), *rests})


def known_headings(table: Table) -> dict[str, Column]:
    """Plain heading to column: English, Finnish and the aliases; the first to claim one has it."""
    known: dict[str, Column] = {}
    for pick in (lambda c: (c.name,), lambda c: (c.fi,), lambda c: c.aliases):
        for column in table.columns:
            for heading in pick(column):
                known.setdefault(plain(heading), column)
    return known


def match_headings(
    sheet: Sheet, table: Table, own: Mapping[str, str], optional: frozenset[str] = frozenset()
) -> tuple[dict[str, int], list[Complaint]]:
    """Find the declared columns among the headings of a sheet.

    Parameters
    ----------
    sheet : Sheet
        What was read.
    table : Table
        What it should be.
    own : mapping
        Plain own heading to column name.
    optional : frozenset of str
        Required columns that may be missing all the same.

    Returns
    -------
    (dict, list of Complaint)
        Column name to its position in the sheet, and what is wrong.
    """
    known = known_headings(table)
    at: dict[str, int] = {}
    wrong: list[Complaint] = []
    for position, heading in enumerate(sheet.headings):
        column = table.by_name.get(own.get(plain(heading), "")) or known.get(plain(heading))
        if not heading and sheet.cells[str(position)].null_count() == sheet.cells.height:
            continue
        if column is None:
            wrong.append(_unknown(sheet, table, heading, position))
        elif column.name in at:
            advice = said("Keep one of the columns that mean {column}.", column=column.name)
            wrong.append(
                Complaint(sheet.file, 0, masked(heading), "", said("the column occurs twice"), advice)
            )
        else:
            at[column.name] = position
    wrong += [
        _missing(sheet, c)
        for c in table.columns
        if c.required and c.name not in at and c.name not in optional
    ]
    return at, wrong


def _unknown(sheet: Sheet, table: Table, heading: str, position: int) -> Complaint:
    shown = masked(heading)
    if not shown:
        problem = said("column {position} has no usable heading", position=position + 1)
        return Complaint(sheet.file, 0, "", "", problem, said("Give it a heading or delete the column."))
    if table.name in PERSON_TABLES and is_identifying(heading):
        problem = said("a column of personal data (names, identity codes, contact details)")
        advice = said("Delete the column; the tool works on pseudonymous ids.")
        return Complaint(sheet.file, 0, shown, "", problem, advice)
    near = difflib.get_close_matches(plain(heading), list(known_headings(table)), 1, 0.7)
    advice = said("Delete the column, or name what it means in a mapping file of headings.")
    if near:
        meant = known_headings(table)[near[0]].name
        advice = said("Did you mean {column}? Otherwise delete the column.", column=meant)
    return Complaint(sheet.file, 0, shown, "", said("an unknown column"), advice)


def _missing(sheet: Sheet, column: Column) -> Complaint:
    advice = said(
        "Add the column {column} ({finnish}): {meaning}",
        column=column.name,
        finnish=column.fi,
        meaning=said(column.description),
    )
    return Complaint(sheet.file, 0, column.name, "", said("the column is missing"), advice)


def read_own_headings(path: Path | None) -> dict[str, dict[str, str]]:
    """Return the mapping file: table name to plain own heading to column name.

    Parameters
    ----------
    path : Path or None
        YAML, `table: {own heading: our column}`; None for no own headings.

    Raises
    ------
    InputError
        Where the file cannot be read or names what is not declared.
    """
    if path is None:
        return {}
    wrong: list[Complaint] = []
    out: dict[str, dict[str, str]] = {}
    for name, entries in _mapping(read_yaml(path), path, "", wrong).items():
        if name not in TABLES:
            near = difflib.get_close_matches(name, TABLES, 1) or [", ".join(TABLES)]
            advice = said("Try {near}.", near=near[0])
            wrong.append(Complaint(str(path), entries.line, name, "", said("an unknown table"), advice))
            continue
        columns = _mapping(entries, path, name, wrong)
        out[name] = {plain(own): str(entry.value) for own, entry in columns.items()}
        wrong += [c for e in columns.values() for c in _unknown_target(path, TABLES[name], e)]
    if wrong:
        raise InputError(wrong)
    return out


def _mapping(entry: Entry, path: Path, name: str, wrong: list[Complaint]) -> dict[str, Entry]:
    if isinstance(entry.value, dict):
        return entry.value
    advice = said("Write it as `clients:` and below it, indented, `own heading: our_column`.")
    wrong.append(Complaint(str(path), entry.line, name, "", said("no mapping of headings"), advice))
    return {}


def _unknown_target(path: Path, table: Table, entry: Entry) -> list[Complaint]:
    if str(entry.value) in table.by_name:
        return []
    near = difflib.get_close_matches(str(entry.value), table.by_name, 1) or [", ".join(table.by_name)]
    problem, advice = said("{table} has no such column", table=table.name), said("Try {near}.", near=near[0])
    return [Complaint(str(path), entry.line, table.name, str(entry.value), problem, advice)]
