"""Satisfaction is told from thirty answers, and never so that a subtraction tells of fewer."""

from __future__ import annotations

from datetime import date as Date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from optimiser.domain.month import SATISFACTION
from optimiser.quality.month.survey import LEAST_ANSWERS, satisfaction

MAY = Date(2024, 5, 1)


def answers(**areas: list[int]) -> pl.DataFrame:
    """Answers to one question in May, by area."""
    rows = [(area, MAY, "helped", grade) for area, grades in areas.items() for grade in grades]
    schema = {"area": pl.String, "month": pl.Date, "question": pl.String, "answer": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_area(found: pl.DataFrame) -> dict[str | None, int | None]:
    """Area (None for the region) to the number of answers told."""
    return dict(found.select("area", "answers").iter_rows())


def test_means_and_shares_by_hand() -> None:
    """Twenty fives and twenty ones are 3 on average; half of the answers are satisfied."""
    found = satisfaction(answers(south=[5] * 20 + [1] * 20, north=[4] * 40))
    assert found.columns == [column.name for column in SATISFACTION.columns]
    told = {row["area"]: (row["answers"], row["mean"], row["satisfied"]) for row in found.to_dicts()}
    assert told == {None: (80, 3.5, 0.75), "south": (40, 3.0, 0.5), "north": (40, 4.0, 1.0)}


def test_one_small_area_takes_the_next_smallest_along() -> None:
    """Ten answers of one area would follow from the others: the next smallest is held back too."""
    found = by_area(satisfaction(answers(a=[3] * 10, b=[3] * 40, c=[3] * 50)))
    assert found == {None: 100, "a": None, "b": None, "c": 50}


def test_small_areas_hide_one_another() -> None:
    """Two areas of twenty are forty together: the region is told, and so is the third area."""
    found = by_area(satisfaction(answers(a=[3] * 20, b=[3] * 20, c=[3] * 50)))
    assert found == {None: 90, "a": None, "b": None, "c": 50}


def test_a_single_small_area_is_not_told_as_the_region() -> None:
    """Where only one area has answers, the region's figure is that area's: thirty are needed."""
    assert by_area(satisfaction(answers(a=[3] * 29))) == {None: None, "a": None}
    assert by_area(satisfaction(answers(a=[3] * 30))) == {None: 30, "a": 30}


@given(counts=st.lists(st.integers(1, 70), min_size=1, max_size=6))
def test_nothing_below_thirty_follows(counts: list[int]) -> None:
    """What is shown has thirty answers, and so has what is left of the region without it."""
    found = by_area(satisfaction(answers(**{f"a{n}": [3] * count for n, count in enumerate(counts)})))
    shown = {area: count for area, count in found.items() if count is not None}
    assert all(count >= LEAST_ANSWERS for count in shown.values())
    hidden = [area for area in found if area is not None and area not in shown]
    if None in shown and hidden:
        left = shown[None] - int(np.sum([count for area, count in shown.items() if area is not None]))
        assert left >= LEAST_ANSWERS
        assert len(hidden) > 1
