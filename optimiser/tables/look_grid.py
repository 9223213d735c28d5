"""A workbook as it lies before somebody: sheets with titles, merged cells, formulas, some of them hidden."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import fastexcel
import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.csv_text import read_csv
from optimiser.tables.faults import masked
from optimiser.tables.sources import BOOKS, TEXT
from optimiser.tables.workbook import MAIN, NO_WORKBOOK, column_index, formula_cells, sheet_part

DAYS_1900, DAYS_1904 = -25569, -24107
"""Days from 1970-01-01 to day 0 of a workbook, by its calendar."""
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_FILLED = re.compile(rb'<c r="([A-Z]+)[0-9]+"[^>]*[^/]>')
_HIDDEN_ROW = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="([0-9]+)"')
_HIDDEN_COLUMN = re.compile(rb'<col (?=[^>]*\bhidden="(?:1|true)")[^>]*>')
_BOUND = re.compile(rb'\b(min|max)="([0-9]+)"')
_CALENDAR = re.compile(rb'date1904="(?:1|true)"')


@dataclass(frozen=True)
class Merge:
    """Cells merged into one; rows and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int
    name: str


@dataclass(frozen=True)
class Grid:
    """One sheet as it stands.

    Attributes
    ----------
    name, file : str
        Name of the sheet (of the file for CSV), and both as the user knows them.
    shown : str
        Name as it may be told: a number where the name itself may tell of a person.
    cells : polars.DataFrame
        Columns `0`, `1`, ... of trimmed text, empty cells null; row i is line i + 1 of the sheet.
    merges : tuple of Merge
    formulas, valueless : frozenset
        (column, row) of each formula, and of each that has no value.
    hidden : bool
        The sheet is hidden.
    epoch : int
        Days from 1970-01-01 to day 0 of dates that are kept as numbers.
    hidden_rows, hidden_columns : frozenset
        Rows and columns that are not shown, by hand or by a filter.
    """

    name: str
    file: str
    shown: str
    cells: pl.DataFrame
    merges: tuple[Merge, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    valueless: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    epoch: int = DAYS_1900
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Read every sheet of a workbook, or a CSV file as one sheet.

    Raises
    ------
    InputError
        Where there is no such file, or it is neither.
    """
    if path.is_dir():
        problem = said("a folder: a look reads one workbook")
        advice = said(
            "Name a workbook (.xlsx) with your clients; a folder of tables is for optimiser allocate."
        )
        raise _no(path, problem, advice)
    if not path.is_file():
        raise _no(path, said("there is no such file"), said("Give one workbook (.xlsx) with your clients."))
    if not path.stat().st_size:
        raise _no(path, said("the file is empty (0 bytes)"), said("Save the workbook again."))
    if path.suffix.lower() in TEXT:
        return (_csv(path),)
    if path.suffix.lower() not in BOOKS:
        raise _no(path, said("the file is no Excel workbook"), said("Save it from Excel as .xlsx."))
    try:
        return _sheets(path)
    except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError, ElementTree.ParseError) as error:
        raise _no(path, *NO_WORKBOOK) from error


def _no(path: Path, problem: str, advice: str) -> InputError:
    return InputError([Complaint(path.name, 0, "", "", problem, advice)])


def _csv(path: Path) -> Grid:
    """The cells of a CSV file; blank lines are kept as rows, so that lines agree."""
    sheet = read_csv(path.read_bytes(), path.name)
    if sheet.complaints:
        raise InputError(sheet.complaints)
    names = [str(i) for i in range(len(sheet.headings))]
    heading = pl.DataFrame({"line": [1]} | {n: [h] for n, h in zip(names, sheet.headings, strict=True)})
    body = sheet.cells.select(pl.col("line").cast(pl.Int64), *(pl.col(n).cast(pl.String) for n in names))
    cells = pl.concat([heading, body.filter(pl.col("line") > 1)])
    lines = cells.select(line=pl.int_range(1, pl.col("line").max() + 1))
    return Grid(
        path.stem, path.name, path.stem, _trimmed(lines.join(cells, on="line", how="left").drop("line"))
    )


def _sheets(path: Path) -> tuple[Grid, ...]:
    book = fastexcel.read_excel(path)
    with zipfile.ZipFile(path) as archive:
        about = archive.read("xl/workbook.xml")
        epoch = DAYS_1904 if _CALENDAR.search(about) else DAYS_1900
        states = {
            e.get("name"): e.get("state", "visible")
            for e in ElementTree.fromstring(about).iter(f"{MAIN}sheet")
        }
        return tuple(
            _grid(book, archive, path, (place, name), states.get(name) != "visible", epoch)
            for place, name in enumerate(book.sheet_names, start=1)
        )


def _grid(
    book: fastexcel.ExcelReader,
    archive: zipfile.ZipFile,
    path: Path,
    sheet: tuple[int, str],
    hidden: bool,
    epoch: int,
) -> Grid:
    place, name = sheet
    shown = masked(name) or f"#{place}"
    cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    cells.columns = [str(i) for i in range(cells.width)]
    xml = archive.read(sheet_part(archive, name))
    merged, formulas, unseen = _MERGE.findall(xml), list(formula_cells(xml)), _hidden_columns(xml)
    # The reader begins at the first column that holds something.
    wanted = merged or formulas or unseen
    first = min(map(column_index, set(_FILLED.findall(xml))), default=0) if wanted else 0
    places = {(column - first, line - 1): value for column, line, value in formulas}
    return Grid(
        name,
        f"{path.name}, {shown}",
        shown,
        _trimmed(cells),
        tuple(_merge(first, *found) for found in merged),
        frozenset(places),
        frozenset(place for place, value in places.items() if not value),
        hidden,
        epoch,
        frozenset(int(line) - 1 for line in _HIDDEN_ROW.findall(xml)),
        frozenset(column - first for column in unseen),
    )


def _hidden_columns(xml: bytes) -> list[int]:
    """Positions of the hidden columns, from 0."""
    found: list[int] = []
    for tag in _HIDDEN_COLUMN.findall(xml):
        bounds = {name: int(number) for name, number in _BOUND.findall(tag)}
        found += range(bounds[b"min"] - 1, bounds[b"max"])
    return found


def _merge(first: int, left: bytes, top: bytes, right: bytes, bottom: bytes) -> Merge:
    name = f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}"
    return Merge(int(top) - 1, column_index(left) - first, int(bottom) - 1, column_index(right) - first, name)


def _trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    if not cells.width:
        return cells
    text = pl.all().cast(pl.String).str.replace_all(r"[\s\u00a0\u202f]+", " ").str.strip_chars()
    cells = cells.select(text)
    return cells.select(pl.when(pl.all() != "").then(pl.all()).name.keep())
