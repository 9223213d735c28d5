"""Dates and positions of clients: what the figures need beside what the rules read."""

from __future__ import annotations

from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.domain.schema import BENEFITS, STATUSES, TARGET_BASES
from optimiser.tables.demo.draws import Flags, Ints, pick, stream
from optimiser.tables.demo.people import FRESH_DAYS, YOUTH, People
from optimiser.tables.demo.posts import NEVER, Posts
from optimiser.tables.demo.present import NOBODY, Ties
from optimiser.tables.demo.region import DATE, TRIAL_START

AGE_RANGES = ((18, 30), (30, 55), (55, 65))
"""First age, and the age after the last, of each age group."""
LONGEST_DAYS, INTEGRATION_DAYS = 1500, 1000
INVOLUNTARY_SHARE = 0.025
STATUS_SHARES = (0.78, 0.06, 0.1, 0.04, 0.01, 0.01)
BENEFIT_SHARES = (0.03, 0.15, 0.68, 0.14)


def life_columns(people: People, seed: int) -> dict[str, pl.Series]:
    """Return the columns of `clients` that do not depend on coaches.

    Parameters
    ----------
    people : People
    seed : int

    Returns
    -------
    dict
        Birth year, dates of registration and meetings, integration period, unemployment, benefit,
        status and basis; N rows each.
    """
    rng = stream(seed, "lives")
    n = people.size
    low, high = np.array(AGE_RANGES)[people.age].T
    days = _registered(people, seed)
    met = (days > 3) & (rng.random(n) < np.where(days > 14, 0.97, 0.6))
    first = days - np.minimum(rng.integers(1, 12, n), days)
    last = np.minimum(first, rng.integers(0, 120, n))
    coming = rng.random(n) < 0.7
    integration_left = np.minimum(rng.integers(0, 1096, n), 1095 - np.minimum(days, 1000))
    return {
        "birth_year": pl.Series(DATE.year - rng.integers(low, high), dtype=pl.Int32),
        "registered_on": days_before(days),
        "first_meeting": days_before(first, met),
        "last_meeting": days_before(last, met),
        "next_meeting": days_before(-rng.integers(1, 91, n), coming),
        "integration_until": days_before(-integration_left, people.integration),
        "unemployed_since": days_before(days + rng.integers(0, 60, n), rng.random(n) < 0.93),
        "benefit": words(BENEFITS, pick(rng, BENEFIT_SHARES, n)),
        "status": words(STATUSES, pick(rng, STATUS_SHARES, n)),
        "target_basis": words(TARGET_BASES, _bases(people)),
    }


def coach_columns(
    people: People, ties: Ties, posts: Posts, ids: list[str], seed: int
) -> dict[str, pl.Series]:
    """Return the columns of `clients` about the present coach; N rows each.

    Parameters
    ----------
    people, ties, posts : People, Ties, Posts
    ids : list of str
        Coach ids by row.
    seed : int

    Returns
    -------
    dict
        coach_id, coach_since, involuntary_changes.
    """
    rng = stream(seed, "relationships")
    has = ties.coach != NOBODY
    longest = np.minimum(_registered(people, seed), (DATE - TRIAL_START).days)
    longest = np.minimum(longest, np.minimum(-posts.start, NEVER)[ties.coach])
    since = (longest * rng.random(people.size) ** 0.6).astype(np.int64)
    changed = has & (ties.household == 0) & (rng.random(people.size) < INVOLUNTARY_SHARE)
    return {
        "coach_id": words((*ids, None), np.where(has, ties.coach, len(ids)), pl.String()),
        "coach_since": days_before(since, has),
        "involuntary_changes": pl.Series(changed, dtype=pl.Int32),
    }


def _registered(people: People, seed: int) -> Ints:
    """Days since registration; shape (N,)."""
    rng = stream(seed, "registered")
    steady = FRESH_DAYS + rng.exponential(400.0, people.size).astype(np.int64)
    longest = np.where(people.integration, INTEGRATION_DAYS, LONGEST_DAYS)
    return np.where(people.fresh, rng.integers(0, FRESH_DAYS, people.size), np.minimum(steady, longest))


def _bases(people: People) -> Ints:
    basis = np.where(people.age == YOUTH, TARGET_BASES.index("under_30"), 0)
    basis = np.where(people.foreign, TARGET_BASES.index("foreign_language"), basis)
    return np.where(people.integration, TARGET_BASES.index("immigrant"), basis)


def days_before(days: Ints, given: Flags | None = None) -> pl.Series:
    """Dates so many days before the snapshot's, empty where not `given`."""
    epoch = (DATE - Date(1970, 1, 1)).days
    dates = pl.Series("date", epoch - days, dtype=pl.Int32)
    if given is not None:
        dates = dates.to_frame().select(pl.when(pl.Series(given)).then(pl.col("date"))).to_series()
    return dates.cast(pl.Date)


def words(values: tuple[str | None, ...], row: Ints, dtype: pl.DataType | None = None) -> pl.Series:
    """The values at the given rows, as codes unless another type is asked for."""
    return pl.Series(values, dtype=pl.String).cast(dtype or pl.Categorical()).gather(row)
