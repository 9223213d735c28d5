"""One tiny region a price, and the load curve by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from optimiser.allocation.encode import encode
from optimiser.allocation.prices import PRICES, load, overload
from optimiser.domain.policy import Prices
from optimiser.domain.snapshot import Snapshot
from tests.allocation.tiny import client, coach, policy, region

MEETINGS = 1 / 3


def prices(snapshot: Snapshot, **sections: Any) -> list[float]:
    """Prices of all arcs."""
    return encode(snapshot, policy(**sections)).problem.arc_price.tolist()


def test_travel_is_a_share_of_the_minutes_of_in_person_meetings() -> None:
    """20 road minutes at half their length, a third of a meeting a month; nothing at home."""
    coaches = [coach("K1", municipality="211"), coach("K2")]
    assert prices(region([client("A")], coaches)) == pytest.approx([0.5 * 20 * MEETINGS, 0.0])
    assert prices(region([client("A", channel="remote")], coaches)) == [0.0, 0.0]


def test_interpreter_is_the_extra_meeting_time_and_loads_as_well() -> None:
    """0.8 of 30 minutes a meeting are paid and are load, with the coach who needs the interpreter."""
    snapshot = region([client("A", language="ar")], [coach("K1"), coach("K2", languages="ar fi")])
    problem = encode(snapshot, policy()).problem
    extra = 0.8 * 30 * MEETINGS
    assert problem.arc_price == pytest.approx([extra, 0.0])
    assert problem.arc_demand == pytest.approx([50 * MEETINGS + extra, 50 * MEETINGS])
    assert prices(snapshot, prices={"interpreter": 2.5}) == pytest.approx([2.5 * extra, 0.0])


def test_interpreter_minutes_of_an_area_are_counted_where_they_are_limited() -> None:
    """Sign language is limited in the city; Arabic is not, nor is the ring."""
    clients = [
        client("A", language="fse"),
        client("B", language="ar"),
        client("C", language="fse", municipality="211"),
    ]
    problem = encode(
        region(clients, [coach("K1")]), policy(limits={"interpreter_minutes": {"city": 100}})
    ).problem
    assert sorted(problem.arc_area) == [-1, -1, 0]
    assert sorted(problem.arc_interpreter) == pytest.approx([0.0, 0.0, 0.8 * 30 * MEETINGS])
    assert problem.arc_interpreter[problem.arc_area == 0] == pytest.approx([8.0])
    assert problem.area_limit.tolist() == [100.0]


def test_specialism_costs_where_the_coach_lacks_it() -> None:
    """15 minutes with the coach who lacks it, also where nobody has it; nothing without a need."""
    coaches = [coach("K1", specialisms="start_up"), coach("K2", specialisms="debt")]
    assert prices(region([client("A", specialism="start_up")], coaches)) == [0.0, 15.0]
    assert prices(region([client("A", specialism="unheard_of")], coaches)) == [15.0, 15.0]
    assert prices(region([client("A")], coaches)) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("since", "facts", "minutes"),
    [
        (date(2021, 6, 2), {}, 7.5 * 0.5),
        (date(2021, 6, 1), {}, 7.5),
        (date(2020, 9, 2), {}, 7.5),
        (date(2020, 9, 1), {}, 7.5 * 1.5),
        (None, {}, 7.5 * 1.5),
        (date(2021, 6, 1), {"need_level": 3}, 7.5 * 1.5),
        (date(2021, 6, 1), {"need_level": 4, "multi_agency": True}, 7.5 * 1.5),
        (date(2021, 6, 1), {"multi_agency": True}, 7.5 * 1.5),
    ],
)
def test_handover_by_tier_and_complexity(since: date | None, facts: dict[str, Any], minutes: float) -> None:
    """90 minutes over 12 months, times the tier of whole months, times 1.5 if complex."""
    who = client("A", coach_id="K1", coach_since=since, **facts)
    problem = encode(region([who], [coach("K1"), coach("K2")]), policy()).problem
    assert problem.stay_saving.tolist() == [minutes]
    assert problem.constant == minutes


def test_load_is_the_curve_by_hand() -> None:
    """φ is 0 at 0, 2(.25)³ / 2 at 50 %, and the last slope goes on; without capacity it is 0."""
    last = 2 * 1.4**3
    capacity = np.array([100.0, 100.0, 100.0, 0.0])
    minutes = load(np.array([0.0, 50.0, 250.0, 70.0]), capacity, policy())
    at_150 = load(np.array([150.0]), np.array([100.0]), policy())[0]
    assert minutes == pytest.approx([0.0, 100 * 0.5 * 2 * 0.25**3, at_150 + 100 * last, 0.0])


def test_overload_is_paid_above_the_limit_only() -> None:
    """20 a minute above the limit of policy and coach."""
    assert overload(np.array([90.0, 130.0]), np.array([120.0, 120.0]), policy()).tolist() == [0.0, 200.0]


def test_the_policy_knows_the_same_prices() -> None:
    """Every price is in the policy; load has a section, `unserved` is a level of its own."""
    in_policy = set(Prices.model_fields) - {"unserved", "travel_share"}
    assert set(PRICES) == in_policy | {"travel", "load"}
