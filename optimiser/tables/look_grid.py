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
from optimiser.tables.workbook import NO_WORKBOOK, column_index, sheet_part

BOOKS = (".xlsx", ".xlsm")
TEXT = (".csv", ".tsv", ".txt")
DAYS_1900, DAYS_1904 = -25569, -24107
"""Days from 1970-01-01 to day 0 of a workbook, by its calendar."""
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_FILLED = re.compile(rb'<c r="([A-Z]+)[0-9]+"[^>]*[^/]>')
_FORMULA = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(<v>[^<]+</v>|<is>)?'
)
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
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
    cells : polars.DataFrame
        Columns `0`, `1`, ... of trimmed text, empty cells null; row i is line i + 1 of the sheet.
    merges : tuple of Merge
    formulas : dict
        (column, row) of each formula to whether it has a value.
    hidden : bool
        The sheet is hidden.
    epoch : int
        Days from 1970-01-01 to day 0 of dates that are kept as numbers.
    """

    name: str
    file: str
    cells: pl.DataFrame
    merges: tuple[Merge, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    valueless: frozenset[tuple[int, int]] = frozenset()
    hidden: bool = False
    epoch: int = DAYS_1900


def read_grids(path: Path) -> tuple[Grid, ...]:
    """Read every sheet of a workbook, or a CSV file as one sheet.

    Raises
    ------
    InputError
        Where there is no such file, or it is neither.
    """
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
    return Grid(path.stem, path.name, _trimmed(lines.join(cells, on="line", how="left").drop("line")))


def _sheets(path: Path) -> tuple[Grid, ...]:
    book = fastexcel.read_excel(path)
    with zipfile.ZipFile(path) as archive:
        about = archive.read("xl/workbook.xml")
        epoch = DAYS_1904 if _CALENDAR.search(about) else DAYS_1900
        states = {
            e.get("name"): e.get("state", "visible") for e in ElementTree.fromstring(about).iter(_SHEET)
        }
        return tuple(
            _grid(book, archive, path, name, states.get(name) != "visible", epoch)
            for name in book.sheet_names
        )


def _grid(
    book: fastexcel.ExcelReader, archive: zipfile.ZipFile, path: Path, name: str, hidden: bool, epoch: int
) -> Grid:
    cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    cells.columns = [str(i) for i in range(cells.width)]
    xml = archive.read(sheet_part(archive, name))
    merged, formulas = _MERGE.findall(xml), _FORMULA.findall(xml) if b"<f" in xml else []
    # The reader begins at the first column that holds something.
    first = min(map(column_index, set(_FILLED.findall(xml))), default=0) if merged or formulas else 0
    places = {(column_index(c) - first, int(r) - 1): bool(value) for c, r, value in formulas}
    return Grid(
        name,
        f"{path.name}, {name}",
        _trimmed(cells),
        tuple(_merge(first, *found) for found in merged),
        frozenset(places),
        frozenset(place for place, value in places.items() if not value),
        hidden,
        epoch,
    )


def _merge(first: int, left: bytes, top: bytes, right: bytes, bottom: bytes) -> Merge:
    name = f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}"
    return Merge(int(top) - 1, column_index(left) - first, int(bottom) - 1, column_index(right) - first, name)


def _trimmed(cells: pl.DataFrame) -> pl.DataFrame:
    if not cells.width:
        return cells
    text = pl.all().cast(pl.String).str.replace_all(r"[\s\u00a0\u202f]+", " ").str.strip_chars()
    cells = cells.select(text)
    return cells.select(pl.when(pl.all() != "").then(pl.all()).name.keep())
