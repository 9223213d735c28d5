"""`optimiser columns`: the declared tables as Markdown; the README's tables come from here."""

from __future__ import annotations

import difflib

from optimiser.domain.aggregates import AGGREGATES
from optimiser.domain.coach_names import COACH_NAMES
from optimiser.domain.columns import KIND_WORDS, Column, Table
from optimiser.domain.contacts import (
    CALENDAR,
    MUNICIPALITIES_DONE,
    TEAM_WEEKS,
    TEAMS,
    TEMPORARY_COVER,
)
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.frontier import FRONTIER
from optimiser.domain.handovers import BY_MONTH, COVER, HANDOVERS, JOINT_MEETINGS, RECEIVERS, RETURNS
from optimiser.domain.intake import ELSEWHERE, FORCED, NEW_CLIENTS, PROPOSALS, TRIAGED
from optimiser.domain.look import LOOK_TABLES
from optimiser.domain.month import DEFINITIONS, MONTH, OUTFLOW, SAMPLE, SATISFACTION, SURVEY
from optimiser.domain.moves import MOVES
from optimiser.domain.plan import PLAN, SET_ASIDE
from optimiser.domain.pseudonyms import DROPPED
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import ENGLISH, Texts, said
from optimiser.domain.update import CHANGES
from optimiser.workspace.records import LOG_TABLE

WRITTEN = (
    *(PLAN, MOVES, SET_ASIDE, FRONTIER),
    *(NEW_CLIENTS, PROPOSALS, TRIAGED, ELSEWHERE, FORCED),
    *(CALENDAR, TEAMS, MUNICIPALITIES_DONE, TEAM_WEEKS, TEMPORARY_COVER),
    *(COVER, RETURNS, HANDOVERS, BY_MONTH, RECEIVERS, JOINT_MEETINGS, LOG_TABLE, AGGREGATES),
    *(DROPPED, COACH_NAMES),
    *CHANGES,
    *(MONTH, OUTFLOW, DEFINITIONS, SURVEY, SATISFACTION, SAMPLE),
    *LOOK_TABLES,
)
"""Tables besides those of a snapshot: what commands write, and what they read again."""


def columns_text(name: str | None = None, texts: Texts = ENGLISH) -> str:
    """Return one table, or all that are read or written, as Markdown.

    Raises
    ------
    InputError
        If there is no such table.
    """
    tables = TABLES | {table.name: table for table in WRITTEN}
    if name is None:
        return "\n".join(_table_text(table, texts) for table in tables.values())
    if name not in tables:
        near = difflib.get_close_matches(name, tables, 1)
        advice = said("Use one of {choices}.", choices=", ".join(tables))
        if near:
            advice = said("Did you mean {near}?", near=near[0])
        problem = said("there is no such table")
        raise InputError([Complaint("optimiser columns", 0, "", name, problem, advice)])
    return _table_text(tables[name], texts)


def _table_text(table: Table, texts: Texts) -> str:
    _ = texts.gettext
    description = _(table.description)
    heads = (_("column"), _("Finnish"), _("type"), _("unit"), _("empty means"), _("description"))
    lines = [
        f"#### {table.name} ({table.fi})",
        "",
        _("{description} Required.").format(description=description) if table.required else description,
        "",
        f"| {' | '.join(heads)} |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(column, texts) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _row(column: Column, texts: Texts) -> str:
    unit = texts.gettext(column.unit) if column.unit else ""
    meaning = texts.gettext(column.description)
    parts = (column.name, column.fi, _kind(column, texts), unit, _empty(column, texts), meaning)
    return f"| {' | '.join(parts)} |"


def _kind(column: Column, texts: Texts) -> str:
    """What a value may be: the kind, then the codes or the bounds."""
    _ = texts.gettext
    kind = _(KIND_WORDS[column.kind])
    if column.choices:
        return kind + ": " + ", ".join(f"`{choice}`" for choice in column.choices)
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (column.low, column.high))
    if low and high:
        return _("{kind}, {low} to {high}").format(kind=kind, low=low, high=high)
    return _("{kind}, {low} or more").format(kind=kind, low=low) if low else kind


def _empty(column: Column, texts: Texts) -> str:
    _ = texts.gettext
    if column.required:
        return _("not allowed")
    if column.default is None:
        return ""
    if isinstance(column.default, bool):
        return _("yes") if column.default else _("no")
    return f"{column.default:g}" if isinstance(column.default, float) else str(column.default)
