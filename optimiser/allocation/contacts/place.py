"""Meetings into weeks: one small transport problem a coach. Numbers in, numbers out."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from optimiser.allocation.codes import Floats, Ints
from optimiser.domain.errors import SolverError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.texts import said

SMALL = 1e-6
DISTANCE = 1e-4
"""Cost of a week away from the week wanted, in weeks of lateness of weight 1."""


SAID = 25
"""Calendars between two words on how far it is."""


@dataclass(frozen=True)
class Requests:
    """N meetings to be placed, sorted by coach, then by exact due day, then by client. Shape (N,) each.

    Attributes
    ----------
    coach : int
    minutes : float
    weight : int
        Cost of a week of lateness.
    release, due, wanted : int
        First week allowed, last week in time (0 where overdue; may lie after the calendar), and the
        week liked best, between the two.
    """

    coach: Ints
    minutes: Floats
    weight: Ints
    release: Ints
    due: Ints
    wanted: Ints

    def __len__(self) -> int:
        return len(self.coach)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.integer] | slice) -> Requests:
        """Return some of the meetings."""
        return Requests(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def late_weeks(self, week: Ints) -> Floats:
        """Weighted weeks of lateness with the weeks given, shape (N,)."""
        late: Floats = (self.weight * np.maximum(0, week - self.due)).astype(np.float64)
        return late


def place(requests: Requests, room: Floats, progress: Progress = SILENT) -> tuple[Ints, float]:
    """Place meetings in weeks so that the weighted lateness is least.

    One transport problem a coach: meetings alike to weeks, the minutes of a week a hard limit, the
    week after the calendar for what does not fit. Lateness first; among equals the weeks nearest to
    those wanted; among meetings alike the one due first, then the smaller id, comes first. Where all
    meetings of a coach take as long, a week has whole slots and the linear programme's vertex is whole:
    the optimum. Where some take longer (interpreter), the programme counts minutes beside meetings, and
    the few meetings that it splits between weeks go, heaviest first, to the cheapest week with room:
    the bound says how far that can be from the best.

    Parameters
    ----------
    requests : Requests
    room : float, shape (C, W)
        Minutes each coach has in each week.
    progress : Progress
        Told which coach's calendar is being made.

    Returns
    -------
    week : numpy.ndarray
        Shape (N,); W where a meeting does not fit.
    bound : float
        No calendar that keeps the weekly minutes has fewer weighted weeks of lateness; what does not
        fit counts as held in the week after the calendar.

    Raises
    ------
    SolverError
        If the linear programme fails numerically.
    """
    coaches = len(room)
    week = requests.wanted.copy()
    crowded = _crowded(requests, room)
    starts = np.searchsorted(requests.coach, np.arange(coaches + 1))
    bound = 0.0
    for number, coach in enumerate(np.flatnonzero(crowded), start=1):
        if number % SAID == 0:
            progress.say(said("calendar {number:,} of {count:,}", number=number, count=int(crowded.sum())))
        mine = slice(int(starts[coach]), int(starts[coach + 1]))
        week[mine], least = _one_coach(requests.take(mine), room[coach])
        bound += least
    return week, bound


def _crowded(requests: Requests, room: Floats) -> NDArray[np.bool_]:
    """Coaches of whose meetings not all can be held in the week wanted, shape (C,)."""
    coaches, weeks = room.shape
    place = requests.coach * weeks + requests.wanted
    asked = np.bincount(place, requests.minutes, minlength=coaches * weeks).reshape(room.shape)
    return np.asarray((asked > room + SMALL).any(axis=1), dtype=np.bool_)


def _one_coach(requests: Requests, room: Floats) -> tuple[Ints, float]:
    """Weeks of one coach's meetings, and the bound."""
    kind, first, count = _kinds(requests)
    alike = requests.take(first)
    late, away = _costs(alike, len(room))
    cost = np.where(np.arange(len(room) + 1) >= alike.release[:, None], late + away, np.inf)
    flow = _transport(cost, count, *_limits(alike.minutes, room))
    # The distance that the objective may have traded for lateness is taken off; lateness is whole.
    least = float((late * flow).sum() + (away * flow).sum() - away.max(axis=1) @ count)
    whole = np.floor(flow + SMALL).astype(np.int64)
    return _dealt(requests, kind, whole, cost, room), max(0.0, float(np.ceil(least - SMALL)))


