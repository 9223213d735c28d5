"""What is held back of parts of cells whose totals stand on the page in any case."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.quality.suppress import SMALLEST, WIDE, few_of_any, next_smallest_too, parts_held_back

CELLS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 9)), min_size=1, max_size=9)
"""People of each cell, and how many of them at most a figure leaves out."""


def split(cells: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """People whom a figure counts and leaves out, shape (n, 2), and people by cell."""
    sizes = np.array([size for size, _ in cells])
    out = np.minimum([out for _, out in cells], sizes)
    return np.column_stack([sizes - out, out]), sizes


@pytest.mark.parametrize(
    ("out", "sizes", "hidden"),
    [
        ([4, 0, 0], [30, 20, 40], [True, True, False]),
        ([4, 0, 7], [30, 20, 40], [True, True, True]),
        ([0, 9, 0], [30, 20, 40], [False, False, False]),
        ([2, 3, 9], [30, 20, 40], [True, True, True]),
        ([2, 3, 0], [30, 20, 40], [True, True, True]),
    ],
)
def test_those_left_out_are_held_back_by_hand(out: list[int], sizes: list[int], hidden: list[bool]) -> None:
    """The next smallest goes along, and more until five people or all there are cannot be told apart."""
    counts = np.column_stack([np.array(sizes) - out, out])
    assert parts_held_back(counts, np.array(sizes)).tolist() == hidden


def test_a_share_of_very_many_tells_of_nobody() -> None:
    """Three of 1,000 are within the rounding of a whole per cent; a count, or three of 999, are not."""
    for size, shares, hidden in ((WIDE, True, False), (WIDE - 1, True, True), (WIDE, False, True)):
        counts = np.array([[size - 3, 3], [50, 0], [60, 0]])
        assert parts_held_back(counts, counts.sum(axis=1), shares=shares)[0] == hidden


@given(cells=CELLS, coarser=st.lists(st.booleans(), min_size=9, max_size=9))
def test_nothing_few_is_shown_and_nothing_stands_alone(
    cells: list[tuple[int, int]], coarser: list[bool]
) -> None:
    """Counts of 1 to 4 are hidden, no cell alone, and where the base is hidden so is the part."""
    counts, sizes = split(cells)
    forced = np.array(coarser[: len(cells)]) & (len(cells) > 1)
    hidden = parts_held_back(counts, sizes, forced)
    assert not (~hidden & (few_of_any(counts) | forced)).any()
    assert hidden.sum() != 1 or len(cells) == 1
    together, all_there_are = counts[hidden].sum(axis=0), counts.sum(axis=0)
    if hidden.any():
        assert ((together == 0) | (together >= np.minimum(SMALLEST, all_there_are))).all()


@given(cells=CELLS)
def test_pages_that_count_more_hide_no_less(cells: list[tuple[int, int]]) -> None:
    """Where one page tells clients and another what some of them take, the second hides all that the first does."""
    counts, sizes = split(cells)
    keys = [f"k{n}" for n in range(len(cells))]
    first = next_smallest_too(pl.DataFrame({"key": keys, "size": sizes}), "size", "key").to_numpy()
    second = parts_held_back(np.column_stack([sizes, counts[:, 0]]), sizes)
    assert not (first & ~second).any()
