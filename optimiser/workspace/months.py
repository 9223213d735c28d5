"""The snapshots of a workspace at the ends of months."""

from __future__ import annotations

from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.workspace.entries import Kept
from optimiser.workspace.folder import SNAPSHOTS, kept_snapshot, log_of, purged_before, read_kept
from optimiser.workspace.history import way


def month_ends(workspace: Path) -> tuple[tuple[Path, ...], int]:
    """Return the folders of the latest snapshot of each calendar month on the way to the one that stands.

    Parameters
    ----------
    workspace : Path
        A workspace.

    Returns
    -------
    (tuple of Path, int)
        By month; and how many months have none left because theirs was purged.

    Raises
    ------
    InputError
        Where the log is not as it was written, no snapshot is kept, or one is gone that was not purged or
        is not as it was kept.
    """
    log = log_of(workspace)
    entries = way(log)
    kept = [entry.after for entry in entries]
    # Where the first command was an update, the facts it began with may have stayed where they were.
    if entries and (workspace / SNAPSHOTS / entries[0].before.folder()).is_dir():
        kept.insert(0, entries[0].before)
    latest: dict[str, Kept] = {}
    for snapshot in kept:
        if snapshot.day >= latest.get(snapshot.day[:7], Kept()).day:
            latest[snapshot.day[:7]] = snapshot
    there = [latest[month] for month in sorted(latest) if purged_before(log, latest[month]) is None]
    if not there:
        problem = said("no snapshot is kept in this workspace")
        advice = said("Name the folders of the snapshots themselves.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    for snapshot in there:
        read_kept(workspace, snapshot)
    return tuple(kept_snapshot(workspace, snapshot) for snapshot in there), len(latest) - len(there)
