"""One at a time in a workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.workspace.apply import undo
from optimiser.workspace.forget import purge_before
from optimiser.workspace.lock import LOCK, locked
from tests.cli.calls import files_of
from tests.workspace.plans import AT, YES, applied, decide, small, write_plan

HOLD = """
import sys, time
from pathlib import Path
from optimiser.workspace.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A plan with one step, accepted."""
    write_plan(tmp_path / "out", small(), [[("K1", "V2")], [("K2", "V3")]])
    decide(tmp_path / "out", [1], YES)
    return tmp_path / "out"


def test_the_second_is_told_so_until_the_first_dies(tmp_path: Path, out: Path) -> None:
    """Another process holds a workspace that is not there yet; when it is killed the lock is free."""
    w = tmp_path / "w"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(w)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(InputError, match="somebody else is at work in this workspace"):
            applied(small(), out, w)
        assert set(files_of(w)) == {LOCK}
    finally:
        holder.kill()
        assert holder.wait() == -signal.SIGKILL
        if holder.stdout:
            holder.stdout.close()
    assert applied(small(), out, w).entry.seq == 1


def test_every_change_wants_the_lock(tmp_path: Path, out: Path) -> None:
    """Apply, undo and purge wait for nobody, and change nothing meanwhile."""
    w = tmp_path / "w"
    applied(small(), out, w)
    kept = files_of(w)
    with locked(w):
        for change in (
            lambda: applied(small(), out, w),
            lambda: undo(w, AT),
            lambda: purge_before(w, date(2030, 1, 1), AT),
        ):
            with pytest.raises(InputError, match="Try again in a moment"):
                change()
    assert files_of(w) == kept
    undo(w, AT)


@pytest.mark.skipif(os.name == "nt", reason="rights are kept otherwise there")
def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path, out: Path) -> None:
    """Folders and files of a workspace that others could read are its owner's alone after the next command."""
    w = tmp_path / "w"
    applied(small(), out, w)
    everything = [w, *w.rglob("*")]
    for path in everything:
        path.chmod(0o755 if path.is_dir() else 0o644)
    undo(w, AT)
    assert not [path for path in (w, *w.rglob("*")) if path.stat().st_mode & 0o077]
    assert len([path for path in everything if path.exists()]) == len(everything)


def test_the_lock_leaves_nothing_where_no_workspace_comes_of_it(tmp_path: Path) -> None:
    """Folders made for it go again; a folder that was there stays."""
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "a" / "b"):
        raise ZeroDivisionError
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()
    assert not list(tmp_path.iterdir())


def test_a_place_where_nothing_can_be_written(tmp_path: Path) -> None:
    """What the system refuses is a complaint."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"), locked(tmp_path / "file" / "w"):
        pass
