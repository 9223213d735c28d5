"""Every step of a move list is sound: proven by the check after each, on many regions and in any order."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.allocation.steps import MoveList, move_list
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions
from tests.allocation.steps_walk import SLACK, Walk, assert_sound, walk
from tests.regions import Recipe, policies, recipes, snapshot_from

TIGHT = [
    pytest.param(1, 0, {"load": 1.2, "heads": 27}, id="heads"),
    pytest.param(2, 5, {"load": 1.0, "heads": 26}, id="leavers and overload"),
    pytest.param(4, 0, {"load": 0.98, "heads": 24}, id="more than there is room for"),
]


def solved(snapshot: Snapshot, policy: Policy) -> tuple[Allocation, MoveList, Walk]:
    """A plan, its move list, and the list to walk through."""
    found = allocate(snapshot, policy, "quick")
    moves = move_list(snapshot, policy, found.plan.rows, encoding=found.encoding)
    return found, moves, walk(snapshot, policy, found.plan.rows, moves)


def some_closed(found: Walk, rng: np.random.Generator) -> list[int]:
    """Some of the steps with all that they need, in a random order that respects the needs."""
    chosen: set[int] = set()
    for step in range(len(found.steps)):
        if found.needs[step] <= chosen and rng.random() < 0.7:
            chosen.add(step)
    order: list[int] = []
    while len(order) < len(chosen):
        ready = [s for s in sorted(chosen - set(order)) if found.needs[s] <= set(order)]
        order.append(int(rng.choice(ready)))
    return order


@pytest.mark.parametrize(("seed", "twist", "limits"), TIGHT)
def test_each_step_is_sound_by_the_check(seed: int, twist: int, limits: dict[str, float]) -> None:
    """In tight regions of 600 clients the check has nothing new to say after any step, all limits named."""
    policy = Policy.model_validate({"limits": limits | {"interpreter_minutes": {"Tampere": 100.0}}})
    recipe = Recipe(DemoOptions(clients=600, coaches=25, seed=seed), twist=twist)
    snapshot = set_barred_pins_aside(snapshot_from(recipe), policy)
    _, moves, found = solved(snapshot, policy)
    assert min(moves.counts[kind] for kind in ("placement", "move", "exchange", "chain")) > 0
    assert any(found.needs)
    assert_sound(found, range(len(found.steps)))
    for turn in range(3):
        order = some_closed(found, np.random.default_rng(turn))
        assert_sound(found, order, checked=range(0, len(order), 25))
    assert_adds_up(found, moves)
    assert_told(found, moves)


def assert_adds_up(found: Walk, moves: MoveList) -> None:
    """The gains of the steps sum to the difference of the objectives, by the check."""
    of_steps = moves.rows.unique("step")["gain_minutes"].sum()
    whole = found.objective(found.start) - found.objective(found.final)
    assert moves.gain_minutes == pytest.approx(whole, abs=1e-6, rel=1e-12)
    assert of_steps == pytest.approx(whole, abs=1e-3)
    coach = found.start
    for step in range(len(found.steps)):
        coach = found.after(coach, step)
    assert (coach == found.final).all()


def assert_told(found: Walk, moves: MoveList) -> None:
    """Steps that leave something above the limit although they add to it say so, and no others."""
    says = moves.rows.group_by("step").agg(pl.col("reason").str.contains("above the limit[,;] ").any())
    said = dict(says.iter_rows())
    coach = found.start
    for step in range(len(found.steps)):
        before, coach = found.values(coach), found.after(coach, step)
        after = found.values(coach)
        above = (after > before + SLACK) & (after > found.limit + SLACK)
        assert said[step + 1] == bool(above.any() or RELIEF.search(reason_of(moves, step + 1)))


RELIEF = re.compile("takes load off a coach above the limit; ")
"""What the plan's own reason says of a move."""


