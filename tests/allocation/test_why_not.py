"""Why not this coach: the same figures as explain, ways that the check confirms, bounds that hold."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.allocation.allocate import allocate
from optimiser.allocation.encode import encode
from optimiser.allocation.explain import explain
from optimiser.allocation.outcome import outcome_of
from optimiser.allocation.why_not import LoadedPlan, Verdict, Way, load, sentences
from optimiser.domain.errors import InputError
from optimiser.domain.plan import PLAN, STATUSES
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import check
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import client, coach, policy, region
from tests.regions import Recipe, policies, snapshot_from

PLAIN = 50 / 3
OF_ROWS = {"status", "previous_coach_id", "demand_minutes", "travel_minutes", "reason"}
"""Findings about what is written beside a coach, not about the plan."""


def rows_of(snapshot: Snapshot, wishes: Policy, coaches: dict[str, str | None]) -> pl.DataFrame:
    """The rows of a plan that gives every client a coach, or none."""
    encoding = encode(snapshot, wishes)
    ids = sorted(coaches)
    names = {name: at for at, name in enumerate(encoding.coach_ids)} | {None: -1}
    outcome = outcome_of(encoding, np.array([names[coaches[c]] for c in ids], dtype=np.int32), wishes)
    clients = snapshot.clients.sort("client_id")
    rows = pl.DataFrame(
        {
            "client_id": ids,
            "coach_id": [coaches[c] for c in ids],
            "status": [STATUSES[s] for s in outcome.status],
            "previous_coach_id": clients["coach_id"].cast(pl.String),
            "reason": [""] * len(ids),
            "demand_minutes": outcome.demand,
            "travel_minutes": pl.Series(outcome.travel).set(pl.Series(outcome.coach < 0), None),
            "barred_by": [None] * len(ids),
            "repair": [None] * len(ids),
        }
    )
    return rows.cast({c.name: c.dtype for c in PLAN.columns})


def recounted(snapshot: Snapshot, wishes: Policy, rows: pl.DataFrame) -> tuple[float, set[str]]:
    """Objective by the independent check, and the names of what it objects to in the plan itself."""
    verdict = check(snapshot, wishes, rows, None)
    return verdict.recount.objective_minutes, {f.name for f in verdict.findings} - OF_ROWS


def after(rows: pl.DataFrame, way: Way) -> dict[str, str | None]:
    """Coaches once a way has been gone."""
    moved = {c: move.to_coach_id for move in way.moves for c in move.client_ids}
    return dict(rows.select("client_id", "coach_id").iter_rows()) | moved


def questions(snapshot: Snapshot, wishes: Policy, rows: pl.DataFrame, most: int) -> Iterator[tuple[str, str]]:
    """A client of every status with each coach who may serve, or the first ones of them."""
    for status in STATUSES:
        for name in rows.filter(status=status)["client_id"].head(1):
            found = explain(snapshot, wishes, rows, name)
            yield from ((name, a.coach_id) for a in found.alternatives[:most] if a.coach_id != found.coach_id)


@cache
def demo(
    moves: int | None = None, pressure: float = 1.0
) -> tuple[Snapshot, Policy, pl.DataFrame, LoadedPlan, float]:
    """A twisted demo region with limited interpreter minutes, its plan, and its objective."""
    options = DemoOptions(clients=150, coaches=8, seed=5, pressure=pressure, present_share=0.9)
    snapshot = snapshot_from(Recipe(options, twist=3))
    wishes = policy(limits={"moves": moves, "interpreter_minutes": {"Tampere": 200.0}})
    found = allocate(snapshot, wishes)
    rows = found.plan.rows
    return snapshot, wishes, rows, load(snapshot, wishes, rows), found.plan.certificate.objective_minutes


@pytest.mark.parametrize(("moves", "pressure"), [(None, 1.0), (5, 1.0), (None, 1.5)])
def test_the_direct_move_is_what_explain_says(moves: int | None, pressure: float) -> None:
    """One question asked by two commands has one answer: minutes, how full, and limits."""
    snapshot, wishes, rows, loaded, _ = demo(moves, pressure)
    asked = 0
    for name, target in questions(snapshot, wishes, rows, 4):
        said = {a.coach_id: a for a in explain(snapshot, wishes, rows, name).alternatives}[target]
        found = loaded.why_not(name, target)
        assert found.direct is not None
        assert found.direct.minutes == pytest.approx(said.difference, abs=1e-6)
        assert tuple(b for b in found.direct.breaks if b != "moves") == said.breaks
        full = {x.coach_id: x.after for x in found.direct.loads}[target]
        assert full == pytest.approx(said.utilisation)
        asked += 1
    assert asked > 5


@pytest.mark.parametrize(("moves", "pressure"), [(None, 1.0), (5, 1.0), (None, 1.5)])
def test_the_check_confirms_every_way(moves: int | None, pressure: float) -> None:
    """Recounted by the other road the plan after a way costs what the way says and breaks nothing."""
    snapshot, wishes, rows, loaded, objective = demo(moves, pressure)
    longest = 0
    for name, target in questions(snapshot, wishes, rows, 3):
        for way in loaded.why_not(name, target).ways:
            then = rows_of(snapshot, wishes, after(rows, way))
            minutes, objections = recounted(snapshot, wishes, then)
            assert objections == set()
            assert minutes - objective == pytest.approx(way.minutes, abs=1e-4)
            longest = max(longest, len(way.moves))
    assert longest > 1


def test_the_plan_in_hand_is_valued_as_certified() -> None:
    """The value is the certificate's objective and the price of those whom a coach could serve but does not."""
    _, wishes, rows, loaded, objective = demo(None, 1.5)
    unserved = int((rows["status"] == "unserved").sum()) - loaded.encoding.problem.unserved_fixed
    assert unserved > 0
    assert loaded.value == pytest.approx(objective + wishes.prices.unserved * unserved)
    everybody = snapshot_from(Recipe(DemoOptions(clients=60, coaches=5, seed=1, pressure=0.8)))
    found = allocate(everybody, Policy())
    assert not (found.plan.rows["status"] == "unserved").any()
    plan = load(everybody, Policy(), found.plan.rows)
    assert plan.value == pytest.approx(found.plan.certificate.objective_minutes)
    assert plan.gap is not None
    assert plan.gap <= found.plan.certificate.gap_minutes + 1e-4


