"""The calendar of all coaches: hard limits, priorities, what is told of whom, and the room it leaves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from optimiser.allocation.codes import placed
from optimiser.allocation.contacts import Calendar, contacts_of, first_free_week, late_if_added, make_calendar
from optimiser.allocation.contacts.due import RHYTHM
from optimiser.domain.calendar import EPOCH, day_number
from optimiser.domain.contacts import CALENDAR, MUNICIPALITIES_DONE, TEAM_WEEKS, TEAMS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import Recipe, policies, recipes, snapshot_from

SLOW = settings(
    derandomize=True, deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow]
)
WEEK = 7 / (365.25 / 12)
"""A week's minutes of a minute a month."""
RECENT = {"registered_on": date(2021, 8, 30)}
OVERDUE = {"registered_on": date(2021, 3, 1)}
MET = {"first_meeting": date(2021, 8, 20), "last_meeting": date(2021, 8, 20)}


def calendar_of(snapshot: Snapshot, wishes: Policy | None = None, weeks: int = 13) -> Calendar:
    """The calendar of the present coaches."""
    return make_calendar(snapshot, wishes or policy(), present(snapshot), weeks)


def present(snapshot: Snapshot) -> np.ndarray:
    """Present coach of each client, both sorted by id."""
    return placed(snapshot.clients.sort("client_id")["coach_id"], tuple(snapshot.coaches["coach_id"].sort()))


def slots(meetings: float, **facts: Any) -> dict[str, Any]:
    """A coach with room for so many meetings of 50 minutes in a whole week."""
    return coach("K1", full_time_minutes=meetings * 50 / WEEK, **facts)


def weeks_by_client(calendar: Calendar) -> dict[str, list[int]]:
    """Weeks of each client's meetings."""
    found: dict[str, list[int]] = {}
    for row, week in zip(calendar.meetings.client, calendar.week, strict=True):
        found.setdefault(calendar.client_ids[int(row)], []).append(int(week))
    return found


def test_first_interviews_come_soon_and_the_rhythm_when_due() -> None:
    """With room for all, first interviews are held this week and others in the week they are due."""
    steady = {"first_meeting": date(2021, 1, 4), "last_meeting": date(2021, 8, 2)}
    clients = [client("A", coach_id="K1", **RECENT), client("B", coach_id="K1", **steady)]
    calendar = calendar_of(region(clients, [coach("K1")]))
    assert weeks_by_client(calendar) == {"A": [0], "B": [9]}
    assert calendar.late_days.tolist() == [0, 0]
    assert calendar.extra.sum() == calendar.late_weeks == calendar.bound == 0


def test_whoever_is_in_a_weak_position_comes_first() -> None:
    """One slot this week (three of five days are left): the long-term unemployed, then by id."""
    weak = {"unemployed_since": date(2019, 1, 1)}
    clients = [client("A", coach_id="K1", **OVERDUE), client("B", coach_id="K1", **OVERDUE, **weak)]
    calendar = calendar_of(region(clients, [slots(2)]), weeks=4)
    assert weeks_by_client(calendar) == {"A": [1], "B": [0]}
    plain = policy(contacts={"weights": {"long_term": 1}})
    assert weeks_by_client(calendar_of(region(clients, [slots(2)]), plain, 4)) == {"A": [0], "B": [1]}


def test_lateness_counts_from_the_due_day() -> None:
    """Overdue since 15 March: late by the days to the first day that is left, and to the next Monday."""
    clients = [client(name, coach_id="K1", **OVERDUE) for name in "AB"]
    calendar = calendar_of(region(clients, [slots(2)]), weeks=4)
    due = date(2021, 3, 15)
    assert calendar.late_days.tolist() == [(TODAY - due).days, (date(2021, 9, 6) - due).days]


def test_the_longest_overdue_of_equals_is_first() -> None:
    """Of two overdue clients of equal weight the one due earlier is met first, whatever the ids."""
    clients = [client("A", coach_id="K1", **OVERDUE)]
    clients += [client("B", coach_id="K1", registered_on=date(2021, 1, 1))]
    assert weeks_by_client(calendar_of(region(clients, [slots(2)]), weeks=4)) == {"A": [1], "B": [0]}


def test_interpreters_make_meetings_longer() -> None:
    """A meeting with a client who shares no language takes 80 % of 30 minutes more."""
    clients = [client("A", coach_id="K1", language="ar", **RECENT), client("B", coach_id="K1", **RECENT)]
    assert calendar_of(region(clients, [coach("K1")])).minutes.tolist() == [74.0, 50.0]


