"""The move list in the workbook and on the page: readable, decidable, and readable again."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.allocation.steps import MoveList
from optimiser.domain.moves import DECISIONS, MOVES
from optimiser.domain.schema import REASON_CODES
from optimiser.reports.moves_sheet import first_steps
from optimiser.reports.page import report_page
from optimiser.reports.texts import texts_in
from optimiser.reports.workbook import write_workbook
from optimiser.tables.moves_file import read_moves
from tests.allocation.test_steps import listed
from tests.allocation.tiny import client, coach, policy, region
from tests.reports.regions import make_facts


@pytest.fixture(scope="module")
def moves() -> MoveList:
    """Two full coaches who swap, and a new client."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K2"), client("C")]
    coaches = [coach("K1", limit_heads=1), coach("K2", limit_heads=1), coach("K3")]
    return listed(region(clients, coaches), policy(), {"A": "K2", "B": "K1", "C": "K3"})


@pytest.fixture(scope="module")
def book(moves: MoveList, tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    """The workbook with the move list, opened again."""
    path = tmp_path_factory.mktemp("book") / "plan.xlsx"
    write_workbook(replace(make_facts(), moves=moves), path)
    return openpyxl.load_workbook(path)


def test_the_sheet_has_every_row_and_empty_decisions(moves: MoveList, book: openpyxl.Workbook) -> None:
    """Each row of the list stands on the sheet, numbers as numbers, the decision left open."""
    rows = list(book["Move list"].iter_rows(min_row=2, values_only=True))
    assert [(r[0], r[1], r[2]) for r in rows] == [
        (1, "placement", "C"),
        (2, "exchange", "A"),
        (2, "exchange", "B"),
    ]
    assert [r[6] for r in rows] == pytest.approx(moves.rows["gain_minutes"].to_list())
    assert {r[-4:] for r in rows} == {(None, None, None, None)}
    explained = {row[0] for row in book["Columns"].iter_rows(min_row=2, values_only=True)}
    assert "Move list" in explained


def test_an_official_chooses_from_lists(book: openpyxl.Workbook) -> None:
    """The cells of decision and reason code offer the codes, and only these, in every row."""
    page = book["Move list"]
    heads = [cell.value for cell in page[1]]
    offered = {}
    for rule in page.data_validations.dataValidation:
        cells = next(iter(rule.sqref.ranges))
        assert (cells.min_row, cells.max_row) == (2, 4)
        offered[heads[cells.min_col - 1]] = tuple(rule.formula1.strip('"').split(","))
    assert offered == {"Decision": DECISIONS, "Reason code": REASON_CODES}


def test_the_sheet_saved_as_csv_is_a_move_list(book: openpyxl.Workbook, tmp_path: Path) -> None:
    """Filled in and saved as CSV under its own headings, the sheet is read as a `moves.csv`."""
    page = book["Move list"]
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    rows[1][11], rows[1][13], rows[1][14] = "accepted", "V1", "2021-09-02"
    with (tmp_path / "moves.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    again = read_moves(tmp_path / "moves.csv")
    assert again["decision"].cast(pl.String).to_list() == ["accepted", None, None]
    assert again["client_id"].to_list() == ["C", "A", "B"]
    assert set(again.columns) >= {c.name for c in MOVES.columns}


def test_without_a_list_there_is_no_sheet(tmp_path: Path) -> None:
    """A plan without its move list has the sheets it always had."""
    write_workbook(make_facts(), tmp_path / "plan.xlsx")
    assert "Move list" not in openpyxl.load_workbook(tmp_path / "plan.xlsx").sheetnames


def test_the_page_shows_the_first_steps(moves: MoveList) -> None:
    """The page's table has whole steps, as many as asked, and none where nobody changes coach."""
    table = first_steps(moves, texts_in(), shown=1)
    assert table is not None
    assert table.caption.startswith("The first 1 of 2 steps")
    assert [[cell.text for cell in row][:5] for row in table.rows] == [["1", "placement", "C", "–", "K3"]]
    assert first_steps(replace(moves, rows=moves.rows.clear()), texts_in()) is None


def test_the_page_shows_the_list_where_there_is_one(moves: MoveList) -> None:
    """With a move list the page tells steps, weeks and the first steps; without one there is no such section."""
    with_list = report_page(replace(make_facts(), moves=moves))
    assert "The move list" in with_list
    assert "is as safe" in with_list
    assert str(moves.rows["client_id"][0]) in with_list
    assert "The move list" not in report_page(make_facts())
