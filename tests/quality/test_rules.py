"""Each rule, pin, household and limit: what breaks it is found, what just keeps it is not."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import polars as pl
import pytest

from optimiser.domain.policy import Policy, Prices
from optimiser.domain.policy_rules import Rules
from optimiser.quality.check import check
from optimiser.quality.prices import PRICES
from optimiser.quality.rules import LIMITS, RULES, WORDS
from tests.quality.tiny import DAY, UNITS, Row, client, coach, plan, policy, tiny

YESTERDAY = Date(2024, 6, 14)
TOMORROW = Date(2024, 6, 16)

CASES: dict[str, tuple[Row, Row, list[Row]]] = {
    "municipality": ({}, {"serves": "002"}, []),
    "language": ({"language": "sv", "other_languages": "fi:B1"}, {}, []),
    "age_group": ({"birth_year": 1994}, {"age_groups": "youth"}, []),
    "integration_unit": ({"integration_until": DAY}, {}, []),
    "presence": ({}, {"start": TOMORROW}, []),
    "exclusion": ({}, {}, [{"client_id": "x", "coach_id": "ann", "until": DAY}]),
    "travel": ({"channel": "in_person"}, {"remote": True}, []),
    "recent_change": ({"coach_id": "bo", "involuntary_changes": 1}, {}, []),
    "protection": ({"coach_id": "bo", "coach_since": Date(2024, 4, 16)}, {}, []),
    "freeze": ({"coach_id": "bo"}, {}, []),
    "team": ({"coach_id": "bo"}, {"unit_id": "u3"}, []),
}
"""What the client, the coach ann and the exclusions are, for ann to be barred by this rule alone."""

JUST_KEPT: dict[str, tuple[Row, Row, list[Row]]] = {
    "municipality": ({}, {"serves": "001"}, []),
    "language": ({"language": "sv", "other_languages": "fi:B2"}, {}, []),
    "age_group": ({"birth_year": 1995}, {"age_groups": "youth"}, []),
    "integration_unit": ({"integration_until": YESTERDAY}, {}, []),
    "presence": ({}, {"start": DAY}, []),
    "exclusion": ({}, {}, [{"client_id": "x", "coach_id": "ann", "until": YESTERDAY}]),
    "travel": ({"channel": "phone"}, {"remote": True}, []),
    "recent_change": ({"coach_id": "bo", "involuntary_changes": 0}, {}, []),
    "protection": ({"coach_id": "bo", "coach_since": Date(2024, 4, 15)}, {}, []),
    "freeze": ({}, {}, []),
    "team": ({"coach_id": "bo"}, {}, []),
}

WISHES: dict[str, Row] = {
    "protection": {"younger_than_months": 2},
    "freeze": {"coaches": ["ann"]},
    "team": {"on": True},
}
"""What the policy says of a rule that is silent by default."""


def wished(name: str, **more: Any) -> Policy:
    """The policy in which a rule has something to say."""
    return policy(rules={name: WISHES.get(name, {}) | more})


def found(
    case: tuple[Row, Row, list[Row]], wanted: Policy, pins: list[Row] | None = None
) -> list[tuple[str, str]]:
    """Name and subject of the findings on giving the client of a case to ann."""
    facts, post, exclusions = case
    region = tiny(
        clients=[client("x", **facts)],
        coaches=[coach("ann", **post), coach("bo")],
        exclusions=exclusions,
        pins=pins or [],
        units=[*UNITS, {"unit_id": "u3"}],
    )
    return [(f.name, f.subject) for f in check(region, wanted, plan({"x": "ann"})).findings]


@pytest.mark.parametrize("name", RULES)
def test_a_broken_rule_is_the_only_finding(name: str) -> None:
    """The rule is named with the client, and nothing else is."""
    assert found(CASES[name], wished(name)) == [(name, "x")]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_just_kept_is_no_finding(name: str) -> None:
    """One day, one level or one code less, and the pair is allowed."""
    assert found(JUST_KEPT[name], wished(name)) == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_is_off_bars_nobody(name: str) -> None:
    """The same pair is allowed when the policy switches the rule off."""
    assert found(CASES[name], wished(name, on=False)) == []


def test_recent_change_does_not_bind_to_a_coach_who_may_not_serve() -> None:
    """Whoever has a present coach barred by another rule may go to anybody."""
    away = {"client_id": "x", "coach_id": "bo"}
    assert found(({"coach_id": "bo", "involuntary_changes": 5}, {}, [away]), policy()) == []


def test_a_pin_sets_recent_change_aside() -> None:
    """A client pinned to another coach may change again."""
    pinned = [{"client_id": "x", "coach_id": "ann"}]
    assert found(CASES["recent_change"], policy(), pinned) == []


def test_travel_is_measured_by_road() -> None:
    """20 minutes are within a limit of 20, and beyond one of 19.9; the integration unit is exempt."""
    case: tuple[Row, Row, list[Row]] = ({"municipality": "002"}, {}, [])
    assert found(case, policy(rules={"travel": {"max_minutes": 20}})) == []
    near = policy(rules={"travel": {"max_minutes": 19.9}})
    assert found(case, near) == [("travel", "x")]
    exempt: tuple[Row, Row, list[Row]] = (
        {"municipality": "002", "integration_until": DAY},
        {"unit_id": "u2"},
        [],
    )
    assert found(exempt, near) == []


@pytest.mark.parametrize(("until", "names"), [(None, ["pin"]), (DAY, ["pin"]), (YESTERDAY, [])])
def test_a_pin_in_force_is_followed(until: Date | None, names: list[str]) -> None:
    """Another coach than the pinned one is a finding up to the pin's last day."""
    pins = [{"client_id": "x", "coach_id": "bo", "until": until}]
    assert [name for name, _ in found(({}, {}, []), policy(), pins)] == names


