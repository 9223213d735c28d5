"""The search for deputies: the meetings of an absence, due first first, and who has room for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.contacts.calendar import Calendar, pair_minutes
from optimiser.allocation.contacts.due import RHYTHM
from optimiser.allocation.contacts.place import SMALL
from optimiser.allocation.facts import Facts, Flags
from optimiser.allocation.pairs import all_pairs
from optimiser.allocation.profiles import ClientRows
from optimiser.domain.policy import Policy


@dataclass(frozen=True)
class Absence:
    """When a coach is away.

    Attributes
    ----------
    coach : int
        Place among the coaches sorted by id.
    starts, ends, back : int
        First and last day away, and the first working day after (days since 1970-01-01).
    """

    coach: int
    starts: int
    ends: int
    back: int


@dataclass(frozen=True)
class Tasks:
    """The T meetings of an absence, due first first; deputies by row of `may`. Shape (T,) each.

    Attributes
    ----------
    meeting : int
        Row of the calendar.
    client : int
        Row of `may`.
    day : int
        Day by which it must be held: agreed, due, or the first day away where it is overdue.
    first, last : int
        Weeks in which it would be in time, the last week away at most.
    waits : bool
        Whether it may wait until the coach is back.
    """

    meeting: Ints
    client: Ints
    day: Ints
    first: Ints
    last: Ints
    waits: Flags

    def __len__(self) -> int:
        return len(self.meeting)


def tasks_of(calendar: Calendar, away: Absence, mine: Ints, policy: Policy) -> Tasks:
    """Return what the coach would have to hold while away and has not held before."""
    meetings, weeks = calendar.meetings, calendar.weeks
    fixed, leaving = meetings.fixed, int(weeks.of(np.array(away.starts)))
    day = np.where(fixed, meetings.agreed, np.maximum(meetings.due, away.starts))
    held = ~fixed & (calendar.week <= leaving)
    wanted = (calendar.coach == away.coach) & (day >= away.starts) & (day <= away.ends) & ~held
    chosen = np.flatnonzero(wanted)
    chosen = chosen[np.lexsort((meetings.client[chosen], day[chosen]))]
    part, by = meetings.take(chosen), weeks.of(day[chosen])
    soonest = np.maximum(weeks.of(np.maximum(part.earliest, away.starts)), leaving)
    late = away.back - part.due
    return Tasks(
        meeting=chosen,
        client=np.searchsorted(mine, part.client),
        day=day[chosen],
        first=np.where(part.fixed, by, np.minimum(soonest, by)),
        last=by,
        waits=~part.fixed & (part.purpose == RHYTHM) & (late <= policy.contacts.wait_days),
    )


@dataclass
class Search:
    """The search for deputies; lives for one call of `cover_for_a_time`. C coaches, W weeks.

    Attributes
    ----------
    may : bool, shape (M, C)
        Which coach may serve which of the M clients.
    minutes, interpreter, road : shape (M, C)
        What a meeting takes, whether an interpreter helps, and road minutes where they meet in person.
    elsewhere : bool, shape (C,)
        Coaches of another unit.
    travel_share : float
        What a road minute counts.
    free : float, shape (C, W)
        Minutes that the coaches have left.
    taken : float, shape (C,)
        Minutes taken over so far.
    deputies : dict
        Row of the client to the coaches who hold meetings for the client.
    """

    calendar: Calendar
    away: Absence
    may: Flags
    minutes: Floats
    interpreter: Flags
    road: Floats
    elsewhere: Flags
    travel_share: float
    free: Floats
    taken: Floats
    deputies: dict[int, set[int]] = field(default_factory=dict)

    def find(self, tasks: Tasks, number: int) -> tuple[int, int]:
        """Return deputy and week of a meeting, (-1, -1) where nobody can, and take their time."""
        client, first, last = int(tasks.client[number]), int(tasks.first[number]), int(tasks.last[number])
        fixed = bool(self.calendar.meetings.fixed[tasks.meeting[number]])
        end = last if fixed else max(last, int(self.calendar.weeks.of(np.array(self.away.ends))))
        fits = self._fits(client, first, end)
        able = np.flatnonzero(fits.any(axis=1))
        if not len(able):
            return -1, -1
        rhythm = self.calendar.meetings.purpose[tasks.meeting[number]] == RHYTHM
        week = np.array([_best_week(fits[c], first, last, late_first=bool(rhythm)) for c in able])
        known = self.deputies.setdefault(client, set())
        cost = self.taken + self.minutes[client] + self.travel_share * self.road[client]
        keys = (
            able,
            cost[able],
            self.elsewhere[able],
            -self._could_take(tasks, number)[able],
            np.array([c not in known for c in able]),
            np.maximum(0, week - last),
        )
        best = int(np.lexsort(keys)[0])
        coach, chosen = int(able[best]), int(week[best])
        known.add(coach)
        self.free[coach, chosen] -= self.minutes[client, coach]
        self.taken[coach] += self.minutes[client, coach]
        return coach, chosen

    def first_day(self, week: int) -> int:
        """Return the first day of a week on which the coach is away."""
        return max(int(self.calendar.weeks.starts(np.array(week))), self.away.starts)

    def _fits(self, client: int, first: int, last: int) -> Flags:
        """Where each coach may serve the client and has room, shape (C, last - first + 1)."""
        room = self.free[:, first : last + 1] >= self.minutes[client][:, None] - SMALL
        fits: Flags = room & self.may[client][:, None]
        return fits

    def _could_take(self, tasks: Tasks, number: int) -> Ints:
        """How many of the client's meetings from this one on each coach could hold in time, shape (C,)."""
        client = int(tasks.client[number])
        count = np.zeros(len(self.taken), dtype=np.int64)
        for one in np.flatnonzero((tasks.client == client) & ~tasks.waits):
            if one >= number:
                count += self._fits(client, int(tasks.first[one]), int(tasks.last[one])).any(axis=1)
        return count


def _best_week(fits: Flags, first: int, last: int, *, late_first: bool) -> int:
    """The week of one coach: in time if possible (the rhythm near its due week), else the first after."""
    timely = np.flatnonzero(fits[: last - first + 1])
    if len(timely):
        return first + int(timely[-1] if late_first else timely[0])
    return first + int(fits.argmax())


def begin_search(
    calendar: Calendar, facts: Facts, rows: ClientRows, away: Absence, mine: Ints, may: Flags
) -> Search:
    """Return the search before its first step."""
    pairs = all_pairs(facts, rows.profile[mine])
    unit = facts.coaches.unit
    road = np.where(facts.clients.in_person[pairs.client], pairs.road_minutes(), 0.0)
    return Search(
        calendar=calendar,
        away=away,
        may=may,
        minutes=pair_minutes(
            facts, rows, np.repeat(mine, may.shape[1]), pairs.coach.astype(np.int64)
        ).reshape(may.shape),
        interpreter=~pairs.share_language().reshape(may.shape),
        road=road.reshape(may.shape),
        elsewhere=unit != unit[away.coach],
        travel_share=facts.policy.prices.travel_share,
        free=calendar.free.copy(),
        taken=np.zeros(may.shape[1]),
    )
