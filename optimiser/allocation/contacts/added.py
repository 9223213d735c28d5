"""What one more first interview would find: the room that a calendar leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.contacts.calendar import Calendar, make_calendar
from optimiser.allocation.contacts.extra import least_extra
from optimiser.allocation.contacts.place import SMALL, Requests, place
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot


@dataclass(frozen=True)
class Added:
    """What N more meetings would find.

    Attributes
    ----------
    week : int, shape (N,)
        Week in which each could be held, W where none in the calendar has room.
    day : int, shape (N,)
        First day of that week (days since 1970-01-01) that has not gone.
    late_days : int, shape (N,)
        Days from the due day to it at least, 0 in time.
    extra_minutes : float
        Least extra minutes of coach time that would make all of them timely.
    """

    week: Ints
    day: Ints
    late_days: Ints
    extra_minutes: float


def first_free_week(
    snapshot: Snapshot, policy: Policy, coach_of_client: Codes, weeks: int = 13, minutes: float | None = None
) -> Ints:
    """Return the first week in which each coach has room for one more meeting after the calendar.

    Parameters
    ----------
    snapshot, policy : Snapshot, Policy
    coach_of_client : int, shape (n,)
        Coach of each client, clients and coaches sorted by id; -1 for none.
    weeks : int
        Weeks looked at.
    minutes : float, optional
        What the meeting takes; a first interview without an interpreter unless given.

    Returns
    -------
    numpy.ndarray
        Shape (C,), coaches sorted by id; 0 is the present week, `weeks` means none has room.

    Raises
    ------
    InputError
        For weeks below 1 or above 104.
    """
    calendar = make_calendar(snapshot, policy, coach_of_client, weeks)
    work = policy.workload
    length = work.meeting_minutes + work.record_minutes if minutes is None else minutes
    return first_week_with(calendar.free, np.full(len(calendar.coach_ids), length))


def first_week_with(free: Floats, minutes: Floats) -> Ints:
    """Return the first week with so many minutes, W for none, shape (N,); `free` has shape (N, W)."""
    fits = np.pad(free, ((0, 0), (0, 1)), constant_values=np.inf) >= minutes[:, None] - SMALL
    week: Ints = fits.argmax(axis=1).astype(np.int64)
    return week


def late_if_added(
    calendar: Calendar,
    coach: NDArray[np.integer],
    due: NDArray[np.integer],
    minutes: Floats,
    *,
    together: bool = False,
) -> Added:
    """Return when more first interviews could be held beside a calendar, and how late they would be.

    Parameters
    ----------
    calendar : Calendar
        Without them.
    coach : int, shape (N,)
        Place of the coach of each among the coaches sorted by id.
    due : int, shape (N,)
        Due day of each, days since 1970-01-01.
    minutes : float, shape (N,)
    together : bool
        False: each by itself, as if it were the only one (alternatives of one client). True: all of
        them share the room (a batch), placed so that their lateness is least.
    """
    weeks, of = calendar.weeks, np.asarray(coach, dtype=np.int64)
    due_week = np.maximum(weeks.of(due), 0)
    none = np.zeros(len(of), dtype=np.int64)
    if together:
        order = np.lexsort((np.arange(len(of)), due, of))
        requests = Requests(of, minutes, none + 1, none, due_week, none)
        week = none.copy()
        week[order], _ = place(requests.take(order), calendar.free)
        extra = float(least_extra(requests, calendar.free).sum())
    else:
        week = first_week_with(calendar.free[of], minutes)
        timely = np.minimum(due_week, weeks.count - 1)
        room = np.cumsum(calendar.free[of], axis=1)[np.arange(len(of)), timely]
        extra = float(np.maximum(0.0, minutes - room).sum())
    day = weeks.starts(week)
    return Added(week, day, np.maximum(0, day - np.asarray(due, dtype=np.int64)), extra)
