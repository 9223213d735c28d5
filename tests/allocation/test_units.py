"""Households, pins and protected relationships: who is counted together, and who does not move."""

from __future__ import annotations

from datetime import date

import pytest

from optimiser.allocation.decode import decode
from optimiser.allocation.encode import encode
from optimiser.allocation.households import (
    DIFFERENT_AREAS,
    DIFFERENT_COACHES,
    NO_COMMON_COACH,
    SOME_MAY_STAY,
)
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.errors import InputError
from tests.allocation.standin import solution
from tests.allocation.tiny import client, coach, policy, region

PLAIN = 50 / 3
TOGETHER = {"household": "H"}
JOIN = {"rules": {"household": {"join_different": True}}}


def test_a_household_is_one_unit() -> None:
    """Demand, heads, weight, prices and savings of two members are summed, allowed coaches intersected."""
    clients = [
        client("A", coach_id="K1", **TOGETHER),
        client("B", coach_id="K1", need_level=3, birth_year=2000, specialism="debt", **TOGETHER),
    ]
    coaches = [coach("K1"), coach("K2"), coach("K3", age_groups="adult senior")]
    encoding = encode(region(clients, coaches), policy())
    problem = encoding.problem
    assert problem.count.tolist() == problem.must.tolist() == [1]
    assert problem.heads.tolist() == problem.weight.tolist() == [2]
    assert problem.arc_coach.tolist() == [0, 1]
    assert problem.arc_demand == pytest.approx([2 * PLAIN + 30] * 2)
    assert problem.arc_price.tolist() == [15.0, 15.0]
    assert problem.stay_saving.tolist() == [11.25 + 1.5 * 11.25]
    assert encoding.units.of_client.tolist() == [0, 0]
    assert encoding.separate == ()


def test_equal_households_are_one_group() -> None:
    """Two households of the same kinds of member, in another order of ids, are a group of two units."""
    kinds = {"A": 3, "B": 2, "C": 2, "D": 3}
    clients = [
        client(c, need_level=n, household="G" if c in "AB" else "H", coach_id="K1") for c, n in kinds.items()
    ]
    problem = encode(region(clients, [coach("K1")]), policy()).problem
    assert problem.count.tolist() == problem.heads.tolist() == [2]
    assert problem.stay_count.tolist() == [2]


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({"coach_id": "K1"}, {"coach_id": "K2"}, DIFFERENT_COACHES),
        ({"coach_id": "K1"}, {}, DIFFERENT_COACHES),
        ({"language": "sv"}, {"language": "en"}, NO_COMMON_COACH),
        ({"coach_id": "K3"}, {"coach_id": "K3", "birth_year": 2000}, SOME_MAY_STAY),
        (
            {"language": "fse"},
            {"language": "fse", "municipality": "211"},
            DIFFERENT_AREAS,
        ),
    ],
)
def test_households_that_do_not_join_are_reported(
    first: dict[str, object], second: dict[str, object], why: str
) -> None:
    """Members stay units of one, and the household is named with the reason."""
    coaches = [
        coach("K1"),
        coach("K2"),
        coach("K3", age_groups="adult senior"),
        coach("K4", languages="sv"),
        coach("K5", languages="en"),
    ]
    wishes = policy(
        rules={"language": {"modes": {"sv": "coach", "en": "coach", "fse": "interpreter_limited"}}},
        limits={"interpreter_minutes": {"city": 100, "ring": 100}},
    )
    clients = [client("A", **TOGETHER, **first), client("B", **TOGETHER, **second)]
    encoding = encode(region(clients, coaches), wishes)
    assert encoding.separate == (("H", why),)
    assert encoding.units.size.tolist() == [1, 1]


def test_a_household_with_a_barred_coach_is_forced_together() -> None:
    """Where the present coach is barred for all, they join and go together without handover."""
    clients = [client(c, coach_id="K1", **TOGETHER) for c in "AB"]
    snapshot = region(clients, [coach("K1", end=date(2021, 1, 1)), coach("K2")])
    encoding = encode(snapshot, policy())
    assert encoding.problem.heads.tolist() == [2]
    assert encoding.problem.must.tolist() == [0]
    rows = decode(encoding, solution(encoding.problem, [1]), snapshot, policy())
    assert rows["status"].to_list() == ["forced", "forced"]


def test_different_coaches_join_where_the_policy_says_so() -> None:
    """Their own group: the arc price holds the handover of who would change, nothing is constant; home is told."""
    clients = [
        client("A", coach_id="K1", **TOGETHER),
        client("B", coach_id="K2", coach_since=date(2021, 8, 1), **TOGETHER),
        client("C", coach_id="K2", **TOGETHER),
    ]
    snapshot = region(clients, [coach("K1"), coach("K2"), coach("K3")])
    encoding = encode(snapshot, policy(**JOIN))
    problem = encoding.problem
    assert problem.count.tolist() == problem.must.tolist() == [1]
    assert problem.heads.tolist() == [3]
    assert problem.arc_price == pytest.approx([3.75 + 11.25, 11.25, 26.25])
    assert (problem.stay_arc.tolist(), problem.stay_saving.tolist()) == ([1], [0.0])
    assert problem.constant == 0
    home = problem.arc_coach[encoding.units.home[0]]
    assert encoding.coach_ids[home] == "K2"
    rows = decode(encoding, solution(problem, [0, 1, 0]), snapshot, policy(**JOIN))
    assert rows["status"].to_list() == ["moved", "kept", "kept"]


