"""Picture of every coach's load before and after: coaches by unit and id, never by load."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from optimiser.reports.bands import BANDS, band_of
from optimiser.reports.names import NOBODY, beside
from optimiser.reports.texts import Texts

WIDTH = 960.0
LEFT = 46.0
PITCH = 8.0
GAP = 16.0
TOP = 30.0
HEIGHT = 132.0
CHARACTER = 6.1
HIGHEST = 1.6
"""Utilisations above it are drawn at the edge, with a mark; the table has the figure."""


@dataclass(frozen=True)
class Dot:
    """One coach: place, heights before and after, band (empty without capacity), and what is read out."""

    x: float
    before: float
    after: float
    style: str
    beyond: bool
    text: str


@dataclass(frozen=True)
class Panel:
    """One unit (or a part of one) in a row."""

    x: float
    width: float
    label: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True)
class Row:
    """One picture: the units side by side that fit the width."""

    number: int
    title: str
    text: str
    ticks: tuple[tuple[float, str, bool], ...]
    panels: tuple[Panel, ...]
    width: float = WIDTH
    height: float = TOP + HEIGHT + 10.0
    left: float = LEFT


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    def y(self, share: float) -> float:
        inside = min(max(share, self.low), self.high)
        return round(TOP + HEIGHT * (self.high - inside) / (self.high - self.low), 1)


def coach_rows(
    coaches: pl.DataFrame, units: dict[str, str], texts: Texts, names: Mapping[str, str] = NOBODY
) -> tuple[Row, ...]:
    """Lay the coaches out in rows of units.

    Parameters
    ----------
    coaches : polars.DataFrame
        coach_id, unit_id, before, after (utilisations as shares), sorted by unit and id.
    units : dict
        Unit id to its name.
    texts : Texts
    names : mapping
        Id of a coach to the name shown beside it.

    Returns
    -------
    tuple of Row
    """
    scale = _scale(coaches)
    shown = [beside(str(coach), names) for coach in coaches["coach_id"]]
    coaches = coaches.with_columns(pl.Series("shown", shown, dtype=pl.String))
    panels = [p for unit in _units(coaches) for p in _unit_panels(unit, units, scale, texts)]
    return tuple(_row(i + 1, row, scale, texts) for i, row in enumerate(_flow(panels)))


def _scale(coaches: pl.DataFrame) -> _Scale:
    shares = pl.concat([coaches["before"], coaches["after"]]).drop_nulls().to_list() or [1.0]
    low = min(0.8, math.floor(min(shares) * 10) / 10)
    high = max(1.2, math.ceil(max(shares) * 10) / 10)
    return _Scale(max(low, 0.0), min(high, HIGHEST))


def _units(coaches: pl.DataFrame) -> list[list[dict[str, object]]]:
    parts = coaches.partition_by("unit_id", maintain_order=True)
    return [part.to_dicts() for part in parts]


def _unit_panels(
    unit: list[dict[str, object]], names: dict[str, str], scale: _Scale, texts: Texts
) -> list[Panel]:
    most = int((WIDTH - LEFT) / PITCH)
    name = names.get(str(unit[0]["unit_id"])) or str(unit[0]["unit_id"])
    panels = []
    for first in range(0, len(unit), most):
        part = unit[first : first + most]
        label = texts.gettext("{unit} (continued)").format(unit=name) if first else name
        dots = tuple(_dot(i, coach, scale, texts) for i, coach in enumerate(part))
        width = max(PITCH * len(part), CHARACTER * len(label))
        panels.append(Panel(0.0, min(width, WIDTH - LEFT), label, dots))
    return panels


def _dot(i: int, coach: dict[str, object], scale: _Scale, texts: Texts) -> Dot:
    if coach["before"] is None or coach["after"] is None:
        idle = texts.gettext("{coach}: no capacity").format(coach=coach["shown"])
        return Dot(PITCH * (i + 0.5), 0.0, 0.0, "", False, idle)
    before, after = float(str(coach["before"])), float(str(coach["after"]))
    text = texts.gettext("{coach}: before {before}, after {after}").format(
        coach=coach["shown"], before=texts.share(before), after=texts.share(after)
    )
    return Dot(
        PITCH * (i + 0.5),
        scale.y(before),
        scale.y(after),
        BANDS[band_of(after)].style,
        max(before, after) > scale.high + 1e-9,
        text,
    )


def _flow(panels: list[Panel]) -> list[list[Panel]]:
    """Set panels side by side until the width is used, then begin a new row."""
    rows: list[list[Panel]] = [[]]
    x = LEFT
    for panel in panels:
        if rows[-1] and x + panel.width > WIDTH:
            rows.append([])
            x = LEFT
        rows[-1].append(Panel(round(x, 1), panel.width, panel.label, panel.dots))
        x += panel.width + GAP
    return [row for row in rows if row]


def _row(number: int, panels: list[Panel], scale: _Scale, texts: Texts) -> Row:
    _ = texts.gettext
    title = _("Load of the coaches before and after: {units}").format(
        units=", ".join(p.label for p in panels)
    )
    text = _("One mark for each of {coaches} coaches; the table below gives every figure.").format(
        coaches=texts.number(sum(len(p.dots) for p in panels))
    )
    return Row(number, title, text, _ticks(scale, texts), tuple(panels))


def _ticks(scale: _Scale, texts: Texts) -> tuple[tuple[float, str, bool], ...]:
    """Lines every 20 %, the full load among them, which is drawn stronger."""
    first, last = math.ceil(scale.low * 5 - 1e-9), math.floor(scale.high * 5 + 1e-9)
    return tuple((scale.y(i / 5), texts.share(i / 5), i == 5) for i in range(first, last + 1))
