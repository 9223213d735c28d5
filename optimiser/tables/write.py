"""Tables to files: CSV, Parquet, or one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import TABLES
from optimiser.tables.workbook_write import write_workbook

Format = Literal["csv", "xlsx", "parquet"]
WORKBOOK_NAME = "snapshot.xlsx"
_FORMULA_LIKE = r"^'*[=+\-@]"
_TEXT_KINDS = ("id", "text", "code", "codes", "levels")


def write_snapshot(
    snapshot_frames: Mapping[str, pl.DataFrame],
    folder: Path,
    *,
    format: Literal["csv", "xlsx", "parquet"] = "csv",
    finnish: bool = False,
) -> None:
    """Write the tables of a snapshot.

    Parameters
    ----------
    snapshot_frames : mapping
        Table name to frame, as `Snapshot.frames` gives them; `snapshot` too where wanted.
    folder : Path
        Existing folder to write into.
    format : str
        `csv`, `parquet` (a file a table), or `xlsx` (one workbook, a sheet a table).
    finnish : bool
        Finnish headings; for CSV also semicolons, decimal commas and a byte order mark.
    """
    named = [(TABLES[name], snapshot_frames[name]) for name in TABLES if name in snapshot_frames]
    if format == "xlsx":
        sheets = {
            table.name: _headed(prepared(frame, table, finnish), table, finnish) for table, frame in named
        }
        write_workbook(sheets, folder / WORKBOOK_NAME)
        return
    for table, frame in named:
        if format == "csv":
            write_table(frame, table, folder / f"{table.name}.csv", finnish)
        else:
            _write_parquet(frame, table, folder / f"{table.name}.parquet", finnish)


def write_table(frame: pl.DataFrame, table: Table, path: Path, finnish: bool = False) -> None:
    """Write one table as CSV: UTF-8, comma, ISO dates.

    Columns that are empty throughout are left out unless required, or the table keeps every column.
    Text that begins like a formula gets an apostrophe, which `read_snapshot` takes off again.

    Parameters
    ----------
    frame : polars.DataFrame
        Its rows, in the order in which they are written.
    table : Table
        Its declaration.
    path : Path
        File to write.
    finnish : bool
        Semicolons, decimal commas, byte order mark, Finnish headings.
    """
    shown = prepared(frame, table, finnish)
    guarded = shown.with_columns(
        pl.when(pl.col(c.name).str.contains(_FORMULA_LIKE))
        .then("'" + pl.col(c.name))
        .otherwise(pl.col(c.name))
        .alias(c.name)
        for c in table.columns
        if c.kind in _TEXT_KINDS and c.name in shown.columns
    )
    _headed(guarded, table, finnish).write_csv(
        path,
        separator=";" if finnish else ",",
        decimal_comma=finnish,
        include_bom=finnish,
        line_terminator="\n",
    )


def prepared(frame: pl.DataFrame, table: Table, finnish: bool = False) -> pl.DataFrame:
    """The columns that are written, codes as text, yes and no in words."""
    kept = [c for c in table.columns if c.name in frame.columns and _is_written(frame, table, c)]
    return frame.select(_cells(c, finnish) for c in kept)


def _is_written(frame: pl.DataFrame, table: Table, column: Column) -> bool:
    needed = table.every_column or column.required or column.name in table.key
    return needed or frame[column.name].null_count() < frame.height


def _cells(column: Column, finnish: bool) -> pl.Expr:
    cells = pl.col(column.name)
    if column.kind == "flag":
        yes, no = ("kyllä", "ei") if finnish else ("yes", "no")
        words = pl.when(cells).then(pl.lit(yes)).when(~cells).then(pl.lit(no))
        return words.alias(column.name)
    return cells.cast(pl.String) if column.kind in _TEXT_KINDS else cells


def _headed(frame: pl.DataFrame, table: Table, finnish: bool) -> pl.DataFrame:
    return frame.rename({name: table.by_name[name].fi for name in frame.columns}) if finnish else frame


def _write_parquet(frame: pl.DataFrame, table: Table, path: Path, finnish: bool) -> None:
    """Codes as fixed, sorted categories, so that equal tables give equal bytes."""
    kept = [c for c in table.columns if c.name in frame.columns and _is_written(frame, table, c)]
    coded = [
        pl.col(c.name).cast(pl.Enum(frame[c.name].drop_nulls().unique().cast(pl.String).sort()))
        for c in kept
        if c.kind in ("code", "codes", "levels")
    ]
    _headed(frame.select(c.name for c in kept).with_columns(coded), table, finnish).write_parquet(path)
