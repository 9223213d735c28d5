"""Sheets of clients that belong together, rows of totals, and what is hidden."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.tables.look_book import Looked, read_book
from tests.tables.look_books import ANNA, BERTIL, HEADINGS, ROWS, sheet_of, write_book

DAY = date(2021, 5, 1)
NOKIA = tuple((f"n{i}", "Nokia", "fi", 1985, f"{i + 1}.3.2021", ANNA) for i in range(3))
OTHERS = tuple((f"m{i}", "Akaa", "fi", 1985, f"{i + 1}.3.2021", BERTIL) for i in range(4))


def looked(path: Path) -> Looked:
    """Read a workbook."""
    return read_book(path, DAY, Policy())


def test_sheets_of_clients_with_the_same_headings_are_joined(tmp_path: Path) -> None:
    """Three sheets whose headings mean the same are one list, though their columns stand otherwise; it is said."""
    swapped = [(row[1], row[0], *row[2:]) for row in OTHERS]
    heads = ("Municipality", "Client ID", "Language", "Birth year", "Start date", "Coach")
    path = write_book(
        tmp_path / "a.xlsx",
        Nokia=[HEADINGS, *NOKIA],
        Tampere=[["Lista"], HEADINGS, *ROWS],
        Muut=[heads, *swapped],
    )
    found = looked(path)
    assert found.snapshot.clients.height == 12
    assert sorted(found.names.values()) == [ANNA, BERTIL]
    assert "3 sheets of clients were joined: Nokia, Tampere, Muut." in map(str, found.notices)
    assert not any("not read" in note for note in found.notices)


def test_one_id_in_two_sheets_is_a_complaint_with_both_places(tmp_path: Path) -> None:
    """Where joined sheets contradict, sheet and line of both rows are told."""
    twice = [*OTHERS, ("n1", "Akaa", "fi", 1999, "5.3.2021", BERTIL)]
    path = write_book(tmp_path / "a.xlsx", Nokia=[HEADINGS, *NOKIA], Muut=[HEADINGS, *twice])
    with pytest.raises(InputError) as caught:
        looked(path)
    places = [(c.file, c.line) for c in caught.value.complaints]
    assert places == [("a.xlsx, Muut", 6), ("a.xlsx, Nokia", 3)]


def test_rows_left_out_of_joined_sheets_are_told_with_their_sheet(tmp_path: Path) -> None:
    """A bad row of the second sheet is told by the name of the sheet and its own line."""
    bad = [*OTHERS, ("m9", "Nowhere", "fi", 1999, "5.3.2021", BERTIL)]
    path = write_book(tmp_path / "a.xlsx", Nokia=[HEADINGS, *NOKIA], Muut=[HEADINGS, *bad])
    assert any("line Muut 6" in a.text for a in looked(path).assumptions)


def test_the_same_clients_at_another_time_are_not_joined(tmp_path: Path) -> None:
    """A sheet of which half the ids stand in the longer one is another month's: unread, and named."""
    path = write_book(
        tmp_path / "a.xlsx", Helmikuu=[HEADINGS, *ROWS[:2], *NOKIA[:2]], Maaliskuu=[HEADINGS, *ROWS]
    )
    found = looked(path)
    assert found.snapshot.clients.height == 5
    assert any("not read: Helmikuu" in note for note in found.notices)


@pytest.mark.parametrize(
    "total",
    [
        ("Yhteensä", 5),
        ("Yhteensä 5 asiakasta",),
        (None, None, None, None, "Yhteensä", 5),
        (5, "Yhteensä", None, None, None, 2),
        ("TOTAL:", None, None, None, None, 2),
    ],
)
def test_rows_of_totals_are_left_out_and_told(tmp_path: Path, total: tuple[object, ...]) -> None:
    """A row of a total in any column, with words after it, is no client, and it is said."""
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS, total]))
    assert found.snapshot.clients.height == 5
    assert "1 row of a total was left out of Asiakkaat." in map(str, found.notices)
    assert not any("cannot be used" in a.text for a in found.assumptions)


def test_a_client_with_a_word_of_totals_stays(tmp_path: Path) -> None:
    """A full row stays, though a remark of it begins like a total."""
    rows = [(*row, "Yhteensä 2 käyntiä" if i == 1 else "") for i, row in enumerate(ROWS)]
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[(*HEADINGS, "huom"), *rows]))
    assert found.snapshot.clients.height == 5
    assert not any("total" in note for note in found.notices)


def test_a_total_of_the_list_of_coaches_is_no_coach(tmp_path: Path) -> None:
    """A sum below the working times is left out."""
    listed = [("valmentaja", "työaika"), (ANNA, 37.5), (BERTIL, 30), ("Yhteensä", 67.5)]
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed))
    assert found.snapshot.coaches["fte"].to_list() == [1.0, 0.8]
    assert any("1 row of a total was left out of Valmentajat" in note for note in found.notices)


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    """Rows hidden by hand or by a filter, and hidden columns that are read, count, and are told with their number."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = sheet_of(book, "Asiakkaat", [HEADINGS, *ROWS])
    sheet.auto_filter.ref = "A1:F6"
    for line in (3, 5):
        sheet.row_dimensions[line].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.column_dimensions["K"].hidden = True
    book.save(tmp_path / "a.xlsx")
    found = looked(tmp_path / "a.xlsx")
    assert found.snapshot.clients.height == 5
    notes = list(map(str, found.notices))
    assert (
        "2 rows of Asiakkaat are hidden, by hand or by a filter; they were counted like the others." in notes
    )
    assert "1 hidden column of Asiakkaat was read like the others." in notes


def test_nothing_hidden_is_not_told(tmp_path: Path) -> None:
    """A workbook without hidden rows says nothing of them."""
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS]))
    assert not any("hidden" in note for note in found.notices)


def test_a_folder_is_told_from_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A folder is refused with the command that reads folders."""
    with pytest.raises(InputError, match="a folder of tables is for optimiser allocate"):
        looked(tmp_path)
    with pytest.raises(InputError, match="there is no such file"):
        looked(tmp_path / "none.xlsx")
