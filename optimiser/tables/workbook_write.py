"""One workbook with a sheet a table; no cell is ever a formula."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

CREATED = datetime.datetime(2021, 3, 1)
"""Stands in the workbook's properties, so that the same tables give the same bytes."""


def write_workbook(sheets: Mapping[str, pl.DataFrame], path: Path) -> None:
    """Write frames to a workbook, one sheet each.

    Parameters
    ----------
    sheets : mapping
        Name of the sheet to its frame.
    path : Path
        File to write.
    """
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
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
    book.close()


def _writer(sheet: Any, dtype: pl.DataType, day: Any) -> Callable[[int, int, Any], object]:
    if dtype == pl.Date:
        return lambda row, column, value: sheet.write_datetime(row, column, value, day)
    write: Callable[[int, int, Any], object] = (
        sheet.write_number if dtype.is_numeric() else sheet.write_string
    )
    return write
