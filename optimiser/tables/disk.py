"""Whether the disk is full."""

from __future__ import annotations

import errno
import re
import sqlite3

FULL = (errno.ENOSPC, errno.EDQUOT)
_WORDS = re.compile(rf"\b(?:os error|errno) (?:{'|'.join(map(str, FULL))})\b", re.IGNORECASE)
_MOST_CAUSES = 10
"""Errors looked through, from the last to the one that it all began with."""


def full(error: BaseException | None) -> bool:
    """Whether an error, or one that it came from, says that the disk is full.

    Polars and xlsxwriter wrap the system's error in their own without its number: then its words tell.
    """
    for _ in range(_MOST_CAUSES):
        if error is None:
            return False
        if isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_FULL:
            return True
        if isinstance(error, OSError) and error.errno in FULL:
            return True
        if _WORDS.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _code(error: sqlite3.Error) -> int:
    """SQLite's number of what went wrong, without the particulars of it."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
