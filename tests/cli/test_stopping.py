"""Ctrl-C and a full disk leave no half plan."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import PLAN_FILES, REPORT_FILES, call, command, files_of

PATIENCE = 60.0
"""Seconds after which a process that shows no sign is given up."""


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region that takes a moment to allocate."""
    folder = tmp_path_factory.mktemp("larger") / "region"
    assert call("demo", folder, "--clients", 2800, "--coaches", 25, "--pressure", 1.2).code == 0
    return folder


def interrupted(region: Path, out: Path, sign: str) -> subprocess.Popen[str]:
    """A run that is sent Ctrl-C as soon as a file (or the folder itself) stands in its stage."""
    watched = out.parent / f".{out.name}.new" / sign
    process = subprocess.Popen(
        command("allocate", region, "--out", out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + PATIENCE
    while process.poll() is None and not watched.exists() and time.monotonic() < end:
        time.sleep(0.002)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    return process


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
@pytest.mark.parametrize("before", ["nothing", "an older plan"])
@pytest.mark.parametrize("sign", [".", "certificate.json", "policy_in_force.yaml", "plan.xlsx"])
def test_ctrl_c_leaves_no_half_plan(larger: Path, plan: Path, tmp_path: Path, sign: str, before: str) -> None:
    """Stopped at any moment, the folder is as it was, or whole; the program says so in a sentence."""
    out = tmp_path / "plan"
    if before == "an older plan":
        shutil.copytree(plan, out)
    old = files_of(out) if out.exists() else None
    process = interrupted(larger, out, sign)
    _, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err
    if process.returncode == 0 or not err:
        # The signal came when all was written.
        assert set(files_of(out)) == PLAN_FILES | REPORT_FILES
    else:
        # Python may end itself by the signal instead: to a shell that is 130 as well.
        assert process.returncode in (130, -signal.SIGINT), err
        assert "Nothing was written" in err
        assert (files_of(out) if out.exists() else None) == old
    assert [p.name for p in tmp_path.iterdir()] == (["plan"] if out.exists() else [])


def no_space(*_: Any, **__: Any) -> None:
    """What writing does on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    "writer", ["plan_folder.write_table", "plan_folder.policy_text", "allocate.write_report"]
)
@pytest.mark.parametrize("older", [False, True])
def test_a_full_disk_is_a_complaint(
    region: Path, plan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str, older: bool
) -> None:
    """Where writing finds no room, nothing is left and the message says what to do."""
    out = tmp_path / "deep" / "plan"
    if older:
        shutil.copytree(plan, out)
    monkeypatch.setattr(f"optimiser.cli.{writer}", no_space)
    called = call("allocate", region, "--out", out)
    assert called.code == 2, called
    assert "the disk is full" in called.err
    assert "Traceback" not in called.err
    if older:
        assert files_of(out) == files_of(plan)
    assert [p.name for p in tmp_path.rglob("*") if ".plan" in p.name] == []
    assert (tmp_path / "deep").exists() == older


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (no right to mount)")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(larger: Path, small_disk: Path) -> None:
    """On a disk too small for the plan, nothing of it is left and an older file stays."""
    (small_disk / "filler").write_bytes(b"x" * 900_000)
    for words in (("allocate", larger, "--out", small_disk / "plan"), ("demo", small_disk / "plan")):
        called = call(*words)
        assert called.code == 2, called
        assert "the disk is full" in called.err
        assert [p.name for p in small_disk.iterdir()] == ["filler"]


def test_a_fault_of_ours_writes_nothing(
    region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan that failed the check is not written; the program ends with code 3 and says whose fault it is."""
    from optimiser.domain.errors import BrokenPlanError

    def broken(*_: Any, **__: Any) -> None:
        raise BrokenPlanError("the plan failed the independent check. Send us the summary.")

    monkeypatch.setattr("optimiser.cli.allocate.allocate", broken)
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert called.code == 3
    assert "independent check" in called.err
    assert not list(tmp_path.iterdir())
