"""`optimiser look`: one workbook, half a page, a page, a workbook, and tables to go on with."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from tests.cli.calls import assert_refused, call, files_of
from tests.tables.look_books import ANNA, BERTIL, HEADINGS, ROWS, six, write_book

NAMES = ("Anna", "Virtanen", "Bertil", "Lindholm")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Thirty clients of two named coaches in three municipalities, and a list of coaches."""
    towns = ["Tampere"] * 18 + ["Akaa"] * 9 + ["Nokia"] * 3
    rows = [
        (
            f"a{i:02d}",
            town,
            "fi" if i % 5 else "ar",
            1960 + i,
            f"{i % 28 + 1}.3.2021",
            (ANNA, BERTIL, None)[i % 3],
        )
        for i, town in enumerate(towns)
    ]
    listed = [("Nimi", "Yksikkö"), (ANNA, "Keskus"), (BERTIL, "Reuna")]
    return write_book(tmp_path / "own.xlsx", Asiakkaat=[HEADINGS, *rows], Valmentajat=listed)


def test_the_screen_answers_without_writing_anything(book: Path) -> None:
    """Hours against capacity, bands, advice, assumptions and the way on stand on the screen; no file is made."""
    before = files_of(book.parent)
    called = call("look", book)
    assert called.code == 0, called
    for word in (
        "30 clients",
        "hours a month",
        "above 110 %",
        "below 95 %",
        "What could be done",
        "Assumed",
        "--out",
    ):
        assert word in called.out, word
    assert not called.err
    assert files_of(book.parent) == before


def test_names_are_never_on_the_screen(book: Path, tmp_path: Path) -> None:
    """Names of coaches stand in page and workbook, not on the screen and not in the tables to go on with."""
    out = tmp_path / "look"
    called = call("look", book, "--out", out)
    assert called.code == 0, called
    region = "".join(p.read_text(encoding="utf-8") for p in (out / "region").iterdir())
    for name in NAMES:
        assert name not in called.out + called.err + region
        assert name in (out / "look.html").read_text(encoding="utf-8")
    cells = [c.value for row in openpyxl.load_workbook(out / "look.xlsx")["Coaches"].iter_rows() for c in row]
    assert ANNA in cells and BERTIL in cells


def test_names_are_in_no_error(tmp_path: Path) -> None:
    """A workbook that is refused names rows and columns, never a coach."""
    path = six(tmp_path / "own.xlsx", *ROWS, ("a1", "Nowhere", "fi", "x", "soon", ANNA))
    called = call("look", path, "--out", tmp_path / "look")
    assert_refused(called, tmp_path / "look")
    assert not any(name in called.out + called.err for name in NAMES)


def test_two_coaches_of_one_name_are_refused_without_the_name(tmp_path: Path) -> None:
    """A name that stands twice in the list is told by its line."""
    listed = [("Nimi", "Yksikkö"), (ANNA, "A"), (ANNA, "B")]
    path = write_book(tmp_path / "own.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed)
    called = call("look", path, "--out", tmp_path / "look")
    assert_refused(called, tmp_path / "look")
    assert "line 3" in called.err and "Anna" not in called.err


def test_the_same_workbook_gives_the_same_bytes(book: Path, tmp_path: Path) -> None:
    """Two looks write the same page, workbook and tables."""
    out = tmp_path / "look"
    assert call("look", book, "--out", out).code == 0
    first = files_of(out)
    assert call("look", book, "--out", out).code == 0
    assert files_of(out) == first
    assert {"look.html", "look.xlsx"} <= set(first)


def test_the_tables_go_on_to_a_plan(book: Path, tmp_path: Path) -> None:
    """The folder region is read by allocate, and the plan passes its check."""
    out = tmp_path / "look"
    assert call("look", book, "--out", out).code == 0
    called = call("allocate", out / "region", "--out", out / "plan", "--effort", "quick", "--no-report")
    assert called.code == 0, called
    assert call("check", out / "region", out / "plan").code == 0


def test_the_workbook_has_its_six_sheets(book: Path, tmp_path: Path) -> None:
    """Summary, Coaches, Units, Municipalities, Assumptions, Columns."""
    assert call("look", book, "--out", tmp_path / "look").code == 0
    sheets = openpyxl.load_workbook(tmp_path / "look" / "look.xlsx").sheetnames
    assert sheets == ["Summary", "Coaches", "Units", "Municipalities", "Assumptions", "Columns"]


def test_small_municipalities_are_held_back_everywhere(book: Path, tmp_path: Path) -> None:
    """Nokia with 3 clients, and Akaa as the next smallest, show no figure on screen, page or sheet."""
    called = call("look", book, "--out", tmp_path / "look")
    assert not re.search(r"(Nokia|Akaa) [0-9]", called.out)
    sheet = openpyxl.load_workbook(tmp_path / "look" / "look.xlsx")["Municipalities"]
    rows = {str(row[0].value): [c.value for c in row[1:]] for row in sheet.iter_rows(min_row=2)}
    assert set(rows["Nokia"]) == set(rows["Akaa"]) == {None}
    assert rows["Tampere"][0] == 18
    page = (tmp_path / "look" / "look.html").read_text(encoding="utf-8")
    assert page.count('class="few"') == 8


def test_coaches_stand_by_unit_and_id_never_by_load(book: Path, tmp_path: Path) -> None:
    """The list of coaches is in the order of unit and id."""
    assert call("look", book, "--out", tmp_path / "look").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "look" / "look.xlsx")["Coaches"]
    rows = [(row[0].value, row[1].value) for row in sheet.iter_rows(min_row=2)]
    assert rows == sorted(rows)


