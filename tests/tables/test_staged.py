"""A folder is replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.staged import staged, staged_file


def contents(folder: Path) -> dict[str, str]:
    """Files below a folder and their text, hidden ones too."""
    return {str(p.relative_to(folder)): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def old_folder(place: Path) -> Path:
    """A folder with a plan of last month and notes."""
    out = place / "out"
    (out / "notes").mkdir(parents=True)
    (out / "plan.csv").write_text("old")
    (out / "notes" / "a.txt").write_text("kept")
    return out


def test_new_files_take_the_place_of_old_ones(tmp_path: Path) -> None:
    """Written files replace those of the same name, the others are carried over, nothing else is left."""
    out = old_folder(tmp_path)
    with staged(out) as stage:
        (stage / "plan.csv").write_text("new")
        assert stage.parent == tmp_path
        assert contents(out)["plan.csv"] == "old"
    assert contents(tmp_path) == {"out/plan.csv": "new", "out/notes/a.txt": "kept"}


def test_a_new_folder_below_new_folders(tmp_path: Path) -> None:
    """Folders above are made where needed, and taken away again where it fails."""
    with pytest.raises(ValueError, match="no"), staged(tmp_path / "a" / "b" / "out"):
        raise ValueError("no")
    assert list(tmp_path.iterdir()) == []
    with staged(tmp_path / "a" / "b" / "out") as stage:
        (stage / "x").write_text("1")
    assert contents(tmp_path) == {"a/b/out/x": "1"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full"), RuntimeError("x")])
def test_nothing_changes_on_any_failure(tmp_path: Path, error: BaseException) -> None:
    """Ctrl-C, a full disk or a fault while writing leave the old folder as it was, and no stage."""
    out = old_folder(tmp_path)
    before = contents(tmp_path)
    with pytest.raises((KeyboardInterrupt, InputError, RuntimeError)) as caught, staged(out) as stage:
        (stage / "plan.csv").write_text("half")
        raise error
    assert contents(tmp_path) == before
    if isinstance(error, OSError):
        assert "the disk is full" in str(caught.value)


@pytest.mark.parametrize("failing", ["copy", "first", "second"])
def test_nothing_changes_where_the_swap_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """An interrupt while carrying over or between the renames leaves the old folder."""
    out = old_folder(tmp_path)
    before = contents(tmp_path)
    rename, calls = Path.rename, []

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == (1 if failing == "first" else 2):
            raise KeyboardInterrupt
        return rename(self, target)

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    if failing == "copy":
        monkeypatch.setattr("optimiser.tables.staged.shutil.copy2", full)
    else:
        monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises((KeyboardInterrupt, InputError)), staged(out) as stage:
        (stage / "plan.csv").write_text("new")
    assert contents(tmp_path) == before


def test_leftovers_of_a_kill_are_cleared(tmp_path: Path) -> None:
    """A stage left by a kill goes; an old folder left between the renames comes back first."""
    out = old_folder(tmp_path)
    (tmp_path / ".out.new").mkdir()
    (tmp_path / ".out.new" / "half.csv").write_text("half")
    out.rename(tmp_path / ".out.old")
    with staged(out) as stage:
        (stage / "more.csv").write_text("more")
    assert contents(tmp_path) == {"out/plan.csv": "old", "out/notes/a.txt": "kept", "out/more.csv": "more"}


def test_two_runs_to_one_folder(tmp_path: Path) -> None:
    """The second is told that somebody else is writing, changes nothing, and the first ends whole."""
    out = old_folder(tmp_path)
    with staged(out) as stage:
        (stage / "plan.csv").write_text("first")
        with (
            pytest.raises(InputError, match=r"somebody else is writing here\. Wait"),
            staged(out, replaced=("plan.csv",)),
        ):
            pytest.fail("must not begin")
        assert contents(stage) == {"plan.csv": "first"}
    assert contents(tmp_path) == {"out/plan.csv": "first", "out/notes/a.txt": "kept"}


def test_two_runs_below_one_new_folder(tmp_path: Path) -> None:
    """Who fails does not take away the folder above in which the other writes."""
    with staged(tmp_path / "a" / "one") as stage:
        with pytest.raises(ZeroDivisionError), staged(tmp_path / "a" / "other"):
            raise ZeroDivisionError
        (stage / "x").write_text("1")
    assert contents(tmp_path) == {"a/one/x": "1"}


def test_two_runs_to_one_file(tmp_path: Path) -> None:
    """A file that somebody else is writing is neither emptied nor taken away."""
    file = tmp_path / "one.json"
    with staged_file(file, lambda _: True) as beside:
        beside.write_text("first")
        with pytest.raises(InputError, match="somebody else"), staged_file(file, lambda _: True):
            pytest.fail("must not begin")
        assert beside.read_text() == "first"
    assert contents(tmp_path) == {"one.json": "first"}


KILLED = """
import os, signal, sys
from pathlib import Path
from optimiser.tables.staged import staged, staged_file
with staged(Path(sys.argv[1]) / "out") as stage, staged_file(Path(sys.argv[1]) / "one", lambda _: True) as one:
    (stage / "half.csv").write_text("half")
    one.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="processes are killed otherwise on Windows")
