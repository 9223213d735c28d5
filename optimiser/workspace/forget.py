"""Purge what is older than it may be kept: snapshots, plans, changes, reasons; fingerprints, chain, totals stay."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from optimiser.domain.update import Past
from optimiser.tables.edited import read_edited
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged_file
from optimiser.tables.write import write_table
from optimiser.workspace.entries import PURGE, UPDATE, Entry, Kept
from optimiser.workspace.folder import LOG, PLANS, SNAPSHOTS, TOTALS, UPDATES, is_workspace, log_of
from optimiser.workspace.history import standing, way
from optimiser.workspace.lock import locked
from optimiser.workspace.log import last_hash, purge, stored_reasons
from optimiser.workspace.next_snapshot import months_on
from optimiser.workspace.past import drop_lists, keep_waiting, past_of

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
    snapshots : datetime.date
        For snapshots, plans and changes, by the day of their facts.
    reasons : datetime.date
        For the reasons in the log, by the day of the entry.
    """

    snapshots: Date
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
    stays : datetime.date or None
        Day of the present snapshot where it is as old as what went: it stays all the same.
    waiting : int
        Confirmed changes of coach that the client system did not have yet: the list of them is kept.
    departures : int
        Departures from before the day in the present snapshot, which stay until an update.
    younger : int
        Entries about facts from before the day whose reasons stay, as the entries are younger.
    until : datetime.date or None
        Day until which the policy keeps the last of these.
    """

    before: Before
    entry: Entry | None
    folders: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...] = ()
    finished: int = 0
    stays: Date | None = None
    waiting: int = 0
    departures: int = 0
    younger: int = 0
    until: Date | None = None


def retention(policy: Policy, day: Date) -> Before:
    """Return the days of the policy's retention, counted back from the day of the call.

    Not from the present snapshot: what is no longer updated is kept no longer for that.
    """
    kept = policy.retention
    return Before(months_on(day, -kept.snapshots_months), months_on(day, -kept.reasons_months))


def forget(
    workspace: Path, before: Before, policy: Policy, at: str, by: str = "", progress: Progress = SILENT
) -> Forgotten:
    """Purge what is older than some days; the present snapshot stays, however old it is.

    First the totals of the snapshots are kept, then one entry of the log says what goes, and the reasons
    go with it; then the folders are deleted. A process killed in between leaves folders that the log calls
    purged: the next purge deletes them. Deleted files are unlinked and not overwritten on the disk, and
    backups are not touched: that is for those who look after the machine. Reasons are overwritten, in the log
    and in its journal, as far as the disk writes in place (a solid-state disk, or a file system that
    copies, may not).

    Parameters
    ----------
    workspace : Path
        The workspace.
    before : Before
        The days; neither lies after the day of the call.
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
        Where the folder is no workspace, a day lies after the day of the call, or somebody else is at work
        there.
    """
    _refuse_strange(workspace)
    _refuse_late(workspace, max(before.snapshots, before.reasons), Date.fromisoformat(at[:10]))
    with locked(workspace):
        entries = log_of(workspace)
        present, finished = standing(entries), _finish(workspace, entries)
        old = {kind: _older(workspace / kind, before.snapshots) for kind in KINDS}
        if present is not None:
            old[SNAPSHOTS] = tuple(name for name in old[SNAPSHOTS] if name != present.folder())
        reasons = _reasons(workspace, entries, before.reasons)
        done = _seen(workspace, entries, before, old, reasons, policy)
        done = replace(done, finished=finished)
        if not reasons and not any(old.values()):
            return done
        waiting = _waiting(workspace, entries, old)
        unread = _keep_totals(workspace, old[SNAPSHOTS], policy, progress)
        steps = {"facts_before": before.snapshots.isoformat()} | {kind: list(old[kind]) for kind in KINDS}
        files = keep_waiting(workspace, present, waiting) if present is not None and waiting.height else {}
        order = (at, by, files)
        entry = _purge(workspace, entries, (before.reasons, reasons), steps, order, progress)
        progress.say(said("deleting the folders"))
        _delete(workspace, [f"{kind}/{name}" for kind, names in old.items() for name in names])
        drop_lists(workspace)
    return replace(done, entry=entry, unread=unread, waiting=waiting["client_id"].n_unique())


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
        Where no reason is that old, or somebody else is at work in the workspace.
    """
    _refuse_strange(workspace)
    with locked(workspace):
        entries = log_of(workspace)
        _finish(workspace, entries)
        reasons = _reasons(workspace, entries, day)
        if not reasons:
            problem = said("no reason is as old as that")
            advice = said("Choose a later day, or look at the log (optimiser log).")
            raise InputError([Complaint(str(workspace), 0, "", day.isoformat(), problem, advice)])
        return _purge(workspace, entries, (day, reasons), {}, (at, by, {}))


