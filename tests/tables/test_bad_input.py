"""Every bad input has its complaint with file, line, column and advice, all at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import xlsxwriter

from optimiser.domain.errors import Complaint, InputError
from optimiser.tables.read import read_snapshot
from tests.tables.region import TABLES, changed, write_region


def complaints_of(folder: Path) -> list[Complaint]:
    """What is said about a region that must be refused."""
    with pytest.raises(InputError) as caught:
        read_snapshot(folder)
    assert all(c.advice.strip() for c in caught.value.complaints)
    return list(caught.value.complaints)


CLIENT = "k4,837,1985,fi,,2024-03-01,,2,in_person,,,no,0"

CELLS = [
    ("clients", "k4,837", "k4,999", 5, "municipality", "999", "an unknown municipality"),
    ("clients", "k2,020", "k2,20", 3, "municipality", "20", "a code that lost its leading zero"),
    ("clients", "in_person,v1", "in_person,v9", 2, "coach_id", "v9", "an unknown coach"),
    ("clients", "2001,ar", "2001,q8", 3, "language", "q8", "an unknown language code"),
    ("clients", "en:B1", "en:B7", 2, "other_languages", "en:B7", "an unknown language level"),
    ("clients", "en:B1", "en", 2, "other_languages", "en", "not a language with its level"),
    ("clients", "en:B1", "sv:B1", 2, "other_languages", "sv", "a language with two levels"),
    ("clients", "3,phone", "3,pigeon", 3, "channel", "pigeon", "an unknown code"),
    ("clients", "2022-11-30", "31.2.2022", 4, "registered_on", "31.2.2022", "an impossible date: there is no such day"),
    ("clients", "2022-11-30", "1066-10-14", 4, "registered_on", "1066-10-14", "an impossible date: out of 1900-2100"),
    ("clients", "2022-11-30", "soon", 4, "registered_on", "soon", "not a date"),
    ("clients", "2022-11-30", "2024-03-05", 4, "registered_on", "2024-03-05", "a date after the snapshot's"),
    ("clients", "v1,2023-05-01", "v1,2024-05-01", 2, "coach_since", "2024-05-01", "a date after the snapshot's"),
    ("clients", "k1,837,1990", "k1,837,2090", 2, "birth_year", "2090", "a year after the snapshot's"),
    ("clients", "k1,837,1990", "k1,837,199O", 2, "birth_year", "199O", "not a number"),
    ("clients", "k1,837,1990", "k1,837,1990.5", 2, "birth_year", "1990.5", "not a whole number"),
    ("clients", "k1,837,1990", "k1,837,", 2, "birth_year", "", "a required cell is empty"),
    ("clients", "3,phone", "5,phone", 3, "need_level", "5", "a number out of range"),
    ("clients", "v3,2024-01-15,no", "v3,2024-01-15,perhaps", 3, "protected_address", "", "neither yes nor no"),
    ("clients", "k4,837", "k 4,837", 5, "client_id", "k 4", "not a pseudonymous id"),
    ("clients", "k4,837", "=A1,837", 5, "client_id", "=A1", "a formula instead of a value"),
    ("clients", "k4,837", "k3,837", 5, "client_id", "k3", "the client id occurs more than once"),
    ("coaches", ",0.5,", ",-0.5,", 3, "fte", "-0.5", "a negative number"),
    ("coaches", ",0.5,", ",nan,", 3, "fte", "nan", "not a number"),
    ("coaches", "020,020,fi", "020,,fi", 3, "serves", "", "the coach serves nothing"),
    ("coaches", "837 020,fi en", "837 20,fi en", 2, "serves", "20", "a code that lost its leading zero"),
    ("coaches", "fi en", "fi xyz", 2, "languages", "xyz", "an unknown language code"),
    ("coaches", "youth adult", "youth adlt", 3, "age_groups", "adlt", "an unknown code"),
    ("coaches", "v1,u1", "v1,u9", 2, "unit_id", "u9", "an unknown unit"),
    ("coaches", "2020-01-01,\n", "2020-01-01,2019-01-01\n", 2, "end", "2019-01-01", "the end is before the start"),
    ("absences", "2024-03-12", "2024-03-01", 2, "last_day", "2024-03-01", "the last day is before the first"),
    ("absences", "0.5", "1.5", 2, "share", "1.5", "a number out of range"),
    ("municipalities", "020,Akaa", "20,Akaa", 2, "municipality", "20", "a code that lost its leading zero"),
    ("municipalities", "020,Akaa", "abc,Akaa", 2, "municipality", "abc", "not a municipality code"),
    ("municipalities", "Akaa", "Ak\x7faa", 2, "name", "Ak\x7faa", "control characters in the text"),
    ("exclusions", "k4,v2,,conflict_of_interest", "k9,v2,,", 2, "client_id", "k9", "an unknown client"),
    ("pins", "k3,v2", "k3,v9", 2, "coach_id", "v9", "an unknown coach"),
    ("travel", "020,837,35", "020,837,x", 2, "minutes", "x", "not a number"),
]  # fmt: skip


@pytest.mark.parametrize("case", CELLS, ids=lambda case: f"{case[0]} {case[4]} {case[5]}")
def test_bad_cell(tmp_path: Path, case: tuple[str, str, str, int, str, str, str]) -> None:
    """A bad cell is named by file, line, column and value."""
    table, old, new, *expected = case
    found = complaints_of(write_region(tmp_path, **changed(table, old, new)))
    said = [[c.file, c.line, c.column, c.value, c.problem] for c in found]
    assert [f"{table}.csv", *expected] in said


ROWS = [
    ("pins", "k3,v1,,\n", 3, "the client is pinned more than once"),
    ("pins", "k4,v2,,\n", 3, "the client is pinned to a coach and excluded from the same coach"),
    ("exclusions", "k4,v2,,conflict_of_interest\n", 3, "the same exclusion occurs more than once"),
    ("clients", CLIENT + "\n", 6, "the client id occurs more than once"),
    ("coaches", "v3,u2,837,837,fi,,1.0,0,,\n", 5, "the row occurs more than once"),
    ("clients", "k5,837,1990\n", 6, "3 cells where the heading has 13"),
    ("clients", CLIENT + ",,\n", 6, "15 cells where the heading has 13"),
    ("clients", 'k"5,837,1990\n', 6, "a quotation mark in the middle of a cell"),
    ("clients", 'k5,"837\n', 6, "a quotation mark is opened and never closed"),
    ("snapshot", "2024-04-04,x,y\n", 3, "more than one row"),
]


@pytest.mark.parametrize(("table", "row", "line", "problem"), ROWS)
def test_bad_row(tmp_path: Path, table: str, row: str, line: int, problem: str) -> None:
    """A row that clashes with others or has a wrong length is named."""
    found = complaints_of(write_region(tmp_path, **{table: TABLES[table] + row}))
    assert (f"{table}.csv", line, problem) in [(c.file, c.line, c.problem) for c in found]


FILES = [
    (b"", "the file is empty (0 bytes)"),
    (bytes(range(256)) * 50, "the text cannot be decoded: broken encoding"),
    (TABLES["clients"].encode("utf-16"), "the text cannot be decoded: broken encoding"),
    ("client_id,päivä,päivä\n".encode() + b"k\xe41,1,1\n", "the text cannot be decoded: broken encoding"),
    (TABLES["clients"].splitlines()[0].encode(), "the table is empty: headings and no rows"),
    (b"\n\n \n", "the file holds no headings"),
    (TABLES["clients"].encode() + b"\n" * 500_000, "500,000 blank rows"),
    (TABLES["clients"].encode() + b";;;\n,,,,\n" * 2_000, "4 cells where the heading has 13"),
    (TABLES["clients"].replace("coach_since", "coach_id").encode(), "the column occurs twice"),
]


@pytest.mark.parametrize(("content", "problem"), FILES)
def test_bad_file(tmp_path: Path, content: bytes, problem: str) -> None:
    """A file that cannot be used is named, and quickly."""
    region = write_region(tmp_path, clients=content)
    begin = time.process_time()
    found = complaints_of(region)
    assert time.process_time() - begin < 5
    if problem.startswith("4 cells"):
        problem = "2,000 blank rows"
    assert ("clients.csv", problem) in [(c.file, c.problem) for c in found]


def test_unknown_and_missing_columns(tmp_path: Path) -> None:
    """An unknown column comes with the nearest known name, a missing one with its meaning."""
    found = complaints_of(write_region(tmp_path, **changed("clients", "registered_on", "registred_on")))
    said = {(c.column, c.problem): c.advice for c in found}
    assert said["registred_on", "an unknown column"].startswith("Did you mean registered_on?")
    assert "Day the client became a client." in said["registered_on", "the column is missing"]


def test_missing_misspelt_and_doubled_tables(tmp_path: Path) -> None:
    """A missing table, a misspelt one and one that stands twice are all named at once."""
    region = write_region(tmp_path, clients=None)
    (region / "klients.csv").write_text(TABLES["clients"])
    (region / "valmentajat.csv").write_text(TABLES["coaches"])
    said = [(c.value, c.problem) for c in complaints_of(region)]
    assert ("", "the table clients is missing") in said
    assert ("klients", "an unknown table") in said
    assert ("", "the table coaches stands twice") in said


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    """Faults in different tables are reported together."""
    spoilt = changed("clients", "k4,837", "k4,999") | changed("coaches", ",0.5,", ",-1,")
    spoilt |= changed("units", "837,no", "999,no")
    assert {c.file for c in complaints_of(write_region(tmp_path, **spoilt))} == {
        "clients.csv",
        "coaches.csv",
        "units.csv",
    }


def test_a_broken_table_is_not_blamed_twice(tmp_path: Path) -> None:
    """Where the clients cannot be read, pins and exclusions are not said to name unknown clients."""
    found = complaints_of(write_region(tmp_path, clients=b""))
    assert [c.file for c in found] == ["clients.csv"]


def test_a_lost_zero_is_not_echoed(tmp_path: Path) -> None:
    """Right codes of municipalities that lost their zero are not unknown; codes known nowhere still are."""
    municipalities = (
        TABLES["municipalities"].replace("020,Akaa", "20,Akaa").replace("837,Tampere", "37,Tampere")
    )
    right = {name: TABLES[name].replace("837", "037") for name in ("units", "coaches", "travel", "clients")}
    municipalities = municipalities.replace("837", "037")
    region = write_region(tmp_path, municipalities=municipalities, **right)
    said = [(c.file, c.value, c.problem) for c in complaints_of(region)]
    lost = "a code that lost its leading zero"
    assert said == [("municipalities.csv", "20", lost), ("municipalities.csv", "37", lost)]
    right["clients"] = right["clients"].replace("k4,037", "k4,999").replace("k2,020", "k2,20")
    write_region(tmp_path, municipalities=municipalities, **right)
    said = [(c.file, c.value, c.problem) for c in complaints_of(tmp_path)]
    assert said[:2] == [("clients.csv", "20", lost), ("clients.csv", "999", "an unknown municipality")]
    assert len(said) == 4


def test_an_empty_table_is_not_blamed_twice(tmp_path: Path) -> None:
    """Where a table has headings and no rows, the others are not said to name what is not in it."""
    for name in ("clients", "coaches", "units", "municipalities"):
        region = write_region(tmp_path / name, **{name: TABLES[name].splitlines()[0] + "\n"})
        said = [(c.file, c.problem) for c in complaints_of(region)]
        assert said == [(f"{name}.csv", "the table is empty: headings and no rows")]


def test_only_protected_clients_do_not_hide_a_wrong_pin(tmp_path: Path) -> None:
    """A table of clients of which all are left apart is not empty: a pin of an unknown client is a fault."""
    clients = TABLES["clients"].replace(",no,0", ",yes,0").replace(",no,", ",yes,")
    found = complaints_of(write_region(tmp_path, clients=clients, **changed("pins", "k3,v2", "k9,v2")))
    assert ("pins.csv", "k9", "an unknown client") in [(c.file, c.value, c.problem) for c in found]


def test_a_file_that_stands_in_is_named(tmp_path: Path) -> None:
    """Of a missing table the complaint names the file that looks like it and is not read."""
    region = write_region(tmp_path / "csv", clients=None, units=None)
    (region / "clients.xlsx").write_bytes(b"")
    (region / "Yksiköt.ods").write_bytes(b"")
    said = {c.problem: c.advice for c in complaints_of(region)}
    assert said == {
        "the table clients is missing: clients.xlsx lies there but is a workbook": (
            "Give it alone, or save it as clients.csv."
        ),
        "the table units is missing: Yksiköt.ods lies there but is a workbook": (
            "Give it alone, or save it as units.csv."
        ),
    }


@pytest.mark.parametrize("file", ["clients.csv", "clients.parquet"])
def test_a_file_beside_a_workbook_is_named(tmp_path: Path, file: str) -> None:
    """A table that lies beside the workbook instead of in it is named."""
    book = xlsxwriter.Workbook(str(tmp_path / "region.xlsx"))
    for name, text in TABLES.items():
        if name != "clients":
            sheet = book.add_worksheet(name)
            for row, line in enumerate(text.splitlines()):
                sheet.write_row(row, 0, line.split(","))
    book.close()
    (tmp_path / file).write_bytes(b"x")
    found = complaints_of(tmp_path / "region.xlsx")
    assert [(c.file, c.problem) for c in found] == [
        ("region.xlsx", f"the table clients is missing: {file} lies there but a workbook is read")
    ]


def test_a_million_bad_rows_are_counted_quickly(tmp_path: Path) -> None:
    """Fifty complaints of a kind are shown, the last with the number of the others."""
    many = TABLES["clients"] + "".join(f"m{i},999,1990,fi,,soon,,2,phone,,,no,0\n" for i in range(200_000))
    region = write_region(tmp_path, clients=many)
    begin = time.process_time()
    found = [c for c in complaints_of(region) if c.column == "municipality"]
    assert time.process_time() - begin < 10
    assert len(found) == 50
    assert found[-1].problem == "an unknown municipality (and 199,950 more rows like it)"


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_a_workbook_that_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    """A file that only bears the name of a workbook is refused."""
    (tmp_path / "region.xlsx").write_bytes(content)
    problems = [c.problem for c in complaints_of(tmp_path)]
    assert problems in (["the file is no Excel workbook"], ["the file is empty (0 bytes)"])


def test_formula_cells_in_a_workbook(tmp_path: Path) -> None:
    """A formula in a workbook is found where it stands, whatever its value."""
    book = xlsxwriter.Workbook(str(tmp_path / "region.xlsx"))
    for name, text in TABLES.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(text.splitlines()):
            sheet.write_row(row, 0, line.split(","))
    formula = book.get_worksheet_by_name("clients")
    assert formula is not None
    formula.write_formula(3, 2, "=1900+75", None, 1975)
    book.close()
    said = [(c.file, c.line, c.column, c.problem) for c in complaints_of(tmp_path)]
    assert said == [("region.xlsx, sheet clients", 4, "birth_year", "a formula instead of a value")]


def test_blank_rows_of_a_workbook(tmp_path: Path) -> None:
    """Too many blank rows between the rows of a sheet are refused."""
    book = xlsxwriter.Workbook(str(tmp_path / "region.xlsx"))
    for name, text in TABLES.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(text.splitlines()):
            sheet.write_row(row if row < 2 else row + 100_000, 0, line.split(","))
    book.close()
    found = {(c.file, c.problem) for c in complaints_of(tmp_path)}
    assert ("region.xlsx, sheet clients", "100,000 blank rows") in found


def test_parquet_that_is_no_parquet(tmp_path: Path) -> None:
    """A file that only bears the name of Parquet is refused."""
    region = write_region(tmp_path, clients=None)
    (region / "clients.parquet").write_bytes(b"PAR1 nonsense")
    assert [c.problem for c in complaints_of(region)] == ["the file is no Parquet file"]


def test_nothing_there(tmp_path: Path) -> None:
    """A path that does not exist, an empty folder and a single table are refused with advice."""
    assert complaints_of(tmp_path / "none")[0].problem == "there is no such file or folder"
    assert complaints_of(tmp_path)[0].problem == "no tables in the folder"
    region = write_region(tmp_path)
    assert complaints_of(region / "clients.csv")[0].problem == "this is one table, not a region"
