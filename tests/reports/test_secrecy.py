"""What a report must not give away: a coach's exact capacity tells of clients with a protected address."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl

from optimiser.quality.measures import measures
from optimiser.reports.facts import ReportFacts
from optimiser.reports.page import report_page
from optimiser.reports.workbook import write_workbook
from tests.reports.pages import Page
from tests.reports.regions import make_facts

COACH = "K0003"
PROTECTED_MINUTES = 45.0


def at_capacity(capacity: float, load: float, before: float) -> ReportFacts:
    """Return the facts with one coach at a capacity, a load before and a load after."""
    facts = make_facts()
    one = pl.col("coach_id") == COACH
    values = {
        "capacity_minutes": capacity,
        "soft_limit_minutes": 1.15 * capacity,
        "limit_minutes": 1.15 * capacity,
        "load_minutes": load,
        "load_before_minutes": before,
    }
    columns = [pl.when(one).then(pl.lit(v)).otherwise(n).alias(n) for n, v in values.items()]
    recount = replace(facts.recount, coaches=facts.recount.coaches.with_columns(*columns))
    return replace(facts, recount=recount, measures=measures(recount))


def all_cells(facts: ReportFacts, folder: Path) -> dict[tuple[str, int, int], object]:
    """Return every cell of the workbook by sheet, row and column."""
    write_workbook(facts, folder / "plan.xlsx")
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    return {(page.title, c.row, c.column): c.value for page in book for row in page.iter_rows() for c in row}


def test_a_protected_client_changes_no_figure_of_the_workbook(tmp_path: Path) -> None:
    """Facts that differ in one protected client of one coach give the same cells where rounding allows."""
    full, less = 7928.53, 7928.53 - PROTECTED_MINUTES
    # 97.9 and 98.4 per cent after, 87.6 and 88.1 before: the same in whole per cent.
    first = all_cells(at_capacity(full, 7928.53 * 0.9785, 7928.53 * 0.8755), tmp_path)
    second = all_cells(at_capacity(less, 7928.53 * 0.9785, 7928.53 * 0.8755), tmp_path)
    assert first == second


def test_a_protected_client_changes_nothing_of_the_coach_on_the_page() -> None:
    """The page shows the same marks and figures of the coach with and without a protected client."""
    shown = []
    for capacity in (7928.53, 7928.53 - PROTECTED_MINUTES):
        root = Page(report_page(at_capacity(capacity, 7928.53 * 0.9785, 7928.53 * 0.8755))).root
        rows = [r.text() for t in root.all("table") for r in t.all("tr") if r.text().startswith(COACH)]
        marks = [
            [c.attributes for c in g.all("circle")] for g in root.all("g") if COACH in g.text()[: len(COACH)]
        ]
        shown.append((rows, marks, root.text()))
    assert shown[0] == shown[1]
    assert len(shown[0][0]) == 1
    assert len(shown[0][1]) >= 1


def test_the_bands_are_true_even_where_a_protected_client_decides() -> None:
    """At a band's edge truth comes first: a coach at 100.4 % is not told as 100 %, whatever takes the minutes."""
    told = [
        at_capacity(capacity, 7928.53 * 0.9985, 7928.53 * 0.9455)
        .coaches()
        .filter(pl.col("coach_id") == COACH)
        for capacity in (7928.53, 7928.53 - PROTECTED_MINUTES)
    ]
    assert [one["after"].item() for one in told] == [1.0, 1.01]
    assert [one["before"].item() for one in told] == [0.94, 0.95]


def test_no_capacity_and_no_limit_in_minutes_is_told(tmp_path: Path) -> None:
    """No cell and no text holds a coach's capacity or limit in minutes, whole or exact."""
    facts = at_capacity(7883.53, 7700.4, 7612.8)
    secret = {round(v, 2) for c in ("capacity_minutes", "limit_minutes") for v in facts.recount.coaches[c]}
    numbers = [v for v in all_cells(facts, tmp_path).values() if isinstance(v, int | float)]
    assert not {round(v, 2) for v in numbers} & secret
    text = report_page(facts).replace("\u202f", "")
    assert not {"7883", "7884", "7883.53", "9066"} & set(re.findall(r"\d+\.?\d*", text))


def test_shares_and_loads_are_stored_rounded(tmp_path: Path) -> None:
    """Cells hold utilisations in whole per cent and loads in whole minutes, not only show them so."""
    write_workbook(make_facts(), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    seen = 0
    for sheet in ("Coaches", "Municipalities", "Moves"):
        for column in book[sheet].iter_cols(values_only=True):
            title = str(column[0])
            digits = {"Load before": 0, "Load after": 0, "Share before": 2, "Share after": 2}.get(title)
            if title.startswith("Mean load") or title in ("Present coach before", "Receiving coach after"):
                digits = 2
            if digits is not None:
                values = [v for v in column[1:] if v is not None]
                assert values == [round(float(str(v)), digits) for v in values]
                seen += 1
    assert seen == 8
