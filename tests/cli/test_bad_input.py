"""Bad input through `allocate`: code 2, every complaint with its place, nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from tests.cli.calls import assert_refused, call, files_of
from tests.tables.region import TABLES, changed, write_region

CLIENT = "k4,837,1985,fi,,2024-03-01,,2,in_person,,,no,0"

CASES: dict[str, tuple[str, str | bytes, str, tuple[str, ...]]] = {
    "unknown column": ("clients", "need_level", "need_levle", ("clients.csv", "need_levle", "need_level")),
    "missing column": ("coaches", ",serves,", ",extra,", ("coaches.csv", "serves", "missing")),
    "duplicate id": ("clients", "k4,837", "k3,837", ("clients.csv, line 5", "client_id", "'k3'")),
    "unknown municipality": ("clients", "k4,837", "k4,999", ("clients.csv, line 5", "municipality", "'999'")),
    "unknown coach": ("clients", "in_person,v1", "in_person,v9", ("clients.csv, line 2", "coach_id", "'v9'")),
    "unknown language": ("clients", "2001,ar", "2001,q8", ("clients.csv, line 3", "language", "'q8'")),
    "impossible date": (
        "clients",
        "2022-11-30",
        "31.2.2022",
        ("clients.csv, line 4", "registered_on", "'31.2.2022'"),
    ),
    "negative FTE": ("coaches", ",0.5,", ",-0.5,", ("coaches.csv, line 3", "fte", "'-0.5'")),
    "lost leading zero": ("clients", "k2,020", "k2,20", ("clients.csv, line 3", "municipality", "'20'", "020")),
    "serves nothing": ("coaches", "020,020,fi", "020,,fi", ("coaches.csv, line 3", "serves")),
    "forbidden pin": ("pins", "k3,v2", "k3,v3", ("pins.csv", "pin", "k3")),
    "row too short": ("clients", "remote,v2,2022-12-01,no,0", "remote", ("clients.csv, line 4", "9 cells", "13")),
    "row too long": ("clients", CLIENT, CLIENT + ",,,", ("clients.csv, line 5", "16 cells", "13")),
    "formula": ("clients", "k4,837,1985", "k4,837,=1985", ("clients.csv, line 5", "birth_year", "'=1985'", "formula")),
    "personal identity code": ("clients", "k4,837", "131052-308T,837", ("clients.csv", "client_id", "identity code")),
    "e-mail address": ("clients", "k4,837", "a.b@example.fi,837", ("clients.csv", "client_id", "mail")),
}  # fmt: skip


def test_the_region_by_hand_is_sound(tmp_path: Path) -> None:
    """Without a fault the region of these tests is allocated, so that each case shows one fault."""
    assert call("allocate", write_region(tmp_path / "in"), "--out", tmp_path / "plan").code == 0
    assert call("check", tmp_path / "in", tmp_path / "plan").code == 0


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_in_a_cell_or_row(tmp_path: Path, case: tuple[str, str, str, tuple[str, ...]]) -> None:
    """File, line, column and value are named where there are any, and what to do."""
    table, old, new, said = case
    region = write_region(tmp_path / "in", **changed(table, old, new))
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert_refused(called, tmp_path / "plan")
    assert [word for word in said if word not in called.err] == []


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    """A personal identity code or an address that is refused is not printed again."""
    for secret in ("131052-308T", "a.b@example.fi"):
        region = write_region(tmp_path / "in", **changed("clients", "k4,837", f"{secret},837"))
        called = call("allocate", region, "--out", tmp_path / "plan")
        assert_refused(called, tmp_path / "plan")
        assert secret not in called.err + called.out


FILES: dict[str, tuple[bytes, str]] = {
    "0 bytes": (b"", "0 bytes"),
    "headings only": (TABLES["clients"].splitlines()[0].encode(), "the table is empty"),
    "broken encoding": (bytes(range(256)) * 50, "broken encoding"),
    "half a million blank rows": (TABLES["clients"].encode() + b"\n" * 500_000, "500,000 blank rows"),
    "a workbook": (b"PK\x03\x04 broken", "clients.csv"),
}


@pytest.mark.parametrize("case", FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_used(tmp_path: Path, case: tuple[bytes, str]) -> None:
    """Empty, broken and blown-up files are named."""
    content, said = case
    region = write_region(tmp_path / "in", clients=content)
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert_refused(called, tmp_path / "plan")
    assert "clients.csv" in called.err
    assert said in called.err


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_a_workbook_that_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    """A file that only bears the name of a workbook is named."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "region.xlsx").write_bytes(content)
    for region in (tmp_path / "in", tmp_path / "in" / "region.xlsx"):
        called = call("allocate", region, "--out", tmp_path / "plan")
        assert_refused(called, tmp_path / "plan")
        assert "region.xlsx" in called.err