def test_what_a_killed_run_leaves(tmp_path: Path) -> None:
    """Stage and lock of a run that was killed keep nobody out, and go with the next run."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert contents(tmp_path)[".out.new/half.csv"] == "half"
    with staged(tmp_path / "out") as stage, staged_file(tmp_path / "one", lambda _: True) as one:
        (stage / "plan.csv").write_text("new")
        one.write_text("new")
    assert contents(tmp_path) == {"one": "new", "out/plan.csv": "new"}
    assert {p.name for p in tmp_path.iterdir()} == {"one", "out"}


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be, or above it, is refused with advice."""
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(InputError, match="Choose"), staged(out):
            pytest.fail("must not begin")
    assert contents(tmp_path) == {"file": "x"}


def test_the_folder_of_somebody_else(tmp_path: Path) -> None:
    """Files, but none of an earlier run: refused with advice where files are named that a run replaces."""
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with (
        pytest.raises(InputError, match=r"no earlier output\. Choose a new or empty folder"),
        staged(tmp_path / "thesis", replaced=("plan.csv",)),
    ):
        pytest.fail("must not begin")
    assert contents(tmp_path) == {"thesis/chapter.txt": "mine"}
    (tmp_path / "empty").mkdir()
    for out, replaced in (("thesis", ()), ("empty", ("plan.csv",)), ("empty", ("plan.csv",))):
        with staged(tmp_path / out, replaced=replaced) as stage:
            (stage / "plan.csv").write_text("new")
    assert contents(tmp_path) == {
        "thesis/chapter.txt": "mine",
        "thesis/plan.csv": "new",
        "empty/plan.csv": "new",
    }


@pytest.mark.parametrize("out", ["", ".", "..", "/", "../.."])
def test_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str) -> None:
    """The folder one works in, one above it and an empty path are refused with advice."""
    work = tmp_path / "a" / "inner"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    with pytest.raises(InputError, match="Choose a new or empty folder"), staged(Path(out)):
        pytest.fail("must not begin")
    assert contents(tmp_path) == {}
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    with staged(Path("below")) as stage:
        (stage / "x").write_text("1")
    assert contents(tmp_path) == {"a/inner/below/x": "1"}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_stay_links(tmp_path: Path) -> None:
    """Links to files, folders and nothing are carried over as they are; what they lead to is not copied."""
    out, far = old_folder(tmp_path), tmp_path / "far"
    far.mkdir()
    (far / "large.txt").write_text("large")
    (out / "file").symlink_to(far / "large.txt")
    (out / "folder").symlink_to(far, target_is_directory=True)
    (out / "near").symlink_to("notes")
    (out / "broken").symlink_to("nowhere")
    (out / "summary.json").symlink_to(far / "large.txt")
    with staged(out, replaced=("plan.csv", "summary.json")) as stage:
        (stage / "plan.csv").write_text("new")
    links = {p.name: str(p.readlink()) for p in out.iterdir() if p.is_symlink()}
    expected = {"file": str(far / "large.txt"), "folder": str(far), "near": "notes", "broken": "nowhere"}
    assert links == expected
    assert (out / "near" / "a.txt").read_text() == "kept"
    assert (far / "large.txt").read_text() == "large"
    assert {p.name for p in out.iterdir()} == {*expected, "notes", "plan.csv"}


@pytest.mark.parametrize("deep", [False, True])
def test_a_place_where_nothing_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deep: bool
) -> None:
    """Where the system refuses to make a folder, there is a complaint with advice and nothing is left."""
    mkdir = Path.mkdir

    def refused(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if self.name in ("deeper", ".out.new"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(self))
        mkdir(self, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", refused)
    out = tmp_path / "deep" / "deeper" / "out" if deep else tmp_path / "deep" / "out"
    with pytest.raises(InputError, match=r"cannot be written: No such file.*\. Choose"), staged(out):
        pytest.fail("must not begin")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no such file system here")
@pytest.mark.parametrize("out", ["/proc/foo", "/proc/foo/bar/out"])
def test_a_folder_of_the_kernel(out: str) -> None:
    """A file system that takes no folders is a complaint with advice, also for one who may do all."""
    with pytest.raises(InputError, match="Choose"), staged(Path(out)):
        pytest.fail("must not begin")
