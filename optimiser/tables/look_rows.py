"""Rows of clients that cannot be used: a few are left out and told, many stop the reading."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date

import polars as pl

from optimiser.domain.look import Assumption
from optimiser.domain.schema import CLIENTS
from optimiser.domain.texts import said, several
from optimiser.tables.faults import Fault, fault, masked
from optimiser.tables.look_sheets import SHEET_LINES, Headed
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import formed_codes
from optimiser.tables.raw import TableText
from optimiser.tables.validate import date_faults, duplicate_faults

SHARE_LEFT, LEAST_LEFT, MOST_LEFT = 0.05, 10, 0.5
"""Rows that may be left out: this share, or so many where that is more, but never more than half of them."""
LINES_TOLD = 10


@dataclass(frozen=True)
class Usable:
    """The clients that can be used.

    Attributes
    ----------
    text : TableText
        Their cells.
    faults : tuple of Fault
        What stops the reading; empty where the rows with faults were left out.
    assumptions : tuple of Assumption
        What was left out, and what to mend.
    """

    text: TableText
    faults: tuple[Fault, ...]
    assumptions: tuple[Assumption, ...]


def usable(
    text: TableText, faults: list[Fault], days: tuple[Date | None, Date | None], sheets: tuple[Headed, ...]
) -> Usable:
    """Leave the rows out that cannot be read, or say what is wrong with all of them.

    Parameters
    ----------
    text : TableText
        The clients.
    faults : list of Fault
        What is known to be wrong with them.
    days : (datetime.date or None, datetime.date or None)
        The day the workbook holds for, and today; None for not known.
    sheets : tuple of Headed
        Where the rows stand.
    """
    frame, found = parse_table(text)
    known = {f.column: f.rows["line"] for f in faults}
    found = [*faults, *(f.without(known[f.column]) if f.column in known else f for f in found)]
    found += _like_codes(text)
    found += date_faults(frame, days[0], False) if days[0] else _after_today(frame, days[1])
    left = frame.filter(~pl.col("line").is_in(_lines(found).implode()))
    latest = left["registered_on"].max()
    if not days[0] and isinstance(latest, Date):
        found += date_faults(left, latest, True)
    found = [f for f in found if f.rows.height]
    twice, bad = duplicate_faults(CLIENTS, frame), _lines(found)
    most = min(max(LEAST_LEFT, SHARE_LEFT * frame.height), MOST_LEFT * frame.height)
    if twice or len(bad) > most or any(f.stops for f in found):
        return Usable(text, (*found, *twice), ())
    kept = text.frame.filter(~pl.col("line").is_in(bad.implode()))
    told = tuple(_told(text, found, len(bad), frame.height, sheets)) if len(bad) else ()
    return Usable(replace(text, frame=kept), (), told)


def _lines(faults: list[Fault]) -> pl.Series:
    parts = [f.rows["line"] for f in faults]
    return pl.concat(parts).unique().sort() if parts else pl.Series("line", [], dtype=pl.Int32)


def _like_codes(text: TableText) -> list[Fault]:
    """Ids that have the form of an identity code, mistyped perhaps; not shown."""
    if "client_id" not in text.frame.columns:
        return []
    lines = text.frame["line"].filter(formed_codes(text.frame["client_id"]))
    advice = said("Replace it by a pseudonymous id; it is not shown here.")
    return fault(("clients", "client_id"), said("it looks like a personal identity code"), advice, lines)


def _after_today(frame: pl.DataFrame, today: Date | None) -> list[Fault]:
    """Starts that lie ahead, where the day must be taken from the starts."""
    if today is None:
        return []
    rows = frame.filter(pl.col("registered_on") > today)
    advice = said("Correct it, or give the day the workbook holds for: --date.")
    return fault(
        ("clients", "registered_on"), said("a start after today"), advice, rows["line"], rows["registered_on"]
    )


def _told(
    text: TableText, faults: list[Fault], count: int, rows: int, sheets: tuple[Headed, ...]
) -> list[Assumption]:
    """How many rows are left out, and for each kind of fault where they stand and what to mend."""
    whole = several(
        "{count:,} row of {rows:,} cannot be used and is left out of every figure.",
        "{count:,} rows of {rows:,} cannot be used and are left out of every figure.",
        count,
        rows=rows,
    )
    out = [Assumption(whole, said("Mend them as told next, and look again."), count)]
    kinds: dict[tuple[str, str], list[Fault]] = {}
    for f in faults:
        kinds.setdefault((f.column, f.problem), []).append(f)
    for (column, problem), found in kinds.items():
        lines = _lines(found)
        first = [_place(line, sheets) for line in lines.head(LINES_TOLD)]
        told = several(
            "Left out for the column {column} ({problem}): {count:,} row, line {lines}.",
            "Left out for the column {column} ({problem}): {count:,} rows, lines {lines}.",
            len(lines),
            column=masked(text.headings.get(column, column)) or column,
            problem=problem,
            lines=", ".join([*first, "…"] if len(lines) > LINES_TOLD else first),
        )
        advice = {f.words.get(a, a) for f in found for a in f.rows["advice"]}
        remedy = advice.pop() if len(advice) == 1 else said("Correct these cells.")
        out.append(Assumption(told, remedy, len(lines)))
    return out


def _place(line: int, sheets: tuple[Headed, ...]) -> str:
    sheet = sheets[line // SHEET_LINES].grid.shown
    return str(line) if len(sheets) == 1 else f"{sheet} {line % SHEET_LINES}"
