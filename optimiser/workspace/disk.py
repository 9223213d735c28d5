"""Whether the disk is full, and how that is said."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said

_FULL = (errno.ENOSPC, errno.EDQUOT)


def full(error: BaseException) -> bool:
    """Whether an error says that the disk is full; Polars gives the system's number in words alone."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return any(f"os error {number}" in str(error).lower() for number in _FULL)


def disk_is_full(file: Path) -> Complaint:
    """The complaint about it."""
    problem, advice = said("the disk is full, so nothing was changed"), said("Make room, then try again.")
    return Complaint(str(file), 0, "", "", problem, advice)


@contextmanager
def written(file: Path) -> Iterator[None]:
    """Turn what the system refuses while a file is written into a complaint.

    Raises
    ------
    InputError
        Where the disk is full, or nothing can be written there.
    """
    try:
        yield
    except Exception as error:
        if full(error):
            raise InputError([disk_is_full(file)]) from error
        if not isinstance(error, OSError):
            raise
        problem = said("this cannot be written: {error}", error=error.strerror or str(error))
        advice = said("Choose another place, or check your rights there.")
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error
