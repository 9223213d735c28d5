"""Where every workbook is written: no cell is ever a formula, and nothing of it lies elsewhere meanwhile."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

CREATED = datetime.datetime(2021, 3, 1)
"""Stands in the workbook's properties, so that the same tables give the same bytes."""
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@contextmanager
def opened_book(path: Path) -> Iterator[Workbook]:
    """Yield a workbook to be filled row by row; it is written at the end.

    Rows wait in files until the workbook is closed. These may hold names and identity codes, so they lie
    beside the workbook, in a folder of its owner's, and not in the system's folder for passing files.

    Parameters
    ----------
    path : Path
        File to write.

    Yields
    ------
    xlsxwriter.Workbook
    """
    parts = path.with_name(f"{path.name}.parts")
    # Left there by a run that was killed.
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(0o700)
    try:
        with Workbook(str(path), {**OPTIONS, "tmpdir": str(parts)}) as book:
            yield book
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def write_workbook(sheets: Mapping[str, pl.DataFrame], path: Path) -> None:
    """Write frames to a workbook, one sheet each.

    Parameters
    ----------
    sheets : mapping
        Name of the sheet to its frame.
    path : Path
        File to write.
    """
    with opened_book(path) as book:
        book.set_properties({"created": CREATED})
        bold = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, frame in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(frame.columns):
                sheet.write_string(0, column, heading, bold)
            writers = [_writer(sheet, dtype, day) for dtype in frame.dtypes]
            for row, values in enumerate(frame.iter_rows(), start=1):
                for column, value in enumerate(values):
                    if value is not None:
                        writers[column](row, column, value)


def _writer(sheet: Any, dtype: pl.DataType, day: Any) -> Callable[[int, int, Any], object]:
    if dtype == pl.Date:
        return lambda row, column, value: sheet.write_datetime(row, column, value, day)
    write: Callable[[int, int, Any], object] = (
        sheet.write_number if dtype.is_numeric() else sheet.write_string
    )
    return write
