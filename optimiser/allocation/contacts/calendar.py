"""The calendar of all coaches: what is due, when it is held, what does not fit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.contacts.due import RHYTHM, Meetings, due_meetings, weights
from optimiser.allocation.contacts.extra import least_extra
from optimiser.allocation.contacts.place import Requests, place
from optimiser.allocation.contacts.spacing import in_order, spaced
from optimiser.allocation.contacts.weeks import DAYS, Weeks, meeting_minutes, weeks_from
from optimiser.allocation.facts import Facts, Flags, sorted_by
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.workload import demand_of
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot


@dataclass(frozen=True)
class Calendar:
    """The meetings of W weeks; N meetings sorted by client, then due day; C coaches sorted by id.

    Attributes
    ----------
    weeks : Weeks
    client_ids : polars.Series
        Ids of all clients, sorted.
    coach_ids : tuple of str
    meetings : Meetings
        What is due (N).
    coach : int, shape (N,)
    minutes : float, shape (N,)
        Meeting, records and interpreter.
    week : int, shape (N,)
        Week in which it is held, W where it does not fit.
    late_days : int, shape (N,)
        Days from the due day to the agreed day, or to the first day of the week; 0 in time. For what
        does not fit the days to the end of the calendar: at least so late.
    room, free, extra : float, shape (C, W)
        Minutes for meetings, those that are left, and the least extra minutes that would make all
        meetings timely (meetings agreed in weeks without room included).
    late_weeks, bound : float
        Weighted weeks of lateness of the meetings that the calendar could place, and the least that
        any calendar within the weekly minutes can have.
    """

    weeks: Weeks
    client_ids: pl.Series
    coach_ids: tuple[str, ...]
    meetings: Meetings
    coach: Ints
    minutes: Floats
    week: Ints
    late_days: Ints
    room: Floats
    free: Floats
    extra: Floats
    late_weeks: float
    bound: float

    @property
    def fits(self) -> Flags:
        """Whether the meeting has a week, shape (N,)."""
        return self.week < self.weeks.count


def make_calendar(
    snapshot: Snapshot,
    policy: Policy,
    coach: Codes,
    weeks: int = 13,
    progress: Progress = SILENT,
    coaches: Flags | None = None,
) -> Calendar:
    """Give every meeting that is due a week of its coach.

    Parameters
    ----------
    snapshot, policy : Snapshot, Policy
    coach : int, shape (n,)
        Coach of each client, sorted by id, as a place among the coaches sorted by id; -1 for none.
    weeks : int
        Weeks of the calendar, the present one included.
    progress : Progress
        Told of the phases `due` and `calendar`.
    coaches : bool, shape (C,), optional
        Only these coaches' clients get a calendar; the others look free.

    Raises
    ------
    InputError
        For weeks below 1 or above 104.
    SolverError
        If a coach's linear programme fails numerically.
    """
    span = weeks_from(snapshot.date, weeks)
    with progress.phase("due"):
        facts, rows = read_facts(snapshot, policy)
        clients = sorted_by(snapshot.clients, "client_id")
        wanted = coach >= 0 if coaches is None else (coach >= 0) & coaches[coach]
        meetings = _of_clients(clients, wanted, policy, span)
        held_by = coach[meetings.client].astype(np.int64)
        minutes = pair_minutes(facts, rows, meetings.client, held_by)
        room = meeting_minutes(
            snapshot, policy, span, _no_meetings(clients, coach, policy, len(facts.coaches.ids))
        )
        requests = _requests(meetings, held_by, minutes, weights(clients, policy, snapshot), span)
    with progress.phase("calendar"):
        return _placed(
            span, clients["client_id"], facts.coaches.ids, meetings, requests, room, policy, progress
        )


def pair_minutes(facts: Facts, rows: ClientRows, client: Ints, coach: Ints) -> Floats:
    """Minutes of one meeting of each pair: meeting, records, and an interpreter where needed, shape (N,)."""
    work = facts.policy.workload
    shares = Pairs(facts, rows.profile[client], coach).share_language()
    added = np.where(shares, 0.0, work.interpreter_share * work.meeting_minutes)
    minutes: Floats = work.meeting_minutes + work.record_minutes + added
    return minutes


def _of_clients(clients: pl.DataFrame, wanted: Flags, policy: Policy, weeks: Weeks) -> Meetings:
    """Meetings due of the clients wanted, counted by their rows among all."""
    meetings = due_meetings(clients.filter(wanted), policy, weeks)
    return replace(meetings, client=np.flatnonzero(wanted)[meetings.client])


def _no_meetings(clients: pl.DataFrame, coach: Codes, policy: Policy, coaches: int) -> Floats:
    """Minutes a month of each coach's clients that are no meetings (need, agencies, services), (C,)."""
    minutes = demand_of(clients, np.zeros(clients.height), policy)
    has = coach >= 0
    return np.bincount(coach[has], minutes[has], minlength=coaches).astype(np.float64)


