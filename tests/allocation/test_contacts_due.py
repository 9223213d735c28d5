"""What is due when: first interviews, the campaign, the rhythm, agreed days; on days counted by hand."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from holidays import country_holidays
from hypothesis import HealthCheck, given, settings

from optimiser.allocation.contacts.due import (
    CAMPAIGN,
    FIRST,
    RHYTHM,
    Meetings,
    due_meetings,
    given_new_day,
    weights,
)
from optimiser.allocation.contacts.weeks import meeting_minutes, weeks_from
from optimiser.allocation.workload import capacities
from optimiser.domain.calendar import EPOCH, day_number, working_days_after
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import Recipe, recipes, snapshot_from

MEETS = {"first_meeting": date(2021, 1, 4), "last_meeting": date(2021, 8, 2)}


def due_of(facts: dict[str, Any], weeks: int = 13, wishes: Policy | None = None) -> Meetings:
    """The meetings of one client on Wednesday 1 September 2021, an interview every three months."""
    snapshot = region([client("A", **facts)], [coach("K1")])
    return due_meetings(snapshot.clients, wishes or policy(), weeks_from(TODAY, weeks))


def days(values: np.ndarray) -> list[date]:
    """Day numbers as dates."""
    return [EPOCH + timedelta(days=int(v)) for v in values]


@pytest.mark.parametrize(
    ("registered", "number", "due"),
    [
        (date(2021, 8, 27), 1, date(2021, 8, 30)),
        (date(2021, 8, 29), 1, date(2021, 8, 30)),
        (date(2021, 8, 30), 5, date(2021, 9, 6)),
        (date(2021, 12, 3), 2, date(2021, 12, 8)),
        (date(2023, 4, 5), 2, date(2023, 4, 11)),
    ],
)
def test_working_days_know_weekends_and_finnish_holidays(registered: date, number: int, due: date) -> None:
    """The day itself, weekends, Independence Day, Good Friday and Easter Monday do not count."""
    found = working_days_after(np.array([day_number(registered)]), np.array([number]))
    assert days(found) == [due]


def test_a_first_interview_is_due_by_the_rhythm_of_the_registration() -> None:
    """Ten working days after registration; who is overdue keeps the due day and is due at once."""
    found = due_of({"registered_on": date(2021, 8, 30)}, weeks=3)
    assert found.purpose.tolist() == [FIRST]
    assert days(found.due) == [date(2021, 9, 13)]
    late = due_of({"registered_on": date(2021, 3, 1)}, weeks=3)
    assert days(late.due) == [date(2021, 3, 15)]
    assert days(late.earliest) == [TODAY]


def test_the_rhythm_goes_on_from_the_latest_meeting() -> None:
    """Every 91.3 days from the latest meeting, rounded to days at the end alone; three quarters of that at the earliest."""
    found = due_of(MEETS, weeks=26)
    assert found.purpose.tolist() == [RHYTHM, RHYTHM]
    assert days(found.due) == [date(2021, 11, 1), date(2022, 2, 1)]
    assert days(found.earliest)[0] == date(2021, 10, 9)


def test_extra_meetings_shorten_the_interval() -> None:
    """With two thirds of a meeting more a month there is one a month."""
    found = due_of(MEETS | {"extra_meetings": 2 / 3}, weeks=10)
    assert days(found.due) == [date(2021, 9, 1), date(2021, 10, 2), date(2021, 11, 1)]


def test_an_agreed_meeting_is_the_next_one() -> None:
    """It keeps its due day for the lateness, and the rhythm goes on from the day agreed."""
    found = due_of(MEETS | {"next_meeting": date(2021, 11, 8)}, weeks=26)
    assert found.fixed.tolist() == [True, False]
    assert days(found.due) == [date(2021, 11, 1), date(2022, 2, 7)]


def test_a_day_agreed_long_before_it_is_due_stays() -> None:
    """Also where the rhythm would ask for nothing in the calendar yet."""
    found = due_of(MEETS | {"next_meeting": date(2021, 9, 6)}, weeks=2)
    assert found.fixed.tolist() == [True]
    assert days(found.due) == [date(2021, 11, 1)]


def test_agreed_days_outside_the_calendar_do_not_count() -> None:
    """A day that has gone, or one after the calendar, leaves the rhythm as it is."""
    for agreed in (date(2021, 8, 30), date(2022, 6, 1)):
        found = due_of(MEETS | {"next_meeting": agreed}, weeks=13)
        assert not found.fixed.any()
        assert days(found.due) == [date(2021, 11, 1)]


def test_the_campaign_takes_the_place_of_what_else_is_due() -> None:
    """Clients at the start without a meeting since have until its end; others are not concerned."""
    wishes = policy(contacts={"campaign_starts": "2021-07-01", "campaign_weeks": 13})
    never = due_of({}, wishes=wishes)
    assert never.purpose.tolist() == [CAMPAIGN]
    assert days(never.due) == [date(2021, 9, 30)]
    before = due_of({"first_meeting": date(2021, 5, 3), "last_meeting": date(2021, 5, 3)}, wishes=wishes)
    assert before.purpose.tolist()[0] == CAMPAIGN
    assert due_of(MEETS, wishes=wishes).purpose.tolist() == [RHYTHM]
    assert due_of({"registered_on": date(2021, 7, 2)}, wishes=wishes).purpose.tolist()[0] == FIRST


@pytest.mark.parametrize("starts", ["2021-07-01", "2021-09-06", "2022-06-01"])
def test_the_campaign_gives_overdue_meetings_a_new_day(starts: str) -> None:
    """The overdue ones that it replaces are counted, also where it comes after the calendar."""
    wishes = policy(contacts={"campaign_starts": starts, "campaign_weeks": 13})
    ahead = {"first_meeting": date(2021, 6, 28), "last_meeting": date(2021, 6, 28)}
    clients = region([client("late"), client("ahead", **ahead)], [coach("K1")]).clients
    assert given_new_day(clients, wishes, weeks_from(TODAY, 13)) == 1
    assert given_new_day(clients, policy(), weeks_from(TODAY, 13)) == 0


def test_a_rhythm_of_none_asks_for_no_meeting() -> None:
    """Without meetings in the phase only the first interview is due."""
    none = {"name": "none", "starts": "2013-01-01", "phases": [{"meetings": 0}]}
    assert len(due_of(MEETS, wishes=policy(rhythms=[none]))) == 0


def test_a_new_rhythm_holds_from_its_day_on() -> None:
    """The interval after a meeting is that of the rhythm then in force."""
    facts = {"first_meeting": date(2021, 6, 14), "last_meeting": date(2021, 6, 14)}
    old = {"name": "old", "starts": "2013-01-01", "phases": [{"meetings": 1 / 3}]}
    new = {"name": "new", "starts": "2021-09-10", "phases": [{"meetings": 1.0}]}
    found = due_of(facts, weeks=12, wishes=policy(rhythms=[old, new]))
    assert days(found.due) == [date(2021, 9, 13), date(2021, 10, 14), date(2021, 11, 13)]


def test_the_largest_weight_applies() -> None:
    """Long-term unemployment, need and integration count, each with its weight; nothing else does."""
    clients = [
        client("A"),
        client("B", unemployed_since=date(2020, 9, 1)),
        client("C", need_level=3),
        client("D", integration_until=date(2021, 9, 1)),
        client("E", need_level=4, unemployed_since=date(2020, 9, 2)),
    ]
    wishes = policy(contacts={"weights": {"long_term": 3, "intensive": 4, "integration": 5}})
    snapshot = region(clients, [coach("K1")])
    assert weights(snapshot.clients, wishes, snapshot).tolist() == [1, 3, 4, 5, 4]


def test_a_week_has_the_minutes_of_the_days_present() -> None:
    """Days that have gone, absences, holidays and the coach's end shorten a week; other work comes off."""
    away = {"coach_id": "K1", "first_day": date(2021, 9, 6), "last_day": date(2021, 9, 7), "share": 0.5}
    coaches = [coach("K1", reserved_minutes=570.0), coach("K2", end=date(2021, 9, 14))]
    snapshot = region([client("A")], coaches, absences=[away])
    found = meeting_minutes(snapshot, policy(), weeks_from(TODAY, 15), np.array([0.0, 570.0]))
    whole = 5700 * 7 / (365.25 / 12)
    assert found[0, 0] == pytest.approx(0.9 * whole * 3 / 5)
    assert found[0, 1] == pytest.approx(whole * (4 / 5 - 0.1))
    assert found[0, 2] == pytest.approx(0.9 * whole)
    assert found[0, 14] == pytest.approx(whole * (4 / 5 - 0.1)), "Independence Day is a Monday"
    assert found[1, 2] == pytest.approx(whole * (2 / 5 - 0.1))
    assert found[1, 3] == 0.0