def reason_of(moves: MoveList, step: int) -> str:
    """The reasons of a step."""
    return " ".join(moves.rows.filter(pl.col("step") == step)["reason"])


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(recipes(60), policies(), st.integers(0, 1_000))
def test_any_choice_that_holds_its_needs_is_sound(recipe: Recipe, policy: Policy, seed: int) -> None:
    """The list in its order, and any of its steps with what they need in any such order, are sound."""
    snapshot = snapshot_from(recipe)
    try:
        _, moves, found = solved(snapshot, policy)
    except InputError:
        assume(False)
    assert_sound(found, range(len(found.steps)), checked=())
    assert_sound(found, some_closed(found, np.random.default_rng(seed)))
    assert_adds_up(found, moves)
    assert_weeks(moves, policy)


def assert_weeks(moves: MoveList, policy: Policy) -> None:
    """No coach gets more clients a week than the policy allows, but for single steps larger than that."""
    rows = moves.rows
    assert rows["wave"].is_sorted()
    arrivals = rows.group_by("to_coach_id", "wave").agg(pl.len(), pl.col("step").n_unique().alias("steps"))
    over = arrivals.filter(pl.col("len") > policy.limits.new_a_week)
    assert (over["steps"] == 1).all()
    wave_of = dict(rows.select("step", "wave").iter_rows())
    for step, needed in rows.select("step", "needs").unique().drop_nulls().iter_rows():
        assert all(int(n) < step and wave_of[int(n)] <= wave_of[step] for n in needed.split())


def test_two_thousand_moves_are_sound() -> None:
    """A list of 2,000 moves, walked through by the check's loads at each step, by the check at every 50th."""
    wishes = {"limits": {"heads": 124, "moves": 2_000}, "prices": {"handover": {"minutes": 5}}}
    policy = Policy.model_validate(wishes)
    snapshot = snapshot_from(Recipe(DemoOptions(clients=18_000, coaches=160)))
    _, moves, found = solved(snapshot, policy)
    assert moves.counts["moved"] == 2_000
    assert moves.counts["exchange"] > 0
    assert moves.counts["chain"] > 0
    assert_sound_fast(found)
    assert moves.rows["reason"].str.contains(r"C\d{6}").sum() == 0


def assert_sound_fast(found: Walk) -> None:
    """Take all steps in order, the loads kept client by client from the check's road."""
    before, after = (per_client(found, coach) for coach in (found.start, found.final))
    coach, value = found.start.copy(), found.values(found.start)
    known, excess = found.findings(coach)
    for number in range(len(found.steps)):
        last = value.copy()
        for row, to in found.steps[number]:
            for sign, side in ((-1.0, before), (1.0, after)):
                for resource, amount in side[row]:
                    value[resource] += sign * amount
            coach[row] = to
        assert found.objections(last, value) == []
        if number % 50 == 0 or number == len(found.steps) - 1:
            assert value == pytest.approx(found.values(coach), abs=1e-6)
            findings, over = found.findings(coach)
            assert findings <= known
            assert (over <= excess + SLACK).all()


def per_client(found: Walk, coach: np.ndarray) -> list[list[tuple[int, float]]]:
    """Resources that each client takes with a coach, by the check's recount."""
    counted = found.recounted(coach)
    demand = counted["demand_minutes"].to_list()
    count = len(found.region.facts.posts.ids)
    return [[(int(j), demand[row]), (count + int(j), 1.0)] if j >= 0 else [] for row, j in enumerate(coach)]


def test_the_order_of_the_rows_makes_no_difference() -> None:
    """Facts and plan in another order give the same list."""
    policy = Policy.model_validate({"limits": {"heads": 28}})
    snapshot = snapshot_from(Recipe(DemoOptions(clients=300, coaches=12, seed=3)))
    rows = allocate(snapshot, policy, "quick").plan.rows
    other = snapshot.replace(
        clients=snapshot.clients.sample(fraction=1.0, shuffle=True, seed=1),
        coaches=snapshot.coaches.reverse(),
    )
    assert_frame_equal(move_list(snapshot, policy, rows).rows, move_list(other, policy, rows.reverse()).rows)
