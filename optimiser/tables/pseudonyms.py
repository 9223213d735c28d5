"""An export with names and identity codes becomes the tables of a snapshot with pseudonymous ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.pseudonyms import DROPPED
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault, complaints
from optimiser.tables.headings import match_headings, read_own_headings
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.protected import Apart, leave_apart
from optimiser.tables.pseudonym_cells import heading_of, replaced_cells
from optimiser.tables.pseudonym_columns import columns_of
from optimiser.tables.pseudonym_key import KeyFile, Kind
from optimiser.tables.pseudonym_people import CODE, People, RawTable, clients_of, coaches_of
from optimiser.tables.pseudonym_texts import PARAGRAPH, cells_kept, free_text, long_ids, name_pairs, told_of
from optimiser.tables.raw import TableText
from optimiser.tables.read import snapshot_of
from optimiser.tables.sources import find_sources, load
from optimiser.tables.texts import table_text

FEW = 0.1
"""Share of the export's clients whom a key file of this region should know at least."""


@dataclass(frozen=True)
class Pseudonymous:
    """What an export becomes.

    Attributes
    ----------
    frames : dict
        Table name to frame, rows by key; of clients with a protected address only id, coach and that.
    snapshot : Snapshot
        What a reader will find in them.
    key : KeyFile
        The key with the persons of the export.
    dropped : polars.DataFrame
        Columns of `DROPPED`.
    notices : tuple of str
        What the reader passed over or assumed.
    before, known, clients : int
        Clients whom the key file knew before, those of the export among them, and all of the export.
    """

    frames: dict[str, pl.DataFrame]
    snapshot: Snapshot
    key: KeyFile
    dropped: pl.DataFrame
    notices: tuple[str, ...]
    before: int
    known: int
    clients: int

    def is_strange(self) -> bool:
        """Whether the key file seems to be of other people: it knew some, and hardly any of these."""
        return self.before > 0 and self.known < FEW * self.clients


@dataclass(frozen=True)
class _Raw:
    """An export as it stands."""

    tables: dict[str, RawTable]
    complaints: tuple[Complaint, ...]
    notices: tuple[str, ...]


def pseudonymised(
    path: Path, key: KeyFile, *, headings: Path | None = None, progress: Progress = SILENT
) -> Pseudonymous:
    """Read an export and put pseudonymous ids in the place of persons.

    Parameters
    ----------
    path : Path
        A folder of CSV or Parquet files, or a workbook, like a region, but with names, identity codes and
        whatever else.
    key : KeyFile
        The secret, and the persons seen before: a person keeps the id also where the export now names
        an identity code that it did not have before.
    headings : Path, optional
        YAML file of own headings, `table: {own heading: our column}`.
    progress : Progress
        Told which table is being read.

    Returns
    -------
    Pseudonymous

    Raises
    ------
    InputError
        With every complaint over all tables, with lines of the export and without values.
    """
    raw = _loaded(path, read_own_headings(headings), progress)
    people = _people(raw, key)
    texts, wrong, faults = _texts(raw, people, key)
    apart = leave_apart(texts)
    snapshot = _checked(raw, apart, wrong, faults)
    present, coaches = (set(people[kind].ids.drop_nulls()) for kind in ("client", "coach"))
    seen = replace(key, clients=people["client"].persons, coaches=people["coach"].persons)
    seen = seen.seen(present, coaches, snapshot.date)
    return Pseudonymous(
        _frames(apart, texts),
        snapshot,
        seen,
        _dropped(raw),
        (*raw.notices, *snapshot.notices),
        len(key.clients),
        len(present & key.clients.keys()),
        len(present),
    )


def _loaded(path: Path, own: Mapping[str, Mapping[str, str]], progress: Progress) -> _Raw:
    found = find_sources(path)
    tables: dict[str, RawTable] = {}
    notices = list(found.notices)
    for name, source in found.sources.items():
        progress.say(said("reading {file}", file=source.file))
        sheet = load(source)
        notices += sheet.notices
        tables[name] = RawTable(sheet, source.table, columns_of(sheet, source.table, own.get(name, {})))
    missing = {"clients", "coaches"} - {n for n, t in tables.items() if t.sheet.headings}
    if missing:
        unreadable = [c for t in tables.values() for c in t.sheet.complaints]
        raise InputError([*found.complaints, *unreadable])
    return _Raw(tables, found.complaints, tuple(notices))


