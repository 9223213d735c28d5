"""Why not this coach, on a loaded plan: loading it once, then one question after another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, SMALL, region
from optimiser.allocation.allocate import allocate
from optimiser.allocation.explain import explain
from optimiser.allocation.why_not import LoadedPlan, load
from optimiser.domain.policy import Policy
from optimiser.tables.demo import DemoOptions
from optimiser.tables.read import read_snapshot

large = pytest.mark.large
CASES = [
    pytest.param(SMALL, id="2,800"),
    pytest.param(FULL, id="28,000", marks=large),
]


@dataclass(frozen=True)
class Asked:
    """A loaded plan, and pairs of a client and a coach who may serve, evenly from all clients."""

    loaded: LoadedPlan
    pairs: tuple[tuple[str, str], ...]


@cache
def asked(options: DemoOptions) -> Asked:
    """A demo region, its plan, and twenty questions."""
    snapshot, policy = read_snapshot(region(options)), Policy()
    rows = allocate(snapshot, policy, "quick").plan.rows
    pairs = []
    for name in rows["client_id"].gather_every(max(1, rows.height // 20)).to_list():
        found = explain(snapshot, policy, rows, name)
        others = [a.coach_id for a in found.alternatives if a.coach_id != found.coach_id]
        pairs += [(name, others[len(others) // 2])] if others else []
    return Asked(load(snapshot, policy, rows), tuple(pairs))


@pytest.mark.parametrize("options", CASES)
def test_load(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """The base relaxation is a bound of the plan in hand."""
    plan = asked(options).loaded
    found = benchmark.pedantic(load, args=(plan.snapshot, plan.policy, plan.rows), rounds=3, iterations=1)
    assert found.base.bound <= found.value


@pytest.mark.parametrize("options", CASES)
def test_why_not(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """Twenty questions in turn, each anew; forcing a pair never saves."""
    questions = asked(options)
    answers = benchmark.pedantic(
        lambda pair: questions.loaded.why_not(*pair),
        setup=iter(((pair,), {}) for pair in questions.pairs).__next__,
        rounds=len(questions.pairs),
        iterations=1,
    )
    benchmark.extra_info["questions"] = len(questions.pairs)
    assert answers.difference is None or answers.difference >= 0
