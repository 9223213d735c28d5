"""The coaches as numbers: capacity, limits, and whether they work on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from typing import Any

import numpy as np
import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.arrays import Bools, Floats, Ints, coded, texts

NO_LIMIT = float("inf")


@dataclass(frozen=True)
class Posts:
    """C coaches, sorted by id.

    Attributes
    ----------
    frame : polars.DataFrame
        Their rows of the snapshot.
    ids : tuple of str
        Coach ids.
    capacity, minutes_limit, heads_limit : numpy.ndarray
        Shape (C,), c_j and m_j in minutes a month, h_j in clients (infinite for none).
    integration, working, remote, frozen : numpy.ndarray
        Shape (C,), whether the unit serves the integration period, the coach works on the day, works by
        telephone or remotely alone, and is frozen by the policy.
    unit : numpy.ndarray
        Shape (C,), number of the coach's unit.
    """

    frame: pl.DataFrame
    ids: tuple[str, ...]
    capacity: Floats
    minutes_limit: Floats
    heads_limit: Floats
    integration: Bools
    working: Bools
    remote: Bools
    frozen: Bools
    unit: Ints


def posts(snapshot: Snapshot, policy: Policy) -> Posts:
    """Return the coaches of a snapshot as numbers."""
    frame = snapshot.coaches.sort("coach_id")
    rows = frame.to_dicts()
    serves_newcomers = dict(snapshot.units.select("unit_id", "integration").iter_rows())
    capacity = _capacity(rows, _present_share(rows, snapshot, policy), policy)
    return Posts(
        frame=frame,
        ids=tuple(row["coach_id"] for row in rows),
        capacity=capacity,
        minutes_limit=np.array(
            [
                _smaller(policy.limits.load * c, r["limit_minutes"])
                for c, r in zip(capacity, rows, strict=True)
            ]
        ),
        heads_limit=np.array([_heads_limit(row, policy) for row in rows], dtype=np.float64),
        integration=np.array([bool(serves_newcomers[row["unit_id"]]) for row in rows], dtype=bool),
        working=np.array([_works_on(row, snapshot.date) for row in rows], dtype=bool),
        remote=np.array([bool(row["remote"]) for row in rows], dtype=bool),
        frozen=np.array([_frozen(row, policy) for row in rows], dtype=bool),
        unit=coded(frame["unit_id"], texts(frame["unit_id"])),
    )


def _frozen(row: dict[str, Any], policy: Policy) -> bool:
    rule = policy.rules.freeze
    return rule.on and (row["coach_id"] in rule.coaches or row["unit_id"] in rule.units)


def _smaller(value: float, limit: float | None) -> float:
    return value if limit is None else min(value, float(limit))


def _heads_limit(row: dict[str, Any], policy: Policy) -> float:
    given = [h for h in (row["limit_heads"], policy.limits.heads) if h is not None]
    return max(0.0, float(min(given) - row["protected_clients"])) if given else NO_LIMIT


def _works_on(row: dict[str, Any], day: Date) -> bool:
    return (row["start"] is None or row["start"] <= day) and (row["end"] is None or row["end"] >= day)


def _capacity(rows: list[dict[str, Any]], share: Floats, policy: Policy) -> Floats:
    def minutes(row: dict[str, Any], present: float) -> float:
        own = row["full_time_minutes"]
        full = policy.capacity.full_time_minutes if own is None else own
        outside = row["reserved_minutes"] + row["protected_clients"] * policy.protected_minutes
        return max(0.0, float(row["fte"] * full * present - outside))

    return np.array([minutes(row, s) for row, s in zip(rows, share, strict=True)], dtype=np.float64)


def _present_share(rows: list[dict[str, Any]], snapshot: Snapshot, policy: Policy) -> Floats:
    """Mean share present over the window, shape (C,)."""
    first, window = snapshot.date.toordinal(), policy.capacity.window_days
    away = _away(rows, snapshot, window)
    share = 1.0 - np.minimum(1.0, away)
    days = first + np.arange(window)
    for at, row in enumerate(rows):
        if row["end"] is not None:
            share[at, days > row["end"].toordinal()] = 0.0
        if row["start"] is not None:
            since = days - row["start"].toordinal()
            share[at] *= np.where(since < 0, 0.0, _ramp(since, row["ramp_up_days"], policy))
    return np.asarray(share.mean(axis=1), dtype=np.float64)


def _ramp(since: Ints, ramp_up_days: int, policy: Policy) -> Floats:
    if not ramp_up_days:
        return np.ones(len(since))
    begin = policy.capacity.ramp_up_share
    return np.minimum(1.0, begin + (1.0 - begin) * since / ramp_up_days)


def _away(rows: list[dict[str, Any]], snapshot: Snapshot, window: int) -> Floats:
    """Sum of the shares of absences, coaches by days of the window."""
    at = {row["coach_id"]: i for i, row in enumerate(rows)}
    first = snapshot.date.toordinal()
    away = np.zeros((len(rows), window))
    order = ["coach_id", "first_day", "last_day", "share"]
    for coach, begin, end, share in snapshot.absences.select(order).sort(order).iter_rows():
        away[at[coach], max(0, begin.toordinal() - first) : max(0, end.toordinal() - first + 1)] += share
    return away
