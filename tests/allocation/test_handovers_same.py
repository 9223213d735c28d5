"""Pinning those who may stay leaves the same problem, and every handover is valid on its own day."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from optimiser.allocation.allocate import allocate
from optimiser.allocation.handovers.future import settled, without_moves
from optimiser.allocation.handovers.plan import planned_handovers
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import check
from optimiser.tables.demo import DemoOptions
from tests.regions import Recipe, policies, recipes, snapshot_from

ROWS = ["client_id", "coach_id"]


def cost_in(snapshot: Snapshot, policy: Policy, rows: pl.DataFrame) -> float:
    """What a plan costs by the independent check, which must find nothing to object to."""
    verdict = check(snapshot, policy, rows.select(ROWS))
    assert not verdict.findings
    return verdict.recount.objective_minutes


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipe=recipes(120), policy=policies())
def test_pinning_those_who_may_stay_changes_nothing(recipe: Recipe, policy: Policy) -> None:
    """Each plan is a plan of the other problem at the same cost, and neither beats the other's bound."""
    still = without_moves(policy)
    snapshot = snapshot_from(recipe)
    reduced = settled(snapshot, still)
    whole, part = allocate(snapshot, still).plan, allocate(reduced, still).plan
    a, b = whole.certificate, part.certificate
    assert cost_in(snapshot, still, part.rows) == pytest.approx(b.objective_minutes)
    assert cost_in(reduced, still, whole.rows) == pytest.approx(a.objective_minutes)
    kept = [p.rows.filter(pl.col("status").cast(pl.String) == "kept")["client_id"] for p in (whole, part)]
    assert kept[0].equals(kept[1])
    assert max(a.unserved_bound, b.unserved_bound) <= min(a.unserved_weighted, b.unserved_weighted) + 1e-6
    if a.unserved_weighted == b.unserved_weighted:
        assert b.bound_minutes <= a.objective_minutes + 1e-6 * abs(a.objective_minutes) + 1e-6
        assert a.bound_minutes <= b.objective_minutes + 1e-6 * abs(b.objective_minutes) + 1e-6


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipe=recipes(120, twist=0))
def test_every_handover_has_a_cause_and_a_sound_plan(recipe: Recipe) -> None:
    """Only who must change is listed, on a day within reach; each day's plan has passed the check."""
    policy = Policy()
    snapshot = snapshot_from(recipe)
    found = planned_handovers(snapshot, policy, 12)
    rows = found.rows
    assert rows.select(pl.col("on").is_between(snapshot.date, found.until, closed="right").all()).item()
    assert not (rows["from_coach_id"] == rows["to_coach_id"]).any()
    for step in found.steps:
        plan = step.received.found.plan.rows
        changed = plan.filter((pl.col("coach_id") != pl.col("previous_coach_id")).fill_null(True))
        assert set(changed["client_id"]) == set(step.received.rows["client_id"])
        assert set(step.batch.changes["client_id"]) <= set(changed["client_id"])
        assert not changed["status"].cast(pl.String).is_in(["moved", "new"]).any()


def test_the_same_facts_give_the_same_list() -> None:
    """Twice the same, also with the rows of the tables in another order."""
    snapshot = snapshot_from(Recipe(options=DemoOptions(clients=280, coaches=10, seed=3)))
    turned = snapshot.replace(
        clients=snapshot.clients.reverse(), coaches=snapshot.coaches.reverse(), pins=snapshot.pins.reverse()
    )
    first, second = (planned_handovers(s, Policy(), 12).rows for s in (snapshot, turned))
    assert first.height > 5
    assert first.equals(second)