def test_a_formula_cell_in_a_workbook(tmp_path: Path) -> None:
    """A formula is named by sheet, line and column, whatever its value."""
    book = xlsxwriter.Workbook(str(tmp_path / "region.xlsx"))
    for name, text in TABLES.items():
        sheet = book.add_worksheet(name)
        for row, line in enumerate(text.splitlines()):
            sheet.write_row(row, 0, line.split(","))
    clients = book.get_worksheet_by_name("clients")
    assert clients is not None
    clients.write_formula(3, 2, "=1900+75", None, 1975)
    book.close()
    called = call("allocate", tmp_path / "region.xlsx", "--out", tmp_path / "plan")
    assert_refused(called, tmp_path / "plan")
    assert "sheet clients, line 4, column birth_year" in called.err


def test_nothing_there(tmp_path: Path) -> None:
    """A folder that does not exist is refused with advice."""
    called = call("allocate", tmp_path / "none", "--out", tmp_path / "plan")
    assert_refused(called, tmp_path / "plan")
    assert "no such file or folder" in called.err


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    """Faults in three tables are three complaints of one run."""
    faults = changed("clients", "k4,837", "k4,999") | changed("coaches", ",0.5,", ",-1,")
    region = write_region(tmp_path / "in", **faults, **changed("units", "837,no", "999,no"))
    called = call("allocate", region, "--out", tmp_path / "plan")
    assert_refused(called, tmp_path / "plan")
    assert all(f"{table}.csv" in called.err for table in ("clients", "coaches", "units"))
    assert "3 complaints" in called.err


def test_a_refused_run_leaves_the_last_plan(tmp_path: Path) -> None:
    """Bad input does not touch the plan of last week."""
    region, out = write_region(tmp_path / "in"), tmp_path / "plan"
    assert call("allocate", region, "--out", out, "--no-report").code == 0
    before = files_of(out)
    write_region(region, **changed("clients", "k4,837", "k4,999"))
    assert call("allocate", region, "--out", out, "--no-report").code == 2
    assert files_of(out) == before
    assert {p.name for p in tmp_path.iterdir()} == {"in", "plan"}


def test_bad_rows_set_aside(tmp_path: Path) -> None:
    """With --set-aside a bad row is listed with its reason, an unknown language marked, the rest solved."""
    spoilt = TABLES["clients"].replace("k4,837", "k4,999").replace("2001,ar", "2001,q8")
    region, out = write_region(tmp_path / "in", clients=spoilt, exclusions=None), tmp_path / "plan"
    assert call("allocate", region, "--out", out).code == 2
    called = call("allocate", region, "--out", out, "--set-aside")
    assert called.code == 0, called
    aside = pl.read_csv(out / "set_aside.csv", infer_schema=False).to_dicts()
    said = {(row["file"], row["line"], row["row_id"], row["used"]) for row in aside}
    assert said == {("clients.csv", "5", "k4", "no"), ("clients.csv", "3", "k2", "yes")}
    assert "999" in next(row["reason"] for row in aside if row["row_id"] == "k4")
    told = json.loads((out / "summary.json").read_text())
    assert (told["clients"], told["set_aside"], told["used_with_default"]) == (3, 1, 1)
    assert "1 row set aside" in called.out
    assert pl.read_csv(out / "plan.csv")["client_id"].to_list() == ["k1", "k2", "k3"]
    assert call("check", region, out, "--set-aside").code == 0


def test_a_fault_of_a_coach_is_not_set_aside(tmp_path: Path) -> None:
    """Only single clients, pins and the like may wait; a coach with a fault stops the run."""
    region = write_region(tmp_path / "in", **changed("coaches", ",0.5,", ",-1,"))
    called = call("allocate", region, "--out", tmp_path / "plan", "--set-aside")
    assert_refused(called, tmp_path / "plan")


@pytest.mark.parametrize("place", ["file", "below a file", "the region"])
def test_an_output_folder_that_cannot_be(tmp_path: Path, place: str) -> None:
    """A file in the place of the folder, or above it, is a complaint and stays as it is."""
    region = write_region(tmp_path / "in")
    (tmp_path / "taken").write_text("mine")
    out = {
        "file": tmp_path / "taken",
        "below a file": tmp_path / "taken" / "plan",
        "the region": region / "clients.csv",
    }
    called = call("allocate", region, "--out", out[place])
    assert called.code == 2, called
    assert "Traceback" not in called.err
    assert (tmp_path / "taken").read_text() == "mine"
    assert files_of(region) == {f"{name}.csv": text.encode() for name, text in TABLES.items()}
