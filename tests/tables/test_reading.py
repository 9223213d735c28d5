"""The same region reads the same, however it is written."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from optimiser.domain.errors import InputError
from optimiser.domain.schema import TABLES as DECLARED
from optimiser.tables.headings import known_headings, plain
from optimiser.tables.read import read_snapshot
from tests.tables.region import TABLES, changed, write_region


def test_frames_are_exactly_as_declared(tmp_path: Path) -> None:
    """Every frame has the declared columns and types, rows sorted by key, and the source line."""
    snapshot = read_snapshot(write_region(tmp_path))
    for name, frame in snapshot.frames().items():
        assert dict(frame.schema) == DECLARED[name].schema()
    assert snapshot.clients["client_id"].to_list() == ["k1", "k2", "k3", "k4"]
    assert snapshot.clients["line"].to_list() == [2, 3, 4, 5]
    assert snapshot.clients["other_languages"].to_list() == ["en:B1 sv:A2", None, None, None]
    assert snapshot.coaches["serves"].to_list() == ["020 837", "020", "*"]
    assert snapshot.clients["involuntary_changes"].to_list() == [0, 0, 0, 0]
    assert (snapshot.date, snapshot.region, snapshot.source) == (date(2024, 3, 4), "Pikkala", "hand")
    assert snapshot.notices == ()


def test_shuffled_rows_and_columns_give_the_same_facts(tmp_path: Path) -> None:
    """The order of rows and columns in the files changes nothing but the lines."""
    head, *rows = TABLES["clients"].splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    swapped = "\n".join(",".join(reversed(line.split(","))) for line in TABLES["coaches"].splitlines())
    plainly = read_snapshot(write_region(tmp_path / "a"))
    mixed = read_snapshot(write_region(tmp_path / "b", clients=turned, coaches=swapped))
    assert mixed.fingerprint() == plainly.fingerprint()
    assert mixed.clients["line"].to_list() == [5, 4, 3, 2]


@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_spreadsheet_habits(tmp_path: Path, separator: str, encoding: str, newline: str) -> None:
    """Semicolons and tabs, decimal commas, d.m.yyyy, byte order marks, cp1252 and Finnish headings."""
    clients = (
        "Asiakas,Kuntakoodi,Syntymävuosi,palvelukieli,Rekisteröity,ensimmäinen tapaaminen,TARVETASO,"
        "Lisätapaamiset,asiointitapa,valmentaja,valmentaja alkaen,turvakielto\n"
        "k1,837,1990,FI,1.5.2023,08.05.2023 12:30,2,0,in_person,v1,1.5.2023,ei\n"
        "k2,020,2001,ar,15.1.2024,,3,0·5,Phone,v3,2024-01-15 00:00:00,Ei\n"
        "k3,020,1 975,sv,30.11.2022,,1,0,remote,v2,1.12.2022,e\n"
        "k4,837,1985,fi,1.3.2024,,2,0,in_person,,,0\n"
    )
    spoilt = clients.replace(",", separator).replace("·", ",").replace("\n", newline).encode(encoding)
    snapshot = read_snapshot(write_region(tmp_path / "b", clients=spoilt))
    expected = read_snapshot(write_region(tmp_path / "a"))
    left_out = expected.clients.with_columns(other_languages=pl.lit(None, pl.Categorical))
    assert snapshot.clients.equals(left_out)


def test_thousands_and_lists(tmp_path: Path) -> None:
    """Thousands may stand apart, and lists may be split by commas or semicolons in any order."""
    header = "coach_id,unit_id,municipality,serves,languages,full_time_minutes\n"
    coaches = (
        header + 'v1,u1,837,"837, 020;837",EN fi,"5 700,5"\nv2,u1,020,020,fi,5 000\nv3,u2,837,*,fi ar,1e3\n'
    )
    snapshot = read_snapshot(write_region(tmp_path, coaches=coaches))
    assert snapshot.coaches["serves"].to_list()[0] == "020 837"
    assert snapshot.coaches["languages"].to_list()[0] == "en fi"
    assert snapshot.coaches["full_time_minutes"].to_list() == [5700.5, 5000.0, 1000.0]


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    """Blank rows and line breaks inside quoted cells are counted."""
    units = '\nunit_id,name\nu1,"Two\nlines, ""quoted"""\n,\nu2,Plain\n'
    snapshot = read_snapshot(write_region(tmp_path, units=units))
    assert snapshot.units["line"].to_list() == [3, 6]
    assert snapshot.units["name"].to_list() == ['Two\nlines, "quoted"', "Plain"]
    assert snapshot.notices == ("units.csv: 2 blank rows were passed over.",)


def test_own_headings(tmp_path: Path) -> None:
    """A mapping file says what a registry's own headings mean."""
    clients = changed("clients", "client_id,municipality", "ASNO,Home Mun.")
    mapping = tmp_path / "headings.yaml"
    mapping.write_text("clients:\n  asno: client_id\n  home mun.: municipality\n")
    snapshot = read_snapshot(write_region(tmp_path / "a", **clients), headings=mapping)
    assert snapshot.fingerprint() == read_snapshot(write_region(tmp_path / "b")).fingerprint()


