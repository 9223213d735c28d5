"""Ids of one width sort as numbers exactly as they sort as text."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.tables.ids import numbered


@given(st.lists(st.from_regex(r"k[0-9]{4}", fullmatch=True), min_size=1, max_size=8))
def test_numbers_keep_the_order(ids: list[str]) -> None:
    """Sorting by the numbers gives the order of the texts."""
    numbers = numbered(pl.Series(ids))
    assert numbers is not None
    assert pl.DataFrame({"id": ids, "n": numbers}).sort("n")["id"].to_list() == sorted(ids)


@pytest.mark.parametrize(
    "ids", [["k1", "k10"], ["ka1", "kb1"], ["k" + "1" * 30, "k" + "2" * 30], ["1a", "1b"]]
)
def test_other_ids_are_left_to_text(ids: list[str]) -> None:
    """Ids of different widths, with letters that differ, or too long, have no numbers."""
    assert numbered(pl.Series(ids)) is None