@settings(max_examples=8)
@given(st.integers(0, 500), policies())
def test_forcing_a_pair_never_saves(seed: int, wishes: Policy) -> None:
    """In any region and policy: at once <= difference of the bounds <= what the best way and the gap allow."""
    snapshot = snapshot_from(
        Recipe(DemoOptions(clients=60, coaches=5, seed=seed, present_share=0.8), twist=seed)
    )
    try:
        rows = allocate(snapshot, wishes, "quick").plan.rows
    except InputError:
        return
    loaded = load(snapshot, wishes, rows)
    for name, target in questions(snapshot, wishes, rows, 2):
        found = loaded.why_not(name, target)
        assert found.verdict in (Verdict.COSTS, Verdict.SAME, Verdict.NO_WAY, Verdict.NO_ROOM)
        if found.difference is None:
            assert not found.ways
            continue
        assert found.at_once is not None and found.least is not None
        assert 0 <= found.at_once <= found.difference + 1e-5
        assert 0 <= found.least <= found.difference + 1e-9
        if found.most is not None:
            assert found.difference <= found.most + 1e-5


def every_plan(snapshot: Snapshot, wishes: Policy) -> dict[tuple[str | None, ...], float]:
    """Every valid plan of a tiny region with its value on one level, by the independent check."""
    ids = snapshot.clients["client_id"].sort().to_list()
    names = [*snapshot.coaches["coach_id"].to_list(), None]
    found = {}
    for coaches in itertools.product(names, repeat=len(ids)):
        rows = rows_of(snapshot, wishes, dict(zip(ids, coaches, strict=True)))
        minutes, objections = recounted(snapshot, wishes, rows)
        if not objections:
            found[coaches] = minutes + wishes.prices.unserved * sum(c is None for c in coaches)
    return found