def _requests(meetings: Meetings, coach: Ints, minutes: Floats, weight: Ints, weeks: Weeks) -> Requests:
    """What each meeting asks of the calendar; one with a day agreed can be placed nowhere else."""
    release = np.where(meetings.fixed, weeks.count, weeks.of(meetings.earliest))
    due = np.maximum(weeks.of(meetings.due), 0)
    # The rhythm likes its due week; first interviews and the campaign are best held soon.
    liked = np.where(meetings.purpose == RHYTHM, np.maximum(due, release), release)
    return Requests(coach, minutes, weight[meetings.client], release, due, liked)


def _placed(
    weeks: Weeks,
    client_ids: pl.Series,
    coach_ids: tuple[str, ...],
    meetings: Meetings,
    requests: Requests,
    minutes: Floats,
    policy: Policy,
    progress: Progress,
) -> Calendar:
    fixed = meetings.fixed
    agreed = _by_coach_and_week(requests, np.where(fixed, weeks.of(meetings.agreed), weeks.count), minutes)
    room = np.maximum(0.0, minutes - agreed)
    order = np.flatnonzero(~fixed)
    order = order[np.lexsort((meetings.client[order], meetings.due[order], requests.coach[order]))]
    week = np.where(fixed, weeks.of(meetings.agreed), 0)
    week[order], bound = place(requests.take(order), room, progress)
    week = in_order(week, meetings.client)
    follows = np.where(
        np.append(True, np.diff(meetings.client) != 0)[: len(week)], -1, np.arange(len(week)) - 1
    )
    free = room - _by_coach_and_week(requests, np.where(fixed, weeks.count, week), minutes)
    week = spaced(requests, week, follows, _gap(meetings, policy), free)
    shown = (week < weeks.count) | (meetings.due <= weeks.last_day)
    late = requests.late_weeks(week)[~fixed].sum()
    held = np.where(fixed, meetings.agreed, weeks.starts(week))
    return Calendar(
        weeks=weeks,
        client_ids=client_ids,
        coach_ids=coach_ids,
        meetings=meetings.take(shown),
        coach=requests.coach[shown],
        minutes=requests.minutes[shown],
        week=week[shown],
        late_days=np.maximum(0, held - meetings.due)[shown],
        room=minutes,
        free=room - _by_coach_and_week(requests, np.where(fixed, weeks.count, week), minutes),
        extra=least_extra(requests.take(~fixed), room) + np.maximum(0.0, agreed - minutes),
        late_weeks=float(late),
        bound=bound,
    )


def _by_coach_and_week(requests: Requests, week: Ints, like: Floats) -> Floats:
    """Minutes of the meetings by coach and week, those of week W left out; shape of `like`."""
    coaches, weeks = like.shape
    inside = week < weeks
    place = requests.coach[inside] * weeks + week[inside]
    minutes = np.bincount(place, requests.minutes[inside], minlength=coaches * weeks)
    return minutes.reshape(like.shape).astype(np.float64)


def _gap(meetings: Meetings, policy: Policy) -> Ints:
    """Weeks that a meeting of the rhythm keeps from the one before, shape (N,)."""
    least = np.floor(policy.contacts.earliest_share * meetings.interval / DAYS)
    return np.where(meetings.interval >= DAYS, np.maximum(least, 1), 0).astype(np.int64)