def test_what_does_not_fit_is_listed() -> None:
    """A coach without time holds nothing; every meeting is listed without a week and needs extra time."""
    snapshot = region([client("A", coach_id="K1", **RECENT)], [coach("K1", end=date(2021, 8, 31))])
    calendar = calendar_of(snapshot, weeks=4)
    assert not calendar.fits.any()
    assert calendar.extra.sum() == 50.0
    rows = contacts_of(snapshot, calendar).meetings
    assert rows["week"].to_list() == rows["monday"].to_list() == [None]
    assert rows["late_days"].to_list() == [(date(2021, 9, 27) - date(2021, 9, 13)).days]


def test_agreed_meetings_stay_even_without_room() -> None:
    """A day agreed is kept; the minutes that the week lacks are extra."""
    facts = {"first_meeting": date(2021, 6, 1), "last_meeting": date(2021, 6, 1)}
    clients = [client("A", coach_id="K1", next_meeting=date(2021, 9, 14), **facts)]
    away = {"coach_id": "K1", "first_day": date(2021, 9, 13), "last_day": date(2021, 9, 19), "share": 1.0}
    snapshot = region(clients, [coach("K1")], absences=[away])
    calendar = calendar_of(snapshot, weeks=4)
    assert calendar.week.tolist() == [2]
    assert calendar.late_days.tolist() == [(date(2021, 9, 14) - date(2021, 8, 31)).days]
    assert calendar.extra[0].tolist() == [0, 0, 50, 0]
    assert contacts_of(snapshot, calendar).meetings["kind"].to_list() == ["agreed"]


def test_the_campaign_is_done_when_its_last_contact_is_held() -> None:
    """Contacts are held as soon as there is room; a municipality is done with its last."""
    clients = [client(f"A{k}", coach_id="K1", registered_on=date(2021, 8, 1)) for k in range(9)]
    clients += [client(f"B{k}", coach_id="K1", municipality="211", **MET) for k in range(9)]
    snapshot = region(clients, [slots(4)])
    wishes = policy(contacts={"campaign_starts": "2021-08-16", "campaign_weeks": 13})
    found = contacts_of(snapshot, calendar_of(snapshot, wishes))
    done = dict(found.municipalities.select("municipality", "done_by").iter_rows())
    assert done == {"837": date(2021, 9, 19), "211": None}
    assert set(found.meetings.filter(pl.col("client_id").str.starts_with("A"))["kind"]) == {"campaign"}


def test_a_campaign_longer_than_the_calendar_fills_free_time() -> None:
    """What has no room before the calendar ends is neither late nor missing: there is time yet."""
    clients = [client(f"A{k}", coach_id="K1", registered_on=date(2021, 8, 1)) for k in range(9)]
    snapshot = region(clients, [slots(2)])
    wishes = policy(contacts={"campaign_starts": "2021-08-30", "campaign_weeks": 20})
    calendar = calendar_of(snapshot, wishes, weeks=3)
    assert sorted(calendar.week.tolist()) == [0, 1, 1, 2, 2]
    assert calendar.late_days.max() == 0


def test_few_late_meetings_of_a_municipality_are_not_told() -> None:
    """Three of nine are late in the town: late and on time are empty there and in the next smallest, due is not."""
    late = {"first_meeting": date(2021, 1, 1), "last_meeting": date(2021, 1, 1)}
    clients = [client(f"A{k}", coach_id="K1", **(late if k < 3 else RECENT)) for k in range(9)]
    clients += [client(f"B{k}", coach_id="K1", municipality="211", **RECENT) for k in range(7)]
    snapshot = region(clients, [coach("K1")])
    found = contacts_of(snapshot, calendar_of(snapshot))
    rows = found.municipalities.sort("municipality")
    assert rows["due"].null_count() == 0
    assert rows["clients"].to_list() == [7, 9]
    for name in ("on_time", "late", "not_fitting", "latest_days"):
        assert rows[name].to_list() == [None, None], name


def test_no_figures_of_a_single_coach() -> None:
    """A team of one is held back, and the next smallest with it; so are municipalities of few clients."""
    coaches = [coach("K1"), coach("K2", unit_id="U2"), coach("K3", unit_id="U2"), coach("K4", unit_id="U3")]
    coaches += [coach(f"K{k}", unit_id="U3") for k in (5, 6)]
    clients = [client(f"A{k}", coach_id="K4", **RECENT) for k in range(6)]
    clients += [client("B", coach_id="K1", municipality="211", **RECENT)]
    units = [{"unit_id": name} for name in ("U1", "U2", "U3")]
    snapshot = region(clients, coaches, units=units)
    found = contacts_of(snapshot, calendar_of(snapshot))
    assert found.teams["due"].to_list() == [None, None, 6]
    assert found.municipalities["due"].to_list() == [None, None]
    assert set(found.weeks["unit_id"].drop_nulls()) == {"U3"}
    assert "coach_id" not in found.teams.columns + found.municipalities.columns + found.weeks.columns


