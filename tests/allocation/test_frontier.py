"""What each budget of moves brings, beside the plans that rebalancing makes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.budget import movable, with_budget
from optimiser.allocation.encode import encode
from optimiser.allocation.frontier import Frontier, Point, frontier
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import client, coach, policy, region
from tests.regions import Recipe, snapshot_from

SEEDS = (1, 2)


def crowded(seed: int) -> Snapshot:
    """A demo region of 280 clients and 10 coaches with more load than time."""
    return snapshot_from(
        Recipe(DemoOptions(clients=280, coaches=10, seed=seed, pressure=1.1, present_share=0.9))
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_point_is_what_rebalancing_says_at_its_budget(seed: int) -> None:
    """Value, bound, moves and gap of every point are those of the plan with that budget."""
    snapshot = crowded(seed)
    for point in frontier(snapshot, Policy(), points=5).points:
        found = allocate(snapshot, with_budget(Policy(), point.budget))
        proof = found.plan.certificate
        assert (point.objective_minutes, point.bound_minutes) == (
            proof.objective_minutes,
            proof.bound_minutes,
        )
        assert point.gap == proof.gap
        assert point.moved == found.recount.counts["moved"]
        assert point.handover_minutes == found.recount.prices["handover"]
        assert point.service_minutes + point.handover_minutes == pytest.approx(point.objective_minutes)


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_fall_as_the_budget_grows(seed: int) -> None:
    """More moves never leave more unserved, nor make the best plan for as many dearer; budgets are kept."""
    points = frontier(crowded(seed), Policy(), points=6).points
    assert points[0].moved == points[0].budget == 0
    assert points[-1].budget is None
    for less, more in pairwise(points):
        assert more.unserved_weighted <= less.unserved_weighted
        if more.unserved_weighted == less.unserved_weighted:
            assert more.bound_minutes <= less.bound_minutes + 1e-6
        assert less.budget is not None
        assert less.moved <= less.budget


def test_nobody_with_a_coach_loses_one_to_the_budget() -> None:
    """Where the load is far above all limits, whoever may stay has a coach at every budget."""
    snapshot = snapshot_from(
        Recipe(DemoOptions(clients=200, coaches=6, seed=4, pressure=1.6, present_share=0.9))
    )
    for moves in (0, 3, 20, None):
        found = allocate(snapshot, with_budget(Policy(), moves))
        lost = found.plan.rows.filter(found.plan.rows["status"] == "unserved")
        may_stay = found.encoding.units.may_stay
        assert not may_stay[np.isin(found.plan.rows["client_id"], lost["client_id"])].any()
        assert moves is None or found.recount.counts["moved"] <= moves


def test_the_knee_is_where_the_line_turns() -> None:
    """Of four points the one farthest above the straight line is the knee."""
    flat = Point(0, 0, 0, 0.0, 100.0, 100.0, 0.0, 100.0, 0.0, 0.0, 0.0, 0.0)
    values = [(0, 100.0), (10, 20.0), (50, 10.0), (100, 0.0)]
    points = tuple(replace(flat, moved=m, objective_minutes=v) for m, v in values)
    from optimiser.allocation.frontier import _knee

    assert _knee(points) == 1
    assert Frontier(points, 1, 100).gain(1) == pytest.approx(0.8)
    still = tuple(replace(p, objective_minutes=100.0) for p in points)
    assert _knee(still) == 3
    assert Frontier(still, 3, 100).gain(3) == 0


def test_who_cannot_move_is_not_counted_as_movable() -> None:
    """Pinned, protected, frozen, new and forced clients, and those with one coach only, cannot move."""
    clients = [
        client("free", coach_id="K1"),
        client("pinned", coach_id="K1"),
        client("lately", coach_id="K1", involuntary_changes=1),
        client("frozen", coach_id="K3"),
        client("new"),
        client("forced", coach_id="K4"),
        client("swedish", coach_id="K1", language="sv", other_languages=None),
    ]
    coaches = [
        coach("K1", languages="fi sv"),
        coach("K2"),
        coach("K3"),
        coach("K4", serves="211"),
    ]
    pins = [{"client_id": "pinned", "coach_id": "K1"}]
    wishes = policy(rules={"freeze": {"coaches": ["K3"]}})
    encoding = encode(region(clients, coaches, pins=pins), wishes)
    assert movable(encoding) == 1


def test_a_budget_counts_people_of_a_household() -> None:
    """Two members who would move together need two moves: with a budget of one they stay."""
    together = {"coach_id": "K1", "household": "h"}
    clients = [client("A", **together), client("B", **together)]
    coaches = [coach("K1", full_time_minutes=20.0), coach("K2")]
    snapshot = region(clients, coaches)
    free = policy(prices={"handover": {"minutes": 0}})
    assert allocate(snapshot, with_budget(free, 2)).recount.counts["moved"] == 2
    assert allocate(snapshot, with_budget(free, 1)).recount.counts["moved"] == 0
