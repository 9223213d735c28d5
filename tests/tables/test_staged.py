"""A folder is replaced whole or not at all."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.staged import staged


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


def test_a_file_in_the_way(tmp_path: Path) -> None:
    """A file where the folder should be, or above it, is refused with advice."""
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(InputError, match="Choose"), staged(out):
            pytest.fail("must not begin")
    assert contents(tmp_path) == {"file": "x"}
