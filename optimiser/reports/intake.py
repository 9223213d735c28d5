"""The intake as a workbook: what happened, proposals, who belongs elsewhere, what is to be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED
from optimiser.reports.table_book import write_tables

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
    # The batch first, then those who waited.
    proposals = facts.proposals.sort(pl.col("origin").cast(pl.String), "client_id", "rank")
    tables = (
        ("Proposals", PROPOSALS, proposals.filter(pl.col("rank") == 1)),
        ("All ranks", PROPOSALS, proposals),
        ("Elsewhere", ELSEWHERE, facts.elsewhere),
        ("To look up", TRIAGED, facts.triaged.filter("unknown")),
        ("Forced, not of the batch", FORCED, facts.forced),
    )
    title = f"Intake of {facts.day.day}.{facts.day.month}.{facts.day.year}"
    write_tables(path, title, facts.day, [_line(*f) for f in figures(facts.told)], tables, titles=TITLES)


def _line(name: str, value: str | float, note: str) -> str:
    number = value if isinstance(value, str) else f"{value:,.{1 if 'hours' in name else 0}f}"
    return f"{name}: {number}" + (f" ({note})" if note else "")


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
