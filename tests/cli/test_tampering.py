"""A certificate or a plan that was changed is found out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.cli.calls import Called, call

Certificate = dict[str, Any]


def checked(region: Path, plan: Path, folder: Path, change: Callable[[Certificate], None]) -> Called:
    """The verdict on a copy of the plan whose certificate was changed."""
    copy = folder / "plan"
    shutil.copytree(plan, copy)
    content = json.loads((copy / "certificate.json").read_text())
    before = json.dumps(content)
    change(content)
    assert json.dumps(content) != before
    (copy / "certificate.json").write_text(json.dumps(content))
    return call("check", region, copy)


FIGURES = (
    "unserved_weighted",
    "unserved_bound",
    "bound_minutes",
    "objective_minutes",
    "overload_minutes",
)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("by", [1.0, -1.0])
def test_a_changed_figure(region: Path, plan: Path, tmp_path: Path, name: str, by: float) -> None:
    """Each figure of the certificate is recounted."""
    called = checked(region, plan, tmp_path, lambda c: c.update({name: c[name] + by}))
    assert called.code == 1
    assert name in called.out


@pytest.mark.parametrize("name", ["fingerprint", "policy_fingerprint"])
def test_a_changed_fingerprint(region: Path, plan: Path, tmp_path: Path, name: str) -> None:
    """A certificate of other facts or of another policy proves nothing."""
    called = checked(region, plan, tmp_path, lambda c: c.update({name: "0" * 64}))
    assert called.code == 1
    assert "fingerprint" in called.out


def coach_ids(region: Path) -> list[str]:
    """Coaches of the region."""
    return pl.read_csv(region / "coaches.csv")["coach_id"].to_list()


@pytest.mark.parametrize("position", range(10))
def test_every_load_multiplier_matters(region: Path, plan: Path, tmp_path: Path, position: int) -> None:
    """A changed price of any coach's load on level 2 changes the bound, and so is found."""
    coach = coach_ids(region)[position]

    def change(content: Certificate) -> None:
        content["level2"]["load"][coach] += 5.0

    called = checked(region, plan, tmp_path, change)
    assert called.code == 1
    assert "bound_minutes" in called.out


@pytest.mark.parametrize("level", ["level1", "level2"])
@pytest.mark.parametrize("kind", ["load", "heads"])
def test_multipliers_of_both_levels_matter(
    region: Path, plan: Path, tmp_path: Path, level: str, kind: str
) -> None:
    """Prices raised for all coaches, of minutes or of heads, change a bound of their level."""

    def change(content: Certificate) -> None:
        content[level][kind] = {coach: price + 50.0 for coach, price in content[level][kind].items()}

    called = checked(region, plan, tmp_path, change)
    assert called.code == 1
    assert ("unserved_bound" if level == "level1" else "bound_minutes") in called.out


def test_the_price_of_the_unserved_matters(region: Path, plan: Path, tmp_path: Path) -> None:
    """A changed price of the unserved changes the second bound or is refused on level 1."""
    for level, change in (("level2", -20.0), ("level1", 1.0)):
        folder = tmp_path / level
        folder.mkdir()

        def spoil(content: Certificate, level: str = level, change: float = change) -> None:
            content[level]["unserved"] += change

        assert checked(region, plan, folder, spoil).code == 1


SPOILT: list[Callable[[Certificate], None]] = [
    lambda c: c["level2"]["load"].update(K001=-1.0),
    lambda c: c["level2"]["load"].update(K001=float("nan")),
    lambda c: c["level1"]["load"].update(nobody=1.0),
    lambda c: c["level2"]["interpreter"].update(nowhere=1.0),
    lambda c: c["level2"].update(moves=1.0),
    lambda c: c["component"].pop("K001"),
    lambda c: c["component"].update(K001=99),
]


