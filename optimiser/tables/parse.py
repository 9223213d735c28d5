"""From the cells of a table to its declared types, defaults filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from optimiser.domain.columns import Column, Kind
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault, fault
from optimiser.tables.parse_codes import parse_codes
from optimiser.tables.parse_values import (
    Cells,
    Parsed,
    parse_date,
    parse_flag,
    parse_id,
    parse_integer,
    parse_number,
    parse_text,
)
from optimiser.tables.raw import TableText

PARSERS: dict[Kind, Callable[[Cells], Parsed]] = {
    "id": parse_id,
    "text": parse_text,
    "code": parse_codes,
    "codes": parse_codes,
    "levels": parse_codes,
    "integer": parse_integer,
    "number": parse_number,
    "date": parse_date,
    "flag": parse_flag,
}

FILLED_WHEN_SET_ASIDE = frozenset({("clients", "need_level"), ("clients", "language")})
"""Where a row set aside is used all the same, with the policy's default."""
ALWAYS_STOPS = frozenset({("clients", "protected_address")})
"""A row that may be of a protected client cannot be listed as set aside."""


def parse_table(text: TableText) -> tuple[pl.DataFrame, list[Fault]]:
    """Return the frame of a table (`Table.schema()`) and what is wrong with its cells.

    Bad and empty cells hold the column's default, or null.
    """
    columns: list[pl.Series] = []
    faults: list[Fault] = []
    for column in text.table.columns:
        if column.name not in text.frame.columns:
            columns.append(_absent(column, text.frame.height))
            continue
        parsed, found = _parse_column(text, column)
        columns.append(parsed)
        faults += found
    return pl.DataFrame([*columns, text.frame["line"].cast(pl.Int32)]), faults


def _absent(column: Column, height: int) -> pl.Series:
    return pl.Series(column.name, [column.default], dtype=column.dtype).new_from_index(0, height)


def _parse_column(text: TableText, column: Column) -> tuple[pl.Series, list[Fault]]:
    place = (text.table.name, column.name)
    cells = Cells(place, column, text.frame[column.name], text.frame["line"])
    if cells.raw.null_count() == len(cells.raw):
        return _absent(column, len(cells.raw)), _required(cells)
    parsed, found = PARSERS[column.kind](cells)
    if column.default is not None and parsed.null_count():
        parsed = parsed.fill_null(column.default)
    found = [*found, *_required(cells)]
    if place in FILLED_WHEN_SET_ASIDE:
        found = [replace(f, stops=False, filled=True) for f in found]
    if place in ALWAYS_STOPS:
        found = [_silent(f) for f in found]
    return parsed.alias(column.name), found


def _required(cells: Cells) -> list[Fault]:
    if not cells.column.required or not cells.raw.null_count():
        return []
    lines = cells.lines.filter(cells.raw.is_null())
    if cells.place == ("coaches", "serves"):
        advice = said("Name the municipalities served, apart by spaces, or * for all.")
        return fault(cells.place, said("the coach serves nothing"), advice, lines)
    advice = said("Fill it in: {meaning}", meaning=said(cells.column.description))
    return fault(cells.place, said("a required cell is empty"), advice, lines)


def _silent(found: Fault) -> Fault:
    """The fault without values, and no row with it may be set aside."""
    return replace(found, rows=found.rows.with_columns(value=pl.lit("")), stops=True, filled=False)
