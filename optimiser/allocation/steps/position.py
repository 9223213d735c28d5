"""Where a walk through the steps stands: values of the resources, and what each atom would gain now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import Flags
from optimiser.allocation.steps.atoms import Atoms
from optimiser.allocation.steps.limits import NONE, TOLERANCE, Caps
from optimiser.solver.curve import Curves


@dataclass(frozen=True)
class Ends:
    """The ends of atoms at one coach: who leaves the coach or comes.

    Attributes
    ----------
    atom : int, shape (E,)
        Atoms that have the coach as source or target.
    place : int, shape (E,)
        Places in flat tables of shape (N, K + 1), the last column being the target's.
    minutes, heads : float, shape (E,)
        Change, below 0 for those who leave.
    """

    atom: Ints
    place: Ints
    minutes: Floats
    heads: Floats


class Position:
    """Values of the resources between two steps, and every atom's gain and soundness alone.

    Attributes
    ----------
    atoms, caps, curves
        What is walked through.
    value : float, shape (2 C + R,)
        Of each resource now.
    most, least : float, shape (2 C + R,)
        Bounds of a step (see `Caps`); `release` widens them.
    left : bool, shape (N,)
        Atoms not yet taken.
    worth : float, shape (N,)
        The bonus of what is owed, less the price.
    change : float, shape (N, K + 1)
        Change of the load cost at each end of an atom, were it taken alone now.
    fits : bool, shape (N, K + 1)
        Whether that end is sound.
    clear : bool, shape (N,)
        Whether the interpreter minutes of the areas are.
    score : float, shape (N,)
        Gain and bonus of an atom alone now; -inf where it is taken or not sound.
    touched : set of int
        Coaches whose values have changed since somebody emptied it.
    """

    def __init__(self, atoms: Atoms, caps: Caps, curves: Curves) -> None:
        self.atoms, self.caps, self.curves = atoms, caps, curves
        count, width = atoms.source.shape
        self.value = caps.start.copy()
        self.most, self.least = caps.most, caps.least
        self.left = np.ones(count, dtype=np.bool_)
        self.worth = atoms.bonus - atoms.price
        self.change = np.zeros((count, width + 1))
        self.fits = np.ones((count, width + 1), dtype=np.bool_)
        self.clear = np.ones(count, dtype=np.bool_)
        self.score = np.full(count, -np.inf)
        self.touched: set[int] = set()
        self._starts = np.searchsorted(atoms.effects.of, np.arange(count + 1))
        self._ends = _ends_by_coach(atoms)
        self._by_resource = np.argsort(atoms.effects.resource, kind="stable")
        self._at = np.searchsorted(
            atoms.effects.resource, np.arange(len(self.value) + 1), sorter=self._by_resource
        )
        for area in range(atoms.areas):
            self._see_area(area)
        for coach in range(atoms.coaches):
            self._see_coach(coach)

    def cost(self, coach: int, loads: Floats) -> Floats:
        """Load cost of a coach at some loads, minutes a month."""
        start, value = self.curves.start[coach], self.curves.value[coach]
        beyond = np.maximum(loads - start[-1], 0.0) * self.curves.slope[coach, -1]
        minutes: Floats = np.interp(loads, start, value) + beyond
        return minutes

    def allow(self, resource: int, change: Floats) -> Flags:
        """Whether changes of a resource are sound now, shape of the changes."""
        after = self.value[resource] + change
        above = after >= self.least[resource] - TOLERANCE
        fits: Flags = np.where(change <= NONE, above, after <= self.most[resource] + TOLERANCE)
        return fits

    def allows(self, coach: int, minutes: Floats, heads: Floats) -> Flags:
        """Whether changes at a coach are sound now, shape of the changes."""
        fits = self.allow(coach, minutes)
        in_heads = self.atoms.coaches + coach
        if np.isfinite(self.most[in_heads]):
            fits &= self.allow(in_heads, heads)
        return fits

    def entries(self, resource: int) -> Ints:
        """Entries of the effects that change a resource, by atom."""
        return self._by_resource[self._at[resource] : self._at[resource + 1]]

    def joint(self, chosen: Iterable[int], others: Mapping[int, float] | None = None) -> dict[int, float]:
        """Change of each resource if some atoms are taken together, with the changes of others."""
        total = dict(others or {})
        effects = self.atoms.effects
        for atom in chosen:
            part = slice(self._starts[atom], self._starts[atom + 1])
            pairs = zip(effects.resource[part].tolist(), effects.change[part].tolist(), strict=True)
            for resource, change in pairs:
                total[resource] = total.get(resource, 0.0) + change
        return total

    def unsound(self, total: Mapping[int, float]) -> dict[int, float]:
        """By how much some changes break the bounds: above 0 too much, below 0 too little."""
        broken = {}
        value, most, least = self.value.item, self.most.item, self.least.item
        for resource, change in total.items():
            after = value(resource) + change
            if change > NONE and after > most(resource) + TOLERANCE:
                broken[resource] = after - most(resource)
            elif change <= NONE and after < least(resource) - TOLERANCE:
                broken[resource] = after - least(resource)
        return broken

    def release(self, resources: Ints) -> None:
        """Let steps fill resources up to their final value, where the plan leaves it above the limit."""
        freed = resources[np.isfinite(self.least[resources])]
        self.least[freed] = -np.inf
        self.most[freed] = np.maximum(self.caps.final[freed], self.caps.limit[freed])
        self._see(freed.tolist())

    def gain(self, chosen: Sequence[int], total: Mapping[int, float]) -> float:
        """What some atoms gain together, bonus included; `total` is their `joint` change."""
        gained = float(self.worth[list(chosen)].sum())
        for resource, change in total.items():
            if resource < self.atoms.coaches:
                load = self.value[resource]
                before, after = self.cost(resource, np.array([load, load + change]))
                gained += float(before - after)
        return gained

    def take(self, chosen: Sequence[int]) -> None:
        """Take atoms together: values, gains and soundness follow."""
        total = self.joint(chosen)
        self.left[list(chosen)] = False
        self.score[list(chosen)] = -np.inf
        for resource, change in total.items():
            self.value[resource] += change
        self._see(total)

    def _see(self, resources: Collection[int]) -> None:
        """Look again at the coaches and areas whose resources have changed."""
        twice = 2 * self.atoms.coaches
        coaches = {r % self.atoms.coaches for r in resources if r < twice}
        for area in sorted(r - twice for r in resources if r >= twice):
            self._see_area(area)
        for coach in sorted(coaches):
            self._see_coach(coach)
        self.touched |= coaches

    def _see_coach(self, coach: int) -> None:
        ends, load = self._ends[coach], self.value[coach]
        if not len(ends.atom):
            return
        costs = self.cost(coach, np.append(load + ends.minutes, load))
        self.change.ravel()[ends.place] = costs[:-1] - costs[-1]
        self.fits.ravel()[ends.place] = self.allows(coach, ends.minutes, ends.heads)
        self._score(ends.atom)

    def _see_area(self, area: int) -> None:
        effects, first = self.atoms.effects, 2 * self.atoms.coaches
        atoms = effects.of[self.entries(first + area)]
        self.clear[atoms] = True
        for other in range(first, len(self.value)):
            entry = self.entries(other)
            sound = self.allow(other, effects.change[entry])
            self.clear[effects.of[entry[~sound]]] = False
        self._score(atoms)

    def _score(self, atoms: Ints) -> None:
        gained = self.worth[atoms] - self.change[atoms].sum(axis=1)
        sound = self.left[atoms] & self.clear[atoms] & self.fits[atoms].all(axis=1)
        self.score[atoms] = np.where(sound, gained, -np.inf)


def _ends_by_coach(atoms: Atoms) -> list[Ends]:
    """The ends of all atoms, coach by coach."""
    width = atoms.source.shape[1]
    effects, coaches = atoms.effects, atoms.coaches
    ends = np.append(atoms.source, atoms.target[:, None], axis=1)
    place = np.flatnonzero(ends.ravel() >= 0)
    coach, atom = ends.ravel()[place], place // (width + 1)
    key = effects.of * (2 * coaches + atoms.areas) + effects.resource
    minutes, heads = (
        effects.change[np.searchsorted(key, atom * (2 * coaches + atoms.areas) + resource)]
        for resource in (coach, coaches + coach)
    )
    order = np.argsort(coach, kind="stable")
    starts = np.searchsorted(coach[order], np.arange(coaches + 1))
    found = []
    for j in range(coaches):
        chosen = order[starts[j] : starts[j + 1]]
        found.append(Ends(atom[chosen], place[chosen], minutes[chosen], heads[chosen]))
    return found
