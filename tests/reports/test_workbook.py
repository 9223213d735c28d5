"""The workbook, opened again: sheets, order, numbers, and text that stays text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest

from optimiser.domain.snapshot import SetAside
from optimiser.reports import sheets as sheet_limits
from optimiser.reports.facts import ReportFacts
from optimiser.reports.workbook import write_workbook
from tests.reports.regions import make_facts

SHEETS = ["Summary", "Plan", "Coaches", "Municipalities", "Moves", "Unserved", "Set aside", "Columns"]


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    """Return the facts of a small region."""
    return make_facts()


def opened(facts: ReportFacts, folder: Path) -> openpyxl.Workbook:
    """Return the workbook of some facts, written and read again."""
    write_workbook(facts, folder / "plan.xlsx")
    return openpyxl.load_workbook(folder / "plan.xlsx")


def column(book: openpyxl.Workbook, sheet: str, title: str) -> list[object]:
    """Return the values below a heading."""
    page = book[sheet]
    at = [cell.value for cell in page[1]].index(title)
    return [row[at] for row in page.iter_rows(min_row=2, values_only=True)]


def test_sheets_have_headings_and_filters(facts: ReportFacts, tmp_path: Path) -> None:
    """All sheets are there; tables have frozen headings, a filter and no empty heading."""
    book = opened(facts, tmp_path)
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:]:
        assert book[name].freeze_panes == "B2"
        assert book[name].auto_filter.ref
        assert all(cell.value for cell in book[name][1])


def test_plan_has_every_client(facts: ReportFacts, tmp_path: Path) -> None:
    """The sheet Plan has every client once, by id, with demand as a number."""
    book = opened(facts, tmp_path)
    assert column(book, "Plan", "Client") == facts.plan.rows["client_id"].sort().to_list()
    assert column(book, "Plan", "Demand") == facts.plan.rows.sort("client_id")["demand_minutes"].to_list()
    moves = column(book, "Moves", "Status")
    assert moves.count("moved") == facts.counts()["moved"]
    assert moves.count("forced") == facts.counts()["forced"]
    assert len(column(book, "Unserved", "Client")) == 3


def test_coaches_by_unit_and_id(facts: ReportFacts, tmp_path: Path) -> None:
    """Coaches stand by unit and id with utilisations as numbers, coloured by band."""
    book = opened(facts, tmp_path)
    pairs = list(zip(column(book, "Coaches", "Unit"), column(book, "Coaches", "Coach"), strict=True))
    assert pairs == sorted(pairs)
    assert column(book, "Coaches", "Share after") == pytest.approx(facts.coaches()["after"].to_list())
    rules = [r for rs in book["Coaches"].conditional_formatting for r in rs.rules]
    colours = {r.dxf.fill.bgColor.rgb for r in rules if r.dxf is not None}
    assert len(colours) == 4


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://x.y", "007"])
def test_text_stays_text(facts: ReportFacts, tmp_path: Path, text: str) -> None:
    """Text that looks like a formula, a link or a number is written as text."""
    rows = facts.plan.rows.with_columns(pl.lit(text).alias("reason"), pl.lit(text).alias("repair"))
    aside = (SetAside(text, 3, text, text),)
    snapshot = facts.snapshot.replace(set_aside=aside, notices=(text,))
    book = opened(replace(facts, snapshot=snapshot, plan=replace(facts.plan, rows=rows)), tmp_path)
    cells = [c for page in book for row in page.iter_rows() for c in row if c.value == text]
    assert len(cells) >= 400
    assert {c.data_type for c in cells} == {"s"}
    assert all(c.hyperlink is None for c in cells)


def test_no_driver_of_a_client(facts: ReportFacts, tmp_path: Path) -> None:
    """No sheet tells a client's home, age, language or need; no sheet names a protected address."""
    book = opened(replace(facts, snapshot=facts.snapshot.replace(protected_total=4)), tmp_path)
    for name in ("Plan", "Moves", "Unserved"):
        titles = " ".join(str(cell.value).lower() for cell in book[name][1])
        assert not any(word in titles for word in ("municipality", "age", "language", "need", "birth"))
    texts = [str(c.value) for page in book for row in page.iter_rows() for c in row if c.value]
    assert not any("protected" in t for t in texts)


def test_same_facts_same_bytes(facts: ReportFacts, tmp_path: Path) -> None:
    """Shuffled rows give the same workbook, part by part."""
    write_workbook(facts, tmp_path / "a.xlsx")
    plan = replace(facts.plan, rows=facts.plan.rows.sample(fraction=1, shuffle=True, seed=3))
    write_workbook(replace(facts, plan=plan), tmp_path / "b.xlsx")
    with ZipFile(tmp_path / "a.xlsx") as a, ZipFile(tmp_path / "b.xlsx") as b:
        assert a.namelist() == b.namelist()
        assert all(a.read(name) == b.read(name) for name in a.namelist())


def test_empty_region_has_a_workbook(tmp_path: Path) -> None:
    """Without clients, coaches, moves and unserved every sheet still has its headings."""
    book = opened(make_facts(clients=0, coaches=0, unserved=0), tmp_path)
    assert book.sheetnames == SHEETS
    assert book["Plan"].max_row == 1


def test_long_plan_goes_on_in_a_second_sheet(
    facts: ReportFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan longer than a sheet goes on in the next, and none of its rows is lost."""
    monkeypatch.setattr(sheet_limits, "MOST_ROWS", 150)
    book = opened(facts, tmp_path)
    parts = [name for name in book.sheetnames if name.startswith("Plan")]
    assert parts == ["Plan", "Plan 2", "Plan 3"]
    clients = [c for name in parts for c in column(book, name, "Client")]
    assert clients == facts.plan.rows["client_id"].sort().to_list()


def test_overlong_text_is_shortened(facts: ReportFacts, tmp_path: Path) -> None:
    """Text longer than a cell can hold is shortened instead of lost."""
    rows = facts.plan.rows.with_columns(pl.lit("x" * 40_000).alias("barred_by"))
    book = opened(replace(facts, plan=replace(facts.plan, rows=rows)), tmp_path)
    assert {len(str(t)) for t in column(book, "Unserved", "What bars the coaches")} == {32_000}


def test_clients_of_municipalities_are_numbers(facts: ReportFacts, tmp_path: Path) -> None:
    """Clients of municipalities are numbers that sort and sum; those held back stay a word."""
    values = column(opened(facts, tmp_path), "Municipalities", "Clients")
    shown = facts.treatment.municipality["clients"].drop_nulls().to_list()
    assert sorted(v for v in values if isinstance(v, int)) == sorted(shown)
    assert len(shown) >= 5
    assert {v for v in values if not isinstance(v, int)} == {"held back"}


def test_summary_begins_with_short_lines(facts: ReportFacts, tmp_path: Path) -> None:
    """The headline stands on the first sheet clause by clause, each in a line of its own."""
    page = opened(facts, tmp_path)["Summary"]
    lines = [str(page.cell(row, 1).value) for row in range(1, 6)]
    assert lines[0] == "397 of 400 clients have a coach."
    assert lines[1] == "3 are without a coach."
    assert lines[-1].startswith("Proven within 0.017")
    assert max(len(line) for line in lines) < 125