def test_a_household_with_two_coaches_is_found() -> None:
    """Members of one unit with different coaches, or one of them unserved, are one finding."""
    facts = tiny(clients=[client("x", household="h"), client("y", household="h")])
    for given in ("bo", None):
        findings = check(facts, policy(), plan({"x": "ann", "y": given})).findings
        assert [(f.name, f.subject) for f in findings] == [("household", "x")]
    off = policy(rules={"household": {"on": False}})
    assert check(facts, off, plan({"x": "ann", "y": "bo"})).findings == ()


def test_members_with_different_coaches_join_only_where_the_policy_says() -> None:
    """Keeping two coaches is sound by default, and a finding with `join_different`."""
    members = [client("x", household="h", coach_id="ann"), client("y", household="h", coach_id="bo")]
    rows = plan({"x": "ann", "y": "bo"})
    assert check(tiny(clients=members), policy(), rows).findings == ()
    joined = policy(rules={"household": {"join_different": True}})
    assert [f.name for f in check(tiny(clients=members), joined, rows).findings] == ["household"]


LIMITED: dict[str, tuple[Row, Row, dict[str, Any], str]] = {
    "minutes": ({}, {"limit_minutes": 50.0}, {}, "ann"),
    "heads": ({}, {"limit_heads": 1}, {}, "ann"),
    "interpreter_minutes": ({"language": "fse"}, {}, {"interpreter_minutes": {"south": 24.0}}, "south"),
}
"""Limits that one client reaches exactly: 50 minutes, one head, 24 interpreter minutes."""


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_reached_is_kept_and_one_client_more_breaks_it(name: str) -> None:
    """Exactly full is sound; a second client is one finding about the coach or the area."""
    facts, post, limits, subject = LIMITED[name]
    region = tiny(coaches=[coach("ann", **post)], clients=[client("x", **facts), client("y", **facts)])
    wanted = policy(limits=limits)
    assert check(region, wanted, plan({"x": "ann", "y": None})).findings == ()
    findings = check(region, wanted, plan({"x": "ann", "y": "ann"})).findings
    assert [(f.name, f.subject) for f in findings] == [(name, subject)]


@pytest.mark.parametrize("name", LIMITED)
def test_those_who_may_stay_raise_a_limit_and_nobody_else_does(name: str) -> None:
    """Two with a present coach fit under the raised limit; a new third does not."""
    facts, post, limits, subject = LIMITED[name]
    stay = [client(i, coach_id="ann", **facts) for i in ("x", "y")]
    wanted, all_with_ann = policy(limits=limits), plan(dict.fromkeys(("x", "y"), "ann"))
    assert check(tiny(coaches=[coach("ann", **post)], clients=stay), wanted, all_with_ann).findings == ()
    region = tiny(coaches=[coach("ann", **post)], clients=[*stay, client("z", **facts)])
    findings = check(region, wanted, plan(dict.fromkeys(("x", "y", "z"), "ann"))).findings
    assert [(f.name, f.subject) for f in findings] == [(name, subject)]


