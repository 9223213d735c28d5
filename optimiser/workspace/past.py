"""What a workspace remembers of its clients: confirmed changes of coach, and who stood in earlier snapshots."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.domain.update import CONFIRMED_MOVES, WAITING, Past
from optimiser.tables.edited import read_edited
from optimiser.tables.staged import staged_file
from optimiser.tables.write import write_table
from optimiser.workspace.entries import APPLY, PURGE, UPDATE, Entry, Kept
from optimiser.workspace.folder import SNAPSHOTS, UPDATES, purged_before, read_kept
from optimiser.workspace.history import standing, way

MOVES_FILE = f"{CONFIRMED_MOVES.name}.csv"
"""Of the tables of changes the one that is read again: what waits to be entered in the client system."""
COLUMNS = {"client_id": pl.String(), "coach_id": pl.String(), "involuntary_changes": pl.Int32()}
NEEDED = ("client_id", "system_coach_id", "coach_id", "confirmed_on", "state")
FILLED = ("client_id", "coach_id", "confirmed_on", "state")
LIST = "waiting-"
"""Begins the name of a list of what waits, kept when what told of it was purged."""
# A client who changed twice waits with each coach from before.
LIST_TABLE = replace(CONFIRMED_MOVES, key=("client_id", "system_coach_id"))


def past_of(workspace: Path, entries: Sequence[Entry]) -> Past:
    """Return what is remembered on the way to the snapshot that stands.

    Snapshots and changes that were purged by the rules of retention are passed over: what they told is
    not remembered any more, but for the confirmed changes that wait to be entered in the client system.

    Parameters
    ----------
    workspace : Path
        The workspace.
    entries : sequence of Entry
        Its log.

    Raises
    ------
    InputError
        Where a snapshot or a table of the log is gone without a purge, or was changed.
    """
    taken = way(entries)
    reader = _Reader(workspace, entries)
    applies = [entry for entry in taken if entry.kind == APPLY]
    pairs = [(entry, reader.read(entry.before), reader.read(entry.after)) for entry in applies]
    both = [(entry, was, now) for entry, was, now in pairs if was is not None and now is not None]
    last = max((place for place, entry in enumerate(taken) if entry.kind == UPDATE), default=-1)
    kept = _kept_list(entries, taken)
    if kept is not None and (last < 0 or kept.seq > taken[last].seq):
        since, pending = kept.seq, _read_kept_list(workspace, kept)
    elif last >= 0:
        since, pending = taken[last].seq, _waiting(workspace, taken[last], entries)
    else:
        since, pending = 0, Past().confirmed
    for entry, was, now in both:
        if entry.seq > since:
            pending = _confirmed(pending, was, now, Date.fromisoformat(entry.after.day))
    first, seen = _first_and_last(taken, reader)
    return Past(pending, _involuntary(both), seen, first)


def list_of(kept: Kept) -> str:
    """Name, below the workspace, of the list of what waits, kept when what told of it was purged."""
    return f"{LIST}{kept.folder()}.csv"


def keep_waiting(workspace: Path, kept: Kept, confirmed: pl.DataFrame) -> dict[str, str]:
    """Keep what waits to be entered, in the smallest form; it is read again once the log has its SHA-256.

    Parameters
    ----------
    workspace : Path
        The workspace.
    kept : Kept
        The snapshot that stands.
    confirmed : polars.DataFrame
        As in `Past`.

    Returns
    -------
    dict
        Name of the file to the SHA-256 of its content.
    """
    file = workspace / list_of(kept)
    rows = confirmed.select("client_id", "coach_id", system_coach_id="former_coach_id", confirmed_on="since")
    rows = rows.with_columns(days=pl.lit(None, pl.Int64), state=pl.lit(WAITING)).sort(LIST_TABLE.key)
    with staged_file(file, lambda found: True) as beside:
        write_table(rows, LIST_TABLE, beside)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest()}


def drop_lists(workspace: Path) -> None:
    """Delete the lists of what waits of snapshots that nothing can lead back to any more."""
    for file in workspace.glob(f"{LIST}*.csv"):
        if not (workspace / SNAPSHOTS / file.stem.removeprefix(LIST)).is_dir():
            file.unlink()


def _kept_list(entries: Sequence[Entry], taken: Sequence[Entry]) -> Entry | None:
    """The last purge that kept a list of what waits, on the way to the snapshot that stands."""
    stood = standing(entries)
    places = {stood, *(kept for entry in taken for kept in (entry.before, entry.after))}
    lists = {list_of(kept) for kept in places if kept is not None}
    return next((e for e in reversed(entries) if e.kind == PURGE and lists & e.files.keys()), None)


def _read_kept_list(workspace: Path, purge: Entry) -> pl.DataFrame:
    """What waits, as a purge kept it, in the columns of `Past.confirmed`."""
    (name,) = purge.files
    return _read_list(workspace / name, purge.files[name], LIST_TABLE)


class _Reader:
    """Reads some columns of the clients of kept snapshots, each once, and only as they were kept."""

    def __init__(self, workspace: Path, entries: Sequence[Entry]) -> None:
        self.workspace, self.entries = workspace, entries
        self.frames: dict[str, pl.DataFrame | None] = {}

    def read(self, kept: Kept) -> pl.DataFrame | None:
        """Columns `COLUMNS` of the clients of a snapshot; None where it was purged."""
        name = kept.folder()
        if name not in self.frames:
            folder = self.workspace / SNAPSHOTS / name
            purged = not folder.is_dir() and purged_before(self.entries, kept) is not None
            self.frames[name] = None if purged else _clients(read_kept(self.workspace, kept))
        return self.frames[name]


def _clients(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.clients.select(list(COLUMNS)).cast(pl.Schema(COLUMNS))


def _waiting(workspace: Path, update: Entry, entries: Sequence[Entry]) -> pl.DataFrame:
    """What the last update found waiting to be entered, in the columns of `Past.confirmed`."""
    place = f"{UPDATES}/{update.after.folder()}/{MOVES_FILE}"
    file = workspace / place
    purges = [entry for entry in entries if entry.kind == PURGE]
    purged = any(update.after.folder() in entry.steps.get(UPDATES, []) for entry in purges)
    if purged and not file.is_file():
        return Past().confirmed
    return _read_list(file, update.files.get(place, ""), CONFIRMED_MOVES)


def _read_list(file: Path, digest: str, table: Table) -> pl.DataFrame:
    """The rows of a list that wait, if it is the one that was kept, in the columns of `Past.confirmed`."""
    if not file.is_file():
        problem = said("the changes kept here are gone")
    elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
        problem = said("these are no longer the changes that were kept here")
    else:
        rows = read_edited(file, table, NEEDED, FILLED)
        rows = rows.filter(pl.col("state").cast(pl.String) == WAITING)
        return rows.select(
            "client_id", "coach_id", former_coach_id="system_coach_id", since="confirmed_on"
        ).select(Past().confirmed.columns)
    advice = said("Bring the file back from a backup, or begin another workspace.")
    raise InputError([Complaint(str(file), 0, "", "", problem, advice)])


def _confirmed(pending: pl.DataFrame, was: pl.DataFrame, now: pl.DataFrame, day: Date) -> pl.DataFrame:
    """Changes that wait, with those of one apply; whoever changes again keeps every coach from before."""
    both = now.join(was.select("client_id", former_coach_id="coach_id"), on="client_id")
    new = both.filter(pl.col("coach_id").ne_missing(pl.col("former_coach_id")))
    fresh = new.select("client_id", "former_coach_id", "coach_id", since=pl.lit(day))
    again = pending.join(
        fresh.select("client_id", later="coach_id"), on="client_id", how="left", maintain_order="left"
    )
    changed = pl.col("later").is_not_null()
    renewed = again.with_columns(
        coach_id=pl.coalesce("later", "coach_id"),
        since=pl.when(changed).then(pl.lit(day)).otherwise("since"),
    ).drop("later")
    # Back with the coach whom the client system has: nothing waits any more.
    rows = pl.concat([renewed, fresh.select(renewed.columns)])
    settled = pl.col("former_coach_id").eq_missing(pl.col("coach_id")).any().over("client_id")
    return rows.filter(~settled).unique(maintain_order=True)


def _involuntary(both: Iterable[tuple[Entry, pl.DataFrame, pl.DataFrame]]) -> pl.DataFrame:
    parts = [Past().involuntary]
    for entry, was, now in both:
        rows = now.join(was.select("client_id", before="involuntary_changes"), on="client_id")
        more = rows.filter(pl.col("involuntary_changes") > pl.col("before"))
        parts.append(more.select("client_id", day=pl.lit(Date.fromisoformat(entry.after.day))))
    return pl.concat(parts)


def _first_and_last(taken: Sequence[Entry], reader: _Reader) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The first and the last snapshot on the way that has a client; an apply changes nobody's presence."""
    if not taken:
        return Past().first, Past().seen
    places = [taken[0].before, *(entry.after for entry in taken if entry.kind == UPDATE)]
    stages = [(Date.fromisoformat(kept.day), reader.read(kept)) for kept in places]
    rows = [
        frame.select("client_id", "coach_id", "involuntary_changes", day=pl.lit(day), at=pl.lit(place))
        for place, (day, frame) in enumerate(stages)
        if frame is not None
    ]
    if not rows:
        return Past().first, Past().seen
    every = pl.concat(rows).sort("at", maintain_order=True)
    first = every.unique("client_id", keep="first", maintain_order=True)
    seen = every.unique("client_id", keep="last", maintain_order=True)
    return first.select(Past().first.columns), seen.select(Past().seen.columns)
