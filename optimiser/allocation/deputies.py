"""Temporary cover: the coach stays the clients' coach; deputies hold what cannot wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.allocation.codes import Ints
from optimiser.allocation.contacts.calendar import make_calendar
from optimiser.allocation.contacts.deputy_search import Absence, Search, Tasks, begin_search, tasks_of
from optimiser.allocation.contacts.weeks import DAYS, MOST_WEEKS
from optimiser.allocation.cover import demand_coach
from optimiser.allocation.facts import Facts, Flags, sorted_by
from optimiser.allocation.pairs import all_pairs
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.rules import MOVING, rules_on
from optimiser.domain.calendar import EPOCH, day_number, working_days_after
from optimiser.domain.contacts import KINDS, TEMPORARY_COVER
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Message, Texts, mark, said, several

ASKED = "optimiser cover"


@dataclass(frozen=True)
class TemporaryCover:
    """Who holds the meetings of a coach who is away.

    Attributes
    ----------
    rows : polars.DataFrame
        Columns of `TEMPORARY_COVER`, by due day.
    coach_id : str
    starts, ends, back_on : datetime.date
        First and last day away, and the first working day after.
    """

    rows: pl.DataFrame
    coach_id: str
    starts: Date
    ends: Date
    back_on: Date


def cover_for_a_time(
    snapshot: Snapshot,
    policy: Policy,
    coach_id: str,
    starts: Date,
    ends: Date | None = None,
    progress: Progress = SILENT,
    *,
    texts: Texts = ENGLISH,
) -> TemporaryCover:
    """Find deputies for the meetings of a coach that have a deadline while the coach is away.

    What the coach can hold before leaving stays the coach's. First interviews, contacts of the
    campaign and agreed meetings need a deputy; meetings of the rhythm only where they would be more
    than `contacts.wait_days` late on the coach's return. The meeting due first is placed first: in time
    if anybody can, with the client's deputy so far, with whoever can take all that the client needs, in
    the coach's unit, and then where the minutes taken over so far, the meeting and the way there
    (`prices.travel_share`) are fewest, so that several deputies share. A deputy may serve the client by
    every rule but those of moving (nobody changes coach), and has room after the own meetings.

    Parameters
    ----------
    snapshot, policy : Snapshot, Policy
    coach_id : str
        Who is away.
    starts, ends : datetime.date
        First and last day away; without an end `contacts.cover_weeks` weeks.
    progress : Progress
        Told of the phases `due`, `calendar` and `cover`.
    texts : Texts
        Language of the reasons.

    Raises
    ------
    InputError
        For an unknown coach, dates the wrong way round, an end before the snapshot's date, or more
        than 104 weeks.
    """
    demand_coach(snapshot, coach_id)
    away, weeks = _absence(snapshot, policy, coach_id, starts, ends)
    day = day_of(away.starts)
    facts, rows = read_facts(snapshot.replace(date=day), policy)
    mine = np.flatnonzero(rows.present == away.coach)
    may = _may_serve(facts, rows, mine)
    may[:, away.coach] = False
    needed = np.asarray(may.any(axis=0), dtype=np.bool_)
    needed[away.coach] = True
    calendar = make_calendar(
        _with_absence(snapshot, coach_id, away), policy, rows.present, weeks, progress, coaches=needed
    )
    with progress.phase("cover"):
        tasks = tasks_of(calendar, away, mine, policy)
        search = begin_search(calendar, facts, rows, away, mine, may)
        words = _Words(texts, coach_id, away, search, _mostly_barred_by(facts, rows, mine))
        table = _rows(snapshot, tasks, search, words)
    ends_on, back = (day_of(d) for d in (away.ends, away.back))
    return TemporaryCover(table, coach_id, starts, ends_on, back)


def _absence(
    snapshot: Snapshot, policy: Policy, coach_id: str, starts: Date, ends: Date | None
) -> tuple[Absence, int]:
    """The absence, and the weeks that a calendar needs to see its end; every complaint about dates."""
    last = ends or max(starts, snapshot.date) + timedelta(days=DAYS * policy.contacts.cover_weeks - 1)
    wrong = []
    if last < starts:
        problem = said("the last day is before the first, {day}", day=starts)
        advice = said("Exchange the dates.")
        wrong.append(Complaint(ASKED, 0, "--to", last.isoformat(), problem, advice))
    if last < snapshot.date:
        problem = said("the absence ends before the day of the facts, {day}", day=snapshot.date)
        advice = said("Give a later last day, or newer facts.")
        wrong.append(Complaint(ASKED, 0, "--to", last.isoformat(), problem, advice))
    if wrong:
        raise InputError(wrong)
    coach = int(snapshot.coaches["coach_id"].sort().index_of(coach_id) or 0)
    first, end = day_number(max(starts, snapshot.date)), day_number(last)
    back = int(working_days_after(np.array([end]), np.array([1]))[0])
    monday = day_number(snapshot.date) - snapshot.date.weekday()
    weeks = (back + policy.contacts.wait_days - monday) // DAYS + 1
    if weeks > MOST_WEEKS:
        problem = said("the absence reaches too far ahead")
        advice = said("End it within about 100 weeks of the facts.")
        raise InputError([Complaint(ASKED, 0, "--to", last.isoformat(), problem, advice)])
    return Absence(coach, first, end, back), weeks


def _with_absence(snapshot: Snapshot, coach_id: str, away: Absence) -> Snapshot:
    """The snapshot in which the coach is away."""
    days = [day_of(d) for d in (away.starts, away.ends)]
    values = {"coach_id": coach_id, "first_day": days[0], "last_day": days[1], "share": 1.0, "line": 0}
    row = pl.DataFrame([values], schema=snapshot.absences.schema)
    return snapshot.replace(absences=pl.concat([snapshot.absences, row]))


def _may_serve(facts: Facts, rows: ClientRows, clients: Ints) -> Flags:
    """Whether each coach may serve each client by every rule but those of moving, shape (clients, C)."""
    pairs = all_pairs(facts, rows.profile[clients])
    may = np.ones(len(pairs), dtype=np.bool_)
    for rule in rules_on(facts.policy):
        if rule.name not in MOVING:
            may &= rule.allowed(pairs)
    return may.reshape(len(clients), len(facts.coaches.ids))


def _mostly_barred_by(facts: Facts, rows: ClientRows, clients: Ints) -> list[str]:
    """The rule that bars most coaches for each client; empty where there is no rule."""
    pairs = all_pairs(facts, rows.profile[clients])
    rules = [rule for rule in rules_on(facts.policy) if rule.name not in MOVING]
    if not rules:
        return [""] * len(clients)
    shape = (len(clients), len(facts.coaches.ids))
    barred = np.stack([(~rule.allowed(pairs)).reshape(shape).sum(axis=1) for rule in rules])
    return [rules[place].name for place in barred.argmax(axis=0)]


MOST = {
    "municipality": mark("most serve another municipality"),
    "language": mark("most do not work in a language of the client"),
    "age_group": mark("most serve another age group"),
    "integration_unit": mark("most serve the other clients (integration period or not)"),
    "presence": mark("most have not started yet or have left"),
    "exclusion": mark("most must not serve this client"),
    "travel": mark("most are too far away to meet in person"),
}
"""What a rule says of most coaches, by its name."""


def _rows(snapshot: Snapshot, tasks: Tasks, search: Search, words: _Words) -> pl.DataFrame:
    """Place the meetings, due first first, and return them as rows of `TEMPORARY_COVER`."""
    clients = sorted_by(snapshot.clients, "client_id").select("client_id", pl.col("channel").cast(pl.String))
    meetings, away = search.calendar.meetings, search.away
    rows = []
    for number, meeting in enumerate(tasks.meeting.tolist()):
        deputy, week = (-1, -1) if tasks.waits[number] else search.find(tasks, number)
        fixed, due, by = bool(meetings.fixed[meeting]), int(meetings.due[meeting]), int(tasks.day[number])
        held = search.first_day(week) if deputy >= 0 else away.back
        late = max(0, held - (by if fixed else due))
        client, channel = clients.row(int(meetings.client[meeting]))
        shown = {
            "client_id": client,
            "kind": KINDS[-1] if fixed else KINDS[int(meetings.purpose[meeting])],
            "due": day_of(by if fixed else due),
            "outcome": _outcome(bool(tasks.waits[number]), deputy, late),
            "minutes": float(search.minutes[tasks.client[number], deputy if deputy >= 0 else away.coach]),
            "channel": channel,
            "late_days": late,
            "back_on": day_of(away.back),
            "reason": words.texts.of(words.of(tasks, number, deputy, late)),
        }
        if deputy >= 0:
            monday = search.calendar.weeks.mondays()[week]
            shown |= {"week": week + 1, "monday": monday, "deputy_id": search.calendar.coach_ids[deputy]}
        rows.append(shown)
    schema = {c.name: pl.String() if c.kind == "code" else c.dtype for c in TEMPORARY_COVER.columns}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("due", "client_id", "kind")


def _outcome(waits: bool, deputy: int, late: int) -> str:
    if waits:
        return "waits"
    if deputy < 0:
        return "nobody"
    return "late" if late else "covered"


@dataclass(frozen=True)
class _Words:
    """What a row says, in words; `why` is the rule that bars most coaches for each client."""

    texts: Texts
    coach_id: str
    away: Absence
    search: Search
    why: list[str]

    def of(self, tasks: Tasks, number: int, deputy: int, late: int) -> Message:
        """Return the reason of one meeting."""
        client, back = int(tasks.client[number]), day_of(self.away.back)
        who = {"coach": self.coach_id, "day": back}
        if tasks.waits[number]:
            return said(
                "Can wait: {coach} is back on {day}, {days} days after the due day.", days=late, **who
            )
        if deputy >= 0:
            return self._of_deputy(client, deputy, late)
        if not self.search.may[client].any():
            if not self.why[client]:
                return said("No other coach may serve the client. {coach} is back on {day}.", **who)
            why = said(MOST[self.why[client]])
            return said(
                "No other coach may serve the client: {why}. {coach} is back on {day}.", why=why, **who
            )
        fixed = self.search.calendar.meetings.fixed[tasks.meeting[number]]
        if fixed:
            return said(
                "No coach who may serve the client has room in the week agreed. {coach} is back on {day}. "
                "Agree another day.",
                **who,
            )
        return said(
            "No coach who may serve the client has room while the coach is away. {coach} is back on {day}.",
            **who,
        )

    def _of_deputy(self, client: int, deputy: int, late: int) -> Message:
        search = self.search
        deputies = _deputies_from_elsewhere if search.elsewhere[deputy] else _deputies_of_the_team
        away, interpreter = float(search.road[client, deputy]), bool(search.interpreter[client, deputy])
        told = deputies(away)[away > 0, interpreter]
        if len(search.deputies[client]) > 1:
            told = said("{deputy}; one deputy alone has no room for all meetings of the client", deputy=told)
        if not late:
            return said("{deputy}.", deputy=told)
        return several("{deputy}; {count} day late.", "{deputy}; {count} days late.", late, deputy=told)


Deputies = dict[tuple[bool, bool], Message]
"""What is said of a deputy, by whether there is a way to go and whether an interpreter is needed."""


def _deputies_of_the_team(minutes: float) -> Deputies:
    return {
        (False, False): said("Deputy of the same team, with room in that week"),
        (False, True): said("Deputy of the same team, with an interpreter, with room in that week"),
        (True, False): said(
            "Deputy of the same team, {minutes:.0f} minutes by road, with room in that week", minutes=minutes
        ),
        (True, True): said(
            "Deputy of the same team, with an interpreter, {minutes:.0f} minutes by road, with room in that week",
            minutes=minutes,
        ),
    }


def _deputies_from_elsewhere(minutes: float) -> Deputies:
    return {
        (False, False): said("Deputy of another team, with room in that week"),
        (False, True): said("Deputy of another team, with an interpreter, with room in that week"),
        (True, False): said(
            "Deputy of another team, {minutes:.0f} minutes by road, with room in that week", minutes=minutes
        ),
        (True, True): said(
            "Deputy of another team, with an interpreter, {minutes:.0f} minutes by road, with room in that week",
            minutes=minutes,
        ),
    }


def day_of(number: int) -> Date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=number)
