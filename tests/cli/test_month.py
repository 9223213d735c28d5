"""`optimiser month` from folders to page, workbook and tables; bad input leaves nothing behind."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from optimiser.cli.month import FILES
from tests.cli.calls import assert_refused, call, files_of

ANSWERS = ("area", "month", "question", "answer")


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A made-up region of 1,400 clients, and the same a month later: some have left, some come, some changed coach."""
    folder = tmp_path_factory.mktemp("months")
    first, second = folder / "first", folder / "second"
    assert call("demo", first, "--clients", 1400, "--coaches", 14).code == 0
    shutil.copytree(first, second)
    about = pl.read_csv(first / "snapshot.csv", infer_schema=False)
    day = Date.fromisoformat(about["date"][0]) + timedelta(days=30)
    about.with_columns(date=pl.lit(day.isoformat())).write_csv(second / "snapshot.csv")
    clients = pl.read_csv(first / "clients.csv", infer_schema=False)
    clients.head(-80).write_csv(first / "clients.csv")
    later = clients.slice(60)
    moved = later.with_columns(
        coach_id=pl.when(pl.int_range(pl.len()) % 20 == 0)
        .then(pl.col("coach_id").shift(1))
        .otherwise("coach_id")
    )
    moved.write_csv(second / "clients.csv")
    gone = clients.head(40).select(
        "client_id", date=pl.lit(day.isoformat()), reason=pl.lit("job_found"), municipality="municipality"
    )
    gone.write_csv(second / "departures.csv")
    for name in ("pins.csv", "exclusions.csv"):
        for snapshot in (first, second):
            (snapshot / name).unlink(missing_ok=True)
    return first, second


def answers(file: Path, rows: list[tuple[str, ...]], *more: str) -> Path:
    """A file of answers."""
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([(*ANSWERS, *more), *rows])
    return file


def test_everything_is_written(months: tuple[Path, Path], tmp_path: Path) -> None:
    """Two snapshots in the wrong order give page, workbook, values and tables that say the same."""
    called = call("month", months[1], months[0], "--out", tmp_path / "out")
    assert called.code == 0, called
    assert set(files_of(tmp_path / "out")) == set(FILES) - {"month_survey.csv"}
    told = json.loads((tmp_path / "out" / "month.json").read_text(encoding="utf-8"))
    assert told["dates"] == sorted(told["dates"])
    region = [row for row in told["figures"] if row["level"] == "region"]
    assert [row["inflow"] for row in region] == [None, 80]
    assert region[1]["outflow"] == 60
    assert "60 left" in called.out
    reasons = {r["reason"]: r["clients"] for r in told["outflow"] if r["level"] == "region"}
    assert reasons == {"job_found": 40, "not_known": 20}


