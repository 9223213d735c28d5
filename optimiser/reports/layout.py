"""Values the templates draw: tables, figures, marks. No arithmetic on facts here, one legend for all tables."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.reports.texts import Texts

STAR = "*"
"""Stands for a figure that is held back."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text : str
        What is read.
    band : str
        Style of a load band (`b0` to `b3`), empty for none.
    hidden : bool
        The value is held back because so few people are behind it.
    """

    text: str
    band: str = ""
    hidden: bool = False


@dataclass(frozen=True)
class Heading:
    """Heading of a column; numbers stand to the right."""

    text: str
    number: bool = False


@dataclass(frozen=True)
class PageTable:
    """A table of the page; the first cell of a row is its heading.

    Attributes
    ----------
    caption : str
        What the table shows, in a sentence or a title.
    headings : tuple of Heading
    rows : tuple of tuple of Cell
    folded : str
        Text of the line that unfolds it; empty where it is always open.
    """

    caption: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell, ...], ...]
    folded: str = ""


HELD_BACK = Cell(STAR, hidden=True)
"""A figure that is held back."""


def with_legend(caption: str, rows: tuple[tuple[Cell, ...], ...], texts: Texts) -> str:
    """Return a caption that says what a star stands for, where one is among the rows."""
    if not any(cell.hidden and STAR in cell.text for row in rows for cell in row):
        return caption
    return texts.gettext("{caption} ({star}: held back, few people are behind it)").format(
        caption=caption, star=STAR
    )


def cells(*values: str | Cell) -> tuple[Cell, ...]:
    """Return a row of cells from texts and cells."""
    return tuple(v if isinstance(v, Cell) else Cell(v) for v in values)


def headings(*texts: str) -> tuple[Heading, ...]:
    """Return headings; a text that starts with `#` heads a column of numbers."""
    return tuple(Heading(t.removeprefix("#"), t.startswith("#")) for t in texts)