def test_a_month_of_whole_weeks_is_the_capacity() -> None:
    """Without absence and holidays the weeks of a month have what the capacity has."""
    snapshot = region([client("A")], [coach("K1", fte=0.6, reserved_minutes=100.0)])
    weekly = meeting_minutes(snapshot, policy(), weeks_from(TODAY, 6), np.zeros(1))[0, 1:]
    assert weekly * (365.25 / 12) / 7 == pytest.approx(capacities(snapshot, policy()).capacity[0])


@pytest.mark.parametrize("count", [0, -1, 105])
def test_weeks_out_of_range_are_refused(count: int) -> None:
    """A calendar has 1 to 104 weeks."""
    with pytest.raises(InputError, match="1 to 104"):
        weeks_from(TODAY, count)


def test_no_clients_have_no_meetings() -> None:
    """An empty table is no fault."""
    snapshot = region([client("A")], [coach("K1")])
    assert len(due_meetings(snapshot.clients.filter(pl.lit(False)), policy(), weeks_from(TODAY, 4))) == 0


@settings(derandomize=True, deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(100))
def test_the_next_meeting_is_that_of_a_count_by_hand(recipe: Recipe) -> None:
    """Client by client with plain dates: first interview or rhythm, and the day agreed."""
    snapshot, wishes = snapshot_from(recipe), policy()
    span = weeks_from(snapshot.date, 13)
    found = due_meetings(snapshot.clients, wishes, span)
    last = EPOCH + timedelta(days=span.last_day)
    first = {int(c): k for k, c in reversed(list(enumerate(found.client)))}
    for row, facts in enumerate(snapshot.clients.iter_rows(named=True)):
        by = next_due(facts, wishes, snapshot.date)
        agreed = facts["next_meeting"]
        fixed = agreed is not None and snapshot.date <= agreed <= last
        assert (row in first) == (fixed or by <= last)
        if row in first:
            assert days(found.due[[first[row]]]) == [by]
            assert bool(found.fixed[first[row]]) == fixed


def next_due(facts: dict[str, Any], wishes: Policy, today: date) -> date:
    """Due day of a client's next meeting, counted day by day."""
    registered = facts["registered_on"]
    held = [d for d in (facts["first_meeting"], facts["last_meeting"]) if d is not None]
    if not held:
        closed, day = country_holidays("FI"), registered
        for _ in range(wishes.rhythm_on(registered).first_within_days):
            day += timedelta(days=1)
            while day.weekday() >= 5 or day in closed:
                day += timedelta(days=1)
        return day
    base = max(held)
    on = max(base, today)
    age = max(0, (on - registered).days)
    phases = wishes.rhythm_on(on).phases
    monthly = next(p.meetings for p in phases if p.until_days is None or age < p.until_days)
    return base + timedelta(days=math.floor(365.25 / 12 / (monthly + facts["extra_meetings"]) + 0.5))
