"""Which files, or sheets of a workbook, hold which table."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.pseudonyms import DROPPED
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import said
from optimiser.tables.csv_text import read_csv
from optimiser.tables.faults import masked
from optimiser.tables.headings import plain
from optimiser.tables.raw import Sheet, Source, unreadable
from optimiser.tables.workbook import NO_WORKBOOK, read_sheet, sheet_names, sheet_place

TEXT = (".csv", ".tsv", ".txt")
BOOKS = (".xlsx", ".xlsm")
OLD_BOOKS = (".xls", ".ods")
PARQUET = ".parquet"


@dataclass(frozen=True)
class Found:
    """What a folder or workbook holds.

    Attributes
    ----------
    sources : dict
        Table name to where it stands.
    complaints : tuple of Complaint
        Missing and doubled tables, files that cannot be used.
    notices : tuple of str
        What was left unread.
    """

    sources: dict[str, Source]
    complaints: tuple[Complaint, ...] = ()
    notices: tuple[str, ...] = ()


def table_names() -> dict[str, Table]:
    """Plain English or Finnish name to table."""
    return {plain(name): table for table in TABLES.values() for name in (table.name, table.fi)}


REQUIRED = tuple(t.name for t in TABLES.values() if t.required)


def find_sources(path: Path, needed: Collection[str] = REQUIRED) -> Found:
    """Find the tables in a folder of files, or in a workbook, or in a folder with one workbook.

    Parameters
    ----------
    path : Path
        The folder or the workbook.
    needed : collection of str
        Tables that must be there.
    """
    if not path.exists():
        return _nothing(path, said("there is no such file or folder"), said("Check the name."))
    if path.is_file():
        beside = _files(path.parent) if os.access(path.parent, os.R_OK) else []
        return _in_workbook(path, [p for p in beside if p.name != path.name], needed)
    files = _files(path)
    tables = [p for p in files if p.suffix.lower() in (*TEXT, PARQUET) and plain(p.stem) != DROPPED.name]
    books = [p for p in files if p.suffix.lower() in BOOKS]
    named = [p for p in tables if plain(p.stem) in table_names()]
    if not named and len(books) == 1:
        return _in_workbook(books[0], [p for p in files if p != books[0]], needed)
    if not named:
        old = [p for p in files if p.suffix.lower() in OLD_BOOKS]
        if old:
            problem = said("{file} cannot be read: an old kind of workbook", file=old[0].name)
            return _nothing(path, problem, said("Save it as .xlsx."))
        advice = said(
            "Put clients.csv, coaches.csv, municipalities.csv and units.csv in it, or one .xlsx workbook."
        )
        return _nothing(path, said("no tables in the folder"), advice)
    unread = [p for p in files if p not in tables]
    places = [(p.stem, Source(TABLES["clients"], p, p.name)) for p in tables]
    found = _sources(places, path.name, unread, needed)
    left = tuple(
        said("{file} was left unread: the tables stand in files of their own.", file=p.name) for p in books
    )
    return Found(found.sources, found.complaints, found.notices + left)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))


def _nothing(path: Path, problem: str, advice: str) -> Found:
    return Found({}, (Complaint(str(path), 0, "", "", problem, advice),))


def _in_workbook(path: Path, beside: list[Path], needed: Collection[str]) -> Found:
    if path.suffix.lower() in (*TEXT, PARQUET):
        advice = said("Name the folder that holds all its tables.")
        return _nothing(path, said("this is one table, not a region"), advice)
    if not path.stat().st_size:
        return _nothing(path, said("the file is empty (0 bytes)"), said("Save the workbook again."))
    names = sheet_names(path)
    if names is None:
        return _nothing(path, *NO_WORKBOOK)
    place = [(n, Source(TABLES["clients"], path, sheet_place(path.name, n), n)) for n in names]
    return _sources(place, path.name, beside, needed)


def _sources(
    candidates: list[tuple[str, Source]], place: str, beside: list[Path], needed: Collection[str]
) -> Found:
    """Sort candidates (name, source with any table) by the table that their name means.

    Files beside them are not read, but named where a table is missing that they may hold.
    """
    names = table_names()
    sources: dict[str, Source] = {}
    wrong: list[Complaint] = []
    unread: list[str] = []
    for name, source in candidates:
        table = names.get(plain(name))
        if table is None:
            unread.append(name)
        elif table.name in sources:
            problem = said("the table {table} stands twice", table=table.name)
            advice = said("Keep one; {file} holds it as well.", file=sources[table.name].file)
            wrong.append(Complaint(source.file, 0, "", "", problem, advice))
        else:
            sources[table.name] = Source(table, source.path, source.file, source.sheet)
    wrong += [c for name in unread for c in _misspelt(name, sources, place)]
    missing = [t for t in TABLES.values() if t.name in needed and t.name not in sources]
    wrong += [_missing(t, place, [p for p in beside if names.get(plain(p.stem)) is t]) for t in missing]
    notices = tuple(
        said("{file} was left unread: no table has this name.", file=masked(name) or "…") for name in unread
    )
    return Found(sources, tuple(wrong), notices)


def _misspelt(name: str, sources: dict[str, Source], place: str) -> list[Complaint]:
    open_names = {n: t for n, t in table_names().items() if t.name not in sources}
    near = difflib.get_close_matches(plain(name), open_names, 1, 0.8)
    if not near:
        return []
    advice = said("Did you mean {near}? Rename it, or take it away.", near=open_names[near[0]].name)
    return [Complaint(place, 0, "", masked(name), said("an unknown table"), advice)]


def _missing(table: Table, place: str, lying: list[Path]) -> Complaint:
    """The complaint about a missing table; `lying` are files of its name that are not read."""
    name = table.name
    books = [p.name for p in lying if p.suffix.lower() in BOOKS + OLD_BOOKS]
    files = [p.name for p in lying if p.suffix.lower() in (*TEXT, PARQUET)]
    if books:
        problem = said(
            "the table {table} is missing: {file} lies there but is a workbook", table=name, file=books[0]
        )
        advice = said("Give it alone, or save it as {table}.csv.", table=name)
    elif files:
        problem = said(
            "the table {table} is missing: {file} lies there but a workbook is read",
            table=name,
            file=files[0],
        )
        advice = said(
            "Add it to the workbook as a sheet {table}, or give the folder with all tables as files.",
            table=name,
        )
    else:
        problem = said("the table {table} is missing", table=name)
        advice = said(
            "Add {table}.csv (or a sheet {table}): {meaning}", table=name, meaning=said(table.description)
        )
    return Complaint(place, 0, "", "", problem, advice)


def only_source(path: Path, table: Table, *more: Table) -> Source:
    """Say where the rows of one table stand: in the file, or of a workbook in the sheet of its name or the only one.

    Parameters
    ----------
    path : Path
        The file.
    table : Table
        Whose rows they are.
    *more : Table
        Tables whose names a sheet may have as well.

    Raises
    ------
    InputError
        Where the file is no workbook though it is called one, or none of its sheets has the name.
    """
    if path.suffix.lower() not in BOOKS:
        return Source(table, path, path.name)
    names = sheet_names(path)
    if not names:
        raise InputError([Complaint(path.name, 0, "", "", *NO_WORKBOOK)])
    known = {plain(word) for t in (table, *more) for word in (t.name, t.fi)}
    named = [name for name in names if plain(name) in known]
    if not named and len(names) > 1:
        problem = said("none of the sheets has the name of the table")
        advice = said("Call the sheet {name} (or {other}).", name=table.name, other=table.fi)
        shown = ", ".join(masked(name) or "…" for name in names)
        raise InputError([Complaint(path.name, 0, "", shown, problem, advice)])
    sheet = (named or names)[0]
    return Source(table, path, sheet_place(path.name, sheet), sheet)


def load(source: Source) -> Sheet:
    """Read the cells of a source."""
    suffix = source.path.suffix.lower()
    try:
        if source.sheet:
            return read_sheet(source.path, source.sheet, source.file)
        if suffix == PARQUET:
            return _parquet(source)
        return read_csv(source.path.read_bytes(), source.file)
    except OSError:
        advice = said("Close it elsewhere and check your rights.")
        return unreadable(source.file, said("the file cannot be opened"), advice)


def _parquet(source: Source) -> Sheet:
    if not source.path.stat().st_size:
        return unreadable(source.file, said("the file is empty (0 bytes)"), said("Export the table again."))
    try:
        frame = pl.read_parquet(source.path)
    except (pl.exceptions.PolarsError, OSError):
        return unreadable(source.file, said("the file is no Parquet file"), said("Export the table again."))
    headings = tuple(h for h in frame.columns if h != "line")
    cells = frame.select(headings)
    nested = [h for h, dtype in cells.schema.items() if dtype.is_nested() or dtype in (pl.Binary, pl.Object)]
    cells = cells.with_columns(pl.lit(None, pl.String).alias(h) for h in nested)
    cells.columns = [str(i) for i in range(cells.width)]
    return Sheet(
        source.file,
        headings,
        cells.with_row_index("line", 1).select(*cells.columns, pl.col("line").cast(pl.Int32)),
        tuple(_nested(source.file, heading) for heading in nested),
    )


def _nested(file: str, heading: str) -> Complaint:
    problem = said("the cells of the column hold lists or records, not single values")
    advice = said("Export the column with one text, number or day in each cell.")
    return Complaint(file, 0, masked(heading), "", problem, advice)
