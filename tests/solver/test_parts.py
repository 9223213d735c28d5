"""Curves, components, bounds and relaxations of problems that can be solved by trying everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.solver import Prices, Problem
from optimiser.solver.bound import ROUNDING, bound_minutes, bound_unserved, reduced_prices
from optimiser.solver.components import components
from optimiser.solver.curve import curves
from optimiser.solver.relax import relax_minutes, relax_unserved
from tests.solver.problems import (
    all_flows,
    best,
    minutes_of,
    parts,
    prices,
    problem,
    problems,
    unserved_of,
    whole,
)

SOME = settings(deadline=None, max_examples=60, derandomize=True)


def test_curve_by_hand() -> None:
    """Slopes 0.1, 0.5 and 2 by half the capacity, 20 more from the soft limit, the last going on."""
    curve = curves(problem())
    loads = np.array([0.0, 50.0, 75.0, 100.0, 120.0, 130.0, 200.0])
    costs = curve.cost(np.zeros(7, dtype=np.int64), loads)
    np.testing.assert_allclose(costs, [0, 5, 17.5, 30, 70, 290, 1830])
    assert curve.total(np.array([50.0, 0.0, 100.0, 0.0])) == pytest.approx(35)


def test_curve_of_a_coach_without_capacity() -> None:
    """Without capacity only the steep price counts, from the soft limit on."""
    nothing = problem(capacity=np.zeros(4), soft_limit=np.zeros(4))
    np.testing.assert_allclose(curves(nothing).cost(whole(0, 0), np.array([0.0, 10.0])), [0, 200])


def test_least_of_the_curve_against_every_load() -> None:
    """The least of cost less price times load is that over a fine grid, the limit included."""
    base = problem(limit=np.array([30.0, 77.0, 120.0, 400.0]))
    curve = curves(base)
    for price in (0.0, 0.1, 0.3, 0.5, 1.9, 2.0, 21.0, 22.0, 30.0):
        found = curve.least(np.full(4, price), base.limit)
        for coach in range(4):
            loads = np.linspace(0.0, base.limit[coach], 4001)
            grid = (curve.cost(np.full(4001, coach), loads) - price * loads).min()
            assert found[coach] <= grid + 1e-9
            assert found[coach] == pytest.approx(grid, abs=0.5)


def test_components_by_hand() -> None:
    """Coaches belong together through a group or an area, and are numbered by first coach."""
    apart = {
        "arc_group": whole(0, 0, 1, 2),
        "arc_coach": whole(1, 3, 0, 2),
        "arc_price": np.zeros(4),
        "arc_demand": np.ones(4),
        "arc_interpreter": np.zeros(4),
    }
    assert components(problem(**apart, arc_area=whole(-1, -1, -1, -1))).tolist() == [0, 1, 2, 1]
    joined = problem(
        **apart, arc_area=whole(-1, -1, 0, 0), area_limit=np.ones(1), fixed_interpreter=np.zeros((1, 4))
    )
    assert components(joined).tolist() == [0, 1, 0, 1]
    fixed = problem(
        **apart,
        arc_area=whole(-1, -1, -1, 0),
        area_limit=np.ones(1),
        fixed_interpreter=np.array([[5.0, 0, 0, 0]]),
    )
    assert components(fixed).tolist() == [0, 1, 0, 1]


@SOME
@given(problems())
def test_no_component_is_reached_from_another(base: Problem) -> None:
    """The coaches of a group, and those that take an area's minutes, carry one label."""
    label = components(base)
    for group in range(base.groups):
        assert len(set(label[base.arc_coach[base.arc_group == group]])) == 1
    for area in range(len(base.area_limit)):
        assert len(set(label[base.arc_coach[base.arc_area == area]])) <= 1
    seen = list(dict.fromkeys(label.tolist()))
    assert seen == sorted(seen)


def test_reduced_prices_by_hand() -> None:
    """An arc is charged for load, heads and interpreter minutes of one unit."""
    base = problem(
        heads=whole(1, 1, 3),
        arc_area=np.array([-1] * 11 + [0]),
        arc_interpreter=np.array([0.0] * 11 + [7.0]),
        area_limit=np.array([50.0]),
        fixed_interpreter=np.zeros((1, 4)),
    )
    four = np.array([0.5, 0.0, 0.0, 0.25])
    charged = reduced_prices(base, Prices(four, 2 * four, np.array([3.0])), base.arc_price)
    assert charged[0] == 0.5 * 20 + 1.0
    assert charged[11] == 10 + 0.25 * 20 + 0.5 * 3 + 3 * 7


