"""A lock is held by one at a time, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.lock import held
from optimiser.tables.pseudonym_key import key_alone
from optimiser.tables.staged import staged, staged_file

TAKEN = InputError([])
HOLD = """
import sys, time
from pathlib import Path
from optimiser.domain.errors import InputError
from optimiser.tables.lock import held
with held(Path(sys.argv[1]), InputError([])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    """The second is refused and takes nothing away; afterwards the file is gone and the lock free."""
    file = tmp_path / ".lock"
    for _ in range(2):
        with held(file, TAKEN):
            with pytest.raises(InputError) as caught, held(file, TAKEN):
                pytest.fail("must not begin")
            assert caught.value is TAKEN and file.exists()
        assert not file.exists()


def test_another_process_until_it_dies(tmp_path: Path) -> None:
    """What a killed process held is free, and its file is used again and goes."""
    file = tmp_path / ".lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        try:
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(InputError), held(file, TAKEN):
                pytest.fail("must not begin")
        finally:
            holder.kill()
            assert holder.wait() == -signal.SIGKILL
    assert file.exists()
    with held(file, TAKEN):
        pass
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_kept(tmp_path: Path) -> None:
    """The file stays where it is asked to; a fault inside goes through."""
    with pytest.raises(ZeroDivisionError), held(tmp_path / ".lock", TAKEN, kept=lambda: True):
        raise ZeroDivisionError
    assert [p.name for p in tmp_path.iterdir()] == [".lock"]


def test_no_lock_to_be_had(tmp_path: Path) -> None:
    """A file that is no empty one of ours is a complaint, not a fault of the program."""
    (tmp_path / ".lock").mkdir()
    with pytest.raises(InputError, match="cannot be locked"), held(tmp_path / ".lock", TAKEN):
        pytest.fail("must not begin")


def without_locks(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """A file system that refuses every lock, as SQLite and the system tell it."""

    def refused(code: int) -> Callable[..., NoReturn]:
        def refuse(*_: object, **__: object) -> NoReturn:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = code
            raise error

        return refuse

    def unlocked(*_: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    # Of ENOLCK SQLite says that the file is busy.
    code = sqlite3.SQLITE_BUSY if number == errno.ENOLCK else sqlite3.SQLITE_IOERR
    monkeypatch.setattr("optimiser.tables.lock.sqlite3.connect", refused(code))
    monkeypatch.setattr("fcntl.lockf", unlocked)


@pytest.mark.skipif(os.name != "posix", reason="other systems always give locks")
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Outputs are written all the same and nothing is left; key files and workspaces are refused with advice."""
    without_locks(monkeypatch, number)
    with staged(tmp_path / "out") as stage, staged_file(tmp_path / "one", lambda _: True) as one:
        (stage / "plan.csv").write_text("new")
        one.write_text("new")
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*")} == {"out", "out/plan.csv", "one"}
    for locked in (held(tmp_path / ".lock", TAKEN), key_alone(tmp_path / "key")):
        with pytest.raises(InputError, match=r"gives no locks.*a disk of this machine"), locked:
            pytest.fail("must not begin")
    assert {p.name for p in tmp_path.iterdir()} == {"out", "one"}


@pytest.mark.skipif(os.name != "posix", reason="other systems always give locks")
def test_a_lock_refused_for_another_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a file system without any locks goes without: anything else refuses an output too."""
    without_locks(monkeypatch, errno.EIO)
    with pytest.raises(InputError, match="cannot be locked"), staged_file(tmp_path / "one", lambda _: True):
        pytest.fail("must not begin")
    assert not (tmp_path / "one").exists()
