"""Move lists by hand: exchanges, chains, needs, households, pins, limits of every kind, weeks."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from optimiser.allocation.steps import MoveList, move_list
from optimiser.allocation.steps.atoms import Effects
from optimiser.allocation.steps.needs import needs
from optimiser.allocation.steps.waves import first_monday
from optimiser.domain.errors import InputError
from optimiser.domain.moves import MOVES
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from tests.allocation.steps_walk import assert_sound, walk
from tests.allocation.tiny import client, coach, policy, region

PLAIN = 50 / 3
WAY = 0.5 * 20 / 3
"""Price of a plain client's way to the other town, minutes a month."""
FREE: dict[str, Any] = {"prices": {"handover": {"minutes": 0}}}
IN_TOWN, IN_RING = {"municipality": "837"}, {"municipality": "211"}


def plan_of(snapshot: Snapshot, changed: dict[str, str | None]) -> pl.DataFrame:
    """Rows of a plan in which some clients get another coach."""
    rows = snapshot.clients.select("client_id", "coach_id", reason=pl.lit("For the plan."))
    coach = [changed.get(c, has) for c, has in rows.select("client_id", "coach_id").iter_rows()]
    return rows.with_columns(coach_id=pl.Series(coach, dtype=pl.String))


def listed(snapshot: Snapshot, wishes: Policy, changed: dict[str, str | None]) -> MoveList:
    """The move list to a plan, walked through by the check's road on the way."""
    rows = plan_of(snapshot, changed)
    moves = move_list(snapshot, wishes, rows)
    found = walk(snapshot, wishes, rows, moves)
    assert_sound(found, range(len(found.steps)))
    gained = found.objective(found.start) - found.objective(found.final)
    assert moves.gain_minutes == pytest.approx(gained, abs=1e-6)
    return moves


def said(moves: MoveList) -> list[tuple[int, str, str, str | None]]:
    """Step, kind, client and needs of each row."""
    rows = moves.rows.with_columns(pl.col("kind").cast(pl.String))
    return rows.select("step", "kind", "client_id", "needs").rows()


def test_two_full_coaches_swap() -> None:
    """Where both coaches are full, the two moves are one exchange, and its gain is the way saved."""
    clients = [client("A", coach_id="K1", **IN_RING), client("B", coach_id="K2", **IN_TOWN)]
    coaches = [coach("K1", limit_heads=1), coach("K2", limit_heads=1, **IN_RING)]
    moves = listed(region(clients, coaches), policy(**FREE), {"A": "K2", "B": "K1"})
    assert said(moves) == [(1, "exchange", "A", None), (1, "exchange", "B", None)]
    assert moves.rows["gain_minutes"].to_list() == pytest.approx([2 * WAY] * 2)
    assert moves.counts["exchange"] == 1
    assert moves.counts["largest_step"] == 2
    assert all("another client" in text for text in moves.rows["reason"])
    assert moves.rows["decision"].null_count() == 2


def test_a_round_of_full_coaches_is_one_step() -> None:
    """Three full coaches who each pass a client on do so together."""
    clients = [client(f"A{i}", coach_id=f"K{i}") for i in (1, 2, 3)]
    coaches = [coach(f"K{i}", limit_heads=1) for i in (1, 2, 3)]
    moves = listed(region(clients, coaches), policy(), {"A1": "K2", "A2": "K3", "A3": "K1"})
    assert said(moves) == [(1, "chain", f"A{i}", None) for i in (1, 2, 3)]
    assert [text[:15] for text in moves.rows["reason"]] == [f"Part {i} of 3 of " for i in (1, 2, 3)]
    assert moves.rows["gain_minutes"][0] == pytest.approx(-3 * 11.25)