def test_tables_have_the_declared_columns() -> None:
    """What is written is what is declared."""
    snapshot = snapshot_from(Recipe(DemoOptions(clients=60, coaches=5)))
    found = contacts_of(snapshot, calendar_of(snapshot))
    for frame, table in (
        (found.meetings, CALENDAR),
        (found.teams, TEAMS),
        (found.municipalities, MUNICIPALITIES_DONE),
        (found.weeks, TEAM_WEEKS),
    ):
        assert frame.columns == [c.name for c in table.columns]
    region_rows = found.weeks.filter(pl.col("unit_id").is_null())
    assert region_rows["meetings"].sum() == found.meetings["week"].count()


def test_the_first_free_week_has_room_for_one_more() -> None:
    """One slot a week, this week's and the next taken: the third; a coach without time has none."""
    clients = [client(name, coach_id="K1", **OVERDUE) for name in "AB"]
    snapshot = region(clients, [slots(1.7), coach("K2", fte=0.0), coach("K3")])
    assert first_free_week(snapshot, policy(), present(snapshot), weeks=6).tolist() == [2, 6, 0]


def test_what_is_added_is_late_by_the_room_that_is_left() -> None:
    """Each by itself finds the first free week; together they share it, and the missing minutes are told."""
    clients = [client(name, coach_id="K1", **OVERDUE) for name in "AB"]
    calendar = calendar_of(region(clients, [slots(1.7)]), weeks=6)
    due = np.array([day_number(date(2021, 9, 10))] * 2)
    coaches, minutes = np.zeros(2, dtype=np.int64), np.full(2, 50.0)
    alone = late_if_added(calendar, coaches, due, minutes)
    assert alone.week.tolist() == [2, 2]
    assert alone.late_days.tolist() == [3, 3]
    assert EPOCH + timedelta(days=int(alone.day[0])) == date(2021, 9, 13)
    both = late_if_added(calendar, coaches, due, minutes, together=True)
    assert both.week.tolist() == [2, 3]
    assert both.extra_minutes == pytest.approx(100 - calendar.free[0, :2].sum())


@SLOW
@given(recipes(120), policies(), st.integers(1, 20))
def test_limits_hold_in_every_region(recipe: Recipe, wishes: Policy, weeks: int) -> None:
    """No week holds more than it has, no meeting is too soon or twice a week, the bound is a bound."""
    snapshot = snapshot_from(recipe)
    calendar = calendar_of(snapshot, wishes, weeks)
    meetings, fits = calendar.meetings, calendar.fits
    free = fits & ~meetings.fixed
    used = np.zeros(calendar.room.shape)
    np.add.at(used, (calendar.coach[fits], calendar.week[fits]), calendar.minutes[fits])
    agreed = np.zeros(calendar.room.shape)
    fixed = fits & meetings.fixed
    np.add.at(agreed, (calendar.coach[fixed], calendar.week[fixed]), calendar.minutes[fixed])
    assert (used <= np.maximum(calendar.room, agreed) + 1e-6).all()
    assert (calendar.free >= -1e-6).all()
    assert (calendar.week[free] >= calendar.weeks.of(meetings.earliest[free])).all()
    assert calendar.bound <= calendar.late_weeks
    assert ((calendar.late_days > 0) | fits).all()
    seldom = fits & (meetings.purpose == RHYTHM) & (meetings.interval >= 7)
    kept = np.flatnonzero(seldom[1:] & (np.diff(meetings.client) == 0)) + 1
    assert (calendar.week[kept] > calendar.week[kept - 1]).all()


@SLOW
@given(recipes(80), st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(recipe: Recipe, shuffle: Any) -> None:
    """Clients and coaches in another order have the same calendar."""
    snapshot = snapshot_from(recipe)
    seed = shuffle.randrange(1000)
    other = snapshot.replace(
        clients=snapshot.clients.sample(fraction=1, shuffle=True, seed=seed),
        coaches=snapshot.coaches.sample(fraction=1, shuffle=True, seed=seed),
    )
    tables = [contacts_of(s, calendar_of(s)) for s in (snapshot, other)]
    assert_frame_equal(tables[0].meetings, tables[1].meetings)
    assert_frame_equal(tables[0].teams, tables[1].teams)


def test_a_region_without_meetings_has_empty_tables() -> None:
    """Clients without a coach have no calendar; tables keep their columns, teams count nothing."""
    snapshot = region([client("A")], [coach("K1"), coach("K2")])
    found = contacts_of(snapshot, calendar_of(snapshot, weeks=3))
    assert found.meetings.is_empty()
    assert found.municipalities.is_empty()
    assert found.teams["due"].to_list() == [0]
    assert found.weeks["meetings"].to_list() == [0] * 6