TINY = [
    pytest.param({"limits": {"load": 1.2}}, 90.0, id="room"),
    pytest.param({"limits": {"load": 1.2}}, 40.0, id="tight"),
    pytest.param({"limits": {"heads": 1}}, 90.0, id="heads"),
    pytest.param({"limits": {"moves": 1}}, 90.0, id="one move"),
]


@pytest.mark.parametrize(("sections", "minutes"), TINY)
def test_brute_force_lies_in_the_interval(sections: dict[str, dict[str, float]], minutes: float) -> None:
    """All plans one by one: the best with a pair less the best without lies where the answer says."""
    clients = [
        client("A", coach_id="K1"),
        client("B", coach_id="K2", channel="phone"),
        client("C", need_level=3),
    ]
    coaches = [
        coach("K1", full_time_minutes=minutes),
        coach("K2", full_time_minutes=60.0, municipality="211"),
    ]
    snapshot, wishes = region(clients, coaches), policy(**sections)
    plans = every_plan(snapshot, wishes)
    rows = allocate(snapshot, wishes).plan.rows
    loaded = load(snapshot, wishes, rows)
    assert loaded.base.bound <= min(plans.values()) + 1e-6
    for place, name in enumerate("ABC"):
        for target in ("K1", "K2"):
            found = loaded.why_not(name, target)
            with_pair = [value for plan, value in plans.items() if plan[place] == target]
            if found.verdict is Verdict.HAS:
                continue
            if found.verdict is Verdict.NO_ROOM:
                assert not with_pair
                continue
            assert found.least is not None and found.difference is not None
            if with_pair:
                true = min(with_pair) - min(plans.values())
                assert found.least - 1e-6 <= true
                assert found.most is not None and true <= found.most + 1e-6


def test_rules_come_first() -> None:
    """A pin, a household and rules bar by name; no price is computed, and it says so."""
    clients = [
        client("A"),
        client("B", coach_id="K2", involuntary_changes=1),
        client("C", household="H"),
        client("D", household="H", birth_year=2000),
    ]
    coaches = [coach("K1", age_groups="adult"), coach("K2")]
    snapshot = region(clients, coaches, pins=[{"client_id": "A", "coach_id": "K1"}])
    rows = rows_of(snapshot, Policy(), {"A": "K1", "B": "K2", "C": "K2", "D": "K2"})
    loaded = load(snapshot, Policy(), rows)
    said = {(c, k): loaded.why_not(c, k) for c, k in (("A", "K2"), ("B", "K1"), ("C", "K1"), ("D", "K1"))}
    assert {pair: found.rules for pair, found in said.items()} == {
        ("A", "K2"): ("pin",),
        ("B", "K1"): ("recent_change",),
        ("C", "K1"): ("household",),
        ("D", "K1"): ("age_group",),
    }
    assert all(found.verdict is Verdict.BARRED and found.difference is None for found in said.values())
    first, second = sentences(said["D", "K1"])
    assert first == "D cannot have K1: the coach serves another age group (age_group)."
    assert "no price is computed" in second and "lift these rules" in second
    assert "lift" not in sentences(said["B", "K1"])[1]


def test_a_household_moves_as_one() -> None:
    """The pair is asked about one member; minutes, heads and loads are those of all."""
    clients = [client("A", household="H", coach_id="K1"), client("B", household="H", coach_id="K1")]
    snapshot = region(clients, [coach("K1"), coach("K2")])
    rows = rows_of(snapshot, Policy(), {"A": "K1", "B": "K1"})
    found = load(snapshot, Policy(), rows).why_not("B", "K2")
    assert found.household == ("A",)
    (way,) = found.ways
    assert way.moves[0].client_ids == ("A", "B")
    assert way.minutes == pytest.approx(2 * 11.25)
    assert [x.after for x in way.loads] == pytest.approx([0.0, 2 * PLAIN / 5700])


def test_no_difference_is_said_so() -> None:
    """A new client and two equal coaches: either is as good."""
    snapshot = region([client("A")], [coach("K1"), coach("K2")])
    found = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1"})).why_not("A", "K2")
    assert found.verdict is Verdict.SAME
    assert (found.difference, found.at_once) == (pytest.approx(0.0), pytest.approx(0.0))
    assert (
        sentences(found)[0]
        == "A could have K2: no difference, either coach is as good (K2 would be 0 % full)."
    )


