"""A full disk is known by the error of whoever met it."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import closing

import polars as pl
import pytest

from optimiser.tables.disk import FULL, full


@pytest.mark.parametrize("number", FULL)
def test_the_errors_of_a_full_disk(number: int) -> None:
    """By the system's number, or by its words in the error of a library, also at the bottom of others."""
    assert full(OSError(number, "no room"))
    assert full(pl.exceptions.ComputeError(f"No space left on device (os error {number})"))
    assert full(RuntimeError(f"[Errno {number}] No space left on device"))
    outer = RuntimeError("the file cannot be closed")
    outer.__cause__ = OSError(number, "no room")
    assert full(outer)


def test_a_full_database() -> None:
    """SQLite has a number of its own."""
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("PRAGMA max_page_count=2")
        with pytest.raises(sqlite3.Error) as error:
            base.executescript("CREATE TABLE t (c); INSERT INTO t VALUES (zeroblob(100000));")
    assert full(error.value)


def test_other_errors() -> None:
    """What the system refuses for another reason, a number that begins alike, a circle of causes."""
    assert not full(None)
    assert not full(PermissionError(errno.EACCES, "not yours"))
    assert not full(RuntimeError(f"os error {FULL[0]}0"))
    assert not full(sqlite3.OperationalError("database is locked"))
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__cause__, other.__cause__ = other, one
    assert not full(one)