def test_a_move_needs_the_departure_that_makes_room() -> None:
    """Who comes to a full coach comes after the one who leaves, and the list says so."""
    clients = [client("A", coach_id="K1", **IN_RING), client("B", coach_id="K2", **IN_TOWN)]
    coaches = [coach("K1"), coach("K2", limit_heads=1, **IN_RING), coach("K3")]
    moves = listed(region(clients, coaches), policy(**FREE), {"A": "K2", "B": "K3"})
    assert said(moves) == [(1, "move", "B", None), (2, "move", "A", "1")]
    assert moves.rows["gain_minutes"].to_list() == pytest.approx([WAY, WAY])
    assert moves.gain_shares["first_50_percent"] == pytest.approx(0.5)


def test_a_departure_that_loses_alone_is_part_of_a_chain() -> None:
    """A move that pays only for the room it makes is one step with the move it makes room for."""
    clients = [client("A", coach_id="K1", specialism="debt"), client("B", coach_id="K2")]
    coaches = [coach("K1"), coach("K2", limit_heads=1, specialisms="debt"), coach("K3", **IN_RING)]
    moves = listed(region(clients, coaches), policy(**FREE), {"A": "K2", "B": "K3"})
    assert said(moves) == [(1, "chain", "A", None), (1, "chain", "B", None)]
    assert moves.rows["gain_minutes"][0] == pytest.approx(15 - WAY)
    assert "takes the room that another client leaves" in moves.rows["reason"][0]
    assert "makes room for another client" in moves.rows["reason"][1]


def test_an_excess_never_grows() -> None:
    """A coach above the limit gets a client only in the same step in which one as heavy leaves."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K1"), client("C", coach_id="K3")]
    coaches = [coach("K1", limit_minutes=20.0), coach("K2"), coach("K3")]
    moves = listed(region(clients, coaches), policy(), {"A": "K2", "C": "K1"})
    assert said(moves) == [(1, "chain", "A", None), (1, "chain", "C", None)]


def test_a_household_moves_in_one_step() -> None:
    """Members of a unit are rows of one step, whose gain is that of both."""
    clients = [client(c, coach_id="K1", household="H", **IN_RING) for c in "AB"]
    snapshot = region(clients, [coach("K1"), coach("K2", **IN_RING)])
    moves = listed(snapshot, policy(), {"A": "K2", "B": "K2"})
    assert said(moves) == [(1, "move", "A", None), (1, "move", "B", None)]
    assert moves.rows["gain_minutes"].to_list() == pytest.approx([2 * (WAY - 11.25)] * 2)


def test_members_come_together_from_different_coaches() -> None:
    """A household that is joined over two coaches is one step, though each member leaves another coach."""
    wishes = policy(rules={"household": {"join_different": True}})
    clients = [client("A", coach_id="K1", household="H"), client("B", coach_id="K2", household="H")]
    snapshot = region(clients, [coach("K1"), coach("K2"), coach("K3")])
    moves = listed(snapshot, wishes, {"A": "K3", "B": "K3"})
    assert said(moves) == [(1, "move", "A", None), (1, "move", "B", None)]
    assert moves.rows["from_coach_id"].to_list() == ["K1", "K2"]
    assert moves.counts["moved"] == 2


def test_a_pin_forces_a_change_above_the_limit() -> None:
    """A change that a pin demands comes first, is called forced, and says that it goes above the limit."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K1", **IN_RING)]
    pins = [{"client_id": "A", "coach_id": "K2"}]
    snapshot = region(clients, [coach("K1"), coach("K2", limit_heads=0), coach("K3", **IN_RING)], pins=pins)
    moves = listed(snapshot, policy(**FREE), {"A": "K2", "B": "K3"})
    assert said(moves) == [(1, "move", "A", None), (2, "move", "B", None)]
    assert moves.rows["status"].cast(pl.String).to_list() == ["forced", "moved"]
    assert "brings the number of clients of K2 above the limit" in moves.rows["reason"][0]
    assert "above the limit" not in moves.rows["reason"][1]