@pytest.mark.parametrize("place", range(len(SPOILT)))
def test_unfit_multipliers_and_labels(region: Path, plan: Path, tmp_path: Path, place: int) -> None:
    """Negative, unknown or split entries are findings, never a stronger bound."""
    called = checked(region, plan, tmp_path, SPOILT[place])
    assert called.code == 1, called
    assert "Traceback" not in called.err


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"level1": 3, "level2": 4}'])
def test_no_certificate_at_all(region: Path, plan: Path, tmp_path: Path, text: str) -> None:
    """A file that is no certificate is refused; a missing one leaves the proof unchecked, and says so."""
    copy = tmp_path / "plan"
    shutil.copytree(plan, copy)
    (copy / "certificate.json").write_text(text)
    called = call("check", region, copy)
    assert called.code == 2
    assert "not a certificate" in called.err
    (copy / "certificate.json").unlink()
    called = call("check", region, copy)
    assert called.code == 0
    assert "the proof is not" in called.out


def edited(plan: Path, folder: Path, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Path:
    """A copy of the plan whose rows were changed by hand."""
    copy = folder / "plan"
    shutil.copytree(plan, copy)
    change(pl.read_csv(copy / "plan.csv", infer_schema=False)).write_csv(copy / "plan.csv")
    return copy


def test_a_plan_edited_by_hand_has_its_findings(region: Path, plan: Path, tmp_path: Path) -> None:
    """A client of another town, out of reach, given to the first coach: the rules are named, with code 1."""
    rows = pl.read_csv(plan / "plan.csv", infer_schema=False)
    coach = pl.read_csv(region / "coaches.csv", infer_schema=False).row(0, named=True)
    homes = pl.read_csv(region / "clients.csv", infer_schema=False).select("client_id", "municipality")
    served = coach["serves"].split()
    assert "*" not in served
    away = rows.join(homes.filter(~pl.col("municipality").is_in(served)), on="client_id", how="semi")
    client = away.filter(pl.col("status") == "kept")["client_id"][0]
    given = (
        pl.when(pl.col("client_id") == client).then(pl.lit(coach["coach_id"])).otherwise(pl.col("coach_id"))
    )
    called = call("check", region, edited(plan, tmp_path, lambda found: found.with_columns(coach_id=given)))
    assert called.code == 1
    assert f"municipality {client}: with {coach['coach_id']}" in called.out
    assert f"status {client}: " in called.out
    assert "objective_minutes: " in called.out


def test_everybody_with_one_coach(region: Path, plan: Path, tmp_path: Path) -> None:
    """Hundreds of findings are counted, the first are listed."""
    called = call(
        "check", region, edited(plan, tmp_path, lambda rows: rows.with_columns(coach_id=pl.lit("K001")))
    )
    assert called.code == 1
    assert " x municipality\n" in called.out
    assert " more of municipality\n" in called.out
    assert "objective_minutes" in called.out
    assert int(called.out.splitlines()[-1].split()[0].replace(",", "")) > 280


def test_two_columns_are_a_plan(region: Path, plan: Path, tmp_path: Path) -> None:
    """Client and coach are enough, rows in any order."""
    copy = edited(plan, tmp_path, lambda rows: rows.select("coach_id", "client_id").reverse())
    called = call("check", region, copy)
    assert called.code == 0, called


def test_a_client_taken_out_or_added(region: Path, plan: Path, tmp_path: Path) -> None:
    """A missing client and an unknown one are findings with their ids."""
    rows = pl.read_csv(plan / "plan.csv", infer_schema=False)
    kept = rows.filter(pl.col("status") == "kept")["client_id"][0]
    stranger = pl.col("client_id").replace(kept, "C999999")
    copy = edited(plan, tmp_path, lambda found: found.with_columns(stranger))
    called = call("check", region, copy)
    assert called.code == 1
    assert f"every_client_once {kept}" in called.out
    assert "unknown_client C999999" in called.out


def test_a_plan_of_changed_facts(region: Path, plan: Path, tmp_path: Path) -> None:
    """One client's need level changed: the certificate no longer proves anything."""
    copy = tmp_path / "region"
    shutil.copytree(region, copy)
    clients = pl.read_csv(copy / "clients.csv", infer_schema=False)
    level = pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("4")).otherwise(pl.col("need_level"))
    assert clients["need_level"][5] != "4"
    clients.with_columns(need_level=level).write_csv(copy / "clients.csv")
    called = call("check", copy, plan)
    assert called.code == 1
    assert "the facts changed" in called.out
