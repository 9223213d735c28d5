"""The pictures of the month's page: the region's figures over the months, and the same of each area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from optimiser.domain.texts import mark
from optimiser.quality.month.figures import Month
from optimiser.reports.charts.trend_chart import Line, TrendChart, scale_of, trend_chart
from optimiser.reports.texts import Texts


@dataclass(frozen=True)
class Trend:
    """One picture: its title and the columns drawn with their names (all marked)."""

    key: str
    title: str
    columns: tuple[tuple[str, str], ...]
    share: bool = False


OF_REGION = (
    Trend("clients", mark("Clients"), (("clients", mark("Clients")),)),
    Trend("flows", mark("Clients who came and left"), (("inflow", mark("Came")), ("outflow", mark("Left")))),
    Trend(
        "hours",
        mark("Load and capacity, hours a month"),
        (("load_hours", mark("Load")), ("capacity_hours", mark("Capacity"))),
    ),
    Trend("first", mark("First meetings on time"), (("first_on_time_share", mark("On time")),), share=True),
    Trend("continuity", mark("Continuity"), (("continuity", mark("Kept their coach")),), share=True),
    Trend(
        "interpreter",
        mark("Interpreter minutes a month"),
        (("interpreter_minutes", mark("Interpreter minutes")),),
    ),
)
OF_AREAS = (
    Trend("utilisation", mark("Utilisation"), (("utilisation", mark("Utilisation")),), share=True),
    Trend("first", mark("First meetings on time"), (("first_on_time_share", mark("On time")),), share=True),
)


@dataclass(frozen=True)
class AreaCharts:
    """The pictures of one figure, an area each, on one scale."""

    title: str
    charts: tuple[TrendChart, ...]


def region_charts(month: Month, texts: Texts) -> tuple[TrendChart, ...]:
    """Return the pictures of the region; none where there is one date or nothing to draw."""
    rows = month.rows.filter(level="region").sort("until")
    found = []
    for trend in OF_REGION if len(month.dates) > 1 else ():
        lines = _lines(rows, trend, texts)
        if _drawable(lines):
            title = texts.gettext(trend.title)
            write = _write(trend, texts)
            found.append(trend_chart(f"region-{trend.key}", title, month.dates, lines, texts, write))
    return tuple(found)


def area_charts(month: Month, texts: Texts) -> tuple[AreaCharts, ...]:
    """Return small pictures of each area, those of one figure on the same scale; none for a single area."""
    rows = month.rows.filter(level="area").sort("area", "until")
    areas = rows["area"].unique(maintain_order=True).to_list()
    found = []
    for trend in OF_AREAS if len(month.dates) > 1 and len(areas) > 1 else ():
        by_area = {area: _lines(rows.filter(area=area), trend, texts) for area in areas}
        drawable = {area: lines for area, lines in by_area.items() if _drawable(lines)}
        scale = scale_of([line for lines in drawable.values() for line in lines])
        charts = tuple(
            trend_chart(
                f"area-{trend.key}-{at}", area, month.dates, lines, texts, _write(trend, texts), scale
            )
            for at, (area, lines) in enumerate(drawable.items())
        )
        if charts:
            found.append(AreaCharts(texts.gettext(trend.title), charts))
    return tuple(found)


def _lines(rows: pl.DataFrame, trend: Trend, texts: Texts) -> list[Line]:
    return [Line(texts.gettext(name), tuple(rows[column].to_list())) for column, name in trend.columns]


def _drawable(lines: list[Line]) -> bool:
    """Whether a line has two values or more."""
    return any(sum(value is not None for value in line.values) > 1 for line in lines)


def _write(trend: Trend, texts: Texts) -> Callable[[float], str]:
    return texts.share if trend.share else texts.number
