"""One tiny region a rule: whom it bars, and that it bars nobody when switched off."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from optimiser.allocation.encode import encode
from optimiser.allocation.rules import RULES
from optimiser.domain.policy_rules import Rules
from optimiser.domain.snapshot import Snapshot
from tests.allocation.tiny import client, coach, policy, region


def may_serve(snapshot: Snapshot, **sections: Any) -> set[tuple[str, str]]:
    """Allowed pairs by id, where every client is a group (or fixed) of its own."""
    encoding = encode(snapshot, policy(**sections))
    ids = snapshot.clients["client_id"].to_list()
    units, problem = encoding.units, encoding.problem
    pairs = set()
    for row, name in enumerate(ids):
        unit = units.of_client[row]
        if units.fixed[unit] >= 0:
            pairs.add((name, encoding.coach_ids[units.fixed[unit]]))
        for arc in np.flatnonzero(problem.arc_group == units.group[unit]):
            if units.group[unit] >= 0:
                pairs.add((name, encoding.coach_ids[problem.arc_coach[arc]]))
    return pairs


ALL = {("A", "K1"), ("A", "K2")}

CASES: dict[str, tuple[Snapshot, set[tuple[str, str]]]] = {
    "municipality": (region([client("A")], [coach("K1"), coach("K2", serves="211")]), {("A", "K1")}),
    "language": (
        region([client("A")], [coach("K1"), coach("K2", languages="en sv")]),
        {("A", "K1")},
    ),
    "age_group": (
        region(
            [client("A", birth_year=1992)],
            [coach("K1", age_groups="youth"), coach("K2", age_groups="adult senior")],
        ),
        {("A", "K1")},
    ),
    "integration_unit": (
        region(
            [client("A", integration_until=date(2021, 9, 1))],
            [coach("K1"), coach("K2", unit_id="U2")],
        ),
        {("A", "K2")},
    ),
    "presence": (
        region(
            [client("A")],
            [coach("K1", start=date(2021, 9, 1), end=date(2021, 9, 1)), coach("K2", end=date(2021, 8, 31))],
        ),
        {("A", "K1")},
    ),
    "exclusion": (
        region(
            [client("A")],
            [coach("K1"), coach("K2")],
            exclusions=[
                {"client_id": "A", "coach_id": "K1", "until": date(2021, 8, 31)},
                {"client_id": "A", "coach_id": "K2", "until": date(2021, 9, 1)},
            ],
        ),
        {("A", "K1")},
    ),
    "travel": (
        region(
            [client("A")],
            [coach("K1", municipality="211"), coach("K2", remote=True)],
        ),
        {("A", "K1")},
    ),
    "recent_change": (
        region([client("A", coach_id="K2", involuntary_changes=1)], [coach("K1"), coach("K2")]),
        {("A", "K2")},
    ),
    "protection": (
        region([client("A", coach_id="K2", coach_since=date(2021, 8, 2))], [coach("K1"), coach("K2")]),
        {("A", "K2")},
    ),
    "freeze": (region([client("A", coach_id="K2")], [coach("K1"), coach("K2")]), {("A", "K2")}),
    "team": (
        region(
            [client("A", coach_id="K2")],
            [coach("K1"), coach("K2", unit_id="U3")],
            units=[{"unit_id": "U1"}, {"unit_id": "U3"}],
        ),
        {("A", "K2")},
    ),
}
WISHES: dict[str, dict[str, object]] = {
    "protection": {"younger_than_months": 1},
    "freeze": {"coaches": ["K1"]},
    "team": {"on": True},
}
"""What the policy says of a rule that is silent by default."""


@pytest.mark.parametrize("name", RULES)
def test_a_rule_bars_whom_it_should_and_nobody_when_off(name: str) -> None:
    """The rule leaves the one pair it allows, and both pairs where the policy switches it off."""
    snapshot, left = CASES[name]
    wishes = WISHES.get(name, {})
    assert may_serve(snapshot, rules={name: wishes}) == left
    assert may_serve(snapshot, rules={name: wishes | {"on": False}}) == ALL


def test_every_rule_of_the_policy_is_a_function() -> None:
    """The policy and the encoder know the same rules; a household is no rule about a pair."""
    assert set(RULES) == set(Rules.model_fields) - {"household"}


def test_another_language_counts_from_the_level_that_is_enough() -> None:
    """A2 in Finnish is not enough for a coach without the own language, B2 is."""
    weak, strong = (client("A", language="sv", other_languages=f"fi:{level}") for level in ("A2", "B2"))
    assert may_serve(region([weak], [coach("K1")])) == set()
    assert may_serve(region([strong], [coach("K1")])) == {("A", "K1")}
    assert may_serve(region([weak], [coach("K1")]), rules={"language": {"enough_in": {"fi": "A2"}}}) == {
        ("A", "K1")
    }


def test_an_interpreter_opens_the_language_rule() -> None:
    """A client whom no coach understands is served with an interpreter by everyone."""
    snapshot = region([client("A", language="so")], [coach("K1"), coach("K2")])
    assert may_serve(snapshot) == ALL


def test_travel_counts_minutes_and_spares_integration_and_the_telephone() -> None:
    """20 minutes are too far under a limit of 19, save for the telephone and the integration unit."""
    far = {"rules": {"travel": {"max_minutes": 19}}}
    coaches = [coach("K1", municipality="211"), coach("K2", municipality="211", unit_id="U2")]
    phone, here = client("B", channel="phone"), client("A")
    integrating = client("C", integration_until=date(2022, 1, 1))
    snapshot = region([here, phone, integrating], coaches)
    assert may_serve(snapshot, **far) == {("B", "K1"), ("C", "K2")}
    far["rules"]["travel"]["integration_exempt"] = False
    assert may_serve(snapshot, **far) == {("B", "K1")}


def test_recent_change_exempts_the_clients_of_a_leaver() -> None:
    """Who had to change lately may change again where another rule bars the present coach."""
    gone = coach("K2", end=date(2021, 8, 31))
    snapshot = region([client("A", coach_id="K2", involuntary_changes=3)], [coach("K1"), gone])
    assert may_serve(snapshot) == {("A", "K1")}
