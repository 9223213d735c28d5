"""The move list: time to order the changes of a plan, with its soundness asserted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, LARGE, SMALL, region
from optimiser.allocation.allocate import allocate
from optimiser.allocation.steps import move_list
from optimiser.domain.policy import Policy
from optimiser.quality.check import check
from optimiser.tables.demo import DemoOptions
from optimiser.tables.read import read_snapshot

large = pytest.mark.large
TWO_THOUSAND = {"moves": 2_000}
FULL_OF_HEADS = {"heads": 125}

CASES = [
    pytest.param(SMALL, {}, id="2,800 free"),
    pytest.param(SMALL, FULL_OF_HEADS, id="2,800 heads"),
    pytest.param(FULL, TWO_THOUSAND, id="28,000 with 2,000 moves", marks=large),
    pytest.param(FULL, TWO_THOUSAND | FULL_OF_HEADS, id="28,000 with 2,000 moves, heads", marks=large),
    pytest.param(FULL, {}, id="28,000 free", marks=large),
    pytest.param(FULL, FULL_OF_HEADS, id="28,000 free, heads", marks=large),
    pytest.param(replace(FULL, pressure=1.2), {}, id="28,000 free at 120 %", marks=large),
    pytest.param(LARGE, {}, id="280,000 free", marks=large),
]


@pytest.mark.parametrize(("options", "limits"), CASES)
def test_move_list(benchmark: BenchmarkFixture, options: DemoOptions, limits: dict[str, int]) -> None:
    """The list leads from the present assignment to the plan, and its gains add up to the difference."""
    snapshot, policy = read_snapshot(region(options)), Policy.model_validate({"limits": limits})
    found = allocate(snapshot, policy, "quick")
    rows = found.plan.rows
    moves = benchmark.pedantic(
        move_list,
        args=(snapshot, policy, rows),
        kwargs={"encoding": found.encoding},
        rounds=3,
        iterations=1,
    )
    benchmark.extra_info |= moves.summary()
    served = rows.filter(rows["coach_id"].is_not_null())
    present = served.select("client_id", coach_id="previous_coach_id")
    before = check(snapshot, policy, present).recount.objective_minutes
    assert moves.gain_minutes == pytest.approx(before - found.recount.objective_minutes, abs=1e-3)
    assert moves.rows.height == sum(found.recount.counts[name] for name in ("moved", "forced", "new"))
