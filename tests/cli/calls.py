"""Commands called in this process or in one of their own."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from optimiser.cli.entry import run

PLAN_FILES = {"plan.csv", "certificate.json", "summary.json", "policy_in_force.yaml"}
REPORT_FILES = {"plan.xlsx", "report.html", "overload.json"}


@dataclass(frozen=True)
class Called:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


def call(*words: object) -> Called:
    """Run a command in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv = ["optimiser", *map(str, words)]
    with (
        mock.patch.object(sys, "argv", argv),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Called(code, out.getvalue(), err.getvalue())


def command(*words: object) -> list[str]:
    """The words that start the command in a process of its own."""
    return [sys.executable, "-m", "optimiser", *map(str, words)]


def called_outside(*words: object) -> Called:
    """Run a command in a process of its own."""
    done = subprocess.run(command(*words), capture_output=True, text=True, encoding="utf-8", check=False)
    return Called(done.returncode, done.stdout, done.stderr)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its content."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def assert_refused(called: Called, out: Path) -> None:
    """Exit code 2, no traceback, advice, and nothing written, not even beside."""
    assert called.code == 2, called
    assert "Traceback" not in called.err
    assert "nothing was written" in called.err
    assert not out.exists()
    assert not [p for p in out.parent.iterdir() if out.name in p.name]