def _kinds(requests: Requests) -> tuple[Ints, Ints, Ints]:
    """Kind of each meeting, a meeting of each kind, and how many there are of it."""
    columns = np.stack(
        [requests.release, requests.due, requests.wanted, requests.weight, requests.minutes]
    ).astype(np.float64)
    order = np.lexsort(columns)
    new = np.append(True, (np.diff(columns[:, order], axis=1) != 0).any(axis=0))
    kind = np.empty(len(order), dtype=np.int64)
    kind[order] = np.cumsum(new) - 1
    first = order[np.flatnonzero(new)]
    return kind, first, np.bincount(kind)


def _costs(alike: Requests, weeks: int) -> tuple[Floats, Floats]:
    """Cost of lateness and of distance of each kind in each week and after the calendar, (K, W + 1) each."""
    week = np.arange(weeks + 1)[None, :]
    late = np.maximum(0, week - alike.due[:, None]) * alike.weight[:, None]
    # Small enough for any chain of exchanges through the weeks to be worth less than a week of lateness.
    away: Floats = min(DISTANCE, 0.5 / (weeks * weeks + 1)) * np.abs(week - alike.wanted[:, None])
    return late.astype(np.float64), away


def _limits(minutes: Floats, room: Floats) -> tuple[Floats, Floats]:
    """What each kind takes of each limit of a week, shape (L, K), and the limits, shape (L, W).

    A week holds no more meetings than of the shortest kind; where all take as long, that is all there
    is to say, and else the minutes are a limit too.
    """
    least = float(minutes.min())
    slots = np.floor(room / least + SMALL)
    one = np.ones(len(minutes))
    if (minutes == least).all():
        return one[None, :], slots[None, :]
    return np.stack([one, minutes]), np.stack([slots, room])


def _transport(cost: Floats, count: Ints, taken: Floats, limits: Floats) -> Floats:
    """Least costly flow of kinds to weeks, shape (K, W + 1); the week after the calendar has no limit."""
    kinds, weeks = len(cost), limits.shape[1]
    kind, week = np.nonzero(np.isfinite(cost))
    arc, inside = np.arange(len(kind)), week < weeks
    values, rows, columns = [np.ones(len(kind))], [kind], [arc]
    for number, of_kind in enumerate(taken):
        values.append(of_kind[kind[inside]])
        rows.append(kinds + number * weeks + week[inside])
        columns.append(arc[inside])
    matrix = csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(kinds + limits.size, len(kind)),
    )
    low = np.concatenate([count, np.full(limits.size, -np.inf)])
    high = np.concatenate([count, limits.reshape(-1)])
    found = milp(cost[kind, week], constraints=LinearConstraint(matrix, low, high), bounds=Bounds(0, np.inf))
    if found.x is None:
        raise SolverError(
            said(
                "the calendar of a coach could not be solved: {error}. Try fewer weeks, and send us this line.",
                error=found.message,
            )
        )
    flow = np.zeros(cost.shape)
    flow[kind, week] = found.x
    return flow


def _dealt(requests: Requests, kind: Ints, whole: Ints, cost: Floats, room: Floats) -> Ints:
    """Week of each meeting: whole parts in the order of the meetings, then those that were split."""
    order = np.argsort(kind, kind="stable")
    starts = np.searchsorted(kind[order], np.arange(len(whole)))
    row, column = np.nonzero(whole)
    placed_kind, placed_week = (np.repeat(values, whole[row, column]) for values in (row, column))
    before = np.searchsorted(placed_kind, placed_kind)
    week = np.full(len(requests), -1, dtype=np.int64)
    week[order[starts[placed_kind] + np.arange(len(placed_kind)) - before]] = placed_week
    free = np.append(room, np.inf)
    known = np.flatnonzero(week >= 0)
    np.subtract.at(free, week[known], requests.minutes[known])
    split = np.flatnonzero(week < 0)
    for one in split[np.lexsort((split, requests.due[split], -requests.weight[split]))]:
        fits = np.where(free >= requests.minutes[one] - SMALL, cost[kind[one]], np.inf)
        week[one] = int(fits.argmin())
        free[week[one]] -= requests.minutes[one]
    return week
