"""The tables of the month's page; what is held back is marked, what is not known has a dash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from optimiser.domain.month import FAMILIES, OUTFLOW_REASONS
from optimiser.domain.texts import mark
from optimiser.quality.month.figures import HELD, Month
from optimiser.quality.suppress import SMALLEST
from optimiser.reports.layout import HELD_BACK, STAR, Cell, PageTable, cells, headings, with_legend
from optimiser.reports.texts import DASH, Texts
from optimiser.reports.words import word

ALWAYS_OPEN = 8
"""Rows up to which a table is not folded."""
FAMILY_WORDS = {
    "all": mark("all figures"),
    "load": mark("load"),
    "demand": mark("demand"),
    "capacity": mark("capacity and utilisation"),
    "interpreter": mark("interpreter minutes"),
    "flows": mark("who came and left"),
    "returned": mark("who returned"),
    "first_meetings": mark("first meetings"),
    "first_late": mark("late first meetings"),
    "continuity": mark("continuity and handovers"),
    "stayed": mark("who stayed with a coach"),
    "involuntary": mark("handovers not asked for"),
}
"""What each family of figures is called where it is held back."""


@dataclass(frozen=True)
class Figure:
    """One figure of the tables: its column, its heading (marked), and whether it is a share."""

    name: str
    heading: str
    share: bool = False


CLIENTS = (
    Figure("clients", mark("Clients")),
    Figure("inflow", mark("Came")),
    Figure("returned", mark("Of these returned")),
    Figure("outflow", mark("Left")),
    Figure("first_due", mark("First meetings due")),
    Figure("first_on_time_share", mark("On time"), share=True),
    Figure("continuity", mark("Continuity"), share=True),
    Figure("handovers", mark("Handovers")),
    Figure("involuntary", mark("Not asked for")),
)
HOURS = (
    Figure("demand_hours", mark("Demand, hours")),
    Figure("load_hours", mark("Load, hours")),
    Figure("capacity_hours", mark("Capacity, hours")),
    Figure("utilisation", mark("Utilisation"), share=True),
    Figure("interpreter_minutes", mark("Interpreter minutes")),
)


def with_families_named(rows: pl.DataFrame, texts: Texts) -> pl.DataFrame:
    """Return the rows with the families that are held back in words."""
    known = rows[HELD].drop_nulls().unique()
    named = {
        held: ", ".join(texts.gettext(FAMILY_WORDS[family]) for family in held.split()) for held in known
    }
    return rows.with_columns(pl.col(HELD).replace_strict(named, default=None, return_dtype=pl.String))


def cards(month: Month, texts: Texts) -> list[dict[str, str]]:
    """Return the key figures of the last date: number, name, note."""
    _ = texts.gettext
    last = month.rows.filter(level="region").sort("until").row(-1, named=True)
    wanted = (
        (CLIENTS[0], _("on {day}").format(day=texts.day(month.dates[-1]))),
        (CLIENTS[5], _("first meetings")),
        (CLIENTS[6], _("kept their coach")),
        (HOURS[3], _("load over capacity")),
    )
    return [
        {"number": _told(last, figure, texts).text, "name": _(figure.heading), "note": note}
        for figure, note in wanted
    ]


def by_month(month: Month, texts: Texts) -> tuple[PageTable, ...]:
    """Return the region's figures, a row a snapshot."""
    _ = texts.gettext
    rows = month.rows.filter(level="region").sort("until").to_dicts()

    def day(row: dict[str, Any]) -> str:
        return texts.day(row["until"])

    return (
        _table(_("Clients of the region by month"), _("Day"), day, rows, CLIENTS, texts),
        _table(_("Hours of the region by month"), _("Day"), day, rows, HOURS, texts),
    )


def by_place(month: Month, level: str, texts: Texts) -> tuple[PageTable, ...]:
    """Return the figures of the last date, a row a place in the order of its code or name."""
    _ = texts.gettext
    last = month.rows.filter(pl.col("level") == level, pl.col("until") == month.dates[-1])
    rows, day = last.to_dicts(), texts.day(month.dates[-1])
    head = _("Area") if level == "area" else _("Municipality")

    def name(row: dict[str, Any]) -> str:
        return str(row["name"] or row["municipality"] or row["area"])

    clients = _("Clients in the period that ends on {day}").format(day=day)
    hours = _("Hours a month on {day}").format(day=day)
    return (
        _table(clients, head, name, rows, CLIENTS, texts),
        _table(hours, head, name, rows, HOURS, texts),
    )


