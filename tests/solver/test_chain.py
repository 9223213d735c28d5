"""The cheapest ways to put one unit somewhere else, beside all ways one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.solver import Problem
from optimiser.solver.chain import NEAREST, Mover, Standing, Way, ways, with_best
from optimiser.solver.curve import curves
from tests.solver.problems import problem, problems, whole

Arcs = tuple[int, ...]


@dataclass(frozen=True)
class Placing:
    """Units one by one: group, stay arc (-1: none) and arc (-1: without a coach) of each."""

    base: Problem
    group: tuple[int, ...]
    stay: tuple[int, ...]
    arc: Arcs

    def to(self, arc: Arcs) -> Placing:
        """The same units on other arcs."""
        return replace(self, arc=arc)

    def with_moved(self, *moved: tuple[int, int]) -> Placing:
        """With some (unit, arc) changed."""
        new = dict(moved)
        return self.to(tuple(new.get(unit, arc) for unit, arc in enumerate(self.arc)))

    def sums(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Load, heads, interpreter minutes and moves."""
        p = self.base
        load, heads, area = p.fixed_load.copy(), p.fixed_heads.copy(), p.area_taken.copy()
        moves = 0.0
        for group, stay, arc in zip(self.group, self.stay, self.arc, strict=True):
            if arc < 0:
                continue
            load[p.arc_coach[arc]] += p.arc_demand[arc]
            heads[p.arc_coach[arc]] += p.heads[group]
            if p.arc_area[arc] >= 0:
                area[p.arc_area[arc]] += p.arc_interpreter[arc]
            moves += p.arc_moves[arc] + (p.stay_moves[stay] if stay >= 0 and p.stay_arc[stay] != arc else 0)
        return load, heads, area, moves

    def minutes(self) -> float:
        """Prices, handovers and load curves."""
        p = self.base
        total = curves(p).total(self.sums()[0])
        for stay, arc in zip(self.stay, self.arc, strict=True):
            if arc >= 0:
                away = stay >= 0 and p.stay_arc[stay] != arc
                total += float(p.arc_price[arc]) + (float(p.stay_saving[stay]) if away else 0.0)
        return total

    def valid(self) -> bool:
        """Whether every limit holds."""
        p = self.base
        most = (p.limit, p.heads_limit, p.area_limit, p.moves_limit)
        return all(np.all(used <= limit + 1e-6) for used, limit in zip(self.sums(), most, strict=True))

    def coach(self, unit: int) -> int:
        """Coach of a unit, -1 for none."""
        return int(self.base.arc_coach[self.arc[unit]]) if self.arc[unit] >= 0 else -1


def placed(base: Problem, rng: np.random.Generator) -> Placing:
    """Everybody who may stays; then units go to random arcs as long as the limits hold."""
    group, stay, arc = [], [], []
    for number, units in enumerate(base.stay_count):
        group += [int(base.arc_group[base.stay_arc[number]])] * int(units)
        stay += [number] * int(units)
        arc += [int(base.stay_arc[number])] * int(units)
    for number, units in enumerate(base.count - np.bincount(group, minlength=base.groups)):
        group, stay, arc = group + [number] * units, stay + [-1] * units, arc + [-1] * units
    found = Placing(base, tuple(group), tuple(stay), tuple(arc))
    for unit in rng.permutation(len(group)):
        target = int(rng.choice(np.flatnonzero(base.arc_group == group[unit])))
        tried = found.with_moved((int(unit), target))
        found = tried if tried.valid() else found
    return found


def standing_of(placing: Placing) -> tuple[Standing, dict[int, int]]:
    """The kinds of a placing, and each served unit's."""
    base = placing.base
    served = [u for u, arc in enumerate(placing.arc) if arc >= 0]
    keys = {u: (placing.coach(u), placing.group[u], placing.stay[u], placing.arc[u]) for u in served}
    kinds = sorted(set(keys.values()))
    load, heads, area, moves = placing.sums()
    columns = np.array(kinds, dtype=np.int64).reshape(len(kinds), 4)
    count = np.array([sum(key == kind for key in keys.values()) for kind in kinds], dtype=np.int64)
    bare = Standing(
        problem=base,
        curve=curves(base),
        load=load,
        heads=heads,
        area=area,
        moves=moves,
        group=columns[:, 1],
        stay=columns[:, 2],
        arc=columns[:, 3],
        count=count,
        best=np.full((len(kinds), NEAREST), -1, dtype=np.int64),
    )
    return with_best(bare), {u: kinds.index(key) for u, key in keys.items()}


def all_ways(placing: Placing, unit: int, target: int) -> Iterator[Placing]:
    """Every shift, exchange and chain of up to three units, one by one, within the limits or not."""
    base = placing.base
    new = int(base.arc_coach[target])
    yield placing.with_moved((unit, target))
    for second, to in steps(placing, new, {unit}):
        yield placing.with_moved((unit, target), (second, to))
        for third, last in steps(placing, int(base.arc_coach[to]), {unit, second}):
            if base.arc_coach[last] != new:
                yield placing.with_moved((unit, target), (second, to), (third, last))


def steps(placing: Placing, coach: int, others: set[int]) -> Iterator[tuple[int, int]]:
    """Units beside a coach, each with every other arc it may go to."""
    base = placing.base
    for unit, arc in enumerate(placing.arc):
        if unit not in others and placing.coach(unit) == coach:
            targets = np.flatnonzero(base.arc_group == placing.group[unit])
            yield from ((unit, int(target)) for target in targets if target != arc)