def _refuse_strange(workspace: Path) -> None:
    """Raise where a folder is no workspace."""
    if not is_workspace(workspace):
        problem = said("this is no workspace")
        advice = said("Name the workspace with --workspace; the first `optimiser apply` makes one.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])


def _refuse_late(workspace: Path, before: Date, today: Date) -> None:
    """Raise where a day lies after the day of the call."""
    if before <= today:
        return
    problem = said("this day lies after today, which is {today}", today=today)
    advice = said("Name today or an earlier day.")
    raise InputError([Complaint(str(workspace), 0, "--before", str(before), problem, advice)])


def _purge(
    workspace: Path,
    entries: Sequence[Entry],
    reasons: tuple[Date, Sequence[int]],
    steps: Mapping[str, object],
    order: tuple[str, str, dict[str, str]],
    progress: Progress = SILENT,
) -> Entry:
    """Close the log with the entry that says what goes; the reasons, of entries before a day, go with it."""
    day, numbers = reasons
    at, by, files = order
    steps = {"before": day.isoformat(), "purged": list(numbers), **steps}
    entry = Entry(PURGE, at, by, steps=steps, files=files)
    return purge(workspace / LOG, entry, numbers, last_hash(entries), progress)


def _reasons(workspace: Path, entries: Sequence[Entry], day: Date) -> list[int]:
    """Numbers of the entries before a day that have reasons."""
    held = stored_reasons(workspace / LOG)
    return [entry.seq for entry in entries if entry.at[:10] < day.isoformat() and entry.seq in held]


def _stays(present: Kept | None, before: Before) -> Date | None:
    """Day of the present snapshot where it is as old as what goes."""
    day = Date.fromisoformat(present.day) if present is not None else None
    return day if day is not None and day < before.snapshots else None


def _waiting(workspace: Path, entries: Sequence[Entry], old: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Confirmed changes the client system did not have that only what goes now tells of, as in `Past`."""
    taken = way(entries)
    last = max((place for place, entry in enumerate(taken) if entry.kind == UPDATE), default=-1)
    applies = [entry for entry in taken[last + 1 :] if entry.before.folder() in old[SNAPSHOTS]]
    if not applies and (last < 0 or taken[last].after.folder() not in old[UPDATES]):
        return Past().confirmed
    try:
        return past_of(workspace, entries).confirmed
    except InputError:
        # What cannot be read is personal data all the same, and goes; what waited in it is not known now.
        return Past().confirmed


def _departures(workspace: Path, present: Kept | None, day: Date) -> int:
    """Departures from before a day in the present snapshot; 0 where it cannot be read."""
    found = _whole(workspace / SNAPSHOTS / present.folder()) if present is not None else None
    return 0 if found is None else found.departures.filter(pl.col("date") < day).height


def _younger(workspace: Path, entries: Sequence[Entry], before: Before, reasons: Sequence[int]) -> list[Date]:
    """Days of the entries about facts from before the day of purging whose reasons stay."""
    held = stored_reasons(workspace / LOG)
    return [
        Date.fromisoformat(entry.at[:10])
        for entry in entries
        if entry.seq in held
        and entry.seq not in reasons
        and entry.before.day
        and entry.before.day < before.snapshots.isoformat()
    ]


def _seen(
    workspace: Path,
    entries: Sequence[Entry],
    before: Before,
    old: Mapping[str, tuple[str, ...]],
    reasons: Sequence[int],
    policy: Policy,
) -> Forgotten:
    """What is to go, and what stays though it is old."""
    present, younger = standing(entries), _younger(workspace, entries, before, reasons)
    return Forgotten(
        before,
        None,
        old,
        stays=_stays(present, before),
        departures=_departures(workspace, present, before.snapshots),
        younger=len(younger),
        until=max((months_on(d, policy.retention.reasons_months) for d in younger), default=None),
    )


def _older(folder: Path, day: Date) -> tuple[str, ...]:
    """Names of the dated folders before a day, what a killed process left half written included."""
    if not folder.is_dir():
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
