"""`optimiser columns`: the declared tables as Markdown; the README's tables come from here."""

from __future__ import annotations

import difflib

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
from optimiser.domain.moves import MOVES
from optimiser.domain.plan import PLAN, SET_ASIDE
from optimiser.domain.schema import TABLES
from optimiser.workspace.records import LOG_TABLE

WRITTEN = (
    *(PLAN, MOVES, SET_ASIDE, FRONTIER),
    *(NEW_CLIENTS, PROPOSALS, TRIAGED, ELSEWHERE, FORCED),
    *(CALENDAR, TEAMS, MUNICIPALITIES_DONE, TEAM_WEEKS, TEMPORARY_COVER),
    *(COVER, RETURNS, HANDOVERS, BY_MONTH, RECEIVERS, JOINT_MEETINGS, LOG_TABLE),
)
"""Tables besides those of a snapshot: what commands write, and what they read again."""


def columns_text(name: str | None = None) -> str:
    """Return one table, or all that are read or written, as Markdown.

    Raises
    ------
    InputError
        If there is no such table.
    """
    tables = TABLES | {table.name: table for table in WRITTEN}
    if name is None:
        return "\n".join(_table_text(table) for table in tables.values())
    if name not in tables:
        near = difflib.get_close_matches(name, tables, 1)
        advice = f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(tables)}."
        raise InputError([Complaint("optimiser columns", 0, "", name, "there is no such table", advice)])
    return _table_text(tables[name])


def _table_text(table: Table) -> str:
    lines = [
        f"#### {table.name} ({table.fi})",
        "",
        table.description + (" Required." if table.required else ""),
        "",
        "| column | Finnish | type | unit | empty means | description |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _row(column: Column) -> str:
    parts = (column.name, column.fi, _kind(column), column.unit, _empty(column), column.description)
    return f"| {' | '.join(parts)} |"


def _kind(column: Column) -> str:
    """What a value may be: the kind, then the codes or the bounds."""
    kind = KIND_WORDS[column.kind]
    if column.choices:
        return kind + ": " + ", ".join(f"`{choice}`" for choice in column.choices)
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (column.low, column.high))
    if low and high:
        return f"{kind}, {low} to {high}"
    return f"{kind}, {low} or more" if low else kind


def _empty(column: Column) -> str:
    if column.required:
        return "not allowed"
    if column.default is None:
        return ""
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    return f"{column.default:g}" if isinstance(column.default, float) else str(column.default)