def test_a_pin_is_fixed_load() -> None:
    """The pinned client is in no group, its load, head and price fixed; the limits are raised for it."""
    snapshot = region(
        [client("A", municipality="211", coach_id="K2", household="H"), client("B", household="H")],
        [coach("K1", limit_minutes=1.0, limit_heads=0), coach("K2")],
        pins=[{"client_id": "A", "coach_id": "K1", "until": date(2021, 9, 1)}],
    )
    encoding = encode(snapshot, policy())
    problem = encoding.problem
    assert problem.fixed_load == pytest.approx([PLAIN, 0])
    assert problem.fixed_heads.tolist() == [1, 0]
    assert problem.limit == pytest.approx([PLAIN, 6840])
    assert problem.heads_limit[0] == 1
    assert problem.constant == pytest.approx(0.5 * 20 / 3)
    assert problem.count.tolist() == [1]
    rows = decode(encoding, solution(problem, [0, 1]), snapshot, policy())
    assert rows["coach_id"].to_list() == ["K1", "K2"]
    assert rows["status"].to_list() == ["forced", "new"]
    assert "pin" in rows["reason"][0]


def test_an_expired_pin_binds_nobody() -> None:
    """A pin whose last day has passed is no pin."""
    pins = [{"client_id": "A", "coach_id": "K1", "until": date(2021, 8, 31)}]
    problem = encode(region([client("A")], [coach("K1"), coach("K2")], pins=pins), policy()).problem
    assert problem.arc_coach.tolist() == [0, 1]


def test_forbidden_pins_are_all_bad_input() -> None:
    """Every pin that a rule forbids is named with file, line, coach, rule and advice."""
    pins = [{"client_id": c, "coach_id": k} for c, k in (("A", "K2"), ("B", "K1"), ("C", "K2"))]
    snapshot = region(
        [client(c) for c in "ABC"],
        [coach("K1"), coach("K2", languages="sv", age_groups="youth")],
        pins=pins,
    )
    with pytest.raises(InputError) as caught:
        encode(snapshot, policy())
    first, second = caught.value.complaints
    assert (first.file, first.line, first.value) == ("pins.csv", 2, "K2")
    assert second.line == 4
    assert "language" in first.problem
    assert "age_group" in first.problem
    assert first.advice


def test_a_pin_sets_a_recent_change_aside() -> None:
    """Who may not be made to change is pinned to another coach all the same."""
    snapshot = region(
        [client("A", coach_id="K1", involuntary_changes=2)],
        [coach("K1"), coach("K2")],
        pins=[{"client_id": "A", "coach_id": "K2"}],
    )
    assert encode(snapshot, policy()).problem.fixed_heads.tolist() == [0, 1]


def test_a_protected_relationship_is_fixed_load() -> None:
    """A recent change fixes the client to the present coach, kept and said so in the reason."""
    snapshot = region([client("A", coach_id="K2", involuntary_changes=1)], [coach("K1"), coach("K2")])
    encoding = encode(snapshot, policy())
    assert encoding.problem.fixed_load == pytest.approx([0, PLAIN])
    assert encoding.problem.groups == 0
    rows = decode(encoding, solution(encoding.problem, []), snapshot, policy())
    assert rows["status"].to_list() == ["kept"]
    assert "protected" in rows["reason"][0]


def test_a_protected_member_holds_the_household() -> None:
    """One member who may not change again leaves the household one coach."""
    clients = [
        client("A", coach_id="K2", involuntary_changes=1, **TOGETHER),
        client("B", coach_id="K2", **TOGETHER),
    ]
    problem = encode(region(clients, [coach("K1"), coach("K2")]), policy()).problem
    assert problem.arc_coach.tolist() == [1]
    assert problem.must.tolist() == [1]
    assert problem.fixed_heads.tolist() == [0, 0]


def test_forbidden_pins_can_be_set_aside() -> None:
    """The pin goes to the list with its line and reason, and the rest encodes."""
    pins = [{"client_id": "A", "coach_id": "K2"}]
    snapshot = region([client("A")], [coach("K1"), coach("K2", languages="sv")], pins=pins)
    left = set_barred_pins_aside(snapshot, policy())
    assert left.pins.height == 0
    assert [(row.line, row.row_id) for row in left.set_aside] == [(2, "A")]
    assert encode(left, policy()).problem.count.tolist() == [1]


def test_a_limit_for_an_unknown_area_is_refused() -> None:
    """A misspelt area in the policy would silently limit nothing."""
    wishes = policy(limits={"interpreter_minutes": {"Tampre": 100.0}})
    with pytest.raises(InputError, match="Tampre"):
        encode(region([client("A")], [coach("K1")]), wishes)
