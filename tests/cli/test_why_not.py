"""`optimiser explain --why-not`: one sentence first, ways by id, and friendly refusals."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.allocation.explain import explain
from optimiser.domain.policy import Policy
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.read import read_snapshot
from tests.cli.calls import call


@pytest.fixture(scope="module")
def pair(region: Path, plan: Path) -> tuple[str, str, str]:
    """A client, a coach who may serve, and one whom a rule bars."""
    rows = read_plan_rows(plan)
    snapshot = read_snapshot(region)
    for name in rows.filter(pl.col("status") == "kept")["client_id"]:
        found = explain(snapshot, Policy(), rows, name)
        others = [a.coach_id for a in found.alternatives if a.coach_id != found.coach_id]
        if others and found.barred:
            return name, others[0], found.barred[0][0]
    raise AssertionError("the region has a client with a choice")


def test_the_price_of_another_coach(region: Path, plan: Path, pair: tuple[str, str, str]) -> None:
    """The answer comes first; then the bound, and a table of ways with loads in whole per cent."""
    name, target, _ = pair
    called = call("explain", region, plan, name, "--why-not", target)
    assert called.code == 0, called
    first = called.out.splitlines()[0]
    assert first.startswith((f"{name} could have {target}", f"{name} cannot"))
    assert f"{name}: " in called.out
    assert f"-> {target}" in called.out
    assert "estimates" in called.out


def test_the_rules_that_bar(region: Path, plan: Path, pair: tuple[str, str, str]) -> None:
    """Barred by rules: which ones, and that no price is computed; no table."""
    name, _, barred = pair
    called = call("explain", region, plan, name, "--why-not", barred)
    assert called.code == 0
    assert called.out.startswith(f"{name} cannot have {barred}: the coach ")
    assert "no price is computed" in called.out
    assert "minutes a month" not in called.out


def test_unknown_ids_are_refused(region: Path, plan: Path) -> None:
    """Both ids wrong: both complaints at once, with ids that exist, and no traceback."""
    called = call("explain", region, plan, "C9", "--why-not", "K9")
    assert called.code == 2
    assert called.err.count("Try one of the nearest ids: ") == 2
    assert "Traceback" not in called.err


def test_the_same_words_twice(region: Path, plan: Path, pair: tuple[str, str, str]) -> None:
    """The same question gets the same bytes."""
    words = ("explain", region, plan, pair[0], "--why-not", pair[1])
    assert call(*words).out == call(*words).out
