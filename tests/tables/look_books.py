"""Workbooks as people have them, for the tests of a look."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADINGS = ("id", "kunta", "kieli", "syntymävuosi", "alkupäivä", "valmentaja")
ANNA, BERTIL = "Anna Virtanen", "Bertil Lindholm"
ROWS: tuple[tuple[object, ...], ...] = (
    ("a1", "Tampere", "suomi", 1985, "1.3.2021", ANNA),
    ("a2", "837", "fi", 1990, "2021-03-02", ANNA),
    ("a3", "Tammerfors", "ruotsi", 1970, "3.3.2021", BERTIL),
    ("a4", "20", "fi", 2000, "4.3.2021", BERTIL),
    ("a5", "Akaa", "arabia", 1999, "5.3.2021", None),
)
"""Five clients, two coaches, no list of coaches."""


def sheet_of(book: openpyxl.Workbook, name: str, rows: Sequence[Sequence[object]]) -> Worksheet:
    """Add a sheet with some rows."""
    sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(list(row))
    return sheet


def write_book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet_of(book, name, rows)
    book.save(path)
    return path


def six(path: Path, *rows: Sequence[object], headings: Sequence[object] = HEADINGS) -> Path:
    """Write the six columns; without rows the five clients."""
    return write_book(path, Asiakkaat=[headings, *(rows or ROWS)])
