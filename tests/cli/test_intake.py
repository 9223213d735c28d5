"""`optimiser intake` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.cli.intake import FILES
from tests.cli.calls import Called, assert_refused, call, files_of
from tests.tables.region import write_region

HEAD = "client_id,municipality,birth_year,registered_on,status,benefit,former_coach_id,protected_address\n"
NEW = (
    "n1,837,1990,2024-03-04,unemployed,basic,v1,no\n"
    "n2,837,1970,2024-03-04,unemployed,earnings_related,,no\n"
    "n3,837,1970,2024-03-01,,,,no\n"
    "n4,837,1970,2024-03-01,,,,yes\n"
)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Called]:
    """A batch of four taken in, into a folder `out`."""
    folder = tmp_path_factory.mktemp("intake")
    write_region(folder / "region")
    (folder / "new.csv").write_text(HEAD + NEW, encoding="utf-8")
    return folder, call("intake", folder / "region", folder / "new.csv", "--out", folder / "out")


def test_what_is_written_and_said(taken: tuple[Path, Called]) -> None:
    """Plan, proof, proposals, referrals, workbook and the facts solved; the screen says the counts."""
    folder, called = taken
    assert called.code == 0, called
    promised = {name for name in FILES if "/" not in name} - {"set_aside.csv"}
    assert {p.name for p in (folder / "out").iterdir()} == promised | {"snapshot"}
    assert "3 new clients: 2 taken in, 1 belong elsewhere, fewer than 5 to be assigned by hand." in called.out
    assert "estimate" in called.out
    away = pl.read_csv(folder / "out" / "elsewhere.csv")
    assert away["client_id"].to_list() == ["n2"]
    assert "1269/2020" in away["paragraph"][0]
    told = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["moved"] == 0
    assert told["intake"]["taken_in"] == 2
    assert told["intake"]["unknown_taken_in"] == 1
    assert told["intake"]["by_hand"] == "fewer than 5"
    assert told["intake"]["former_coaches_kept"] == 1
    assert told["intake"]["meetings"]["estimate"] is True
    assert told["seconds"]["total"] > 0


def test_the_check_accepts_the_plan(taken: tuple[Path, Called]) -> None:
    """`optimiser check` recounts the plan from the facts written beside it."""
    folder, _ = taken
    called = call("check", folder / "out" / "snapshot", folder / "out")
    assert (called.code, "No findings." in called.out) == (0, True), called


def test_explain_answers_about_a_new_client(taken: tuple[Path, Called]) -> None:
    """`optimiser explain` works on the folder as on any plan."""
    folder, _ = taken
    called = call("explain", folder / "out" / "snapshot", folder / "out", "n1")
    assert called.code == 0, called
    assert "Returns to v1" in called.out


def test_protected_clients_are_in_no_file(taken: tuple[Path, Called]) -> None:
    """Whoever has a protected address is counted, and named nowhere."""
    folder, called = taken
    assert "n4" not in called.out + called.err
    for name, content in files_of(folder / "out").items():
        if not name.endswith((".xlsx", ".parquet")):
            assert b"n4" not in content, name
    for table in (folder / "out" / "snapshot").glob("*.parquet"):
        assert "n4" not in pl.read_parquet(table).write_csv()


def test_the_workbook_opens(taken: tuple[Path, Called]) -> None:
    """The workbook has the figures and a sheet for each question; the batch stands before those who waited."""
    book = openpyxl.load_workbook(taken[0] / "out" / "intake.xlsx")
    assert book.sheetnames[:4] == ["Summary", "Proposals", "All ranks", "Elsewhere"]
    assert [row[0].value for row in book["Proposals"].iter_rows(min_row=2)] == ["n1", "n3", "k4"]
    assert book["Elsewhere"]["A2"].value == "n2"


def test_the_same_batch_gives_the_same_bytes(taken: tuple[Path, Called]) -> None:
    """Another run over the same folder replaces it and gives the same files but for the seconds."""
    folder, _ = taken
    before = files_of(folder / "out")
    assert call("intake", folder / "region", folder / "new.csv", "--out", folder / "out").code == 0
    after = files_of(folder / "out")
    assert before.keys() == after.keys()
    assert [n for n in before if n != "summary.json" and before[n] != after[n]] == []


def test_finnish_tables(taken: tuple[Path, Called], tmp_path: Path) -> None:
    """With --finnish the tables have Finnish headings and semicolons."""
    folder, _ = taken
    called = call("intake", folder / "region", folder / "new.csv", "--out", tmp_path / "o", "--finnish")
    assert called.code == 0, called
    first = (tmp_path / "o" / "proposals.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert first.startswith("asiakas;alkuperä;sija;valmentaja")


def test_help_has_an_example() -> None:
    """The command explains itself."""
    assert "optimiser intake demo/region" in call("intake", "--help").out


BAD = {
    "a client with a coach": ("k1,837,1990,2024-03-01,,,,\n", ("new.csv, line 2", "client_id", "'k1'")),
    "an unknown former coach": ("n1,837,1990,2024-03-01,,,v9,\n", ("line 2", "former_coach_id", "'v9'")),
    "an unknown municipality": ("n1,999,1990,2024-03-01,,,,\n", ("line 2", "municipality", "'999'")),
    "no rows": ("", ("new.csv", "empty")),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_batches_are_refused(tmp_path: Path, case: tuple[str, tuple[str, ...]]) -> None:
    """A bad batch is refused with its place, and nothing is written."""
    rows, said = case
    write_region(tmp_path / "region")
    (tmp_path / "new.csv").write_text(HEAD + rows, encoding="utf-8")
    called = call("intake", tmp_path / "region", tmp_path / "new.csv", "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert [word for word in said if word not in called.err] == []


def test_a_missing_batch_is_refused(tmp_path: Path) -> None:
    """A file that is not there is named."""
    write_region(tmp_path / "region")
    called = call("intake", tmp_path / "region", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "no such file" in called.err
