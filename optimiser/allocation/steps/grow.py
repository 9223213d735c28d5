"""Larger steps: from one change that is not sound alone to the changes that make it so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from optimiser.allocation.codes import Ints
from optimiser.allocation.steps.position import Position

FEW, MANY = 6, 40
"""Changes from which a larger step is grown at a time, those that gain most first; at last resort."""
LARGEST = 8
"""Atoms of the largest step that is grown as long as there is another way."""


def grown(position: Position, floor: float) -> list[int] | None:
    """Return the smallest set of up to `LARGEST` atoms grown around a barred one; None for none.

    Of sets as small, the one that gains most; `floor` is what it must gain more than.
    """
    return _smallest(position, _barred(position, floor)[:FEW], floor, LARGEST)


def grown_at_last(position: Position, resources: Ints) -> list[int] | None:
    """Return the smallest set of any size grown around many of the tied atoms, whatever it loses.

    There always is one where none of the resources has a `least`: taking all atoms left is sound, and
    as long as a choice of them adds too much somewhere, some of those not chosen take from it.
    """
    effects = position.atoms.effects
    starts = np.zeros(len(position.left), dtype=np.bool_)
    starts[effects.of[np.isin(effects.resource, resources)]] = True
    barred = [i for i in _barred(position, -np.inf) if starts[i]]
    return _smallest(position, barred[:MANY], -np.inf, len(position.left))


def _smallest(position: Position, starts: Sequence[int], floor: float, largest: int) -> list[int] | None:
    best: tuple[int, float, list[int]] | None = None
    for start in starts:
        found = _grow(position, start, len(best[2]) if best else largest)
        if found is None:
            continue
        gained = position.gain(found, position.joint(found))
        size = -len(found)
        if gained > floor and (best is None or (size, gained) > best[:2]):
            best = size, gained, found
    return best[2] if best else None


def tied(position: Position) -> Ints:
    """Return the resources tied by atoms left to the first one left."""
    effects = position.atoms.effects
    entry = np.flatnonzero(position.left[effects.of])
    count, resources = len(position.atoms), len(position.value)
    ties = coo_array(
        (np.ones(len(entry)), (effects.of[entry], count + effects.resource[entry])),
        shape=(count + resources, count + resources),
    )
    label = connected_components(ties, directed=False)[1]
    found: Ints = np.flatnonzero(label[count:] == label[int(np.argmax(position.left))])
    return found


def _barred(position: Position, floor: float) -> list[int]:
    """Atoms left that are not sound alone but would gain, best first."""
    barred = np.flatnonzero(position.left & np.isneginf(position.score))
    gains = position.worth[barred] - position.change[barred].sum(axis=1)
    barred, gains = barred[gains > floor], gains[gains > floor]
    return [int(i) for i in barred[np.argsort(-gains, kind="stable")]]


def _grow(position: Position, start: int, largest: int) -> list[int] | None:
    """Add one atom at a time that mends most of what is broken; None where it takes too many."""
    chosen, total = [start], position.joint([start])
    while broken := position.unsound(total):
        resource = max(broken, key=lambda r: (abs(broken[r]), -r))
        mending = _mending(position, resource, too_much=broken[resource] > 0, chosen=chosen)
        if len(chosen) >= largest or not mending:
            return None
        tried = [(_left_broken(position, i, total), i) for i in mending]
        chosen.append(min(tried)[1])
        total = position.joint(chosen[-1:], total)
    return chosen


def _mending(position: Position, resource: int, *, too_much: bool, chosen: Sequence[int]) -> list[int]:
    """Atoms left that take from (or bring to) a resource."""
    effects = position.atoms.effects
    entry = position.entries(resource)
    helps = effects.change[entry] < 0 if too_much else effects.change[entry] > 0
    atoms = effects.of[entry[helps]]
    return [int(i) for i in atoms[position.left[atoms]] if i not in chosen]


def _left_broken(position: Position, atom: int, others: dict[int, float]) -> tuple[int, float, float]:
    """With an atom beside others: how many bounds stay broken, by how much, what it loses alone."""
    broken = position.unsound(position.joint([atom], others))
    alone = float(position.worth[atom] - position.change[atom].sum())
    return len(broken), sum(map(abs, broken.values())), -alone
