"""From facts to minutes: what a client asks for, and what a coach can carry."""

from __future__ import annotations

from datetime import date as Date
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.domain.calendar import day_number
from optimiser.domain.policy import Policy, Rhythm
from optimiser.domain.snapshot import Snapshot

Floats = NDArray[np.float64]


class Capacities(NamedTuple):
    """What coaches can carry, one value a row of `snapshot.coaches`.

    Attributes
    ----------
    capacity, soft_limit : numpy.ndarray
        Minutes a month: full at 100 %, and the most load by policy and coach.
    heads_limit : numpy.ndarray
        Clients; inf for no limit.
    """

    capacity: Floats
    soft_limit: Floats
    heads_limit: Floats


def whole_months(since: pl.Expr, until: Date) -> pl.Expr:
    """Whole months from a day to another; one less where the day of the month is not reached."""
    months = (until.year - since.dt.year()) * 12 + (until.month - since.dt.month().cast(pl.Int32))
    return months - (since.dt.day() > until.day).cast(pl.Int32)


def monthly_meetings(clients: pl.DataFrame, policy: Policy, date: Date) -> Floats:
    """Meetings a month by the rhythm in force on a date, extra meetings included; one value a row."""
    days = day_number(date) - clients["registered_on"].to_physical().to_numpy().astype(np.int64)
    meetings: Floats = phase_meetings(policy.rhythm_on(date), days) + clients["extra_meetings"].to_numpy()
    return meetings


def phase_meetings(rhythm: Rhythm, days: NDArray[np.int64]) -> Floats:
    """Meetings a month by days since registration (below 0 counts as 0), shape (n,)."""
    phases = rhythm.phases
    until = np.array([p.until_days for p in phases[:-1]], dtype=np.int64)
    phase = np.searchsorted(until, np.maximum(days, 0), side="right")
    meetings: Floats = np.array([p.meetings for p in phases])[phase]
    return meetings


def demand_of(clients: pl.DataFrame, meetings: Floats, policy: Policy) -> Floats:
    """Minutes a month without an interpreter, one value a row; `meetings` a month, shape (n,)."""
    work = policy.workload
    need = np.array([0.0, *(work.need_minutes[level] for level in (1, 2, 3, 4))])
    extra = need[clients["need_level"].to_numpy()]
    extra = extra + work.multi_agency_minutes * clients["multi_agency"].to_numpy()
    extra = extra + work.service_minutes * clients["services_under_way"].to_numpy()
    minutes: Floats = meetings * (work.meeting_minutes + work.record_minutes) + extra
    return minutes


def base_demand(snapshot: Snapshot, policy: Policy) -> Floats:
    """Return every client's minutes of coach time a month with a coach who shares a language.

    Returns
    -------
    numpy.ndarray
        Shape (n,), minutes a month, in the order of `snapshot.clients`.
    """
    meetings = monthly_meetings(snapshot.clients, policy, snapshot.date)
    return demand_of(snapshot.clients, meetings, policy)


def capacities(snapshot: Snapshot, policy: Policy) -> Capacities:
    """Return capacity, minutes limit and heads limit of every coach, before any limit is raised.

    Returns
    -------
    Capacities
        In the order of `snapshot.coaches`.
    """
    coaches = snapshot.coaches
    protected = coaches["protected_clients"].to_numpy().astype(np.float64)
    present = share_present(snapshot, policy)
    full, taken = post_minutes(coaches, policy)
    capacity = np.maximum(0.0, full * present - taken)
    own_minutes = coaches["limit_minutes"].fill_null(np.inf).to_numpy()
    own_heads = coaches["limit_heads"].cast(pl.Float64).fill_null(np.inf).to_numpy()
    common = np.inf if policy.limits.heads is None else float(policy.limits.heads)
    heads = np.maximum(0.0, np.minimum(own_heads, common) - protected)
    return Capacities(capacity, np.minimum(policy.limits.load * capacity, own_minutes), heads)


def post_minutes(coaches: pl.DataFrame, policy: Policy) -> tuple[Floats, Floats]:
    """Minutes a month of each post without absence, and those taken by clients served outside the tool."""
    protected = coaches["protected_clients"].to_numpy().astype(np.float64)
    full_time = coaches["full_time_minutes"].fill_null(policy.capacity.full_time_minutes).to_numpy()
    taken: Floats = coaches["reserved_minutes"].to_numpy() + protected * policy.protected_minutes
    full: Floats = coaches["fte"].to_numpy() * full_time
    return full, taken


def share_present(snapshot: Snapshot, policy: Policy) -> Floats:
    """Mean share of the working time a coach is there, over the policy's window from the date."""
    mean: Floats = daily_share(snapshot, policy, policy.capacity.window_days).mean(axis=1)
    return mean


def daily_share(snapshot: Snapshot, policy: Policy, window_days: int) -> Floats:
    """Share of the working time a coach is there, for each day from the date; shape (C, window_days)."""
    coaches, rule = snapshot.coaches, policy.capacity
    days = day_number(snapshot.date) + np.arange(window_days)[None, :]
    start = _days_of(coaches["start"], -np.inf)[:, None]
    end = _days_of(coaches["end"], np.inf)[:, None]
    length = coaches["ramp_up_days"].to_numpy().astype(np.float64)[:, None]
    grown = np.where(np.isfinite(start), (days - start) / np.maximum(length, 1.0), 1.0)
    ramp = np.minimum(1.0, rule.ramp_up_share + (1.0 - rule.ramp_up_share) * grown)
    ramp = np.where((length > 0) & np.isfinite(start), ramp, 1.0)
    share = ramp * (1.0 - np.minimum(1.0, _away(snapshot, window_days)))
    there: Floats = np.where((days >= start) & (days <= end), share, 0.0)
    return there


def _days_of(values: pl.Series, missing: float) -> Floats:
    return values.to_physical().cast(pl.Float64).fill_null(missing).to_numpy()


def _away(snapshot: Snapshot, window: int) -> Floats:
    """Share away by coach and day of the window, absences that overlap summed."""
    row = {coach: i for i, coach in enumerate(snapshot.coaches["coach_id"])}
    away = np.zeros((len(row), window))
    for absence in snapshot.absences.sort("coach_id", "first_day", "last_day").iter_rows(named=True):
        first = max(0, (absence["first_day"] - snapshot.date).days)
        last = (absence["last_day"] - snapshot.date).days
        if absence["coach_id"] in row and last >= 0:
            away[row[absence["coach_id"]], first : last + 1] += absence["share"]
    return away
