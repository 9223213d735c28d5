"""`optimiser cover` as a user calls it."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from optimiser.cli.cover import days_of_call
from optimiser.cli.cover_words import language_words, without_sentences
from optimiser.domain.errors import InputError
from tests.cli.calls import assert_refused, call, files_of


def busiest(region: Path) -> str:
    """The coach with most clients."""
    coaches = pl.read_csv(region / "clients.csv", infer_schema_length=0)["coach_id"].drop_nulls()
    return str(coaches.value_counts().sort("count", "coach_id", descending=True)["coach_id"][0])


def day_of(region: Path) -> str:
    """Date of the snapshot."""
    return str(pl.read_csv(region / "snapshot.csv", infer_schema_length=0)["date"][0])


@pytest.fixture(scope="module")
def covered(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The permanent cover of the busiest coach; tests that change files copy it."""
    out = tmp_path_factory.mktemp("cover") / "out"
    called = call(
        "cover", region, "--coach", busiest(region), "--permanent", "--from", day_of(region), "--out", out
    )
    assert called.code == 0, called
    return out


def test_the_plan_of_a_cover_passes_the_check(covered: Path) -> None:
    """Facts, policy, plan and proof in the folder belong together."""
    called = call("check", covered / "snapshot", covered)
    assert (called.code, "No findings." in called.out) == (0, True), called


