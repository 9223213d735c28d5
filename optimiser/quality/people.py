"""What stays with each client: present coach, relationship, weight, pin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.arrays import Bools, Floats, Ints, coded

READ = (
    "client_id",
    "municipality",
    "birth_year",
    "language",
    "other_languages",
    "registered_on",
    "need_level",
    "multi_agency",
    "extra_meetings",
    "services_under_way",
    "specialism",
    "channel",
    "integration_until",
    "unemployed_since",
    "coach_id",
    "coach_since",
    "involuntary_changes",
    "household",
)
"""Columns of the clients that rules, prices and demand read."""


@dataclass(frozen=True)
class People:
    """N clients, sorted by id.

    Attributes
    ----------
    frame : polars.DataFrame
        The columns `READ`.
    present, pin : numpy.ndarray
        Shape (N,), position of the present coach and of the coach of a pin in force, -1 for none.
    handover : numpy.ndarray
        Shape (N,), minutes a month that a change of coach costs where the present one could go on.
    weight : numpy.ndarray
        Shape (N,), how much the client counts if unserved.
    long_term, changed, protected : numpy.ndarray
        Shape (N,), long unemployed; as many involuntary changes as the policy bears; a relationship it
        protects, if there is one.
    excluded : numpy.ndarray
        Exclusions in force as client * C + coach, rising.
    """

    frame: pl.DataFrame
    present: Ints
    pin: Ints
    handover: Floats
    weight: Ints
    long_term: Bools
    changed: Bools
    protected: Bools
    excluded: Ints


def sorted_clients(snapshot: Snapshot) -> pl.DataFrame:
    """Return the columns `READ` of the clients, sorted by id."""
    frame = snapshot.clients.select(READ)
    return frame if frame["client_id"].is_sorted() else frame.sort("client_id")


def people(snapshot: Snapshot, clients: pl.DataFrame, coaches: tuple[str, ...], policy: Policy) -> People:
    """Return what stays with each client.

    Parameters
    ----------
    snapshot : Snapshot
        The facts on a date.
    clients : polars.DataFrame
        Its clients from `sorted_clients`.
    coaches : tuple of str
        Ids of the coaches, sorted.
    policy : Policy
        Prices, weights and rules.
    """
    who, coach = _pairs_in_force(snapshot.pins, snapshot.date, clients, coaches)
    pin = np.full(len(clients), -1, dtype=np.int64)
    pin[who] = coach
    who, coach = _pairs_in_force(snapshot.exclusions, snapshot.date, clients, coaches)
    long_term = _whole_months(clients["unemployed_since"], snapshot.date) >= policy.unserved.long_term_months
    rule = policy.rules.recent_change
    return People(
        frame=clients,
        present=coded(clients["coach_id"], coaches),
        pin=pin,
        handover=_handover(snapshot, clients, policy),
        weight=_weight(clients, long_term, policy),
        long_term=long_term,
        changed=(clients["involuntary_changes"] >= rule.max_changes).to_numpy(),
        protected=_protected(snapshot, clients, policy),
        excluded=np.unique(who * len(coaches) + coach),
    )


def _pairs_in_force(
    pairs: pl.DataFrame, day: Date, clients: pl.DataFrame, coaches: tuple[str, ...]
) -> tuple[Ints, Ints]:
    """Positions of client and coach of the pairs that hold on a day."""
    held = pairs.filter(pl.col("until").is_null() | (pl.col("until") >= day))
    at = clients.select("client_id").with_row_index("at")
    held = held.join(at, on="client_id", how="inner").sort("client_id", "coach_id")
    coach = coded(held["coach_id"], coaches)
    return held["at"].cast(pl.Int64).to_numpy()[coach >= 0], coach[coach >= 0]


def _whole_months(since: pl.Series, day: Date) -> Floats:
    """Whole months from each date to a day, -inf where there is no date."""
    months = (day.year - since.dt.year()) * 12 + day.month - since.dt.month().cast(pl.Int32)
    months = months - (day.day < since.dt.day()).cast(pl.Int32)
    return months.cast(pl.Float64).fill_null(-np.inf).to_numpy()


def _handover(snapshot: Snapshot, clients: pl.DataFrame, policy: Policy) -> Floats:
    price = policy.prices.handover
    since = clients.select(pl.coalesce("coach_since", "registered_on")).to_series()
    until = [tier.until_months for tier in price.tiers if tier.until_months is not None]
    tier = np.searchsorted(np.array(until), _whole_months(since, snapshot.date), side="right")
    minutes = np.array([price.minutes / price.horizon_months * t.factor for t in price.tiers])[tier]
    complex_one = clients["need_level"] >= price.complex_need_level
    complex_one = complex_one | clients["multi_agency"]
    return np.where(complex_one.to_numpy(), minutes * price.complex_factor, minutes)


def _protected(snapshot: Snapshot, clients: pl.DataFrame, policy: Policy) -> Bools:
    rule = policy.rules.protection
    since = clients.select(pl.coalesce("coach_since", "registered_on")).to_series()
    young = _whole_months(since, snapshot.date) < rule.younger_than_months
    found: Bools = young | (clients["need_level"] >= rule.need_level).to_numpy()
    return found


def _weight(clients: pl.DataFrame, long_term: Bools, policy: Policy) -> Ints:
    weights = policy.unserved
    by_need = np.array([weights.need_level.get(level, 1) for level in range(5)], dtype=np.int64)
    weight = np.maximum(weights.default, by_need[clients["need_level"].to_numpy()])
    heavier: Ints = np.where(long_term, np.maximum(weight, weights.long_term), weight)
    return heavier
