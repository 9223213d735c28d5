"""Which moves relieve the fullest coaches, and how many hold when the minutes are off."""

from __future__ import annotations

import polars as pl
import pytest

from optimiser.allocation.advice import MOVES, relieving_moves
from optimiser.allocation.decode import decode
from optimiser.allocation.encode import encode
from optimiser.allocation.robustness import robustness
from optimiser.domain.snapshot import Snapshot
from optimiser.solver.problem import Problem, Solution
from tests.allocation.standin import greedy, solution
from tests.allocation.tiny import client, coach, policy, region

PLAIN = 50 / 3


def crowded() -> Snapshot:
    """K1 has ten clients and is full, K2 has five, K3 none; all posts are of ten plain clients."""
    clients = [client(f"A{i}", coach_id="K1", coach_since=None) for i in range(10)]
    clients += [client(f"B{i}", coach_id="K2", need_level=1) for i in range(5)]
    return region(clients, [coach(k, full_time_minutes=10 * PLAIN) for k in ("K1", "K2", "K3")])


def recount(before: list[float], after: list[float]) -> pl.DataFrame:
    """Coaches as a check recounts them."""
    return pl.DataFrame(
        {
            "coach_id": ["K1", "K2", "K3"],
            "capacity_minutes": [10 * PLAIN] * 3,
            "load_before_minutes": before,
            "load_minutes": after,
        }
    )


CHEAP = {"prices": {"handover": {"minutes": 12.0}}}


def test_moves_start_with_the_fullest_coach_and_change_the_loads() -> None:
    """K1 (100 %) first; each step sees the loads that the earlier ones left."""
    snapshot, wishes = crowded(), policy(**CHEAP)
    encoding = encode(snapshot, wishes)
    rows = decode(encoding, solution(encoding.problem, [7, 4, 4], stay=[7, 4]), snapshot, wishes)
    assert rows["status"].value_counts().sort("status").rows() == [("kept", 11), ("moved", 4)]
    coaches = recount([10 * PLAIN, 5 * PLAIN, 0.0], [7 * PLAIN, 4 * PLAIN, 4 * PLAIN])
    moves = relieving_moves(snapshot, wishes, rows, coaches)
    assert moves.columns == list(MOVES)
    assert moves["client_id"].to_list() == ["A7", "A8", "A9"]
    assert moves["from_utilisation_before"].to_list() == pytest.approx([1.0, 0.9, 0.8])
    assert moves["to_utilisation_after"].to_list() == pytest.approx([0.1, 0.2, 0.3])
    assert moves["relieved_minutes"].to_list() == pytest.approx([PLAIN] * 3)
    assert (moves["saved_minutes"].diff().drop_nulls() < 0).all()
    assert relieving_moves(snapshot, wishes, rows, coaches, limit=10).height == 2


def test_no_move_is_advised_that_does_not_pay() -> None:
    """A move from a coach who is half full costs its handover and saves nothing."""
    snapshot = crowded()
    encoding = encode(snapshot, policy())
    rows = decode(encoding, solution(encoding.problem, [10, 4, 1], stay=[10, 4]), snapshot, policy())
    coaches = recount([10 * PLAIN, 5 * PLAIN, 0.0], [10 * PLAIN, 4 * PLAIN, PLAIN])
    assert relieving_moves(snapshot, policy(), rows, coaches).height == 0


def test_a_household_moves_in_one_step() -> None:
    """Members go together, and share what that saves."""
    clients = [client(c, coach_id="K1", household="H" if c in "AB" else None) for c in "ABCDEFGHIJ"]
    snapshot = region(clients, [coach(k, full_time_minutes=10 * PLAIN) for k in ("K1", "K2", "K3")])
    wishes = policy(**CHEAP)
    encoding = encode(snapshot, wishes)
    problem = encoding.problem
    assert problem.heads.tolist() == [1, 2]
    rows = decode(encoding, solution(problem, [8, 0, 0, 0, 1, 0], stay=[8, 0]), snapshot, wishes)
    coaches = recount([10 * PLAIN, 0.0, 0.0], [8 * PLAIN, 2 * PLAIN, 0.0])
    moves = relieving_moves(snapshot, wishes, rows, coaches)
    assert moves["client_id"].to_list() == ["A", "B"]
    assert moves["to_utilisation_after"].to_list() == pytest.approx([0.2, 0.2])
    assert moves["saved_minutes"][0] == pytest.approx(moves["saved_minutes"][1])


def test_robustness_counts_equal_clients_for_each_other() -> None:
    """A solver that always moves as many finds all moves again, one that moves nobody finds none."""
    snapshot = crowded()
    encoding = encode(snapshot, policy())
    moved = solution(encoding.problem, [7, 5, 3], stay=[7, 5])

    def again(problem: Problem) -> Solution:
        """Three clients of the first coach to the last, counted by coach, whatever the groups."""
        flow = greedy(problem).flow.copy()
        left = 3
        for arc in (problem.arc_coach == 0).nonzero()[0]:
            here = min(left, int(flow[arc]))
            flow[arc] -= here
            flow[arc + 2] += here
            left -= here
        return solution(problem, flow, stay=flow[problem.stay_arc].clip(max=problem.stay_count))

    found = robustness(snapshot, policy(), encoding, moved, again)
    assert found.columns == ["change", "advised", "survive", "share"]
    assert found["advised"].to_list() == [3, 3, 3]
    assert found["survive"].to_list() == [3, 3, 3]
    assert found["share"].to_list() == [1.0, 1.0, 1.0]
    assert robustness(snapshot, policy(), encoding, moved, greedy)["survive"].to_list() == [0, 0, 0]


def test_without_moves_there_is_no_share() -> None:
    """Nothing advised, nothing to survive: the share is empty, not a hundred per cent."""
    snapshot = crowded()
    encoding = encode(snapshot, policy())
    found = robustness(snapshot, policy(), encoding, greedy(encoding.problem), greedy)
    assert found["advised"].to_list() == [0, 0, 0]
    assert found["share"].null_count() == 3
