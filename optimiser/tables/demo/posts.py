"""Working time of the coaches: part-time posts, comings and goings, absences, and what is left of a month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.domain.policy import Policy
from optimiser.tables.demo.draws import Flags, Floats, Ints, some, stream
from optimiser.tables.demo.region import DATE
from optimiser.tables.demo.staff import Staff

NEVER = 10_000
"""Days, in place of a date that is not set."""
PART_TIME = (1.0, 0.8, 0.6, 0.5)
PART_TIME_SHARES = (0.78, 0.1, 0.06, 0.06)
STEP = 0.05
"""By which posts are cut or filled up until an office fits its clients."""
FULLEST = 0.94
"""Least total of posts, as a share of what was drawn, that a crowded office may bring down."""


@dataclass(frozen=True)
class Posts:
    """Working time of the C coaches; days count from the snapshot's date.

    Attributes
    ----------
    fte : float, shape (C,)
        Share of a full-time post.
    start, end : int, shape (C,)
        First and last working day; -`NEVER` and `NEVER` where not set.
    ramp_up : int, shape (C,)
        Days from the start until the full load.
    reserved : float, shape (C,)
        Minutes spent outside the tool, as a share of a full-time post.
    absences : polars.DataFrame
        coach (row), first, last (days), share.
    present : float, shape (C,)
        Mean share present over the policy's window.
    """

    fte: Floats
    start: Ints
    end: Ints
    ramp_up: Ints
    reserved: Floats
    absences: pl.DataFrame
    present: Floats

    @property
    def ended(self) -> Flags:
        """Coaches who have left; shape (C,)."""
        return self.end < 0

    @property
    def effective(self) -> Floats:
        """Full-time posts left for clients of the tool; shape (C,)."""
        return np.maximum(0.0, self.fte * self.present - self.reserved)


def draw_posts(staff: Staff, wanted: Floats, seed: int, policy: Policy) -> Posts:
    """Return working times whose sum, office by office, is in proportion to the demand there.

    Parameters
    ----------
    staff : Staff
    wanted : float, shape (M + 1,)
        Share of the demand that falls to the office of each municipality, last to the integration unit.
    seed : int
    policy : Policy
        Its window and ramp-up.

    Returns
    -------
    Posts
    """
    rng = stream(seed, "posts")
    coaches = len(staff.office)
    start, end, ramp_up = _comings_and_goings(staff, rng)
    absences = _absences(staff, rng)
    present = mean_present(start, end, ramp_up, absences, policy)
    reserved = np.where(rng.random(coaches) < 0.12, rng.integers(2, 10, coaches) / 100, 0.0)
    fte = np.array(PART_TIME)[rng.choice(len(PART_TIME), coaches, p=PART_TIME_SHARES)]
    office = np.where(staff.integration, len(wanted) - 1, staff.office)
    drawn = Posts(fte, start, end, ramp_up, reserved, absences, present)
    fte = _fitted(drawn, office, wanted, rng.permutation(coaches))
    reserved = np.where(reserved < fte * present / 2, reserved, 0.0)
    return replace(drawn, fte=fte, reserved=reserved)


def _comings_and_goings(staff: Staff, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    coaches = len(staff.office)
    loose = ~staff.steady
    start = np.where(rng.random(coaches) < 0.7, -NEVER, -rng.integers(120, 700, coaches))
    end = np.full(coaches, NEVER)
    ramp_up = np.zeros(coaches, dtype=np.int64)
    new = some(rng, loose, round(0.03 * coaches))
    start[new] = -rng.integers(1, 60, len(new))
    ramp_up[new] = 90
    leaving = some(rng, loose & (ramp_up == 0), round(0.012 * coaches))
    end[leaving] = rng.integers(6, 28, len(leaving))
    ended = some(rng, loose & (ramp_up == 0) & (end == NEVER) & ~staff.integration, min(2, coaches // 80))
    end[ended] = -rng.integers(3, 20, len(ended))
    return start, end, ramp_up


def _absences(staff: Staff, rng: np.random.Generator) -> pl.DataFrame:
    """Some coaches away now or soon: the steady ones for a fortnight at most."""
    coaches = len(staff.office)
    away = some(rng, np.ones(coaches, dtype=bool), round(0.12 * coaches))
    first = rng.integers(-20, 40, len(away))
    longest = np.where(staff.steady[away], 14, 30)
    last = first + rng.integers(2, longest)
    share = np.array([1.0, 0.5, 0.5, 0.2])[rng.integers(0, 4, len(away))]
    frame = pl.DataFrame({"coach": away, "first": first, "last": last, "share": share})
    return frame.sort("coach", "first")


def mean_present(start: Ints, end: Ints, ramp_up: Ints, absences: pl.DataFrame, policy: Policy) -> Floats:
    """Return the mean share present over the policy's window (docs/MODEL.md, "Capacity"); shape (C,)."""
    day = np.arange(policy.capacity.window_days)[None, :]
    away = np.zeros((len(start), day.shape[1]))
    for coach, first, last, share in absences.iter_rows():
        away[coach, max(0, first) : max(0, last + 1)] += share
    r = policy.capacity.ramp_up_share
    grown = r + (1 - r) * (day - start[:, None]) / np.maximum(ramp_up, 1)[:, None]
    ramp = np.where(ramp_up[:, None] == 0, 1.0, np.minimum(1.0, grown))
    there = (day >= start[:, None]) & (day <= end[:, None])
    shares = np.where(there, ramp * (1 - np.minimum(1.0, away)), 0.0)
    return np.asarray(shares.mean(axis=1), dtype=np.float64)


