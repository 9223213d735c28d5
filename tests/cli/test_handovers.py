"""`optimiser handovers` as a user calls it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.cli.handovers import FILES
from optimiser.quality.suppress import SMALLEST
from tests.cli.calls import Called, assert_refused, call, files_of


@pytest.fixture(scope="module")
def listed(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handovers of a year; tests that change files copy it."""
    out = tmp_path_factory.mktemp("handovers") / "out"
    assert call("handovers", region, "--out", out).code == 0
    return out


def rows_of(out: Path) -> pl.DataFrame:
    """The list as it lies in the file."""
    return pl.read_csv(out / "handovers.csv", infer_schema_length=0)


def test_all_files_are_there_and_agree(listed: Path) -> None:
    """Tables, workbook and summary tell the same numbers."""
    assert {path.name for path in listed.iterdir()} == set(FILES)
    told = json.loads((listed / "summary.json").read_text(encoding="utf-8"))
    meetings = pl.read_csv(listed / "joint_meetings.csv")
    assert told["handovers"] == rows_of(listed).height > 5
    assert told["received"] + told["nobody"] == told["handovers"]
    assert told["joint_minutes"] == meetings["minutes"].sum()
    assert {"read", "relax", "check", "write", "total"} <= set(told["seconds"])
    assert all(solve["bound_minutes"] <= solve["objective_minutes"] + 1e-6 for solve in told["solves"])
    book = openpyxl.load_workbook(listed / "handovers.xlsx", read_only=True)
    assert book.sheetnames == [
        "Summary",
        "Handovers",
        "By month",
        "Who can receive",
        "Joint meetings",
        "Columns",
    ]


def test_months_tell_of_five_clients_and_more(listed: Path) -> None:
    """Every month, municipality and language of the list has its row; what it counts is the list's, or empty."""
    months = pl.read_csv(listed / "by_month.csv", infer_schema_length=0)
    planned = rows_of(listed).filter(pl.col("status") != "withdrawn")
    month = pl.col("on").str.head(7).alias("month")
    counted = planned.group_by(month, "municipality", "language").agg(count=pl.len())
    place = ["month", "municipality", "language"]
    told = months.with_columns(pl.col("month").str.head(7)).join(counted, on=place)
    assert told.height == months.height == counted.height
    shown = told.drop_nulls("leaving")
    assert shown["leaving"].cast(pl.Int64).to_list() == shown["count"].to_list()
    small = told.filter(pl.col("count") < SMALLEST)
    assert small.height
    for name in ("leaving", "received", "own_language", "nobody", "demand_minutes", "joint_minutes"):
        assert small[name].null_count() == small.height, name


def test_the_same_call_gives_the_same_files(region: Path, listed: Path, tmp_path: Path) -> None:
    """Byte for byte, but for the seconds."""
    assert call("handovers", region, "--out", tmp_path / "again").code == 0
    first, second = files_of(listed), files_of(tmp_path / "again")
    for name in set(FILES) - {"summary.json"}:
        assert first[name] == second[name], name


def test_no_protected_client_is_listed(region: Path, listed: Path) -> None:
    """Clients with a protected address are in no table."""
    clients = pl.read_csv(region / "clients.csv", infer_schema_length=0)
    hidden = clients.filter(pl.col("protected_address") == "yes")["client_id"].to_list()
    assert hidden
    texts = "".join(path.read_text(encoding="utf-8") for path in listed.glob("*.csv"))
    assert not [client for client in hidden if client in texts]


def confirm(listed: Path, out: Path, status: str = "proposed", **cells: str) -> str:
    """Copy a list and fill cells of its first row of a status in, as an official does; return the client."""
    shutil.copytree(listed, out)
    rows = rows_of(out)
    client = rows.filter(pl.col("status") == status)["client_id"][0]
    first = pl.col("client_id") == client
    changed = rows.with_columns(
        pl.when(first).then(pl.lit(value)).otherwise(name).alias(name) for name, value in cells.items()
    )
    changed.write_csv(out / "handovers.csv")
    return str(client)