@SOME
@given(problems(most=2), st.data())
def test_any_multipliers_bound_every_whole_flow(base: Problem, drawn: st.DataObject) -> None:
    """Whatever the multipliers, no flow within the limits is below either bound."""
    first, second = drawn.draw(prices(base)), drawn.draw(prices(base))
    curve, component = curves(base), parts(base, first)
    least = bound_unserved(base, first, component)
    label = component[base.arc_coach[np.searchsorted(base.arc_group, np.arange(base.groups))]]
    for flow in all_flows(base):
        left = base.weight * unserved_of(base, flow)
        assert (np.bincount(label, left, len(least)) >= least - 1e-9).all()
        bound = bound_minutes(base, curve, second, float(left.sum()))
        assert bound <= minutes_of(base, flow) + 1e-6


@SOME
@given(problems(most=2))
def test_relaxed_unserved_is_below_the_best_and_proves_itself(base: Problem) -> None:
    """The relaxation of level 1 is no higher than the best, and its multipliers prove its value."""
    relaxed = relax_unserved(base)
    least, _ = best(base)
    assert relaxed.value <= least + 1e-6
    proven = bound_unserved(base, relaxed.prices, parts(base, relaxed.prices)).sum()
    assert relaxed.value - 1e-6 - ROUNDING <= proven <= least
    assert all(
        (m >= 0).all() for m in (relaxed.prices.load, relaxed.prices.heads, relaxed.prices.interpreter)
    )


@SOME
@given(problems(most=2))
def test_relaxed_minutes_are_what_their_multipliers_prove(base: Problem) -> None:
    """The relaxation of level 2 equals the bound of its own multipliers and is below the best."""
    unserved, minutes = best(base)
    curve = curves(base)
    relaxed = relax_minutes(base, curve, unserved)
    proven = bound_minutes(base, curve, relaxed.prices, unserved)
    assert proven <= minutes + 1e-6
    # The programme counts load from the first minute, fixed load included; only constants are apart.
    assert proven == pytest.approx(relaxed.value + base.constant, rel=1e-7, abs=1e-4)


def test_multipliers_of_a_toy() -> None:
    """One coach, 30 minutes of room, two units of 20: a minute of room is worth a twentieth of a unit."""
    base = problem(
        count=whole(2),
        must=whole(0),
        heads=whole(1),
        weight=whole(3),
        arc_group=whole(0),
        arc_coach=whole(0),
        arc_price=np.zeros(1),
        arc_demand=np.array([20.0]),
        arc_area=whole(-1),
        arc_interpreter=np.zeros(1),
        capacity=np.array([100.0]),
        soft_limit=np.array([30.0]),
        limit=np.array([30.0]),
        heads_limit=np.array([np.inf]),
        fixed_load=np.zeros(1),
        fixed_heads=np.zeros(1),
    )
    relaxed = relax_unserved(base)
    assert relaxed.value == pytest.approx(1.5)
    assert relaxed.prices.load == pytest.approx([3 / 20])
    assert bound_unserved(base, relaxed.prices, whole(0)).tolist() == [2.0]


def test_a_limit_in_heads_has_its_price() -> None:
    """Where two clients of three find a place by heads, the place is worth the unserved unit."""
    base = problem(heads_limit=np.array([1.0, 1.0, 1.0, 1.0]))
    relaxed = relax_unserved(base)
    assert relaxed.value == pytest.approx(1)
    assert relaxed.prices.heads == pytest.approx(np.ones(4))
    assert not relaxed.prices.load.any()


def test_a_limit_in_interpreter_minutes_has_its_price() -> None:
    """Five units of 10 interpreter minutes and 30 minutes for the area: two wait, a tenth a minute."""
    base = problem(
        arc_area=np.zeros(12, dtype=np.int64),
        arc_interpreter=np.full(12, 10.0),
        area_limit=np.array([30.0]),
        fixed_interpreter=np.zeros((1, 4)),
    )
    relaxed = relax_unserved(base)
    assert relaxed.value == pytest.approx(2)
    assert relaxed.prices.interpreter == pytest.approx([0.1])
