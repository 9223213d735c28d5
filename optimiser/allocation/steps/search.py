"""What to do next: the best single change, exchange or chain that is sound now."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimiser.allocation.codes import Floats
from optimiser.allocation.steps.links import Links
from optimiser.allocation.steps.position import Position

LONGEST = 4
"""Atoms of the longest chain."""
TRIES = 8
"""Best chains looked at one by one: where a coach or an area is in one twice, its links do not add up."""

Found = list[int] | None
"""Atoms in the order of the chain, or nothing."""


def single(position: Position, floor: float) -> Found:
    """Return the sound atom that gains most alone, more than `floor`; ties by id."""
    if not len(position.score):
        return None
    best = int(np.argmax(position.score))
    return [best] if position.score[best] > floor else None


def exchange(position: Position, links: Links, floor: float) -> Found:
    """Return the two atoms between two coaches, one each way, that gain most together."""
    found = _best(position, _closed(links, 2), floor)
    return found[1] if found else None


def chain(position: Position, links: Links, floor: float) -> Found:
    """Return the chain of up to `LONGEST` atoms, open or closed, that gains most together."""
    candidates = [_open(links), *(_closed(links, length) for length in range(3, LONGEST + 1))]
    found = [best for best in (_best(position, each, floor) for each in candidates) if best]
    return max(found, key=lambda best: best[0])[1] if found else None


def _best(
    position: Position, candidates: Iterator[tuple[float, list[int]]], floor: float
) -> tuple[float, list[int]] | None:
    """Exact gain and atoms of the first candidates that are sound; the best of those tried."""
    best: tuple[float, list[int]] | None = None
    for estimate, atoms in candidates:
        if estimate <= floor or (best and best[0] >= estimate):
            break
        if len(set(atoms)) < len(atoms):
            continue
        total = position.joint(atoms)
        gained = position.gain(atoms, total)
        if gained > floor and not position.unsound(total) and (best is None or gained > best[0]):
            best = gained, atoms
    return best


def _closed(links: Links, length: int) -> Iterator[tuple[float, list[int]]]:
    """Closed chains by falling gain, the first few."""
    gains = links.round_gains(length)
    for row in _highest(gains):
        yield float(gains[row]), links.first[links.rounds[length][row]].tolist()


def _open(links: Links) -> Iterator[tuple[float, list[int]]]:
    """Open chains of two atoms or more by falling gain, the best few of each length."""
    reached, ends = [], []
    for reach, whole in links.paths(LONGEST):
        reached.append(reach)
        ends.append(whole)
    tops = [(float(ends[t][i]), t, i) for t in range(1, LONGEST) for i in _highest(ends[t])]
    for value, steps, atom in sorted(tops, key=lambda top: (-top[0], top[1], top[2])):
        path = [atom]
        for t in range(steps, 0, -1):
            path.append(links.before(path[-1], reached[t - 1]))
        yield value, path[::-1]


def _highest(values: Floats) -> list[int]:
    """Places of the highest values, falling, ties by place; -inf left out."""
    if len(values) > TRIES:
        places = np.argpartition(-values, TRIES)
        edge = values[places[TRIES - 1]]
        places = np.flatnonzero(values >= edge)
    else:
        places = np.arange(len(values))
    places = places[np.isfinite(values[places])]
    order = np.argsort(-values[places], kind="stable")
    return [int(p) for p in places[order][:TRIES]]
