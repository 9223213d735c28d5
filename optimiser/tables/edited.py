"""Reading one of our own tables again, also after somebody has edited it in a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import InputError
from optimiser.tables.faults import complaints
from optimiser.tables.headings import match_headings
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.raw import Sheet, Source
from optimiser.tables.sources import load
from optimiser.tables.texts import table_text
from optimiser.tables.validate import duplicate_faults


def read_edited(
    file: Path | Source,
    table: Table,
    needed: Collection[str],
    filled: Collection[str],
    only: Mapping[str, str] | None = None,
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
    only : mapping or None
        Columns to the value in the rows wanted: the others are passed over unlooked at, so that one row
        of a long file is found soon.

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
    source = file if isinstance(file, Source) else Source(edited, file, file.name)
    sheet = (_scanned(source, only) if only else None) or load(source)
    at, _ = match_headings(sheet, edited, {})
    if only:
        sheet = _rows(sheet, {str(at[name]): value for name, value in only.items() if name in at})
        edited = replace(edited, required=False)
    text, faults, wrong = table_text(sheet, edited, {})
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


def _scanned(source: Source, only: Mapping[str, str]) -> Sheet | None:
    """The rows wanted of a CSV file as we write it; None of any other file, which has to be read whole."""
    names = {column.name for column in source.table.columns}
    try:
        lines = pl.scan_csv(source.path, infer_schema=False)
        headings = lines.collect_schema().names()
        if not names.issuperset(headings) or not only.keys() <= set(headings):
            return None
        wanted = (pl.col(name).str.strip_chars() == value for name, value in only.items())
        cells = lines.with_row_index("line", 2).filter(*wanted).collect()
    except (pl.exceptions.PolarsError, OSError):
        return None
    cells = cells.select(*headings, pl.col("line").cast(pl.Int32))
    cells.columns = [*map(str, range(len(headings))), "line"]
    return Sheet(source.file, tuple(headings), cells, plain=True)


def _rows(sheet: Sheet, wanted: Mapping[str, str]) -> Sheet:
    """The sheet with the rows that have some cells."""
    cells = (pl.col(place).cast(pl.String).str.strip_chars() == value for place, value in wanted.items())
    return replace(sheet, cells=sheet.cells.filter(*cells))


def _requiring(table: Table, names: Collection[str]) -> Table:
    return replace(table, columns=tuple(replace(c, required=c.name in names) for c in table.columns))
