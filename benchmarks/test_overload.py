"""What is behind an overload, from the tables' facts; the parts are asserted while it is timed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, LARGE, SMALL, region
from optimiser.allocation.overload import overload
from optimiser.domain.policy import Policy
from optimiser.tables.demo import DemoOptions
from optimiser.tables.read import read_snapshot

large = pytest.mark.large
CASES = [
    pytest.param(SMALL, id="2,800"),
    pytest.param(replace(SMALL, pressure=1.3), id="2,800 at 130 %"),
    pytest.param(FULL, id="28,000", marks=large),
    pytest.param(replace(FULL, pressure=1.3), id="28,000 at 130 %", marks=large),
    pytest.param(LARGE, id="280,000", marks=large),
]


@pytest.mark.parametrize("options", CASES)
def test_overload(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """All the linear programmes together; moving, rules and hiring add up to the present excess."""
    snapshot = read_snapshot(region(options))
    found = benchmark.pedantic(overload, args=(snapshot, Policy()), rounds=3, iterations=1)
    total = found.total
    above = found.coaches.filter(found.coaches["excess_minutes"] > 0).height
    benchmark.extra_info |= {
        "coaches_above": above,
        "hours": [round(m / 60) for m in (total.moving, total.rules, total.hiring, total.newcomers)],
    }
    assert above
    assert total.present >= total.moved >= total.lifted >= 0
    assert total.moving + total.rules + total.hiring == pytest.approx(total.present)
    assert found.coaches["excess_minutes"].sum() == pytest.approx(total.present)
