"""The order of the steps: what gains most first, each sound when it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np

from optimiser.allocation.codes import Floats
from optimiser.allocation.facts import Flags
from optimiser.allocation.steps.atoms import Atoms
from optimiser.allocation.steps.grow import grown, grown_at_last, tied
from optimiser.allocation.steps.limits import Caps
from optimiser.allocation.steps.links import Links
from optimiser.allocation.steps.position import Position
from optimiser.allocation.steps.search import LONGEST, chain, exchange, single
from optimiser.domain.errors import BrokenPlanError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.texts import said
from optimiser.solver.curve import Curves

GAINS = 1e-6
"""Minutes a month from which a step counts as gaining."""
TOLD_EVERY = 500


@dataclass(frozen=True)
class Step:
    """Atoms that are taken together.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    atoms : tuple of int
        In the order of the chain where it is one.
    """

    kind: str
    atoms: tuple[int, ...]


@dataclass(frozen=True)
class Sequence:
    """Steps in their order.

    Attributes
    ----------
    steps : list of Step
    most : float, shape (2 C + R,)
        What a step that adds to a resource may leave in it.
    """

    steps: list[Step]
    most: Floats


def sequence(atoms: Atoms, caps: Caps, curves: Curves, progress: Progress = SILENT) -> Sequence:
    """Return all atoms as steps, each of which is sound after those before it.

    Next comes what gains most: a single change, else an exchange, a chain, the smallest set grown around
    a change that limits bar. To be without a coach, or with one whom a rule bars, counts as the policy's
    price of an unserved client: ending that gains as much. What loses comes last, in the same turn. Where that
    ends, coaches whom the plan leaves above a limit may be filled again up to the plan's own value,
    which is no more than they hold at the start; and where that does not help, larger sets are grown.
    """
    position = Position(atoms, caps, curves)
    walk = _Walk(position)
    fresh = _fresh(atoms)
    steps: list[Step] = []
    left = len(atoms)
    while left:
        chosen = walk.next_step()
        position.take(chosen)
        left -= len(chosen)
        steps.append(_named(atoms, fresh, chosen))
        if len(steps) % TOLD_EVERY == 0:
            progress.say(said("{steps:,} steps, {left:,} changes left", steps=len(steps), left=left))
    return Sequence(steps, position.most)


class _Walk:
    """A position and its table of links, made when the first exchange is looked for."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.links: Links | None = None

    def next_step(self) -> list[int]:
        """Return the atoms to take next."""
        position = self.position
        while True:
            for floor in (GAINS, -np.inf):
                found = self._small(floor) or grown(position, floor)
                if found:
                    return found
            stuck = tied(position)
            if not np.isfinite(position.least[stuck]).any():
                break
            position.release(stuck)
        found = grown_at_last(position, stuck)
        if found is None:
            raise BrokenPlanError(
                said("no order of the moves was found: a fault of the program. Please send us the summary.")
            )
        return found

    def _small(self, floor: float) -> list[int] | None:
        """Return a single change, an exchange or a chain that gains more than `floor`."""
        found = single(self.position, floor)
        if found is None:
            links = self._fresh_links()
            found = exchange(self.position, links, floor) or chain(self.position, links, floor)
        return found

    def _fresh_links(self) -> Links:
        if self.links is None or self.links.stale():
            self.links = Links(self.position)
        self.links.refresh()
        return self.links


def _fresh(atoms: Atoms) -> Flags:
    """Whether all members of an atom are without a coach now, shape (N,)."""
    fresh: Flags = np.all(atoms.source < 0, axis=1)
    return fresh


def _named(atoms: Atoms, fresh: Flags, chosen: list[int]) -> Step:
    """The step with its kind; the atoms of a chain in its order."""
    if len(chosen) == 1:
        return Step("placement" if fresh[chosen[0]] else "move", tuple(chosen))
    path = _path(atoms, chosen)
    if path is None:
        return Step("bundle", tuple(sorted(chosen)))
    swap = len(path) == 2 and atoms.source[path[0], 0] == atoms.target[path[1]]
    return Step("exchange" if swap else "chain", path)


def _path(atoms: Atoms, chosen: list[int]) -> tuple[int, ...] | None:
    """The atoms in the order of a chain, each coming to the coach whom the next leaves, if there is one."""
    if len(chosen) > LONGEST or (atoms.source[chosen, 1:] >= 0).any():
        return None
    source, target = atoms.source[:, 0], atoms.target
    for order in permutations(chosen):
        if all(target[i] == source[j] for i, j in pairwise(order)):
            return order
    return None
