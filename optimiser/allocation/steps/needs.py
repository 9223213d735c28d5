"""Which steps must come before which, so that steps may also be taken apart from the others."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.steps.atoms import Effects
from optimiser.allocation.steps.limits import NONE, TOLERANCE


def needs(effects: Effects, start: Floats, most: Floats, steps: int) -> list[list[int]]:
    """Return for each step the steps that must come before it, rising.

    Parameters
    ----------
    effects : Effects
        Of the steps, in their order.
    start, most : float, shape (resources,)
        Value of each resource before the first step, and what a step that adds to it may leave.
    steps : int
        How many there are.

    Returns
    -------
    list of list of int
        Any choice of steps that holds what its steps need is sound after each of them, in any order
        that respects the needs.
    """
    # Of the steps taken that fill a resource let t be the last in the list: counted for t were all
    # arrivals up to it and of the departures only those it needs, so what is taken now is no more.
    needed: list[set[int]] = [set() for _ in range(steps)]
    order = np.lexsort((effects.of, effects.resource))
    resource = effects.resource[order]
    starts = np.flatnonzero(np.diff(resource, prepend=-1))
    for first, end in zip(starts, np.append(starts, len(order))[1:], strict=True):
        at = order[first:end]
        bounds = float(start[resource[first]]), float(most[resource[first]])
        if np.isfinite(bounds[1]):
            for step, before in _needed(effects.of[at], effects.change[at], *bounds):
                needed[step].update(before.tolist())
    return [sorted(before) for before in needed]


def _needed(step: Ints, change: Floats, start: float, most: float) -> list[tuple[int, Ints]]:
    """Steps that fill one resource, with the departures each of them cannot do without."""
    leaving = np.minimum(change, 0.0)
    # With no departure at all before it, a step is sound where all arrivals fit.
    crowded = (change > NONE) & (start + np.cumsum(change) - np.cumsum(leaving) > most)
    found = []
    for place in np.flatnonzero(crowded):
        margin = most - (start + float(change[: place + 1].sum()))
        reliefs = np.flatnonzero(leaving[:place] < 0)
        reliefs = reliefs[np.argsort(-leaving[reliefs], kind="stable")]
        spared = np.cumsum(-leaving[reliefs]) <= margin + TOLERANCE
        found.append((int(step[place]), step[reliefs[~spared]]))
    return found
