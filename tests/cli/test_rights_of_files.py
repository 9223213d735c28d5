"""Files are written readable by their owner only."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from optimiser.tables.staged import staged, staged_file
from tests.cli.every_command import Ran

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are kept otherwise there")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
OURS = {"new.csv", "names.csv", "answers.csv", "mine.xlsx", "raw", "export"}
"""What the test itself has put there."""


def open_to_others(folder: Path) -> list[str]:
    """Files and folders that others may use."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if not OURS & set(path.relative_to(folder).parts) and path.lstat().st_mode & OTHERS
    ]


def test_nobody_else_may_read_what_any_command_writes(every_command: Ran) -> None:
    """Every file and folder of every command, those of the workspace and its log included."""
    written = {path.name for path in every_command.folder.rglob("*")}
    assert {"plan.csv", "report.html", "log.sqlite", "log.csv", "about.json", "letter.html"} <= written
    assert not open_to_others(every_command.folder)


def test_a_caller_in_python_gets_the_same(tmp_path: Path) -> None:
    """Whatever the process grants to others, what is staged is its owner's, files carried over too."""
    before = os.umask(0)
    try:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "notes.txt").write_text("mine")
        (tmp_path / "out" / "notes.txt").chmod(0o664)
        with staged(tmp_path / "out") as stage:
            (stage / "below").mkdir()
            (stage / "below" / "plan.csv").write_text("x")
        with staged_file(tmp_path / "one.json", lambda file: True) as beside:
            beside.write_text("{}")
    finally:
        os.umask(before)
    assert not open_to_others(tmp_path)
    assert (tmp_path / "out" / "below" / "plan.csv").read_text() == "x"


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    """A copy keeps its rights: only what we write is narrowed."""
    (tmp_path / "theirs.txt").write_text("x")
    (tmp_path / "theirs.txt").chmod(0o644)
    with staged(tmp_path / "out") as stage:
        (stage / "link").symlink_to(tmp_path / "theirs.txt")
        shutil.copy(tmp_path / "theirs.txt", stage / "copy.txt")
    assert stat.S_IMODE((tmp_path / "theirs.txt").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "out" / "copy.txt").stat().st_mode) == 0o600
