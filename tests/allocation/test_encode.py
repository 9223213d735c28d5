"""The encoded problem, array by array, and what may not change it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest

from optimiser.allocation.encode import encode
from optimiser.allocation.workload import base_demand, capacities
from optimiser.domain.snapshot import Snapshot
from optimiser.solver.problem import Problem
from tests.allocation.tiny import TODAY, client, coach, policy, region

PLAIN = 50 / 3
"""Minutes a month of a plain client."""


def arrays(problem: Problem) -> dict[str, object]:
    """All fields as plain values, to compare whole problems."""
    return {
        f.name: getattr(problem, f.name).tolist()
        if isinstance(getattr(problem, f.name), np.ndarray)
        else getattr(problem, f.name)
        for f in fields(Problem)
    }


def three_clients() -> Snapshot:
    """Two Tampere clients with K1, one of them long his client; a new one in Kangasala; K2 is half time."""
    return region(
        [
            client("A", coach_id="K1", coach_since=date(2021, 8, 1)),
            client("B", coach_id="K1"),
            client("C", municipality="211", need_level=3),
        ],
        [coach("K1"), coach("K2", municipality="211", fte=0.5, limit_minutes=2000.0, limit_heads=3)],
    )


def test_golden_problem() -> None:
    """Every array of a region of three clients and two coaches, by hand."""
    travel = 0.5 * 20 / 3
    golden = {
        "count": [1, 2],
        "must": [0, 2],
        "heads": [1, 1],
        "weight": [1, 1],
        "arc_group": [0, 0, 1, 1],
        "arc_coach": [0, 1, 0, 1],
        "arc_price": [travel, 0.0, 0.0, travel],
        "arc_demand": [PLAIN + 30, PLAIN + 30, PLAIN, PLAIN],
        "arc_area": [-1] * 4,
        "arc_interpreter": [0.0] * 4,
        "stay_arc": [2, 2],
        "stay_count": [1, 1],
        "stay_saving": [3.75, 11.25],
        "arc_moves": [0] * 4,
        "stay_moves": [1, 1],
        "moves_limit": 2.0,
        "capacity": [5700.0, 2850.0],
        "soft_limit": [6840.0, 2000.0],
        "limit": [6840.0, 2000.0],
        "heads_limit": [np.inf, 3.0],
        "fixed_load": [0.0, 0.0],
        "fixed_heads": [0.0, 0.0],
        "area_limit": [],
        "fixed_interpreter": [],
        "breaks": list(policy().load_curve.breaks),
        "slopes": list(policy().load_curve.slope_values()),
        "overload": 20.0,
        "constant": 15.0,
        "unserved_fixed": 0,
    }
    found = arrays(encode(three_clients(), policy(limits={"moves": 2})).problem)
    assert set(found) == set(golden)
    for name, value in golden.items():
        assert found[name] == pytest.approx(value), name


def test_raised_limits() -> None:
    """Limits rise to exactly what those who may stay need: minutes, heads, interpreter minutes."""
    clients = [client(c, coach_id="K1", language="fse") for c in "AB"]
    small = coach("K1", limit_minutes=10.0, limit_heads=1)
    wishes = policy(limits={"interpreter_minutes": {"city": 5}})
    problem = encode(region(clients, [small, coach("K2", limit_heads=0)]), wishes).problem
    needed = 2 * (PLAIN + 8)
    assert problem.limit == pytest.approx([needed, 6840])
    assert problem.soft_limit == pytest.approx([10, 6840])
    assert problem.heads_limit.tolist() == [2, 0]
    assert problem.area_limit == pytest.approx([16])


def test_a_coach_without_capacity_takes_only_what_was_raised() -> None:
    """Reserved minutes eat the whole post: limit 0, raised to the one client who may stay."""
    gone = coach("K1", reserved_minutes=9000.0)
    problem = encode(region([client("A", coach_id="K1"), client("B")], [gone]), policy()).problem
    assert problem.capacity.tolist() == [0.0]
    assert problem.soft_limit.tolist() == [0.0]
    assert problem.limit == pytest.approx([PLAIN])


def test_barred_present_coach_makes_no_stay() -> None:
    """A forced client has no stay arc, no handover and no guarantee."""
    left = coach("K1", end=date(2021, 8, 31))
    encoding = encode(region([client("A", coach_id="K1")], [left, coach("K2")]), policy())
    assert encoding.problem.must.tolist() == [0]
    assert encoding.problem.stay_arc.tolist() == []
    assert encoding.problem.constant == 0
    assert not encoding.units.may_stay.any()


def test_nobody_who_may_serve_is_counted_apart() -> None:
    """A client without any coach is in no group, and counts with the weight."""
    clients = [client("A", language="sv", unemployed_since=date(2020, 9, 1)), client("B")]
    problem = encode(region(clients, [coach("K1")]), policy(unserved={"long_term": 4})).problem
    assert problem.unserved_fixed == 4
    assert problem.count.tolist() == [1]


def test_equal_facts_share_a_group() -> None:
    """Different dates, agencies and ages that mean the same to every rule and price are one group."""
    clients = [
        client("A", registered_on=date(2019, 3, 3), birth_year=1980, benefit="basic"),
        client("B", need_level=1, channel="in_person", language="fi", other_languages="de:C1"),
        client("C", coach_id="K1", unemployed_since=date(2021, 1, 1)),
    ]
    problem = encode(region(clients, [coach("K1"), coach("K2")]), policy()).problem
    assert problem.count.tolist() == [3]


def test_an_exclusion_of_ones_own_stands_alone() -> None:
    """The client with an exclusion is a group of its own, after the others; one not in force is none."""
    exclusions = [
        {"client_id": "A", "coach_id": "K1"},
        {"client_id": "B", "coach_id": "K1", "until": date(2021, 1, 1)},
    ]
    snapshot = region(
        [client("A"), client("B"), client("C")], [coach("K1"), coach("K2")], exclusions=exclusions
    )
    problem = encode(snapshot, policy()).problem
    assert problem.count.tolist() == [2, 1]
    assert problem.arc_coach.tolist() == [0, 1, 1]


def test_order_of_rows_changes_nothing() -> None:
    """Shuffled tables give the same problem, byte for byte, and the same places of coaches."""
    snapshot = three_clients()
    shuffled = snapshot.replace(
        clients=snapshot.clients.reverse(),
        coaches=snapshot.coaches.reverse(),
        municipalities=snapshot.municipalities.reverse(),
        units=snapshot.units.reverse(),
    )
    one, other = encode(snapshot, policy()), encode(shuffled, policy())
    assert arrays(one.problem) == arrays(other.problem)
    assert one.coach_ids == other.coach_ids == ("K1", "K2")


def test_ids_of_clients_change_nothing() -> None:
    """The problem is about facts: clients renamed in another order give the same problem."""
    snapshot = three_clients()
    renamed = snapshot.clients.with_columns(
        client_id=snapshot.clients["client_id"].replace({"A": "Z", "B": "Y", "C": "X"})
    )
    other = snapshot.replace(clients=renamed.sort("client_id"))
    assert arrays(encode(snapshot, policy()).problem) == arrays(encode(other, policy()).problem)


def test_base_demand_adds_its_drivers() -> None:
    """Rhythm, extra meetings, need level, agencies and services, in the order of the rows."""
    heavy = client(
        "A", extra_meetings=1.0, need_level=4, multi_agency=True, services_under_way=2, coach_id="K1"
    )
    snapshot = region([heavy, client("B")], [coach("K1")])
    backwards = snapshot.replace(clients=snapshot.clients.reverse())
    expected = [PLAIN + 50 + 60 + 30 + 12, PLAIN]
    assert base_demand(snapshot, policy()) == pytest.approx(expected)
    assert base_demand(backwards, policy()) == pytest.approx(expected[::-1])


def test_rhythm_phase_by_days_since_registration() -> None:
    """Under the Nordic rhythm day 90 is still the first phase, day 91 the next; the future counts as 0."""
    day = date(2022, 9, 1)
    clients = [
        client(c, registered_on=day - timedelta(days=n)) for c, n in zip("ABC", (90, 91, -5), strict=True)
    ]
    snapshot = region(clients, [coach("K1")]).replace(date=day)
    assert base_demand(snapshot, policy()) == pytest.approx([110, 100 / 3, 110])


def test_capacity_by_days_present() -> None:
    """Absences, ramp-up, start, end, reserved and protected clients, over a window of four days."""
    wishes = policy(capacity={"window_days": 4, "full_time_minutes": 1000})
    coaches = [
        coach("K1"),
        coach("K2", start=TODAY, ramp_up_days=4),
        coach("K3", end=TODAY),
        coach("K4", fte=0.5, full_time_minutes=2000.0, reserved_minutes=100.0, protected_clients=2),
    ]
    absences = [
        {"coach_id": "K1", "first_day": TODAY - timedelta(days=9), "last_day": TODAY, "share": 0.7},
        {"coach_id": "K1", "first_day": TODAY, "last_day": TODAY + timedelta(days=1), "share": 0.5},
    ]
    snapshot = region([client("A")], coaches, absences=absences)
    found = capacities(snapshot, policy(**wishes.model_dump() | {"limits": {"heads": 10}}))
    ramp = (0.5 + 0.625 + 0.75 + 0.875) / 4
    expected = [1000 * 2.5 / 4, 1000 * ramp, 250, 1000 - 100 - 90]
    assert found.capacity == pytest.approx(expected)
    assert found.soft_limit == pytest.approx([1.2 * c for c in expected])
    assert found.heads_limit.tolist() == [10, 10, 10, 8]
