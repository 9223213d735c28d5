"""A process killed at any moment leaves the workspace as it was, or with the whole apply."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser.tables.read import read_snapshot
from optimiser.workspace import current, is_workspace
from optimiser.workspace.folder import log_of
from optimiser.workspace.verify import verify
from tests.workspace.plans import YES, applied, coaches_of, decide, small, write_plan

MOMENTS = [("reading back what was written", 2), ("keeping the plan", 1), ("closing the log", 1)]
"""The second snapshot half written; both written; the entry written and the transaction open."""


def killed(what: str, workspace: Path, out: Path, saying: str, times: int = 1) -> None:
    """Run a process that kills itself at a moment."""
    words = [sys.executable, "-m", "tests.workspace.killed", what, workspace, out, saying, times]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_the_first_apply_killed_at_any_moment(tmp_path: Path) -> None:
    """No workspace comes into being; the apply after it gives what an undisturbed one gives."""
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    undisturbed = applied(small(), out, tmp_path / "other")
    w = tmp_path / "w"
    for moment in MOMENTS:
        killed("apply", w, out, *moment)
        assert not is_workspace(w)
        assert log_of(w) == ()
    done = applied(small(), out, w)
    assert done.entry == undisturbed.entry
    assert coaches_of(read_snapshot(current(w)))["K1"] == "V2"


def test_a_later_apply_killed_before_it_is_written(tmp_path: Path) -> None:
    """The snapshot that stood stands, every byte of it; the log is as it was; the next apply works."""
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")], [("K2", "V2")]])
    decide(out, [1], YES)
    w = tmp_path / "w"
    applied(small(), out, w)
    stood, entries = current(w), log_of(w)
    files = {p: p.read_bytes() for p in w.rglob("*") if p.is_file() and p.name != "log.sqlite"}
    decide(out, [2], YES)
    killed("apply", w, out, "closing the log")
    assert (current(w), log_of(w)) == (stood, entries)
    assert {p: p.read_bytes() for p in files} == files
    assert verify(w / "log.sqlite").broken == 0
    again = applied(read_snapshot(stood), out, w)
    assert again.entry.seq == 2
    assert coaches_of(read_snapshot(current(w)))["K2"] == "V2"


def test_an_undo_killed_before_it_is_written(tmp_path: Path) -> None:
    """The apply that was to be undone stands."""
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    done = applied(small(), out, tmp_path / "w")
    killed("undo", tmp_path / "w", out, "closing the log")
    assert current(tmp_path / "w") == done.folder
    assert len(log_of(tmp_path / "w")) == 1


@pytest.mark.parametrize("name", ["clients.parquet", "snapshot.parquet"])
def test_half_a_snapshot_left_behind_is_written_anew(tmp_path: Path, name: str) -> None:
    """A folder of the right name that does not hold the facts is not trusted."""
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    kept = applied(small(), out, tmp_path / "other").folder
    half = tmp_path / "w" / "snapshots" / kept.name
    half.mkdir(parents=True)
    (half / "municipalities.parquet").write_bytes((kept / "municipalities.parquet").read_bytes())
    (half / name).write_bytes(b"half")
    applied(small(), out, tmp_path / "w")
    assert {p.name: p.read_bytes() for p in half.iterdir()} == {
        p.name: p.read_bytes() for p in kept.iterdir()
    }
