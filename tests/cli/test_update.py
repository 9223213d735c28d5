"""`optimiser update`: a month of a made-up region, twice, in a workspace, and what is refused."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import load_workbook

from optimiser.domain.policy import Policy
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current
from tests.cli.calls import Called, assert_refused, call, files_of
from tests.workspace.plans import YES, applied, decide, write_export, write_plan

CHANGES = {
    "arrivals.csv",
    "gone.csv",
    "relocated.csv",
    "changed_needs.csv",
    "belongs_no_longer.csv",
    "confirmed_moves.csv",
    "changed_coach.csv",
    "changed_coaches.csv",
    "dropped_locks.csv",
    "departures.csv",
    "changes.xlsx",
}


@pytest.fixture(scope="module")
def month(region: Path) -> Path:
    """The export of the region a month later."""
    folder = region.parent / "month-later"
    assert call("demo", folder, "--after", region).code == 0
    return folder


@pytest.fixture
def own(region: Path, tmp_path: Path) -> Path:
    """The region, for a test that writes beside it."""
    return Path(shutil.copytree(region, tmp_path / "region"))


def updated(*words: object) -> Called:
    """A call that ends well."""
    called = call("update", *words)
    assert called.code == 0, called
    return called


def test_a_month_of_a_region(own: Path, month: Path) -> None:
    """The next snapshot is the export with its departures, beside the region; the changes add up."""
    called = updated(own, month)
    out = own.with_name(f"region-{read_snapshot(month).date.isoformat()}")
    was, export, after = read_snapshot(own), read_snapshot(month), read_snapshot(out)
    assert after.clients.drop("line").equals(export.clients.drop("line"))
    assert after.coaches.drop("line").equals(export.coaches.drop("line"))
    assert {p.name for p in (out / "changes").iterdir()} == CHANGES
    rows = {
        name: pl.read_csv(out / "changes" / name, infer_schema=False) for name in CHANGES if "csv" in name
    }
    assert was.clients.height - rows["gone.csv"].height + rows["arrivals.csv"].height == after.clients.height
    told = dict(rows["gone.csv"].select("client_id", "reason").rows())
    assert told == dict(export.departures.select("client_id", pl.col("reason").cast(pl.String)).rows())
    assert f"{rows['gone.csv'].height} clients have left" in called.out
    assert {p.name for p in own.parent.iterdir()} == {"region", out.name}


def test_safe_to_run_twice(own: Path, month: Path) -> None:
    """Run again it writes nothing; over its result it says that nothing has changed."""
    updated(own, month)
    out = next(p for p in own.parent.iterdir() if p != own)
    held = files_of(out)
    assert "nothing was written there" in updated(own, month).out
    assert files_of(out) == held
    again = updated(out, month)
    assert again.out.splitlines()[-1].startswith("Nothing has changed since the snapshot of")
    assert {p.name for p in own.parent.iterdir()} == {"region", out.name}
    assert files_of(out) == held


def test_the_order_of_rows_does_not_matter(own: Path, month: Path, tmp_path: Path) -> None:
    """The same export with its rows in another order gives the same files, byte for byte."""
    shuffled = tmp_path / "shuffled"
    shuffled.mkdir()
    for file in month.iterdir():
        frame = pl.read_csv(file, infer_schema=False)
        frame.sample(fraction=1, shuffle=True, seed=3).write_csv(shuffled / file.name)
    updated(own, month, "--out", tmp_path / "a")
    updated(own, shuffled, "--out", tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")


def test_the_next_of_the_next(own: Path, month: Path, tmp_path: Path) -> None:
    """A result is a region: its own next month follows, under a name with that day alone."""
    updated(own, month)
    first = next(p for p in own.parent.iterdir() if p != own)
    assert call("demo", tmp_path / "second", "--after", first, "--seed", 5).code == 0
    called = updated(first, tmp_path / "second")
    day = read_snapshot(tmp_path / "second").date.isoformat()
    assert (tmp_path / f"region-{day}" / "clients.csv").is_file()
    assert "returned: " in called.out


def test_an_answered_question(own: Path, month: Path, tmp_path: Path) -> None:
    """The list of departures without a reason, filled in and put beside the next export, is understood."""
    updated(own, month)
    first = next(p for p in own.parent.iterdir() if p != own)
    asked = pl.read_csv(first / "changes" / "departures.csv", infer_schema=False)
    assert asked.height and set(asked["reason"]) == {"not_known"}
    export = write_export(tmp_path / "e", read_snapshot(month))
    asked.with_columns(reason=pl.lit("job_found")).write_csv(export / "departures.csv")
    called = updated(first, export, "--out", tmp_path / "answered")
    assert f"The export answers why {asked.height}" in called.out
    reasons = read_snapshot(tmp_path / "answered").departures["reason"].cast(pl.String)
    assert "not_known" not in reasons.to_list()


def test_a_workspace_takes_an_export_in(own: Path, month: Path, tmp_path: Path) -> None:
    """The workspace stands at the next snapshot with our confirmed coaches; the log tells who took it in."""
    before = read_snapshot(own)
    stays = read_snapshot(month).clients.join(before.clients, on=("client_id", "coach_id"), how="semi")
    mover = stays.drop_nulls("coach_id").row(0, named=True)
    other = next(c for c in before.coaches["coach_id"] if c != mover["coach_id"])
    lax = {name: {"on": False} for name in ("municipality", "language", "age_group", "integration_unit")}
    lax |= {name: {"on": False} for name in ("presence", "travel", "recent_change", "exclusion")}
    policy = {"rules": lax, "limits": {"load": 5.0}}
    plan = write_plan(
        tmp_path / "plan", before, [[(mover["client_id"], other)]], Policy.model_validate(policy)
    )
    decide(plan, [1], YES)
    applied(before, plan, tmp_path / "w")
    called = updated(tmp_path / "w", month, "--by", "E5", "--out", tmp_path / "copy")
    assert "1 confirmed change of coach is not in the client system yet" in called.out
    after = read_snapshot(current(tmp_path / "w"))
    assert after.clients.filter(client_id=mover["client_id"])["coach_id"].item() == other
    assert read_snapshot(tmp_path / "copy").fingerprint() == after.fingerprint()
    rest = after.clients.filter(pl.col("client_id") != mover["client_id"])
    export = read_snapshot(month).clients.filter(pl.col("client_id") != mover["client_id"])
    assert rest.drop("line").equals(export.drop("line"))
    assert "E5" in call("log", "--workspace", tmp_path / "w", "--verify").out
    held = files_of(tmp_path / "w")
    assert "Nothing has changed" in updated(tmp_path / "w", month).out
    assert files_of(tmp_path / "w") == held
    undone = call("apply", "--undo", "--workspace", tmp_path / "w")
    assert (undone.code, undone.out.splitlines()[0]) == (0, "Entry 2 is undone; nothing was deleted.")
    assert read_snapshot(current(tmp_path / "w")).date == before.date


def test_half_an_export(own: Path, month: Path, tmp_path: Path) -> None:
    """Every second client missing is refused; told that many have left, the command takes the export as it is."""
    half = Path(shutil.copytree(month, tmp_path / "half"))
    (half / "departures.csv").unlink()
    clients = pl.read_csv(half / "clients.csv", infer_schema=False)
    clients.gather_every(2).write_csv(half / "clients.csv")
    for name in ("pins.csv", "exclusions.csv", "absences.csv"):
        (half / name).unlink(missing_ok=True)
    called = call("update", own, half, "--out", tmp_path / "next")
    assert_refused(called, tmp_path / "next")
    assert "missing from the export without a word" in " ".join(called.err.split())
    called = updated(own, half, "--out", tmp_path / "next", "--many-gone")
    changes = tmp_path / "next" / "changes"
    assert "The export does not have these tables, which are the snapshot's: absences." in called.out
    told = " ".join(called.out.split())
    assert f"Fill the reasons in in {changes / 'departures.csv'} and copy the file into the folder" in told


def test_where_the_reasons_go_beside_a_table_of_the_exports_own(
    own: Path, month: Path, tmp_path: Path
) -> None:
    """An export that has departures of its own gets the rows of ours; what the tool concluded is told of."""
    export = Path(shutil.copytree(month, tmp_path / "export"))
    left = pl.read_csv(export / "departures.csv", infer_schema=False)
    left.with_columns(reason=pl.lit(None, pl.String)).write_csv(export / "departures.csv")
    clients = pl.read_csv(export / "clients.csv", infer_schema=False)
    known = read_snapshot(own).clients["client_id"]
    one = clients.filter(pl.col("client_id").is_in(known.implode()))["client_id"][0]
    away = pl.when(client_id=one).then(pl.lit("091")).otherwise("municipality").alias("municipality")
    clients.with_columns(away).write_csv(export / "clients.csv")
    told = " ".join(updated(own, export, "--out", tmp_path / "next").out.split())
    assert "and copy its rows into the next export's table departures." in told
    assert "Of these the tool concluded 1 from a home municipality outside the region" in told


def test_the_workbook_tells_everything(own: Path, month: Path, tmp_path: Path) -> None:
    """A sheet for each table of changes, the sentences of the screen first."""
    called = updated(own, month, "--out", tmp_path / "out")
    book = load_workbook(tmp_path / "out" / "changes" / "changes.xlsx")
    assert book.sheetnames[0] == "Summary"
    assert len(book.sheetnames) == len(CHANGES) + 1
    lines = [row[0].value for row in book["Summary"].iter_rows() if row[0].value]
    assert lines[0] == "What has changed"
    assert set(lines[1:]) <= set(called.out.splitlines())


def test_finnish_tables_are_read_again(own: Path, month: Path, tmp_path: Path) -> None:
    """With --finnish the result has Finnish headings, and is the same region."""
    updated(own, month, "--out", tmp_path / "fi", "--finnish")
    updated(own, month, "--out", tmp_path / "en")
    assert (tmp_path / "fi" / "clients.csv").read_text(encoding="utf-8-sig").startswith("asiakas;")
    assert read_snapshot(tmp_path / "fi").fingerprint() == read_snapshot(tmp_path / "en").fingerprint()


def test_an_older_export_is_refused(own: Path, month: Path, tmp_path: Path) -> None:
    """The region itself is older than its next month; nothing is written."""
    updated(own, month, "--out", tmp_path / "next")
    called = call("update", tmp_path / "next", own, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "is older than the snapshot of" in called.err


@pytest.mark.parametrize("place", ["region", "region/inside", ".", "export"])
def test_what_it_is_made_of_is_not_overwritten(own: Path, month: Path, tmp_path: Path, place: str) -> None:
    """Neither the region nor the export, nor a folder above or inside them, is written over."""
    export = Path(shutil.copytree(month, tmp_path / "export"))
    held = files_of(tmp_path)
    called = call("update", own, export, "--out", tmp_path / place)
    assert called.code == 2
    assert "written over what it is made of" in called.err
    assert files_of(tmp_path) == held


def no_space(*_: Any, **__: Any) -> None:
    """What writing does on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("writer", ["keep_update.write_snapshot", "keep_update.write_table"])
def test_a_full_disk_leaves_everything_as_it_was(
    own: Path, month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    """Nothing half written stays, and the message says what to do."""
    held = files_of(tmp_path)
    monkeypatch.setattr(f"optimiser.workspace.{writer}", no_space)
    called = call("update", own, month)
    assert called.code == 2
    assert "the disk is full" in called.err
    assert files_of(tmp_path) == held
    assert [p.name for p in tmp_path.iterdir()] == ["region"]


def test_ctrl_c_leaves_everything_as_it_was(
    own: Path, month: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped while the tables are being written, no folder is left beside the region."""

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    def stopped(*_: Any) -> None:
        raise SystemExit(130)

    monkeypatch.setattr("optimiser.workspace.keep_update.write_table", stop)
    monkeypatch.setattr("optimiser.cli.entry._stopped", stopped)
    assert call("update", own, month).code == 130
    assert [p.name for p in tmp_path.iterdir()] == ["region"]
