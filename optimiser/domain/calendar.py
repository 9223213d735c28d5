"""Days as numbers, Finnish working days, and the day by which a first interview is due."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from optimiser.domain.policy import Policy

Ints = NDArray[np.int64]
EPOCH = Date(1970, 1, 1)


def day_number(day: Date) -> int:
    """Days since 1970-01-01, as polars stores a date."""
    return (day - EPOCH).days


def free_days(first: int, last: int) -> NDArray[np.datetime64]:
    """Return the public holidays of Finland of the years from one day number to another."""
    # Only here, so that the commands that know no calendar do not wait for it.
    from holidays import country_holidays

    years = range((EPOCH + timedelta(days=first)).year, (EPOCH + timedelta(days=last)).year + 1)
    found = sorted(country_holidays("FI", years=years)) if first <= last else []
    return np.array(found, dtype="datetime64[D]")


def working_days_after(day: Ints, number: Ints) -> Ints:
    """Return the day that is so many working days after another, shape (N,).

    The day itself does not count: one working day after a Friday or a Sunday is Monday.
    """
    if not len(day):
        return np.zeros(0, dtype=np.int64)
    closed = free_days(int(day.min()), int(day.max()) + 2 * int(number.max()) + 31)
    start = day.astype("datetime64[D]")
    found: Ints = np.busday_offset(start, number, roll="backward", holidays=closed).astype(np.int64)
    return found


def rhythm_places(day: Ints, policy: Policy) -> Ints:
    """Place of the rhythm in force on each day; the first where none has started."""
    starts = np.array([day_number(r.starts) for r in policy.rhythms], dtype=np.int64)
    return np.maximum(np.searchsorted(starts, day, side="right") - 1, 0)


def first_interview_due(registered: Ints, policy: Policy) -> Ints:
    """Return the day by which each first interview is due, by the rhythm on the day of registration.

    Parameters
    ----------
    registered : numpy.ndarray
        Shape (N,), day numbers.
    policy : Policy
        Its rhythms.

    Returns
    -------
    numpy.ndarray
        Shape (N,), day numbers; a start-up campaign is not counted.
    """
    within = np.array([r.first_within_days for r in policy.rhythms], dtype=np.int64)
    return working_days_after(registered, within[rhythm_places(registered, policy)])
