"""Folders with pseudonymous ids: what is written of an export, and reading any such folder again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError, OptimiserError
from optimiser.domain.pseudonyms import DROPPED
from optimiser.domain.schema import CLIENTS, TABLES
from optimiser.domain.texts import said
from optimiser.tables.headings import known_headings, plain
from optimiser.tables.pseudonym_key import IDS, KeyFile
from optimiser.tables.pseudonyms import Pseudonymous
from optimiser.tables.raw import Sheet, Source
from optimiser.tables.read import read_snapshot
from optimiser.tables.sources import PARQUET, TEXT, load
from optimiser.tables.write import write_snapshot, write_table

RECORD = "pseudonyms.json"
FILES = (RECORD, "dropped.csv", *(f"{name}.csv" for name in TABLES))
"""What a folder of pseudonymous tables may hold; a later run replaces all of them together."""
UNTOLD = ("protected_address", "protected_clients")
"""Columns that never stand beside names."""
_IDS_ALONE = rf"^{IDS}( {IDS})*$"
"""One id, or several apart by spaces."""


@dataclass(frozen=True)
class IdTable:
    """A table of a folder in which pseudonymous ids stand.

    Attributes
    ----------
    name : str
        Name of its file without the ending, or of the folder whose files it gathers.
    frame : polars.DataFrame
        Its cells, headings as in the file.
    numbers : dict
        Heading of each column that is a number by declaration to `integer` or `number`.
    ids : dict
        Heading of each column of ids to `client` or `coach`.
    """

    name: str
    frame: pl.DataFrame
    numbers: dict[str, str]
    ids: dict[str, str]


def write_folder(stage: Path, found: Pseudonymous, finnish: bool) -> None:
    """Write the tables, what was dropped, and the record that tells one key from another.

    Raises
    ------
    OptimiserError
        Where a reader does not find in the tables what was meant (a fault of the program).
    """
    write_snapshot(found.frames, stage, finnish=finnish)
    written = read_snapshot(stage)
    same = written.protected_total == found.snapshot.protected_total
    if not same or written.fingerprint() != found.snapshot.fingerprint():
        problem = said("A fault of the program: the tables written do not hold what the export says.")
        raise OptimiserError(problem)
    write_table(found.dropped, DROPPED, stage / "dropped.csv", finnish)
    counts = {name: frame.height for name, frame in found.frames.items()}
    told = {"version": 1, "key_id": found.key.key_id(), "rows": counts, "dropped": found.dropped.height}
    (stage / RECORD).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def key_id_of(folder: Path) -> str | None:
    """Return which key a folder's ids were made with; None where the folder has no record of it.

    Raises
    ------
    InputError
        Where the record cannot be understood.
    """
    record = folder / RECORD
    if not record.is_file():
        return None
    try:
        return str(json.loads(record.read_text(encoding="utf-8"))["key_id"])
    except (ValueError, KeyError, TypeError, OSError) as error:
        problem = said("the record of the key cannot be understood")
        advice = said("Make the folder anew from the export.")
        raise InputError([Complaint(str(record), 0, "", "", problem, advice)]) from error


def read_id_tables(folder: Path, declared: Mapping[str, Table], key: KeyFile) -> list[IdTable]:
    """Read the tables of a folder that hold pseudonymous ids.

    Rows of clients with a protected address are left out, and so is what tells of them (`UNTOLD`).

    Parameters
    ----------
    folder : Path
        Tables or a plan, as CSV or Parquet; of the folders in it, files with the same headings (one a coach,
        say) are one table.
    declared : mapping
        Name to table, for those whose columns are declared.
    key : KeyFile
        Knows whose address is protected.

    Returns
    -------
    list of IdTable
        Those of the folder itself first, each by name.
    """
    if not folder.is_dir():
        advice = said("Name a folder of tables or of a plan.")
        raise InputError([Complaint(str(folder), 0, "", "", said("there is no such folder"), advice)])
    names = {plain(word): table for table in declared.values() for word in (table.name, table.fi)}
    protected = pl.Series([i for i, p in key.clients.items() if p.protected], dtype=pl.String)
    found: list[IdTable] = []
    for place in _places(folder):
        for name, headings, cells in _sheets(place, together=place != folder):
            frame = cells.rename(dict(zip(cells.columns, _distinct(headings), strict=True)))
            table = _id_table(name, frame, names.get(plain(name)), protected)
            found += [table] if table is not None else []
    return found


def unread_files(folder: Path) -> list[str]:
    """Return the files that `read_id_tables` passes over, as they stand below the folder; hidden ones are not told."""
    return [
        str(path.relative_to(folder))
        for place in _places(folder)
        for path in sorted(place.iterdir())
        if path.is_file()
        and not path.name.startswith((".", "~$"))
        and path.name != RECORD
        and not _is_table(path)
    ]


def _places(folder: Path) -> list[Path]:
    """A folder and those in it."""
    return [folder, *sorted(p for p in folder.iterdir() if p.is_dir() and not p.is_symlink())]


def _is_table(path: Path) -> bool:
    return path.suffix.lower() in (*TEXT, PARQUET) and path.is_file()


def _sheets(place: Path, together: bool) -> list[tuple[str, tuple[str, ...], pl.DataFrame]]:
    """Name, headings and cells of each table in a folder; with `together`, tables of equal headings are one."""
    groups: dict[tuple[str, ...], list[tuple[str, Sheet]]] = {}
    for path in sorted(filter(_is_table, place.iterdir())):
        sheet = load(Source(CLIENTS, path, path.name))
        if sheet.complaints:
            raise InputError(sheet.complaints)
        kind = sheet.headings if together else (*sheet.headings, path.stem)
        groups.setdefault(kind, []).append((path.stem, sheet))
    out: list[tuple[str, tuple[str, ...], pl.DataFrame]] = []
    for parts in groups.values():
        name = parts[0][0] if len(parts) == 1 else place.name
        cells = pl.concat([sheet.cells.drop("line") for _, sheet in parts], how="vertical_relaxed")
        out.append((name, parts[0][1].headings, cells))
    return out


def _id_table(name: str, frame: pl.DataFrame, table: Table | None, protected: pl.Series) -> IdTable | None:
    """A table with ids as it is shown; None where no column holds ids."""
    frame = frame.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
    ids = {heading: kind for heading in frame.columns if (kind := _kind(frame[heading]))}
    if not ids:
        return None
    known = known_headings(table) if table else {}
    meant = {h: column for h in frame.columns if (column := known.get(plain(h))) is not None}
    frame = frame.drop(h for h, column in meant.items() if column.name in UNTOLD)
    numbers = {h: str(column.kind) for h, column in meant.items() if column.kind in ("integer", "number")}
    for heading in ids:
        parts = frame[heading].cast(pl.String).str.split(" ")
        hidden = parts.list.eval(pl.element().is_in(protected.implode())).list.any()
        frame = frame.filter(~hidden.fill_null(False))
    return IdTable(name, frame, numbers, ids)


def _kind(cells: pl.Series) -> str:
    """Whose ids a column holds, `client` or `coach`; empty where it holds anything else."""
    if cells.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return ""
    given = cells.cast(pl.String).drop_nulls().unique()
    given = given.filter(given.str.strip_chars() != "")
    if not len(given) or not given.str.contains(_IDS_ALONE).all():
        return ""
    return "client" if given[0].startswith("C") else "coach"


def _distinct(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Headings of which no two are the same."""
    seen: dict[str, int] = {}
    out: list[str] = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        out.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return tuple(out)
