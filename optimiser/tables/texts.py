"""From a sheet to the cells of a declared table: columns named, cells trimmed, formulas found."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault, fault
from optimiser.tables.headings import match_headings
from optimiser.tables.raw import Sheet, TableText

_GUARDED = r"^'+[=+\-@]"
"""Text that would be a formula carries an apostrophe in a CSV file; reading takes one off."""


def table_text(
    sheet: Sheet, table: Table, own: Mapping[str, str], optional: frozenset[str] = frozenset()
) -> tuple[TableText, list[Fault], list[Complaint]]:
    """Name the columns of a sheet and trim its cells.

    Parameters
    ----------
    sheet : Sheet
        What was read.
    table : Table
        What it should be.
    own : mapping
        Plain own heading to column name.
    optional : frozenset of str
        Required columns that may be missing.

    Returns
    -------
    (TableText, list of Fault, list of Complaint)
        The cells, the formulas among them, and what is wrong with the file.
    """
    if not sheet.headings:
        return TableText(table, sheet.file, sheet.cells, {}, whole=False), [], list(sheet.complaints)
    at, wrong = match_headings(sheet, table, own, optional)
    frame, faults = sheet.cells.select("line"), list[Fault]()
    columns: list[pl.Series] = []
    for name, position in at.items():
        cells = _trimmed(sheet.cells[str(position)])
        if sheet.plain and cells.dtype == pl.String:
            faults += _formulas((table.name, name), cells, frame["line"])
            cells = _unguarded(cells)
        columns.append(cells.alias(name))
    frame = pl.DataFrame([*columns, frame["line"]])
    headings = {name: sheet.headings[position] for name, position in at.items()}
    wrong += [*sheet.complaints, *_empty(sheet, table)]
    return TableText(table, sheet.file, frame, headings, sheet.whole), faults, wrong


def _empty(sheet: Sheet, table: Table) -> list[Complaint]:
    if sheet.cells.height or not sheet.whole or not table.required:
        return []
    advice = said("Export {table} again with its rows.", table=table.name)
    problem = said("the table is empty: headings and no rows")
    return [Complaint(sheet.file, 0, "", "", problem, advice)]


def _trimmed(cells: pl.Series) -> pl.Series:
    if cells.dtype != pl.String or cells.null_count() == len(cells):
        return cells
    cells = cells.str.strip_chars()
    empty = (cells == "").fill_null(False)
    return cells.set(empty, None) if empty.any() else cells


def _formulas(place: tuple[str, str], cells: pl.Series, lines: pl.Series) -> list[Fault]:
    found = cells.str.starts_with("=").fill_null(False)
    problem = said("a formula instead of a value")
    advice = said("Paste the column back as values; text that begins so needs an apostrophe before it.")
    return fault(place, problem, advice, lines.filter(found), cells.filter(found))


def _unguarded(cells: pl.Series) -> pl.Series:
    guarded = cells.str.contains(_GUARDED).fill_null(False)
    return cells.str.slice(1).zip_with(guarded, cells) if guarded.any() else cells
