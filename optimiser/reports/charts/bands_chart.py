"""Stacked bars: how much stands in each load band, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.reports.bands import BANDS, band_names
from optimiser.reports.texts import Texts

WIDTH = 960.0
LABEL = 230.0
THICK = 20.0
THIN_BAR = 8.0
STEP = 40.0
ROOM_FOR_CHARACTER = 9.0


Line = tuple[str, list[float], list[float]]
"""Label, and amounts per band before and after."""


@dataclass(frozen=True)
class Segment:
    """One band in one bar."""

    x: float
    width: float
    style: str
    number: str
    text: str


@dataclass(frozen=True)
class Bar:
    """One bar; thin ones (before) carry no numbers."""

    y: float
    height: float
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Stack:
    """One labelled line of the picture with its bars."""

    y: float
    label: str
    note: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class BandsChart:
    """The whole picture."""

    name: str
    title: str
    text: str
    stacks: tuple[Stack, ...]
    height: float
    width: float = WIDTH
    left: float = LABEL


def bands_chart(
    name: str,
    title: str,
    lines: list[Line],
    texts: Texts,
    whole: bool,
) -> BandsChart:
    """Lay out lines of (label, amounts per band before, after): a thin bar above a thick one.

    Bars are shares of the line's amounts, so that small municipalities can be read; the numbers on
    them are the amounts themselves: numbers where `whole`, else shares.
    """
    stacks = tuple(_stack(i, line, texts, whole) for i, line in enumerate(lines))
    text = texts.gettext("Thin bar: before; thick bar: after. The table gives the numbers.")
    return BandsChart(name, title, text, stacks, STEP * max(len(lines), 1) + 4)


def _stack(i: int, line: Line, texts: Texts, whole: bool) -> Stack:
    _ = texts.gettext
    label, before, after = line
    y = STEP * i + 2
    if not sum(after) and not sum(before):
        return Stack(y, label, _("nothing to show: none, or too few clients"), ())
    thin = Bar(y, THIN_BAR, _segments(before, _("before"), False, texts, whole))
    thick = Bar(y + THIN_BAR + 2, THICK, _segments(after, _("after"), True, texts, whole))
    return Stack(y, label, "", (thin, thick))


def _segments(
    amounts: list[float], when: str, numbered: bool, texts: Texts, whole: bool
) -> tuple[Segment, ...]:
    total, x, found = sum(amounts), LABEL, []
    for band, title, amount in zip(BANDS, band_names(texts), amounts, strict=True):
        if not amount:
            continue
        width = (WIDTH - LABEL) * amount / total
        number = texts.number(amount) if whole else texts.share(amount)
        text = texts.gettext("{band}, {when}: {number}").format(band=title, when=when, number=number)
        shown = number if numbered and width > ROOM_FOR_CHARACTER * len(number) else ""
        found.append(Segment(round(x, 1), round(width, 1), band.style, shown, text))
        x += width
    return tuple(found)
