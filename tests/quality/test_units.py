"""Households: who is one unit, where it may stay, and what is proved of it."""

from __future__ import annotations

import polars as pl
import pytest

from optimiser.domain.plan import Multipliers
from optimiser.quality.check import check
from tests.quality.tiny import Row, certificate, client, coach, plan, policy, tiny

JOINED = {"household": {"join_different": True}}


def units(clients: list[Row], **rules: dict[str, bool]) -> list[int]:
    """Unit of each client, all of household h."""
    facts = tiny(clients=[one | {"household": "h"} for one in clients])
    rows = plan({one["client_id"]: None for one in clients})
    return check(facts, policy(rules=rules), rows).recount.clients["unit"].to_list()


def test_a_new_member_joins_the_one_who_has_a_coach_only_where_the_policy_says_so() -> None:
    """Some with a coach and some with none are not alike: joining them would give the new one the other's right."""
    mixed = [client("x", coach_id="bo"), client("y")]
    assert units(mixed) == [0, 1]
    assert units(mixed, household={"join_different": True}) == [0, 0]


def test_a_present_coach_allowed_to_some_only_keeps_members_apart() -> None:
    """Coach bo may keep x, but not y who is met in English; ann could serve both; they stay apart."""
    english = {"language": "en"}
    modes = {"language": {"modes": {"en": "coach", "fi": "coach"}}}
    clients = [client("x", coach_id="bo"), client("y", coach_id="bo", **english)]
    assert units(clients, **modes) == [0, 1]
    both = [client("x", coach_id="ann"), client("y", coach_id="ann", **english)]
    assert units(both, **modes) == [0, 0]
    # Where bo may serve neither, both are forced and go together.
    neither = [client(name, coach_id="bo", **english) for name in "xy"]
    assert units(neither, **modes) == [0, 0]


def test_members_in_two_limited_areas_stay_apart() -> None:
    """Interpreter minutes of two areas cannot be drawn on by one unit."""
    members = [client("x", language="fse"), client("y", language="fse", municipality="002")]
    facts = tiny(clients=[one | {"household": "h"} for one in members])
    rows = plan({"x": None, "y": None})
    limited = dict.fromkeys(facts.municipalities["area"].cast(pl.String).unique(), 100.0)
    for limits, found in ((limited, [0, 1]), ({}, [0, 0])):
        wishes = policy(rules={"municipality": {"on": False}}, limits={"interpreter_minutes": limits})
        assert check(facts, wishes, rows).recount.clients["unit"].to_list() == found


def test_members_without_a_common_coach_stay_apart() -> None:
    """One in the integration period and one out of it can share nobody."""
    assert units([client("x", integration_until=tiny().date), client("y")]) == [0, 1]


def test_a_joined_unit_may_stay_with_the_coach_of_most_members() -> None:
    """Two of three are with bo, whose limits then rise to all three; among equals ann is home."""
    for presents, home in ((("ann", "bo", "bo"), "bo"), (("bo", "ann", "cai"), "ann")):
        members = [client(f"k{n}", coach_id=c, household="h") for n, c in enumerate(presents)]
        facts = tiny(
            clients=members, coaches=[coach("ann", limit_heads=0), coach("bo", limit_heads=0), coach("cai")]
        )
        wanted = policy(rules=JOINED)
        verdict = check(facts, wanted, plan(dict.fromkeys(("k0", "k1", "k2"), home)))
        assert verdict.findings == ()
        limits = dict(verdict.recount.coaches.select("coach_id", "heads_limit").iter_rows())
        assert limits == {"ann": 0, "bo": 0, "cai": None} | {home: 3}


def test_a_single_coach_still_joins_components_through_an_area() -> None:
    """A pinned client with an interpreter draws on the area's minutes like anybody else."""
    facts = tiny(
        coaches=[coach("a", age_groups="adult"), coach("b", age_groups="youth")],
        clients=[client("x", language="fse"), client("y", language="fse", birth_year=2000)],
        pins=[{"client_id": "y", "coach_id": "b"}],
    )
    wanted = policy(limits={"interpreter_minutes": {"south": 60.0}})
    given = certificate(facts, wanted, component={"a": 0, "b": 1})
    findings = check(facts, wanted, plan({"x": "a", "y": "b"}), given).findings
    assert "component" in {f.name for f in findings}


def test_the_least_of_a_curve_may_lie_at_the_policy_limit() -> None:
    """Two who may stay raise ann's limit from 70 to 100; at 7 a minute it pays to fill 70, not more."""
    facts = tiny(
        coaches=[coach("ann", limit_minutes=70.0, full_time_minutes=200.0)],
        clients=[client("x", coach_id="ann"), client("y", coach_id="ann")],
    )
    level2 = Multipliers({"ann": 7.0}, {})
    given = certificate(facts, policy(), level2=level2)
    found = check(facts, policy(), plan({"x": "ann", "y": "ann"}), given).recount
    # Both clients 2 x 50 x 7; the curve at 70 is 7, less 7 x 70.
    assert found.bound_minutes == pytest.approx(700 + 7 - 490)


def test_a_client_with_an_exclusion_joins_the_components_left() -> None:
    """Barred from ann, x can still reach bo and cai, who then need one label; ann may have her own."""
    facts = tiny(
        coaches=[coach("ann"), coach("bo"), coach("cai")],
        clients=[client("x")],
        exclusions=[{"client_id": "x", "coach_id": "ann"}],
    )
    for labels, holds in (({"ann": 0, "bo": 1, "cai": 1}, True), ({"ann": 0, "bo": 0, "cai": 1}, False)):
        given = certificate(facts, policy(), component=labels)
        findings = check(facts, policy(), plan({"x": "bo"}), given).findings
        assert ("component" not in {f.name for f in findings}) == holds