def test_a_budget_of_moves_is_kept_to_and_one_more_breaks_it() -> None:
    """One of two may move; two are a finding. Who is forced or pinned elsewhere is not counted."""
    gone = {"coach_id": "cai"}
    region = tiny(
        clients=[client(i, coach_id="ann") for i in ("x", "y")]
        + [client("f", **gone), client("p", coach_id="bo")],
        coaches=[coach("ann"), coach("bo"), coach("cai", end=YESTERDAY)],
        pins=[{"client_id": "p", "coach_id": "ann"}],
    )
    rest = {"f": "ann", "p": "ann"}
    wanted = policy(limits={"moves": 1})
    assert check(region, wanted, plan({"x": "bo", "y": "ann"} | rest)).findings == ()
    findings = check(region, wanted, plan({"x": "bo", "y": "bo"} | rest)).findings
    assert [(f.name, f.subject) for f in findings] == [("moves", "")]


def test_a_joined_household_raises_the_budget_to_what_it_needs_at_home() -> None:
    """Members with two coaches cannot both stay: one move is allowed though the budget is none."""
    members = [client("x", household="h", coach_id="ann"), client("y", household="h", coach_id="bo")]
    wanted = policy(rules={"household": {"join_different": True}}, limits={"moves": 0})
    found = check(tiny(clients=members), wanted, plan({"x": "ann", "y": "ann"}))
    assert found.findings == ()
    assert found.recount.moves_limit == 1


def test_every_limit_is_tested_here() -> None:
    """A new limit of the check needs its own case."""
    assert {*LIMITED, "moves"} == set(LIMITS)


def test_nobody_who_may_stay_or_is_pinned_is_unserved() -> None:
    """A new client may be left without a coach; a present and a pinned one may not."""
    facts = tiny(
        clients=[client("x", coach_id="ann"), client("y"), client("z")],
        pins=[{"client_id": "y", "coach_id": "bo"}],
    )
    findings = check(facts, policy(), plan({"x": None, "y": None, "z": None})).findings
    assert [(f.name, f.subject) for f in findings] == [("unserved", "x"), ("unserved", "y")]


def test_every_client_stands_once_with_a_known_coach() -> None:
    """Missing, doubled and unknown clients and an unknown coach are named."""
    facts = tiny(clients=[client("x"), client("y"), client("z")])
    ids = ["z", "x", "x", "w"]
    rows = pl.DataFrame({"client_id": ids, "coach_id": ["nobody", "ann", "bo", "ann"]})
    findings = check(facts, policy(), rows).findings
    assert [(f.name, f.subject) for f in findings] == [
        ("unknown_client", "w"),
        ("every_client_once", "x"),
        ("every_client_once", "y"),
        ("unknown_coach", "z"),
    ]


def test_wrong_stored_figures_are_found() -> None:
    """Status, present coach, demand and travel are compared where they are not empty."""
    right = {
        "status": ["new", "kept"],
        "previous_coach_id": [None, "bo"],
        "demand_minutes": [50.0, 50.0],
        "travel_minutes": [0.0, 20.0],
    }
    facts = tiny(clients=[client("x"), client("y", coach_id="bo")])
    assigned: dict[str, str | None] = {"x": "ann", "y": "bo"}
    assert check(facts, policy(), plan(assigned, **right)).findings == ()
    wrong = {"status": "moved", "previous_coach_id": "ann", "demand_minutes": 50.001, "travel_minutes": 19.0}
    for name, value in wrong.items():
        changed = right | {name: [right[name][0], value]}
        findings = check(facts, policy(), plan(assigned, **changed)).findings
        assert [(f.name, f.subject) for f in findings] == [(name, "y")]
        empty = right | {name: [right[name][0], None]}
        assert check(facts, policy(), plan(assigned, **empty)).findings == ()


def test_a_thousand_findings_are_listed_and_the_rest_counted() -> None:
    """1,005 unknown coaches make 1,000 findings and one that says 5 more."""
    names = [f"k{n:04d}" for n in range(1005)]
    facts = tiny(clients=[client(name) for name in names])
    findings = check(facts, policy(), plan(dict.fromkeys(names, "nobody"))).findings
    assert len(findings) == 1001
    assert findings[-1].text.startswith("5 more")


def test_names_are_those_of_the_policy() -> None:
    """Every rule and price of the policy is checked under its own name."""
    assert set(RULES) == set(WORDS) == set(Rules.model_fields) - {"household"}
    of_clients = {"travel", "interpreter", "specialism", "handover"}
    assert set(PRICES) == of_clients | {"load", "overload"}
    assert {name.removesuffix("_share") for name in Prices.model_fields} == of_clients | {
        "overload",
        "unserved",
    }