def test_a_confirmation_is_kept(region: Path, listed: Path, tmp_path: Path) -> None:
    """What an official filled in stands in the next list, also in Finnish."""
    client = confirm(listed, tmp_path / "old", confirmed_by="v12", confirmed_at="2024-01-15")
    called = call("handovers", region, "--out", tmp_path / "new", "--before", tmp_path / "old", "--finnish")
    assert called.code == 0
    assert "1 confirmed" in called.out
    rows = pl.read_csv(tmp_path / "new" / "handovers.csv", separator=";", infer_schema_length=0)
    row = rows.filter(pl.col("asiakas") == client).row(0, named=True)
    assert (row["tila"], row["vahvistaja"]) == ("confirmed", "v12")
    again = call("handovers", region, "--out", tmp_path / "third", "--before", tmp_path / "new")
    assert "1 confirmed" in again.out


def test_unknown_clients_of_an_earlier_list_are_withdrawn(region: Path, listed: Path, tmp_path: Path) -> None:
    """They are listed and counted, not refused."""
    confirm(listed, tmp_path / "old", client_id="gone-1")
    called = call("handovers", region, "--out", tmp_path / "new", "--before", tmp_path / "old")
    assert called.code == 0
    row = rows_of(tmp_path / "new").filter(pl.col("client_id") == "gone-1").row(0, named=True)
    assert (row["status"], row["reason"]) == ("withdrawn", "No longer a client.")


def test_a_list_of_another_region_is_refused(region: Path, listed: Path, tmp_path: Path) -> None:
    """Fewer than half of its clients are clients here."""
    shutil.copytree(listed, tmp_path / "old")
    strange = rows_of(listed).with_columns(client_id=pl.lit("elsewhere-") + pl.col("client_id"))
    strange.write_csv(tmp_path / "old" / "handovers.csv")
    called = refused(region, tmp_path / "out", "--before", tmp_path / "old")
    assert "of another region" in called.err


def refused(region: Path, out: Path, *words: object) -> Called:
    """A call that is refused."""
    called = call("handovers", region, "--out", out, *words)
    assert_refused(called, out)
    return called


@pytest.mark.parametrize("months", [0, -3, 37])
def test_months_that_cannot_be_planned(region: Path, tmp_path: Path, months: int) -> None:
    """Fewer than one month and more than three years are refused."""
    assert "1 to 36" in refused(region, tmp_path / "out", "--months", months).err


def test_an_earlier_list_that_is_not_there(region: Path, tmp_path: Path) -> None:
    """A folder without a list is refused."""
    (tmp_path / "empty").mkdir()
    assert "no list of handovers" in refused(region, tmp_path / "out", "--before", tmp_path / "empty").err


def test_half_a_confirmation_is_refused(region: Path, listed: Path, tmp_path: Path) -> None:
    """Who without when, and a signature without a coach, are complained of with their line."""
    client = confirm(listed, tmp_path / "who", confirmed_by="v12")
    line = rows_of(listed)["client_id"].to_list().index(client) + 2
    called = refused(region, tmp_path / "out", "--before", tmp_path / "who")
    assert f"handovers.csv, line {line}, column confirmed_at" in called.err
    confirm(listed, tmp_path / "none", "nobody", confirmed_by="v12", confirmed_at="2024-01-15")
    called = refused(region, tmp_path / "out", "--before", tmp_path / "none")
    assert "needs a coach who receives" in called.err


def test_a_status_alone_is_no_confirmation(region: Path, listed: Path, tmp_path: Path) -> None:
    """Confirmed by nobody and at no time: both are asked for at once."""
    confirm(listed, tmp_path / "said")
    text = (tmp_path / "said" / "handovers.csv").read_text(encoding="utf-8")
    (tmp_path / "said" / "handovers.csv").write_text(
        text.replace(",proposed,", ",confirmed,", 1), encoding="utf-8"
    )
    called = refused(region, tmp_path / "out", "--before", tmp_path / "said")
    assert "column confirmed_at" in called.err
    assert "column confirmed_by" in called.err