def done(placing: Placing, kind: dict[int, int], moved: tuple[int, int], way: Way) -> Placing:
    """The placing after a way: of each kind any unit but the mover."""
    shifts, used = [moved], {moved[0]}
    for wanted, arc in zip(way.kinds, way.arcs, strict=True):
        unit = next(u for u, k in kind.items() if k == wanted and u not in used)
        used.add(unit)
        shifts.append((unit, arc))
    return placing.with_moved(*shifts)


@st.composite
def questions(draw: st.DrawFn, *, plain: bool) -> tuple[Placing, int, int]:
    """A placing, a unit, and an arc of its group at another coach; plain: no limited areas, no budget."""
    base = draw(problems(most=3))
    if plain:
        area = np.full_like(base.arc_area, -1)
        base = replace(base, arc_area=area, arc_interpreter=np.zeros(len(area)), moves_limit=np.inf)
    placing = placed(base, np.random.default_rng(draw(st.integers(0, 2**32 - 1))))
    choices = [
        (unit, int(arc))
        for unit, group in enumerate(placing.group)
        for arc in np.flatnonzero(base.arc_group == group)
        if arc != placing.arc[unit]
    ]
    unit, arc = draw(st.sampled_from(choices)) if choices else (-1, -1)
    return placing, unit, arc


@settings(max_examples=150)
@given(questions(plain=False), st.integers(1, 4))
def test_ways_are_exact_and_keep_the_limits(question: tuple[Placing, int, int], most: int) -> None:
    """Each way costs what it says, moves different units, and the plan after it keeps every limit."""
    placing, unit, arc = question
    if unit < 0:
        return
    standing, kind = standing_of(placing)
    direct, found = ways(standing, Mover(kind.get(unit, -1), placing.stay[unit], arc), most)
    before = placing.minutes()
    assert direct.minutes == pytest.approx(placing.with_moved((unit, arc)).minutes() - before, abs=1e-6)
    assert len(found) <= most
    assert [w.minutes for w in found] == sorted(w.minutes for w in found)
    for way in found:
        after = done(placing, kind, (unit, arc), way)
        assert after.valid()
        assert after.minutes() - before == pytest.approx(way.minutes, abs=1e-6)


@settings(max_examples=150)
@given(questions(plain=True))
def test_nothing_cheaper_is_overlooked(question: tuple[Placing, int, int]) -> None:
    """Where neither areas nor a budget are limited the best way found is the best of all there are."""
    placing, unit, arc = question
    if unit < 0:
        return
    standing, kind = standing_of(placing)
    _, found = ways(standing, Mover(kind.get(unit, -1), placing.stay[unit], arc), 3)
    before = placing.minutes()
    best = min((p.minutes() - before for p in all_ways(placing, unit, arc) if p.valid()), default=None)
    assert (found[0].minutes if found else None) == pytest.approx(best, abs=1e-6)


def test_a_full_coach_gives_one_back() -> None:
    """Two coaches with room for one client each: the only way is an exchange."""
    base = problem(
        count=whole(1, 1, 0),
        limit=np.array([20.0, 20.0, 0.0, 0.0]),
        soft_limit=np.array([20.0, 20.0, 0.0, 0.0]),
    )
    standing, kind = standing_of(Placing(base, (0, 1), (-1, -1), (0, 5)))
    direct, found = ways(standing, Mover(kind[0], -1, 1), 3)
    assert direct.minutes == pytest.approx(10.0 + 20 * 20.0)
    assert [(w.minutes, w.kinds, w.arcs) for w in found] == [(pytest.approx(20.0), (kind[1],), (4,))]


def ring(last: float) -> tuple[Standing, dict[int, int]]:
    """Three coaches full with one client each, who may go on to the next one only, the third also to a fourth.

    `last` is the third client's demand with the first coach.
    """
    base = problem(
        count=whole(1, 1, 1),
        arc_group=whole(0, 0, 1, 1, 2, 2, 2),
        arc_coach=whole(0, 1, 1, 2, 0, 2, 3),
        arc_price=np.array([0.0, 1.0, 0.0, 2.0, 4.0, 0.0, 9.0]),
        arc_demand=np.array([20.0, 20.0, 20.0, 20.0, last, 20.0, 20.0]),
        arc_area=np.full(7, -1),
        arc_interpreter=np.zeros(7),
        limit=np.full(4, 20.0),
    )
    return standing_of(Placing(base, (0, 1, 2), (-1, -1, -1), (0, 2, 5)))


def test_three_clients_go_round() -> None:
    """The third client takes the first one's place where that is the cheapest; loads stay as they were."""
    standing, kind = ring(last=20.0)
    direct, found = ways(standing, Mover(kind[0], -1, 1), 3)
    assert direct.minutes == pytest.approx(1.0)
    assert [(w.minutes, w.arcs) for w in found] == [(pytest.approx(1.0 + 2.0 + 4.0), (3, 4))]


def test_the_last_goes_to_a_coach_with_room() -> None:
    """Where the first one's old coach has no room for the third, a fourth coach takes him or her."""
    standing, kind = ring(last=21.0)
    _, found = ways(standing, Mover(kind[0], -1, 1), 3)
    assert [(w.minutes, w.arcs) for w in found] == [(pytest.approx(1.0 + 2.0 + 9.0), (3, 6))]