def _table(
    caption: str,
    head: str,
    name: Callable[[dict[str, Any]], str],
    rows: Sequence[dict[str, Any]],
    figures: Sequence[Figure],
    texts: Texts,
) -> PageTable:
    _ = texts.gettext
    heads = headings(head, *("#" + _(figure.heading) for figure in figures))
    drawn = tuple(cells(name(row), *(_told(row, figure, texts) for figure in figures)) for row in rows)
    return PageTable(with_legend(caption, drawn, texts), heads, drawn)


def _told(row: dict[str, Any], figure: Figure, texts: Texts) -> Cell:
    """A figure; a star where it is held back, a dash where it is not known."""
    value = row[figure.name]
    if value is not None:
        return Cell(texts.share(value) if figure.share else texts.number(value))
    held = (row[HELD] or "").split()
    if "all" in held or any(figure.name in FAMILIES[family] for family in held):
        return HELD_BACK
    return Cell(DASH)


def held_back_note(tables: Sequence[PageTable], texts: Texts) -> str:
    """Return why there are stars in some tables; empty where there is none."""
    if HELD_BACK not in [cell for table in tables for row in table.rows for cell in row]:
        return ""
    text = texts.gettext(
        "A star ({star}) stands where a figure, or what could be worked out from it, tells of 1 to {most} clients or of a single coach, and beside such a figure where a subtraction would give it away: so large places have stars too. The longer the period between two snapshots, the fewer there are as a rule."
    )
    return text.format(star=STAR, most=SMALLEST - 1)


def outflow_tables(month: Month, texts: Texts) -> tuple[PageTable, ...]:
    """Return departures by reason: of the region by period, and of the areas in the last period."""
    _ = texts.gettext
    region = month.outflow.filter(level="region")
    last = month.outflow.filter(pl.col("level") == "area", pl.col("until") == month.dates[-1])
    found = []
    if region.height:
        days = {row["until"]: texts.day(row["until"]) for row in region.to_dicts()}
        caption = _("Who left the region, by reason and end of the period")
        found.append(_crossed(caption, region, "until", days, texts))
    if last.height:
        areas = {area: area for area in last["area"].unique(maintain_order=True)}
        caption = _("Who left the areas in the period that ends on {day}, by reason").format(
            day=texts.day(month.dates[-1])
        )
        found.append(_crossed(caption, last, "area", areas, texts))
    return tuple(found)


def _crossed(caption: str, rows: pl.DataFrame, by: str, columns: dict[Any, str], texts: Texts) -> PageTable:
    """Reasons against periods or areas; nobody where there is no row."""
    counts = {(row["reason"], row[by]): row["clients"] for row in rows.to_dicts()}
    reasons = [reason for reason in OUTFLOW_REASONS if any(reason == known for known, _by in counts)]
    heads = headings(texts.gettext("Reason"), *("#" + name for name in columns.values()))
    drawn = tuple(
        cells(
            word(reason, texts),
            *(texts.number(counts.get((reason, column), 0)) for column in columns),
        )
        for reason in reasons
    )
    return PageTable(caption, heads, drawn)


def survey_table(survey: pl.DataFrame | None, texts: Texts) -> PageTable | None:
    """Return the satisfaction of each month, question and area; None where no survey was given."""
    if survey is None:
        return None
    _ = texts.gettext
    heads = headings(
        _("Month"), _("Question"), _("Area"), "#" + _("Answers"), "#" + _("Mean"), "#" + _("Satisfied")
    )
    rows = tuple(_answers(row, texts) for row in survey.to_dicts())
    folded = _("Show {rows} rows").format(rows=texts.number(len(rows))) if len(rows) > ALWAYS_OPEN else ""
    return PageTable(_("Satisfaction, grades 1 to 5 (satisfied: grades 4 and 5)"), heads, rows, folded)


def _answers(row: dict[str, Any], texts: Texts) -> tuple[Cell, ...]:
    _ = texts.gettext
    month = _("{month}/{year}").format(month=row["month"].month, year=row["month"].year)
    area = _("Whole region") if row["level"] == "region" else row["area"]
    if row["answers"] is None:
        few = Cell(_("held back"), hidden=True)
        return cells(month, row["question"], area, few, DASH, DASH)
    return cells(
        month,
        row["question"],
        area,
        texts.number(row["answers"]),
        texts.number(row["mean"], 1),
        texts.share(row["satisfied"]),
    )


def definition_table(rows: pl.DataFrame, texts: Texts) -> PageTable:
    """Return the definitions with their numbers and days."""
    _ = texts.gettext
    heads = headings(_("Figure"), _("Unit"), _("In force from"), _("How it is counted"))
    drawn = tuple(
        cells(f"{row['number']}. {row['figure']}", row["unit"], texts.day(row["in_force"]), row["definition"])
        for row in rows.to_dicts()
    )
    return PageTable(_("What each figure means"), heads, drawn)
