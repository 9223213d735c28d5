"""Names of coaches: beside the ids on page and workbook where they were given, and nowhere else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.domain.handovers import COVER, HANDOVERS, RETURNS
from optimiser.domain.moves import MOVES
from optimiser.reports.names import beside, coach_columns
from optimiser.reports.page import report_page
from optimiser.reports.table_book import write_tables
from optimiser.reports.workbook import write_workbook
from optimiser.tables.moves_file import read_moves
from tests.reports.pages import Page
from tests.reports.products import full_facts, moves, overload, rows_of

NAMES = {"K0001": "Aino Aalto", "K1": "Aino Aalto", "K2": "Eero Elo"}


def test_a_name_follows_its_id() -> None:
    """An id comes first, and stands alone where there is no name or none was given."""
    assert beside("K1", NAMES) == "K1 Aino Aalto"
    assert beside("K9", NAMES) == "K9"
    assert beside("K1", {}) == "K1"


def test_columns_of_coaches_are_found_in_declared_tables() -> None:
    """Ids of coaches, deputies among them, have names; ids of clients and officials have none."""
    assert coach_columns(COVER) == {"to_coach_id", "from_coach_id"}
    assert coach_columns(MOVES) == {"from_coach_id", "to_coach_id"}


def test_the_page_tells_names_in_tables_and_pictures() -> None:
    """Tables, marks of the picture and moves show the name after the id; the order stays that of the ids."""
    facts = full_facts(overload=overload(), coach_names=NAMES)
    root = Page(report_page(facts)).root
    table = next(t for t in root.all("table") if "Load of each coach" in t.text())
    shown = [row.all("th")[0].text() for row in table.all("tbody")[0].all("tr")]
    assert [text.split(" ")[0] for text in shown] == facts.coaches()["coach_id"].to_list()
    assert shown[facts.coaches()["coach_id"].to_list().index("K0001")] == "K0001 Aino Aalto"
    assert any(t.text().startswith("K0001 Aino Aalto: before") for t in root.all("title"))
    assert "Aino" not in report_page(full_facts(overload=overload()))


def test_the_plan_workbook_has_columns_of_names(tmp_path: Path) -> None:
    """Beside each column of coach ids stands one of names; a coach without a name has an empty cell."""
    facts = full_facts(overload=overload(), moves=moves(), coach_names=NAMES)
    write_workbook(facts, tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert [c.value for c in book["Plan"][1]][1:3] == ["Coach", "Coach: name"]
    named = {(row[0], row[1]) for row in book["Coaches"].iter_rows(min_row=2, max_col=2, values_only=True)}
    assert ("K0001", "Aino Aalto") in named
    assert ("K0002", None) in named
    explained = {row[1] for row in book["Columns"].iter_rows(min_row=2, values_only=True)}
    assert {"Coach: name", "From coach: name", "To coach: name"} <= explained


def test_the_list_of_moves_stays_without_names(tmp_path: Path) -> None:
    """The sheet that is saved as `moves.csv` and read again holds ids alone, for files hold no names."""
    write_workbook(full_facts(moves=moves(), coach_names=NAMES), tmp_path / "plan.xlsx")
    page = openpyxl.load_workbook(tmp_path / "plan.xlsx")["Move list"]
    texts = {str(c.value) for row in page.iter_rows() for c in row}
    assert "K1" in texts
    assert not {t for t in texts if "Aino" in t or "Eero" in t}


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_the_list_of_moves_is_read_again_in_each_language(language: str, tmp_path: Path) -> None:
    """Whatever language the workbook is in, its list of moves can be saved and read as `moves.csv`."""
    write_workbook(full_facts(moves=moves()), tmp_path / "plan.xlsx", language)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    page = next(s for s in book if s.max_column == len(MOVES.columns) and s.data_validations.dataValidation)
    rows = [[c.value for c in row] for row in page.iter_rows()]
    offered = str(page.data_validations.dataValidation[0].formula1).strip('"').split(",")
    rows[1][11], rows[1][13], rows[1][14] = offered[0], "V1", "2022-09-02"
    pl.DataFrame(rows[1:], schema=[str(h) for h in rows[0]], orient="row").write_csv(tmp_path / "moves.csv")
    again = read_moves(tmp_path / "moves.csv")
    assert again["decision"].cast(pl.String).drop_nulls().to_list() == ["accepted"]
    assert again.height == moves().rows.height


def test_books_of_tables_have_names_too(tmp_path: Path) -> None:
    """A workbook of declared tables shows names beside ids, codes as words, and no driver of demand."""
    day = date(2022, 9, 1)
    write_tables(tmp_path / "x.xlsx", "Cover", day, [], [("Cover", COVER, rows_of(COVER))], coach_names=NAMES)
    page = openpyxl.load_workbook(tmp_path / "x.xlsx")["Cover"]
    heads = [c.value for c in page[1]]
    assert heads[heads.index("To coach") + 1] == "To coach: name"
    first = {str(h): c.value for h, c in zip(heads, page[2], strict=True)}
    assert (first["To coach"], first["To coach: name"]) == ("K1", "Aino Aalto")
    assert first["Part"] == "of the leaver"
    assert not {"Language", "Language before", "Interpreter before"} & set(map(str, heads)), (
        "drivers of demand"
    )


def test_books_of_tables_say_codes_and_flags_in_words(tmp_path: Path) -> None:
    """A language stands by its name, a flag as yes or no."""
    day = date(2022, 9, 1)
    tables = [("Handovers", HANDOVERS, rows_of(HANDOVERS)), ("Returns", RETURNS, rows_of(RETURNS))]
    write_tables(tmp_path / "x.xlsx", "Words", day, [], tables)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    handover, back = (
        {str(h.value): c.value for h, c in zip(page[1], page[2], strict=True)}
        for page in (book["Handovers"], book["Returns"])
    )
    assert handover["Language"] == "Finnish"
    assert back["Returns"] == "yes"
