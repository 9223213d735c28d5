"""The one way in which figures of few people are held back.

Cells that stand side by side under a total are held back together: each that tells of few, and as many of the
next smallest as it takes so that no subtraction from the total gives one back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.quality.arrays import Bools, Floats, Ints

SMALLEST = 5
"""Fewest clients that a cell may show."""
WIDE = 1000
"""Fewest people of whom a share in whole per cent tells of nobody: each stands for five and more counts."""


@dataclass(frozen=True)
class Beside:
    """Cells that stand side by side under one total.

    Attributes
    ----------
    few : numpy.ndarray
        Shape (n,), cells that may not be shown.
    size : numpy.ndarray
        Shape (n,); what is added beside a held back cell is the smallest by it, earlier cells first.
    counts : numpy.ndarray
        Shape (n, k), what adds up to the total and could be found by subtraction.
    """

    few: Bools
    size: Ints | Floats
    counts: Ints


def few_of_any(counts: Ints) -> Bools:
    """Cells in which a count, shape (n, k), is 1 to 4; shape (n,)."""
    found: Bools = np.any((counts > 0) & (counts < SMALLEST), axis=1)
    return found


def parts_held_back(
    counts: Ints, sizes: Ints, coarser: Bools | None = None, *, shares: bool = False
) -> Bools:
    """Return where figures of parts of cells are held back, beside totals that are told in any case.

    A figure is held back where it, or what is missing from its base, counts 1 to 4 people, and with it as
    many of the next smallest cells as it takes: what is held back together counts 5 people or, where there
    are not so many in all, all of them.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (n, k), people by cell whom the figures count, and whom they leave out.
    sizes : numpy.ndarray
        Shape (n,), people by cell.
    coarser : numpy.ndarray, optional
        Shape (n,), where the base of these figures is held back, so that they are too.
    shares : bool
        Whether the figures are told as shares in whole per cent alone: those of `WIDE` people and more
        tell of nobody.
    """
    wide = shares & (sizes >= WIDE)
    forced = np.zeros(len(sizes), dtype=np.bool_) if coarser is None else coarser
    few = forced | (few_of_any(counts) & ~wide)
    tied = np.where(wide[:, None], 0, counts)
    hidden, _ = held_back(Beside(few, sizes, tied), partner=not forced.any(), told=True)
    return hidden


def held_back(
    cells: Beside,
    least: int = SMALLEST,
    *,
    zero_will_do: bool = True,
    partner: bool = True,
    told: bool = False,
) -> tuple[Bools, bool]:
    """Return which cells are held back, and whether their total may be shown.

    Of what is held back together each count is at least `least`, so that the total less what is shown
    tells of nobody either.

    Parameters
    ----------
    cells : Beside
        Cells of one total.
    least : int
        Fewest people that a cell may tell of.
    zero_will_do : bool
        Whether what is held back together may hold nobody in one of the counts.
    partner : bool
        Whether a cell that could have been shown must be among them; without, two cells of few will do.
    told : bool
        Whether the totals are told in any case: where they are below `least`, all of it is held back together.

    Returns
    -------
    (numpy.ndarray, bool)
        Shape (n,); and False where even all cells together would give one away.
    """
    hidden = cells.few.copy()
    if not hidden.any():
        return hidden, True
    wanted = np.minimum(least, cells.counts.sum(axis=0)) if told else least
    if not partner and hidden.sum() > 1 and _enough(cells.counts[hidden], wanted, zero_will_do):
        return hidden, True
    order = np.argsort(cells.size, kind="stable")
    for cell in order[~cells.few[order] & (cells.size[order] > 0)]:
        hidden[cell] = True
        if _enough(cells.counts[hidden], wanted, zero_will_do):
            return hidden, True
    alone = np.array_equal(hidden, cells.few)
    return hidden, alone and _among_themselves(cells, least, zero_will_do)


def _among_themselves(cells: Beside, least: int, zero_will_do: bool) -> bool:
    """Whether cells of few hide one another: no sum says that each of them is 1, or each `least - 1`."""
    hidden = cells.few
    sums, number = cells.counts[hidden].sum(axis=0), int(hidden.sum())
    told = np.isin(sums, (number, number * (least - 1)))
    return number > 1 and not told.any() and _enough(cells.counts[hidden], least, zero_will_do)


def _enough(counts: Ints, least: int | Ints, zero_will_do: bool) -> bool:
    sums = counts.sum(axis=0)
    return bool(((sums >= least) | (zero_will_do & (sums == 0))).all())


def next_smallest_too(frame: pl.DataFrame, size: str, key: str, least: int = SMALLEST) -> pl.Series:
    """Return which rows of a table are held back: those of few, and the next smallest beside them.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows that add up to a total.
    size, key : str
        Column of whole numbers, none of them 0; column that orders rows of equal size.
    least : int
        Smallest size that may be shown.

    Returns
    -------
    polars.Series
        Booleans in the order of the rows.
    """
    place = frame.select(key).with_row_index("at").sort(key)["at"].to_numpy()
    sizes = frame[size].to_numpy().astype(np.int64)[place]
    hidden, _ = held_back(Beside(sizes < least, sizes, sizes[:, None]), least)
    found = np.zeros(frame.height, dtype=np.bool_)
    found[place] = hidden
    return pl.Series(found)
