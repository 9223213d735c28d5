"""The weeks of a calendar, Finnish working days, and the minutes coaches have for meetings in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import sorted_by
from optimiser.allocation.workload import daily_share, post_minutes
from optimiser.domain.calendar import EPOCH, day_number, free_days
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said

DAYS = 7
WORKING_DAYS = 5
MONTH_DAYS = 365.25 / 12
WEEKS_A_MONTH = MONTH_DAYS / DAYS
"""4.348: a month's minutes over this are a week's."""
MOST_WEEKS = 104
LARGE = 2**62
"""A day number that stands for none."""


@dataclass(frozen=True)
class Weeks:
    """The W weeks of a calendar; days are numbers since 1970-01-01, weeks start on Mondays.

    Attributes
    ----------
    first_day : int
        The snapshot's date; earlier days of its week have gone.
    monday : int
        Monday of week 0, the week of that date.
    count : int
        Number of weeks, W.
    """

    first_day: int
    monday: int
    count: int

    @property
    def last_day(self) -> int:
        """Sunday of the last week."""
        return self.monday + DAYS * self.count - 1

    def of(self, day: NDArray[np.integer]) -> Ints:
        """Week of each day; below 0 before the calendar, `count` or more after it."""
        return (np.asarray(day, dtype=np.int64) - self.monday) // DAYS

    def starts(self, week: NDArray[np.integer]) -> Ints:
        """First day of each week that has not gone."""
        return np.maximum(self.monday + DAYS * np.asarray(week, dtype=np.int64), self.first_day)

    def mondays(self) -> list[Date]:
        """Monday of every week, W of them."""
        return [EPOCH + timedelta(days=self.monday + DAYS * week) for week in range(self.count)]


def weeks_from(date: Date, count: int) -> Weeks:
    """Return the weeks from a date on.

    Raises
    ------
    InputError
        For less than 1 week, or more than `MOST_WEEKS`.
    """
    demand_weeks(count)
    return Weeks(day_number(date), day_number(date) - date.weekday(), count)


def demand_weeks(count: int) -> None:
    """Raise `InputError` for less than 1 week, or more than `MOST_WEEKS`."""
    if not 1 <= count <= MOST_WEEKS:
        problem = said("a calendar has 1 to {most} weeks", most=MOST_WEEKS)
        advice = said("Give a whole number from 1 to {most}; 13 weeks are a quarter.", most=MOST_WEEKS)
        raise InputError([Complaint("optimiser contacts", 0, "--weeks", str(count), problem, advice)])


def meeting_minutes(snapshot: Snapshot, policy: Policy, weeks: Weeks, other: Floats) -> Floats:
    """Return the minutes each coach has for meetings in each week, shape (C, W).

    A week has 1 / 4.348 of a month's minutes, times the share of its five working days on which the
    coach is there (start, end, absences and ramp-up as in the capacity; no work on public holidays and
    on days that have gone), less what is no meeting. Of a first week that has begun, the work that is
    no meeting counts for the days that are left.

    Parameters
    ----------
    snapshot, policy : Snapshot, Policy
    weeks : Weeks
    other : float, shape (C,)
        Minutes a month of the coach's clients that are no meetings, coaches sorted by id.
    """
    coaches = sorted_by(snapshot.coaches, "coach_id")
    there = daily_share(snapshot.replace(coaches=coaches), policy, weeks.last_day - weeks.first_day + 1)
    full, taken = post_minutes(coaches, policy)
    present = _by_week(weeks, there * _open_days(weeks, holidays=True))
    left = _by_week(weeks, _open_days(weeks, holidays=False)[None, :])
    monthly = full[:, None] * present - (taken + other)[:, None] * left
    minutes: Floats = np.maximum(0.0, monthly) / WEEKS_A_MONTH
    return minutes


def _open_days(weeks: Weeks, *, holidays: bool) -> Floats:
    """1 for every working day from the first day of the calendar to its last, else 0."""
    days = np.arange(weeks.first_day, weeks.last_day + 1).astype("datetime64[D]")
    closed = free_days(weeks.first_day, weeks.last_day) if holidays else np.array([], dtype="datetime64[D]")
    return np.is_busday(days, holidays=closed).astype(np.float64)


def _by_week(weeks: Weeks, daily: Floats) -> Floats:
    """Share of the five working days by week, shape (rows, W), from daily shares from the first day on."""
    gone = weeks.first_day - weeks.monday
    padded = np.pad(daily, ((0, 0), (gone, 0)))
    share: Floats = padded.reshape(len(daily), weeks.count, DAYS).sum(axis=2) / WORKING_DAYS
    return share


def days_of(values: pl.Series) -> Ints:
    """Return dates as day numbers, `-LARGE` where empty, shape (n,)."""
    return values.to_physical().cast(pl.Int64).fill_null(-LARGE).to_numpy()
