"""Which files, or sheets of a workbook, hold which table."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint
from optimiser.domain.schema import TABLES
from optimiser.tables.csv_text import read_csv
from optimiser.tables.headings import plain
from optimiser.tables.raw import Sheet, Source, unreadable
from optimiser.tables.workbook import NO_WORKBOOK, read_sheet, sheet_names

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


def find_sources(path: Path) -> Found:
    """Find the tables in a folder of files, or in a workbook, or in a folder with one workbook.

    Parameters
    ----------
    path : Path
        The folder or the workbook.
    """
    if not path.exists():
        return _nothing(path, "there is no such file or folder", "Check the name.")
    if path.is_file():
        return _in_workbook(path)
    files = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))
    tables = [p for p in files if p.suffix.lower() in (*TEXT, PARQUET)]
    books = [p for p in files if p.suffix.lower() in BOOKS]
    named = [p for p in tables if plain(p.stem) in table_names()]
    if not named and len(books) == 1:
        return _in_workbook(books[0])
    if not named:
        old = [p for p in files if p.suffix.lower() in OLD_BOOKS]
        advice = (
            "Put clients.csv, coaches.csv, municipalities.csv and units.csv in it, or one .xlsx workbook."
        )
        problem = (
            f"{old[0].name} cannot be read: an old kind of workbook" if old else "no tables in the folder"
        )
        return _nothing(path, problem, "Save it as .xlsx." if old else advice)
    found = _sources([(p.stem, Source(TABLES["clients"], p, p.name)) for p in tables], path.name)
    left = tuple(f"{p.name} was left unread: the tables stand in files of their own." for p in books)
    return Found(found.sources, found.complaints, found.notices + left)


def _nothing(path: Path, problem: str, advice: str) -> Found:
    return Found({}, (Complaint(str(path), 0, "", "", problem, advice),))


def _in_workbook(path: Path) -> Found:
    if path.suffix.lower() in (*TEXT, PARQUET):
        return _nothing(path, "this is one table, not a region", "Name the folder that holds all its tables.")
    if not path.stat().st_size:
        return _nothing(path, "the file is empty (0 bytes)", "Save the workbook again.")
    names = sheet_names(path)
    if names is None:
        return _nothing(path, *NO_WORKBOOK)
    place = [(n, Source(TABLES["clients"], path, f"{path.name}, sheet {n}", n)) for n in names]
    return _sources(place, path.name)


def _sources(candidates: list[tuple[str, Source]], place: str) -> Found:
    """Sort candidates (name, source with any table) by the table that their name means."""
    names = table_names()
    sources: dict[str, Source] = {}
    wrong: list[Complaint] = []
    unread: list[str] = []
    for name, source in candidates:
        table = names.get(plain(name))
        if table is None:
            unread.append(name)
        elif table.name in sources:
            advice = f"Keep one; {sources[table.name].file} holds it as well."
            wrong.append(Complaint(source.file, 0, "", "", f"the table {table.name} stands twice", advice))
        else:
            sources[table.name] = Source(table, source.path, source.file, source.sheet)
    wrong += [c for name in unread for c in _misspelt(name, sources, place)]
    wrong += [
        _missing(table, place) for table in TABLES.values() if table.required and table.name not in sources
    ]
    notices = tuple(f"{name} was left unread: no table has this name." for name in unread)
    return Found(sources, tuple(wrong), notices)


def _misspelt(name: str, sources: dict[str, Source], place: str) -> list[Complaint]:
    open_names = {n: t for n, t in table_names().items() if t.name not in sources}
    near = difflib.get_close_matches(plain(name), open_names, 1, 0.8)
    if not near:
        return []
    advice = f"Did you mean {open_names[near[0]].name}? Rename it, or take it away."
    return [Complaint(place, 0, "", name, "an unknown table", advice)]


def _missing(table: Table, place: str) -> Complaint:
    advice = f"Add {table.name}.csv (or a sheet {table.name}): {table.description}"
    return Complaint(place, 0, "", "", f"the table {table.name} is missing", advice)


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
        return unreadable(
            source.file, "the file cannot be opened", "Close it elsewhere and check your rights."
        )


def _parquet(source: Source) -> Sheet:
    if not source.path.stat().st_size:
        return unreadable(source.file, "the file is empty (0 bytes)", "Export the table again.")
    try:
        frame = pl.read_parquet(source.path)
    except (pl.exceptions.PolarsError, OSError):
        return unreadable(source.file, "the file is no Parquet file", "Export the table again.")
    headings = tuple(h for h in frame.columns if h != "line")
    cells = frame.select(headings)
    cells.columns = [str(i) for i in range(cells.width)]
    return Sheet(
        source.file,
        headings,
        cells.with_row_index("line", 1).select(*cells.columns, pl.col("line").cast(pl.Int32)),
    )
