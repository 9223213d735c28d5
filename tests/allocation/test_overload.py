"""What is behind an overload: by hand, and against a programme client by client and pair by pair."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from optimiser.allocation.allocate import allocate
from optimiser.allocation.overload import Overload, overload
from optimiser.allocation.rules import relaxable
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from tests.allocation.overload_direct import direct, liftable
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import recipes, snapshot_from

PLAIN = 50 / 3
"""Minutes a month of a plain client."""
SMALL = {"full_time_minutes": 100.0}
SLOW = settings(deadline=None, max_examples=16, suppress_health_check=list(HealthCheck))


def clients(count: int, first: int = 0, **facts: Any) -> list[dict[str, Any]]:
    """Plain clients numbered from `first`."""
    return [client(f"A{first + i:02d}", **facts) for i in range(count)]


def parts(found: Overload) -> list[float]:
    """What moving, rules, hiring and newcomers account for, in plain clients."""
    total = found.total
    return [round(m / PLAIN, 6) for m in (total.moving, total.rules, total.hiring, total.newcomers)]


def held(found: Overload) -> dict[str, tuple[float, float]]:
    """Rules that hold something, first and last alone, in plain clients."""
    shares = {r.name: (round(r.first / PLAIN, 6), round(r.last / PLAIN, 6)) for r in found.rules}
    return {name: share for name, share in shares.items() if share != (0.0, 0.0)}


def test_moving_is_enough_where_a_colleague_has_room() -> None:
    """Twelve clients with one coach who can carry six: the colleague takes the other six."""
    found = overload(
        region(clients(12, coach_id="K1"), [coach("K1", **SMALL), coach("K2", **SMALL)]), policy()
    )
    assert parts(found) == [6.0, 0.0, 0.0, 0.0]
    assert found.coaches["excess_minutes"].to_list() == pytest.approx([100.0, 0.0])
    assert found.coaches["least_minutes"].to_list() == pytest.approx([0.0, 0.0])


def test_a_rule_holds_what_a_colleague_may_not_take() -> None:
    """The colleague with room serves the other municipality: the municipality rule holds all six, alone."""
    coaches = [coach("K1", serves="837", **SMALL), coach("K2", serves="211", **SMALL)]
    found = overload(region(clients(12, coach_id="K1"), coaches), policy())
    assert parts(found) == [0.0, 6.0, 0.0, 0.0]
    assert held(found) == {"municipality": (6.0, 6.0)}


def test_two_rules_hold_together() -> None:
    """Where two rules bar, lifting either alone frees nobody, and either alone would hold everybody."""
    coaches = [coach("K1", serves="837", **SMALL), coach("K2", serves="211", age_groups="youth", **SMALL)]
    found = overload(region(clients(12, coach_id="K1"), coaches), policy())
    assert parts(found) == [0.0, 6.0, 0.0, 0.0]
    assert held(found) == {"municipality": (0.0, 6.0), "age_group": (0.0, 6.0)}


def test_hiring_is_what_is_left_without_rules() -> None:
    """Twenty clients and room for twelve: eight are too many whoever serves them."""
    coaches = [coach("K1", serves="837", **SMALL), coach("K2", serves="211", **SMALL)]
    found = overload(region(clients(20, coach_id="K1"), coaches), policy())
    assert parts(found) == [0.0, 6.0, 8.0, 0.0]


def test_newcomers_are_a_part_of_their_own() -> None:
    """Two coaches for twelve have eight clients; six newcomers bring two too many, one nobody may serve."""
    facts = [
        *clients(8, coach_id="K1"),
        *clients(6, first=20),
        client("Z", integration_until=date(2030, 1, 1)),
    ]
    found = overload(region(facts, [coach("K1", **SMALL), coach("K2", **SMALL)]), policy())
    assert parts(found) == [2.0, 0.0, 0.0, 2.0]
    assert (found.newcomers, found.hopeless) == (7, 1)


@pytest.mark.parametrize("rule", [{"on": False}, {"relaxable": False}])
def test_a_rule_that_is_off_or_not_liftable_explains_nothing(rule: dict[str, bool]) -> None:
    """Off, the rule holds nobody; not to be lifted, what it holds counts as hiring."""
    coaches = [coach("K1", serves="837", **SMALL), coach("K2", serves="211", **SMALL)]
    found = overload(
        region(clients(12, coach_id="K1"), coaches), policy(rules={"municipality": rule, "travel": rule})
    )
    assert parts(found) == ([6.0, 0.0, 0.0, 0.0] if rule == {"on": False} else [0.0, 0.0, 6.0, 0.0])
    assert {r.name for r in found.rules} == {"language", "age_group"}


def test_a_pin_does_not_move() -> None:
    """Nine of twelve are pinned to the full coach, who can carry six: three can go."""
    pins = [{"client_id": f"A{i:02d}", "coach_id": "K1"} for i in range(9)]
    facts = region(clients(12, coach_id="K1"), [coach("K1", **SMALL), coach("K2", **SMALL)], pins=pins)
    assert parts(overload(facts, policy())) == [3.0, 0.0, 3.0, 0.0]


def test_a_pin_to_another_coach_may_be_followed_or_not() -> None:
    """All twelve are pinned to the colleague: as many go as the colleague can take, never more."""
    pins = [{"client_id": f"A{i:02d}", "coach_id": "K2"} for i in range(12)]
    facts = region(clients(12, coach_id="K1"), [coach("K1", **SMALL), coach("K2", **SMALL)], pins=pins)
    assert parts(overload(facts, policy())) == [6.0, 0.0, 0.0, 0.0]


def test_a_barred_coach_may_still_be_kept() -> None:
    """Clients whose coach has left may go; where nobody has room they stay, and no plan is worse than today."""
    gone = coach("K1", end=date(2021, 8, 1), **SMALL)
    found = overload(region(clients(8, coach_id="K1"), [gone, coach("K2", **SMALL)]), policy())
    assert parts(found) == [6.0, 0.0, 2.0, 0.0]
    assert found.coaches["capacity_minutes"].to_list() == [0.0, 100.0]


def test_a_recent_change_keeps_also_where_another_rule_is_lifted() -> None:
    """Whom a recent change keeps stays put; whom it does not keep is not kept by lifting another rule."""
    recent = clients(12, coach_id="K1", involuntary_changes=1)
    coaches = [coach("K1", **SMALL), coach("K2", **SMALL)]
    assert parts(overload(region(recent, coaches), policy())) == [0.0, 0.0, 6.0, 0.0]
    barred = [coach("K1", serves="211", **SMALL), coach("K2", **SMALL)]
    assert parts(overload(region(recent, barred), policy())) == [6.0, 0.0, 0.0, 0.0]
    lifted = policy(rules={"recent_change": {"relaxable": True}})
    assert held(overload(region(recent, coaches), lifted)) == {"recent_change": (6.0, 6.0)}


def test_teams_and_frozen_coaches() -> None:
    """Teams keep moves inside; a frozen colleague takes nobody, a frozen coach gives nobody away."""
    units = [{"unit_id": "U1"}, {"unit_id": "U3"}]
    coaches = [coach("K1", **SMALL), coach("K2", unit_id="U3", **SMALL)]
    facts = region(clients(12, coach_id="K1"), coaches, units=units)
    assert held(overload(facts, policy(rules={"team": {"on": True}}))) == {"team": (6.0, 6.0)}
    for frozen in ({"coaches": ["K2"]}, {"units": ["U1"]}):
        rule = {"rules": {"freeze": {"relaxable": True, **frozen}}}
        assert held(overload(facts, policy(**rule))) == {"freeze": (6.0, 6.0)}
    protected = policy(rules={"protection": {"younger_than_months": 100}})
    assert parts(overload(facts, protected)) == [0.0, 0.0, 6.0, 0.0]


def test_a_frozen_coach_takes_only_those_who_cannot_stay() -> None:
    """Clients of a barred coach may go to the frozen one; their neighbours, alike but settled, may not."""
    coaches = [
        coach("K1", **SMALL),
        coach("K2", full_time_minutes=300.0),
        coach("K3", serves="211", full_time_minutes=0.0),
    ]
    facts = region([*clients(12, coach_id="K1"), *clients(12, first=20, coach_id="K3")], coaches)
    assert parts(overload(facts, policy(rules={"freeze": {"coaches": ["K2"]}}))) == [12.0, 0.0, 6.0, 0.0]


def test_an_interpreter_takes_minutes_from_the_colleague() -> None:
    """Clients whose language the colleague lacks cost 50/3 + 8 minutes there: of 100 minutes room, 67.6 go."""
    speaker = coach("K1", languages="ar fi", **SMALL)
    found = overload(
        region(clients(12, coach_id="K1", language="ar"), [speaker, coach("K2", languages="fi", **SMALL)]),
        policy(),
    )
    moved = 100.0 / (PLAIN + 8.0) * PLAIN
    assert found.total.moving == pytest.approx(moved)
    assert found.total.hiring == pytest.approx(100.0 - moved)


def test_interpreter_minutes_of_an_area_limit_who_may_move() -> None:
    """With 16 interpreter minutes in the area two clients can go to the colleague who needs them."""
    speaker = coach("K1", languages="fse fi", **SMALL)
    facts = region(
        clients(12, coach_id="K1", language="fse"), [speaker, coach("K2", languages="fi", **SMALL)]
    )
    found = overload(facts, policy(limits={"interpreter_minutes": {"city": 16.0}}))
    assert parts(found) == [2.0, 0.0, 4.0, 0.0]


def test_newcomers_draw_on_no_interpreter_limit() -> None:
    """The area has no interpreter minutes, but the colleague has time: newcomers bring nothing above capacity."""
    people = [*clients(6, coach_id="K1", language="fse"), *clients(3, first=20, language="fse")]
    staff = [coach("K1", languages="fse fi", **SMALL), coach("K2", languages="fi", **SMALL)]
    found = overload(region(people, staff), policy(limits={"interpreter_minutes": {"city": 0.0}}))
    assert parts(found) == [0.0, 0.0, 0.0, 0.0]
    assert found.newcomers == 3


def test_components_and_municipalities_add_up() -> None:
    """Integration and other units cannot relieve each other: two components, each with its own parts."""
    until = {"integration_until": date(2030, 1, 1)}
    facts = region(
        [*clients(12, coach_id="K1"), *clients(9, first=20, coach_id="K3", municipality="211", **until)],
        [coach("K1", **SMALL), coach("K2", **SMALL), coach("K3", unit_id="U2", municipality="211", **SMALL)],
    )
    found = overload(facts, policy())
    assert [(c.coaches, c.municipalities, c.integration) for c in found.components] == [
        (2, ("837",), False),
        (1, ("211",), True),
    ]
    assert [c.parts.moving for c in found.components] == pytest.approx([100.0, 0.0])
    assert [c.parts.hiring for c in found.components] == pytest.approx([0.0, 50.0])
    assert found.municipalities.rows() == [
        ("211", 9, 9, pytest.approx(50.0)),
        ("837", 12, 12, pytest.approx(100.0)),
    ]


def test_one_coach_is_not_relieved_at_a_colleagues_cost() -> None:
    """Two full coaches and one with room for three: either could be relieved by three, not at once."""
    facts = region(
        [
            *clients(10, coach_id="K1"),
            *clients(8, first=20, coach_id="K2"),
            *clients(3, first=40, coach_id="K3"),
        ],
        [coach("K1", **SMALL), coach("K2", **SMALL), coach("K3", **SMALL)],
    )
    found = overload(facts, policy())
    assert parts(found) == [3.0, 0.0, 3.0, 0.0]
    assert (found.coaches["least_minutes"] / PLAIN).to_list() == pytest.approx([1.0, 0.0, 0.0])


def test_nothing_above_capacity() -> None:
    """Without an overload every part is 0 and no coach is listed with any."""
    found = overload(region(clients(5, coach_id="K1"), [coach("K1", **SMALL)]), policy())
    assert parts(found) == [0.0, 0.0, 0.0, 0.0]
    assert found.coaches["excess_minutes"].sum() == 0.0


def test_an_empty_region() -> None:
    """No client is no overload."""
    found = overload(region([], [coach("K1")]), policy())
    assert parts(found) == [0.0, 0.0, 0.0, 0.0]
    assert found.newcomers == 0


def close(minutes: float) -> Any:
    """Equal but for the rounding of linear programmes."""
    return pytest.approx(minutes, abs=1e-2)


@SLOW
@given(recipes(60), liftable(), st.booleans())
def test_every_part_is_that_of_the_programme_client_by_client(
    recipe: Any, rules: Policy, freezing: bool
) -> None:
    """Cohorts, merged classes and coaches give what clients and coaches one by one give."""
    snapshot = snapshot_from(recipe)
    if freezing:
        frozen = {"coaches": (snapshot.coaches["coach_id"][0],)}
        freeze = rules.rules.freeze.model_copy(update=frozen)
        rules = rules.model_copy(update={"rules": rules.rules.model_copy(update={"freeze": freeze})})
    try:
        found = overload(snapshot, rules)
    except InputError:
        assume(False)
    free = relaxable(rules)
    total = found.total
    assert total.moved == close(direct(snapshot, rules, set()))
    assert total.lifted == close(direct(snapshot, rules, free))
    assert total.everybody == close(direct(snapshot, rules, free, everybody=True))
    assert {share.name for share in found.rules} == free
    for share in found.rules[:2]:
        assert share.first == close(total.moved - direct(snapshot, rules, {share.name}))
        assert share.last == close(direct(snapshot, rules, free - {share.name}) - total.lifted)


@SLOW
@given(recipes(150), liftable())
def test_parts_add_up_and_none_is_below_0(recipe: Any, rules: Policy) -> None:
    """E0 >= E1 >= E2 >= 0 everywhere; components, coaches and municipalities add up to the region."""
    try:
        found = overload(snapshot_from(recipe), rules)
    except InputError:
        assume(False)
    for part in (found.total, *(c.parts for c in found.components)):
        assert part.present >= part.moved >= part.lifted >= 0
        assert part.everybody >= part.lifted
        assert part.moving + part.rules + part.hiring == pytest.approx(part.present, abs=1e-6)
    for name in ("present", "moved", "lifted", "everybody"):
        summed = sum(getattr(c.parts, name) for c in found.components)
        assert summed == pytest.approx(getattr(found.total, name), abs=1e-6)
    assert found.coaches["excess_minutes"].sum() == pytest.approx(found.total.present)
    assert found.municipalities["excess_minutes"].sum() == pytest.approx(found.total.present)
    least = found.coaches["least_minutes"]
    assert (least >= 0).all() and (least <= found.coaches["excess_minutes"]).all()
    assert all(share.first >= 0 and share.last >= 0 for share in found.rules)
    assert all(max(s.first, s.last) <= found.total.rules + 1e-2 for s in found.rules)


@settings(SLOW, max_examples=10)
@given(recipes(100, present_share=1.0, pressure=0.9))
def test_no_plan_has_less_excess_than_the_least(recipe: Any) -> None:
    """A plan that serves everybody who has a coach leaves at least E1 above capacity."""
    rules = policy(limits={"load": 3.0})
    snapshot = snapshot_from(recipe)
    placed = snapshot.replace(clients=snapshot.clients.filter(pl.col("coach_id").is_not_null()))
    assume(placed.clients.height)
    kept = placed.clients.select("client_id")
    tables = {
        name: getattr(placed, name).join(kept, on="client_id", how="semi") for name in ("pins", "exclusions")
    }
    placed = placed.replace(**tables)
    try:
        plan = allocate(placed, rules, "quick")
    except InputError:
        assume(False)
    assume(plan.recount.unserved == 0)
    coaches = plan.recount.coaches
    above = (coaches["load_minutes"] - coaches["capacity_minutes"]).clip(lower_bound=0.0).sum()
    assert above >= overload(placed, rules).total.moved - 1e-2


@SLOW
@given(recipes(80), liftable(), st.randoms(use_true_random=False))
def test_ids_make_no_difference(recipe: Any, rules: Policy, draw: Any) -> None:
    """With other ids, and so another order, of clients and coaches every figure is the same."""
    snapshot = snapshot_from(replace(recipe, twist=recipe.twist))
    new = {old: f"X{place:05d}" for old, place in _shuffled(snapshot.coaches["coach_id"].to_list(), draw)}
    people = {old: f"Y{place:05d}" for old, place in _shuffled(snapshot.clients["client_id"].to_list(), draw)}
    other = snapshot
    for name in ("coaches", "clients", "absences", "exclusions", "pins"):
        table = getattr(other, name)
        names = {c: m for c, m in (("coach_id", new), ("client_id", people)) if c in table.columns}
        other = other.replace(**{name: table.with_columns(pl.col(c).replace(m) for c, m in names.items())})
    try:
        found, again = overload(snapshot, rules), overload(other, rules)
    except InputError:
        assume(False)
    for name in ("present", "moved", "lifted", "everybody"):
        assert getattr(again.total, name) == close(getattr(found.total, name))
    assert again.hopeless == found.hopeless
    assert [s.name for s in again.rules] == [s.name for s in found.rules]
    for one, two in zip(found.rules, again.rules, strict=True):
        assert (two.first, two.last) == (close(one.first), close(one.last))
    least = dict(again.coaches.select("coach_id", "least_minutes").iter_rows())
    for coach_id, minutes in found.coaches.select("coach_id", "least_minutes").iter_rows():
        assert least[new[coach_id]] == close(minutes)


def _shuffled(ids: list[str], draw: Any) -> list[tuple[str, int]]:
    return list(zip(ids, draw.sample(range(len(ids)), len(ids)), strict=True))


def test_the_day_is_that_of_the_snapshot() -> None:
    """A pin that has ended binds nobody."""
    pins = [{"client_id": f"A{i:02d}", "coach_id": "K1", "until": date(2021, 8, 31)} for i in range(12)]
    facts = region(clients(12, coach_id="K1"), [coach("K1", **SMALL), coach("K2", **SMALL)], pins=pins)
    assert facts.date == TODAY
    assert parts(overload(facts, policy())) == [6.0, 0.0, 0.0, 0.0]
