"""Temporary cover: who needs a deputy, who may be one, and what cannot be covered."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from optimiser.allocation.contacts import make_calendar
from optimiser.allocation.deputies import TemporaryCover, cover_for_a_time
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import read_facts
from optimiser.allocation.rules import MOVING, rules_on
from optimiser.domain.contacts import TEMPORARY_COVER
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import Recipe, policies, recipes, snapshot_from

SLOW = settings(
    derandomize=True, deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow]
)
LAST = date(2021, 9, 30)
FRESH = {"registered_on": date(2021, 8, 30), "coach_id": "K1"}
"""First interview due on Monday 13 September."""


def met(day: date, **facts: Any) -> dict[str, Any]:
    """Facts of a client of K1 met on a day; the next meeting is due 91 days later."""
    return {"coach_id": "K1", "first_meeting": day, "last_meeting": day, **facts}


def covered(snapshot: Snapshot, wishes: Policy | None = None, **dates: date) -> TemporaryCover:
    """The cover of K1 from today to the end of September, unless said otherwise."""
    asked = {"starts": TODAY, "ends": LAST} | dates
    return cover_for_a_time(snapshot, wishes or policy(), "K1", **asked)


def outcomes(found: TemporaryCover) -> dict[str, tuple[str, str | None]]:
    """Outcome and deputy by client."""
    rows = found.rows.select("client_id", "outcome", "deputy_id").iter_rows()
    return {name: (outcome, deputy) for name, outcome, deputy in rows}


def test_only_what_has_a_deadline_needs_a_deputy() -> None:
    """First interviews and agreed meetings do, the rhythm where it cannot wait; the rest stays."""
    clients = [
        client("A", **FRESH),
        client("B", **met(date(2021, 6, 10))),
        client("C", **met(date(2021, 6, 28))),
        client("D", **met(date(2021, 8, 20))),
        client("E", **met(date(2021, 8, 20), next_meeting=date(2021, 9, 15))),
    ]
    found = covered(region(clients, [coach("K1"), coach("K2")]))
    assert outcomes(found) == {
        "A": ("covered", "K2"),
        "B": ("covered", "K2"),
        "C": ("waits", None),
        "E": ("covered", "K2"),
    }
    assert found.back_on == date(2021, 10, 1)
    assert dict(found.rows.select("client_id", "kind").iter_rows())["E"] == "agreed"
    assert found.rows["due"].is_sorted()


def test_what_the_coach_can_hold_before_leaving_needs_nobody() -> None:
    """With a week until the absence the first interview is held before it."""
    found = covered(region([client("A", **FRESH)], [coach("K1"), coach("K2")]), starts=date(2021, 9, 9))
    assert found.rows.is_empty()


def test_the_present_rhythm_waits_as_long_as_the_policy_says() -> None:
    """With no days to wait every meeting of the rhythm in the absence needs a deputy."""
    snapshot = region([client("C", **met(date(2021, 6, 28)))], [coach("K1"), coach("K2")])
    assert outcomes(covered(snapshot)) == {"C": ("waits", None)}
    strict = policy(contacts={"wait_days": 0})
    assert outcomes(covered(snapshot, strict)) == {"C": ("covered", "K2")}


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"serves": "211"}, "municipality"),
        ({"languages": "sv"}, "language"),
        ({"end": date(2021, 8, 31)}, "left"),
        ({"municipality": "837", "remote": True}, "too far"),
    ],
)
def test_a_deputy_keeps_every_rule(facts: dict[str, Any], word: str) -> None:
    """Whom a rule bars is no deputy; the reason says which rule, and when the coach is back."""
    found = covered(region([client("A", **FRESH)], [coach("K1"), coach("K2", **facts)]))
    assert outcomes(found) == {"A": ("nobody", None)}
    assert word in found.rows["reason"][0]
    assert "2021-10-01" in found.rows["reason"][0]


def test_rules_of_moving_do_not_bar_a_deputy() -> None:
    """Nobody changes coach: a recent change, a frozen or protected caseload and teams do not matter."""
    wishes = policy(
        rules={
            "team": {"on": True},
            "freeze": {"coaches": ["K1", "K2"]},
            "protection": {"younger_than_months": 99},
        }
    )
    facts = {"involuntary_changes": 3, "coach_since": date(2021, 8, 30)}
    coaches = [coach("K1"), coach("K2", unit_id="U3")]
    snapshot = region([client("A", **FRESH, **facts)], coaches, units=[{"unit_id": "U1"}, {"unit_id": "U3"}])
    assert outcomes(covered(snapshot, wishes)) == {"A": ("covered", "K2")}


def test_own_meetings_of_a_deputy_come_first() -> None:
    """A deputy whose weeks are full takes nothing; the reason says that nobody has room."""
    full = 50 * (365.25 / 12) / 7
    own = [client(f"B{k}", registered_on=date(2021, 3, 1), coach_id="K2") for k in range(6)]
    coaches = [coach("K1"), coach("K2", full_time_minutes=full)]
    found = covered(region([client("A", **FRESH), *own], coaches))
    assert outcomes(found) == {"A": ("nobody", None)}
    assert "has room" in found.rows["reason"][0]


def test_the_earliest_deadline_comes_first() -> None:
    """With room for one meeting a week, whoever is due first is in time and the other late."""
    one = 50 * (365.25 / 12) / 7
    agreed = client("C", **met(date(2021, 8, 20), next_meeting=date(2021, 9, 8)))
    coaches = [coach("K1"), coach("K2", full_time_minutes=one)]
    found = covered(region([client("A", **FRESH), agreed], coaches))
    weeks = dict(found.rows.select("client_id", "week").iter_rows())
    assert weeks == {"C": 2, "A": 3}


def test_one_deputy_for_a_client_and_several_share() -> None:
    """Each client has one deputy for both meetings; the minutes are shared between the coaches."""
    clients = [client(f"A{k}", **met(date(2021, 6, 1), extra_meetings=1.0)) for k in range(4)]
    found = covered(region(clients, [coach("K1"), coach("K2"), coach("K3")]))
    rows = found.rows.drop_nulls("deputy_id")
    assert rows.height == 4
    by_client = rows.group_by("client_id").agg(pl.col("deputy_id").n_unique())
    assert by_client["deputy_id"].max() == 1
    assert sorted(rows["deputy_id"].value_counts()["count"]) == [2, 2]


def test_an_absence_without_an_end_is_covered_for_a_quarter() -> None:
    """Thirteen weeks from the first day; the coach is back on the next working day."""
    snapshot = region([client("A", **FRESH)], [coach("K1"), coach("K2")])
    found = cover_for_a_time(snapshot, policy(), "K1", date(2021, 9, 6))
    assert (found.starts, found.ends, found.back_on) == (
        date(2021, 9, 6),
        date(2021, 12, 5),
        date(2021, 12, 7),
    )


@pytest.mark.parametrize(
    ("name", "starts", "ends", "said"),
    [
        ("K9", TODAY, LAST, "nearest ids: K2, K1"),
        ("K1", LAST, TODAY, "before the first"),
        ("K1", date(2021, 8, 1), date(2021, 8, 20), "before the day of the facts"),
        ("K1", TODAY, date(2024, 9, 1), "too far ahead"),
    ],
)
def test_bad_input_is_refused_with_advice(name: str, starts: date, ends: date, said: str) -> None:
    """An unknown coach and impossible dates are complaints that end in advice."""
    snapshot = region([client("A", **FRESH)], [coach("K1"), coach("K2")])
    with pytest.raises(InputError, match=said):
        cover_for_a_time(snapshot, policy(), name, starts, ends)


@SLOW
@given(recipes(120), policies())
def test_cover_keeps_rules_and_room_in_every_region(recipe: Recipe, wishes: Policy) -> None:
    """Deputies may serve, have room beside their own calendar, and are others than the coach."""
    snapshot = snapshot_from(recipe)
    busiest = snapshot.clients["coach_id"].drop_nulls().mode().sort()
    if busiest.is_empty():
        return
    name = busiest[0]
    found = cover_for_a_time(snapshot, wishes, name, snapshot.date)
    rows = found.rows
    assert rows.columns == [c.name for c in TEMPORARY_COVER.columns]
    assert name not in rows["deputy_id"].to_list()
    facts, places = read_facts(snapshot, wishes)
    taken = rows.drop_nulls("deputy_id")
    ids = snapshot.clients["client_id"].sort()
    client_row = np.array([ids.index_of(c) for c in taken["client_id"]], dtype=np.int64)
    deputy = np.array([facts.coaches.ids.index(c) for c in taken["deputy_id"]], dtype=np.int64)
    pairs = Pairs(facts, places.profile[client_row], deputy)
    assert all(rule.allowed(pairs).all() for rule in rules_on(wishes) if rule.name not in MOVING)
    calendar = make_calendar(snapshot, wishes, places.present, 20)
    used = np.zeros(calendar.free.shape)
    np.add.at(used, (deputy, taken["week"].to_numpy() - 1), taken["minutes"].to_numpy())
    assert (used <= calendar.room + 1e-6).all()
    assert set(rows.filter(pl.col("deputy_id").is_null())["outcome"]) <= {"nobody", "waits"}


def test_a_coach_without_clients_needs_no_cover() -> None:
    """The table is empty and keeps its columns."""
    found = covered(region([client("A", coach_id="K2")], [coach("K1"), coach("K2")]))
    assert found.rows.is_empty()
    assert found.rows.columns == [c.name for c in TEMPORARY_COVER.columns]
