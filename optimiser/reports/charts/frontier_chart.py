"""The frontier as a picture: what the plan costs against how many clients move, handovers below."""

from __future__ import annotations

import math
from dataclasses import dataclass

from optimiser.allocation.frontier import Frontier, Point
from optimiser.reports.texts import Texts

WIDTH, LEFT, RIGHT = 960.0, 96.0, 930.0
COST = (24.0, 320.0)
"""Top and bottom of the panel of costs."""
HANDOVER = (372.0, 452.0)
"""Top and bottom of the panel of handovers."""
HEIGHT = 500.0
HOUR = 60.0


@dataclass(frozen=True)
class Mark:
    """One point of the picture."""

    x: float
    cost: float
    bound: float
    handover: float
    knee: bool
    text: str


@dataclass(frozen=True)
class Tick:
    """A line of an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True)
class FrontierChart:
    """The whole picture; paths are of the bound, the cost and the handovers."""

    title: str
    text: str
    marks: tuple[Mark, ...]
    cost_ticks: tuple[Tick, ...]
    handover_ticks: tuple[Tick, ...]
    move_ticks: tuple[Tick, ...]
    names: tuple[str, str, str, str]
    knee: str
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    cost_panel: tuple[float, float] = COST
    handover_panel: tuple[float, float] = HANDOVER

    def path(self, of: str) -> str:
        """The line through the marks of `cost`, `bound` or `handover`, as an SVG path."""
        return "M" + "L".join(f"{m.x} {getattr(m, of)}" for m in self.marks)


def frontier_chart(found: Frontier, texts: Texts) -> FrontierChart:
    """Lay the points out on common scales, in hours a month."""
    _ = texts.gettext
    points = found.points
    most = max(points[-1].moved, 1)
    costs = [p.objective_minutes / HOUR for p in points] + [p.bound_minutes / HOUR for p in points]
    low, high = min(costs), max(costs)
    room = (high - low) or max(abs(high), 1.0)
    bottom, top = max(0.0, low - 0.06 * room), high + 0.04 * room
    handover = max(max(p.handover_minutes for p in points) / HOUR, 1.0)
    knee = found.points[found.knee]

    def mark(place: int, point: Point) -> Mark:
        return Mark(
            x=_at(point.moved, (0.0, float(most)), (LEFT, RIGHT)),
            cost=_at(point.objective_minutes / HOUR, (top, bottom), COST),
            bound=_at(point.bound_minutes / HOUR, (top, bottom), COST),
            handover=_at(point.handover_minutes / HOUR, (handover, 0.0), HANDOVER),
            knee=place == found.knee,
            text=_("{moves} moves: {hours} hours a month").format(
                moves=texts.number(point.moved), hours=texts.number(point.objective_minutes / HOUR)
            ),
        )

    return FrontierChart(
        title=_("What the plan costs against how many clients move"),
        text=_("Each circle is a proven plan; the thin line is what no plan can go below. Hours a month."),
        marks=tuple(mark(i, p) for i, p in enumerate(points)),
        cost_ticks=tuple(Tick(_at(v, (top, bottom), COST), texts.number(v)) for v in ticks(bottom, top)),
        handover_ticks=tuple(
            Tick(_at(v, (handover, 0.0), HANDOVER), texts.number(v)) for v in ticks(0.0, handover, 2)
        ),
        move_ticks=tuple(
            Tick(_at(v, (0.0, float(most)), (LEFT, RIGHT)), texts.number(v)) for v in ticks(0.0, float(most))
        ),
        names=(
            _("all costs, hours a month"),
            _("handovers, hours a month"),
            _("clients who change coach though they could stay"),
            _("bound"),
        ),
        knee=_("{moves} moves").format(moves=texts.number(knee.moved)),
    )


def _at(value: float, scale: tuple[float, float], place: tuple[float, float]) -> float:
    share = (value - scale[0]) / (scale[1] - scale[0])
    return round(place[0] + share * (place[1] - place[0]), 1)


def ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Round values between two numbers, about as many as wanted: steps of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough)
    first = math.ceil(low / step)
    return tuple(step * k for k in range(first, math.floor(high / step + 1e-9) + 1))
