"""Plans polished from an earlier one, and regions where nobody or everybody has a place."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.budget import with_budget
from optimiser.domain.policy import Policy
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import client, coach, policy, region
from tests.regions import Recipe, snapshot_from


def test_nobody_has_a_coach_and_everybody_is_pinned() -> None:
    """Without present coaches, and with pins alone, there is a plan as well."""
    coaches = [coach("K1"), coach("K2")]
    nobody = allocate(region([client("A"), client("B")], coaches), with_budget(policy(), 0))
    assert nobody.recount.counts["new"] == 2
    pins = [{"client_id": "A", "coach_id": "K2"}]
    pinned = allocate(region([client("A", coach_id="K1")], coaches, pins=pins), with_budget(policy(), 0))
    assert pinned.recount.counts["forced"] == 1


def test_near_itself_nobody_changes_among_equals() -> None:
    """Six equal new clients dealt crosswise in an earlier proposal keep its coaches."""
    names = [f"C{k}" for k in range(6)]
    snapshot = region([client(name) for name in names], [coach("K1"), coach("K2")])
    earlier = pl.DataFrame({"client_id": names, "coach_id": ["K2", "K1", "K2", "K1", "K2", "K1"]})
    found = allocate(snapshot, policy(), near=earlier)
    assert found.plan.rows["coach_id"].to_list() == earlier["coach_id"].to_list()


def test_near_passes_over_who_is_gone() -> None:
    """Clients and coaches that are no longer there, and pairs that a rule now bars, are no hindrance."""
    snapshot = region([client("A"), client("B"), client("C")], [coach("K1"), coach("K2", serves="211")])
    earlier = pl.DataFrame({"client_id": ["A", "B", "gone"], "coach_id": ["K9", "K2", "K1"]})
    assert allocate(snapshot, policy(), near=earlier).plan.rows["coach_id"].to_list() == ["K1"] * 3


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("moves", [None, 8])
def test_near_its_own_plan_a_region_costs_no_more(seed: int, moves: int | None) -> None:
    """Polished from its own plan the value never rises, and every client who changes pays for it."""
    options = DemoOptions(clients=240, coaches=8, seed=seed, pressure=1.1, present_share=0.9)
    snapshot, wishes = snapshot_from(Recipe(options)), with_budget(Policy(), moves)
    first = allocate(snapshot, wishes)
    again = allocate(snapshot, wishes, near=first.plan.rows)
    assert again.recount.unserved_weighted <= first.recount.unserved_weighted
    if again.recount.unserved_weighted == first.recount.unserved_weighted:
        assert again.recount.objective_minutes <= first.recount.objective_minutes + 1e-6
    changed = first.plan.rows["coach_id"].ne_missing(again.plan.rows["coach_id"]).to_numpy()
    saved = first.recount.objective_minutes - again.recount.objective_minutes
    assert not changed.any() or saved > 0 or again.recount.unserved < first.recount.unserved
    assert np.mean(changed) <= 0.05
