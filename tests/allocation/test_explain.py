"""Why this coach: prices, ranked alternatives, and who is barred by what."""

from __future__ import annotations

import polars as pl
import pytest

from optimiser.allocation.decode import decode
from optimiser.allocation.encode import encode
from optimiser.allocation.explain import explain
from optimiser.domain.errors import InputError
from tests.allocation.standin import solution
from tests.allocation.tiny import client, coach, policy, region

PLAIN = 50 / 3
FIRST = 2 * 0.25**3
"""Slope of the load curve below half full."""


def test_alternatives_are_ranked_by_their_difference() -> None:
    """Price, handover and marginal load of each coach, with the client taken out of the plan."""
    snapshot = region(
        [client("A", coach_id="K1"), client("B", coach_id="K1")],
        [coach("K1"), coach("K2", municipality="211", limit_heads=0), coach("K3", languages="sv")],
    )
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [2, 0]), snapshot, policy())
    found = explain(snapshot, policy(), rows, "A")
    assert found.coach_id == found.previous_coach_id == "K1"
    assert found.status == "kept"
    assert found.demand_minutes == pytest.approx(PLAIN)
    best, other = found.alternatives
    assert (best.coach_id, best.difference, best.breaks) == ("K1", 0.0, ())
    assert best.prices == found.prices
    assert best.prices["load"] == pytest.approx(PLAIN * FIRST)
    assert best.utilisation == pytest.approx(2 * PLAIN / 5700)
    assert other.coach_id == "K2"
    assert other.prices["travel"] == pytest.approx(10 / 3)
    assert other.prices["handover"] == 11.25
    assert other.difference == pytest.approx(10 / 3 + 11.25)
    assert other.breaks == ("heads",)
    assert found.barred == (("K3", ("language",)),)


def test_pins_protected_relationships_and_households_are_named() -> None:
    """Whoever bars is named: the pin, the recent change, another member of the household."""
    clients = [
        client("A"),
        client("B", coach_id="K2", involuntary_changes=1),
        client("C", household="H"),
        client("D", household="H", birth_year=2000),
    ]
    coaches = [coach("K1", age_groups="adult"), coach("K2")]
    snapshot = region(clients, coaches, pins=[{"client_id": "A", "coach_id": "K1"}])
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [1]), snapshot, policy())
    said = {c: explain(snapshot, policy(), rows, c) for c in "ABCD"}
    assert said["A"].barred == (("K2", ("pin",)),)
    assert said["B"].barred == (("K1", ("recent_change",)),)
    assert said["C"].barred == (("K1", ("household",)),)
    assert said["D"].barred == (("K1", ("age_group",)),)
    assert said["C"].household == ("D",)


def test_the_unserved_are_explained_as_well() -> None:
    """Without a coach there are no prices of its own, and every limit that bars is named."""
    snapshot = region([client("A", language="fse")], [coach("K1", limit_minutes=1.0)])
    wishes = policy(limits={"interpreter_minutes": {"city": 3}})
    encoding = encode(snapshot, wishes)
    rows = decode(encoding, solution(encoding.problem, [0], unserved=[1]), snapshot, wishes)
    found = explain(snapshot, wishes, rows, "A")
    assert found.coach_id is None
    assert found.prices == {}
    assert found.alternatives[0].breaks == ("minutes", "interpreter minutes")
    assert "interpreter minutes more in city" in rows["repair"][0]


def test_a_plan_of_other_facts_is_refused() -> None:
    """A plan with a strange coach or without some client is bad input, not an explanation."""
    snapshot = region([client("A"), client("B")], [coach("K1")])
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [2]), snapshot, policy())
    with pytest.raises(InputError, match="K9"):
        explain(snapshot, policy(), rows.with_columns(coach_id=pl.lit("K9")), "A")
    with pytest.raises(InputError, match="clients"):
        explain(snapshot, policy(), rows.head(1), "A")


def test_an_unknown_client_gets_the_nearest_ids() -> None:
    """A mistyped id is answered with ids that exist."""
    snapshot = region([client("C001"), client("C002"), client("D900")], [coach("K1")])
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [3]), snapshot, policy())
    with pytest.raises(InputError, match=r"C00[12]"):
        explain(snapshot, policy(), rows, "C003")
