"""The commands `about` and `forget`, and what errors say of persons."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.cli.calls import call
from tests.cli.every_command import confirm


@pytest.fixture(scope="module")
def made(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace in which twenty moves were applied."""
    folder = tmp_path_factory.mktemp("rights")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = ("rebalance", region, "--out", "moves", "--max-moves", 20, "--no-report")
        assert call(*words).code == 0
        confirm()
        assert call("apply", region, "moves", "--workspace", "ours").code == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to work in."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def moved(folder: Path) -> str:
    """A client who was moved."""
    return str(pl.read_csv(folder / "moves" / "moves.csv", infer_schema=False)["client_id"][0])


def test_about_on_the_screen(folder: Path) -> None:
    """Snapshots, plan and log entry are told with what the columns mean; the log notes that it was shown."""
    client = moved(folder)
    called = call("about", client, "--workspace", "ours", "--by", "E9")
    assert called.code == 0, called
    assert called.out.startswith(f"Held on {client} in ours\n")
    for part in ("The present snapshot, of 2023-03-06", "Plan made of the facts of", "Entry 1 of the log"):
        assert part in called.out
    assert "(Year of birth; age is the year of the snapshot less this)" in called.out
    assert "Entry 1 of the log, " in called.out and "an official decided on the coach." in called.out
    again = call("about", client, "--workspace", "ours", "--language", "fi")
    assert not [word for word in ("True", "False", "undone", "decision: shown", "T0") if word in again.out]
    assert "birth" not in called.out.partition("Entry 1 of the log")[2]
    others = set(pl.read_csv(folder / "moves" / "plan.csv", infer_schema=False)["client_id"]) - {client}
    assert not [other for other in others if other in called.out]
    log = call("log", "--workspace", "ours", "--verify")
    assert log.code == 0, log
    assert "what is held on one client was shown" in log.out
    assert client not in log.out


def test_about_in_a_file(folder: Path) -> None:
    """The whole answer as JSON; an earlier answer is replaced, another file and the workspace are not written."""
    client = moved(folder)
    for _again in range(2):
        called = call("about", client, "--workspace", "ours", "--out", "about.json")
        assert called.code == 0, called
    told = json.loads(Path("about.json").read_text(encoding="utf-8"))
    assert told["held_on"] == client
    assert len(told["snapshots"]) == 2
    assert [row["kind"] for row in told["log"]] == ["shown", "apply"]
    Path("other.json").write_text("{}")
    for file in ("other.json", "ours/about.json"):
        called = call("about", client, "--workspace", "ours", "--out", file)
        assert called.code == 2, called
    assert Path("other.json").read_text() == "{}"


def test_nothing_is_held_on_a_stranger(folder: Path) -> None:
    """A clear word and exit code 0, and the log does not keep the id."""
    called = call("about", "C999999", "--workspace", "ours")
    assert (called.code, called.out) == (0, "Nothing is held on C999999 in ours.\n")
    assert b"C999999" not in Path("ours/log.sqlite").read_bytes()


def test_forget_says_what_went(folder: Path) -> None:
    """What is older goes and is counted, but for the present snapshot; a day that has not come is refused."""
    called = call("forget", "--before", "2023-03-06", "--workspace", "ours")
    assert called.code == 0, called
    assert called.out.startswith("No facts from before 2023-03-06")
    called = call("forget", "--before", "2999-01-01", "--workspace", "ours")
    assert called.code == 2
    assert "this day lies after today" in called.err
    called = call("forget", "--before", "2021-03-06", "--workspace", "ours")
    assert "present snapshot" not in called.out
    old = Path("ours/plans/2020-01-01-0123456789ab")
    old.mkdir()
    (old / "plan.csv").write_text("client_id,coach_id\n")
    called = call("forget", "--before", "2021-03-06", "--workspace", "ours", "--by", "E9")
    assert called.code == 0, called
    assert "  1 plan with its move list\n" in called.out
    assert not old.exists()
    log = call("log", "--workspace", "ours", "--verify")
    assert log.code == 0
    assert "1 folder of facts before 2021-03-06 deleted" in " ".join(log.out.split())
    # The made-up region is years old, so that the policy's months have passed.
    called = call("forget", "--workspace", "ours")
    assert called.code == 0, called
    assert "  1 snapshot\n" in called.out
    assert "The present snapshot, of 2023-03-06, stays. A workspace that is no longer used" in called.out
    moved = pl.read_csv("moves/moves.csv", infer_schema=False)["client_id"].n_unique()
    assert f"{moved} confirmed changes of coach are not in the client system yet: the list" in called.out
    called = call("forget", "--workspace", "ours")
    assert called.out.startswith("No other facts from before")
    assert call("forget", "--workspace", "nowhere").code == 2
    assert call("about", "C000001", "--workspace", "nowhere").code == 2


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("birth_year", "abc"),
        ("municipality", "999"),
        ("need_level", "9"),
        ("coach_id", "K999"),
        ("client_id", ""),
    ],
)
def test_errors_hold_no_row_of_a_person(
    region: Path, tmp_path: Path, column: str, value: str, language: str
) -> None:
    """A complaint names file, line, column, the value itself and what it could be: no other cell of the row."""
    bad = tmp_path / "region"
    shutil.copytree(region, bad)
    clients = pl.read_csv(bad / "clients.csv", infer_schema=False).with_columns(
        birth_year=pl.lit("1971"), registered_on=pl.lit("2019-11-23"), unemployed_since=pl.lit("2018-07-19")
    )
    row = pl.int_range(pl.len()) == 5
    cell = pl.when(row).then(pl.lit(value or None, pl.String)).otherwise(pl.col(column)).alias(column)
    clients.with_columns(cell).write_csv(bad / "clients.csv")
    called = call("allocate", bad, "--out", tmp_path / "out", "--language", language)
    assert called.code == 2, called
    told = called.err + called.out
    assert "clients.csv" in told
    mine = clients.row(5, named=True)
    others = [
        mine[n] for n in ("client_id", "birth_year", "registered_on", "unemployed_since") if n != column
    ]
    assert not [cell for cell in others if cell in told]


def test_the_log_holds_ids_alone(folder: Path) -> None:
    """No cell of a client's row stands in the log beyond the id and the reason that was shown."""
    client = moved(folder)
    call("about", client, "--workspace", "ours")
    call("log", "--workspace", "ours", "--csv", "log.csv")
    text = Path("log.csv").read_text(encoding="utf-8") + call("log", "--workspace", "ours").out
    clients = pl.read_parquet(next(iter(sorted(Path("ours/snapshots").iterdir()))) / "clients.parquet")
    assert not [one for one in clients["client_id"] if one in text]
    assert "birth_year" not in text
