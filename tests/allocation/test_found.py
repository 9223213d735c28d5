"""Regions in which random trials found faults, kept as examples."""

from __future__ import annotations

import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.budget import with_budget
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.policy import Policy
from optimiser.tables.demo import DemoOptions
from tests.regions import Recipe, snapshot_from

OVER_THE_BUDGET = [
    (
        Recipe(DemoOptions(clients=76, coaches=5, seed=7233, pressure=1.1, present_share=0.9), twist=3919),
        {"limits": {"moves": 1, "heads": 25, "load": 0.9}, "unserved": {"default": 1, "long_term": 2}},
    ),
    (
        Recipe(DemoOptions(clients=69, coaches=5, seed=1680, pressure=1.4, present_share=0.9), twist=2773),
        {
            "limits": {"moves": 0, "heads": 12, "load": 0.9},
            "unserved": {"default": 1, "long_term": 5, "need_level": {3: 2, 4: 5}},
        },
    ),
]
NEAR_LEFT_MORE_UNSERVED = [(195, 7, 10), (236, 10, 17)]


@pytest.mark.parametrize(("recipe", "wishes"), OVER_THE_BUDGET)
@pytest.mark.parametrize("effort", ["quick", "normal"])
def test_serving_the_heavier_keeps_the_budget(recipe: Recipe, wishes: dict[str, object], effort: str) -> None:
    """A heavier client who takes a lighter one's place does not make anybody move beyond the budget."""
    policy = Policy.model_validate(wishes)
    snapshot = set_barred_pins_aside(snapshot_from(recipe), policy)
    for moves in (0, 1, 2, 5, 20, None):
        found = allocate(snapshot, with_budget(policy, moves), effort)
        assert moves is None or found.recount.counts["moved"] <= max(moves, found.recount.moves_limit)


@pytest.mark.parametrize(("clients", "coaches", "seed"), NEAR_LEFT_MORE_UNSERVED)
def test_near_an_earlier_plan_leaves_no_more_unserved(clients: int, coaches: int, seed: int) -> None:
    """Near a plan of nine tenths of the clients as many are served as from scratch."""
    options = DemoOptions(clients=clients, coaches=coaches, seed=seed, pressure=1.2, present_share=0.9)
    snapshot, policy = snapshot_from(Recipe(options)), Policy.model_validate({"limits": {"load": 1.05}})
    apart = snapshot.clients.gather_every(10, 1)
    fewer = snapshot.replace(clients=snapshot.clients.join(apart, on="client_id", how="anti"))
    earlier = allocate(fewer.replace(pins=fewer.pins.clear(), exclusions=fewer.exclusions.clear()), policy)
    scratch = allocate(snapshot, policy)
    near = allocate(snapshot, policy, near=earlier.plan.rows)
    assert near.recount.unserved_weighted <= scratch.recount.unserved_weighted