def _fitted(drawn: Posts, office: Ints, wanted: Floats, order: Ints) -> Floats:
    """Cut or fill up posts, in `order`, until every office has its share of the total."""
    fitted, present, left = drawn.fte.copy(), drawn.present, drawn.effective
    most = np.bincount(office, np.maximum(0.0, present - drawn.reserved), len(wanted))
    open_now = wanted > 0
    share = wanted[open_now] / wanted[open_now].sum()
    total = max(min(float(left.sum()), float((most[open_now] / share).min())), FULLEST * float(left.sum()))
    for place in np.flatnonzero(np.bincount(office, minlength=len(wanted))):
        members = order[(office[order] == place) & (present[order] > 0)]
        missing = total * wanted[place] / wanted.sum() - left[office == place].sum()
        for least in (0.5, 0.1):
            for coach in members:
                step = _step(fitted[coach], missing / present[coach], least)
                fitted[coach] += step
                missing -= step * present[coach]
    return np.round(fitted, 2)


def _step(fte: float, missing: float, least: float) -> float:
    """Change of a post, in whole steps, that brings it nearest to what is missing, within its bounds."""
    change = round(missing / STEP) * STEP
    low = min(0.0, least - fte)
    return float(min(max(change, low), 1.0 - fte))


def capacities(posts: Posts, full_time: float, reserved: Floats, protected: Ints, policy: Policy) -> Floats:
    """Return c_j of docs/MODEL.md, minutes a month; shape (C,)."""
    taken = reserved + protected * policy.protected_minutes
    return np.maximum(0.0, posts.fte * full_time * posts.present - taken)


def full_time_minutes(posts: Posts, demand: float, pressure: float, protected: Ints, policy: Policy) -> float:
    """Return the minutes of a full-time post at which demand over capacity is `pressure`.

    Parameters
    ----------
    posts : Posts
    demand : float
        Minutes a month of the whole region.
    pressure : float
    protected : int, shape (C,)
        Protected clients of each coach.
    policy : Policy
        For the minutes of a protected client.

    Returns
    -------
    float
    """
    taken = protected * policy.protected_minutes
    posts_left = posts.effective
    counted = posts_left > 0
    wanted = demand / pressure
    while True:
        minutes = (wanted + float(taken[counted].sum())) / float(posts_left[counted].sum())
        # A coach whom protected clients fill altogether counts for nothing.
        kept = counted & (posts_left * minutes > taken)
        if (kept == counted).all() or not kept.any():
            return minutes
        counted = kept


def days_on(day: int) -> Date | None:
    """Date of a day counted from the snapshot's; None where it is not set."""
    return None if abs(day) >= NEVER else DATE + timedelta(days=int(day))
