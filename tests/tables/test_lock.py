"""A lock is held by one at a time, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.lock import held

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
