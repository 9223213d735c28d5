"""From the cells of tables to a snapshot, step by step; what is wrong is gathered on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import Progress
from optimiser.domain.schema import CLIENTS, TABLES
from optimiser.domain.snapshot import SetAside, Snapshot
from optimiser.domain.texts import said
from optimiser.tables.aside import explain_dependents, may_wait, set_rows_aside
from optimiser.tables.export import DATED, TAKEN, taken
from optimiser.tables.faults import Fault, complaints
from optimiser.tables.headings import match_headings
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
class Reading:
    """What has been read and found so far; lives for one call of a reader."""

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


def read_texts(
    reading: Reading, path: Path, own: Mapping[str, Mapping[str, str]], progress: Progress
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


def _look_for_persons(reading: Reading, name: str, sheet: Sheet, own: Mapping[str, str]) -> None:
    at, _ = match_headings(sheet, TABLES[name], own)
    wrong, columns = personal_data(sheet, TABLES[name], at)
    reading.complaints += wrong
    reading.hidden |= {(name, column) for column in columns}


def parse(reading: Reading, apart: Apart) -> None:
    """Parse the cells of all tables; what the export lacks is taken from the snapshot before it."""
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
    reading.take(found)


def validated(reading: Reading) -> Date | None:
    """Validate what has been parsed; return the snapshot's date, None where nothing tells of one."""
    _validate(reading)
    day = _snapshot_date(reading)
    if day is not None:
        _validate_dates(reading, day)
    return day


def finished(reading: Reading, day: Date | None, apart: Apart) -> Snapshot:
    """Return the snapshot.

    Raises
    ------
    InputError
        With every complaint there is.
    """
    reading.stop_if_wrong()
    if day is None:
        raise InputError([_no_date(reading)])
    return _snapshot(reading, day, apart)


def _validate(reading: Reading) -> None:
    """Duplicates, references and dates of one row; clients before what names them."""
    frames = reading.frames
    present = {name for name in TABLES if name in reading.texts}
    doubles = [f for t in keyed_tables() if t.name in present for f in duplicate_faults(t, frames[t.name])]
    reading.take([*doubles, *snapshot_faults(frames["snapshot"]), *order_faults(frames)])
    present |= {"units", "coaches"} & set(reading.taken)
    first = [n for n in TABLES if n in present and n not in ("exclusions", "pins")]
    reading.take([f for name in first for f in reading.references(name)])


def dates_given(reading: Reading) -> list[Date]:
    """The date in the table snapshot, if there is one."""
    return list(reading.frames["snapshot"]["date"].drop_nulls())


def _snapshot_date(reading: Reading) -> Date | None:
    """The snapshot's date; where missing, the latest registration."""
    given = dates_given(reading)
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


def _validate_dates(reading: Reading, day: Date) -> None:
    """What depends on the snapshot's date, then the tables that name clients."""
    assumed = not dates_given(reading)
    if assumed:
        reading.notices += later_dates(reading.frames["clients"], day)
    reading.take(date_faults(reading.frames["clients"], day, assumed))
    gone = {"client_id": _ids_gone(reading)}
    for name in ("exclusions", "pins"):
        if name in reading.texts:
            reading.take(explain_dependents(reading.references(name), gone))
    reading.take(pin_faults(reading.frames["pins"], reading.frames["exclusions"], day))
    if any(a.file == clients_file(reading) for a in reading.aside) and not reading.frames["clients"].height:
        advice = said("Mend the rows, starting with what most of them have in common.")
        problem = said("no row is left after setting aside")
        reading.complaints.append(Complaint(clients_file(reading), 0, "", "", problem, advice))


def _ids_gone(reading: Reading) -> pl.Series:
    file = clients_file(reading)
    ids = [a.row_id for a in reading.aside if not a.used and a.file == file]
    return pl.Series("client_id", ids, dtype=pl.String)


def clients_file(reading: Reading) -> str:
    """File of the clients; empty where there is none."""
    return reading.texts["clients"].file if "clients" in reading.texts else ""


def _no_date(reading: Reading) -> Complaint:
    file = clients_file(reading) or "snapshot"
    problem = said("the snapshot has no date and no client is registered")
    advice = said("Add a table snapshot with a date, or registered_on to the clients.")
    return Complaint(file, 0, "", "", problem, advice)


def _snapshot(reading: Reading, day: Date, apart: Apart) -> Snapshot:
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
