"""The append-only log: one SQLite file, entries in a hash chain, reasons apart so that they can be purged."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.texts import said
from optimiser.tables.disk import full
from optimiser.tables.lock import OWNERS_FILE
from optimiser.workspace.disk import disk_is_full, written
from optimiser.workspace.entries import NO_HASH, Entry, Kept, Reason, canonical

PATIENCE = 10.0
"""Seconds for which another process may hold the log."""
SCHEMA = """
CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    before_day TEXT NOT NULL, before TEXT NOT NULL, after_day TEXT NOT NULL, after TEXT NOT NULL,
    policy TEXT NOT NULL, plan TEXT NOT NULL, steps TEXT NOT NULL, digests TEXT NOT NULL,
    files TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE reasons (
    entry INTEGER NOT NULL REFERENCES entries (seq), number INTEGER NOT NULL, salt TEXT NOT NULL,
    client_id TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (entry, number));
CREATE INDEX reasons_of_client ON reasons (client_id);
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER entries_as_written BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER reasons_as_written BEFORE UPDATE ON reasons
    BEGIN SELECT RAISE(ABORT, 'a reason is purged, never changed'); END;
"""
_Content = TypeVar("_Content", dict[str, Any], list[Any])
Stored = tuple[int, str, str, str]
"""Number, salt, client and content of a reason, as they stand in the file."""


def read_entries(file: Path) -> tuple[Entry, ...]:
    """Return all entries in their order, unverified; none where there is no log yet.

    Raises
    ------
    InputError
        Where the file is not a log.
    """
    if not file.exists():
        return ()
    with opened(file) as base:
        return _entries(base)


def append(
    file: Path,
    entry: Entry,
    reasons: Sequence[Reason],
    salt: Callable[[], str],
    seen: str,
    progress: Progress = SILENT,
) -> Entry:
    """Append an entry and its reasons in one transaction: both are there, or neither.

    Parameters
    ----------
    file : Path
        The log; made where it is not there yet.
    entry : Entry
        Without number and hashes.
    reasons : sequence of Reason
        What was shown, one a row decided on.
    salt : callable
        Gives a new text that nobody can guess at each call (`secrets.token_hex` in the commands).
    seen : str
        Hash of the last entry on which this one rests.
    progress : Progress
        Told before the transaction is closed.

    Returns
    -------
    Entry
        As it stands in the log.

    Raises
    ------
    InputError
        Where somebody else has written an entry meanwhile, or the file is not a log.
    """
    salted = [(salt(), reason) for reason in reasons]
    entry = replace(entry, digests=tuple(reason.digest(s) for s, reason in salted))
    with _writing(file) as base:
        placed = _insert(base, file, entry, seen)
        base.executemany(
            "INSERT INTO reasons VALUES (?, ?, ?, ?, ?)",
            [(placed.seq, n, s, r.client_id, r.to_json()) for n, (s, r) in enumerate(salted)],
        )
        progress.say(said("closing the log"))
    return placed


def purge(file: Path, entry: Entry, of: Sequence[int], seen: str, progress: Progress = SILENT) -> Entry:
    """Delete the reasons and salts of some entries, and append the entry that says so.

    Parameters
    ----------
    file : Path
        The log.
    entry : Entry
        Of the kind purge, naming the same entries.
    of : sequence of int
        Numbers of the entries whose reasons go.
    seen : str
        Hash of the last entry.
    progress : Progress
        Told before the transaction is closed.

    Raises
    ------
    InputError
        As `append`.
    """
    with _writing(file) as base:
        base.executemany("DELETE FROM reasons WHERE entry = ?", [(seq,) for seq in of])
        placed = _insert(base, file, entry, seen)
        progress.say(said("closing the log"))
    return placed


def stored_reasons(file: Path) -> dict[int, list[Stored]]:
    """Return the reasons of each entry as they stand in the file, in their order."""
    found: dict[int, list[Stored]] = {}
    if not file.exists():
        return found
    with opened(file) as base:
        for seq, *row in base.execute("SELECT * FROM reasons ORDER BY entry, number"):
            found.setdefault(seq, []).append((int(row[0]), str(row[1]), str(row[2]), str(row[3])))
    return found


def reasons_of(file: Path, client_id: str) -> list[tuple[int, Stored]]:
    """Return the reasons kept of one client with the numbers of their entries, latest first."""
    if not file.exists():
        return []
    wanted = "SELECT * FROM reasons WHERE client_id = ? ORDER BY entry DESC, number"
    with opened(file) as base:
        rows = base.execute(wanted, (client_id,)).fetchall()
    return [(int(seq), (int(n), str(salt), str(who), str(text))) for seq, n, salt, who, text in rows]


def last_hash(entries: Sequence[Entry]) -> str:
    """Hash of the last entry."""
    return entries[-1].hash if entries else NO_HASH


@contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """Open a log; what goes wrong with it becomes a complaint."""
    try:
        # For writing also where it is only read: a transaction that was killed is rolled back then.
        with closing(sqlite3.connect(file.absolute().as_uri() + "?mode=rw", PATIENCE, uri=True)) as base:
            base.isolation_level = None
            base.execute("PRAGMA synchronous=FULL")
            # What is purged is overwritten, so that it cannot be read back from the file.
            base.execute("PRAGMA secure_delete=ON")
            yield base
    except sqlite3.Error as error:
        if full(error):
            raise InputError([disk_is_full(file)]) from error
        advice = said("Take the log from a backup, or choose another workspace; do not mend it by hand.")
        if isinstance(error, sqlite3.OperationalError):
            advice = said(
                "See that the disk has room, that you may write here and that nobody else holds the log."
            )
        problem = said("the log cannot be used: {error}", error=str(error))
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error


@contextmanager
def _writing(file: Path) -> Iterator[sqlite3.Connection]:
    """One transaction; a log that is not there yet appears whole with its first entry.

    The journal keeps the pages as they were before: it is overwritten before it goes, so that what is purged
    cannot be read back from it either.
    """
    beside = file.with_name(f".{file.name}.new")
    place = file if file.exists() else beside
    if place is beside:
        _clear(beside)
        with written(file):
            beside.touch(OWNERS_FILE)
    try:
        with opened(place) as base:
            base.execute("PRAGMA journal_mode=PERSIST")
            base.execute("BEGIN IMMEDIATE")
            try:
                if place is beside:
                    for statement in _statements():
                        base.execute(statement)
                yield base
                base.execute("COMMIT")
            except BaseException:
                _roll_back(base)
                raise
        _wipe(_journal(place))
        if place is beside:
            beside.rename(file)
    except BaseException:
        if place is beside:
            _clear(beside)
        raise


def _roll_back(base: sqlite3.Connection) -> None:
    """Take a transaction back; on a full disk SQLite has done so already, or does on closing."""
    if base.in_transaction:
        with suppress(sqlite3.Error):
            base.execute("ROLLBACK")


def _clear(beside: Path) -> None:
    for left in (beside, _journal(beside)):
        left.unlink(missing_ok=True)


def _journal(file: Path) -> Path:
    return file.with_name(file.name + "-journal")


def _wipe(journal: Path) -> None:
    """Overwrite a journal whose transaction is closed, and take it away.

    What keeps it from being taken away changes nothing: the next transaction overwrites it again.
    """
    with suppress(OSError):
        with journal.open("r+b") as stream:
            stream.write(bytes(journal.stat().st_size))
            stream.flush()
            os.fsync(stream.fileno())
        journal.unlink()


def _statements() -> Iterator[str]:
    """The statements of the schema one by one: `executescript` would close the transaction."""
    statement = ""
    for line in SCHEMA.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _insert(base: sqlite3.Connection, file: Path, entry: Entry, seen: str) -> Entry:
    """Put an entry at the end of the chain, if its end is still the one that was seen."""
    known = _entries(base)
    if last_hash(known) != seen:
        problem = said("somebody else has changed the workspace meanwhile")
        advice = said("Look at the log, then try again.")
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)])
    placed = entry.chained(len(known) + 1, seen)
    row = (
        *(placed.seq, placed.kind, placed.at, placed.by),
        *(placed.before.day, placed.before.fingerprint, placed.after.day, placed.after.fingerprint),
        *(placed.policy, placed.plan, canonical(placed.steps), json.dumps(placed.digests)),
        *(canonical(placed.files), placed.previous, placed.hash),
    )
    base.execute(f"INSERT INTO entries VALUES ({', '.join('?' * len(row))})", row)
    return placed


def _entries(base: sqlite3.Connection) -> tuple[Entry, ...]:
    return tuple(map(_entry, base.execute("SELECT * FROM entries ORDER BY seq")))


def _entry(row: Sequence[object]) -> Entry:
    seq, kind, at, by, before_day, before, after_day, after, policy, plan, steps, digests, files = row[:13]
    return Entry(
        kind=str(kind),
        at=str(at),
        by=str(by),
        before=Kept(str(before_day), str(before)),
        after=Kept(str(after_day), str(after)),
        policy=str(policy),
        plan=str(plan),
        steps=_parsed(steps, dict),
        digests=tuple(_parsed(digests, list)),
        files=_parsed(files, dict),
        seq=int(str(seq)),
        previous=str(row[13]),
        hash=str(row[14]),
    )


def _parsed(text: object, kind: type[_Content]) -> _Content:
    """A cell of JSON; empty where it is none, so that the entry no longer gives its hash."""
    try:
        content = json.loads(str(text))
    except ValueError:
        return kind()
    return content if isinstance(content, kind) else kind()
