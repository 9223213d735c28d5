"""The picture of the frontier, its ticks, and why the knee is where it is."""

from __future__ import annotations

import pytest

from optimiser.allocation.frontier import Frontier, Point
from optimiser.reports.charts.frontier_chart import frontier_chart, ticks
from optimiser.reports.frontier import frontier_rows, knee_reason
from optimiser.reports.texts import texts_in


def point(budget: int | None, moved: int, objective: float) -> Point:
    """A point that is proven to the minute."""
    return Point(
        budget, moved, 3, 0.0, objective, objective, 0.0, objective - moved, float(moved), 0.0, 5.0, 0.0
    )


FOUND = Frontier((point(0, 0, 6000.0), point(10, 10, 1800.0), point(None, 100, 1200.0)), 1, 500)
STILL = Frontier((point(0, 0, 600.0), point(None, 0, 600.0)), 1, 500)


def test_the_reason_names_the_share_of_the_gain() -> None:
    """7/8 of the gain come with 10 of 100 moves; what a move saves before and after is told."""
    said = knee_reason(FOUND, texts_in())
    assert "88\u202f% of the gain with 10 of the 100 moves" in said
    assert "420 minutes" in said
    assert "beyond it 6.7" in said
    assert "saves nothing" in knee_reason(STILL, texts_in())


def test_rows_mark_one_knee_and_the_shares_of_the_gain() -> None:
    """The table has a row a point, an empty budget for no limit."""
    rows = frontier_rows(FOUND)
    assert rows["budget"].to_list() == [0, 10, None]
    assert rows["gain_share"].to_list() == pytest.approx([0.0, 0.875, 1.0])
    assert rows["knee"].to_list() == [False, True, False]


@pytest.mark.parametrize("found", [FOUND, STILL])
def test_points_stand_inside_the_picture_from_left_to_right(found: Frontier) -> None:
    """Marks keep to their panels, dearer plans stand higher, and one mark is the knee."""
    chart = frontier_chart(found, texts_in())
    xs = [m.x for m in chart.marks]
    assert xs == sorted(xs)
    assert all(chart.left <= m.x <= chart.right for m in chart.marks)
    assert all(chart.cost_panel[0] <= m.cost <= chart.cost_panel[1] for m in chart.marks)
    costs = [m.cost for m in chart.marks]
    assert costs == sorted(costs)
    assert [m.knee for m in chart.marks].count(True) == 1


def test_ticks_are_round_and_inside() -> None:
    """Steps of 1, 2 or 5 times a power of ten."""
    assert ticks(0.0, 100.0) == pytest.approx((0, 20, 40, 60, 80, 100))
    assert ticks(1450.0, 3020.0) == pytest.approx((1500, 2000, 2500, 3000))
    assert ticks(0.0, 1.0, 2) == pytest.approx((0.0, 0.5, 1.0))
