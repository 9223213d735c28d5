"""Whether clients are served alike: by municipality, age group and language; small cells held back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from optimiser.quality.treatment import HELD
from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import HELD_BACK, STAR, Cell, PageTable, cells, headings, with_legend
from optimiser.reports.texts import DASH, Texts
from optimiser.reports.words import language_names

MEASURES = ("served", "own_language", "utilisation", "kept", "travel_minutes", "interpreter")


def clients_shown(facts: ReportFacts) -> pl.DataFrame:
    """Return municipality and clients, the number null where it is held back."""
    return facts.treatment.municipality.select(
        pl.col("cell").cast(pl.String).alias("municipality"), pl.col("clients").cast(pl.Int64)
    )


def ratio_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return the worst group over the best, measure by measure and dimension by dimension."""
    _ = texts.gettext
    ratios = facts.treatment.ratios
    rows = tuple(
        cells(
            title,
            *(texts.number(ratios[name].get(key), 2) for name in ("municipality", "age_group", "language")),
        )
        for key, title in _measure_names(texts).items()
    )
    heads = headings(_("Measure"), "#" + _("Municipalities"), "#" + _("Age groups"), "#" + _("Languages"))
    return PageTable(
        _(
            "The group worst off against the group best off ({one}: no difference; {dash}: nothing to compare)"
        ).format(one=texts.number(1.0, 2), dash=DASH),
        heads,
        rows,
    )


def treatment_parts(facts: ReportFacts, texts: Texts) -> tuple[PageTable, ...]:
    """Return one table for each way of grouping the clients."""
    _ = texts.gettext
    treatment = facts.treatment
    policy = facts.policy.rules.age_group
    ages = {
        "youth": _("up to {age} years").format(age=policy.youth_until),
        "adult": _("{first} to {last} years").format(first=policy.youth_until + 1, last=policy.adult_until),
        "senior": _("{age} years and over").format(age=policy.adult_until + 1),
    }
    return (
        _table(_("By municipality"), _("Municipality"), treatment.municipality, {}, texts),
        _table(_("By age group"), _("Age group"), treatment.age_group, ages, texts),
        _table(_("By language of service"), _("Language"), treatment.language, _languages(texts), texts),
    )


def _measure_names(texts: Texts) -> dict[str, str]:
    _ = texts.gettext
    return {
        "served": _("Have a coach"),
        "own_language": _("Coach works in their language"),
        "utilisation": _("Load of their coaches"),
        "kept": _("Keep their coach"),
        "travel_minutes": _("Travel minutes a month and client"),
        "interpreter": _("Need an interpreter"),
    }


def _table(caption: str, group: str, frame: pl.DataFrame, names: dict[str, str], texts: Texts) -> PageTable:
    """Return the cells of one dimension; a hidden cell shows its name and nothing else, a held back figure a star."""
    rows = tuple(
        _row(names.get(row["cell"]) or row["name"] or row["cell"], row, texts) for row in frame.to_dicts()
    )
    if frame.height > 1 and frame["hidden"].all():
        each = texts.gettext("Each of the {groups} groups").format(groups=texts.number(frame.height))
        rows = (_row(each, frame.row(0, named=True), texts),)
    titles = ["#" + title for title in _measure_names(texts).values()]
    clients = "#" + texts.gettext("Clients")
    when = texts.gettext("{caption}: before → after").format(caption=caption)
    return PageTable(with_legend(when, rows, texts), headings(group, clients, *titles), rows)


def _row(name: str, row: dict[str, Any], texts: Texts) -> tuple[Cell, ...]:
    if row["hidden"]:
        held = Cell(texts.gettext("held back"), hidden=True)
        return cells(name, held, *(HELD_BACK for _measure in MEASURES))
    figures = [_change(row, measure, texts) for measure in MEASURES]
    return cells(name, texts.number(row["clients"]), *figures)


def _change(row: dict[str, Any], measure: str, texts: Texts) -> Cell:
    """Return a figure before and after, only after where there is no before; stars for what is held back."""
    held = {measure, f"{measure}_before"}.intersection((row[HELD] or "").split())
    write: Callable[[float | None], str] = texts.share
    if measure == "travel_minutes":
        write = _minutes(texts)
    names = [name for name in (f"{measure}_before", measure) if name in row]
    if held.issuperset(names):
        return HELD_BACK
    told = [STAR if name in held else write(row[name]) for name in names]
    if len(told) == 1:
        return Cell(told[0])
    change = texts.gettext("{before} → {after}").format(before=told[0], after=told[1])
    return Cell(change, hidden=bool(held))


def _minutes(texts: Texts) -> Callable[[float | None], str]:
    return lambda value: texts.number(value, 1)


def _languages(texts: Texts) -> dict[str, str]:
    """Return cell to name: languages, and those held together because few speak each."""
    return language_names(texts) | {"other": texts.gettext("all others together")}
