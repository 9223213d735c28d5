"""One at a time: a lock on an empty hidden file, which the system releases when the process dies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said

OWNERS_FILE = 0o600
"""Rights of what is written here: the owner's alone."""


@contextmanager
def held(file: Path, taken: InputError, kept: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold a lock alone; the file is made where it is missing, and goes again with the lock.

    The lock is an SQLite transaction on an empty file, so that it works alike on every system. Who comes
    upon a file that goes meanwhile is refused: two processes never hold two files of one name.

    Parameters
    ----------
    file : Path
        The hidden file that stands for what is locked, in a folder that is there.
    taken : InputError
        Raised where somebody else holds it.
    kept : callable
        Asked at the end whether the file stays.

    Raises
    ------
    InputError
        `taken`, or where the system gives no lock.
    OSError
        Where the file cannot be made.
    """
    if not file.exists():
        # Only where it is missing: closing the file would release a lock of this process on it.
        file.touch(OWNERS_FILE)
    open_still = False
    try:
        with _transaction(file, taken):
            try:
                yield
            finally:
                open_still = not kept() and not _taken_away(file)
    finally:
        if open_still:
            # Windows takes no file away that is open.
            _taken_away(file)


@contextmanager
def _transaction(file: Path, taken: InputError) -> Iterator[None]:
    """The transaction, on the very file that has this name."""
    before = _identity(file)
    with closing(_begun(file, taken)):
        if before is None or _identity(file) != before:
            raise taken
        yield


def _begun(file: Path, taken: InputError) -> sqlite3.Connection:
    base: sqlite3.Connection | None = None
    try:
        base = sqlite3.connect(file, timeout=0, isolation_level=None)
        # No journal beside the lock: nothing is written.
        base.execute("PRAGMA journal_mode=MEMORY")
        base.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        if base is not None:
            base.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise taken from error
        advice = said("Check your rights in this folder, and that the disk has room.")
        problem = said("this cannot be locked: {error}", error=str(error))
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error
    return base


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        about = file.stat()
    except FileNotFoundError:
        return None
    return about.st_dev, about.st_ino


def _taken_away(file: Path) -> bool:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True
