"""A certificate that was tampered with is found out, field by field."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from optimiser.domain.plan import Certificate, Multipliers
from optimiser.quality.check import check
from tests.quality.tiny import ASSIGNED, certificate, client, coach, plan, policy, tiny

COACHES = ("ann", "bo", "cai")


def proved() -> tuple[Any, Any, Any, Certificate]:
    """The region by hand with limits of heads and interpreter minutes, its plan and its proof."""
    clients = tiny().clients.to_dicts()
    clients.append(client("c7", language="fse", channel="phone"))
    facts = tiny(
        clients=clients,
        coaches=[
            coach("ann", serves="*", languages="en fi", limit_heads=2),
            coach("bo", municipality="002", fte=0.5),
            coach("cai", unit_id="u2", serves="*", languages="ar fi"),
        ],
    )
    wanted = policy(limits={"interpreter_minutes": {"south": 30.0}})
    level1 = Multipliers({"ann": 0.01, "bo": 0.02, "cai": 0.0}, {"ann": 0.1}, {"south": 0.03})
    level2 = Multipliers({"ann": 0.1, "bo": 1.0, "cai": 0.1}, {"ann": 0.2}, {"south": 0.5}, 0.0, 300.0)
    blank = certificate(facts, wanted, level1=level1, level2=level2, component={"ann": 0, "bo": 0, "cai": 4})
    rows = plan(ASSIGNED | {"c7": "bo"})
    found = check(facts, wanted, rows, blank).recount
    assert found.bound_minutes is not None
    assert found.unserved_bound is not None
    figures = {
        "unserved_bound": found.unserved_bound,
        "bound_minutes": found.bound_minutes,
        "objective_minutes": found.objective_minutes,
    }
    return facts, wanted, rows, replace(blank, **figures)


def names(given: Certificate) -> set[str]:
    """Names of what the check finds with a certificate."""
    facts, wanted, rows, _ = proved()
    return {f.name for f in check(facts, wanted, rows, given).findings}


def test_an_honest_certificate_is_accepted() -> None:
    """With the figures of the recount nothing is found, and the bound is below the objective."""
    facts, wanted, rows, honest = proved()
    verdict = check(facts, wanted, rows, honest)
    assert verdict.findings == ()
    assert verdict.recount.bound_minutes is not None
    assert 0 < verdict.recount.bound_minutes <= verdict.recount.objective_minutes


@pytest.mark.parametrize(
    "field", ["unserved_weighted", "unserved_bound", "bound_minutes", "objective_minutes", "overload_minutes"]
)
def test_a_changed_figure_is_found(field: str) -> None:
    """A figure off by a thousandth of a minute, or of a client, is named."""
    honest = proved()[3]
    assert field in names(replace(honest, **{field: getattr(honest, field) + 1e-3}))
    assert field in names(replace(honest, **{field: float("nan")}))


@pytest.mark.parametrize("field", ["fingerprint", "policy_fingerprint"])
def test_other_facts_or_another_policy_are_one_finding(field: str) -> None:
    """The one finding says that they changed, whatever else differs."""
    honest = replace(proved()[3], objective_minutes=1.0)
    assert names(replace(honest, **{field: "0" * 64})) == {"fingerprint"}


CHANGES: list[tuple[str, Any]] = [
    ("load", {"ann": 0.1, "bo": 0.9, "cai": 0.1}),
    ("load", {"ann": 0.1, "bo": 1.0}),
    ("heads", {"ann": 0.3}),
    ("interpreter", {"south": 0.6}),
    ("unserved", 10.0),
]


@pytest.mark.parametrize(("field", "value"), CHANGES)
def test_a_changed_multiplier_moves_the_bound(field: str, value: Any) -> None:
    """The stored bound no longer agrees with what the multipliers prove."""
    honest = proved()[3]
    assert "bound_minutes" in names(replace(honest, level2=replace(honest.level2, **{field: value})))


def test_a_changed_multiplier_of_level_1_moves_its_bound() -> None:
    """Without a price of bo's minutes the region seems to have a whole client more or less."""
    honest = proved()[3]
    dear = replace(honest.level1, load={"ann": 1.0, "bo": 1.0, "cai": 1.0}, heads={})
    given = replace(honest, level1=dear, unserved_bound=honest.unserved_bound + 1)
    assert "unserved_bound" in names(given)


