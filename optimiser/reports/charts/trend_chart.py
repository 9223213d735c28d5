"""A figure over the months as a line; gaps where a figure is held back or not known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date

from optimiser.reports.charts.frontier_chart import Tick, ticks
from optimiser.reports.texts import Texts

WIDTH, HEIGHT = 470.0, 210.0
LEFT, RIGHT = 56.0, 448.0
TOP, BOTTOM = 22.0, 166.0
LABEL = 62.0
"""Room for a date below the axis."""
COLOURS = ("#0b5a66", "#a8321c")
DASHES = ("", "5 3")
"""Lines are told apart by colour and by dashes."""


@dataclass(frozen=True)
class Line:
    """One line to draw: a name and a value a date, None for a gap."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Mark:
    """A point of a line, with what it says."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class DrawnLine:
    """A line laid out: its pieces between gaps as SVG paths, its points, and its look."""

    name: str
    paths: tuple[str, ...]
    marks: tuple[Mark, ...]
    colour: str
    dash: str


@dataclass(frozen=True)
class TrendChart:
    """The whole picture.

    Attributes
    ----------
    key : str
        For the ids of title and description; one of its own on a page.
    title, text : str
        What it shows, for everybody and for who does not see it.
    lines : tuple of DrawnLine
    values, days : tuple of Tick
        Both axes.
    """

    key: str
    title: str
    text: str
    lines: tuple[DrawnLine, ...]
    values: tuple[Tick, ...]
    days: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = RIGHT
    bottom: float = BOTTOM


def trend_chart(
    key: str,
    title: str,
    dates: Sequence[Date],
    lines: Sequence[Line],
    texts: Texts,
    write: Callable[[float], str],
    scale: tuple[float, float] | None = None,
) -> TrendChart:
    """Lay lines out over dates at their true distances.

    Parameters
    ----------
    key, title : str
        Id and title of the picture.
    dates : sequence of datetime.date
        Rising, at least two.
    lines : sequence of Line
        One or two.
    texts : Texts
    write : callable
        How a value is written.
    scale : (float, float), optional
        Least and most of the axis, the same for pictures that are compared; by default from the values.
    """
    low, high = scale or scale_of(lines)
    first, last = dates[0].toordinal(), dates[-1].toordinal()
    across = [_at(day.toordinal(), (first, last), (LEFT, RIGHT)) for day in dates]

    def drawn(place: int, line: Line) -> DrawnLine:
        points = [
            None if value is None else (x, _at(value, (low, high), (BOTTOM, TOP)))
            for x, value in zip(across, line.values, strict=True)
        ]
        said = [
            f"{line.name} {texts.day(day)}: {write(value)}"
            for day, value in zip(dates, line.values, strict=True)
            if value is not None
        ]
        known = [point for point in points if point is not None]
        marks = tuple(Mark(x, y, text) for (x, y), text in zip(known, said, strict=True))
        return DrawnLine(line.name, _pieces(points), marks, COLOURS[place % 2], DASHES[place % 2])

    return TrendChart(
        key=key,
        title=title,
        text=" ".join(_told(line, dates, texts, write) for line in lines),
        lines=tuple(drawn(place, line) for place, line in enumerate(lines)),
        values=tuple(Tick(_at(v, (low, high), (BOTTOM, TOP)), write(v)) for v in ticks(low, high, 4)),
        days=_day_ticks(dates, across, texts),
    )


def scale_of(lines: Sequence[Line]) -> tuple[float, float]:
    """Return round limits of an axis that hold all values; from 0 where they come near it."""
    values = [value for line in lines for value in line.values if value is not None] or [0.0, 1.0]
    low, high = min(values), max(values)
    if low >= 0 and (high == low or low < 0.6 * high):
        low = 0.0
    room = (high - low) or max(abs(high), 1.0)
    step = 10.0 ** math.floor(math.log10(room)) / 2
    top = math.ceil((high + 0.02 * room) / step) * step
    # Shares end at 100 %: an axis beyond it would promise what cannot be.
    return math.floor(low / step) * step, 1.0 if low < high <= 1.0 < top else top


def _at(value: float, scale: tuple[float, float], place: tuple[float, float]) -> float:
    share = (value - scale[0]) / (scale[1] - scale[0])
    return round(place[0] + share * (place[1] - place[0]), 1)


def _pieces(points: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """Paths through the points between gaps; a single point between gaps has none."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return tuple("M" + "L".join(f"{x} {y}" for x, y in run) for run in runs if len(run) > 1)


def _told(line: Line, dates: Sequence[Date], texts: Texts, write: Callable[[float], str]) -> str:
    """First and last value of a line in words."""
    known = [(day, value) for day, value in zip(dates, line.values, strict=True) if value is not None]
    if not known:
        return texts.gettext("{name}: nothing to show.").format(name=line.name)
    (start, first), (end, last) = known[0], known[-1]
    return texts.gettext("{name}: {first} on {start}, {last} on {end}.").format(
        name=line.name, first=write(first), start=texts.day(start), last=write(last), end=texts.day(end)
    )


def _day_ticks(dates: Sequence[Date], across: Sequence[float], texts: Texts) -> tuple[Tick, ...]:
    """Dates below the axis, from the last back, as many as there is room for."""
    shown: list[Tick] = []
    for day, x in zip(reversed(dates), reversed(across), strict=True):
        if not shown or shown[-1].at - x >= LABEL:
            shown.append(Tick(x, texts.day(day)))
    return tuple(reversed(shown))
