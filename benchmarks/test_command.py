"""The whole command as a user waits for it, in a process of its own, with its peak memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, HUGE, LARGE, SMALL, region
from optimiser.tables.demo import DemoOptions

large = pytest.mark.large
PLAIN, REPORT = ("--no-report",), ()

CASES = [
    pytest.param(SMALL, PLAIN, 800, id="2,800"),
    pytest.param(SMALL, REPORT, 800, id="2,800 with report"),
    pytest.param(FULL, PLAIN, 800, id="28,000", marks=large),
    pytest.param(FULL, REPORT, 800, id="28,000 with report", marks=large),
    pytest.param(LARGE, PLAIN, 1500, id="280,000", marks=large),
    pytest.param(HUGE, PLAIN, 4096, id="2.8 million", marks=large),
]


@pytest.mark.parametrize(("options", "words", "most_mb"), CASES)
def test_allocate(
    benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions, words: tuple[str, ...], most_mb: float
) -> None:
    """Tables in, plan, certificate and summary out; the plan has passed the check, or the command fails."""
    folder, out = region(options), tmp_path / "plan"
    command = [sys.executable, "-m", "optimiser", "allocate", str(folder), "--out", str(out), *words]
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True}, rounds=3, iterations=1)
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    benchmark.extra_info |= {
        key: told[key] for key in ("groups", "arcs", "gap", "seconds", "peak_memory_mb", "clients")
    }
    assert told["assigned"] + told["unserved"] == told["clients"]
    assert told["bound_minutes"] <= told["objective_minutes"]
    assert told["peak_memory_mb"] <= most_mb