def test_bad_own_headings(tmp_path: Path) -> None:
    """A mapping to what is not declared is refused with line and the nearest name."""
    mapping = tmp_path / "headings.yaml"
    mapping.write_text("clients:\n  asno: client_idd\nclient:\n  a: b\nunits: 3\n")
    with pytest.raises(InputError) as caught:
        read_snapshot(write_region(tmp_path / "a"), headings=mapping)
    places = [(c.line, c.column, c.problem) for c in caught.value.complaints]
    assert places == [
        (2, "clients", "clients has no such column"),
        (3, "client", "an unknown table"),
        (5, "units", "no mapping of headings"),
    ]


def test_headings_are_told_apart() -> None:
    """No English or Finnish heading of a table means two columns."""
    for table in DECLARED.values():
        names = [plain(h) for c in table.columns for h in {c.name, c.fi}]
        assert len(set(names)) == len({(plain(h), c.name) for c in table.columns for h in {c.name, c.fi}})
        assert all(known_headings(table)[plain(c.name)] is c for c in table.columns)
        assert all(known_headings(table)[plain(c.fi)] is c for c in table.columns)


def test_missing_date_is_the_latest_registration(tmp_path: Path) -> None:
    """Without a date the latest registration is taken, with a notice."""
    snapshot = read_snapshot(write_region(tmp_path, snapshot=None))
    assert snapshot.date == date(2024, 3, 1)
    assert snapshot.notices == ("The snapshot has no date: the latest registration, 2024-03-01, is taken.",)


def test_dates_after_an_assumed_date(tmp_path: Path) -> None:
    """What happened after the latest registration is no fault where the date is only assumed: a notice counts it."""
    clients = TABLES["clients"].replace("v1,2023-05-01", "v1,2024-03-20").replace("2023-05-08", "2024-03-21")
    clients = clients.replace("v2,2022-12-01", "v2,2024-03-02")
    snapshot = read_snapshot(write_region(tmp_path / "a", snapshot=None, clients=clients))
    assert snapshot.date == date(2024, 3, 1)
    assert snapshot.clients["coach_since"].to_list()[0] == date(2024, 3, 20)
    assert snapshot.notices[1:] == (
        "2 clients have a date after it (coach_since, first_meeting, last_meeting): "
        "name the date of the snapshot if it is later.",
    )
    with pytest.raises(InputError, match="a date after the snapshot's"):
        read_snapshot(write_region(tmp_path / "b", clients=clients))


def test_optional_tables_may_be_missing_or_hold_headings_only(tmp_path: Path) -> None:
    """No travel, absences, pins and exclusions is no fault."""
    region = write_region(tmp_path, travel=None, absences=None, pins="client_id,coach_id\n", exclusions=None)
    snapshot = read_snapshot(region)
    assert [snapshot.travel.height, snapshot.absences.height, snapshot.pins.height] == [0, 0, 0]


def test_workbook_with_finnish_sheets_and_excel_cells(tmp_path: Path) -> None:
    """Excel dates, numbers and Finnish sheet names are understood; other sheets are left with a notice."""
    book = xlsxwriter.Workbook(str(tmp_path / "region.xlsx"))
    day = book.add_format({"num_format": "d.m.yyyy"})
    for name, text in TABLES.items():
        sheet = book.add_worksheet(DECLARED[name].fi)
        for row, line in enumerate(text.splitlines()):
            for column, value in enumerate(line.split(",")):
                if value.count("-") == 2:
                    sheet.write_datetime(row + 2, column, datetime.fromisoformat(value), day)
                elif value and not value.startswith("0") and value.replace(".", "").isdigit():
                    sheet.write_number(row + 2, column, float(value))
                else:
                    sheet.write_string(row + 2, column, value)
    book.add_worksheet("Ohje").write_string(0, 0, "Read me")
    book.close()
    snapshot = read_snapshot(tmp_path)
    assert snapshot.fingerprint() == read_snapshot(write_region(tmp_path / "csv")).fingerprint()
    assert snapshot.clients["line"].to_list() == [4, 5, 6, 7]
    assert "Ohje was left unread: no table has this name." in snapshot.notices
    assert snapshot.files["clients"] == "region.xlsx, sheet asiakkaat"


def test_apostrophe_guards_text(tmp_path: Path) -> None:
    """An apostrophe before a sign is taken off; an expired exclusion does not clash with a pin."""
    units = "unit_id,name\nu1,'=Centre\nu2,''-x\n"
    exclusions = "client_id,coach_id,until\nk3,v2,2024-03-03\n"
    snapshot = read_snapshot(write_region(tmp_path, units=units, exclusions=exclusions))
    assert snapshot.units["name"].to_list() == ["=Centre", "'-x"]
