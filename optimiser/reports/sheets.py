"""What a sheet of the workbook is, and the one place that writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from datetime import date as Date
from pathlib import Path
from typing import Any, Literal

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from optimiser.reports.bands import BANDS, CROWDED, FULL
from optimiser.reports.texts import Texts
from optimiser.tables.workbook_write import opened_book

Kind = Literal["text", "wrapped", "whole", "number", "share", "percent"]

MOST_ROWS = 1_000_000
"""Rows of one sheet; a longer table goes on in a second one (a sheet holds 1,048,576)."""
MOST_CHARACTERS = 32_000
"""Of one cell (a cell holds 32,767)."""
LONGEST_NAME = 31
"""Characters of a sheet's name."""
BARRED_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
NUMBER_FORMATS: dict[Kind, str] = {
    "whole": "#,##0",
    "number": "#,##0.0",
    "share": "0%",
    "percent": "0.0%",
}


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet.

    Attributes
    ----------
    name : str
        Column of the frame.
    title, meaning : str
        Heading, and a sentence for the sheet of columns.
    kind : {"text", "wrapped", "whole", "number", "share", "percent"}
        How a value is written; a `share` is a utilisation and takes the colour of its band.
    width : float
        In characters.
    absent : str
        Text in the place of a value that is not there; empty for an empty cell.
    """

    name: str
    title: str
    meaning: str
    kind: Kind = "text"
    width: float = 14.0
    absent: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table of the workbook: its frame has (at least) the columns named."""

    name: str
    columns: tuple[SheetColumn, ...]
    frame: pl.DataFrame


@dataclass(frozen=True)
class Formats:
    """The formats of a workbook, made once."""

    heading: Format
    title: Format
    wrapped: Format
    kinds: dict[Kind, Format]
    bands: tuple[Format, ...]


def make_formats(book: Workbook) -> Formats:
    """Return the formats of a workbook."""
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    return Formats(
        heading=book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#eaf1f3"}
        ),
        title=book.add_format({"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"}),
        wrapped=wrapped,
        kinds={kind: book.add_format({"num_format": text}) for kind, text in NUMBER_FORMATS.items()},
        bands=tuple(book.add_format({"bg_color": b.colour, "font_color": b.ink}) for b in BANDS),
    )


def add_sheet(book: Workbook, sheet: Sheet, formats: Formats) -> None:
    """Write a table, in several sheets where it is longer than one can be."""
    for part, first in enumerate(range(0, max(sheet.frame.height, 1), MOST_ROWS)):
        name = sheet_name(sheet.name, part)
        page = book.add_worksheet(name)
        # Screen readers know by this name which cells are the headings of rows and columns.
        quoted = name.replace("'", "''")
        book.define_name(f"'{quoted}'!Title", f"='{quoted}'!$A$1")
        rows = sheet.frame.slice(first, MOST_ROWS)
        _set_up(page, sheet.columns, rows.height, formats)
        _write_rows(page, sheet.columns, rows, formats)


def sheet_name(name: str, part: int = 0) -> str:
    """Return a name as a sheet can have it, the number of the part at its end from the second on."""
    end = f" {part + 1}" if part else ""
    return name.translate(BARRED_IN_NAMES)[: LONGEST_NAME - len(end)] + end


@contextmanager
def open_book(path: Path, title: str, day: Date, texts: Texts) -> Iterator[Workbook]:
    """Begin a workbook that carries title, day and language; equal tables give equal bytes."""
    created = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    with opened_book(path) as book:
        book.set_properties({"title": title, "created": created})
        book.set_custom_property("Language", texts.language)
        yield book


def _set_up(page: Worksheet, columns: tuple[SheetColumn, ...], rows: int, formats: Formats) -> None:
    last = len(columns) - 1
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, rows, last)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for i, column in enumerate(columns):
        page.set_column(i, i, column.width)
        if column.kind == "share" and rows:
            _colour_bands(page, i, rows, formats)
        page.write_string(0, i, column.title, formats.heading)


def _colour_bands(page: Worksheet, column: int, rows: int, formats: Formats) -> None:
    """Colour a column by load band; the first condition that holds decides."""
    page.conditional_format(1, column, rows, column, {"type": "blanks", "stop_if_true": True, "format": None})
    tops = (("<", FULL), ("<=", 1.0), ("<=", CROWDED), (">", CROWDED))
    for (criteria, value), style in zip(tops, formats.bands, strict=True):
        rule = {"type": "cell", "criteria": criteria, "value": value, "format": style, "stop_if_true": True}
        page.conditional_format(1, column, rows, column, rule)


def _write_rows(
    page: Worksheet, columns: tuple[SheetColumn, ...], frame: pl.DataFrame, formats: Formats
) -> None:
    """Write row by row, as constant memory demands; text never becomes a formula or a link."""
    writers = [_writer(page, column, formats) for column in columns]
    for i, row in enumerate(_values(columns, frame), start=1):
        for j, value in enumerate(row):
            if value is not None:
                write, style = writers[j]
                write(i, j, value, style)
            elif columns[j].absent:
                page.write_string(i, j, columns[j].absent)


def _writer(
    page: Worksheet, column: SheetColumn, formats: Formats
) -> tuple[Callable[..., Any], Format | None]:
    if column.kind == "text":
        return page.write_string, None
    if column.kind == "wrapped":
        return page.write_string, formats.wrapped
    return page.write_number, formats.kinds[column.kind]


def _values(columns: tuple[SheetColumn, ...], frame: pl.DataFrame) -> Iterable[tuple[Any, ...]]:
    """Return the rows to write: text clipped to what a cell holds, what is not finite left empty."""
    chosen = []
    for column in columns:
        value = pl.col(column.name)
        if column.kind in ("text", "wrapped"):
            chosen.append(value.cast(pl.String).str.head(MOST_CHARACTERS))
        else:
            number = value.cast(pl.Float64)
            chosen.append(pl.when(number.is_finite()).then(number).alias(column.name))
    return frame.select(chosen).iter_rows()
