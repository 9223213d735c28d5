"""Which figures are held back, of which place at which date: decided once for all tables, pictures and files.

A place is held back at all dates where it has few clients at one of them: stocks and flows of the dates
beside would give it back. Other figures are held back by family, date and place, for counts of few clients
and for what few are missing from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.quality.arrays import Bools, Ints
from optimiser.quality.suppress import SMALLEST, Beside, few_of_any, held_back

LEAST_COACHES = 2
"""Fewest coaches whose capacity is shown as one figure: none is told of a single coach."""


@dataclass(frozen=True)
class Tree:
    """M municipalities in A areas of one region.

    Attributes
    ----------
    area_of : numpy.ndarray
        Shape (M,), place of each municipality's area.
    areas : int
        Number of areas, A.
    """

    area_of: Ints
    areas: int

    def summed(self, counts: Ints) -> Ints:
        """Counts by area, shape (A, k), from counts by municipality, shape (M, k)."""
        sums = np.zeros((self.areas, counts.shape[1]), dtype=counts.dtype)
        np.add.at(sums, self.area_of, counts)
        return sums


@dataclass(frozen=True)
class Hidden:
    """What is held back of one family at one date.

    Attributes
    ----------
    municipalities, areas : numpy.ndarray
        Shapes (M,) and (A,).
    region : bool
    """

    municipalities: Bools
    areas: Bools
    region: bool

    def __or__(self, other: Hidden) -> Hidden:
        return Hidden(
            self.municipalities | other.municipalities,
            self.areas | other.areas,
            self.region or other.region,
        )

    def any(self) -> bool:
        """Whether anything is held back."""
        return bool(self.municipalities.any() or self.areas.any() or self.region)


@dataclass(frozen=True)
class Family:
    """Figures that are shown together or not at all.

    Attributes
    ----------
    counts : numpy.ndarray
        Shape (M, k), clients by municipality.
    few : callable
        From counts of places, shape (n, k), to those that may not be shown, shape (n,).
    least : int
        Least sum of each count over the places that are held back together.
    zero_will_do, partner : bool
        As in `held_back`; no zeros where the stocks of clients tie the counts, no partner where the counts
        themselves are no secret.
    """

    counts: Ints
    few: Callable[[Ints], Bools]
    least: int = SMALLEST
    zero_will_do: bool = True
    partner: bool = True

    def held_back(self, cells: Beside) -> tuple[Bools, bool]:
        """Return which cells are held back, and whether their total may be shown."""
        return held_back(cells, self.least, zero_will_do=self.zero_will_do, partner=self.partner)


def hidden(tree: Tree, family: Family, sizes: Ints, forced: Hidden | None = None) -> Hidden:
    """Return what of a family is held back, so that no subtraction over places gives it back.

    Parameters
    ----------
    tree : Tree
        The places.
    family : Family
        Its counts.
    sizes : numpy.ndarray
        Shape (M,), by which the next smallest is chosen.
    forced : Hidden, optional
        What is held back in any case.
    """
    within = forced or Hidden(np.zeros(len(tree.area_of), np.bool_), np.zeros(tree.areas, np.bool_), False)
    few = family.few(family.counts) | within.municipalities
    places = np.zeros_like(few)
    given_away = within.areas.copy()
    for area in range(tree.areas):
        mine = np.flatnonzero(tree.area_of == area)
        cells = Beside(few[mine], sizes[mine], family.counts[mine])
        places[mine], may_show = family.held_back(cells)
        given_away[area] |= not may_show
    sums = tree.summed(family.counts)
    sizes_of_areas = tree.summed(sizes[:, None])[:, 0]
    cells = Beside(family.few(sums) | given_away, sizes_of_areas, sums)
    areas, may_show = family.held_back(cells)
    whole = bool(family.few(sums.sum(axis=0, keepdims=True))[0])
    region = within.region or whole or not may_show
    if region:
        return Hidden(np.ones_like(places), np.ones_like(areas), True)
    return Hidden(places | areas[tree.area_of], areas, False)


def without_known_zeros(tree: Tree, counts: Ints, found: Hidden) -> Hidden:
    """Return what is held back but for figures that a total shown tells to be 0.

    Parameters
    ----------
    tree : Tree
        The places.
    counts : numpy.ndarray
        Shape (M, k), all counts that the figures tell.
    found : Hidden
        What is held back of the figures.
    """
    if found.region:
        return found
    sums = tree.summed(counts)
    areas = found.areas & bool(sums.any())
    known = ~areas & ~sums.any(axis=1)
    return Hidden(found.municipalities & ~known[tree.area_of], areas, False)


def hidden_places(tree: Tree, clients: Ints) -> Hidden:
    """Return the places that are held back at all dates.

    Parameters
    ----------
    tree : Tree
        The places.
    clients : numpy.ndarray
        Shape (M, T), clients by municipality and date.
    """
    # The next smallest must have enough clients at every date; one that has none at a date cannot help.
    sizes = clients.min(axis=1, initial=np.iinfo(np.int64).max)
    return hidden(tree, Family(clients, few_of_any), sizes)
