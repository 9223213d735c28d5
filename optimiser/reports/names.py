"""Names of coaches beside their ids: on pages and in workbooks alone, where the names were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.texts import mark
from optimiser.reports.sheets import Sheet, SheetColumn
from optimiser.reports.texts import Texts

COACHES = frozenset({"coach_id", "previous_coach_id", "from_coach_id", "to_coach_id", "now_coach_id"})
"""Columns of the plan's workbook that hold the id of a coach."""
NOBODY: Mapping[str, str] = {}
WIDTH = 24.0
OF_FILE = mark("From the file of coach names.")


def beside(coach_id: str, names: Mapping[str, str]) -> str:
    """Return an id, with the name after it where there is one."""
    name = names.get(coach_id)
    return f"{coach_id} {name}" if name else coach_id


def coach_columns(table: Table) -> frozenset[str]:
    """Return the columns of a declared table that hold the id of one coach."""
    ids = (column.name for column in table.columns if column.kind == "id")
    return frozenset(name for name in ids if name.endswith("coach_id") or name == "deputy_id")


def with_names(
    sheet: Sheet,
    names: Mapping[str, str],
    texts: Texts,
    columns: frozenset[str] = COACHES,
    origin: str = OF_FILE,
) -> Sheet:
    """Return a sheet with a column of names beside each column of ids; the sheet itself without names.

    `origin` says where the names are from, a marked text.
    """
    if not names:
        return sheet
    shown: list[SheetColumn] = []
    added: list[pl.Expr] = []
    for column in sheet.columns:
        shown.append(column)
        if column.name in columns:
            shown.append(_of_names(column, texts, origin))
            known = pl.col(column.name).cast(pl.String).replace_strict(dict(names), default=None)
            added.append(known.cast(pl.String).alias(shown[-1].name))
    return replace(sheet, columns=tuple(shown), frame=sheet.frame.with_columns(added))


def _of_names(column: SheetColumn, texts: Texts, origin: str) -> SheetColumn:
    _ = texts.gettext
    title = _("{heading}: name").format(heading=column.title)
    return SheetColumn(f"{column.name}.name", title, _(origin), width=WIDTH)
