"""Why a step is as it is, in words that name no other client."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.steps.atoms import Atoms, Effects
from optimiser.allocation.steps.limits import NONE, TOLERANCE, Caps
from optimiser.allocation.steps.sequence import Step


def lead(atoms: Atoms, step: Step, part: int) -> str:
    """What the part-th atom (from 0) does in its step; empty for a single change."""
    size = len(step.atoms)
    if step.kind == "exchange":
        return "Half of an exchange: another client comes the other way, both at once."
    if step.kind == "chain":
        place = f"Part {part + 1} of {size} of a chain"
        closed = atoms.source[step.atoms[0], 0] == atoms.target[step.atoms[-1]]
        does = []
        if part > 0 or closed:
            does.append("makes room for another client")
        if part < size - 1 or closed:
            does.append("takes the room that another client leaves")
        return f"{place}: {' and '.join(does)}."
    if step.kind == "bundle":
        return (
            f"Part of a larger step of {size} changes: no order of smaller steps was found "
            "in which each keeps every limit."
        )
    return ""


def exceptions(
    effects: Effects, caps: Caps, coach_ids: tuple[str, ...], areas: tuple[str, ...], steps: int
) -> list[str]:
    """Where a step fills a resource above its limit, because the plan itself does; one text a step.

    Parameters
    ----------
    effects : Effects
        Of the steps, in their order.
    caps : Caps
        What steps may do.
    coach_ids, areas : tuple of str
        What the resources are of.
    steps : int
        How many there are.
    """
    order = np.lexsort((effects.of, effects.resource))
    resource, change = effects.resource[order], effects.change[order]
    first = np.searchsorted(resource, resource, side="left")
    total = np.cumsum(change)
    value = caps.start[resource] + total - (total - change)[first]
    over = (change > NONE) & (value > caps.limit[resource] + TOLERANCE)
    names = [*(f"the load of {name}" for name in coach_ids)]
    names += [f"the number of clients of {name}" for name in coach_ids]
    names += [f"the interpreter minutes of {name}" for name in areas]
    texts = [""] * steps
    for at in np.flatnonzero(over):
        step = int(effects.of[order[at]])
        sentence = RAISED if caps.raised[resource[at]] else REFILLED
        texts[step] = f"{texts[step]} {sentence.format(names[resource[at]])}".strip()
    return texts


RAISED = (
    "The plan itself brings {} above the limit, for a pin or for clients who may not be left without a "
    "coach; this step does so."
)
REFILLED = (
    "The plan leaves {} above the limit, though not above what it is now; this step fills it again, "
    "no further than the plan does."
)
LARGE = "It brings a coach more clients than one week allows, so that coach takes over nobody else that week."
