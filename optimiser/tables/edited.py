"""Reading one of our own tables again, also after somebody has edited it in a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import InputError
from optimiser.tables.faults import complaints
from optimiser.tables.headings import match_headings
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.raw import Source
from optimiser.tables.sources import load
from optimiser.tables.texts import table_text
from optimiser.tables.validate import duplicate_faults


def read_edited(
    file: Path | Source, table: Table, needed: Collection[str], filled: Collection[str]
) -> pl.DataFrame:
    """Read one table from one file.

    Parameters
    ----------
    file : Path or Source
        An existing file (CSV as we or a Finnish spreadsheet write it), or a sheet of a workbook.
    table : Table
        Its declaration.
    needed, filled : collection of str
        Columns that must be there, and those of them in which every cell must be filled; the others may
        be missing or empty.

    Returns
    -------
    polars.DataFrame
        Columns of the table and `line` (line in the file), sorted by its key.

    Raises
    ------
    InputError
        With every complaint.
    """
    edited = _requiring(table, needed)
    sheet = load(file if isinstance(file, Source) else Source(edited, file, file.name))
    text, faults, wrong = table_text(sheet, edited, {})
    at, _ = match_headings(sheet, edited, {})
    personal, hidden = personal_data(sheet, edited, at)
    frame = edited.empty()
    if text.headings:
        frame, found = parse_table(replace(text, table=_requiring(table, filled)))
        faults += [*found, *duplicate_faults(edited, frame)]
        wrong += complaints(
            faults,
            {edited.name: text.file},
            {edited.name: text.headings},
            frozenset((edited.name, name) for name in hidden),
        )
    if wrong or personal:
        raise InputError([*wrong, *personal])
    return frame.sort(table.key)


def _requiring(table: Table, names: Collection[str]) -> Table:
    return replace(table, columns=tuple(replace(c, required=c.name in names) for c in table.columns))
