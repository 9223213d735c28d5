"""No two meetings of a client too close together where an earlier one is late."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.contacts.place import SMALL, Requests


def in_order(week: Ints, client: Ints) -> Ints:
    """Return the weeks so that each client's meetings stand in the order of their due days.

    Meetings of a client have the same length and weight, so nothing becomes later or fuller.

    Parameters
    ----------
    week, client : int, shape (N,)
        Meetings sorted by client, then by due day.
    """
    sorted_weeks: Ints = week[np.lexsort((week, client))]
    return sorted_weeks


def spaced(requests: Requests, week: Ints, follows: Ints, gap: Ints, free: Floats) -> Ints:
    """Return weeks in which meetings of a client keep their distance, and fill the room that opens.

    A meeting too close behind a late one goes to the first week far enough with room, else it does not
    fit. Then late meetings, heaviest first, move forward to room that has opened.

    Parameters
    ----------
    requests : Requests
        Sorted by coach, client and due day.
    week : int, shape (N,)
        Weeks, W where a meeting does not fit.
    follows, gap : int, shape (N,)
        Row of the client's meeting before (-1 for none), which may have been agreed and then has its
        week in `week` too; weeks there must be between the two.
    free : float, shape (C, W)
        Minutes left; not changed.

    Returns
    -------
    numpy.ndarray
        Shape (N,).
    """
    weeks = free.shape[1]
    week, free = week.copy(), np.pad(free, ((0, 0), (0, 1)), constant_values=np.inf)
    opened: set[int] = set()
    for row in _too_close(week, follows, gap, weeks):
        coach, before = int(requests.coach[row]), int(week[follows[row]])
        if week[row] < weeks and week[row] - before < gap[row]:
            opened.add(coach)
            first = min(before + int(gap[row]), weeks)
            _move(
                requests, week, free, row, _first_with_room(free[coach], float(requests.minutes[row]), first)
            )
    if opened:
        _pull_forward(requests, week, follows, gap, free, opened)
    return week


def _too_close(week: Ints, follows: Ints, gap: Ints, weeks: int) -> list[int]:
    """Meetings too close to the one before, and all that follow them, in order."""
    has = follows >= 0
    near = has & (week < weeks) & (week - week[follows] < gap)
    if not near.any():
        return []
    chain = near.copy()
    for row in np.flatnonzero(has):
        chain[row] |= chain[follows[row]]
    return [int(row) for row in np.flatnonzero(chain & has)]


def _first_with_room(free: Floats, minutes: float, first: int) -> int:
    """First week from one on with so many minutes; the last column has room for all."""
    return first + int((free[first:] >= minutes - SMALL).argmax())


def _move(requests: Requests, week: Ints, free: Floats, row: int, target: int) -> None:
    coach, minutes = int(requests.coach[row]), float(requests.minutes[row])
    free[coach, week[row]] += minutes
    free[coach, target] -= minutes
    week[row] = target


def _pull_forward(
    requests: Requests, week: Ints, follows: Ints, gap: Ints, free: Floats, coaches: set[int]
) -> None:
    """Move late meetings of some coaches to the earliest room that is not too close to another."""
    late = np.flatnonzero((week > requests.due) & np.isin(requests.coach, sorted(coaches)))
    for row in late[np.lexsort((late, requests.due[late], -requests.weight[late]))]:
        before = int(follows[row])
        first = max(int(requests.release[row]), int(requests.due[row]))
        if before >= 0:
            first = max(first, int(week[before] + gap[row]))
        target = _first_with_room(
            free[requests.coach[row]], float(requests.minutes[row]), min(first, free.shape[1] - 1)
        )
        if target < week[row]:
            _move(requests, week, free, int(row), target)
