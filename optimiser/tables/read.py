"""Files to a snapshot: every complaint over all tables at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import CLIENTS, TABLES
from optimiser.domain.snapshot import SetAside, Snapshot
from optimiser.domain.texts import said
from optimiser.tables.aside import explain_dependents, may_wait, set_rows_aside
from optimiser.tables.export import (
    CARRIED,
    DATED,
    TAKEN,
    Export,
    carried,
    lacking,
    moved_out,
    older,
    other_region,
    taken,
    tells_of_protected,
    without,
)
from optimiser.tables.faults import Fault, complaints, fault
from optimiser.tables.headings import match_headings, read_own_headings
from optimiser.tables.ids import numbered
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.protected import Apart, add_counts, leave_apart
from optimiser.tables.raw import Sheet, TableText
from optimiser.tables.references import lost_zeros, reference_faults
from optimiser.tables.sources import find_sources, load
from optimiser.tables.texts import table_text
from optimiser.tables.validate import (
    date_faults,
    duplicate_faults,
    keyed_tables,
    later_dates,
    order_faults,
    pin_faults,
    snapshot_faults,
)


@dataclass
class _Reading:
    """What has been read and found so far; lives for one call of `read_snapshot`."""

    policy: Policy
    wait: bool
    texts: dict[str, TableText] = field(default_factory=dict)
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    complaints: list[Complaint] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    before: Snapshot | None = None
    away: pl.DataFrame = field(default_factory=lambda: CLIENTS.empty().select("client_id", "municipality"))

    @property
    def taken(self) -> tuple[str, ...]:
        """Tables that the snapshot before gives, because the export has none."""
        return () if self.before is None else tuple(n for n in TAKEN if n not in self.texts)

    def partial(self) -> frozenset[str]:
        """Tables of which nothing can be said by what they lack."""
        required = {t.name for t in TABLES.values() if t.required}
        read = {n for n, t in self.texts.items() if t.whole and TABLES[n].key[0] in t.frame.columns}
        read |= set(self.taken)
        return frozenset({n for n in TABLES if n in required or n in self.texts} - read) | (
            required & self.empty
        )

    def references(self, name: str) -> list[Fault]:
        """What a table names and is not there, but for what is complained of already."""
        return reference_faults(name, self.frames, self.partial(), lost_zeros(self.faults))

    def take(self, found: list[Fault]) -> None:
        """Note faults: rows that may wait are set aside, the others will stop the reading."""
        for name in TABLES:
            mine = [f for f in found if f.table == name and f.rows.height]
            waiting = [f for f in mine if self.wait and may_wait(f)]
            self.faults += [f for f in mine if f not in waiting]
            if waiting:
                text = self.texts[name]
                self.frames[name], listed = set_rows_aside(self.frames[name], text, waiting, self.policy)
                self.aside += listed

    def stop_if_wrong(self) -> None:
        """Raise all complaints there are."""
        files = {name: name for name in self.taken} | {name: text.file for name, text in self.texts.items()}
        headings = {name: text.headings for name, text in self.texts.items()}
        found = complaints(self.faults, files, headings, frozenset(self.hidden))
        if self.complaints or found:
            raise InputError(self.complaints + found)


def read_snapshot(
    path: Path,
    *,
    policy: Policy | None = None,
    headings: Path | None = None,
    set_aside: bool = False,
    progress: Progress = SILENT,
) -> Snapshot:
    """Read and validate a snapshot.

    Parameters
    ----------
    path : Path
        A folder of CSV or Parquet files named by table, a workbook with a sheet a table, or a folder
        that holds one workbook.
    policy : Policy, optional
        Gives the defaults of unknown values with `set_aside`.
    headings : Path, optional
        YAML file of own headings, `table: {own heading: our column}`.
    set_aside : bool
        Leave out single bad rows of clients, exclusions, pins, absences and travel, and list them.
    progress : Progress
        Told which table is being read.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        With every complaint over all tables.
    """
    reading = _Reading(policy or Policy(), set_aside)
    return _finished(reading, _read_texts(reading, path, read_own_headings(headings), progress))


def read_export(
    path: Path,
    before: Snapshot,
    *,
    policy: Policy | None = None,
    headings: Path | None = None,
    progress: Progress = SILENT,
) -> Export:
    """Read and validate an export beside the snapshot before it, which gives the tables it lacks.

    Parameters
    ----------
    path : Path
        As in `read_snapshot`; only the clients must be there.
    before : Snapshot
        The snapshot.
    policy, headings, progress
        As in `read_snapshot`.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        With every complaint; where the export is older than the snapshot, or of another region.
    """
    reading = _Reading(policy or Policy(), wait=False, before=before)
    apart = _read_texts(reading, path, read_own_headings(headings), progress)
    found = _finished(reading, apart)
    return Export(found, apart.ids, reading.away, lacking(reading.texts.get("clients")))


def snapshot_of(apart: Apart, policy: Policy) -> Snapshot:
    """Parse and validate tables whose cells have been read already.

    Parameters
    ----------
    apart : Apart
        The cells of all tables, the protected clients left apart.
    policy : Policy

    Raises
    ------
    InputError
        With every complaint over all tables.
    """
    reading = _Reading(policy, wait=False)
    reading.texts = apart.texts
    reading.empty = {name for name, text in apart.texts.items() if not text.frame.height}
    reading.complaints += apart.complaints
    return _finished(reading, apart)


def _finished(reading: _Reading, apart: Apart) -> Snapshot:
    """Parse and validate what has been read; raise where anything is wrong with it."""
    _parse(reading, apart)
    _validate(reading)
    day = _snapshot_date(reading)
    if day is not None:
        _validate_dates(reading, day)
        _validate_beside(reading, day)
    reading.stop_if_wrong()
    if day is None:
        raise InputError([_no_date(reading)])
    return _snapshot(reading, day, apart)


def _read_texts(
    reading: _Reading, path: Path, own: Mapping[str, Mapping[str, str]], progress: Progress
) -> Apart:
    """Read the cells of all tables, and leave the protected clients apart."""
    found = find_sources(path) if reading.before is None else find_sources(path, (CLIENTS.name,))
    reading.complaints += found.complaints
    reading.notices += found.notices
    texts: dict[str, TableText] = {}
    for name, source in found.sources.items():
        progress.say(said("reading {file}", file=source.file))
        sheet = load(source)
        reading.notices += sheet.notices
        texts[name], faults, wrong = table_text(sheet, source.table, own.get(name, {}))
        reading.complaints += wrong
        reading.faults += faults
        _look_for_persons(reading, name, sheet, own.get(name, {}))
    reading.empty = {name for name, text in texts.items() if not text.frame.height}
    apart = leave_apart(texts)
    reading.texts = apart.texts
    reading.complaints += apart.complaints
    reading.faults = apart.silence(reading.faults)
    return apart


def _look_for_persons(reading: _Reading, name: str, sheet: Sheet, own: Mapping[str, str]) -> None:
    at, _ = match_headings(sheet, TABLES[name], own)
    wrong, columns = personal_data(sheet, TABLES[name], at)
    reading.complaints += wrong
    reading.hidden |= {(name, column) for column in columns}


def _parse(reading: _Reading, apart: Apart) -> None:
    found: list[Fault] = reading.faults
    reading.faults = []
    for name, table in TABLES.items():
        text = reading.texts.get(name)
        if reading.before is not None and name in reading.taken:
            reading.frames[name] = taken(name, reading.before, reading.frames, bool(len(apart.ids)))
            continue
        if text is None or not text.headings:
            reading.frames[name] = table.empty()
            continue
        reading.frames[name], faults = parse_table(text)
        found += faults
    if reading.before is not None:
        _beside(reading, reading.before, apart)
    reading.take(found)


def _beside(reading: _Reading, before: Snapshot, apart: Apart) -> None:
    """What the snapshot before says of clients who moved out, and of protected ones."""
    frames = reading.frames
    frames["clients"], reading.away = moved_out(frames["clients"], before, frames["municipalities"])
    for name in ("pins", "exclusions"):
        frames[name] = without(frames[name], reading.away["client_id"])
    if len(apart.ids) or tells_of_protected(reading.texts):
        return
    frames["coaches"] = carried(frames["coaches"], before)
    if frames["coaches"]["protected_clients"].sum():
        reading.notices.append(CARRIED)


def _validate(reading: _Reading) -> None:
    """Duplicates, references and dates of one row; clients before what names them."""
    frames = reading.frames
    present = {name for name in TABLES if name in reading.texts}
    doubles = [f for t in keyed_tables() if t.name in present for f in duplicate_faults(t, frames[t.name])]
    reading.take([*doubles, *snapshot_faults(frames["snapshot"]), *order_faults(frames)])
    present |= {"units", "coaches"} & set(reading.taken)
    first = [n for n in TABLES if n in present and n not in ("exclusions", "pins")]
    reading.take([f for name in first for f in reading.references(name)])


def _dates_given(reading: _Reading) -> list[Date]:
    return list(reading.frames["snapshot"]["date"].drop_nulls())


def _snapshot_date(reading: _Reading) -> Date | None:
    """The snapshot's date; where missing, the latest registration."""
    given = _dates_given(reading)
    if given:
        return given[0]
    bad = [f.rows["line"] for f in reading.faults if f.table == "clients" and f.rows.height]
    clients = reading.frames["clients"]
    if bad:
        clients = clients.filter(~pl.col("line").is_in(pl.concat(bad).implode()))
    columns = DATED if reading.before is not None else DATED[:1]
    dates = pl.concat([clients[name].drop_nulls().rename("date") for name in columns])
    latest: list[Date] = dates.sort(descending=True).head(1).to_list()
    if not latest:
        return None
    if reading.before is not None:
        reading.notices.append(
            said(
                "The export has no date: the latest registration or meeting, {day}, is taken.", day=latest[0]
            )
        )
        return latest[0]
    reading.notices.append(
        said("The snapshot has no date: the latest registration, {day}, is taken.", day=latest[0])
    )
    return latest[0]