def test_an_exchange_where_the_coach_is_full() -> None:
    """Each coach has room for one head: the way is an exchange, and alone the move breaks the limit."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K2")]
    snapshot, wishes = region(clients, [coach("K1"), coach("K2")]), policy(limits={"heads": 1})
    found = load(snapshot, wishes, rows_of(snapshot, wishes, {"A": "K1", "B": "K2"})).why_not("A", "K2")
    assert found.direct is not None and found.direct.breaks == ("heads",)
    (way,) = found.ways
    assert [(m.client_ids, m.from_coach_id, m.to_coach_id) for m in way.moves] == [
        (("A",), "K1", "K2"),
        (("B",), "K2", "K1"),
    ]
    assert found.difference == pytest.approx(2 * 11.25)
    first = sentences(found)[0]
    assert first == (
        "A could have K2, with 1 other changing coach as well: the plan would cost 22 minutes a month more "
        "(K2 would be 0 % full)."
    )


def test_no_room_whoever_moves() -> None:
    """A coach whose place is pinned has no room for another, and no price."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K2")]
    pins = [{"client_id": "B", "coach_id": "K2"}]
    snapshot = region(clients, [coach("K1"), coach("K2", limit_heads=1)], pins=pins)
    found = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1", "B": "K2"})).why_not("A", "K2")
    assert (found.verdict, found.difference, found.ways) == (Verdict.NO_ROOM, None, ())
    assert "the limits leave no room" in sentences(found)[0]
    assert "heads" in sentences(found)[0]


def test_who_has_the_coach_already() -> None:
    """Nothing to compute."""
    snapshot = region([client("A", coach_id="K1")], [coach("K1")])
    found = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1"})).why_not("A", "K1")
    assert sentences(found) == ("A has K1 in this plan already.",)


def test_the_unserved_can_be_asked_about() -> None:
    """Without a coach the minutes are those of the pair, and the price of leaving the client so stands apart."""
    snapshot = region([client("A"), client("B", coach_id="K1")], [coach("K1")])
    found = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": None, "B": "K1"})).why_not("A", "K1")
    assert found.unserved_minutes == 600.0
    assert found.gap == pytest.approx(600.0 - found.ways[0].minutes)
    assert any("600 minutes" in sentence for sentence in sentences(found))


def test_an_edited_plan_proves_nothing() -> None:
    """Where the plan in hand breaks a limit for somebody else, ways are exact but no interval is told."""
    snapshot = region([client(c) for c in "ABC"], [coach("K1", limit_heads=1), coach("K2"), coach("K3")])
    loaded = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1", "B": "K1", "C": "K2"}))
    found = loaded.why_not("C", "K3")
    assert (loaded.sound, found.gap, found.least, found.most) == (False, None, None, None)
    assert found.ways[0].minutes == pytest.approx(0.0)
    whole = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1", "B": "K3", "C": "K2"}))
    assert whole.sound


def test_unknown_ids_get_the_nearest() -> None:
    """A mistyped client and a mistyped coach are answered together with ids that exist."""
    snapshot = region([client("C001")], [coach("K017"), coach("K020")])
    loaded = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"C001": "K017"}))
    with pytest.raises(InputError, match="Try one of the nearest ids: K017") as caught:
        loaded.why_not("C002", "k017")
    assert len(caught.value.complaints) == 2
    with pytest.raises(InputError, match="no coach has this id"):
        loaded.why_not("C001", "K01")


def test_a_plan_that_breaks_a_rule_is_refused() -> None:
    """Where the plan in hand gives the client a barred coach there is nothing to compare with."""
    snapshot = region([client("A")], [coach("K1", serves="211"), coach("K2")])
    loaded = load(snapshot, Policy(), rows_of(snapshot, Policy(), {"A": "K1"}))
    with pytest.raises(InputError, match="optimiser check"):
        loaded.why_not("A", "K2")
    with pytest.raises(InputError, match="clients"):
        load(snapshot, Policy(), loaded.rows.head(0))