def test_a_household_needs_two_departures() -> None:
    """What neither a chain nor an order of smaller steps can do is one larger step that says so."""
    clients = [client(c, coach_id="K1", household="H", specialism="debt") for c in "AB"]
    clients += [client(c, coach_id="K2") for c in "CD"]
    coaches = [coach("K1"), coach("K2", limit_heads=2, specialisms="debt"), coach("K3", **IN_RING)]
    changed = {"A": "K2", "B": "K2", "C": "K3", "D": "K3"}
    moves = listed(region(clients, coaches), policy(**FREE), changed)
    assert said(moves) == [(1, "bundle", c, None) for c in "ABCD"]
    assert moves.rows["gain_minutes"][0] == pytest.approx(2 * 15 - 2 * WAY)
    assert all("larger step of 3 changes" in text for text in moves.rows["reason"])


def test_interpreter_minutes_of_an_area_are_a_limit() -> None:
    """A move that takes an area's interpreter minutes waits for one that gives them back."""
    modes = {"fi": "coach", "ar": "interpreter_limited"}
    wishes = policy(
        rules={"language": {"modes": modes}}, limits={"interpreter_minutes": {"city": 8.0}}, **FREE
    )
    clients = [client("A", coach_id="K1", language="ar"), client("B", coach_id="K2", language="ar")]
    coaches = [coach("K1", languages="ar fi"), coach("K2"), coach("K3", languages="ar fi")]
    moves = listed(region(clients, coaches), wishes, {"A": "K2", "B": "K3"})
    assert said(moves) == [(1, "move", "B", None), (2, "move", "A", "1")]
    assert moves.rows["gain_minutes"].sum() == pytest.approx(0.0, abs=1e-9)


def test_new_clients_come_first_by_weight() -> None:
    """Placements come before moves of choice, the largest weight first; they cost, and say so."""
    wishes = policy(unserved={"need_level": {4: 5}}, **FREE)
    clients = [client("A"), client("B", need_level=4), client("C", coach_id="K1", **IN_RING)]
    snapshot = region(clients, [coach("K1"), coach("K2", **IN_RING)])
    moves = listed(snapshot, wishes, {"A": "K1", "B": "K1", "C": "K2"})
    assert said(moves) == [(1, "placement", "B", None), (2, "placement", "A", None), (3, "move", "C", None)]
    assert (moves.rows["gain_minutes"][:2] <= 0).all()
    assert moves.counts["new"] == 2
    assert moves.gain_shares["first_50_percent"] == 0.0


def test_who_is_left_without_a_coach_is_in_no_step() -> None:
    """Clients whom the plan leaves unserved take nothing from the start and do not stand in the way."""
    clients = [client("A", coach_id="K1"), client("B", coach_id="K2")]
    coaches = [coach("K1", end=date(2021, 8, 1)), coach("K2", limit_heads=1), coach("K3")]
    moves = listed(region(clients, coaches), policy(), {"A": None, "B": "K3"})
    assert said(moves) == [(1, "move", "B", None)]


def test_a_coach_takes_over_so_many_clients_a_week() -> None:
    """Arrivals at one coach are spread over weeks that start on Mondays; other coaches do not wait."""
    clients = [client(f"A{i}", coach_id="K1", **IN_RING) for i in range(4)]
    clients.append(client("B", coach_id="K1"))
    snapshot = region(clients, [coach("K1"), coach("K2", **IN_RING), coach("K3")])
    changed = {f"A{i}": "K2" for i in range(4)} | {"B": "K3"}
    moves = listed(snapshot, policy(limits={"new_a_week": 2}, **FREE), changed)
    assert moves.rows.select("client_id", "wave").rows() == [
        ("A0", 1), ("A1", 1), ("B", 1), ("A2", 2), ("A3", 2)
    ]  # fmt: skip
    assert moves.rows["wave_starts"].unique().sort().to_list() == [date(2021, 9, 6), date(2021, 9, 13)]
    assert moves.counts["waves"] == 2


