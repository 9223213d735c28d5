"""Meetings into weeks: against an assignment problem, brute force and a linear programme."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment, linprog

from optimiser.allocation.contacts.extra import least_extra
from optimiser.allocation.contacts.place import Requests, place
from optimiser.allocation.contacts.spacing import in_order, spaced

QUIET = settings(derandomize=True, deadline=None, max_examples=60)


def requests_of(rows: list[tuple[int, int, int, int, float]], coach: list[int] | None = None) -> Requests:
    """Requests from rows of (release, due, wanted, weight, minutes), all of coach 0 unless said."""
    release, due, wanted, weight = (
        np.array([r[i] for r in rows], dtype=np.int64).reshape(-1) for i in range(4)
    )
    minutes = np.array([r[4] for r in rows], dtype=np.float64)
    of = np.zeros(len(rows), dtype=np.int64) if coach is None else np.array(coach, dtype=np.int64)
    return Requests(of, minutes, weight, release, due, wanted)


@st.composite
def asked(draw: st.DrawFn, sizes: list[float]) -> tuple[Requests, np.ndarray]:
    """A few meetings of one coach in a few weeks."""
    weeks = draw(st.integers(1, 4))
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        release = draw(st.integers(0, weeks - 1))
        due = draw(st.integers(release, weeks - 1))
        row = (release, due, draw(st.integers(release, due)), draw(st.integers(1, 4)))
        rows.append((*row, draw(st.sampled_from(sizes))))
    room = [draw(st.sampled_from([0.0, 49.0, 50.0, 90.0, 100.0, 124.0, 160.0])) for _ in range(weeks)]
    return requests_of(sorted(rows, key=lambda r: r[1])), np.array([room])


def held_to_the_limit(requests: Requests, week: np.ndarray, room: np.ndarray) -> bool:
    """Whether every week holds no more minutes than it has, and nothing is too soon."""
    weeks = room.shape[1]
    used = np.bincount(week, requests.minutes, minlength=weeks + 1)[:weeks]
    return bool((used <= room[0] + 1e-6).all() and (week >= requests.release).all() and (week <= weeks).all())


@QUIET
@given(asked([50.0]))
def test_meetings_of_one_length_are_placed_best(case: tuple[Requests, np.ndarray]) -> None:
    """Lateness, then distance, are those of the best assignment of meetings to slots; the bound is tight."""
    requests, room = case
    week, bound = place(requests, room)
    assert held_to_the_limit(requests, week, room)
    slots = np.repeat(np.arange(room.shape[1]), (room[0] // 50).astype(int))
    slots = np.concatenate([slots, np.full(len(requests), room.shape[1])])
    late = np.maximum(0, slots - requests.due[:, None]) * requests.weight[:, None]
    away = np.abs(slots - requests.wanted[:, None])
    cost = np.where(slots >= requests.release[:, None], 1000 * late + away, 1e7)
    best = linear_sum_assignment(cost)
    assert requests.late_weeks(week).sum() == late[best].sum()
    assert np.abs(week - requests.wanted).sum() == away[best].sum()
    assert bound == late[best].sum()


@QUIET
@given(asked([50.0, 74.0]))
def test_meetings_of_two_lengths_keep_the_limit_and_the_bound(case: tuple[Requests, np.ndarray]) -> None:
    """The weekly minutes hold, and the bound is at most what the best of all calendars has."""
    requests, room = case
    week, bound = place(requests, room)
    assert held_to_the_limit(requests, week, room)
    choices = [range(r, room.shape[1] + 1) for r in requests.release]
    every = [np.array(weeks) for weeks in itertools.product(*choices)]
    best = min(requests.late_weeks(w).sum() for w in every if held_to_the_limit(requests, w, room))
    assert bound <= best <= requests.late_weeks(week).sum()


@QUIET
@given(asked([50.0, 74.0]))
def test_no_order_of_work_lacks_fewer_minutes(case: tuple[Requests, np.ndarray]) -> None:
    """The least extra minutes are those of a linear programme in which minutes may be divided."""
    requests, room = case
    weeks, count = room.shape[1], len(requests)
    timely = (np.arange(weeks) >= requests.release[:, None]) & (np.arange(weeks) <= requests.due[:, None])
    parts = np.eye(count).repeat(weeks, axis=1)
    by_week = np.hstack([np.tile(np.eye(weeks), count), -np.eye(weeks)])
    found = linprog(
        np.concatenate([np.zeros(count * weeks), np.ones(weeks)]),
        A_eq=np.hstack([parts, np.zeros((count, weeks))]),
        b_eq=requests.minutes,
        A_ub=by_week,
        b_ub=room[0],
        bounds=[(0, None if ok else 0) for ok in timely.reshape(-1)] + [(0, None)] * weeks,
    )
    assert least_extra(requests, room).sum() == pytest.approx(found.fun, abs=1e-6)


def test_coaches_do_not_share_their_minutes() -> None:
    """What one coach cannot hold does not go into another's week."""
    rows = [(0, 0, 0, 1, 50.0)] * 4
    week, bound = place(requests_of(rows, [0, 0, 0, 1]), np.array([[50.0, 50.0], [500.0, 500.0]]))
    assert week.tolist() == [0, 1, 2, 0]
    assert bound == 3.0


def test_alike_meetings_go_in_their_order() -> None:
    """Of equal meetings the one that stands first (due first, then by id) is held first."""
    week, _ = place(requests_of([(0, 0, 0, 1, 50.0)] * 3), np.array([[50.0, 50.0, 50.0]]))
    assert week.tolist() == [0, 1, 2]


def test_the_heavier_meeting_comes_first() -> None:
    """With room for one of two, the one that weighs more is in time."""
    rows = [(0, 0, 0, 1, 50.0), (0, 0, 0, 2, 50.0)]
    assert place(requests_of(rows), np.array([[50.0, 50.0]]))[0].tolist() == [1, 0]


def test_meetings_of_a_client_are_put_in_order() -> None:
    """Weeks of one client are sorted, those of another are not touched."""
    assert in_order(np.array([3, 1, 2, 0]), np.array([5, 5, 7, 7])).tolist() == [1, 3, 0, 2]


def test_a_meeting_close_behind_a_late_one_moves_and_makes_room() -> None:
    """It goes to the first week far enough with room; a late meeting of another takes the place."""
    rows = [(0, 0, 0, 1, 50.0), (2, 2, 2, 1, 50.0), (1, 1, 1, 2, 50.0)]
    week = spaced(
        requests_of(rows),
        np.array([2, 2, 3]),
        follows=np.array([-1, 0, -1]),
        gap=np.array([0, 2, 0]),
        free=np.array([[0.0, 0.0, 0.0, 0.0, 0.0, 50.0]]),
    )
    assert week.tolist() == [2, 5, 2]


def test_a_meeting_without_room_far_enough_does_not_fit() -> None:
    """Where no later week has room it is listed, not squeezed in."""
    rows = [(0, 0, 0, 1, 50.0), (1, 1, 1, 1, 50.0)]
    week = spaced(
        requests_of(rows),
        np.array([1, 1]),
        follows=np.array([-1, 0]),
        gap=np.array([0, 1]),
        free=np.array([[0.0, 0.0]]),
    )
    assert week.tolist() == [1, 2]
