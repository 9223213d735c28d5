"""Problems small enough to solve by trying everything, by hand and at random."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from optimiser.solver import Prices, Problem
from optimiser.solver.components import components
from optimiser.solver.curve import curves
from optimiser.solver.problem import Floats, Ints

NONE = np.zeros(0, dtype=np.int64)
NO = np.zeros(0)


def whole(*numbers: int) -> Ints:
    """Whole numbers as an array."""
    return np.array(numbers, dtype=np.int64)


def problem(**changes: Any) -> Problem:
    """Three groups of 2, 1 and 2 units and four coaches of 100 minutes; every pair is allowed.

    A unit takes 20 minutes; coach 0 is free for group 0, coach 1 for group 1 and so on, others cost 10.
    """
    groups, coaches = 3, 4
    group = np.repeat(np.arange(groups), coaches)
    coach = np.tile(np.arange(coaches), groups)
    arcs = len(group)
    usual: dict[str, Any] = {
        "count": whole(2, 1, 2),
        "must": np.zeros(groups, dtype=np.int64),
        "heads": np.ones(groups, dtype=np.int64),
        "weight": np.ones(groups, dtype=np.int64),
        "arc_group": group,
        "arc_coach": coach,
        "arc_price": np.where(group == coach, 0.0, 10.0),
        "arc_demand": np.full(arcs, 20.0),
        "arc_area": np.full(arcs, -1),
        "arc_interpreter": np.zeros(arcs),
        "stay_arc": NONE,
        "stay_count": NONE,
        "stay_saving": NO,
        "moves_limit": np.inf,
        "capacity": np.full(coaches, 100.0),
        "soft_limit": np.full(coaches, 120.0),
        "limit": np.full(coaches, 120.0),
        "heads_limit": np.full(coaches, np.inf),
        "fixed_load": np.zeros(coaches),
        "fixed_heads": np.zeros(coaches),
        "area_limit": NO,
        "fixed_interpreter": np.zeros((0, coaches)),
        "breaks": np.array([0.0, 0.5, 1.0, 1.5]),
        "slopes": np.array([0.1, 0.5, 2.0]),
        "overload": 20.0,
        "constant": 0.0,
        "unserved_fixed": 0,
    }
    given = usual | changes
    given.setdefault("arc_moves", np.zeros(len(given["arc_price"]), dtype=np.int64))
    given.setdefault("stay_moves", np.ones(len(given["stay_arc"]), dtype=np.int64))
    return Problem(**{name: np.array(v) if isinstance(v, np.ndarray) else v for name, v in given.items()})


def without_groups(base: Problem) -> Problem:
    """The same coaches with nobody left to place."""
    names = [
        n
        for n in base.__dataclass_fields__
        if n.startswith("arc_") or n in ("count", "must", "heads", "weight")
    ]
    return replace(base, **{name: getattr(base, name)[:0].copy() for name in names})


@st.composite
def problems(draw: st.DrawFn, weights: tuple[int, ...] = (1, 1, 3), most: int = 3) -> Problem:
    """One to three groups, one to three coaches, every kind of limit, stay arcs in tiers, fixed load."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups, coaches, areas = (draw(st.integers(low, high)) for low, high in ((1, 3), (1, 3), (0, 2)))
    count, size = rng.integers(1, most + 1, groups), rng.choice([1, 1, 2], groups)
    allowed = rng.random((groups, coaches)) < 0.75
    allowed[np.arange(groups), rng.integers(0, coaches, groups)] = True
    group, coach = np.nonzero(allowed)
    area = np.where(rng.random(len(group)) < 0.6, rng.integers(-1, areas, groups)[group], -1)
    demand = np.round(rng.uniform(5, 60, len(group)), 1) * size[group]
    interpreter = np.where(area >= 0, np.round(rng.uniform(1, 20, len(group)), 1), 0.0)
    stay_arc, stay_count, saving, must = _stays(group, count, rng)
    capacity = np.round(rng.uniform(0, 150, coaches), 1) * (rng.random(coaches) < 0.9)
    fixed = np.where(rng.random(coaches) < 0.3, np.round(rng.uniform(0, 30, coaches), 1), 0.0)
    heads = np.where(rng.random(coaches) < 0.5, rng.integers(0, 5, coaches), np.inf)
    needed = fixed + np.bincount(coach[stay_arc], stay_count * demand[stay_arc], coaches)
    needed_heads = (fixed > 0) + np.bincount(coach[stay_arc], stay_count * size[group[stay_arc]], coaches)
    used = np.zeros(areas)
    np.add.at(
        used, area[stay_arc][area[stay_arc] >= 0], (stay_count * interpreter[stay_arc])[area[stay_arc] >= 0]
    )
    return Problem(
        count=count,
        must=must,
        heads=size,
        weight=rng.choice(weights, groups) * size,
        arc_group=group,
        arc_coach=coach,
        arc_price=np.round(rng.uniform(0, 40, len(group)), 1),
        arc_demand=demand,
        arc_area=area,
        arc_interpreter=interpreter,
        stay_arc=stay_arc,
        stay_count=stay_count,
        stay_saving=saving,
        arc_moves=np.zeros(len(group), dtype=np.int64),
        stay_moves=size[group[stay_arc]],
        moves_limit=float(rng.choice([np.inf, 0, 1, 2, 4])),
        capacity=capacity,
        soft_limit=1.1 * capacity,
        limit=np.maximum(1.1 * capacity, needed),
        heads_limit=np.maximum(heads, needed_heads),
        fixed_load=fixed,
        fixed_heads=(fixed > 0).astype(float),
        area_limit=np.maximum(np.round(rng.uniform(0, 40, areas), 1), used),
        fixed_interpreter=np.zeros((areas, coaches)),
        breaks=np.array([0.0, 0.5, 1.0, 1.2]),
        slopes=np.array([0.1, 0.8, 2.0]),
        overload=20.0,
        constant=float(saving @ stay_count),
        unserved_fixed=int(rng.integers(0, 2)),
    )