def test_a_step_too_large_for_a_week_has_one_of_its_own() -> None:
    """A household larger than a week's number gets a week in which its coach receives nobody else."""
    clients = [client(c, coach_id="K1", household="H", **IN_RING) for c in "ABC"]
    clients += [client(c, coach_id="K1", **IN_RING) for c in "DE"]
    snapshot = region(clients, [coach("K1"), coach("K2", **IN_RING)])
    moves = listed(snapshot, policy(limits={"new_a_week": 2}, **FREE), dict.fromkeys("ABCDE", "K2"))
    weeks = {row["client_id"]: row["wave"] for row in moves.rows.to_dicts()}
    assert weeks["A"] == weeks["B"] == weeks["C"] != weeks["D"] == weeks["E"]
    large = moves.rows.filter(pl.col("reason").str.contains("more clients than one week allows"))
    assert large["client_id"].to_list() == list("ABC")


@pytest.mark.parametrize(
    ("day", "monday"),
    [(date(2021, 9, 5), date(2021, 9, 6)), (date(2021, 9, 6), date(2021, 9, 13))],
)
def test_the_first_week_is_the_one_after_the_facts(day: date, monday: date) -> None:
    """The first wave starts on the next Monday, also where the facts are of a Monday."""
    assert first_monday(day) == monday


def test_the_smallest_departures_are_not_needed() -> None:
    """Of the departures before an arrival only those are needed without which there is no room."""
    of = np.arange(5)
    change = np.array([-10.0, -30.0, -20.0, 25.0, 20.0])
    effects = Effects(of, np.zeros(5, dtype=np.int64), change)
    assert needs(effects, np.array([100.0]), np.array([100.0]), 5) == [[], [], [], [1], [1, 2]]
    assert needs(effects, np.array([100.0]), np.array([200.0]), 5) == [[]] * 5


def test_a_plan_that_keeps_everybody_has_no_steps() -> None:
    """Without a change the list is empty, with every column and figures of 0."""
    moves = listed(region([client("A", coach_id="K1")], [coach("K1")]), policy(), {})
    assert moves.rows.columns == [c.name for c in MOVES.columns]
    assert moves.rows.is_empty()
    assert moves.gain_minutes == moves.counts["steps"] == moves.counts["waves"] == 0
    assert set(moves.gain_shares.values()) == {None}


@pytest.mark.parametrize(("column", "value"), [("coach_id", "K9"), ("client_id", "Z")])
def test_a_plan_of_other_facts_is_refused(column: str, value: str) -> None:
    """A plan with clients or coaches that the facts do not know is bad input, with advice."""
    snapshot = region([client("A", coach_id="K1")], [coach("K1")])
    rows = plan_of(snapshot, {}).with_columns(pl.lit(value).alias(column))
    with pytest.raises(InputError, match=r"does not belong to these facts.*check it first"):
        move_list(snapshot, policy(), rows)


def test_what_is_stuck_in_one_town_waits_for_nothing_in_another() -> None:
    """A ring of nine full coaches is one larger step, whatever else is above its limit elsewhere."""
    clients = [client(f"A{i}", coach_id=f"K{i}") for i in range(9)]
    clients += [client("B1", coach_id="L1"), client("B2", coach_id="L1"), client("B3", coach_id="L2")]
    coaches = [coach(f"K{i}", limit_heads=1) for i in range(9)]
    coaches += [coach("L1", limit_minutes=20.0), coach("L2", limit_heads=1), coach("L3")]
    changed = {f"A{i}": f"K{(i + 1) % 9}" for i in range(9)} | {"B1": "L2", "B3": "L1", "B2": "L3"}
    moves = listed(region(clients, coaches), policy(), changed)
    ring = moves.rows.filter(pl.col("client_id").str.starts_with("A"))
    assert ring["step"].n_unique() == 1
    assert ring["kind"].cast(pl.String).unique().to_list() == ["bundle"]
    assert moves.counts["largest_step"] == 9
