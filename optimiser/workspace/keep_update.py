"""What an update leaves behind: the next snapshot and what has changed, in a workspace or in a folder beside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from optimiser.allocation.update import Update
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import DEPARTURES, TABLES
from optimiser.domain.texts import said
from optimiser.domain.update import CHANGES
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot, write_table
from optimiser.workspace.entries import UPDATE, Entry, Kept
from optimiser.workspace.folder import LOG, UPDATES, holds, keep_snapshot, log_of, read_back, snapshot_row
from optimiser.workspace.history import standing
from optimiser.workspace.lock import locked
from optimiser.workspace.log import append, last_hash

BESIDE = "changes"
"""Folder of the changes beside the tables of a snapshot that is no workspace's."""
WORKBOOK = "changes.xlsx"
FILES = (*(f"{table.name}.csv" for table in CHANGES), f"{DEPARTURES.name}.csv", WORKBOOK)
"""What the folder of changes may hold."""
SNAPSHOT_FILES = tuple(f"{name}{ending}" for name in TABLES for ending in (".csv", ".parquet"))
Also = Callable[[Path], None]
"""Writes what the commands add to a folder of changes."""


@dataclass(frozen=True)
class Order:
    """Who takes an export in, and when.

    Attributes
    ----------
    at : str
        ISO time.
    by : str
        Pseudonymous id of who gives the command.
    policy : str
        Fingerprint of the policy.
    """

    at: str
    by: str
    policy: str


@dataclass(frozen=True)
class KeptUpdate:
    """What was kept.

    Attributes
    ----------
    entry : Entry
        As it stands in the log.
    folder, changes : Path
        Of the next snapshot, and of what has changed.
    copied : bool
        Whether a copy was written; False where none was asked for or it was there already.
    """

    entry: Entry
    folder: Path
    changes: Path
    copied: bool = False


def keep_update(
    workspace: Path,
    update: Update,
    order: Order,
    also: Also,
    progress: Progress = SILENT,
    copy: AbstractContextManager[bool] | None = None,
) -> KeptUpdate:
    """Keep the next snapshot and what has changed, and last the entry of the log that makes them count.

    What is written before the entry stands in the log counts for nothing without it: a process killed in
    between leaves the workspace as it was, and the next update completes what it began.

    Parameters
    ----------
    workspace : Path
        A workspace whose present snapshot is the one before the update.
    update : Update
        The next snapshot and what has changed.
    order : Order
        Who, when, and by which policy.
    also : callable
        Writes more into the folder of changes.
    progress : Progress
        Told what is being done.
    copy : context manager or None
        Writes a copy that appears when it is left: entered when the workspace is found fit, left when the
        entry stands (`copied`).

    Raises
    ------
    InputError
        Where the workspace has gone on meanwhile, somebody else is at work there, or the disk is full.
    """
    with locked(workspace):
        entries = log_of(workspace)
        stood, before = standing(entries), update.before.fingerprint()
        if stood is None or stood.fingerprint != before:
            problem = said("the workspace has gone on meanwhile")
            raise InputError([Complaint(str(workspace), 0, "", "", problem, said("Try again."))])
        with copy or nullcontext(False) as fresh:
            kept = _keep(workspace, update, order, (stood, entries), also, progress)
    return replace(kept, copied=fresh)


def _keep(
    workspace: Path,
    update: Update,
    order: Order,
    seen: tuple[Kept, tuple[Entry, ...]],
    also: Also,
    progress: Progress,
) -> KeptUpdate:
    """Write everything, last the entry; `seen` are the snapshot that stands and the log."""
    stood, entries = seen
    progress.say(said("keeping the next snapshot"))
    folder = keep_snapshot(workspace, update.following, progress)
    after = Kept(update.following.date.isoformat(), update.following.fingerprint())
    progress.say(said("keeping what has changed"))
    changes = workspace / UPDATES / after.folder()
    with staged(changes, replaced=FILES) as stage:
        write_changes(stage, update)
        also(stage)
    progress.say(said("writing the log"))
    entry = Entry(
        kind=UPDATE,
        at=order.at,
        by=order.by,
        before=stood,
        after=after,
        policy=order.policy,
        steps={table.name: update.count(table.name) for table in CHANGES},
        files=_files(workspace, changes),
    )
    placed = append(workspace / LOG, entry, (), str, last_hash(entries), progress)
    return KeptUpdate(placed, folder, changes)


def _files(workspace: Path, changes: Path) -> dict[str, str]:
    tables = sorted(changes.glob("*.csv"))
    place = changes.relative_to(workspace).as_posix()
    return {f"{place}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in tables}


def write_changes(folder: Path, update: Update, finnish: bool = False) -> None:
    """Write what has changed, and `departures.csv` with the departures whose reason is to be filled in.

    Parameters
    ----------
    folder : Path
        Existing folder to write into.
    update : Update
        What has changed.
    finnish : bool
        As in `write_table`.
    """
    for table in CHANGES:
        write_table(update.tables[table.name], table, folder / f"{table.name}.csv", finnish)
    # Every column, for whoever fills it in.
    whole = replace(DEPARTURES, every_column=True)
    write_table(update.to_answer, whole, folder / f"{DEPARTURES.name}.csv", finnish)


@contextmanager
def copied(out: Path, update: Update, also: Also, finnish: bool = False) -> Iterator[bool]:
    """Write the next snapshot as a folder of tables with its changes; it appears whole when this is left.

    Parameters
    ----------
    out : Path
        Folder to write.
    update : Update
        The next snapshot and what has changed.
    also : callable
        Writes more into the folder of changes.
    finnish : bool
        As in `write_table`.

    Yields
    ------
    bool
        False where the snapshot is there already, so that nothing is written.

    Raises
    ------
    BrokenPlanError
        If what was written does not read back as the same facts.
    InputError
        As `staged`.
    """
    following = update.following
    if holds(out, following.fingerprint()):
        yield False
        return
    with staged(out, replaced=(*SNAPSHOT_FILES, *(f"{BESIDE}/{name}" for name in FILES))) as stage:
        filled = {
            name: frame for name, frame in following.frames().items() if frame.height or TABLES[name].required
        }
        write_snapshot({"snapshot": snapshot_row(following), **filled}, stage, finnish=finnish)
        read_back(stage, following.fingerprint())
        (stage / BESIDE).mkdir()
        write_changes(stage / BESIDE, update, finnish)
        also(stage / BESIDE)
        yield True
