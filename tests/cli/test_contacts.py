"""`optimiser contacts` and `optimiser cover --temporary` as a user calls them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.cli.cover_temporary import TemporaryWishes, write_temporary_cover
from optimiser.domain.contacts import CALENDAR, TEAM_WEEKS, TEAMS, TEMPORARY_COVER
from tests.cli.calls import assert_refused, call, files_of

BOOK = ["Summary", "Teams", "Municipalities", "Weeks", "Columns"]


@pytest.fixture(scope="module")
def contacts(region: Path) -> Path:
    """The calendars of the small region."""
    out = region.parent / "contacts"
    called = call("contacts", region, "--weeks", 8, "--out", out)
    assert called.code == 0, called
    return out


def test_contacts_writes_what_it_promises(region: Path, contacts: Path) -> None:
    """A calendar for each coach, tables, workbook and summary; the figures agree with each other."""
    coaches = pl.read_csv(region / "coaches.csv")["coach_id"].to_list()
    files = set(files_of(contacts))
    assert files == {
        "teams.csv",
        "municipality_contacts.csv",
        "weeks.csv",
        "contacts.xlsx",
        "summary.json",
        *(str(Path("calendars") / f"{coach}.csv") for coach in coaches),
    }
    told = json.loads((contacts / "summary.json").read_text())
    rows = pl.concat(
        [pl.read_csv(p, infer_schema=False) for p in sorted((contacts / "calendars").glob("*.csv"))]
    )
    assert rows.columns == [c.name for c in CALENDAR.columns]
    assert told["due"] == rows.height == told["on_time"] + told["late"] + told["not_fitting"]
    assert told["not_fitting"] == rows["week"].null_count()
    assert told["due"] == sum(kind["due"] for kind in told["by_kind"].values())
    assert told["late_weeks_bound"] <= told["late_weeks_weighted"]
    assert {"read", "due", "calendar", "write", "total"} <= set(told["seconds"])
    weeks = pl.read_csv(contacts / "weeks.csv")
    assert weeks.columns == [c.name for c in TEAM_WEEKS.columns]
    assert weeks["week"].max() == 8


def test_a_calendar_is_of_one_coach_and_no_table_compares(contacts: Path) -> None:
    """Each file holds its coach alone; the other tables name no coach at all."""
    for path in (contacts / "calendars").glob("*.csv"):
        assert set(pl.read_csv(path)["coach_id"]) <= {path.stem}
    for name in ("teams", "municipality_contacts", "weeks"):
        assert "coach_id" not in pl.read_csv(contacts / f"{name}.csv").columns
    book = openpyxl.load_workbook(contacts / "contacts.xlsx")
    assert book.sheetnames == BOOK
    ids = {path.stem for path in (contacts / "calendars").glob("*.csv")}
    texts = {str(c.value) for page in book for row in page.iter_rows() for c in row}
    assert not ids & texts
    assert "late_weeks" not in pl.read_csv(contacts / "teams.csv").columns


def test_contacts_of_a_plan(region: Path, plan: Path, tmp_path: Path) -> None:
    """With a plan its coaches count: new clients have first interviews, the unserved have none."""
    assert call("contacts", region, "--plan", plan, "--out", tmp_path / "out").code == 0
    told = json.loads((tmp_path / "out" / "summary.json").read_text())
    rows = pl.read_csv(plan / "plan.csv")
    assert told["with_coach"] == rows["coach_id"].count()
    known = dict(rows.select("client_id", "coach_id").iter_rows())
    for path in (tmp_path / "out" / "calendars").glob("*.csv"):
        assert {known[c] for c in pl.read_csv(path)["client_id"]} <= {path.stem}


def test_the_same_words_give_the_same_bytes(region: Path, contacts: Path, tmp_path: Path) -> None:
    """Everything but the timings is the same again, and calendars of an earlier run do not stay."""
    out = tmp_path / "again"
    (out / "calendars").mkdir(parents=True)
    (out / "calendars" / "GONE.csv").write_text("old")
    (out / "summary.json").write_text("{}")
    assert call("contacts", region, "--weeks", 8, "--out", out).code == 0
    before, after = files_of(contacts), files_of(out)
    assert before.keys() == after.keys()
    assert [n for n in before if n != "summary.json" and before[n] != after[n]] == []


def workspace_of(region: Path, folder: Path) -> Path:
    """A workspace whose present snapshot is that of a cover."""
    coach = str(
        pl.read_csv(region / "clients.csv", infer_schema=False)["coach_id"].drop_nulls().mode().sort()[0]
    )
    day = str(pl.read_csv(region / "snapshot.csv", infer_schema=False)["date"][0])
    out, ours = folder / "cover", folder / "ours"
    words = ("--coach", coach, "--permanent", "--from", day, "--max-moves", 0, "--out", out)
    assert call("cover", region, *words).code == 0
    moves = pl.read_csv(out / "moves.csv", infer_schema=False)
    signed = {"decision": "accepted", "confirmed_by": "v1", "confirmed_at": day}
    moves.with_columns(pl.lit(value).alias(name) for name, value in signed.items()).write_csv(
        out / "moves.csv"
    )
    applied = call("apply", out / "snapshot", out, "--workspace", ours)
    assert applied.code == 0, applied
    return ours


def test_a_workspace_stands_for_the_region(region: Path, tmp_path: Path) -> None:
    """Its present snapshot is read."""
    ours = workspace_of(region, tmp_path)
    called = call("contacts", ours, "--weeks", 2, "--out", tmp_path / "out")
    assert called.code == 0, called


def test_the_campaign_says_what_it_puts_off(region: Path, contacts: Path, tmp_path: Path) -> None:
    """Overdue meetings with a new due day are counted on the screen and in the summary."""
    assert json.loads((contacts / "summary.json").read_text())["new_day_by_campaign"] == 0
    day = str(pl.read_csv(region / "snapshot.csv", infer_schema=False)["date"][0])
    wishes = tmp_path / "policy.yaml"
    wishes.write_text(f"contacts:\n  campaign_starts: {day}\n  campaign_weeks: 13\n")
    called = call("contacts", region, "--weeks", 8, "--policy", wishes, "--out", tmp_path / "out")
    assert called.code == 0, called
    told = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert told["new_day_by_campaign"] > 1
    said = f"{told['new_day_by_campaign']:,} overdue meetings have a new due day because of the campaign"
    assert said in called.out


def test_finnish_calendars(region: Path, tmp_path: Path) -> None:
    """Finnish headings and semicolons."""
    assert call("contacts", region, "--weeks", 2, "--out", tmp_path / "ulos", "--finnish").code == 0
    heading = (tmp_path / "ulos" / "teams.csv").read_bytes().decode("utf-8-sig").splitlines()[0]
    assert heading == ";".join(c.fi for c in TEAMS.columns)


@pytest.mark.parametrize("weeks", [0, -2, 105])
def test_weeks_out_of_range_are_refused(region: Path, tmp_path: Path, weeks: int) -> None:
    """A calendar has 1 to 104 weeks."""
    called = call("contacts", region, "--weeks", weeks, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "1 to 104" in called.err


def test_a_plan_of_other_clients_is_refused(region: Path, plan: Path, tmp_path: Path) -> None:
    """Strange clients, missing clients and strange coaches are told at once."""
    rows = pl.read_csv(plan / "plan.csv", infer_schema=False)
    changed = rows.with_columns(
        client_id=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("X1")).otherwise("client_id"),
        coach_id=pl.when(pl.int_range(pl.len()) == 1).then(pl.lit("X2")).otherwise("coach_id"),
    )
    changed.write_csv(tmp_path / "plan.csv")
    called = call("contacts", region, "--plan", tmp_path / "plan.csv", "--out", tmp_path / "out")
    assert called.code == 2
    assert not (tmp_path / "out").exists()
    assert all(word in called.err for word in ("'X1'", f"'{rows['client_id'][0]}'", "'X2'", "3 complaints"))


def test_temporary_cover_writes_who_holds_what(region: Path, tmp_path: Path) -> None:
    """Cover, workbook and summary agree; the file is in the order of the due days."""
    coach = pl.read_csv(region / "clients.csv")["coach_id"].drop_nulls().mode().sort()[0]
    day = pl.read_csv(region / "snapshot.csv", try_parse_dates=True)["date"][0]
    write_temporary_cover(
        TemporaryWishes(region, coach, day, None, tmp_path / "cover", None, None, finnish=False)
    )
    assert set(files_of(tmp_path / "cover")) == {"cover.csv", "cover.xlsx", "summary.json"}
    told = json.loads((tmp_path / "cover" / "summary.json").read_text())
    rows = pl.read_csv(tmp_path / "cover" / "cover.csv", try_parse_dates=True)
    assert rows.columns == [c.name for c in TEMPORARY_COVER.columns]
    assert rows["due"].is_sorted()
    assert told["meetings"] == rows.height > 0
    assert rows.height == sum(told[outcome] for outcome in ("covered", "late", "nobody", "waits"))
    assert sum(told["minutes_by_deputy"].values()) == pytest.approx(
        rows.drop_nulls("deputy_id")["minutes"].sum()
    )
    assert isinstance(rows["back_on"][0], date)


def test_temporary_cover_by_command(region: Path, tmp_path: Path) -> None:
    """The command passes its words on; an unknown coach is refused with the nearest ids."""
    words = ("--temporary", "--from", "2023-04-03", "--to", "2023-04-21", "--out", tmp_path / "cover")
    called = call("cover", region, "--coach", "K99", *words)
    assert_refused(called, tmp_path / "cover")
    assert "nearest ids" in called.err
    coach = pl.read_csv(region / "coaches.csv")["coach_id"][0]
    called = call("cover", region, "--coach", coach, *words)
    assert called.code == 0, called
    assert "All clients keep their coach." in called.out