def _validate_dates(reading: _Reading, day: Date) -> None:
    """What depends on the snapshot's date, then the tables that name clients."""
    assumed = not _dates_given(reading)
    if assumed:
        reading.notices += later_dates(reading.frames["clients"], day)
    reading.take(date_faults(reading.frames["clients"], day, assumed))
    gone = {"client_id": _ids_gone(reading)}
    for name in ("exclusions", "pins"):
        if name in reading.texts:
            reading.take(explain_dependents(reading.references(name), gone))
    reading.take(pin_faults(reading.frames["pins"], reading.frames["exclusions"], day))
    if any(a.file == _clients_file(reading) for a in reading.aside) and not reading.frames["clients"].height:
        advice = said("Mend the rows, starting with what most of them have in common.")
        problem = said("no row is left after setting aside")
        reading.complaints.append(Complaint(_clients_file(reading), 0, "", "", problem, advice))


def _validate_beside(reading: _Reading, day: Date) -> None:
    """Whether an export follows the snapshot before it."""
    if reading.before is None:
        return
    file, given = _clients_file(reading) or "clients", _dates_given(reading)
    region = reading.frames["snapshot"]["region"].drop_nulls().to_list()
    reading.complaints += older(day, reading.before, file, assumed=not given)
    reading.complaints += other_region(region[0] if region else "", reading.before, file)
    left = reading.frames["departures"].filter(pl.col("date") > day)
    problem = said("a date after the export's")
    advice = said("Correct it, or leave the row for the next export.")
    reading.take(fault(("departures", "date"), problem, advice, left["line"], left["date"]))


