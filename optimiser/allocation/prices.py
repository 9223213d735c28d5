"""What a pairing and a load cost, in minutes of coach time a month: one named function a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.codes import Floats
from optimiser.allocation.pairs import Pairs
from optimiser.domain.policy import Policy


@dataclass(frozen=True)
class Price:
    """A price and what people call it.

    Attributes
    ----------
    name : str
        As in the policy.
    title : str
        What managers read.
    of : str
        What it is asked about: `pair`, `client` or `coach`.
    """

    name: str
    title: str
    of: str


PRICES: dict[str, Price] = {
    price.name: price
    for price in (
        Price("travel", "way to meetings in person", "pair"),
        Price("interpreter", "meeting time with an interpreter", "pair"),
        Price("specialism", "a specialism the coach lacks", "pair"),
        Price("handover", "change of coach", "client"),
        Price("load", "how full the coach is", "coach"),
        Price("overload", "load above the limit", "coach"),
    )
}
"""Every price by its name."""


def travel(pairs: Pairs) -> Floats:
    """Share of the road minutes of in-person meetings, shape (N,)."""
    return pairs.policy.prices.travel_share * pairs.road_minutes() * pairs.in_person_meetings()


def interpreter(pairs: Pairs) -> Floats:
    """Meeting minutes that an interpreter adds, shape (N,)."""
    return pairs.policy.prices.interpreter * pairs.interpreter_minutes()


def specialism(pairs: Pairs) -> Floats:
    """A needed specialism that the coach has not, shape (N,)."""
    needed = pairs.clients.specialism[pairs.client]
    lacking = (needed >= 0) & ~pairs.coaches.specialisms[pairs.coach, needed]
    return np.where(lacking, pairs.policy.prices.specialism, 0.0)


def handover(saving: Floats, may_stay: NDArray[np.bool_], moves: NDArray[np.bool_]) -> Floats:
    """Minutes that a change of coach costs where the present one could have stayed, shape (N,)."""
    return np.where(may_stay & moves, saving, 0.0)


def load(loads: Floats, capacity: Floats, policy: Policy) -> Floats:
    """Cost of loads below and above capacity: c φ(L / c), 0 where the capacity is 0.

    Parameters
    ----------
    loads, capacity : numpy.ndarray
        Minutes a month, shape (C,).
    """
    breaks = np.array(policy.load_curve.breaks)
    slopes = np.array(policy.load_curve.slope_values())
    heights = np.concatenate(([0.0], np.cumsum(slopes * np.diff(breaks))))
    used = np.divide(loads, capacity, out=np.zeros_like(loads, dtype=np.float64), where=capacity > 0)
    beyond = np.maximum(used - breaks[-1], 0.0) * slopes[-1]
    minutes: Floats = capacity * (np.interp(used, breaks, heights) + beyond)
    return minutes


def overload(loads: Floats, soft_limit: Floats, policy: Policy) -> Floats:
    """Steep price of load above the limit of policy and coach, shape (C,)."""
    return policy.prices.overload * np.maximum(0.0, loads - soft_limit)


def curve(loads: Floats, capacity: Floats, soft_limit: Floats, policy: Policy) -> Floats:
    """Return what loads cost a month in all: `load` and `overload`, shape (C,)."""
    return load(loads, capacity, policy) + overload(loads, soft_limit, policy)


PAIR_PRICES = {"travel": travel, "interpreter": interpreter, "specialism": specialism}
"""Prices of a pair by name."""


def pair_price(pairs: Pairs) -> Floats:
    """Return the sum of the prices of a pair, minutes a month, shape (N,)."""
    minutes = np.zeros(len(pairs))
    for price in PAIR_PRICES.values():
        minutes += price(pairs)
    return minutes
