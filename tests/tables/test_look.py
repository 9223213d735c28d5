"""One workbook as somebody has it becomes a snapshot; whatever is assumed is said."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import CLIENTS
from optimiser.tables.look_book import Looked, read_book
from optimiser.tables.look_grid import DAYS_1900
from optimiser.tables.look_values import understood
from optimiser.tables.municipalities import places
from tests.tables.look_books import ANNA, BERTIL, HEADINGS, ROWS, sheet_of, six, write_book

POLICY = Policy()
NOW = date(2021, 5, 1)


def looked(path: Path, day: date | None = NOW) -> Looked:
    """Read a workbook under the defaults."""
    return read_book(path, day, POLICY)


def refused(path: Path, day: date | None = NOW) -> str:
    """Read a workbook that must be refused; the complaints."""
    with pytest.raises(InputError) as caught:
        looked(path, day)
    return str(caught.value)


def clients(found: Looked) -> list[tuple[object, ...]]:
    """The clients as they were understood."""
    columns = ("client_id", "municipality", "language", "birth_year", "registered_on", "coach_id")
    return found.snapshot.clients.select(columns).rows()


def test_six_columns_are_a_region(tmp_path: Path) -> None:
    """Names, codes, dates and coaches of the plain six columns are understood."""
    found = looked(six(tmp_path / "a.xlsx"))
    assert clients(found) == [
        ("a1", "837", "fi", 1985, date(2021, 3, 1), "V001"),
        ("a2", "837", "fi", 1990, date(2021, 3, 2), "V001"),
        ("a3", "837", "sv", 1970, date(2021, 3, 3), "V002"),
        ("a4", "020", "fi", 2000, date(2021, 3, 4), "V002"),
        ("a5", "020", "ar", 1999, date(2021, 3, 5), None),
    ]
    assert found.names == {"V001": ANNA, "V002": BERTIL}


def test_coaches_are_derived_from_their_clients(tmp_path: Path) -> None:
    """Without a list, office, municipalities served, languages and unit follow from the present clients."""
    coaches = looked(six(tmp_path / "a.xlsx")).snapshot.coaches
    rows = coaches.select("coach_id", "unit_id", "municipality", "serves", "languages", "fte").rows()
    assert rows == [
        ("V001", "m837", "837", "837", "fi", 1.0),
        ("V002", "m020", "020", "020 837", "fi sv", 1.0),
    ]


def test_each_assumption_vanishes_with_what_it_asks_for(tmp_path: Path) -> None:
    """What a remedy names, once added, is no longer assumed."""
    before = {str(a.text) for a in looked(six(tmp_path / "a.xlsx"), None).assumptions}
    wide = [(*row, 3, "phone", "ei", "en:B2", "ei") for row in ROWS]
    more = ("tarvetaso", "asiointitapa", "monialainen", "muut kielet", "turvakielto")
    listed = [
        ("valmentaja", "yksikkö", "toimipaikka", "palvelee", "kielet", "työaika"),
        (ANNA, "Keskus", "Tampere", "Tampere, Akaa", "suomi", "80 %"),
        (BERTIL, "Keskus", "Akaa", "*", "suomi, ruotsi", 1),
    ]
    path = write_book(tmp_path / "b.xlsx", Asiakkaat=[(*HEADINGS, *more), *wide], Valmentajat=listed)
    found = looked(path)
    after = {str(a.text) for a in found.assumptions}
    assert after < before
    assert len(before - after) == 12
    coaches = found.snapshot.coaches.select("unit_id", "municipality", "serves", "languages", "fte")
    assert coaches.rows() == [("Keskus", "837", "020 837", "fi", 0.8), ("Keskus", "020", "*", "fi sv", 1.0)]


@pytest.mark.parametrize(
    "headings",
    [
        ("Client ID", "Municipality", "Language", "Birth year", "Start date", "Coach"),
        ("ASIAKASNUMERO", "Kotikunta", "Äidinkieli", "Synt.vuosi", "Asiakkuus alkanut", "OMA-valmentaja"),
        ("Kundnummer", "Kommun", "Språk", "Födelseår", "Startdatum", "Handledare"),
        ("Asiakas (tunnus)", "kunta_koodi", "Palvelukieli", "syntymävuosi *", "Alku pvm", "Vastuuvalmentaja"),
    ],
)
def test_headings_of_three_languages_are_known(tmp_path: Path, headings: tuple[str, ...]) -> None:
    """Headings are recognised in any case, with signs and in three languages."""
    assert clients(looked(six(tmp_path / "a.xlsx", headings=headings))) == clients(
        looked(six(tmp_path / "b.xlsx"))
    )


def test_the_more_telling_heading_wins(tmp_path: Path) -> None:
    """Of two columns that could be the language, that of service is read and the other is named as unread."""
    rows = [(*row, "thai") for row in ROWS]
    rows = [(r[0], r[1], r[6], r[3], r[4], r[5], r[2]) for r in rows]
    headings = ("id", "kunta", "äidinkieli", "syntymävuosi", "alkupäivä", "valmentaja", "palvelukieli")
    found = looked(six(tmp_path / "a.xlsx", *rows, headings=headings))
    assert [row[2] for row in clients(found)] == ["fi", "fi", "sv", "fi", "ar"]
    assert any("äidinkieli" in note for note in found.notices)


def test_titles_above_the_headings_are_passed_over(tmp_path: Path) -> None:
    """A title, an empty row and a sum below the table do no harm; lines in complaints are those of the sheet."""
    rows = [["Työllisyyspalvelut 2021"], [], HEADINGS, *ROWS, ["Yhteensä", 5]]
    found = looked(write_book(tmp_path / "a.xlsx", Taul1=rows))
    assert found.snapshot.clients.height == 5
    broken = [["Työllisyyspalvelut 2021"], [], HEADINGS, ("a1", "Tampere", "fi", 1985, "soon", ANNA)]
    assert "line 4" in refused(write_book(tmp_path / "b.xlsx", Taul1=broken))


def merged_book(path: Path, cells: str, rows: list[list[object]]) -> Path:
    """A workbook with one sheet in which some cells are merged."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = sheet_of(book, "Asiakkaat", rows)
    for part in cells.split():
        sheet.merge_cells(part)
    book.save(path)
    return path


