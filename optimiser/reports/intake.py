"""The intake as a workbook: what happened, proposals, who belongs elsewhere, what is to be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from datetime import date as Date
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from optimiser.domain.columns import Column, Table
from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED
from optimiser.reports.sheets import Formats, Kind, Sheet, SheetColumn, add_sheet, make_formats
from optimiser.reports.workbook import OPTIONS

TITLES = {
    "client_id": "Client",
    "coach_id": "Coach",
    "previous_coach_id": "Present coach",
    "rank": "Rank",
    "origin": "Origin",
    "difference_minutes": "Difference, minutes a month",
    "travel_minutes": "Travel, minutes a month",
    "interpreter_minutes": "Interpreter, minutes a month",
    "load_percent": "Coach full after the click, %",
    "first_meeting": "First meeting possible (estimate)",
    "due": "First interview due",
    "late": "Late (estimate)",
    "reason": "Reason",
    "ground": "Ground",
    "paragraph": "Paragraph",
    "where_to": "Where to",
    "decision": "Decision",
    "unknown": "To be looked up",
}
WIDE = ("reason", "ground", "paragraph")


@dataclass(frozen=True)
class IntakeFacts:
    """What the workbook tells.

    Attributes
    ----------
    day : datetime.date
        Day of the intake.
    proposals, triaged, elsewhere, forced : polars.DataFrame
        Columns of the tables `PROPOSALS`, `TRIAGED`, `ELSEWHERE` and `FORCED`.
    told : dict
        The figures of `summary.json`, `intake` among them.
    """

    day: Date
    proposals: pl.DataFrame
    triaged: pl.DataFrame
    elsewhere: pl.DataFrame
    forced: pl.DataFrame
    told: dict[str, Any]


def write_intake_workbook(facts: IntakeFacts, path: Path) -> None:
    """Write the workbook `intake.xlsx`.

    Parameters
    ----------
    facts : IntakeFacts
    path : pathlib.Path
        File to write.
    """
    first = facts.proposals.filter(pl.col("rank") == 1)
    look_up = facts.triaged.filter("unknown")
    sheets = (
        _sheet("Proposals", PROPOSALS, first),
        _sheet("All ranks", PROPOSALS, facts.proposals),
        _sheet("Elsewhere", ELSEWHERE, facts.elsewhere),
        _sheet("To look up", TRIAGED, look_up),
        _sheet("Forced, not of the batch", FORCED, facts.forced),
    )
    with Workbook(str(path), OPTIONS) as book:
        created = datetime.combine(facts.day, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": "Intake", "created": created})
        formats = make_formats(book)
        _summary(book, facts, formats)
        for sheet in sheets:
            add_sheet(book, sheet, formats)


def figures(told: dict[str, Any]) -> list[tuple[str, str | float, str]]:
    """Return (name, value, note) of the figures on the first sheet."""
    found, meetings = told["intake"], told["intake"]["meetings"]
    return [
        ("New clients in the batch", found["batch"], "without those to be assigned by hand"),
        ("Taken in", found["taken_in"], "belong to the target group on this day"),
        ("Taken in, a fact unknown", found["unknown_taken_in"], "see To look up"),
        ("Belong elsewhere", found["elsewhere"], "see Elsewhere, with the paragraph"),
        ("To be assigned by hand", found["by_hand"], "protected address: in no table"),
        ("Without a coach", found["without_a_coach"], "no coach may serve, or none has room"),
        ("Waited before, placed now", found["waiting_placed"], "clients of the snapshot without a coach"),
        ("With the coach of the household", found["households_kept"], ""),
        ("With the coach of before", found["former_coaches_kept"], ""),
        (
            "Forced to change",
            found["forced_not_of_the_batch"],
            "not part of the batch: a rule bars the coach",
        ),
        ("First interviews", meetings["first_meetings"], "of the clients placed"),
        ("Late (estimate)", meetings["late"], "later than the rhythm in force asks"),
        ("Due already", meetings["overdue_already"], "of those late: no extra hours help"),
        ("Least extra hours (estimate)", meetings["least_extra_hours"], "make all the others timely"),
        ("Cost, minutes a month", told["objective_minutes"], "of the whole plan"),
        ("No plan can cost less than", told["bound_minutes"], "proven, while nobody who may stay moves"),
    ]


def _summary(book: Workbook, facts: IntakeFacts, formats: Formats) -> None:
    page = book.add_worksheet("Summary")
    page.set_column(0, 0, 40)
    page.set_column(1, 1, 16)
    page.set_column(2, 2, 60)
    page.set_row(0, 20)
    page.write_string(0, 0, f"Intake of {facts.day.day}.{facts.day.month}.{facts.day.year}", formats.title)
    for row, (name, value, note) in enumerate(figures(facts.told), start=2):
        page.write_string(row, 0, name)
        if isinstance(value, str):
            page.write_string(row, 1, value)
        else:
            page.write_number(row, 1, value, formats.kinds["number" if "hours" in name else "whole"])
        page.write_string(row, 2, note)


def _sheet(name: str, table: Table, frame: pl.DataFrame) -> Sheet:
    """One table as a sheet: dates as day.month.year, yes and no in words."""
    shown = frame.with_columns(
        *(_day(c.name) for c in table.columns if c.kind == "date"),
        *(_answer(c.name) for c in table.columns if c.kind == "flag"),
    )
    return Sheet(name, tuple(_column(c) for c in table.columns), shown)


def _day(name: str) -> pl.Expr:
    return pl.col(name).dt.strftime("%-d.%-m.%Y")


def _answer(name: str) -> pl.Expr:
    return pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no")).alias(name)


def _column(column: Column) -> SheetColumn:
    kinds: dict[str, Kind] = {"integer": "whole", "number": "number"}
    kind: Kind = "wrapped" if column.name in WIDE else kinds.get(column.kind, "text")
    width = 70.0 if column.name in WIDE else 14.0
    return SheetColumn(column.name, TITLES[column.name], column.description, kind, width)