def _stays(group: Ints, count: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Floats, Ints]:
    """Stay arcs with up to two tiers each, and how many units of each group may stay."""
    left, found = count.copy(), []
    for arc in np.flatnonzero(rng.random(len(group)) < 0.3):
        for _ in range(int(rng.integers(1, 3))):
            units = int(rng.integers(0, left[group[arc]] + 1))
            if units:
                left[group[arc]] -= units
                found.append((arc, units, np.round(rng.uniform(0, 20), 1)))
    arcs, units, saving = (
        (np.array(column) for column in zip(*found, strict=True)) if found else (NONE, NONE, NO)
    )
    return arcs, units, saving, count - left


def prices(base: Problem) -> st.SearchStrategy[Prices]:
    """Any multipliers from 0 up."""
    price = st.sampled_from([0.0, 0.01, 0.3, 1.0, 4.0, 25.0])

    def array(size: int) -> st.SearchStrategy[Floats]:
        return st.lists(price, min_size=size, max_size=size).map(np.array).map(lambda a: a.astype(float))

    # Coaches without a limit in heads take no part in its multipliers (docs/MODEL.md, "Proof").
    heads = array(base.coaches).map(lambda a: np.where(np.isfinite(base.heads_limit), a, 0.0))
    moves = price if np.isfinite(base.moves_limit) else st.just(0.0)
    return st.builds(Prices, array(base.coaches), heads, array(len(base.area_limit)), price, moves)


def parts(base: Problem, multipliers: Prices) -> Ints:
    """Component of each coach; with a price for moves all are one."""
    label = components(base)
    return np.zeros_like(label) if multipliers.moves > 0 else label


def all_flows(base: Problem) -> Iterator[Ints]:
    """Every whole flow within all limits that serves whoever must be."""
    first = np.searchsorted(base.arc_group, np.arange(base.groups + 1))
    by_group = [
        list(_shares(int(first[g + 1] - first[g]), int(base.count[g]), int(base.must[g])))
        for g in range(base.groups)
    ]
    for parts in itertools.product(*by_group):
        flow = np.array(list(itertools.chain.from_iterable(parts)), dtype=np.int64)
        if fits(base, flow):
            yield flow


def _shares(arcs: int, most: int, least: int) -> Iterator[tuple[int, ...]]:
    """Units on each arc of a group, `least` to `most` in all."""
    for parts in itertools.product(range(most + 1), repeat=arcs):
        if least <= sum(parts) <= most:
            yield parts


def fits(base: Problem, flow: Ints) -> bool:
    """Whether a flow keeps the limits, the budget of moves among them."""
    return within(base, flow) and moves_of(base, flow) <= base.moves_limit


def within(base: Problem, flow: Ints) -> bool:
    """Whether a flow keeps the limits of coaches and areas."""
    load = base.fixed_load + np.bincount(base.arc_coach, flow * base.arc_demand, base.coaches)
    heads = base.fixed_heads + np.bincount(base.arc_coach, flow * base.heads[base.arc_group], base.coaches)
    used = base.area_taken.copy()
    taking = base.arc_area >= 0
    np.add.at(used, base.arc_area[taking], (flow * base.arc_interpreter)[taking])
    kept = (load <= base.limit + 1e-6).all() and (heads <= base.heads_limit).all()
    return bool(kept and (used <= base.area_limit + 1e-6).all())


def moves_of(base: Problem, flow: Ints) -> int:
    """Clients who change coach although they could stay, counted arc by arc."""
    moves = int(base.arc_moves @ flow)
    for arc in np.unique(base.stay_arc):
        here = base.stay_arc == arc
        away = max(int(base.stay_count[here].sum()) - int(flow[arc]), 0)
        moves += away * int(base.stay_moves[here][0])
    return moves


def unserved_of(base: Problem, flow: Ints) -> Ints:
    """Units of each group without a coach."""
    return base.count - np.bincount(base.arc_group, flow, base.groups).astype(np.int64)


def minutes_of(base: Problem, flow: Ints) -> float:
    """Objective of a flow, summed by hand: of each arc the dearest stays first."""
    total = base.constant + float(base.arc_price @ flow)
    for arc, units in enumerate(flow):
        savings = np.repeat(base.stay_saving, np.where(base.stay_arc == arc, base.stay_count, 0))
        total -= float(np.sort(savings)[::-1][:units].sum())
    load = base.fixed_load + np.bincount(base.arc_coach, flow * base.arc_demand, base.coaches)
    return total + curves(base).total(load)


def best(base: Problem) -> tuple[float, float]:
    """The least weighted unserved of the groups, and the least minutes with it, by trying everything."""
    flows = [(float(base.weight @ unserved_of(base, f)), f) for f in all_flows(base)]
    least = min(unserved for unserved, _ in flows)
    return least, min(minutes_of(base, f) for unserved, f in flows if unserved == least)
