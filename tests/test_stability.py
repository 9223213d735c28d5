"""The same question gets the same number from every command, and a small change of the input a small one of the plan."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.explain import explain
from optimiser.allocation.why_not import load
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.churn import churn
from optimiser.tables.demo import DemoOptions
from tests.cli.calls import call
from tests.regions import Recipe, snapshot_from

SEEDS = (1, 2, 3)
EXACT = 1e-4
"""Minutes a month that sums in another order, and rounded columns, may differ by."""


@cache
def region(seed: int) -> Snapshot:
    """A demo region of 280 clients and 10 coaches, nearly full."""
    return snapshot_from(
        Recipe(DemoOptions(clients=280, coaches=10, seed=seed, pressure=1.0, present_share=0.95))
    )


@cache
def without_newcomer(seed: int) -> tuple[Snapshot, Allocation, str]:
    """The region without one of its clients who have no coach, its plan, and that client."""
    full = region(seed)
    newcomer = str(full.clients.filter(pl.col("coach_id").is_null())["client_id"][0])
    fewer = full.replace(clients=full.clients.filter(pl.col("client_id") != newcomer))
    return fewer, allocate(fewer, Policy()), newcomer


def with_newcomer_apart(full: Snapshot, earlier: pl.DataFrame, newcomer: str) -> pl.DataFrame:
    """The earlier plan's rows with a row for the newcomer, who has no coach yet."""
    row = earlier.head(1).with_columns(
        client_id=pl.lit(newcomer),
        coach_id=pl.lit(None, dtype=pl.String),
        previous_coach_id=pl.lit(None, dtype=pl.String),
        status=pl.lit("unserved"),
    )
    rows = pl.concat([earlier, row.cast(dict(earlier.schema))]).sort("client_id")
    assert rows["client_id"].equals(full.clients["client_id"].cast(pl.String).sort())
    return rows


@pytest.mark.parametrize("seed", SEEDS)
def test_one_client_more_moves_only_whom_it_pays_to_move(seed: int) -> None:
    """Near the earlier plan: it costs no more than the newcomer's cheapest place, and each change of it pays."""
    fewer, before, newcomer = without_newcomer(seed)
    full = region(seed)
    after = allocate(full, Policy(), near=before.plan.rows)
    apart = with_newcomer_apart(full, before.plan.rows, newcomer)
    open_to = [a for a in explain(full, Policy(), apart, newcomer).alternatives if not a.breaks]
    assert open_to, "the newcomer finds a place without moving anybody"
    untouched = before.plan.certificate.objective_minutes + open_to[0].difference
    minutes = after.plan.certificate.objective_minutes
    found = churn(before.plan.rows, after.plan.rows)
    assert found.common == fewer.clients.height
    assert minutes <= untouched + EXACT
    if found.changed:
        assert minutes < untouched - EXACT


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_new_changes_only_what_pays(seed: int) -> None:
    """The same input near its own plan: nobody changes unless that saves minutes, and then the plan is better."""
    snapshot, before, _ = without_newcomer(seed)
    after = allocate(snapshot, Policy(), near=before.plan.rows)
    saved = before.plan.certificate.objective_minutes - after.plan.certificate.objective_minutes
    assert saved >= -EXACT
    assert churn(before.plan.rows, after.plan.rows).changed == 0 or saved > EXACT


@pytest.mark.parametrize("seed", SEEDS)
def test_staying_near_changes_fewer(seed: int) -> None:
    """Anew from scratch at least as many clients change as near the earlier plan."""
    _, before, _ = without_newcomer(seed)
    near = churn(before.plan.rows, allocate(region(seed), Policy(), near=before.plan.rows).plan.rows)
    anew = churn(before.plan.rows, allocate(region(seed), Policy()).plan.rows)
    assert near.changed <= anew.changed