def _ids_gone(reading: _Reading) -> pl.Series:
    file = _clients_file(reading)
    ids = [a.row_id for a in reading.aside if not a.used and a.file == file]
    return pl.Series("client_id", ids, dtype=pl.String)


def _clients_file(reading: _Reading) -> str:
    """File of the clients; empty where there is none."""
    return reading.texts["clients"].file if "clients" in reading.texts else ""


def _no_date(reading: _Reading) -> Complaint:
    file = _clients_file(reading) or "snapshot"
    problem = said("the snapshot has no date and no client is registered")
    advice = said("Add a table snapshot with a date, or registered_on to the clients.")
    return Complaint(file, 0, "", "", problem, advice)


def _snapshot(reading: _Reading, day: Date, apart: Apart) -> Snapshot:
    frames = {name: _sorted(name, frame) for name, frame in reading.frames.items()}
    frames["coaches"], total = add_counts(frames["coaches"], apart.coaches)
    about = frames.pop("snapshot").to_dicts()
    return Snapshot(
        date=day,
        region=(about[0]["region"] if about else None) or "",
        source=(about[0]["source"] if about else None) or "",
        **frames,
        protected_total=total,
        notices=tuple(reading.notices),
        set_aside=tuple(sorted(reading.aside, key=lambda a: (a.file, a.line))),
        files={name: text.file for name, text in reading.texts.items()},
    )


def _sorted(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows in the order of the table's key."""
    key = TABLES[name].key
    if len(key) > 1 or frame[key[0]].dtype != pl.String:
        return frame.sort(pl.col(k).cast(pl.String) if frame[k].dtype == pl.Categorical else k for k in key)
    ids = frame[key[0]]
    if ids.is_sorted():
        return frame
    numbers = numbered(ids)
    return frame[(ids if numbers is None else numbers).arg_sort()]