@pytest.mark.parametrize(
    ("level", "change"),
    [
        ("level1", {"load": {"ann": -1e-9}}),
        ("level2", {"heads": {"ann": float("inf")}}),
        ("level2", {"interpreter": {"south": float("nan")}}),
        ("level2", {"unserved": -1.0}),
        ("level1", {"unserved": 1.0}),
        ("level1", {"moves": 1.0}),
        ("level2", {"moves": 1.0}),
        ("level2", {"load": {"stranger": 0.0}}),
        ("level2", {"interpreter": {"north": 0.0}}),
    ],
)
def test_unfit_multipliers_prove_nothing(level: str, change: dict[str, Any]) -> None:
    """Negative, infinite or unknown ones, and moves without a budget, are named; no bound is given."""
    facts, wanted, rows, honest = proved()
    given = replace(honest, **{level: replace(getattr(honest, level), **change)})
    verdict = check(facts, wanted, rows, given)
    assert {f.name for f in verdict.findings} == {"multipliers"}
    assert verdict.recount.bound_minutes is None
    assert verdict.recount.unserved_bound is None


def test_component_labels_must_hold() -> None:
    """Coaches whom one client can reach have one label; every coach has one."""
    honest = proved()[3]
    assert names(replace(honest, component={"ann": 0, "bo": 1, "cai": 4})) == {"component"}
    assert names(replace(honest, component={"ann": 0, "bo": 0})) == {"component"}
    strange = replace(honest, component=honest.component | {"stranger": 1})
    assert names(strange) == {"component"}


def test_a_limited_area_joins_its_coaches() -> None:
    """Two clients of one area with an interpreter, each with a coach of their own, join the labels."""
    facts = tiny(
        coaches=[coach("a", age_groups="adult"), coach("b", age_groups="youth")],
        clients=[client("x", language="fse"), client("y", language="fse", birth_year=2000)],
    )
    rows, apart = plan({"x": "a", "y": "b"}), {"a": 0, "b": 1}
    free = policy()
    assert "component" not in _found(facts, free, rows, apart)
    limited = policy(limits={"interpreter_minutes": {"south": 60.0}})
    assert "component" in _found(facts, limited, rows, apart)
    assert "component" not in _found(facts, limited, rows, {"a": 5, "b": 5})


def _found(facts: Any, wanted: Any, rows: Any, component: dict[str, int]) -> set[str]:
    given = certificate(facts, wanted, component=component)
    return {f.name for f in check(facts, wanted, rows, given).findings}


def test_rounding_up_by_component_needs_labels_that_hold() -> None:
    """Two components each short of half a client leave two over; as one they leave one."""
    facts = tiny(
        coaches=[
            coach("a", age_groups="adult", limit_minutes=75.0),
            coach("b", age_groups="youth", limit_minutes=75.0),
        ],
        clients=[client(i, birth_year=y) for i, y in (("w", 1984), ("x", 1984), ("y", 2000), ("z", 2000))],
    )
    level1 = Multipliers({"a": 0.02, "b": 0.02}, {})
    rows = plan({"w": "a", "x": None, "y": "b", "z": None})
    for component, bound in (({"a": 0, "b": 1}, 2.0), ({"a": 0, "b": 0}, 1.0)):
        given = certificate(facts, policy(), level1=level1, component=component)
        assert check(facts, policy(), rows, given).recount.unserved_bound == bound


def test_a_plan_edited_by_hand_is_judged_by_its_own_objective() -> None:
    """The finding says that the objective differs, and the recount gives the gap that is left."""
    facts, wanted, rows, honest = proved()
    edited = rows.with_columns(coach_id=rows["coach_id"].replace("ann", "bo"))
    verdict = check(facts, wanted, edited, honest)
    assert "objective_minutes" in {f.name for f in verdict.findings}
    assert verdict.recount.objective_minutes > honest.objective_minutes
    assert verdict.recount.bound_minutes == honest.bound_minutes


def test_a_bound_above_what_the_plan_reaches_is_found() -> None:
    """A plan that breaks a limit can be cheaper than the bound, and the finding says why."""
    facts = tiny(coaches=[coach("ann", limit_heads=0), coach("bo", fte=0.1)], clients=[client("x")])
    level2 = Multipliers({"ann": 0.0, "bo": 0.5}, {"ann": 20.0}, {}, 0.0, 100.0)
    given = certificate(facts, policy(), level2=level2)
    found = [(f.name, f.text) for f in check(facts, policy(), plan({"x": "ann"}), given).findings]
    assert any(name == "bound_minutes" and "above what the plan reaches" in text for name, text in found)
    assert "heads" in {name for name, _ in found}
