"""The families of figures of one date, from the coarsest to the finest, and what of each is held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimiser.quality.arrays import Bools, Ints
from optimiser.quality.month.hiding import LEAST_COACHES, Family, Hidden, Tree, hidden, without_known_zeros
from optimiser.quality.suppress import few_of_any

ALONE = {
    "returned": ("returned",),
    "first_late": ("first_late", "first_not_held"),
    "involuntary": ("involuntary",),
}
"""Families whose figures are these counts and nothing else: 0 everywhere where their total is."""


@dataclass(frozen=True)
class Coaches:
    """How many coaches have a part of their capacity in a place at a date.

    Attributes
    ----------
    municipalities, areas : numpy.ndarray
        Shapes (M,) and (A,).
    region : int
    """

    municipalities: Ints
    areas: Ints
    region: int


def hidden_at(
    tree: Tree, counts: Mapping[str, Ints | None], coaches: Coaches, places: Hidden
) -> dict[str, Hidden]:
    """Return what is held back at one date, by family.

    A family is held back where a finer one could be told from a coarser: what is held back of the
    coarser is held back of the finer as well; but what a total shown tells to be 0 is no secret.

    Parameters
    ----------
    tree : Tree
        The places.
    counts : mapping
        Name of a count (`counts.COUNTED`, and `without` for clients without a coach) to clients by
        municipality, shape (M,); None where it is not known.
    coaches : Coaches
    places : Hidden
        What is held back at all dates.
    """
    known = {name: values for name, values in counts.items() if values is not None}
    sizes = known["clients"]

    def family(names: tuple[str, ...], forced: Hidden, *, tied: bool = False) -> Hidden:
        if any(name not in known for name in names):
            return forced
        columns = np.column_stack([known[name] for name in names])
        zero_will_do = not tied or not few_of_any(columns).any()
        return hidden(tree, Family(columns, few_of_any, zero_will_do=zero_will_do), sizes, forced)

    def told(names: tuple[str, ...], found: Hidden) -> Hidden:
        if any(name not in known for name in names):
            return found
        return without_known_zeros(tree, np.column_stack([known[name] for name in names]), found)

    known |= _rests(known)
    found = {"all": places, "load": family(("served",), places)}
    found["demand"] = family(("without",), found["load"])
    found["capacity"] = _capacity(tree, coaches, sizes, found["load"])
    found["interpreter"] = family(("interpreter_clients", "no_interpreter"), places)
    found["flows"] = family(("inflow", "outflow"), places, tied=True)
    found["returned"] = family(("returned", "not_returned"), found["flows"])
    found["first_meetings"] = family(("first_on_time", "first_not_on_time"), places)
    found["first_late"] = family(("first_late", "first_not_held"), found["first_meetings"])
    # Who had a coach and stayed is nearly all that is left of the stock without the arrivals.
    found["continuity"] = family(("kept", "handovers"), found["flows"])
    # Those who stayed less those who stayed with a coach had none on one of the two days.
    found["stayed"] = family(("uncoached",), found["continuity"])
    found["involuntary"] = family(("involuntary", "wished"), found["continuity"])
    for name, counted in ALONE.items():
        found[name] = told(counted, found[name])
    return found


def _rests(known: Mapping[str, Ints]) -> dict[str, Ints]:
    """What is missing from a count: as telling as the count itself."""
    rests = {
        "served": ("clients", "without"),
        "no_interpreter": ("clients", "interpreter_clients"),
        "not_returned": ("inflow", "returned"),
        "wished": ("handovers", "involuntary"),
    }
    found = {
        name: known[whole] - known[part]
        for name, (whole, part) in rests.items()
        if whole in known and part in known
    }
    stayed = ("clients", "inflow", "kept", "handovers")
    if all(name in known for name in stayed):
        clients, inflow, kept, handovers = (known[name] for name in stayed)
        found["uncoached"] = clients - inflow - kept - handovers
    if "first_late" in known:
        found["first_not_on_time"] = known["first_late"] + known["first_not_held"]
    return found


def _capacity(tree: Tree, coaches: Coaches, sizes: Ints, forced: Hidden) -> Hidden:
    """Capacity of a single coach is not told, nor what a subtraction would tell of one."""

    def single(counts: Ints) -> Bools:
        found: Bools = (counts[:, 0] > 0) & (counts[:, 0] < LEAST_COACHES)
        return found

    alone = Hidden(np.zeros(len(sizes), np.bool_), coaches.areas == 1, 0 < coaches.region < LEAST_COACHES)
    family = Family(coaches.municipalities[:, None], single, least=LEAST_COACHES, partner=False)
    return hidden(tree, family, sizes, forced | alone)
