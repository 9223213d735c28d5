"""Purge what is older than it may be kept: snapshots, plans, changes, reasons; fingerprints, chain, totals stay."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.allocation.workload import base_demand
from optimiser.domain.aggregates import AGGREGATES
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.edited import read_edited
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged_file
from optimiser.tables.write import write_table
from optimiser.workspace.entries import PURGE, Entry
from optimiser.workspace.folder import LOG, PLANS, SNAPSHOTS, TOTALS, UPDATES, is_workspace, log_of
from optimiser.workspace.history import standing
from optimiser.workspace.lock import locked
from optimiser.workspace.log import last_hash, purge, stored_reasons
from optimiser.workspace.next_snapshot import months_on

KINDS = (SNAPSHOTS, PLANS, UPDATES)
"""Folders of a workspace in which each folder begins with the day of its facts."""
GONE = ".forgotten"
"""Where folders go first, in one stroke each, so that no half of one stays under its name."""
DATED = re.compile(r"\.?(\d{4}-\d{2}-\d{2})-.+")


@dataclass(frozen=True)
class Before:
    """Days before which is purged.

    Attributes
    ----------
    snapshots : datetime.date or None
        For snapshots, plans and changes, by the day of their facts; None to keep them all.
    reasons : datetime.date
        For the reasons in the log, by the day of the entry.
    """

    snapshots: Date | None
    reasons: Date


@dataclass(frozen=True)
class Forgotten:
    """What a purge took.

    Attributes
    ----------
    before : Before
        The days.
    entry : Entry or None
        Of the log; None where nothing was that old.
    folders : dict
        Of `KINDS`, to the names of the folders that went.
    unread : tuple of str
        Snapshots of which no total could be taken, as they were not whole.
    finished : int
        Folders that an earlier purge, killed half-way, had left behind.
    """

    before: Before
    entry: Entry | None
    folders: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()
    finished: int = 0


def retention(workspace: Path, policy: Policy) -> Before:
    """Return the days of the policy's retention, counted back from the present snapshot.

    Raises
    ------
    InputError
        Where the folder is no workspace, or keeps no snapshot.
    """
    present = standing(_entries(workspace))
    if present is None:
        problem, advice = said("no snapshot is kept in this workspace"), said("Name a day with --before.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    day, kept = Date.fromisoformat(present.day), policy.retention
    return Before(months_on(day, -kept.snapshots_months), months_on(day, -kept.reasons_months))


def forget(
    workspace: Path, before: Before, policy: Policy, at: str, by: str = "", progress: Progress = SILENT
) -> Forgotten:
    """Purge what is older than some days.

    First the totals of the snapshots are kept, then one entry of the log says what goes, and the reasons
    go with it; then the folders are deleted. A process killed in between leaves folders that the log calls
    purged: the next purge deletes them. Deleted files are unlinked and not overwritten on the disk, and
    backups are not touched: that is for those who look after the machine. Reasons are overwritten.

    Parameters
    ----------
    workspace : Path
        The workspace.
    before : Before
        The days.
    policy : Policy
        For the hours in the totals.
    at : str
        ISO time.
    by : str
        Pseudonymous id of who gives the command.
    progress : Progress
        Told what is being done.

    Raises
    ------
    InputError
        Where the folder is no workspace, the present snapshot would go, or somebody else is at work there.
    """
    _entries(workspace)
    with locked(workspace):
        entries = log_of(workspace)
        _refuse_late(workspace, entries, before)
        finished = _finish(workspace, entries)
        old = {kind: _older(workspace / kind, before.snapshots) for kind in KINDS}
        held = stored_reasons(workspace / LOG)
        reasons = [e.seq for e in entries if e.at[:10] < before.reasons.isoformat() and e.seq in held]
        if not reasons and not any(old.values()):
            return Forgotten(before, None, old, finished=finished)
        unread = _keep_totals(workspace, old[SNAPSHOTS], policy, progress)
        entry = purge(
            workspace / LOG, _entry(before, old, reasons, at, by), reasons, last_hash(entries), progress
        )
        progress.say(said("deleting the folders"))
        _delete(workspace, [f"{kind}/{name}" for kind, names in old.items() for name in names])
    return Forgotten(before, entry, old, unread, finished)


def purge_before(workspace: Path, day: Date, at: str, by: str = "") -> Entry:
    """Purge the reasons and salts of all entries before a day, and nothing else; the chain still verifies.

    Parameters
    ----------
    workspace : Path
        The workspace.
    day : datetime.date
        Entries of earlier days lose their reasons.
    at : str
        ISO time.
    by : str
        Pseudonymous id of who gives the command.

    Returns
    -------
    Entry
        The one that says so.

    Raises
    ------
    InputError
        Where no reason is that old, or somebody else is applying in the workspace.
    """
    done = forget(workspace, Before(None, day), Policy(), at, by)
    if done.entry is None:
        problem = said("no reason is as old as that")
        advice = said("Choose a later day, or look at the log (optimiser log).")
        raise InputError([Complaint(str(workspace), 0, "", day.isoformat(), problem, advice)])
    return done.entry


def _entries(workspace: Path) -> tuple[Entry, ...]:
    """The log of a workspace; raises where there is none."""
    if not is_workspace(workspace):
        problem = said("this is no workspace")
        advice = said("Name the workspace with --workspace; the first `optimiser apply` makes one.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    return log_of(workspace)


def _entry(
    before: Before, old: Mapping[str, Sequence[str]], reasons: Sequence[int], at: str, by: str
) -> Entry:
    steps = {"before": before.reasons.isoformat(), "purged": list(reasons)}
    if before.snapshots is not None:
        steps |= {"facts_before": before.snapshots.isoformat()}
        steps |= {kind: list(names) for kind, names in old.items()}
    return Entry(PURGE, at, by, steps=steps)


def _refuse_late(workspace: Path, entries: Sequence[Entry], before: Before) -> None:
    """Raise where the present snapshot would be purged."""
    present = standing(entries)
    if before.snapshots is None or present is None or before.snapshots.isoformat() <= present.day:
        return
    problem = said(
        "the present snapshot is of {day}, and what it needs would be purged",
        day=Date.fromisoformat(present.day),
    )
    advice = said("Name that day or an earlier one.")
    raise InputError([Complaint(str(workspace), 0, "--before", str(before.snapshots), problem, advice)])


def _older(folder: Path, day: Date | None) -> tuple[str, ...]:
    """Names of the dated folders before a day, what a killed process left half written included."""
    if day is None or not folder.is_dir():
        return ()
    dated = ((path.name, DATED.fullmatch(path.name)) for path in folder.iterdir() if path.is_dir())
    return tuple(sorted(name for name, found in dated if found and found[1] < day.isoformat()))


def _finish(workspace: Path, entries: Sequence[Entry]) -> int:
    """Delete what the log calls purged and is still there, unless something later put it there anew."""
    left = []
    for entry in entries:
        if entry.kind != PURGE:
            continue
        later = entries[entry.seq :]
        anew = {f"{SNAPSHOTS}/{kept.folder()}" for e in later for kept in (e.before, e.after)}
        anew |= {f"{UPDATES}/{e.after.folder()}" for e in later}
        anew |= {file.rpartition("/")[0] for e in later for file in e.files}
        named = {f"{kind}/{name}" for kind in KINDS for name in entry.steps.get(kind, [])}
        left += [place for place in sorted(named - anew) if (workspace / place).is_dir()]
    halves = len(list((workspace / GONE).iterdir())) if (workspace / GONE).is_dir() else 0
    _delete(workspace, left)
    return len(left) + halves


def _delete(workspace: Path, places: Sequence[str]) -> None:
    """Take folders away, each under another name first."""
    gone = workspace / GONE
    if not places and not gone.exists():
        return
    gone.mkdir(exist_ok=True)
    for place in places:
        target = gone / place.replace("/", "-")
        if target.exists():
            shutil.rmtree(target)
        (workspace / place).rename(target)
    shutil.rmtree(gone)


def _keep_totals(
    workspace: Path, names: Sequence[str], policy: Policy, progress: Progress
) -> tuple[str, ...]:
    """Add the totals of snapshots to those kept; return the names of those that are not whole."""
    rows, unread = [], []
    for name in names:
        progress.say(name)
        found = _whole(workspace / SNAPSHOTS / name)
        if found is not None:
            rows.append(totals(found, policy))
        elif not name.startswith("."):
            unread.append(name)
    if rows:
        schema = {c.name: c.dtype for c in AGGREGATES.columns}
        frame = pl.concat([kept_totals(workspace), pl.DataFrame(rows, schema=schema, orient="row")])
        frame = frame.unique(AGGREGATES.key, keep="last").sort(AGGREGATES.key)
        with staged_file(workspace / TOTALS, lambda file: True) as beside:
            write_table(frame, AGGREGATES, beside)
    return tuple(unread)


def totals(snapshot: Snapshot, policy: Policy) -> dict[str, object]:
    """Return a snapshot's row of `AGGREGATES`."""
    clients = snapshot.clients
    unserved = clients["coach_id"].null_count()
    return {
        "date": snapshot.date,
        "fingerprint": snapshot.fingerprint(),
        "clients": clients.height,
        "coaches": snapshot.coaches.height,
        "assigned": clients.height - unserved,
        "unserved": unserved,
        "demand_hours": round(float(base_demand(snapshot, policy).sum()) / 60, 1),
    }


def kept_totals(workspace: Path) -> pl.DataFrame:
    """Return the totals of the snapshots purged so far, columns of `AGGREGATES`.

    Raises
    ------
    InputError
        Where the file cannot be read.
    """
    file = workspace / TOTALS
    if not file.is_file():
        return pl.DataFrame(schema={c.name: c.dtype for c in AGGREGATES.columns})
    needed = [c.name for c in AGGREGATES.columns]
    return read_edited(file, AGGREGATES, needed, needed).drop("line")


def _whole(folder: Path) -> Snapshot | None:
    """The snapshot in a folder; None where the folder does not hold the facts of its name."""
    try:
        found = read_snapshot(folder)
    except InputError:
        return None
    name = folder.name.lstrip(".")
    return found if name.startswith(f"{found.date.isoformat()}-{found.fingerprint()[:12]}") else None