def test_another_day_and_policy_count(book: Path, tmp_path: Path) -> None:
    """--date and --policy change the hours and take their assumptions away."""
    path = tmp_path / "policy.yaml"
    path.write_text("capacity:\n  full_time_minutes: 60 min\n", encoding="utf-8")
    called = call("look", book, "--policy", path, "--date", "2022-06-01")
    assert called.code == 0, called
    assert "2 hours: " in called.out
    assert "--date." not in called.out


def test_a_strangers_folder_is_left_alone(book: Path, tmp_path: Path) -> None:
    """A folder that holds other files is not replaced."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x", encoding="utf-8")
    called = call("look", book, "--out", tmp_path / "other")
    assert called.code == 2
    assert files_of(tmp_path / "other") == {"letter.txt": b"x"}


def test_finnish_tables_are_written_on_request(book: Path, tmp_path: Path) -> None:
    """With --finnish the tables to go on with have Finnish headings and can be read again."""
    out = tmp_path / "look"
    assert call("look", book, "--out", out, "--finnish").code == 0
    assert (out / "region" / "clients.csv").read_text(encoding="utf-8-sig").startswith("asiakas;")
    assert (
        call("allocate", out / "region", "--out", out / "plan", "--effort", "quick", "--no-report").code == 0
    )


def test_a_likely_slip_is_named_in_page_and_workbook_alone(tmp_path: Path) -> None:
    """A coach of one client with nearly another's name: the count on the screen, the names beside the tables."""
    rows = [(f"a{i:02d}", "Tampere", "fi", 1985, "1.3.2021", ANNA if i else "Ana Virtanen") for i in range(9)]
    called = call("look", six(tmp_path / "own.xlsx", *rows), "--out", tmp_path / "look")
    assert called.code == 0, called
    screen = " ".join(called.out.split())
    assert "1 coach of one or two clients has a name close to another" in screen and "look.xlsx" in screen
    assert "1 coach who is in no list has fewer than 3 clients" in screen
    assert "Virtanen" not in called.out + called.err
    asked = "Did you mean: V001 Ana Virtanen → V002 Anna Virtanen?"
    assert asked in (tmp_path / "look" / "look.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(tmp_path / "look" / "look.xlsx")["Assumptions"]
    assert any(asked in str(row[0].value) for row in sheet.iter_rows())


def test_names_are_said_to_be_those_of_the_workbook(book: Path, tmp_path: Path) -> None:
    """The sheet of columns does not speak of a file of names that nobody gave."""
    assert call("look", book, "--out", tmp_path / "look").code == 0
    sheet = openpyxl.load_workbook(tmp_path / "look" / "look.xlsx")["Columns"]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert "As in your workbook." in cells
    assert not any("file of coach names" in cell for cell in cells)


def test_a_start_after_today_does_not_move_the_day(tmp_path: Path) -> None:
    """Of sixty starts one of the year 2090 is left out; the day is that of the others."""
    rows = [(f"a{i:02d}", "Tampere", "fi", 1985, "1.3.2021", ANNA) for i in range(60)]
    rows[30] = (*rows[30][:4], "1.3.2090", ANNA)
    called = call("look", six(tmp_path / "own.xlsx", *rows))
    assert called.code == 0, called
    assert "59 clients" in called.out and "a start after today" in called.out
    assert "2021-03-01" in called.out and "2090" not in called.out
