"""Declared tables as a workbook: a first sheet in words, a sheet a table, and what the columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Date
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from optimiser.domain.columns import Column, Table
from optimiser.domain.texts import Message
from optimiser.reports.names import NOBODY, OF_FILE, coach_columns, with_names
from optimiser.reports.sheets import (
    Formats,
    Kind,
    Sheet,
    SheetColumn,
    add_sheet,
    make_formats,
    open_book,
    sheet_name,
)
from optimiser.reports.texts import Texts, texts_in
from optimiser.reports.words import words_of

WIDE = {"reason": 80.0, "repair": 60.0, "paragraph": 80.0, "ground": 50.0, "coach_ids": 50.0}
"""Columns of sentences, in characters."""
OF_TEXTS = 30.0
USUAL = 14.0
KINDS: dict[str, Kind] = {"integer": "whole", "number": "number"}
NOTHING: Mapping[str, str] = {}


def write_tables(
    path: Path,
    title: str,
    day: Date,
    lines: Sequence[str],
    tables: Sequence[tuple[str, Table, pl.DataFrame]],
    *,
    titles: Mapping[str, str] = NOTHING,
    absent: Mapping[str, str] = NOTHING,
    language: str = "en",
    coach_names: Mapping[str, str] = NOBODY,
    names_from: str = OF_FILE,
) -> None:
    """Write a workbook of declared tables.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    title : str
        Title of the workbook and of its first sheet; a message, as the lines and the names of sheets.
    day : datetime.date
        The facts' day; also the workbook's date, so that equal tables give equal bytes.
    lines : sequence of str
        Sentences of the first sheet.
    tables : sequence of (str, Table, polars.DataFrame)
        Name of the sheet, declaration, rows; columns without any value are left out.
    titles : mapping
        Column name to heading, where the name itself will not do.
    absent : mapping
        Column name to what stands in the place of a missing value.
    language : str
        Language of headings, codes and messages.
    coach_names : mapping
        Id of a coach to the name that stands beside it.
    names_from : str
        Where the names are from, a marked text.

    Raises
    ------
    OptimiserError
        Where there are no texts in that language.
    """
    texts = texts_in(language)
    sheets = [
        with_names(
            _sheet(name, table, frame, texts, (titles, absent)),
            coach_names,
            texts,
            coach_columns(table),
            names_from,
        )
        for name, table, frame in tables
    ]
    title = _told(title, texts)
    with open_book(path, title, day, texts) as book:
        formats = make_formats(book)
        _summary(book, title, lines, texts, formats)
        for sheet in (*sheets, _meanings(sheets, texts)):
            add_sheet(book, sheet, formats)


def _told(text: str, texts: Texts) -> str:
    """Return a message, or a marked text, in the reader's language."""
    return texts.of(text) if isinstance(text, Message) else texts.gettext(text)


def _summary(book: Workbook, title: str, lines: Sequence[str], texts: Texts, formats: Formats) -> None:
    page = book.add_worksheet(sheet_name(texts.gettext("Summary")))
    page.set_column(0, 0, 120)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.write_string(0, 0, title, formats.title)
    for row, line in enumerate(lines, start=2):
        page.write_string(row, 0, texts.of(line), formats.wrapped)


def _sheet(
    name: str,
    table: Table,
    frame: pl.DataFrame,
    texts: Texts,
    words: tuple[Mapping[str, str], Mapping[str, str]],
) -> Sheet:
    """The columns of a table that have a value somewhere or say what is missing, but for drivers of demand."""
    known = [c for c in table.columns if c.name in frame.columns and not c.driver]
    shown = [c for c in known if c.name in words[1] or frame[c.name].null_count() < frame.height]
    columns = tuple(_column(column, texts, *words) for column in shown or known)
    return Sheet(_told(name, texts), columns, frame.select(_cell(c, texts) for c in shown or known))


def _column(
    column: Column, texts: Texts, titles: Mapping[str, str], absent: Mapping[str, str]
) -> SheetColumn:
    _ = texts.gettext
    title = titles.get(column.name, column.name.removesuffix("_id").replace("_", " ").capitalize())
    meaning = _(column.description)
    if column.unit:
        meaning = _("{meaning} ({unit})").format(meaning=meaning, unit=_(column.unit))
    return SheetColumn(
        name=column.name,
        title=_(title),
        meaning=meaning,
        kind="percent" if column.unit == "share" else KINDS.get(column.kind, "text"),
        width=WIDE.get(column.name, OF_TEXTS if column.kind == "text" else USUAL),
        absent=_(absent[column.name]) if column.name in absent else "",
    )


def _cell(column: Column, texts: Texts) -> pl.Expr:
    cells, _ = pl.col(column.name), texts.gettext
    if column.kind == "date":
        return cells.dt.to_string("%Y-%m-%d").alias(column.name)
    if column.kind == "flag":
        shown = pl.when(cells).then(pl.lit(_("yes"))).when(~cells).then(pl.lit(_("no")))
        return shown.alias(column.name)
    words = words_of(column, texts)
    return cells.cast(pl.String).replace(words).alias(column.name) if words else cells


def _meanings(sheets: list[Sheet], texts: Texts) -> Sheet:
    _ = texts.gettext
    rows = [(sheet.name, column.title, column.meaning) for sheet in sheets for column in sheet.columns]
    columns = (
        SheetColumn("sheet", _("Sheet"), _("Sheet of this workbook."), width=18),
        SheetColumn("column", _("Column"), _("Heading."), width=22),
        SheetColumn("meaning", _("Meaning"), _("What it says."), width=100),
    )
    frame = pl.DataFrame(rows, schema=["sheet", "column", "meaning"], orient="row")
    return Sheet(_("Columns"), columns, frame)
