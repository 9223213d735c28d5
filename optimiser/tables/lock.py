"""One at a time: a lock on an empty hidden file, which the system releases when the process dies."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said

OWNERS_FILE = 0o600
"""Rights of what is written here: the owner's alone."""
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system says that gives no locks at all, as some mounts of other machines' disks."""


class NoLocksError(InputError):
    """The file system gives no locks, to anybody."""


@contextmanager
def held(
    file: Path, taken: InputError, kept: Callable[[], bool] = lambda: False, *, needed: bool = True
) -> Iterator[None]:
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
    needed : bool
        False goes on without the lock on a file system that gives none to anybody.

    Raises
    ------
    InputError
        `taken`, or where the system gives no lock and it is needed.
    OSError
        Where the file cannot be made.
    """
    made = not file.exists()
    if made:
        # Only where it is missing: closing the file would release a lock of this process on it.
        file.touch(OWNERS_FILE)
    open_still = False
    try:
        with _transaction(file, taken, needed):
            try:
                yield
            finally:
                open_still = not kept() and not _taken_away(file)
    except NoLocksError:
        open_still = made
        raise
    finally:
        if open_still:
            # Windows takes no file away that is open.
            _taken_away(file)


@contextmanager
def _transaction(file: Path, taken: InputError, needed: bool) -> Iterator[None]:
    """The transaction, on the very file that has this name; none where it is neither given nor needed."""
    before = _identity(file)
    try:
        begun = _begun(file, taken)
    except NoLocksError:
        if needed:
            raise
        yield
        return
    with closing(begun):
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
        if _gives_no_locks(file):
            raise _no_locks(file) from error
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise taken from error
        advice = said("Check your rights in this folder, and that the disk has room.")
        problem = said("this cannot be locked: {error}", error=str(error))
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error
    return base


def _gives_no_locks(file: Path) -> bool:
    """Whether the file system gives no locks to anybody; SQLite says of some of them that a file is busy.

    Asked of another file: closing the one that stands for the lock would release a lock of this process.
    """
    if os.name != "posix":
        return False
    import fcntl

    probe = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        number = os.open(probe, os.O_CREAT | os.O_EXCL | os.O_RDWR, OWNERS_FILE)
    except OSError:
        return False
    try:
        fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS
    finally:
        os.close(number)
        _taken_away(probe)
    return False


def _no_locks(file: Path) -> NoLocksError:
    advice = said("Choose a folder on a disk of this machine.")
    problem = said("this file system gives no locks, so that two runs at once would not be noticed")
    return NoLocksError([Complaint(str(file), 0, "", "", problem, advice)])


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
