"""`optimiser rebalance` and `frontier` as they are called: budget, teams, frozen coaches, bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli.calls import assert_refused, call, files_of


def summary(out: Path) -> dict[str, Any]:
    """The summary that a command wrote."""
    found: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return found


def plan_rows(out: Path) -> pl.DataFrame:
    """The plan that a command wrote."""
    return pl.read_csv(out / "plan.csv", infer_schema=False)


@pytest.fixture(scope="module")
def rebalanced(region: Path) -> Path:
    """A plan with at most ten moves, with workbook and page."""
    out = region.parent / "rebalanced"
    called = call("rebalance", region, "--out", out, "--max-moves", 10)
    assert called.code == 0, called
    return out


def test_the_budget_is_kept_and_the_plan_passes_the_check(region: Path, rebalanced: Path) -> None:
    """At most ten move, forced ones are told apart, and the check finds nothing."""
    told = summary(rebalanced)
    assert told["budget"] == 10
    assert told["moved"] <= 10
    assert told["movable"] > 10
    assert told["steps"]["moved"] == told["moved"]
    assert told["steps"]["forced"] == told["forced"]
    assert call("check", region, rebalanced).code == 0
    moves = pl.read_csv(rebalanced / "moves.csv", infer_schema=False)
    changed = plan_rows(rebalanced).filter(pl.col("status").is_in(["moved", "forced", "new"]))
    assert sorted(moves["client_id"]) == sorted(changed["client_id"])
    assert moves["decision"].null_count() == moves.height
    assert {"moves.csv", "plan.xlsx", "report.html", "overload.json"} <= set(files_of(rebalanced))


def test_one_move_too_many_is_found_by_the_check(region: Path, rebalanced: Path, tmp_path: Path) -> None:
    """A plan without a limit does not pass under the policy of the budget."""
    free = tmp_path / "free"
    assert call("rebalance", region, "--out", free, "--no-report").code == 0
    assert summary(free)["moved"] > 10
    called = call("check", region, free, "--policy", rebalanced / "policy_in_force.yaml")
    assert called.code == 1
    assert "moves" in called.out


def test_the_same_call_gives_the_same_bytes(region: Path, tmp_path: Path) -> None:
    """Plan, proof and move list of two runs are equal to the last byte."""
    for name in ("one", "two"):
        assert call("rebalance", region, "--out", tmp_path / name, "--max-moves", 5, "--no-report").code == 0
    first, second = (files_of(tmp_path / name) for name in ("one", "two"))
    same = ("plan.csv", "certificate.json", "moves.csv", "policy_in_force.yaml")
    assert all(first[name] == second[name] for name in same)


def test_a_share_is_of_those_who_could_move(region: Path, rebalanced: Path, tmp_path: Path) -> None:
    """3 % of the movable clients, rounded down; a Finnish decimal comma is read."""
    could = summary(rebalanced)["movable"]
    for text, share in (("3%", 0.03), ("2,5 %", 0.025)):
        assert (
            call("rebalance", region, "--out", tmp_path / "o", "--max-share", text, "--no-report").code == 0
        )
        assert summary(tmp_path / "o")["budget"] == int(share * could)


def test_teams_and_frozen_coaches_are_kept(region: Path, tmp_path: Path) -> None:
    """Inside units nobody moves to another one; a frozen coach loses and gains nobody who could stay."""
    units = dict(
        pl.read_csv(region / "coaches.csv", infer_schema=False).select("coach_id", "unit_id").iter_rows()
    )
    out = tmp_path / "teams"
    words = ("--within", "unit", "--freeze", "K001", "--no-report")
    assert call("rebalance", region, "--out", out, *words).code == 0
    assert call("check", region, out).code == 0
    moved = plan_rows(out).filter(pl.col("status") == "moved")
    assert all(units[a] == units[b] for a, b in moved.select("previous_coach_id", "coach_id").iter_rows())
    assert "K001" not in {*moved["previous_coach_id"], *moved["coach_id"]}


def test_near_an_earlier_proposal_little_changes(region: Path, rebalanced: Path, tmp_path: Path) -> None:
    """Asked again near its own proposal, the same facts change nobody who does not pay."""
    out = tmp_path / "near"
    words = ("--max-moves", 10, "--near", rebalanced, "--no-report")
    assert call("rebalance", region, "--out", out, *words).code == 0
    told = summary(out)
    assert told["objective_minutes"] <= summary(rebalanced)["objective_minutes"] + 1e-6
    assert told["churn"]["share"] <= 0.02


BAD = {
    "more moves than there are": (("--max-moves", 100_000), ("more moves than there are", "100000")),
    "share without a sign": (("--max-share", "3"), ("no share", "3%")),
    "both": (("--max-share", "3%", "--max-moves", 3), ("--max-moves as well",)),
    "unknown coach": (("--freeze", "K999"), ("K999", "nearest ids")),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_wishes_are_refused(
    region: Path, tmp_path: Path, case: tuple[tuple[object, ...], tuple[str, ...]]
) -> None:
    """What cannot be done is said with advice, exit code 2, nothing written."""
    words, said = case
    called = call("rebalance", region, "--out", tmp_path / "out", *words)
    assert_refused(called, tmp_path / "out")
    assert all(word in called.err for word in said), called.err


def test_frontier_writes_points_and_any_of_them_as_a_plan(region: Path, tmp_path: Path) -> None:
    """Table, page, workbook and JSON agree, and the point asked for is the plan rebalance makes."""
    out, alone = tmp_path / "frontier", tmp_path / "alone"
    assert call("frontier", region, "--out", out, "--points", 4, "--plan", 10).code == 0
    told = json.loads((out / "frontier.json").read_text(encoding="utf-8"))
    rows = pl.read_csv(out / "frontier.csv")
    assert rows["objective_minutes"].to_list() == [p["objective_minutes"] for p in told["points"]]
    assert rows["knee"].to_list().count("yes") == 1
    assert {"frontier.html", "frontier.xlsx", "summary.json"} <= set(files_of(out))
    assert call("rebalance", region, "--out", alone, "--max-moves", 10).code == 0
    same = ("plan.csv", "certificate.json", "moves.csv", "report.html")
    assert all((out / "plan" / name).read_bytes() == (alone / name).read_bytes() for name in same)


@pytest.mark.parametrize("points", [0, 1, 61])
def test_too_few_or_too_many_points_are_refused(region: Path, tmp_path: Path, points: int) -> None:
    """A frontier has 2 to 60 points."""
    assert_refused(call("frontier", region, "--out", tmp_path / "o", "--points", points), tmp_path / "o")


def test_a_point_with_more_moves_than_there_are_is_refused_before_anything_is_written(
    region: Path, tmp_path: Path
) -> None:
    """The frontier does not begin where the plan asked for cannot be."""
    called = call("frontier", region, "--out", tmp_path / "o", "--plan", 100_000)
    assert_refused(called, tmp_path / "o")
    assert "--plan" in called.err


def test_a_proposal_for_another_region_is_no_neighbour(rebalanced: Path, tmp_path: Path) -> None:
    """Near a plan of other clients is a complaint, not a plan that changes everybody."""
    other = tmp_path / "other"
    assert call("demo", other, "--clients", 40, "--coaches", 3, "--seed", 9).code == 0
    rows = pl.read_csv(rebalanced / "plan.csv", infer_schema=False)
    strange = tmp_path / "strange"
    strange.mkdir()
    rows.with_columns(client_id="X" + pl.col("client_id")).write_csv(strange / "plan.csv")
    out = tmp_path / "planned"
    called = call("rebalance", other, "--out", out, "--near", strange)
    assert_refused(called, out)
    assert "another region" in called.err


def test_a_plan_of_other_facts_is_told_so(rebalanced: Path, tmp_path: Path) -> None:
    """Checked against other facts, the plan is said to be of another snapshot, and no bound is told."""
    other = tmp_path / "other"
    assert call("demo", other, "--clients", 280, "--coaches", 10, "--seed", 5).code == 0
    called = call("check", other, rebalanced)
    assert called.code == 1
    assert "was made of the snapshot" in called.out
    assert "no plan can cost less" not in called.out
