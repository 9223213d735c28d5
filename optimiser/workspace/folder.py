"""The folder in which everything is kept: `snapshots/<date>-<fingerprint>/`, `plans/`, `updates/`, `log.sqlite`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.errors import BrokenPlanError, Complaint, InputError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot
from optimiser.workspace.entries import PURGE, Entry, Kept
from optimiser.workspace.history import standing
from optimiser.workspace.verify import trusted

LOG = "log.sqlite"
SNAPSHOTS, PLANS, UPDATES = "snapshots", "plans", "updates"
TOTALS = "aggregates.csv"
"""Totals of the snapshots that were purged."""
MOVES = "moves.csv"
PLAN_FILES = ("plan.csv", "certificate.json", "policy_in_force.yaml")
"""Of a plan's folder what is kept, beside its move list."""


def is_workspace(path: Path) -> bool:
    """Whether a folder is a workspace: it holds a log."""
    return (path / LOG).is_file()


def current(path: Path) -> Path:
    """Return the folder of the present snapshot of a workspace; any other path as it is.

    Raises
    ------
    InputError
        Where the log is not as it was written, or the snapshot is not there any more.
    """
    return kept_snapshot(path, present(path)) if is_workspace(path) else path


def present(workspace: Path) -> Kept:
    """Return the snapshot that stands in a workspace.

    Raises
    ------
    InputError
        Where the log is not as it was written, or none stands.
    """
    kept = standing(log_of(workspace))
    if kept is None:
        problem = said("no snapshot is kept in this workspace")
        advice = said("Name the folder of the region itself; `optimiser apply` fills a workspace.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    return kept


def log_of(workspace: Path) -> tuple[Entry, ...]:
    """Return the entries of a workspace's log; none where it has none yet.

    Raises
    ------
    InputError
        Where the log is not as it was written.
    """
    return trusted(workspace / LOG)


def kept_snapshot(workspace: Path, kept: Kept) -> Path:
    """Return the folder of a snapshot that is kept.

    Raises
    ------
    InputError
        Where it is not there.
    """
    folder = workspace / SNAPSHOTS / kept.folder()
    if not folder.is_dir():
        day = purged_before(log_of(workspace), kept)
        if day:
            raise InputError([_purged(folder, day)])
        problem = said("the snapshot kept here is gone")
        advice = said("Bring the folder back from a backup, or begin another workspace.")
        raise InputError([Complaint(str(folder), 0, "", "", problem, advice)])
    return folder


def kept_of(workspace: Path, fingerprint: str) -> Path | None:
    """Return the folder in which the facts of a fingerprint are kept; None where the log names none."""
    for entry in reversed(log_of(workspace)):
        for kept in (entry.after, entry.before):
            if kept.fingerprint == fingerprint:
                return kept_snapshot(workspace, kept)
    return None


def purged_before(entries: Sequence[Entry], kept: Kept) -> Date | None:
    """Return the day before which facts were purged when a snapshot was; None where it was not."""
    days = [
        Date.fromisoformat(entry.steps["facts_before"])
        for entry in entries
        if entry.kind == PURGE and kept.folder() in entry.steps.get(SNAPSHOTS, [])
    ]
    return max(days, default=None)


def _purged(folder: Path, day: Date) -> Complaint:
    problem = said("the snapshot kept here was purged with all facts from before {day}", day=day)
    advice = said(
        "What rests on it cannot be done any more; its totals are in {totals}.",
        totals=str(folder.parents[1] / TOTALS),
    )
    return Complaint(str(folder), 0, "", "", problem, advice)


def read_kept(workspace: Path, kept: Kept) -> Snapshot:
    """Read a snapshot that is kept.

    Raises
    ------
    InputError
        Where it is not there, or no longer the facts that were kept.
    """
    folder = kept_snapshot(workspace, kept)
    found = facts_in(folder)
    if found.fingerprint() != kept.fingerprint:
        raise _changed(folder)
    return found


def facts_in(folder: Path) -> Snapshot:
    """Return the facts in the folder of a kept snapshot.

    Raises
    ------
    InputError
        Where they cannot be read, or are not those whose day and fingerprint the folder is named after.
    """
    found = read_snapshot(folder)
    if Kept(found.date.isoformat(), found.fingerprint()).folder() != folder.name:
        raise _changed(folder)
    return found


def _changed(folder: Path) -> InputError:
    advice = said("Bring the folder back from a backup, or begin another workspace.")
    problem = said("these are no longer the facts that were kept here")
    return InputError([Complaint(str(folder), 0, "", "", problem, advice)])


def refuse_strange_folder(workspace: Path) -> None:
    """Raise where a folder holds something and is no workspace.

    Raises
    ------
    InputError
        Where it is a file, or a folder with other files and no log.
    """
    if workspace.exists() and not workspace.is_dir():
        problem = said("a file stands where the workspace should")
        advice = said("Choose another folder.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    if not workspace.exists() or is_workspace(workspace):
        return
    others = {p.name for p in workspace.iterdir() if not p.name.startswith(".")} - {SNAPSHOTS, PLANS, UPDATES}
    if others:
        problem = said("the folder holds other files and is no workspace")
        advice = said("Choose a new or empty folder.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])


def keep_snapshot(workspace: Path, snapshot: Snapshot, progress: Progress = SILENT) -> Path:
    """Write a snapshot where it is kept, unless it is there already, and read it back.

    Parameters
    ----------
    workspace : Path
        The workspace; need not be there yet.
    snapshot : Snapshot
        The facts. What a snapshot does not carry is not kept: clients with a protected address who
        have no coach, and the reader's notices.
    progress : Progress
        Told what is being done.

    Returns
    -------
    Path
        Its folder.

    Raises
    ------
    BrokenPlanError
        If what was written does not read back as the same facts.
    """
    fingerprint = snapshot.fingerprint()
    folder = workspace / SNAPSHOTS / Kept(snapshot.date.isoformat(), fingerprint).folder()
    if folder.is_dir() and holds(folder, fingerprint):
        return folder
    with staged(folder) as stage:
        write_snapshot({"snapshot": snapshot_row(snapshot), **snapshot.frames()}, stage, format="parquet")
        progress.say(said("reading back what was written"))
        read_back(stage, fingerprint)
    return folder


def keep_plan(workspace: Path, day: Date, fingerprint: str, plan: Path, moves: Path) -> dict[str, str]:
    """Copy the files of a plan to where they are kept.

    A move list with other decisions than the one kept already is kept beside it under a name of its own.

    Parameters
    ----------
    workspace : Path
        The workspace.
    day : datetime.date
        Of the snapshot.
    fingerprint : str
        Of the plan.
    plan, moves : Path
        Folder of the plan, and its move list.

    Returns
    -------
    dict
        Name of each kept file below the workspace to the SHA-256 of its content.
    """
    folder = workspace / PLANS / f"{day.isoformat()}-{fingerprint[:12]}"
    files = {name: (plan / name).read_bytes() for name in PLAN_FILES}
    decided = moves.read_bytes()
    name = MOVES
    if (folder / MOVES).is_file() and (folder / MOVES).read_bytes() != decided:
        name = f"moves-{hashlib.sha256(decided).hexdigest()[:12]}.csv"
    files[name] = decided
    missing = {n: content for n, content in files.items() if not _same(folder / n, content)}
    if missing:
        _write(folder, missing)
    place = folder.relative_to(workspace).as_posix()
    return {f"{place}/{n}": hashlib.sha256(content).hexdigest() for n, content in sorted(files.items())}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    with staged(folder) as stage:
        for name, content in files.items():
            (stage / name).write_bytes(content)


def _same(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def snapshot_row(snapshot: Snapshot) -> pl.DataFrame:
    """The row of the table `snapshot`."""
    row = {"date": snapshot.date, "region": snapshot.region or None, "source": snapshot.source or None}
    return pl.DataFrame([row | {"line": 0}], schema=TABLES["snapshot"].schema())


def holds(folder: Path, fingerprint: str) -> bool:
    """Whether the tables in a folder are exactly the facts of a fingerprint."""
    try:
        read_back(folder, fingerprint)
    except BrokenPlanError:
        return False
    return True


def read_back(folder: Path, fingerprint: str) -> None:
    """Raise where the tables in a folder are not exactly the facts of a fingerprint."""
    try:
        found = read_snapshot(folder)
    except InputError as error:
        raise BrokenPlanError(
            said(
                "the snapshot that was written does not read back as the same facts: {error}. Nothing was kept; "
                "please report this.",
                error=str(error),
            )
        ) from error
    if found.fingerprint() != fingerprint:
        raise BrokenPlanError(
            said(
                "the snapshot that was written does not read back as the same facts. Nothing was kept; please "
                "report this."
            )
        )
