"""The way in and the month as a user waits for them, each in a process of its own; results asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from xlsxwriter import Workbook

from benchmarks.regions import FULL, SMALL, region
from optimiser.tables.demo import DemoOptions, later_frames
from optimiser.tables.read import read_snapshot
from optimiser.tables.write import write_snapshot

large = pytest.mark.large
SIZES = [pytest.param(SMALL, id="2,800"), pytest.param(FULL, id="28,000", marks=large)]
SIX = ("id", "kunta", "kieli", "syntymävuosi", "alkupäivä", "valmentaja")
OURS = ("client_id", "municipality", "language", "birth_year", "registered_on", "coach_id")
MONTHS = 3


def timed(benchmark: BenchmarkFixture, *words: object) -> None:
    """Run a command three times."""
    command = [sys.executable, "-m", "optimiser", *map(str, words)]
    silent = {"check": True, "stdout": subprocess.DEVNULL}
    benchmark.pedantic(subprocess.run, args=(command,), kwargs=silent, rounds=3, iterations=1)


@cache
def workbook(options: DemoOptions) -> Path:
    """A region as one workbook: six columns, and a list of coaches with unit, place and languages."""
    snapshot = read_snapshot(region(options))
    names = dict(snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name").iter_rows())
    file = Path(mkdtemp(prefix="optimiser-benchmark-")) / "asiakkaat.xlsx"
    coaches = ("coach_id", "unit_id", "municipality", "languages", "fte")
    with Workbook(str(file)) as book:
        for title, headings, frame in (
            ("asiakkaat", SIX, snapshot.clients.select(OURS)),
            (
                "valmentajat",
                ("valmentaja", "tiimi", "toimipaikka", "kielet", "työaika"),
                snapshot.coaches.select(coaches),
            ),
        ):
            sheet = book.add_worksheet(title)
            day = book.add_format({"num_format": "d.m.yyyy"})
            sheet.write_row(0, 0, headings)
            for place, column in enumerate(frame.iter_columns()):
                cells = column.cast(pl.String).replace(names) if column.name == "municipality" else column
                sheet.write_column(1, place, cells.to_list(), day if column.dtype == pl.Date else None)
    return file


@cache
def months(options: DemoOptions) -> tuple[Path, ...]:
    """A region and its exports of the months that follow."""
    folders = [region(options)]
    for number in range(1, MONTHS):
        folders.append(Path(mkdtemp(prefix="optimiser-benchmark-")))
        write_snapshot(later_frames(read_snapshot(folders[-2]), number), folders[-1])
    return tuple(folders)


@pytest.mark.parametrize("options", SIZES)
def test_look(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """Hours against capacity from one workbook; every client of it is there."""
    timed(benchmark, "look", workbook(options), "--out", tmp_path / "look")
    looked = read_snapshot(tmp_path / "look" / "region")
    assert looked.clients.height == read_snapshot(region(options)).clients.height


@pytest.mark.parametrize("options", SIZES)
def test_update(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """The next snapshot has the clients of the export and remembers who has left."""
    before, export = months(options)[:2]
    timed(benchmark, "update", before, export, "--out", tmp_path / "next")
    following, told = read_snapshot(tmp_path / "next"), read_snapshot(export)
    assert following.clients["client_id"].equals(told.clients["client_id"])
    gone = set(read_snapshot(before).clients["client_id"]) - set(told.clients["client_id"])
    assert gone == set(following.departures["client_id"])


@pytest.mark.parametrize("options", SIZES)
def test_month(benchmark: BenchmarkFixture, tmp_path: Path, options: DemoOptions) -> None:
    """The month-end figures of three snapshots: the clients of the region at each end."""
    timed(benchmark, "month", *months(options), "--out", tmp_path / "month")
    figures = pl.read_csv(tmp_path / "month" / "month.csv", infer_schema_length=None)
    totals = figures.filter(pl.col("level") == "region").sort("until")["clients"].to_list()
    assert totals == [read_snapshot(folder).clients.height for folder in months(options)]
    assert json.loads((tmp_path / "month" / "month.json").read_text(encoding="utf-8"))
