"""The region by hand: every figure worked out on paper, in the comments."""

from __future__ import annotations

from datetime import date as Date

import pytest

from optimiser.domain.plan import Certificate, Multipliers
from optimiser.quality.check import check
from tests.quality.tiny import ASSIGNED, DAY, certificate, client, coach, plan, policy, tiny


def test_a_sound_plan_has_no_findings() -> None:
    """Every client with a coach whom all rules allow, under every limit."""
    assert check(tiny(), policy(), plan(ASSIGNED)).findings == ()


def test_clients_are_recounted() -> None:
    """Demand, interpreter, travel, prices and statuses are those worked out by hand."""
    rows = check(tiny(), policy(), plan(ASSIGNED)).recount.clients
    # One meeting a month is 50 minutes, two for c5 (new) and c6 (an extra one); c2 has several
    # agencies (30), c4 need level 3 (30) and an interpreter (0.8 x 30), for en:B1 is not enough.
    assert rows["demand_minutes"].to_list() == [50, 80, 50, 104, 100, 100]
    assert rows["interpreter_minutes"].to_list() == [0, 0, 0, 24, 0, 0]
    # c4 travels 20 minutes to bo, once a month, of which half counts; c6 is remote.
    assert rows["travel_minutes"].to_list() == [0, 0, 0, 20, 0, 0]
    assert rows["price_travel"].to_list() == [0, 0, 0, 10, 0, 0]
    assert rows["price_specialism"].to_list() == [0, 0, 0, 0, 15, 0]
    assert rows["status"].to_list() == ["kept", "kept", "new", "kept", "new", "forced"]
    assert rows["age_group"].to_list() == ["adult"] * 5 + ["youth"]
    assert rows["own_language"].to_list() == [True, True, True, False, True, True]
    assert rows["long_term"].to_list() == [False, False, False, False, True, False]
    assert rows["area"].to_list() == ["south", "north", "south", "south", "south", "south"]


def test_objective_is_the_sum_of_the_prices() -> None:
    """Loads 150 of 600, 284 of 300 and 50 of 600; 0.1 a minute up to half, 1 above."""
    found = check(tiny(), policy(), plan(ASSIGNED)).recount
    assert found.coaches["load_minutes"].to_list() == [150, 284, 50]
    assert found.coaches["capacity_minutes"].to_list() == [600, 300, 600]
    assert found.coaches["soft_limit_minutes"].to_list() == [720, 360, 720]
    # 15; 15 + 134; 5.
    assert found.coaches["load_price"].to_list() == pytest.approx([15, 149, 5])
    prices = {"travel": 10, "interpreter": 24, "specialism": 15, "handover": 0, "load": 169, "overload": 0}
    assert found.prices == pytest.approx(prices)
    assert found.objective_minutes == pytest.approx(218)
    assert found.counts == {"kept": 3, "moved": 0, "forced": 1, "new": 2, "unserved": 0}


def test_present_loads_are_those_of_the_snapshot() -> None:
    """c1 with ann; c2 and c4 with bo; c6 with cai, and the new ones with nobody."""
    coaches = check(tiny(), policy(), plan(ASSIGNED)).recount.coaches
    assert coaches["load_before_minutes"].to_list() == [50, 184, 100]
    assert coaches["heads_before"].to_list() == [1, 2, 1]
    assert coaches["heads"].to_list() == [2, 3, 1]


def test_handover_by_age_and_complexity() -> None:
    """90 / 12 minutes, halved in the first three months, times 1.5 with several agencies; none if forced."""
    moved = plan(ASSIGNED | {"c1": "bo", "c2": "ann"})
    rows = check(tiny(), policy(), moved).recount.clients
    assert rows["price_handover"].to_list() == pytest.approx([3.75, 11.25, 0, 0, 0, 0])
    assert rows["status"].to_list()[:2] == ["moved", "moved"]


@pytest.mark.parametrize(
    ("since", "minutes"),
    [
        (Date(2024, 3, 16), 3.75),
        (Date(2024, 3, 15), 7.5),
        (Date(2023, 6, 16), 7.5),
        (Date(2023, 6, 15), 11.25),
    ],
)
def test_handover_tiers_change_on_whole_months(since: Date, minutes: float) -> None:
    """Three months and a year are full on the same day of the month."""
    clients = [client("x", coach_id="ann", coach_since=since)]
    found = check(tiny(clients=clients), policy(), plan({"x": "bo"})).recount
    assert found.prices["handover"] == pytest.approx(minutes)


def test_the_rhythm_changes_on_its_day() -> None:
    """29 days after registration a client is new, after 30 steady; a later registration counts as today."""
    days = (Date(2024, 5, 17), Date(2024, 5, 16), Date(2024, 7, 1))
    clients = [client(f"k{n}", registered_on=day) for n, day in enumerate(days)]
    found = check(tiny(clients=clients), policy(), plan(dict.fromkeys(("k0", "k1", "k2"), "ann"))).recount
    assert found.clients["demand_minutes"].to_list() == [100, 50, 100]


