"""From flows back to clients: who stays, who goes where, and why, in words."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.allocation.certify import certificate
from optimiser.allocation.decode import assigned_coaches, decode, settled
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.outcome import Outcome, outcome_of
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import curve, pair_price
from optimiser.domain.errors import SolverError
from optimiser.domain.plan import PLAN
from optimiser.domain.snapshot import Snapshot
from tests.allocation.standin import greedy, objective, solution
from tests.allocation.tiny import client, coach, policy, region

PLAIN = 50 / 3


def four_with_one() -> Snapshot:
    """Four equal clients of K1, the first and last only lately; K2 has none."""
    lately = {"coach_since": date(2021, 8, 1)}
    return region(
        [
            client("A", coach_id="K1", **lately),
            client("B", coach_id="K1"),
            client("C", coach_id="K1"),
            client("D", coach_id="K1", **lately),
        ],
        [coach("K1"), coach("K2")],
    )


def test_inside_a_tier_the_smallest_ids_stay() -> None:
    """Two of four move: of the young relationships the larger id, then the other; the old ones stay."""
    snapshot = four_with_one()
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [3, 1], stay=[1, 2]), snapshot, policy())
    assert rows["coach_id"].to_list() == ["K1", "K1", "K1", "K2"]
    assert rows["status"].to_list() == ["kept", "kept", "kept", "moved"]
    rows = decode(encoding, solution(encoding.problem, [2, 2], stay=[0, 2]), snapshot, policy())
    assert rows["coach_id"].to_list() == ["K2", "K1", "K1", "K2"]


def test_nobody_moves_to_the_present_coach() -> None:
    """Flow to the present coach is a stay, the dearest first, and the objective says so."""
    encoding = encode(four_with_one(), policy())
    given = solution(encoding.problem, [3, 1], stay=[1, 0])
    normal = settled(encoding.problem, given)
    assert encoding.problem.stay_saving.tolist() == [3.75, 11.25]
    assert normal.stay.tolist() == [1, 2]
    assert normal.objective == pytest.approx(given.objective - 2 * 11.25)
    assert normal.objective == pytest.approx(objective(encoding.problem, normal.flow, normal.stay))


def test_certificate_names_multipliers_by_id() -> None:
    """Coaches without a limit in heads give 0, the objective is the settled one, bounds are as solved."""
    snapshot = region([client("A", coach_id="K1", language="fse")], [coach("K1", limit_heads=3), coach("K2")])
    wishes = policy(limits={"interpreter_minutes": {"city": 100}})
    encoding = encode(snapshot, wishes)
    solved = solution(encoding.problem, [1, 0], stay=[0])
    for prices in (solved.level1, solved.level2):
        prices.heads[:] = 7.0
        prices.load[:] = [1.0, 2.0]
        prices.interpreter[:] = 3.0
    proof = certificate(encoding, solved, snapshot, wishes)
    assert proof.level2.heads == {"K1": 7.0, "K2": 0.0}
    assert proof.level1.load == {"K1": 1.0, "K2": 2.0}
    assert proof.level1.interpreter == {"city": 3.0}
    assert proof.component == {"K1": 0, "K2": 0}
    assert proof.objective_minutes == pytest.approx(solved.objective - 11.25)
    assert proof.fingerprint == snapshot.fingerprint()


def test_who_may_stay_is_never_unserved() -> None:
    """Of a group with one place too few, the last new client by id is left out, not who has a coach."""
    snapshot = region(
        [client("A"), client("B"), client("C", coach_id="K1")],
        [coach("K1", limit_heads=2), coach("K2", limit_heads=0)],
    )
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [2, 0], unserved=[1]), snapshot, policy())
    assert rows["status"].to_list() == ["new", "unserved", "kept"]
    with pytest.raises(SolverError, match="Try"):
        decode(encoding, solution(encoding.problem, [0, 0], unserved=[3], stay=[0]), snapshot, policy())
    with pytest.raises(SolverError, match="Try"):
        decode(encoding, solution(encoding.problem, [1, 0], unserved=[1]), snapshot, policy())


def test_new_clients_are_dealt_in_order_of_ids_and_coaches() -> None:
    """The first ids go to the first coach."""
    snapshot = region([client(c) for c in "ABC"], [coach("K1"), coach("K2")])
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [2, 1]), snapshot, policy())
    assert rows["coach_id"].to_list() == ["K1", "K1", "K2"]
    assert rows.columns == [c.name for c in PLAN.columns]
    assert rows["demand_minutes"].to_list() == pytest.approx([PLAIN] * 3)


def test_unserved_say_what_bars_and_what_would_help() -> None:
    """Counts add up to the coaches; the cheapest repairs are priced; demand is the least possible."""
    coaches = [
        coach("K1", limit_heads=0, limit_minutes=10.0),
        coach("K2", serves="211"),
        coach("K3", languages="ar"),
        coach("K4", unit_id="U2"),
    ]
    snapshot = region([client("A"), client("B", language="ar", municipality="211")], coaches)
    encoding = encode(snapshot, policy())
    # Groups by facts: B (211) may be served by K1, K2, K3; A by K1 alone.
    rows = decode(encoding, solution(encoding.problem, [0] * 4, unserved=[1, 1]), snapshot, policy())
    first = rows.row(0, named=True)
    assert first["coach_id"] is None
    assert first["travel_minutes"] is None
    assert first["barred_by"] == "full 1, municipality 1, language 1, integration_unit 1"
    assert first["repair"].startswith(
        "raise the limit of K1 by 30 minutes and by one client (0 minutes a month); "
    )
    assert "one hour more of coach time a month for K1" in first["repair"]
    assert first["demand_minutes"] == pytest.approx(PLAIN)
    assert "full" in first["reason"]


def test_repairs_lift_one_relaxable_rule() -> None:
    """Where every coach is barred, the cheapest single rule to lift is named, never one that must hold."""
    coaches = [coach("K1", serves="211"), coach("K2", unit_id="U2"), coach("K3", languages="sv")]
    snapshot = region([client("A")], coaches)
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, []), snapshot, policy())
    assert rows["repair"].to_list() == [
        "let K1 serve municipality 837 (0 minutes a month); allow an interpreter with K3 (8 minutes a month)"
    ]
    assert "K2" not in rows["repair"][0]


def test_reasons_tell_what_a_move_saves() -> None:
    """A move names both coaches with how full they are, what it saves and what it costs."""
    snapshot = region(
        [client("A", coach_id="K1"), client("B", coach_id="K1")],
        [coach("K1", full_time_minutes=PLAIN * 2), coach("K2", full_time_minutes=PLAIN * 2)],
    )
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [1, 1], stay=[1]), snapshot, policy())
    slopes = policy().load_curve.slope_values()
    steps = np.diff(policy().load_curve.breaks)
    full = 2 * PLAIN * float(np.dot(slopes[:9], steps[:9]))
    saved = full - 2 * (2 * PLAIN * 0.5 * slopes[0])
    assert rows["reason"][1] == (
        f"Moved from K1 (100 % full) to K2 (50 % full): saves {saved:.1f} minutes a month, the change costs 11.2."
    )


def test_forced_says_which_rule_bars() -> None:
    """The reason of a forced change names the rule in words."""
    snapshot = region([client("A", coach_id="K1")], [coach("K1", end=date(2021, 1, 1)), coach("K2")])
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [1]), snapshot, policy())
    assert rows["status"].to_list() == ["forced"]
    assert "has not started yet or has left" in rows["reason"][0]


def test_every_client_has_one_row_and_a_reason() -> None:
    """Shuffled rows give the same plan, every reason a sentence."""
    snapshot, wishes = a_region(5, 40), policy()
    shuffled = snapshot.replace(clients=snapshot.clients.reverse(), coaches=snapshot.coaches.reverse())
    encoding, other = encode(snapshot, wishes), encode(shuffled, wishes)
    rows = decode(encoding, greedy(encoding.problem), snapshot, wishes)
    assert rows.equals(decode(other, greedy(other.problem), shuffled, wishes))
    assert rows["client_id"].to_list() == snapshot.clients["client_id"].to_list()
    assert rows["reason"].str.ends_with(".").all()
    assert (rows["repair"].is_null() == (rows["status"] != "unserved")).all()


def a_region(seed: int, clients: int, roomy: bool = False) -> Snapshot:
    """A small region drawn at random: every rule and price at work, households; roomy: nobody is full."""
    draw = np.random.default_rng(seed)
    names = [f"C{i:03d}" for i in range(clients)]
    coaches = [
        coach(
            f"K{j}",
            municipality=str(draw.choice(["837", "211"])),
            serves=str(draw.choice(["*", "837", "211"])),
            languages=str(draw.choice(["fi", "fi sv", "ar fi"])),
            unit_id="U2" if j == 0 else "U1",
            specialisms=str(draw.choice(["", "debt"])) or None,
            full_time_minutes=float(draw.integers(50, 400)) * (20 if roomy else 1),
            limit_heads=None if roomy else int(draw.integers(3, 15)),
        )
        for j in range(6)
    ]
    people = [
        client(
            name,
            municipality=str(draw.choice(["837", "211"])),
            language=str(draw.choice(["fi", "fi", "sv", "ar", "fse"])),
            need_level=int(draw.integers(1, 4)),
            channel=str(draw.choice(["in_person", "phone"])),
            specialism=str(draw.choice(["", "debt"])) or None,
            integration_until=date(2022, 1, 1) if draw.random() < 0.1 else None,
            coach_id=f"K{draw.integers(6)}" if draw.random() < 0.7 else None,
            involuntary_changes=int(draw.random() < 0.1),
            household=f"H{draw.integers(8)}" if draw.random() < 0.3 else None,
            unemployed_since=date(2020, 1, 1) if draw.random() < 0.5 else None,
        )
        for name in names
    ]
    return region(people, coaches)


def recounted(encoding: Encoding, outcome: Outcome) -> float:
    """The objective client by client: pair prices, handovers of the moved, curves."""
    rows, policy_ = encoding.rows, outcome.policy
    served = np.flatnonzero(outcome.coach >= 0)
    pairs = Pairs(encoding.facts, rows.profile[served], outcome.coach[served])
    moved = encoding.units.may_stay & (outcome.coach != rows.present) & (outcome.coach >= 0)
    problem = encoding.problem
    curves = curve(outcome.after, problem.capacity, problem.soft_limit, policy_).sum()
    return float(pair_price(pairs).sum() + rows.saving[moved].sum() + curves)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), join=st.booleans())
def test_objective_of_the_flows_is_that_of_the_clients(seed: int, join: bool) -> None:
    """On any region, households joined or not, flows and clients give the same minutes and unserved."""
    # The stand-in does not know where the homes of households with different coaches are.
    snapshot = a_region(seed, 60, roomy=join)
    wishes = policy(
        rules={"household": {"join_different": join}},
        limits={"interpreter_minutes": {"city": 40}} if not join else {},
        unserved={"long_term": 3},
    )
    encoding = encode(snapshot, wishes)
    solved = greedy(encoding.problem)
    outcome = outcome_of(encoding, assigned_coaches(encoding, solved), wishes)
    assert recounted(encoding, outcome) == pytest.approx(settled(encoding.problem, solved).objective)
    lost = encoding.facts.clients.weight[encoding.rows.profile[outcome.coach < 0]].sum()
    assert lost == solved.unserved_weighted
    assert not (encoding.units.may_stay & (outcome.coach < 0)).any()
    members = pl.DataFrame({"unit": encoding.units.of_client, "coach": outcome.coach})
    assert members.group_by("unit").agg(pl.col("coach").n_unique())["coach"].max() == 1
