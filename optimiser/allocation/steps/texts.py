"""Why a step is as it is, in words that name no other client."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.steps.atoms import Atoms, Effects
from optimiser.allocation.steps.limits import NONE, TOLERANCE, Caps
from optimiser.allocation.steps.sequence import Step
from optimiser.domain.texts import Texts, mark


def lead(atoms: Atoms, step: Step, part: int, texts: Texts) -> str:
    """What the part-th atom (from 0) does in its step; empty for a single change."""
    size = len(step.atoms)
    if step.kind == "exchange":
        return texts.gettext("Half of an exchange: another client comes the other way, both at once.")
    if step.kind == "chain":
        closed = atoms.source[step.atoms[0], 0] == atoms.target[step.atoms[-1]]
        return _in_chain(part > 0 or closed, part < size - 1 or closed, texts).format(
            part=part + 1, size=size
        )
    if step.kind == "bundle":
        return texts.gettext(
            "Part of a larger step of {size} changes: no order of smaller steps was found "
            "in which each keeps every limit."
        ).format(size=size)
    return ""


def _in_chain(makes_room: bool, takes_room: bool, texts: Texts) -> str:
    """What a part of a chain does for its neighbours; it does at least one of the two."""
    if makes_room and takes_room:
        return texts.gettext(
            "Part {part} of {size} of a chain: makes room for another client and takes the room that another "
            "client leaves."
        )
    if makes_room:
        return texts.gettext("Part {part} of {size} of a chain: makes room for another client.")
    return texts.gettext("Part {part} of {size} of a chain: takes the room that another client leaves.")


def exceptions(
    effects: Effects,
    caps: Caps,
    coach_ids: tuple[str, ...],
    areas: tuple[str, ...],
    steps: int,
    texts: Texts,
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
    texts : Texts
        Language.
    """
    order = np.lexsort((effects.of, effects.resource))
    resource, change = effects.resource[order], effects.change[order]
    first = np.searchsorted(resource, resource, side="left")
    total = np.cumsum(change)
    value = caps.start[resource] + total - (total - change)[first]
    over = (change > NONE) & (value > caps.limit[resource] + TOLERANCE)
    kinds = ((LOAD, coach_ids), (HEADS, coach_ids), (INTERPRETER, areas))
    names = [(sentences, name) for sentences, ids in kinds for name in ids]
    told = [""] * steps
    for at in np.flatnonzero(over):
        step = int(effects.of[order[at]])
        sentences, name = names[resource[at]]
        sentence = texts.gettext(sentences[0 if caps.raised[resource[at]] else 1]).format(name=name)
        told[step] = f"{told[step]} {sentence}".strip()
    return told


LOAD = (
    mark(
        "The plan itself brings the load of {name} above the limit, for a pin or for clients who may not be left "
        "without a coach; this step does so."
    ),
    mark(
        "The plan leaves the load of {name} above the limit, though not above what it is now; this step fills it "
        "again, no further than the plan does."
    ),
)
HEADS = (
    mark(
        "The plan itself brings the number of clients of {name} above the limit, for a pin or for clients who may "
        "not be left without a coach; this step does so."
    ),
    mark(
        "The plan leaves the number of clients of {name} above the limit, though not above what it is now; this "
        "step fills it again, no further than the plan does."
    ),
)
INTERPRETER = (
    mark(
        "The plan itself brings the interpreter minutes of {name} above the limit, for a pin or for clients who "
        "may not be left without a coach; this step does so."
    ),
    mark(
        "The plan leaves the interpreter minutes of {name} above the limit, though not above what it is now; this "
        "step fills it again, no further than the plan does."
    ),
)
"""Of a resource above its limit: because the plan itself raises it, or because it stays above."""
LARGE = mark(
    "It brings a coach more clients than one week allows, so that coach takes over nobody else that week."
)