def test_headings_merged_over_two_rows_are_taken_apart(tmp_path: Path) -> None:
    """A heading merged downwards, and two below one merged across, head the columns that they stand over."""
    top = ["id", "Asuinpaikka", None, "syntymävuosi", "alkupäivä", "valmentaja"]
    low = [None, "kunta", "kieli", None, None, None]
    path = merged_book(tmp_path / "a.xlsx", "A1:A2 B1:C1 D1:D2 E1:E2 F1:F2", [top, low, *map(list, ROWS)])
    assert clients(looked(path)) == clients(looked(six(tmp_path / "b.xlsx")))


def test_a_heading_over_two_full_columns_is_refused(tmp_path: Path) -> None:
    """Where a merged heading could head either of two columns, the cells to unmerge are named."""
    headings = ["id", "kunta", None, "kieli", "syntymävuosi", "alkupäivä", "valmentaja"]
    rows: list[list[object]] = [headings, *([r[0], r[1], "x", *r[2:]] for r in ROWS)]
    told = refused(merged_book(tmp_path / "a.xlsx", "B1:C1", rows))
    assert "B1:C1" in told and "nmerge" in told


def test_a_heading_over_one_full_column_is_understood(tmp_path: Path) -> None:
    """A heading merged over an empty and a full column heads the full one."""
    headings = ["id", "kunta", None, "kieli", "syntymävuosi", "alkupäivä", "valmentaja"]
    rows: list[list[object]] = [headings, *([r[0], None, *r[1:]] for r in ROWS)]
    found = looked(merged_book(tmp_path / "a.xlsx", "B1:C1", rows))
    assert [row[1] for row in clients(found)] == ["837", "837", "837", "020", "020"]


def test_cells_merged_downwards_hold_for_every_row(tmp_path: Path) -> None:
    """A coach's name merged over several clients is the coach of each, and it is said."""
    rows = [list(HEADINGS), *map(list, ROWS)]
    found = looked(merged_book(tmp_path / "a.xlsx", "F2:F4", rows))
    assert [row[5] for row in clients(found)] == ["V001", "V001", "V001", "V002", None]
    assert any("merged" in note for note in found.notices)


def test_cells_merged_across_columns_are_refused(tmp_path: Path) -> None:
    """Cells of a client merged across two columns are named, for nobody can tell what they hold."""
    rows = [list(HEADINGS), *map(list, ROWS)]
    assert "C3:D3" in refused(merged_book(tmp_path / "a.xlsx", "C3:D3", rows))


def test_hidden_sheets_are_named_and_not_read(tmp_path: Path) -> None:
    """A hidden sheet with other clients is not read, and it is said that it is there."""
    book = openpyxl.Workbook()
    sheet_of(book, "Asiakkaat", [HEADINGS, *ROWS])
    hidden = sheet_of(book, "Vanhat", [HEADINGS, *ROWS, ("z9", "Tampere", "fi", 1985, "1.3.2021", ANNA)])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    found = looked(tmp_path / "a.xlsx")
    assert found.snapshot.clients.height == 5
    assert any("Vanhat" in note and "hidden" in note for note in found.notices)


