"""Pages and workbooks that only a whole command makes, of a made-up region that is written beside them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import xlsxwriter

from tests.cli.calls import call

REGION = "region"
SIX = {
    "client_id": "asiakas",
    "municipality": "kunta",
    "birth_year": "syntymävuosi",
    "language": "kieli",
    "registered_on": "alkupäivä",
    "coach_id": "valmentaja",
}
"""Columns of the workbook that is looked at, by their headings there."""
DAY, LATER = "2023-03-06", "2023-04-06"


def ran(*words: object) -> None:
    """Run a command that succeeds."""
    called = call(*words)
    assert called.code == 0, called


def region_in(folder: Path) -> Path:
    """The made-up region of a folder."""
    if not (folder / REGION).exists():
        ran("demo", folder / REGION, "--clients", 400, "--coaches", 10)
    return folder / REGION


def names_in(folder: Path) -> set[str]:
    """Names that belong to the facts of the made-up region: municipalities, units, areas."""
    found: set[str] = set()
    for table, columns in (("municipalities", ("name", "area")), ("units", ("name",)), ("snapshot", None)):
        frame = pl.read_csv(folder / REGION / f"{table}.csv", infer_schema=False)
        for column in columns or frame.columns:
            found |= set(frame[column].drop_nulls())
    return found


def look(folder: Path, out: Path, language: str) -> None:
    """Look at a workbook of six columns."""
    clients = pl.read_csv(region_in(folder) / "clients.csv", infer_schema=False).select(list(SIX))
    with xlsxwriter.Workbook(str(folder / "six.xlsx")) as book:
        page = book.add_worksheet("asiakkaat")
        page.write_row(0, 0, list(SIX.values()))
        for i, row in enumerate(clients.iter_rows(), start=1):
            page.write_row(i, 0, [value or "" for value in row])
    ran("look", folder / "six.xlsx", "--out", out, "--language", language)


def later(folder: Path) -> Path:
    """The region a month later: every seventh client has left."""
    region, after = region_in(folder), folder / "later"
    if not after.exists():
        shutil.copytree(region, after)
        told = (after / "snapshot.csv").read_text(encoding="utf-8")
        (after / "snapshot.csv").write_text(told.replace(DAY, LATER), encoding="utf-8")
        clients = pl.read_csv(after / "clients.csv", infer_schema=False)
        clients.filter(pl.int_range(pl.len()) % 7 > 0).write_csv(after / "clients.csv")
        for table in ("pins", "exclusions"):
            (after / f"{table}.csv").unlink(missing_ok=True)
    return after


def month(folder: Path, out: Path, language: str) -> None:
    """The month's end of two snapshots."""
    ran("month", region_in(folder), later(folder), "--out", out, "--language", language)


def update(folder: Path, out: Path, language: str) -> None:
    """What has changed between two snapshots."""
    ran("update", region_in(folder), later(folder), "--out", out, "--language", language)


def letter(folder: Path, out: Path, language: str) -> None:
    """A letter to a client who changes coach."""
    region = region_in(folder)
    ran("allocate", region, "--out", folder / "plan", "--no-report")
    rows = pl.read_csv(folder / "plan" / "plan.csv", infer_schema=False).filter(status="moved")
    out.mkdir()
    words = (region, folder / "plan", rows["client_id"][0], "--out", out / "letter.html")
    ran("letter", *words, "--language", language)


@dataclass(frozen=True)
class Commanded:
    """A file that a command writes."""

    command: Callable[[Path, Path, str], None]
    file: str

    def __call__(self, path: Path, language: str) -> None:
        """Run the command and put its file in its place."""
        out = path.parent / "out"
        self.command(path.parent, out, language)
        (out / self.file).rename(path)


PAGES = {
    "look": Commanded(look, "look.html"),
    "month": Commanded(month, "month.html"),
    "letter": Commanded(letter, "letter.html"),
}
BOOKS = {
    "look": Commanded(look, "look.xlsx"),
    "month": Commanded(month, "month.xlsx"),
    "changes": Commanded(update, "changes/changes.xlsx"),
}
