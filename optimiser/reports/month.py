"""The month's end for people: one page, one workbook and the figures as values, all from the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.domain.month import DEFINITIONS, MONTH, OUTFLOW, SATISFACTION
from optimiser.domain.policy import Policy
from optimiser.domain.texts import Message, said
from optimiser.quality.month.definitions import Definition
from optimiser.quality.month.figures import Month
from optimiser.reports import month_tables, month_trends
from optimiser.reports.page import drawn
from optimiser.reports.table_book import write_tables
from optimiser.reports.texts import Texts, texts_in

KEYS = ("level", "area", "municipality")


@dataclass(frozen=True)
class MonthFacts:
    """Everything that is told of the months; small figures are held back already.

    Attributes
    ----------
    month : Month
    policy : Policy
    definitions : tuple of Definition
    survey : polars.DataFrame or None
        Columns of `SATISFACTION`; None where no survey was given.
    notices : tuple of str
        What the readers assumed.
    """

    month: Month
    policy: Policy
    definitions: tuple[Definition, ...]
    survey: pl.DataFrame | None
    notices: tuple[str, ...] = ()


def headlines(facts: MonthFacts) -> list[Message]:
    """Return what managers read first."""
    month = facts.month
    last = month.rows.filter(level="region").sort("until").row(-1, named=True)
    lines = []
    if last["clients"] is not None:
        lines.append(
            said(
                "{day}: {clients:,} clients, {load:,.0f} hours of load a month.",
                day=month.dates[-1],
                clients=last["clients"],
                load=last["load_hours"] or 0.0,
            )
        )
    if last["inflow"] is not None:
        lines.append(
            said(
                "Since {day} {inflow:,} clients came and {outflow:,} left.",
                day=last["since"],
                inflow=last["inflow"],
                outflow=last["outflow"],
            )
        )
    if last["first_on_time_share"] is not None:
        lines.append(
            said(
                "First meetings on time: {share:.0f} per cent of the {due:,} that were due.",
                share=100 * last["first_on_time_share"],
                due=last["first_due"],
            )
        )
    if len(month.dates) == 1:
        lines.append(
            said(
                "There is one snapshot: levels alone; arrivals, departures, first meetings and continuity need two."
            )
        )
    held = month.rows["held_back"].drop_nulls().len()
    if held:
        lines.append(
            said(
                "In {held:,} of {rows:,} rows figures are held back because few people are behind them.",
                held=held,
                rows=month.rows.height,
            )
        )
    return lines


def definition_rows(definitions: Sequence[Definition], texts: Texts) -> pl.DataFrame:
    """Return the definitions as rows of `DEFINITIONS`, in the reader's language."""
    rows = [
        (at, texts.gettext(d.figure), texts.gettext(d.unit), d.in_force, texts.of(d.text))
        for at, d in enumerate(definitions, start=1)
    ]
    schema = {column.name: column.dtype for column in DEFINITIONS.columns}
    return pl.DataFrame(rows, schema=schema, orient="row")


def month_page(facts: MonthFacts, texts: Texts) -> str:
    """Return the page as HTML text; the same facts give the same text."""
    _, month = texts.gettext, facts.month
    region = month_tables.by_month(month, texts)
    areas, municipalities = (month_tables.by_place(month, level, texts) for level in ("area", "municipality"))
    content: dict[str, Any] = {
        "language": texts.language,
        "title": _("The month's end: {region}").format(region=month.region or _("the region")),
        "kicker": _("Facts of {day} · policy “{policy}”").format(
            day=texts.day(month.dates[-1]), policy=facts.policy.name
        ),
        "headlines": [texts.of(line) for line in headlines(facts)],
        "notices": [texts.of(notice) for notice in facts.notices],
        "cards": month_tables.cards(month, texts),
        "trends": month_trends.region_charts(month, texts),
        "area_trends": month_trends.area_charts(month, texts),
        "region": region,
        "areas": areas,
        "municipalities": municipalities,
        "held_back": {
            name: month_tables.held_back_note(tables, texts)
            for name, tables in (("region", region), ("areas", areas), ("municipalities", municipalities))
        },
        "outflow": month_tables.outflow_tables(month, texts),
        "survey": month_tables.survey_table(facts.survey, texts),
        "definitions": month_tables.definition_table(definition_rows(facts.definitions, texts), texts),
        "origin": _("Made from the snapshots {marks}, under the policy {policy}.").format(
            marks=", ".join(mark[:12] for mark in month.fingerprints), policy=facts.policy.fingerprint()[:12]
        ),
    }
    return drawn("month.html.j2", content, texts)


def write_month_page(facts: MonthFacts, path: Path, language: str = "en") -> None:
    """Write the page: one file that needs no network and no script.

    Parameters
    ----------
    facts : MonthFacts
    path : pathlib.Path
    language : str
        Language of the texts.
    """
    path.write_bytes(month_page(facts, texts_in(language)).encode())


def write_month_book(facts: MonthFacts, path: Path, language: str = "en") -> None:
    """Write the workbook: a sheet a level, departures, definitions, satisfaction and what columns mean.

    Parameters
    ----------
    facts : MonthFacts
    path : pathlib.Path
    language : str
        Language of the texts.
    """
    month, texts = facts.month, texts_in(language)
    rows = month_tables.with_families_named(month.rows, texts)
    by_level = {level: rows.filter(level=level) for level in ("region", "area", "municipality")}
    sheets = [
        (said("Region"), MONTH, by_level["region"].drop(KEYS)),
        (said("Areas"), MONTH, by_level["area"].drop("level", "municipality", "name")),
        (said("Municipalities"), MONTH, by_level["municipality"].drop("level")),
        (said("Outflow"), OUTFLOW, month.outflow),
        (said("Definitions"), DEFINITIONS, definition_rows(facts.definitions, texts)),
    ]
    if facts.survey is not None:
        sheets.append((said("Survey"), SATISFACTION, facts.survey))
    title = said("The month's end")
    lines = [*headlines(facts), *facts.notices]
    write_tables(path, title, month.dates[-1], lines, sheets, language=language)


def month_json(facts: MonthFacts, texts: Texts) -> dict[str, Any]:
    """Return the figures as values: what is held back is null and named in `held_back`."""
    month = facts.month
    frames = {"figures": month.rows, "outflow": month.outflow}
    if facts.survey is not None:
        frames["survey"] = facts.survey
    frames["definitions"] = definition_rows(facts.definitions, texts)
    return {
        "region": month.region,
        "dates": [day.isoformat() for day in month.dates],
        "fingerprints": list(month.fingerprints),
        "policy": facts.policy.name,
        "policy_fingerprint": facts.policy.fingerprint(),
        "headlines": [texts.of(line) for line in headlines(facts)],
        "notices": [texts.of(notice) for notice in facts.notices],
    } | {name: _plain(frame) for name, frame in frames.items()}


def _plain(frame: pl.DataFrame) -> list[dict[str, Any]]:
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    return frame.with_columns(pl.col(name).dt.to_string("%Y-%m-%d") for name in dates).to_dicts()