@pytest.mark.parametrize("seed", SEEDS)
def test_explain_and_why_not_agree(seed: int) -> None:
    """What explain calls the difference to another coach is what the direct way of why-not costs."""
    snapshot, found, _ = without_newcomer(seed)
    rows = found.plan.rows
    loaded = load(snapshot, Policy(), rows)
    moved = rows.filter(pl.col("status").is_in(["moved", "new", "kept"])).group_by(
        "status", maintain_order=True
    )
    for name in moved.agg(pl.col("client_id").first())["client_id"]:
        for other in explain(snapshot, Policy(), rows, name).alternatives:
            direct = loaded.why_not(name, other.coach_id).direct
            assert (direct.minutes if direct else 0.0) == pytest.approx(other.difference, abs=1e-6)
            assert (direct.breaks if direct else ()) == other.breaks


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_of_the_questions_is_the_bound_of_the_plan(seed: int) -> None:
    """Where everybody is served, why-not starts from the very bound that the certificate proves."""
    snapshot, found, _ = without_newcomer(seed)
    assert not (found.plan.rows["status"] == "unserved").any()
    loaded = load(snapshot, Policy(), found.plan.rows)
    assert loaded.base.bound == pytest.approx(found.plan.certificate.bound_minutes, abs=EXACT)
    assert loaded.value == pytest.approx(found.plan.certificate.objective_minutes, abs=EXACT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo region on disk, as the commands read it."""
    made = tmp_path_factory.mktemp("stability") / "region"
    assert call("demo", made, "--clients", 280, "--coaches", 10).code == 0
    return made


def numbers(plan: Path) -> tuple[bytes, bytes, dict[str, Any]]:
    """The rows, the proof and the figures of a plan's folder."""
    told = json.loads((plan / "summary.json").read_text(encoding="utf-8"))
    figures = {
        key: told[key] for key in ("objective_minutes", "bound_minutes", "gap", "moved", "forced", "unserved")
    }
    return (plan / "plan.csv").read_bytes(), (plan / "certificate.json").read_bytes(), figures


@pytest.mark.parametrize("budget", [0, 12])
def test_allocate_and_rebalance_agree_on_a_budget(folder: Path, tmp_path: Path, budget: int) -> None:
    """A budget in the policy and the same budget as an option give one plan, one proof, one set of figures."""
    wishes = tmp_path / "policy.yaml"
    wishes.write_text(f"limits:\n  moves: {budget}\n", encoding="utf-8")
    by_policy = call("allocate", folder, "--out", tmp_path / "a", "--policy", wishes, "--no-report")
    by_option = call("rebalance", folder, "--out", tmp_path / "b", "--max-moves", budget, "--no-report")
    assert (by_policy.code, by_option.code) == (0, 0), (by_policy, by_option)
    assert numbers(tmp_path / "a") == numbers(tmp_path / "b")
    assert numbers(tmp_path / "a")[2]["moved"] <= budget


def test_rebalancing_near_its_own_plan_changes_only_what_pays(folder: Path, tmp_path: Path) -> None:
    """`rebalance --near` the plan it made: within the same budget nobody changes unless that saves minutes."""
    first = call("rebalance", folder, "--out", tmp_path / "a", "--max-moves", 12, "--no-report")
    words = ("--max-moves", 12, "--near", tmp_path / "a", "--no-report")
    again = call("rebalance", folder, "--out", tmp_path / "b", *words)
    assert (first.code, again.code) == (0, 0), (first, again)
    told = json.loads((tmp_path / "b" / "summary.json").read_text(encoding="utf-8"))
    before, after = numbers(tmp_path / "a")[2], numbers(tmp_path / "b")[2]
    saved = before["objective_minutes"] - after["objective_minutes"]
    assert saved >= -EXACT
    assert told["churn"]["changed"] == 0 or saved > EXACT
    assert after["moved"] <= 12
    assert after["bound_minutes"] == pytest.approx(before["bound_minutes"])


def test_why_not_of_the_plan_of_a_rebalance(folder: Path, tmp_path: Path) -> None:
    """Asked about the plan of a rebalance, explain and explain --why-not keep to its budget and agree on the minutes."""
    assert call("rebalance", folder, "--out", tmp_path / "a", "--max-moves", 12, "--no-report").code == 0
    rows = pl.read_csv(tmp_path / "a" / "plan.csv")
    name = rows.filter(pl.col("status") == "kept")["client_id"][0]
    table = call("explain", folder, tmp_path / "a", name).out.splitlines()
    cells = [line.strip("│ ").split("│") for line in table if line.startswith("│")]
    other, difference = cells[1][0].strip(), cells[1][1].strip()
    said = call("explain", folder, tmp_path / "a", name, "--why-not", other)
    assert said.code == 0
    assert f"│ {difference:>15} │" in said.out
