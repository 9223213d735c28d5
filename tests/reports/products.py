"""Every page and every workbook that is written for readers, made of small facts, in any language.

A new page or workbook joins the lists `PAGES` and `BOOKS`: the tests of languages and of accessibility then read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.frontier import Frontier, Point
from optimiser.allocation.overload import Component, Overload, Parts, RuleShare
from optimiser.allocation.steps import MoveList
from optimiser.domain.columns import Column, Table
from optimiser.domain.contacts import MUNICIPALITIES_DONE, TEAM_WEEKS, TEAMS, TEMPORARY_COVER
from optimiser.domain.frontier import FRONTIER
from optimiser.domain.handovers import BY_MONTH, COVER, HANDOVERS, JOINT_MEETINGS, RECEIVERS, RETURNS
from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED
from optimiser.domain.moves import KINDS, MOVES
from optimiser.domain.snapshot import SetAside
from optimiser.domain.texts import mark, said
from optimiser.domain.update import CHANGES
from optimiser.reports.facts import ReportFacts
from optimiser.reports.frontier import frontier_rows, write_frontier_page
from optimiser.reports.intake import IntakeFacts, write_intake_workbook
from optimiser.reports.page import write_report
from optimiser.reports.table_book import write_tables
from optimiser.reports.workbook import write_workbook
from tests.reports import commanded
from tests.reports.regions import make_facts

HOUR = 60.0
DAY = date(2022, 9, 1)
NAMES = {"K0001": "Aino Aalto", "K0002": "Eero Elo", "K1": "Aino Aalto", "K2": "Eero Elo"}
"""Names that the files with names show."""
DATA = ("Xx", "C1", "K1", "K2", "U1")
"""What stands in text columns of the tables made here."""

MESSAGES = (
    "the year {year} is to come",
    "no level of need",
    "The day of the facts was not given.",
    "{steps:,} steps",
)
"""Sentences made here, as lower floors make them."""

Make = Callable[[Path, str], None]
"""Writes a file in a language."""


def full_facts(**changes: Any) -> ReportFacts:
    """Facts with everything a page can show: moves, overload, rows set aside, unserved, notices, names."""
    facts = make_facts(clients=300, coaches=9, unserved=3)
    aside = (
        SetAside("clients.csv", 7, "A000009", said(MESSAGES[0], year=2093)),
        SetAside("clients.csv", 8, "A000010", said(MESSAGES[1]), used=True),
    )
    notices = (said(MESSAGES[2]),)
    snapshot = facts.snapshot.replace(set_aside=aside, notices=notices)
    return replace(facts, snapshot=snapshot, **changes)


def moves() -> MoveList:
    """A move list with a step of each kind."""
    rows = [
        {
            "step": i,
            "kind": kind,
            "client_id": f"C{i}",
            "from_coach_id": None if kind == "placement" else "K1",
            "to_coach_id": "K2",
            "status": "new" if kind == "placement" else "moved",
            "gain_minutes": 12.5 / i,
            "needs": "" if i == 1 else "1",
            "wave": 1,
            "wave_starts": DAY,
            "reason": "Xx",
        }
        for i, kind in enumerate(KINDS, start=1)
    ]
    schema = {c.name: c.dtype for c in MOVES.columns}
    counts = {"steps": len(rows), "waves": 2, "moved": 4, "forced": 0, "new": 1}
    frame = pl.DataFrame([{n: row.get(n) for n in schema} for row in rows], schema=schema)
    return MoveList(frame, counts, 60.0, {})


def overload() -> Overload:
    """Hours above capacity in two groups of coaches, each part of them there."""

    def parts(*hours: float) -> Parts:
        return Parts(*(HOUR * h for h in hours))

    coaches = pl.DataFrame(
        {
            "coach_id": ["K0001", "K0002"],
            "capacity_minutes": [5700.0, 5700.0],
            "load_minutes": [7200.0, 5750.0],
            "least_minutes": [300.0, 0.0],
            "component": [0, 1],
            "excess_minutes": [1500.0, 50.0],
        }
    )
    municipalities = pl.DataFrame(
        {
            "municipality": ["837", "980", "108", "250"],
            "clients": [300, 60, 20, 3],
            "with_coach": [300, 60, 20, 3],
            "excess_minutes": [20000.0, 4000.0, 700.0, 20.0],
        }
    )
    return Overload(
        total=parts(412, 94, 33, 33),
        rules=(RuleShare("municipality", 40 * HOUR, 30 * HOUR), RuleShare("travel", 5 * HOUR, 0.0)),
        components=(
            Component(0, 7, ("837", "980", "604", "536"), False, parts(300, 80, 20, 20)),
            Component(1, 5, ("108",), True, parts(112, 14, 13, 13)),
        ),
        coaches=coaches,
        municipalities=municipalities,
        newcomers=4,
        hopeless=1,
    )


def _frontier() -> Frontier:
    """Three budgets of moves, the second of them the knee."""

    def point(budget: int | None, moved: int, objective: float) -> Point:
        return Point(
            budget, moved, 3, 0.0, objective, objective, 0.0, objective - moved, float(moved), 0.0, 5.0, 0.0
        )

    return Frontier((point(0, 0, 6000.0), point(10, 10, 1800.0), point(None, 100, 1200.0)), 1, 500)


def _report(path: Path, language: str, **changes: Any) -> None:
    write_report(full_facts(**changes), path, language)


def _frontier_page(path: Path, language: str) -> None:
    write_frontier_page(_frontier(), make_facts(60, 3).snapshot, path, language)


def _plan_book(path: Path, language: str) -> None:
    facts = full_facts(moves=moves(), overload=overload(), coach_names=NAMES)
    write_workbook(facts, path, language)


def rows_of(table: Table) -> pl.DataFrame:
    """Rows of a declared table with every code of every column of codes."""
    count = max([2, *(len(c.choices) for c in table.columns)])
    values = {c.name: [_value(c, i) for i in range(count)] for c in table.columns}
    return pl.DataFrame(values, schema={c.name: c.dtype for c in table.columns})


def _value(column: Column, i: int) -> Any:
    if column.choices:
        return column.choices[i % len(column.choices)]
    if column.name == "language":
        return ("fi", "ar")[i % 2]
    if column.name == "municipality":
        return "837"
    if column.kind == "id":
        return ("K1", "K2")[i % 2] if column.name.endswith(("coach_id", "deputy_id")) else "C1"
    return {
        "text": "Xx",
        "code": "Xx",
        "codes": "Xx",
        "levels": "Xx",
        "integer": i + 1,
        "number": 1.5 * i,
        "date": DAY,
        "flag": i % 2 == 0,
    }[column.kind]


@dataclass(frozen=True)
class _Tables:
    """A workbook of declared tables."""

    tables: tuple[Table, ...]

    def __call__(self, path: Path, language: str) -> None:
        names = ("Coaches", "Municipalities", "Moves", "Plan", "Unserved", "Set aside", "Overload")
        sheets = [(name, t, rows_of(t)) for name, t in zip(names, self.tables, strict=False)]
        line = said(MESSAGES[3], steps=1200)
        title = said("Cover of {coach}", coach="K1")
        write_tables(path, title, DAY, [line], sheets, language=language, coach_names=NAMES)


def _intake_book(path: Path, language: str) -> None:
    meetings = {"first_meetings": 3, "late": 1, "overdue_already": 0, "least_extra_hours": 1.5}
    counts = dict.fromkeys(
        (
            *("batch", "taken_in", "unknown_taken_in", "elsewhere", "without_a_coach", "waiting_placed"),
            *("households_kept", "former_coaches_kept", "forced_not_of_the_batch"),
        ),
        3,
    )
    intake = counts | {"by_hand": "fewer than 5", "meetings": meetings}
    told = {"intake": intake, "objective_minutes": 1200.4, "bound_minutes": 1200.0}
    frames = (rows_of(t) for t in (PROPOSALS, TRIAGED, ELSEWHERE, FORCED))
    write_intake_workbook(IntakeFacts(DAY, *frames, told), path, language, NAMES)


def _frontier_book(path: Path, language: str) -> None:
    tables = [(mark("Frontier"), FRONTIER, frontier_rows(_frontier()))]
    write_tables(path, mark("Budgets of moves"), DAY, [], tables, language=language)


PAGES: dict[str, Make] = {
    "report": partial(_report, overload=overload()),
    "report with steps and names": partial(
        _report,
        moves=moves(),
        overload=overload(),
        coach_names=NAMES,
        robustness=full_facts().robustness.clear(),
    ),
    "frontier": _frontier_page,
    **commanded.PAGES,
}
"""Name to what writes the page."""
BOOKS: dict[str, Make] = {
    "plan": _plan_book,
    "intake": _intake_book,
    "frontier": _frontier_book,
    "handovers": _Tables((HANDOVERS, BY_MONTH, RECEIVERS, JOINT_MEETINGS)),
    "cover": _Tables((COVER, RETURNS, TEMPORARY_COVER)),
    "contacts": _Tables((TEAMS, MUNICIPALITIES_DONE, TEAM_WEEKS)),
    "changes": _Tables(CHANGES[:5]),
    "changes of coaches": _Tables(CHANGES[5:]),
    **{f"{name} (command)": make for name, make in commanded.BOOKS.items()},
}
"""Name to what writes the workbook."""
