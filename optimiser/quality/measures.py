"""The measures that managers read: how full the coaches are, and what the clients get."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.quality.arrays import Floats
from optimiser.quality.recount import Recount

BANDS = ("<95", "95-100", "100-110", ">110")
"""Bands of utilisation in per cent; 95 and 100 belong to the second, 110 to the third."""


DUST = 1e-9
"""What a sum of minutes may miss of a band's edge: a coach at exactly 100 % is not above it."""


@dataclass(frozen=True)
class Utilisation:
    """Load over capacity, of coaches who have capacity.

    Attributes
    ----------
    max, p95, std : float
        Largest, 95th percentile (between the two nearest) and standard deviation, as shares; 0
        without coaches.
    bands : dict
        Number of coaches in each of `BANDS`.
    """

    max: float
    p95: float
    std: float
    bands: dict[str, int]


@dataclass(frozen=True)
class Measures:
    """What a plan amounts to; shares are None where there is nobody to take a share of.

    Attributes
    ----------
    utilisation, utilisation_before : Utilisation
        With the plan and with the present coaches.
    without_capacity : int
        Coaches without capacity, in no band.
    heads_max, heads_max_before : int
        Most clients of one coach.
    heads_mean, heads_mean_before : float
        Mean clients of a coach with capacity or clients; 0 without any.
    unserved : int
        Clients without a coach.
    interpreter_minutes, travel_minutes : float
        With the plan, minutes a month.
    interpreter_minutes_before, travel_minutes_before : float
        With the present coaches, minutes a month.
    own_language_share : float or None
        Share of the served whose coach works in their language of service.
    own_language_share_before : float or None
        The same of those with a present coach.
    continuity : float or None
        Share of those with a present coach who keep it.
    """

    utilisation: Utilisation
    utilisation_before: Utilisation
    without_capacity: int
    heads_max: int
    heads_max_before: int
    heads_mean: float
    heads_mean_before: float
    unserved: int
    interpreter_minutes: float
    interpreter_minutes_before: float
    travel_minutes: float
    travel_minutes_before: float
    own_language_share: float | None
    own_language_share_before: float | None
    continuity: float | None


def measures(recount: Recount) -> Measures:
    """Return the measures of a recounted plan; `dataclasses.asdict` makes them JSON."""
    clients, coaches = recount.clients, recount.coaches
    served = clients.filter(pl.col("coach_id").is_not_null())
    had = clients.filter(pl.col("previous_coach_id").is_not_null())
    heads_max, heads_mean = _heads(coaches, "heads")
    heads_max_before, heads_mean_before = _heads(coaches, "heads_before")
    return Measures(
        utilisation=_utilisation(coaches, "load_minutes"),
        utilisation_before=_utilisation(coaches, "load_before_minutes"),
        without_capacity=coaches.filter(pl.col("capacity_minutes") <= 0).height,
        heads_max=heads_max,
        heads_max_before=heads_max_before,
        heads_mean=heads_mean,
        heads_mean_before=heads_mean_before,
        unserved=recount.unserved,
        interpreter_minutes=_total(clients, "interpreter_minutes"),
        interpreter_minutes_before=_total(clients, "interpreter_minutes_before"),
        travel_minutes=_total(clients, "travel_minutes"),
        travel_minutes_before=_total(clients, "travel_minutes_before"),
        own_language_share=_share(served["own_language"]),
        own_language_share_before=_share(had["own_language_before"]),
        continuity=_share(had["coach_id"].eq_missing(had["previous_coach_id"])),
    )


def _utilisation(coaches: pl.DataFrame, load: str) -> Utilisation:
    able = coaches.filter(pl.col("capacity_minutes") > 0)
    used = (able[load] / able["capacity_minutes"]).to_numpy()
    if not len(used):
        return Utilisation(0.0, 0.0, 0.0, dict.fromkeys(BANDS, 0))
    p95 = float(np.percentile(used, 95))
    return Utilisation(float(used.max()), p95, float(used.std()), _bands(used))


def _bands(used: Floats) -> dict[str, int]:
    band = (used >= 0.95 - DUST).astype(np.int64) + (used > 1.0 + DUST) + (used > 1.1 + DUST)
    return dict(zip(BANDS, np.bincount(band, minlength=len(BANDS)).tolist(), strict=True))


def _heads(coaches: pl.DataFrame, heads: str) -> tuple[int, float]:
    """Most and mean clients of the coaches who have capacity or clients."""
    counted = coaches.filter((pl.col("capacity_minutes") > 0) | (pl.col(heads) > 0))[heads].to_numpy()
    return (int(counted.max()), float(counted.mean())) if len(counted) else (0, 0.0)


def _total(clients: pl.DataFrame, column: str) -> float:
    return float(clients[column].fill_null(0.0).to_numpy().sum())


def _share(true: pl.Series) -> float | None:
    return int(true.sum()) / len(true) if len(true) else None