def _people(raw: _Raw, key: KeyFile) -> dict[Kind, People]:
    return {
        "client": clients_of(raw.tables["clients"], key),
        "coach": coaches_of(raw.tables["coaches"], key),
    }


def _texts(
    raw: _Raw, people: Mapping[Kind, People], key: KeyFile
) -> tuple[dict[str, TableText], list[Complaint], list[Fault]]:
    """The cells of all tables with pseudonymous ids, and what is wrong so far."""
    texts: dict[str, TableText] = {}
    wrong = list(raw.complaints)
    faults = [f for group in people.values() for f in group.faults]
    persons = [person for group in people.values() for person in group.persons.values()]
    pairs, ids = name_pairs(persons), long_ids(persons)
    for name, table in raw.tables.items():
        columns, found = replaced_cells(table, people, key)
        kept = {at: ours for at, ours in table.columns.ours.items() if ours not in columns}
        texts[name], formulas, objections = _text(table, [*cells_kept(table, kept), *columns.items()])
        wrong += objections
        told = told_of(table, [ours for ours in kept.values() if (name, ours) != PARAGRAPH], pairs, ids)
        faults += [*found, *formulas, *told]
    return texts, wrong, faults


def _text(
    raw: RawTable, cells: list[tuple[str, pl.Series]]
) -> tuple[TableText, list[Fault], list[Complaint]]:
    """A table under our headings; what is said about it names those of the export."""
    frame = pl.DataFrame([column.alias(str(i)) for i, (_, column) in enumerate(cells)])
    used = raw.columns.ours.keys() | set(raw.columns.persons.values())
    left = {heading for at, heading in enumerate(raw.sheet.headings) if at not in used}
    sheet = replace(
        raw.sheet,
        headings=tuple(name for name, _ in cells) if raw.sheet.headings else (),
        cells=frame.with_columns(raw.lines()),
        complaints=tuple(c for c in raw.sheet.complaints if not c.column or c.column not in left),
    )
    text, faults, wrong = table_text(sheet, raw.table, {})
    at, _ = match_headings(sheet, raw.table, {})
    personal, _ = personal_data(sheet, raw.table, at)
    headings = {name: heading_of(raw, name) for name in raw.table.by_name}
    told = [replace(c, value="", column=headings.get(c.column, c.column)) for c in [*wrong, *personal]]
    return replace(text, headings=headings if text.headings else {}), faults, told


def _checked(raw: _Raw, apart: Apart, wrong: list[Complaint], faults: list[Fault]) -> Snapshot:
    """The snapshot that a reader will find; raises with every complaint."""
    files = {name: text.file for name, text in apart.texts.items()}
    headings = {name: {**text.headings} for name, text in apart.texts.items()}
    clients = raw.tables["clients"]
    at = clients.columns.persons.get(("client", "code"))
    headings["clients"][CODE] = heading_of(clients, "client_id") if at is None else clients.sheet.headings[at]
    wrong = wrong + complaints(apart.silence(faults), files, headings)
    try:
        snapshot = snapshot_of(apart, Policy())
    except InputError as error:
        raise InputError([replace(c, value="") for c in (*wrong, *error.complaints)]) from None
    if wrong:
        raise InputError([replace(c, value="") for c in wrong])
    return snapshot


def _frames(apart: Apart, whole: Mapping[str, TableText]) -> dict[str, pl.DataFrame]:
    """The tables to be written; of clients with a protected address what the reader needs to leave them apart."""
    frames = {name: parse_table(text)[0] for name, text in apart.texts.items()}
    clients, _ = parse_table(whole["clients"])
    gone = clients.filter(
        pl.col("line").is_in(apart.hidden.get("clients", clients["line"].clear()).implode())
    )
    bare = gone.select("client_id", "coach_id", "protected_address", "line")
    frames["clients"] = pl.concat([frames["clients"], bare], how="diagonal")
    return {
        name: frame.sort(pl.col(TABLES[name].key).cast(pl.String), maintain_order=True)
        for name, frame in frames.items()
    }


def _dropped(raw: _Raw) -> pl.DataFrame:
    rows = [(t.sheet.file, *column) for t in raw.tables.values() for column in t.columns.dropped]
    rows += [
        (t.sheet.file, heading_of(t, PARAGRAPH[1]), "free_text")
        for name, t in raw.tables.items()
        if name == PARAGRAPH[0] and free_text(t).any()
    ]
    return pl.DataFrame(rows, schema={c.name: c.dtype for c in DROPPED.columns}, orient="row").sort(
        "file", maintain_order=True
    )
