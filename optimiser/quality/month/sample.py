"""Who is asked: clients who have been so for two months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date
from datetime import timedelta

import polars as pl

from optimiser.quality.month.levels import Level

MONTHS = 2
"""Whole months as a client after which one is due for the survey."""


def sample_of(levels: Sequence[Level]) -> tuple[Date, pl.DataFrame]:
    """Return the clients who are due for the survey at the last snapshot.

    Due is whose second month as a client was completed after the snapshot before and not after the last
    one; with a single snapshot since the start of its calendar month.

    Parameters
    ----------
    levels : sequence of Level
        By date, at least one.

    Returns
    -------
    (datetime.date, polars.DataFrame)
        The day after which the months were completed; client_id, sorted.
    """
    last = levels[-1]
    since = levels[-2].date if len(levels) > 1 else last.date.replace(day=1) - timedelta(days=1)
    done = pl.col("registered_on").dt.offset_by(f"{MONTHS}mo")
    due = last.clients.filter((done > since) & (done <= last.date))
    return since, due.select("client_id").sort("client_id")
