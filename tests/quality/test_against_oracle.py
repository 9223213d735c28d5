"""Random small regions against docs/MODEL.md written out pair by pair."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.quality.check import check
from optimiser.quality.rules import RULES
from tests.quality.oracle import Oracle
from tests.quality.regions import multipliers, plans, policies, snapshots
from tests.quality.tiny import certificate, plan

NEAR = {"rel": 1e-9, "abs": 1e-7}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_recount_agrees_with_the_model_pair_by_pair(data: st.DataObject) -> None:
    """Prices, statuses, demand, loads, limits and units are those of the page."""
    facts, wanted = data.draw(snapshots()), data.draw(policies())
    assigned = data.draw(plans(facts))
    oracle, found = Oracle(facts, wanted), check(facts, wanted, plan(assigned)).recount
    assert found.prices == pytest.approx(oracle.objective(assigned), **NEAR)
    for row in found.clients.to_dicts():
        i, j = row["client_id"], row["coach_id"]
        demands = [oracle.demand(i, k) for k in oracle.coaches]
        assert row["status"] == oracle.status(i, j)
        assert row["demand_minutes"] == pytest.approx(oracle.demand(i, j) if j else min(demands))
        assert (row["weight"], row["long_term"]) == (oracle.weight(i), oracle.long_term(i))
        together = set(found.clients.filter(pl.col("unit") == row["unit"])["client_id"])
        assert together == set(oracle.unit_of[i])
    minutes, heads, areas = oracle.limits()
    rows = {row["coach_id"]: row for row in found.coaches.to_dicts()}
    assert {j: row["limit_minutes"] for j, row in rows.items()} == pytest.approx(minutes, **NEAR)
    assert {j: row["heads_limit"] for j, row in rows.items()} == heads
    assert dict(found.areas.select("area", "limit_minutes").iter_rows()) == pytest.approx(areas, **NEAR)
    assert found.moves_limit == oracle.moves_limit()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_findings_agree_with_the_model_pair_by_pair(data: st.DataObject) -> None:
    """Exactly the rules broken, the pins, the households and the wrongly unserved are found."""
    facts, wanted = data.draw(snapshots()), data.draw(policies())
    assigned = data.draw(plans(facts))
    oracle = Oracle(facts, wanted)
    expected = set()
    for i, j in assigned.items():
        barred = oracle.barred_by(i, j) if j else set()
        others = oracle.barred_by(i, oracle.clients[i]["coach_id"]) if oracle.clients[i]["coach_id"] else {""}
        if not others and j is not None and i not in oracle.pins:
            barred |= oracle.moving_barred_by(i, j)
        expected |= {(name, i) for name in barred}
        if i in oracle.pins and j not in (None, oracle.pins[i]):
            expected.add(("pin", i))
        if j is None and oracle.home(oracle.unit_of[i]) is not None:
            expected.add(("unserved", i))
    expected |= {("household", u[0]) for u in oracle.units if len({assigned[i] for i in u}) > 1}
    names = {*RULES, "pin", "household", "unserved"}
    found = {(f.name, f.subject) for f in check(facts, wanted, plan(assigned)).findings if f.name in names}
    assert found == expected


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_bounds_agree_with_the_model_unit_by_unit(data: st.DataObject) -> None:
    """Any multipliers give the bounds of the page, and the finest components that hold are accepted."""
    facts, wanted = data.draw(snapshots()), data.draw(policies())
    oracle = Oracle(facts, wanted)
    given_ = certificate(
        facts,
        wanted,
        level1=data.draw(multipliers(facts, wanted, second=False)),
        level2=data.draw(multipliers(facts, wanted, second=True)),
        component=oracle.components() if data.draw(st.booleans()) else dict.fromkeys(oracle.coaches, 3),
        unserved_weighted=float(data.draw(st.integers(0, 3))),
    )
    verdict = check(facts, wanted, plan(dict.fromkeys(oracle.clients)), given_)
    unserved, minutes = oracle.bounds(given_)
    assert verdict.recount.unserved_bound == unserved
    assert verdict.recount.bound_minutes == pytest.approx(minutes, **NEAR)
    assert not {f.name for f in verdict.findings} & {"component", "multipliers", "fingerprint"}


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_plan_that_keeps_every_rule_and_limit_is_below_the_bounds(data: st.DataObject) -> None:
    """Bounds from any multipliers hold for every sound plan, not only the best."""
    facts, wanted = data.draw(snapshots()), data.draw(policies())
    oracle = Oracle(facts, wanted)
    homes = {i: oracle.home(unit) for unit in oracle.units for i in unit}
    sound = plan(homes)
    before = check(facts, wanted, sound)
    objected = {f.name for f in before.findings} - set(RULES)
    assert not objected
    given_ = certificate(
        facts,
        wanted,
        level1=data.draw(multipliers(facts, wanted, second=False)),
        level2=data.draw(multipliers(facts, wanted, second=True)),
        component=oracle.components(),
        unserved_weighted=float(before.recount.unserved_weighted),
    )
    found = check(facts, wanted, sound, given_).recount
    assert found.unserved_bound is not None
    assert found.bound_minutes is not None
    assert found.unserved_bound <= found.unserved_weighted
    assert found.bound_minutes <= found.objective_minutes + 1e-7


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    """Shuffled tables and a shuffled plan give the same findings and the same recount, to the last bit."""
    facts, wanted = data.draw(snapshots()), data.draw(policies())
    assigned = data.draw(plans(facts))
    seed = data.draw(st.integers(0, 99))
    mixed = facts.replace(
        **{n: f.sample(fraction=1, shuffle=True, seed=seed) for n, f in facts.frames().items()}
    )
    one = check(facts, wanted, plan(assigned))
    two = check(mixed, wanted, plan(assigned).sample(fraction=1, shuffle=True, seed=seed))
    assert one.findings == two.findings
    frames = ("clients", "coaches", "areas")
    assert all(getattr(one.recount, n).equals(getattr(two.recount, n)) for n in frames)
    figures = [{k: v for k, v in vars(x.recount).items() if k not in frames} for x in (one, two)]
    assert figures[0] == figures[1]
    assert asdict(one.recount)["prices"] == two.recount.prices
