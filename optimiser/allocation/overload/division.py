"""Cohorts to a crowd: whose work can be divided, among whom, when some rules are lifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats, Ints, combined
from optimiser.allocation.facts import KEPT_BY, Facts, Flags
from optimiser.allocation.overload.cohorts import Cohorts
from optimiser.allocation.overload.kinds import Kinds
from optimiser.solver.excess import Crowd


@dataclass(frozen=True)
class Basis:
    """Everything that is asked about a region's overload.

    Attributes
    ----------
    facts : Facts
    kinds : Kinds
    cohorts : Cohorts
    present : float, shape (C,)
        Load with the present coaches, minutes a month.
    area_limit : float, shape (R,)
        Interpreter minutes, raised to what the present pairs take.
    """

    facts: Facts
    kinds: Kinds
    cohorts: Cohorts
    present: Floats
    area_limit: Floats

    @property
    def capacity(self) -> Floats:
        """Minutes a month of each coach, shape (C,)."""
        return self.facts.coaches.limits.capacity


@dataclass(frozen=True)
class Division:
    """Work to be divided, and what is not.

    Attributes
    ----------
    crowd : Crowd
        Those who may change coach; its rooms are what the others leave of the capacity.
    fixed : float, shape (C,)
        Load of those who may not, minutes a month.
    hopeless : int
        Clients without a coach whom no coach may serve; they are left out.
    """

    crowd: Crowd
    fixed: Floats
    hopeless: int


def basis_of(facts: Facts, kinds: Kinds, cohorts: Cohorts) -> Basis:
    """Return the basis, with the present loads."""
    has = np.flatnonzero(cohorts.present >= 0)
    load, taken = _taken(facts, kinds, cohorts, has, cohorts.present[has])
    return Basis(facts, kinds, cohorts, load, np.maximum(facts.region.area_limit, taken))


def divided(basis: Basis, lifted: frozenset[str], *, everybody: bool) -> Division:
    """Return the work of all who have a coach, or of everybody, with some rules lifted.

    Whoever has a coach may stay with the present one, also where a rule bars it. A pin leaves the pinned
    coach and the present one. Interpreter limits hold for those who have a coach: what newcomers take of
    them is not counted, for the question is how much work there is, not whether it can be interpreted.
    """
    cohorts, kinds = basis.cohorts, basis.kinds
    chosen = (cohorts.present >= 0) | everybody
    only = _only_coach(cohorts, lifted)
    settled = np.flatnonzero(chosen & (only >= 0))
    fixed, taken = _taken(basis.facts, kinds, cohorts, settled, only[settled])
    allowed = np.logical_and.reduce([kinds.allowed, *(f for n, f in kinds.lifted.items() if n not in lifted)])
    free = np.flatnonzero(chosen & (only < 0))
    row, example = _rows(basis, allowed, free)
    sets = _allowed(basis, allowed, example, lifted)
    minutes = np.bincount(row, cohorts.minutes[free], minlength=len(example)).astype(np.float64)
    people = np.bincount(row, cohorts.clients[free], minlength=len(example))
    kind, able = cohorts.kind[example], sets.any(axis=1)
    crowd = Crowd(
        minutes=np.where(able, minutes, 0.0),
        allowed=sets,
        dear=~kinds.shares[kind],
        factor=kinds.factor[kind],
        area=np.where(cohorts.present[example] >= 0, kinds.area[kind], -1),
        room=np.maximum(basis.capacity - fixed, 0.0),
        most=np.full(len(fixed), np.inf),
        area_limit=np.maximum(basis.area_limit - taken, 0.0),
    )
    return Division(crowd, fixed, int(people[~able].sum()))


def _only_coach(cohorts: Cohorts, lifted: frozenset[str]) -> Codes:
    """Coach of those who may not change, -1 for others, shape (N,)."""
    bits = sum(bit for name, bit in KEPT_BY.items() if name not in lifted)
    kept = cohorts.kept_by & bits > 0
    pinned = (cohorts.pin >= 0) & ((cohorts.present < 0) | (cohorts.pin == cohorts.present))
    only: Codes = np.where(pinned, cohorts.pin, np.where(kept, cohorts.present, -1)).astype(np.int32)
    return only


def _taken(facts: Facts, kinds: Kinds, cohorts: Cohorts, chosen: Ints, coach: Codes) -> tuple[Floats, Floats]:
    """Load (C,) and interpreter minutes (R,) of cohorts with a coach each; newcomers draw on no limit."""
    kind = cohorts.kind[chosen]
    dear = ~kinds.shares[kind, coach]
    minutes = cohorts.minutes[chosen]
    extra = np.where(dear, minutes * (kinds.factor[kind] - 1.0), 0.0)
    load = np.bincount(coach, minutes + extra, minlength=len(facts.coaches.ids)).astype(np.float64)
    draws = dear & (kinds.area[kind] >= 0) & (cohorts.present[chosen] >= 0)
    areas = len(facts.region.areas)
    taken = np.bincount(kinds.area[kind[draws]], extra[draws], minlength=areas).astype(np.float64)
    return load, taken


def _rows(basis: Basis, allowed: Flags, free: Ints) -> tuple[Codes, Ints]:
    """Class of each free cohort, and one cohort of each class: those who have the same coaches open to them."""
    cohorts, coaches = basis.cohorts, basis.facts.coaches
    kind, present, pin = cohorts.kind[free], cohorts.present[free], cohorts.pin[free]
    apart = (present >= 0) & (~allowed[kind, present] | (pin >= 0))
    many, settled = len(coaches.ids) + 1, cohorts.settled[free]
    inside = settled & basis.facts.policy.rules.team.on
    unit = np.where(inside, coaches.unit[present], -1)
    row, count = combined(
        [
            (kind, len(allowed)),
            (np.where(apart, present, -1) + 1, many),
            (pin + 1, many),
            (unit + 1, int(coaches.unit.max(initial=0)) + 2),
            (settled.astype(np.int32), 2),
            ((present >= 0).astype(np.int32), 2),
        ]
    )
    example = np.zeros(count, dtype=np.int64)
    example[row] = free
    return row, example


def _allowed(basis: Basis, allowed: Flags, example: Ints, lifted: frozenset[str]) -> Flags:
    """Coaches open to each class, shape (classes, C)."""
    cohorts, coaches, rules = basis.cohorts, basis.facts.coaches, basis.facts.policy.rules
    present, pin, settled = cohorts.present[example], cohorts.pin[example], cohorts.settled[example]
    sets = allowed[cohorts.kind[example]]
    if "freeze" not in lifted:
        sets &= ~(settled[:, None] & coaches.frozen[None, :])
    if rules.team.on and "team" not in lifted:
        sets &= ~settled[:, None] | (coaches.unit[None, :] == coaches.unit[present][:, None])
    sets[pin >= 0] = False
    for known in (pin, present):
        has = np.flatnonzero(known >= 0)
        sets[has, known[has]] = True
    return sets