def test_tables_and_workbook_agree(months: tuple[Path, Path], tmp_path: Path) -> None:
    """CSV, JSON and workbook have the same empty cells and the same numbers."""
    assert call("month", *months, "--out", tmp_path / "out").code == 0
    told = json.loads((tmp_path / "out" / "month.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(tmp_path / "out" / "month.csv")
    assert rows["clients"].to_list() == [row["clients"] for row in told["figures"]]
    assert rows["handovers"].to_list() == [row["handovers"] for row in told["figures"]]
    book = load_workbook(tmp_path / "out" / "month.xlsx")
    assert book.sheetnames == [
        "Summary",
        "Region",
        "Areas",
        "Municipalities",
        "Outflow",
        "Definitions",
        "Columns",
    ]
    sheet = list(book["Municipalities"].iter_rows(values_only=True))
    at = sheet[0].index("Clients")
    of_places = [row["clients"] for row in told["figures"] if row["level"] == "municipality"]
    assert [row[at] for row in sheet[1:]] == of_places


def test_the_same_input_gives_the_same_bytes(months: tuple[Path, Path], tmp_path: Path) -> None:
    """A second run, with the folders the other way round, writes the same files."""
    for name, order in (("one", months), ("two", months[::-1])):
        assert call("month", *order, "--out", tmp_path / name).code == 0
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_no_id_leaves_the_snapshots(months: tuple[Path, Path], tmp_path: Path) -> None:
    """No client and no coach is named in any file or on the screen."""
    called = call("month", *months, "--out", tmp_path / "out")
    texts = [called.out, *(f.read_text(encoding="utf-8") for f in (tmp_path / "out").glob("*.[cjh]*"))]
    clients = pl.read_csv(months[0] / "clients.csv", infer_schema=False)
    ids = {*clients["client_id"].head(50), *clients["coach_id"].drop_nulls()}
    assert ids
    assert not [name for name in ids if any(name in text for text in texts)]


def test_one_snapshot_gives_levels(months: tuple[Path, Path], tmp_path: Path) -> None:
    """A single snapshot is allowed, and it is said what cannot be told from it."""
    called = call("month", months[0], "--out", tmp_path / "out")
    assert called.code == 0, called
    assert "There is one snapshot" in called.out


def test_two_of_one_day_are_refused(months: tuple[Path, Path], tmp_path: Path) -> None:
    """The same snapshot twice is a mistake."""
    called = call("month", months[0], months[0], "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "another snapshot of the same day" in called.err


def test_another_region_is_refused(months: tuple[Path, Path], tmp_path: Path) -> None:
    """Snapshots of two regions have nothing to say together."""
    other = tmp_path / "other"
    shutil.copytree(months[1], other)
    text = (other / "snapshot.csv").read_text(encoding="utf-8").replace("Pirkanmaa", "Uusimaa")
    (other / "snapshot.csv").write_text(text, encoding="utf-8")
    called = call("month", months[0], other, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "another region" in called.err


def test_satisfaction_is_joined_by_area(months: tuple[Path, Path], tmp_path: Path) -> None:
    """Areas with thirty answers are told, smaller ones are held back in every file."""
    rows = [("Tampere", "2023-04", "helped", "5")] * 40
    rows += [("Tampereen kehyskunnat", "4/2023", "helped", "3")] * 12
    rows += [("Ylä-Pirkanmaa", "1.4.2023", "helped", "1")] * 20
    file = answers(tmp_path / "answers.csv", rows)
    called = call("month", *months, "--survey", file, "--out", tmp_path / "out")
    assert called.code == 0, called
    assert "72 answers of the survey were joined; areas shown: 1, held back for few answers: 2" in called.out
    told = pl.read_csv(tmp_path / "out" / "month_survey.csv")
    assert dict(told.select("area", "answers").iter_rows()) == {
        None: 72,
        "Tampere": 40,
        "Tampereen kehyskunnat": None,
        "Ylä-Pirkanmaa": None,
    }
    assert "Survey" in load_workbook(tmp_path / "out" / "month.xlsx").sheetnames


def test_a_survey_that_identifies_is_refused(months: tuple[Path, Path], tmp_path: Path) -> None:
    """A column of coaches stops everything: nothing is written."""
    rows = [("Tampere", "2023-04", "helped", "5", "K001")]
    file = answers(tmp_path / "answers.csv", rows, "coach_id")
    called = call("month", *months, "--survey", file, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "a column that may tell who answered, or of whom" in called.err


def test_the_sample_holds_ids_alone(months: tuple[Path, Path], tmp_path: Path) -> None:
    """The file has one column; the screen has the count, the definition and no id."""
    called = call("month", *months, "--sample", "--out", tmp_path / "out")
    assert called.code == 0, called
    assert set(files_of(tmp_path / "out")) == {"sample.csv"}
    found = pl.read_csv(tmp_path / "out" / "sample.csv")
    assert found.columns == ["client_id"]
    clients = pl.read_csv(months[1] / "clients.csv", try_parse_dates=True)
    last = Date.fromisoformat(pl.read_csv(months[1] / "snapshot.csv", infer_schema=False)["date"][0])
    done = pl.col("registered_on").dt.offset_by("2mo")
    due = clients.filter((done > last - timedelta(days=30)) & (done <= last))
    assert found["client_id"].to_list() == sorted(due["client_id"])
    assert found.height > 20
    assert f"{found.height} clients are due" in called.out
    assert found["client_id"][0] not in called.out


def test_sample_and_month_share_a_folder(months: tuple[Path, Path], tmp_path: Path) -> None:
    """Neither takes the other's files away."""
    out = tmp_path / "out"
    assert call("month", *months, "--sample", "--out", out).code == 0
    assert call("month", *months, "--out", out).code == 0
    assert call("month", *months, "--sample", "--out", out).code == 0
    assert set(files_of(out)) == {*FILES, "sample.csv"} - {"month_survey.csv"}


def test_sample_and_answers_exclude_one_another(months: tuple[Path, Path], tmp_path: Path) -> None:
    """Asking for both at once is a mistake."""
    file = answers(tmp_path / "answers.csv", [("Tampere", "2023-04", "helped", "5")])
    called = call("month", *months, "--sample", "--survey", file, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")


def test_a_strange_folder_is_left_alone(months: tuple[Path, Path], tmp_path: Path) -> None:
    """A folder with other files is no earlier output."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    called = call("month", *months, "--out", out)
    assert called.code == 2
    assert set(files_of(out)) == {"notes.txt"}
