"""Sheets of an Excel workbook as cells; formulas are found in the sheet's own XML."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import Message, said
from optimiser.tables.faults import SHOWN, masked
from optimiser.tables.raw import Sheet, blank_rows, unreadable

NO_WORKBOOK = (
    said("the file is no Excel workbook"),
    said("Save it from Excel as .xlsx, without a password."),
)
_FORMULA = re.compile(
    rb'<c [^>]*?r="([A-Z]+)([0-9]+)"[^>]*>\s*<f(?=[ >/])(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(<v[^>]*>[^<]+</v>|<is>)?'
)
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def sheet_names(path: Path) -> list[str] | None:
    """Names of the sheets of a workbook; None where the file is no workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            archive.getinfo("xl/workbook.xml")
        return list(fastexcel.read_excel(path).sheet_names)
    except (zipfile.BadZipFile, KeyError, OSError, fastexcel.FastExcelError):
        return None


def sheet_place(file: str, sheet: str) -> Message:
    """What a sheet of a workbook is called in complaints; a name that may tell of a person is not."""
    return said("{file}, sheet {sheet}", file=file, sheet=masked(sheet) or "…")


def read_sheet(path: Path, sheet: str, file: str) -> Sheet:
    """Return the cells of one sheet, all as text.

    Parameters
    ----------
    path : Path
        The workbook.
    sheet : str
        Name of the sheet.
    file : str
        File and sheet as the user knows them.
    """
    try:
        book = fastexcel.read_excel(path)
        cells = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()
        formulas = _formulas(path, sheet)
    except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError, ElementTree.ParseError):
        return unreadable(file, *NO_WORKBOOK)
    cells.columns = [str(i) for i in range(cells.width)]
    cells = cells.with_columns(
        pl.when(pl.col(pl.String).str.strip_chars() != "").then(pl.col(pl.String)).name.keep()
    )
    filled = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series() if cells.width else None
    if filled is None or not filled.any():
        advice = said("Put the table's headings and rows on the sheet.")
        return unreadable(file, said("the sheet is empty"), advice)
    first = filled.arg_max() or 0
    headings = tuple((value or "").strip() for value in cells.row(first))
    cells = _exact_numbers(cells, book, sheet)
    line = pl.Series("line", range(1, cells.height + 1), dtype=pl.Int32)
    blank_complaints, notices = blank_rows(file, int((~filled).sum()))
    body = cells.with_columns(line).slice(first + 1).filter(filled.slice(first + 1))
    found = tuple(_formula(file, headings, column, row) for column, row in formulas)
    return Sheet(file, headings, body, found + blank_complaints, notices)


def _exact_numbers(cells: pl.DataFrame, book: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    """Put back the digits of fractions, which the reader's text cuts after nine."""
    fraction = r"^-?[0-9]+\.[0-9]+$"
    at = [i for i, column in enumerate(cells.get_columns()) if column.str.contains(fraction).any()]
    if not at:
        return cells
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, use_columns=at, dtypes="float").to_polars()
    exact = []
    for i, numbers in zip(at, loaded.get_columns(), strict=True):
        text = cells.to_series(i)
        cut = (numbers != text.cast(pl.Float64, strict=False)).fill_null(False)
        exact.append(numbers.cast(pl.String).zip_with(cut, text).alias(str(i)))
    return cells.with_columns(exact)


def _formulas(path: Path, sheet: str) -> list[tuple[int, int]]:
    """Column (from 0) and line of the formula cells of a sheet, the first few; (-1, 0) where unplaced."""
    with zipfile.ZipFile(path) as archive:
        xml = archive.read(sheet_part(archive, sheet))
    if not has_formulas(xml):
        return []
    return [(column, line) for column, line, _ in islice(formula_cells(xml), SHOWN)] or [(-1, 0)]


def has_formulas(xml: bytes) -> bool:
    """Whether there is a formula anywhere in the XML of a sheet."""
    return b"<f>" in xml or b"<f " in xml or b"<f/" in xml


def formula_cells(xml: bytes) -> Iterator[tuple[int, int, bool]]:
    """Yield column (from 0), line, and whether there is a value, of the formulas in the XML of a sheet."""
    for letters, line, value in (m.groups() for m in _FORMULA.finditer(xml)):
        yield column_index(letters), int(line), bool(value)


def sheet_part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Name of the part of the workbook that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    link = next(e.get(_LINK) for e in book.iter(f"{MAIN}sheet") if e.get("name") == sheet)
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(str(e.get("Target")) for e in links if e.get("Id") == link)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def column_index(letters: bytes) -> int:
    """Position of a column from its letters: A is 0."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _formula(file: str, headings: tuple[str, ...], column: int, line: int) -> Complaint:
    heading = masked(headings[column]) if 0 <= column < len(headings) else ""
    advice = said("Copy the column and paste it back as values.")
    return Complaint(file, line, heading, "", said("a formula instead of a value"), advice)
