"""A workbook of tables in which the persons stand beside their pseudonymous ids; for this machine only."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from optimiser.domain.pseudonyms import Person
from optimiser.domain.texts import Texts
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
from optimiser.tables.pseudonym_folder import IdTable
from optimiser.tables.pseudonym_key import KeyFile
from optimiser.tables.staged import staged_file

_MARK = "Persons"
"""Property by which a workbook made here is known again."""
KINDS: dict[str, Kind] = {"integer": "whole", "number": "number"}
WIDTH = 22.0
SHORT = 24
"""Characters of a sheet's name, so that a number fits behind it."""


@dataclass(frozen=True)
class Known:
    """How many of the ids that stand in some tables a key file knows."""

    known: int
    unknown: int


def count_known(tables: Sequence[IdTable], key: KeyFile) -> Known:
    """Count the distinct ids that a key file knows and does not know."""
    found: set[str] = set()
    for table in tables:
        for heading in table.ids:
            parts = table.frame[heading].cast(pl.String).drop_nulls().unique().str.split(" ")
            found.update(parts.explode().to_list())
    known = sum(i in key.clients or i in key.coaches for i in found)
    return Known(known, len(found) - known)


def write_identified(path: Path, tables: Sequence[IdTable], key: KeyFile, day: Date, texts: Texts) -> None:
    """Write the workbook, which only its owner can read.

    Parameters
    ----------
    path : pathlib.Path
        File to write; may be there from an earlier call.
    tables : sequence of IdTable
        What is shown, a sheet each.
    key : KeyFile
        Knows the persons.
    day : datetime.date
        Date of the workbook.
    texts : Texts

    Raises
    ------
    InputError
        Where another file stands there, or it cannot be written.
    """
    with (
        staged_file(path, _is_ours) as beside,
        open_book(beside, texts.gettext("Persons"), day, texts) as book,
    ):
        book.set_custom_property(_MARK, "yes")
        formats = make_formats(book)
        _first_page(book, texts, formats)
        for name, table in zip(_names(tables, texts), tables, strict=True):
            add_sheet(book, _sheet(name, table, key, texts), formats)


def _is_ours(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return f'name="{_MARK}"' in archive.read("docProps/custom.xml").decode()
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError):
        return False


def _first_page(book: Workbook, texts: Texts, formats: Formats) -> None:
    _ = texts.gettext
    lines = (
        _("Names and identity codes: keep this workbook on this machine, and delete it after use."),
        _("Clients with a protected address are not in it; they are looked after by hand."),
    )
    page = book.add_worksheet(sheet_name(_("Persons")))
    page.set_column(0, 0, 120)
    page.write_string(0, 0, _("Persons"), formats.title)
    for row, line in enumerate(lines, start=2):
        page.write_string(row, 0, line, formats.wrapped)


def _names(tables: Sequence[IdTable], texts: Texts) -> list[str]:
    """Names of the sheets, no two of them the same, with room for the number of a second part."""
    taken = {texts.gettext("Persons").lower()}
    out: list[str] = []
    for table in tables:
        name, number = sheet_name(table.name)[:SHORT], 2
        while name.lower() in taken:
            name, number = f"{sheet_name(table.name)[:SHORT]} ({number})", number + 1
        taken.add(name.lower())
        out.append(name)
    return out


def _sheet(name: str, table: IdTable, key: KeyFile, texts: Texts) -> Sheet:
    """The columns of a table, those of persons behind the ids they belong to."""
    columns: list[SheetColumn] = []
    cells: list[pl.Series] = []
    for heading in table.frame.columns:
        place = str(len(columns))
        number = _number(table.frame[heading], table.numbers.get(heading))
        kind: Kind = "text" if number is None else KINDS[table.numbers[heading]]
        cells.append((table.frame[heading] if number is None else number).alias(place))
        columns.append(SheetColumn(place, heading, "", kind, WIDTH))
        if heading in table.ids:
            for title, found in _persons(table, heading, key, texts):
                place = str(len(columns))
                cells.append(found.alias(place))
                columns.append(SheetColumn(place, title, "", width=WIDTH))
    return Sheet(name, tuple(columns), pl.DataFrame(cells))


def _number(cells: pl.Series, kind: str | None) -> pl.Series | None:
    """A declared number as one; None where the column is none, or holds anything else."""
    if kind is None:
        return None
    if cells.dtype != pl.String:
        return cells
    number = cells.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return number if number.null_count() == cells.null_count() else None


def _persons(table: IdTable, heading: str, key: KeyFile, texts: Texts) -> list[tuple[str, pl.Series]]:
    """Titles and cells of what is known about the persons of a column; what nobody has is left out."""
    _ = texts.gettext
    shown: list[tuple[str, Callable[[Person], str], Mapping[str, Person]]]
    if table.ids[heading] == "client":
        shown = [
            (_("{column}: name").format(column=heading), lambda p: p.name, key.clients),
            (_("{column}: identity code").format(column=heading), lambda p: p.code, key.clients),
            (_("{column}: id in the export").format(column=heading), lambda p: p.id, key.clients),
        ]
    else:
        shown = [
            (_("{column}: name").format(column=heading), lambda p: p.name or p.id, key.coaches),
            (_("{column}: id in the export").format(column=heading), lambda p: p.id, key.coaches),
        ]
    cells = table.frame[heading].cast(pl.String)
    return [
        (title, found)
        for title, told, known in shown
        if (found := _looked_up(cells, told, known)).null_count() < len(found)
    ]


def _looked_up(cells: pl.Series, told: Callable[[Person], str], known: Mapping[str, Person]) -> pl.Series:
    distinct = cells.drop_nulls().unique()
    words = [
        "; ".join(filter(None, (told(known[part]) for part in text.split(" ") if part in known))) or None
        for text in distinct
    ]
    return cells.replace_strict(distinct, pl.Series(words, dtype=pl.String), default=None)
