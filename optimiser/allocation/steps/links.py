"""Links between atoms: one comes to the coach whom the next leaves, and where links close to a round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.allocation.codes import Floats, Ints, spread
from optimiser.allocation.steps.atoms import Atoms
from optimiser.allocation.steps.position import Position

MOST_LINKS = 2_000_000
MOST_ROUNDS = 300_000
"""Rounds of four are looked for only where pairs of links that could form them are not more."""


class Links:
    """L links (i, j), sorted by coach, then j, then i: atom i comes to the coach whom atom j leaves.

    The gain of a chain adds up over its links as long as no coach is in it twice, so that the best
    chain is a longest path.

    Attributes
    ----------
    first, then : int, shape (L,)
        i and j.
    value : float, shape (L,)
        What the coach's load costs less if both are taken; -inf where a limit or an atom taken forbids.
    group : int, shape (J,)
        Where the links of each j start.
    after : int, shape (J,)
        These j.
    rounds : dict
        2, 3, 4 to the closed chains of that length, as links; shape (rounds, length).
    """

    def __init__(self, position: Position) -> None:
        self.position = position
        atoms = position.atoms
        chosen = _linkable(position)
        self.first, self.then, coach = _pairs(atoms, chosen)
        self.value = np.full(len(self.first), -np.inf)
        self.group = np.flatnonzero(np.diff(self.then, prepend=-1))
        self.after = self.then[self.group]
        self._by_atom = np.argsort(self.after, kind="stable")
        self.alive = int(position.left.sum())
        self._minutes, self._heads = _net(atoms, self.first, self.then, coach)
        self._starts = np.searchsorted(coach, np.arange(atoms.coaches + 1))
        self.rounds = _rounds(atoms, self.first, self.then)
        self._worths = {n: position.worth[self.first[links]].sum(axis=1) for n, links in self.rounds.items()}
        position.touched.update(range(atoms.coaches))

    def stale(self) -> bool:
        """Whether so many atoms are taken that a smaller table is worth its making."""
        return 2 * int(self.position.left.sum()) <= self.alive

    def refresh(self) -> None:
        """Bring the values up to date for the coaches touched."""
        position = self.position
        for coach in sorted(position.touched):
            part = slice(self._starts[coach], self._starts[coach + 1])
            if part.start == part.stop:
                continue
            minutes, load = self._minutes[part], position.value[coach]
            costs = position.cost(coach, np.append(load + minutes, load))
            sound = position.allows(coach, minutes, self._heads[part])
            sound &= position.left[self.first[part]] & position.left[self.then[part]]
            self.value[part] = np.where(sound, costs[-1] - costs[:-1], -np.inf)
        position.touched.clear()

    def round_gains(self, length: int) -> Floats:
        """What the closed chains of a length gain now, bonus included; -inf where not sound."""
        gains: Floats = self._worths[length].copy()
        for part in self.rounds[length].T:
            gains += self.value[part]
        return gains

    def paths(self, length: int) -> Iterator[tuple[Floats, Floats]]:
        """Yield for 1, 2, … `length` atoms the best gain of a chain up to each atom, and with its end.

        Yields
        ------
        reach : numpy.ndarray
            Without what the last atom costs its new coach, shape (N,).
        whole : numpy.ndarray
            With it; -inf where that coach has no room.
        """
        position = self.position
        worth, change, fits = position.worth, position.change, position.fits
        starts = position.left & fits[:, :-1].all(axis=1)
        reach = np.where(starts, worth - change[:, :-1].sum(axis=1), -np.inf)
        for _ in range(length):
            yield reach, np.where(fits[:, -1], reach - change[:, -1], -np.inf)
            reach, before = np.full(len(reach), -np.inf), reach
            if len(self.group):
                best = np.maximum.reduceat(before[self.first] + self.value, self.group)
                reach[self.after] = best + worth[self.after]

    def before(self, atom: int, reach: Floats) -> int:
        """Atom before another on the best path, `reach` being that of the paths one shorter."""
        at = int(self._by_atom[np.searchsorted(self.after, atom, sorter=self._by_atom)])
        end = int(self.group[at + 1]) if at + 1 < len(self.group) else len(self.first)
        part = slice(int(self.group[at]), end)
        return int(self.first[part][np.argmax(reach[self.first[part]] + self.value[part])])


def _linkable(position: Position) -> Ints:
    """Atoms left with one present coach at most; of too many those that gain most alone."""
    atoms = position.atoms
    chosen = np.flatnonzero(position.left & (atoms.source[:, 1:] < 0).all(axis=1))
    alone = position.worth[chosen] - position.change[chosen].sum(axis=1)
    best = chosen[np.argsort(-alone, kind="stable")]
    while _count(atoms, best) > MOST_LINKS:
        best = best[: len(best) // 2]
    return np.sort(best)


def _count(atoms: Atoms, chosen: Ints) -> int:
    source = atoms.source[chosen, 0]
    leaving = np.bincount(source[source >= 0], minlength=atoms.coaches)
    return int(leaving @ np.bincount(atoms.target[chosen], minlength=atoms.coaches))


def _pairs(atoms: Atoms, chosen: Ints) -> tuple[Ints, Ints, Ints]:
    """Links (i, j) and the coach between, sorted by coach, j, i."""
    leaving = chosen[atoms.source[chosen, 0] >= 0]
    leaving = leaving[np.argsort(atoms.source[leaving, 0], kind="stable")]
    coming = chosen[np.argsort(atoms.target[chosen], kind="stable")]
    coach = atoms.source[leaving, 0]
    starts = np.searchsorted(atoms.target[coming], coach, side="left")
    counts = np.searchsorted(atoms.target[coming], coach, side="right") - starts
    first = coming[spread(starts, counts)]
    return first, np.repeat(leaving, counts), np.repeat(coach, counts)


def _net(atoms: Atoms, first: Ints, then: Ints, coach: Ints) -> tuple[Floats, Floats]:
    """Minutes and heads that both atoms of each link together bring their common coach."""
    effects, resources = atoms.effects, 2 * atoms.coaches + atoms.areas
    key = effects.of * resources + effects.resource

    def change(atom: Ints, resource: Ints) -> Floats:
        found: Floats = effects.change[np.searchsorted(key, atom * resources + resource)]
        return found

    minutes = change(first, coach) + change(then, coach)
    return minutes, change(first, coach + atoms.coaches) + change(then, coach + atoms.coaches)


def _rounds(atoms: Atoms, first: Ints, then: Ints) -> dict[int, Ints]:
    """Closed chains of two, three and four atoms as links, each once, from its first atom by id."""
    count, coaches = len(atoms), atoms.coaches
    key = first * count + then
    order = np.argsort(key, kind="stable")

    def link(i: Ints, j: Ints) -> Ints:
        found: Ints = order[np.searchsorted(key[order], i * count + j)]
        return found

    source, target = atoms.source[:, 0], atoms.target
    a, b, c = source[first], target[first], target[then]
    back = np.flatnonzero((a == c) & (first < then))
    rounds = {2: np.stack([back, link(then[back], first[back])], axis=1)}
    ahead = np.flatnonzero((a >= 0) & (a != c))
    i, j = first[ahead], then[ahead]
    row, k = _matches(c[ahead] * coaches + a[ahead], np.unique(then), source * coaches + target)
    chosen = (i[row] < j[row]) & (i[row] < k)
    row, k = row[chosen], k[chosen]
    rounds[3] = np.stack([ahead[row], link(j[row], k), link(k, i[row])], axis=1)
    ends, reverse = a[ahead] * coaches + c[ahead], c[ahead] * coaches + a[ahead]
    row, at = _matches(reverse, np.arange(len(ahead)), ends, most=MOST_ROUNDS)
    k, m = i[at], j[at]
    least = (i[row] < j[row]) & (i[row] < k) & (i[row] < m) & (b[ahead[row]] != b[ahead[at]])
    row, at, k, m = row[least], at[least], k[least], m[least]
    links = [ahead[row], link(j[row], k), ahead[at], link(m, i[row])]
    rounds[4] = np.stack(links, axis=1)
    return rounds


def _matches(wanted: Ints, among: Ints, key: Ints, most: int | None = None) -> tuple[Ints, Ints]:
    """Pairs (place in `wanted`, value of `among`) with equal keys; none if they are more than `most`."""
    among = among[np.argsort(key[among], kind="stable")]
    starts = np.searchsorted(key[among], wanted, side="left")
    counts = np.searchsorted(key[among], wanted, side="right") - starts
    if most is not None and counts.sum() > most:
        counts = np.zeros_like(counts)
    return np.repeat(np.arange(len(wanted)), counts), among[spread(starts, counts)]
