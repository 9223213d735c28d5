"""What is behind an overload as stacked bars: moving, rules, hiring, and what newcomers bring."""

from __future__ import annotations

from optimiser.allocation.overload.told import Hours
from optimiser.reports.charts.bands_chart import (
    LABEL,
    ROOM_FOR_CHARACTER,
    STEP,
    THICK,
    THIN_BAR,
    WIDTH,
    BandsChart,
    Bar,
    Segment,
    Stack,
)
from optimiser.reports.texts import Texts

STYLES = ("b1", "b2", "b3", "b0")
"""Of moving, rules, hiring and newcomers; told apart by lightness too."""


def overload_parts(texts: Texts) -> tuple[str, ...]:
    """Return the names of the parts in the order of `STYLES`."""
    _ = texts.gettext
    return (_("can be moved away"), _("held by rules"), _("needs more coach time"), _("newcomers bring"))


def overload_chart(lines: list[tuple[str, Hours]], texts: Texts) -> BandsChart:
    """Lay out lines of (label, hours), one bar each, all on one scale of hours."""
    _ = texts.gettext
    longest = max((_all(hours) for _label, hours in lines), default=0)
    stacks = tuple(_stack(i, label, hours, longest, texts) for i, (label, hours) in enumerate(lines))
    return BandsChart(
        "overload",
        _("Hours a month above capacity, and what is behind them"),
        _("One bar each, in hours of coach time a month. The tables give the numbers."),
        stacks,
        STEP * max(len(lines), 1) + 4,
    )


def _all(hours: Hours) -> int:
    return hours.present + hours.newcomers


def _stack(i: int, label: str, hours: Hours, longest: int, texts: Texts) -> Stack:
    y = STEP * i + 2
    if not _all(hours):
        return Stack(y, label, texts.gettext("less than one hour"), ())
    return Stack(y, label, "", (Bar(y + THIN_BAR + 2, THICK, _segments(hours, longest, texts)),))


def _segments(hours: Hours, longest: int, texts: Texts) -> tuple[Segment, ...]:
    amounts = (hours.moving, hours.rules, hours.hiring, hours.newcomers)
    x, found = LABEL, []
    for style, name, amount in zip(STYLES, overload_parts(texts), amounts, strict=True):
        if amount <= 0:
            continue
        width = (WIDTH - LABEL) * amount / longest
        number = texts.number(amount)
        text = texts.gettext("{part}: {hours} hours a month").format(part=name, hours=number)
        shown = number if width > ROOM_FOR_CHARACTER * len(number) else ""
        found.append(Segment(round(x, 1), round(width, 1), style, shown, text))
        x += width
    return tuple(found)