def test_a_hidden_sheet_is_read_where_there_is_no_other(tmp_path: Path) -> None:
    """The only sheet with clients is read although it is hidden, and it is said."""
    book = openpyxl.Workbook()
    sheet_of(book, "Data", [HEADINGS, *ROWS]).sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    found = looked(tmp_path / "a.xlsx")
    assert found.snapshot.clients.height == 5
    assert any("Data" in note and "hidden" in note for note in found.notices)


@pytest.mark.parametrize(
    "value",
    [44256, "44256", "44 256", "1.3.2021", "1.3.21", "2021-03-01", "20210301", datetime(2021, 3, 1, 12, 30)],
)
def test_dates_of_many_forms_are_one_day(tmp_path: Path, value: object) -> None:
    """Serial numbers, text and real dates mean the same day."""
    found = looked(six(tmp_path / "a.xlsx", ("a1", "837", "fi", 1985, value, "K1")))
    assert clients(found)[0][4] == date(2021, 3, 1)


def test_serial_numbers_follow_the_workbooks_calendar(tmp_path: Path) -> None:
    """In a workbook that counts from 1904, a number is a day four years later."""
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.remove(book.worksheets[0])
    sheet_of(book, "Asiakkaat", [HEADINGS, ("a1", "837", "fi", 1985, 42794, "K1")])
    book.save(tmp_path / "a.xlsx")
    assert clients(looked(tmp_path / "a.xlsx"))[0][4] == date(2021, 3, 1)


@pytest.mark.parametrize(
    "value", [1985, "1985", "1 985", "1.985", "1,985", "1985.0", "12.7.1985", datetime(1985, 7, 12)]
)
def test_years_of_birth_of_many_forms_are_one(tmp_path: Path, value: object) -> None:
    """Thousand separators and whole days of birth give the year alone."""
    found = looked(six(tmp_path / "a.xlsx", ("a1", "837", "fi", value, "1.3.2021", "K1")))
    assert clients(found)[0][3] == 1985


@given(st.dates(date(1955, 1, 1), date(2060, 12, 31)))
@settings(max_examples=60)
def test_serial_numbers_come_back_as_the_day(day: date) -> None:
    """For any day, its serial number is read as that day."""
    serial = (day - date(1899, 12, 30)).days
    lines = pl.Series("line", [2], dtype=pl.Int32)
    column = CLIENTS.by_name["registered_on"]
    found = understood(pl.Series([str(serial)]), lines, "clients", column, DAYS_1900)
    assert found.values.to_list() == [day.isoformat()]
    assert found.serials == 1


@given(
    st.sampled_from(places().frame.rows()), st.sampled_from(["name_fi", "name_sv", "code", "short", "both"])
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_every_municipality_is_known_by_all_its_names(row: tuple[str, ...], form: str) -> None:
    """Code with and without zeros, Finnish and Swedish name, and both together mean the municipality."""
    code, fi, sv = row[:3]
    text = {
        "name_fi": fi.upper(),
        "name_sv": sv.lower(),
        "code": code,
        "short": str(int(code)),
        "both": f"{code} {fi}",
    }
    assert places().code_of(text[form]) == code


def test_names_in_another_order_are_one_coach(tmp_path: Path) -> None:
    """`Virtanen, Anna` in the list is the Anna Virtanen of the clients; who is not in the list is added."""
    listed = [("nimi", "yksikkö"), ("Virtanen, Anna", "Keskus"), ("Cecilia Holm", "Keskus")]
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed))
    assert sorted(found.names.values()) == [BERTIL, "Cecilia Holm", "Virtanen, Anna"]
    assert found.snapshot.coaches.height == 3
    assert any("not in the list" in a.text and a.rows == 1 for a in found.assumptions)


def test_names_in_two_columns_are_put_together(tmp_path: Path) -> None:
    """Given and family names in columns of their own make the coach's name."""
    listed = [("Etunimi", "Sukunimi", "Tiimi"), ("Anna", "Virtanen", "T"), ("Bertil", "Lindholm", "T")]
    found = looked(write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed))
    assert found.names == {"V001": ANNA, "V002": BERTIL}


def test_ids_of_coaches_are_kept(tmp_path: Path) -> None:
    """Where ids stand in the column of coaches, they stay, and there are no names."""
    found = looked(six(tmp_path / "a.xlsx", ("a1", "837", "fi", 1985, "1.3.2021", "K-17")))
    assert found.snapshot.coaches["coach_id"].to_list() == ["K-17"]
    assert not found.names


