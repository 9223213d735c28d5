"""New clients: one at a desk in milliseconds, a batch with its proof, and the replay of months by seeds."""

from __future__ import annotations

import time

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.regions import FULL, SMALL, region
from optimiser.allocation.intake.batch import take_in
from optimiser.allocation.intake.course import draw_course
from optimiser.allocation.intake.desk import open_desk
from optimiser.allocation.intake.replay import Replay, replay
from optimiser.domain.intake import NewClients
from optimiser.domain.policy import Policy
from optimiser.tables.demo import DemoOptions
from optimiser.tables.read import read_snapshot

large = pytest.mark.large
MOST_MS = 5.0
"""Milliseconds at the 99th percentile that one client may take."""
RECOVERED = 0.9
"""Share of the difference between least loaded and hindsight, the mean of ten seeds."""

SIZES = [pytest.param(SMALL, id="2,800"), pytest.param(FULL, id="28,000", marks=large)]


@pytest.mark.parametrize("options", SIZES)
def test_desk(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """One client after the other: ranked, placed with the first, within every limit where there is room."""
    snapshot, policy = read_snapshot(region(options)), Policy()
    desk = open_desk(snapshot, policy)
    waiting = snapshot.clients.filter(pl.col("coach_id").is_null()).drop("line").to_dicts()
    milliseconds = []
    for client in waiting:
        begun = time.perf_counter()
        ranked = desk.rank(client)
        milliseconds.append(1000 * (time.perf_counter() - begun))
        assert ranked.coaches
        desk.place(client, ranked.coaches[0].coach_id)
    slow = float(np.percentile(milliseconds, 99))
    benchmark.extra_info |= {"p99_ms": slow, "clients": len(waiting)}
    benchmark.pedantic(desk.rank, args=(waiting[0],), rounds=20, iterations=5)
    assert options is SMALL or slow <= MOST_MS


@pytest.mark.parametrize("options", SIZES)
def test_open_desk(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """The forecast behind a desk: expected loads are finite, prices not below 0."""
    snapshot, policy = read_snapshot(region(options)), Policy()
    desk = benchmark.pedantic(open_desk, args=(snapshot, policy), rounds=3, iterations=1)
    assert np.isfinite(desk.outlook.load).all()
    assert (desk.outlook.price >= 0).all()


@pytest.mark.parametrize("options", SIZES)
def test_batch(benchmark: BenchmarkFixture, options: DemoOptions) -> None:
    """Everybody who waits, taken in jointly: nobody who may stay moves, the plan has passed the check."""
    snapshot, policy = read_snapshot(region(options)), Policy()
    waiting = snapshot.clients.filter(pl.col("coach_id").is_null())
    none = pl.DataFrame(schema={"client_id": pl.String(), "former_coach_id": pl.String()})
    batch = NewClients(snapshot.date, waiting, none, 0, "waiting")
    taken = benchmark.pedantic(take_in, args=(snapshot, policy, batch), rounds=1, iterations=1)
    counts = taken.found.recount.counts
    benchmark.extra_info |= {"gap": taken.found.plan.certificate.gap, "new": counts["new"]}
    assert counts["moved"] == 0
    assert taken.found.plan.certificate.gap <= 5e-3


CASES = [
    pytest.param((2800, 25, 12), (1, 2), 0.5, id="2,800, 12 weeks, 2 seeds"),
    pytest.param((2800, 25, 26), tuple(range(1, 11)), 0.7, id="2,800, 10 seeds", marks=large),
    pytest.param((8400, 75, 26), tuple(range(1, 11)), RECOVERED, id="8,400, 10 seeds", marks=large),
]


def replayed(size: tuple[int, int, int], seeds: tuple[int, ...]) -> list[Replay]:
    """The replay of each seed."""
    clients, coaches, weeks = size
    return [replay(draw_course(clients, coaches, seed, weeks)) for seed in seeds]


@pytest.mark.parametrize(("size", "seeds", "least"), CASES)
def test_replay(
    benchmark: BenchmarkFixture, size: tuple[int, int, int], seeds: tuple[int, ...], least: float
) -> None:
    """The desk's share of the difference between least loaded and hindsight, listed by seed."""
    found = benchmark.pedantic(replayed, args=(size, seeds), rounds=1, iterations=1)
    shares = [r.recovered("desk") for r in found]
    benchmark.extra_info |= {
        "seeds": seeds,
        "desk": [round(s, 3) for s in shares],
        "desk_at_least": [round(r.recovered_at_least("desk"), 3) for r in found],
        "round_robin": [round(r.recovered("round robin"), 3) for r in found],
    }
    assert all(r.best.bound <= r.best.value <= r.cost["desk"] for r in found)
    assert float(np.mean(shares)) >= least
