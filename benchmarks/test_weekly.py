"""The weekly commands as a user waits for them, each in a process of its own; results asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date as Date
from itertools import pairwise
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, SMALL, region
from optimiser.tables.demo import DemoOptions
from optimiser.tables.read import read_snapshot

large = pytest.mark.large
SIZES = [pytest.param(SMALL, id="2,800"), pytest.param(FULL, id="28,000", marks=large)]
GAP = {SMALL.clients: 2e-2, FULL.clients: 5e-4}
"""Asked of a rebalance with 3 % moves; a small region's clients weigh more beside its load."""


def timed(benchmark: BenchmarkFixture, out: Path, *words: object) -> dict[str, object]:
    """Run a command three times; return its summary."""
    command = [sys.executable, "-m", "optimiser", *map(str, words), "--out", str(out)]
    silent = {"check": True, "stdout": subprocess.DEVNULL}
    benchmark.pedantic(subprocess.run, args=(command,), kwargs=silent, rounds=3, iterations=1)
    told: dict[str, object] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("options", SIZES)
def test_rebalance(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """The best plan with moves for 3 % of all clients: within the budget, nobody loses a coach."""
    budget = options.clients * 3 // 100
    words = ("rebalance", region(options), "--max-moves", budget, "--no-report")
    told = timed(benchmark, tmp_path / "out", *words)
    benchmark.extra_info |= {key: told[key] for key in ("gap", "moved", "seconds")}
    assert told["moved"] <= budget
    assert told["gap"] <= GAP[options.clients]
    assert told["unserved"] == told["unserved_bound"] == 0


@pytest.mark.parametrize("options", SIZES)
def test_frontier(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """Twelve budgets, each a checked plan, bounds that fall."""
    told = timed(benchmark, tmp_path / "out", "frontier", region(options), "--points", 12)
    points = json.loads((tmp_path / "out" / "frontier.json").read_text(encoding="utf-8"))["points"]
    benchmark.extra_info |= {"knee": told["knee"], "seconds": told["seconds"]}
    bounds = [point["bound_minutes"] for point in points]
    assert len(points) == 12
    assert all(more <= less + 1e-6 for less, more in pairwise(bounds))
    assert all(p["bound_minutes"] <= p["objective_minutes"] for p in points)


@pytest.mark.parametrize("options", SIZES)
def test_contacts(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """A calendar of 13 weeks for every coach."""
    told = timed(benchmark, tmp_path / "out", "contacts", region(options), "--weeks", 13)
    benchmark.extra_info |= {"seconds": told["seconds"]}
    assert any((tmp_path / "out" / "calendars").iterdir())


@pytest.mark.parametrize("mode", ["--permanent", "--temporary"])
@pytest.mark.parametrize("options", SIZES)
def test_cover(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions, mode: str) -> None:
    """The coach with most clients leaves, or is away for a while."""
    snapshot = read_snapshot(region(options))
    coach = snapshot.clients["coach_id"].drop_nulls().value_counts(sort=True)["coach_id"][0]
    day: Date = snapshot.date
    words = ("cover", region(options), "--coach", coach, mode, "--from", day.isoformat())
    told = timed(benchmark, tmp_path / "out", *words)
    benchmark.extra_info |= {"seconds": told["seconds"]}