def test_load_above_a_raised_limit_is_priced_steeply() -> None:
    """Two who may stay raise ann's limit from 70 to 100; 30 minutes above cost 20 each."""
    facts = tiny(
        coaches=[coach("ann", limit_minutes=70.0)],
        clients=[client("x", coach_id="ann"), client("y", coach_id="ann")],
    )
    verdict = check(facts, policy(), plan({"x": "ann", "y": "ann"}))
    assert verdict.findings == ()
    assert verdict.recount.coaches["limit_minutes"].to_list() == [100]
    assert verdict.recount.prices["overload"] == verdict.recount.overload_minutes == pytest.approx(600)


def test_capacity_counts_starts_ends_absences_and_reserved_minutes() -> None:
    """Means over 28 days, worked out by hand."""
    facts = tiny(
        clients=[client("x")],
        coaches=[
            coach("a", end=Date(2024, 6, 21)),
            coach("b", start=Date(2024, 6, 29)),
            coach("c", start=DAY, ramp_up_days=56),
            coach("d", reserved_minutes=100.0, protected_clients=2, limit_heads=5),
            coach("e"),
        ],
        absences=[
            {"coach_id": "e", "first_day": Date(2024, 6, 1), "last_day": Date(2024, 6, 28), "share": 0.75},
            {"coach_id": "e", "first_day": Date(2024, 6, 22), "last_day": Date(2024, 7, 5), "share": 0.5},
        ],
    )
    coaches = check(facts, policy(), plan({"x": "d"})).recount.coaches
    # a: 7 of 28 days. b: 14 of 28. c: 0.5 + 0.5 x (mean of 0..27 = 13.5) / 56. d: 600 - 100 - 90.
    # e: 7 days at 0.25, 7 at 0 (more than away), 7 at 0.5, 7 at 1.
    expected = [150, 300, 600 * (0.5 + 0.5 * 13.5 / 56), 410, 600 * (7 * 0.25 + 7 * 0.5 + 7) / 28]
    assert coaches["capacity_minutes"].to_list() == pytest.approx(expected)
    assert coaches["heads_limit"].to_list() == [None, None, None, 3, None]


def test_household_has_one_unit_and_needs_one_coach() -> None:
    """Two new members of a household share a unit; a pinned third does not."""
    clients = [client("x", household="h"), client("y", household="h"), client("z", household="h")]
    facts = tiny(clients=clients, pins=[{"client_id": "z", "coach_id": "bo"}])
    found = check(facts, policy(), plan({"x": "ann", "y": "ann", "z": "bo"}))
    assert found.findings == ()
    assert found.recount.clients["unit"].to_list() == [0, 0, 2]


def test_bounds_by_hand() -> None:
    """Zero multipliers; then a price of the unserved; then ann's minutes at 0.1 each."""
    facts, wanted = tiny(), policy()
    coaches = ("ann", "bo", "cai")

    def bound(load: float, unserved: float) -> float | None:
        prices = Multipliers(dict.fromkeys(coaches, 0.0) | {"ann": load}, {}, {}, 0.0, unserved)
        given = certificate(facts, wanted, level2=prices)
        return check(facts, wanted, plan(ASSIGNED), given).recount.bound_minutes

    # c4 stays with bo for 10 + 24 (ann: 24 + a handover of 11.25); new and forced ones go unserved.
    assert bound(0.0, 0.0) == pytest.approx(34)
    # c5 rather pays 15 with ann; c6 is free with bo.
    assert bound(0.0, 100.0) == pytest.approx(49)
    # c1 pays 5 to stay (13.75 with bo); c5 pays 15 + 10 (bo: 15 + 20). ann's curve less 0.1 L is 0 at best.
    assert bound(0.1, 100.0) == pytest.approx(64)


def test_bound_of_the_unserved_by_hand() -> None:
    """Three new clients of 50 minutes at 1/50 each, where 120 minutes are to be had: one is left over."""
    facts = tiny(coaches=[coach("ann", limit_minutes=120.0)], clients=[client("x"), client("y"), client("z")])
    level1 = Multipliers({"ann": 0.02}, {})
    given = certificate(facts, policy(), level1=level1, unserved_weighted=1.0)
    found = check(facts, policy(), plan({"x": "ann", "y": "ann", "z": None}), given)
    # 3 - 120 / 50 = 0.6, rounded up.
    assert found.recount.unserved_bound == 1.0
    assert found.recount.unserved == found.recount.unserved_weighted == 1


def test_a_client_whom_nobody_may_serve_counts_in_both_bounds() -> None:
    """The weight goes to the first bound, and its price less the allowance to the second."""
    clients = [client("x", language="sv", unemployed_since=Date(2020, 1, 1))]
    facts, wanted = tiny(clients=clients), policy(unserved={"long_term": 3})
    priced = Multipliers({}, {}, {}, 0.0, 7.0)
    given: Certificate = certificate(facts, wanted, level2=priced, unserved_weighted=3.0, unserved_bound=3.0)
    verdict = check(facts, wanted, plan({"x": None}), given)
    assert verdict.findings == ()
    assert verdict.recount.unserved_bound == 3.0
    assert verdict.recount.bound_minutes == 0.0


def test_the_unserved_cost_no_minutes() -> None:
    """A region whose only client is unserved has an objective of 0, and still shows the demand."""
    found = check(tiny(clients=[client("x")]), policy(), plan({"x": None})).recount
    assert found.objective_minutes == 0.0
    assert found.clients["demand_minutes"].to_list() == [50.0]
