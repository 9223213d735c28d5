"""`optimiser columns`: the declared tables as Markdown; the README's tables come from here."""

from __future__ import annotations

import difflib

from optimiser.domain.columns import KIND_WORDS, Column, Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import PLAN
from optimiser.domain.schema import TABLES


def columns_text(name: str | None = None) -> str:
    """Return one table, or all that are read or written, as Markdown.

    Raises
    ------
    InputError
        If there is no such table.
    """
    tables = TABLES | {PLAN.name: PLAN}
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
    kind = KIND_WORDS[column.kind]
    if column.choices:
        kind += ": " + ", ".join(f"`{choice}`" for choice in column.choices)
    parts = (column.name, column.fi, kind, column.unit, _empty(column), column.description)
    return f"| {' | '.join(parts)} |"


def _empty(column: Column) -> str:
    if column.required:
        return "not allowed"
    if column.default is None:
        return ""
    return {True: "yes", False: "no"}.get(column.default, str(column.default))
