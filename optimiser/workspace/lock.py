"""One at a time: a lock on a workspace, which the system releases when the process dies."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.staged import OWNERS_FILE, OWNERS_FOLDER
from optimiser.workspace.disk import written
from optimiser.workspace.folder import is_workspace

LOCK = ".lock"


@contextmanager
def locked(workspace: Path) -> Iterator[None]:
    """Hold a workspace alone; without a log afterwards the lock and folders made for it go again.

    The lock is an SQLite transaction on an empty hidden file, so that it works alike on every system.
    The file stays in a workspace: taking it away would let two processes hold two files of one name.

    Parameters
    ----------
    workspace : Path
        The workspace; need not be there yet.

    Raises
    ------
    InputError
        Where somebody else holds it, or nothing can be written there.
    """
    file = workspace / LOCK
    made = [folder for folder in (workspace, *workspace.parents) if not folder.exists()]
    open_still = False
    try:
        with written(workspace):
            workspace.mkdir(OWNERS_FOLDER, parents=True, exist_ok=True)
            if not file.exists():
                # Only where it is missing: closing the file would release a lock of this process on it.
                file.touch(OWNERS_FILE)
        with _held(file):
            try:
                yield
            finally:
                if not is_workspace(workspace):
                    open_still = not _taken_away(file)
    finally:
        if open_still:
            # Windows takes no file away that is open.
            _taken_away(file)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


@contextmanager
def _held(file: Path) -> Iterator[None]:
    """The transaction, on the very file that has this name."""
    try:
        before = _identity(file)
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as base:
            # No journal beside the lock: nothing is written.
            base.execute("PRAGMA journal_mode=MEMORY")
            base.execute("BEGIN EXCLUSIVE")
            if before is None or _identity(file) != before:
                raise _taken(file)
            yield
    except sqlite3.Error as error:
        busy = getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if busy:
            raise _taken(file) from error
        advice = said("Check your rights in this folder, and that the disk has room.")
        problem = said("the workspace cannot be locked: {error}", error=str(error))
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        about = file.stat()
    except FileNotFoundError:
        return None
    return about.st_dev, about.st_ino


def _taken(file: Path) -> InputError:
    problem, advice = said("somebody else is applying in this workspace"), said("Try again in a moment.")
    return InputError([Complaint(str(file.parent), 0, "", "", problem, advice)])


def _taken_away(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True
