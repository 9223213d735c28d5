"""One client at a desk: the same numbers as `explain`, limits obeyed, loads taken up."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.explain import explain
from optimiser.allocation.intake.desk import Desk, open_desk
from optimiser.allocation.intake.forecast import forecast
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import Recipe, snapshot_from

PLAIN = 50 / 3
NEW = {"municipality": "837", "birth_year": 1986, "registered_on": TODAY}


def desk_of(snapshot: Snapshot, **sections: object) -> Desk:
    """A desk at the present loads."""
    return open_desk(snapshot, policy(**sections), weeks=0)


def two(**facts: object) -> Snapshot:
    """Two coaches; A has the first."""
    return region([client("A", coach_id="K1")], [coach("K1"), coach("K2", **facts)])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_desk_agrees_with_explain(seed: int) -> None:
    """At the present loads the desk ranks as `explain` does on the plan without the client, price by price."""
    recipe = Recipe(DemoOptions(clients=200, coaches=8, seed=seed, present_share=0.9))
    whole, rules = snapshot_from(recipe), Policy()
    found = allocate(whole, rules, "quick")
    placed = whole.clients.drop("coach_id").join(
        found.plan.rows.select("client_id", "coach_id"), on="client_id"
    )
    placed = placed.select(whole.clients.columns).sort("client_id")
    new = whole.clients.filter(whole.clients["coach_id"].is_null() & whole.clients["household"].is_null())[
        "client_id"
    ].to_list()[:6]
    assert new
    for name in new:
        others = placed.filter(placed["client_id"] != name)
        desk = open_desk(whole.replace(clients=others, pins=whole.pins.clear()), rules, weeks=0)
        row = whole.clients.filter(whole.clients["client_id"] == name)
        ranked = desk.rank(row)
        said = explain(whole, rules, found.plan.rows, name)
        assert {a.coach_id for a in ranked.coaches} == {a.coach_id for a in said.alternatives}
        expected = {a.coach_id: a for a in said.alternatives}
        for alternative in ranked.coaches:
            other = expected[alternative.coach_id]
            for price, minutes in alternative.prices.items():
                assert minutes == pytest.approx(other.prices[price], abs=1e-6)
            assert alternative.utilisation == pytest.approx(other.utilisation)
        assert {n: set(r) for n, r in desk.reasons(ranked).items()} == {n: set(r) for n, r in said.barred}


def test_placing_takes_the_client_up() -> None:
    """A placement raises load and heads of its coach, so that after enough of them the other is first."""
    heavy = NEW | {"need_level": 4, "extra_meetings": 8}
    old = [client(f"A{i:02d}", coach_id="K1", need_level=4) for i in range(45)]
    desk = desk_of(region(old, [coach("K1"), coach("K2")]))
    minutes = 25 * 50 / 3 + 60
    assert [a.coach_id for a in desk.rank(heavy).coaches] == ["K2", "K1"]
    for _ in range(10):
        desk.place(heavy, "K2")
    assert desk.load == pytest.approx([45 * (PLAIN + 60), 10 * minutes])
    assert desk.heads.tolist() == [45, 10]
    assert desk.rank(heavy).coaches[0].coach_id == "K1"


def test_full_coaches_come_last() -> None:
    """Who would break a limit stands behind those with room, and says which."""
    desk = desk_of(two(limit_heads=0))
    first, last = desk.rank(NEW).coaches
    assert (first.coach_id, first.breaks) == ("K1", ())
    assert (last.coach_id, last.breaks) == ("K2", ("heads",))


def test_rules_and_exclusions_bar() -> None:
    """Rules and exclusions in force bar a coach, and the reasons are told on request."""
    snapshot = region(
        [client("A", coach_id="K1")],
        [coach("K1"), coach("K2"), coach("K3", languages="sv")],
    )
    exclusion = region([client("B")], [coach("K2")], exclusions=[{"client_id": "B", "coach_id": "K2"}])
    desk = desk_of(snapshot.replace(exclusions=exclusion.exclusions))
    ranked = desk.rank(NEW | {"client_id": "B"})
    assert [a.coach_id for a in ranked.coaches] == ["K1"]
    assert desk.reasons(ranked) == {"K2": ("exclusion",), "K3": ("language",)}


def test_household_then_former_coach_come_first() -> None:
    """The coach of the household comes first, then the coach of before, if there is room."""
    snapshot = region(
        [client("A", coach_id="K1", household="H")], [coach("K1"), coach("K2"), coach("K3", limit_heads=0)]
    )
    desk = desk_of(snapshot)
    at_home = desk.rank(NEW | {"household": "H"}, former="K2")
    assert (at_home.coaches[0].coach_id, at_home.tie) == ("K1", "household")
    back = desk.rank(NEW, former="K1")
    assert (back.coaches[0].coach_id, back.tie) == ("K1", "former coach")
    assert desk.rank(NEW, former="K3").tie == ""


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"municipality": "999"}, "municipality"),
        ({"birth_year": None}, "birth_year"),
        ({"need_levl": 2}, "need_levl"),
        ({"need_level": 9}, "need_level"),
        ({"channel": "pigeon"}, "channel"),
        ({"other_languages": "en"}, "other_languages"),
        ({"protected_address": True}, "protected_address"),
    ],
)
def test_bad_clients_are_refused(wrong: dict[str, object], column: str) -> None:
    """A client the desk cannot judge is refused with the column and advice."""
    with pytest.raises(InputError) as caught:
        desk_of(two()).rank(NEW | wrong)
    assert [c.column for c in caught.value.complaints] == [column]
    assert all(c.advice for c in caught.value.complaints)


def test_an_unknown_coach_is_refused() -> None:
    """Placing with, or coming back to, a coach who is not there is refused."""
    desk = desk_of(two())
    for call in (lambda: desk.place(NEW, "K9"), lambda: desk.rank(NEW, former="K9")):
        with pytest.raises(InputError, match="unknown coach"):
            call()


def test_measured_departures_balance_arrivals() -> None:
    """With as many leaving as coming, the share of recent clients tells who leaves in a week."""
    recent = [client(f"R{i}", registered_on=date(2021, 8, 20), coach_id="K1") for i in range(20)]
    old = [client(f"S{i}", coach_id="K1") for i in range(80)]
    found = forecast(region(recent + old, [coach("K1")]), policy(), weeks=4)
    assert (1 - found.departures_weekly) ** 13 == pytest.approx(0.8)
    assert found.arrivals_weekly == pytest.approx(100 * found.departures_weekly)
    assert found.measured
    given = forecast(region(recent + old, [coach("K1")]), policy(intake={"departures_monthly": 0.0}), weeks=4)
    assert given.departures_weekly == 0
    assert given.staying == pytest.approx(given.present)
    assert given.arrivals_weekly == pytest.approx(20 / 13)


def test_a_coach_whom_others_will_need_is_spared() -> None:
    """Expected arrivals raise the price of the only coach who may take them: the plain client goes elsewhere."""
    arabs = [
        client(f"R{i:02d}", language="ar", registered_on=date(2021, 8, 20), coach_id="K1") for i in range(30)
    ]
    fillers = [client(f"S{i:03d}", coach_id="K2", need_level=4) for i in range(40)]
    rules = {"language": {"modes": {"ar": "coach", "fi": "coach"}}}
    limits = {"limit_minutes": 6000.0}
    snapshot = region(arabs + fillers, [coach("K1", languages="ar fi", **limits), coach("K2", **limits)])
    now = open_desk(snapshot, policy(rules=rules), weeks=0).rank(NEW)
    ahead = open_desk(snapshot, policy(rules=rules), weeks=13)
    assert now.coaches[0].coach_id == "K1"
    assert ahead.outlook.coming[0] > ahead.outlook.coming[1] == 0
    gain = {a.coach_id: a.difference for a in ahead.rank(NEW).coaches}
    before = {a.coach_id: a.difference for a in now.coaches}
    assert gain["K2"] - gain["K1"] < before["K2"] - before["K1"]


def test_the_same_question_has_the_same_answer() -> None:
    """Asking changes nothing."""
    snapshot = snapshot_from(Recipe(DemoOptions(clients=200, coaches=8)))
    desk = open_desk(snapshot, Policy())
    row = {"municipality": "837", "birth_year": 1990, "registered_on": snapshot.date}
    once = desk.rank(row)
    again = desk.rank(row)
    assert once.coaches == again.coaches
    assert np.array_equal(desk.load, open_desk(snapshot, Policy()).load)