def test_a_word_for_nobody_is_no_coach(tmp_path: Path) -> None:
    """A dash and `ei valmentajaa` mean that the client has no coach."""
    rows = [("a1", "837", "fi", 1985, "1.3.2021", word) for word in ("-", "Ei valmentajaa", ANNA)]
    rows = [(f"a{i}", *row[1:]) for i, row in enumerate(rows)]
    found = looked(six(tmp_path / "a.xlsx", *rows))
    assert [row[5] for row in clients(found)] == [None, None, "V001"]
    assert found.snapshot.coaches.height == 1


def test_the_latest_start_stands_for_the_date(tmp_path: Path) -> None:
    """Without a day the latest start is taken, and --date is advised."""
    found = looked(six(tmp_path / "a.xlsx"), None)
    assert found.snapshot.date == date(2021, 3, 5)
    assert any("--date" in a.remedy for a in found.assumptions)


def test_clients_with_a_protected_address_are_left_apart(tmp_path: Path) -> None:
    """A protected client never enters; the coach's time for the client is counted."""
    rows = [(*row, "kyllä" if row[0] == "a4" else "ei") for row in ROWS]
    found = looked(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, "turvakielto")))
    assert "a4" not in found.snapshot.clients["client_id"].to_list()
    assert found.snapshot.coaches["protected_clients"].to_list() == [0, 1]
    assert found.snapshot.coaches["serves"].cast(pl.String).to_list() == ["837", "837"]


def test_csv_is_read_like_a_sheet(tmp_path: Path) -> None:
    """The same six columns as CSV with semicolons give the same clients."""
    lines = [";".join("" if v is None else str(v) for v in row) for row in (HEADINGS, *ROWS)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert clients(looked(tmp_path / "a.csv")) == clients(looked(six(tmp_path / "b.xlsx")))


@given(st.permutations(range(5)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_rows_makes_no_difference(tmp_path: Path, order: list[int]) -> None:
    """Rows in any order give the same snapshot and the same ids of coaches."""
    usual = looked(six(tmp_path / "a.xlsx"))
    other = looked(six(tmp_path / "b.xlsx", *(ROWS[i] for i in order)))
    assert other.snapshot.fingerprint() == usual.snapshot.fingerprint()
    assert other.names == usual.names


def test_ways_lead_through_municipalities_that_are_not_there(tmp_path: Path) -> None:
    """Municipalities that do not touch are joined by ways through those between them."""
    rows = (
        ("a1", "Helsinki", "fi", 1985, "1.3.2021", "K1"),
        ("a2", "Tampere", "fi", 1985, "1.3.2021", "K1"),
    )
    travel = looked(six(tmp_path / "a.xlsx", *rows)).snapshot.travel
    assert travel.select("from_municipality", "to_municipality").rows() == [("091", "837")]
    assert 120 < travel["minutes"][0] < 240


def test_another_months_clients_are_no_coaches(tmp_path: Path) -> None:
    """Of two sheets with clients the longer is read; the other is named, and not taken for coaches."""
    found = looked(
        write_book(tmp_path / "a.xlsx", Helmikuu=[HEADINGS, *ROWS[:3]], Maaliskuu=[HEADINGS, *ROWS])
    )
    assert found.snapshot.clients.height == 5
    assert found.snapshot.coaches.height == 2
    assert any("Helmikuu" in note for note in found.notices)


def test_further_columns_are_named_as_unread(tmp_path: Path) -> None:
    """A column that means nothing here is left unread, and that is said."""
    rows = [(*row, "x") for row in ROWS]
    found = looked(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, "Lisätieto")))
    assert any("Lisätieto" in note for note in found.notices)


def test_formulas_with_a_value_are_read_and_told(tmp_path: Path) -> None:
    """A formula that Excel has calculated counts with its last value."""
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("Asiakkaat")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["a1", "837", "fi", None, "1.3.2021", "K1"])
        sheet.write_formula(1, 3, "=1900+85", None, 1985)
    found = looked(tmp_path / "a.xlsx")
    assert clients(found)[0][3] == 1985
    assert any("formula" in note for note in found.notices)


def test_a_table_may_begin_anywhere_on_the_sheet(tmp_path: Path) -> None:
    """With two empty columns and three empty rows before it, merged headings are still those of their columns."""
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("Asiakkaat")
        sheet.write_row(3, 2, HEADINGS)
        sheet.merge_range("C4:C5", "id")
        for i, row in enumerate(ROWS):
            sheet.write_row(5 + i, 2, row)
    assert clients(looked(tmp_path / "a.xlsx")) == clients(looked(six(tmp_path / "b.xlsx")))