def test_the_files_of_a_cover_agree(region: Path, covered: Path) -> None:
    """Who goes where stands in plan, list of moves and table alike; the coach keeps nobody."""
    told = json.loads((covered / "summary.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(covered / "cover.csv", infer_schema_length=0)
    plan = pl.read_csv(covered / "plan.csv", infer_schema_length=0)
    moves = pl.read_csv(covered / "moves.csv", infer_schema_length=0)
    leaver = busiest(region)
    assert not (plan["coach_id"] == leaver).any()
    mine = rows.filter(pl.col("part") == "leaver")
    assert mine.height == told["leavers_clients"] == (plan["previous_coach_id"] == leaver).sum() > 10
    assert (rows["part"] == "moved").sum() == told["others_moved"] <= told["most_moves"] == 10
    changed = plan.filter((pl.col("status") != "kept") & pl.col("coach_id").is_not_null())
    assert set(changed["client_id"]) == set(moves["client_id"])
    assert set(plan.filter(pl.col("status") != "kept")["client_id"]) == set(rows["client_id"])
    assert (covered / "cover.xlsx").stat().st_size > 5000


def test_the_same_cover_gives_the_same_files(region: Path, covered: Path, tmp_path: Path) -> None:
    """Byte for byte but for the seconds; a Finnish day is a day as well."""
    year, month, day = day_of(region).split("-")
    asked = ("--coach", busiest(region), "--permanent", "--from", f"{int(day)}.{int(month)}.{year}")
    assert call("cover", region, *asked, "--out", tmp_path / "again").code == 0
    first, second = files_of(covered), files_of(tmp_path / "again")
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == ["summary.json"]


def test_no_other_client_moves_where_none_may(region: Path, tmp_path: Path) -> None:
    """With --max-moves 0 only those who must change do."""
    asked = ("--coach", busiest(region), "--permanent", "--from", day_of(region), "--max-moves", 0)
    called = call("cover", region, *asked, "--out", tmp_path / "out")
    assert "Nobody else who may stay moves." in called.out
    assert "moved" not in set(pl.read_csv(tmp_path / "out" / "cover.csv")["part"])
    assert call("check", tmp_path / "out" / "snapshot", tmp_path / "out").code == 0


def test_a_coach_comes_back(region: Path, covered: Path, tmp_path: Path) -> None:
    """After a cover was carried out, the clients of then are proposed back, and the plan is sound."""
    after = tmp_path / "after"
    shutil.copytree(covered / "snapshot", after)
    coaches = pl.read_csv(covered / "plan.csv", infer_schema_length=0).select("client_id", now="coach_id")
    clients = pl.read_parquet(after / "clients.parquet")
    moved = clients.join(coaches, on="client_id").with_columns(coach_id="now").select(clients.columns)
    moved.write_parquet(after / "clients.parquet")
    asked = ("--coach", busiest(region), "--back", "--from", day_of(region), "--since", region)
    called = call("cover", after, *asked, "--out", tmp_path / "out")
    assert called.code == 0, called
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(tmp_path / "out" / "returns.csv", infer_schema_length=0)
    assert told["returning"] == (rows["returns"] == "yes").sum() > 0
    assert told["plan"]["moved"] == 0
    assert told["applies_from"] == day_of(region)
    assert "preview" not in called.out
    moves = pl.read_csv(tmp_path / "out" / "moves.csv", infer_schema_length=0)
    assert moves["reason"].str.contains("who has returned, at the client's request.").any()
    assert call("check", tmp_path / "out" / "snapshot", tmp_path / "out").code == 0


def test_the_log_knows_whom_a_coach_had(region: Path, covered: Path, tmp_path: Path) -> None:
    """What was applied from a cover is found in the workspace's log, which stands for the region as well."""
    out, ours = tmp_path / "cover", tmp_path / "ours"
    shutil.copytree(covered, out)
    moves = pl.read_csv(out / "moves.csv", infer_schema_length=0)
    signed = {"decision": "accepted", "confirmed_by": "v1", "confirmed_at": day_of(region)}
    moves.with_columns(pl.lit(value).alias(name) for name, value in signed.items()).write_csv(
        out / "moves.csv"
    )
    applied = call("apply", out / "snapshot", out, "--workspace", ours)
    assert applied.code == 0, applied
    asked = ("--coach", busiest(region), "--back", "--from", day_of(region), "--workspace", ours)
    called = call("cover", ours, *asked, "--out", tmp_path / "back")
    assert called.code == 0, called
    mine = pl.read_csv(covered / "cover.csv", infer_schema_length=0).filter(
        (pl.col("part") == "leaver") & pl.col("to_coach_id").is_not_null()
    )
    assert set(pl.read_csv(tmp_path / "back" / "returns.csv")["client_id"]) == set(mine["client_id"])


def test_a_later_day_is_a_preview(region: Path, tmp_path: Path) -> None:
    """The plan of a day to come says from when on it applies."""
    later = date.fromisoformat(day_of(region)) + timedelta(days=20)
    asked = ("--coach", busiest(region), "--permanent", "--from", later, "--max-moves", 0)
    called = call("cover", region, *asked, "--out", tmp_path / "out")
    assert called.code == 0, called
    day = f"{later.day}.{later.month}.{later.year}"
    assert f"These facts are those of {day}. Apply this plan from that day on" in called.out
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["applies_from"] == later.isoformat()
    assert f"{busiest(region)} leaves on {day}; to" in (tmp_path / "out" / "plan.csv").read_text()


@pytest.mark.parametrize(
    ("mode", "days", "said"),
    [
        (("--permanent",), -1, "before the facts, which are of"),
        (("--permanent",), 367, "more than 366 days after the facts"),
        (("--back", "--since", "."), -1, "before the facts, which are of"),
    ],
)
def test_days_of_which_the_facts_say_nothing(
    region: Path, tmp_path: Path, mode: tuple[str, ...], days: int, said: str
) -> None:
    """Before the facts, and more than a year after, nothing is planned; an unknown coach is told too."""
    day = date.fromisoformat(day_of(region)) + timedelta(days=days)
    called = call("cover", region, "--coach", "K999", *mode, "--from", day, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert said in called.err
    assert "no coach has this id" in called.err


def test_days_that_are_none(region: Path, tmp_path: Path) -> None:
    """Both are complained of plainly, with how to write them."""
    asked = ("--coach", "K001", "--temporary", "--from", "31.2.2023", "--to", "soon")
    called = call("cover", region, *asked, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "there is no such day ('31.2.2023'). Write 2023-02-28 or 28.2.2023." in called.err
    assert "this is no day ('soon')" in called.err
    assert "2 complaints" in called.err


@pytest.mark.parametrize("text", ["2023-13-01", "0.1.2023", "1.1.0000", "1.0.2023"])
def test_days_beyond_the_calendar(text: str) -> None:
    """Months and years that are none are refused too."""
    with pytest.raises(InputError, match="no such day"):
        days_of_call(text, None)


def test_the_sentences_of_a_cover() -> None:
    """Clients of the region without a coach are told of besides the leaver's, and who shared no language."""
    told = {"leavers_clients_without": 22, "new_without": 7, "forced_without": 1}
    said = without_sentences(told)
    assert said[0].startswith(
        "Besides them, 8 clients of the region have no coach in this plan: 7 new, 1 whose coach a rule bars; see"
    )
    one = without_sentences({"leavers_clients_without": 0, "new_without": 1, "forced_without": 0})
    assert one[0].startswith("1 client of the region has no coach in this plan: 1 new; see plan.csv")
    assert without_sentences(dict.fromkeys(told, 0)) == []
    counts = {"language_kept": 95, "language_lost": 1, "language_none_before": 2}
    assert language_words(counts) == "95 keep a shared language, 1 loses it, 2 had none before"


def test_a_coach_is_away_for_a_time(region: Path, tmp_path: Path) -> None:
    """The temporary cover is found under the same command: nobody changes coach."""
    asked = ("--coach", busiest(region), "--temporary", "--from", day_of(region))
    called = call("cover", region, *asked, "--out", tmp_path / "out")
    assert called.code == 0, called
    assert "keep their coach" in called.out
    assert "No last day given: 13 weeks assumed." in called.out
    assert (tmp_path / "out" / "cover.csv").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--coach", "K999", "--permanent"), ("no coach has this id", "nearest ids: K")),
        (("--coach", "K001"), ("nothing says what kind", "--temporary, --permanent and --back")),
        (("--coach", "K001", "--permanent", "--back"), ("exclude each other", "--permanent --back")),
        (("--coach", "K001", "--permanent", "--to", "2030-01-01"), ("no last day", "--to")),
        (("--coach", "K001", "--temporary", "--to", "2000-01-01"), ("before the first", "Exchange")),
        (("--coach", "K001", "--permanent", "--max-moves", "-1"), ("fewer moves than none",)),
        (("--coach", "K001", "--permanent", "--since", "x"), ("does not look back",)),
        (("--coach", "K001", "--back"), ("whom the coach had before", "--since", "--workspace")),
        (("--coach", "K001", "--back", "--since", ".", "--max-moves", "3"), ("moves nobody else",)),
        (("--coach", "K001", "--back", "--workspace", "nowhere"), ("no log lies in this folder",)),
    ],
)
def test_words_that_cannot_be_meant(
    region: Path, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Each is refused with its option and advice, and nothing is written."""
    called = call("cover", region, *words, "--from", day_of(region), "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert [word for word in said if word not in called.err] == []


def test_a_coach_without_clients(region: Path, tmp_path: Path) -> None:
    """Whoever has nobody to hand over needs no cover."""
    copy = tmp_path / "in"
    shutil.copytree(region, copy)
    clients = pl.read_csv(copy / "clients.csv", infer_schema_length=0)
    leaver = busiest(region)
    clients.filter((pl.col("coach_id") != leaver).fill_null(True)).write_csv(copy / "clients.csv")
    for name in ("pins", "exclusions"):
        (copy / f"{name}.csv").unlink()
    asked = ("--coach", leaver, "--permanent", "--from", day_of(region))
    called = call("cover", copy, *asked, "--out", tmp_path / "out")
    assert called.code == 2
    assert "no clients to hand over" in called.err
    assert not (tmp_path / "out").exists()
