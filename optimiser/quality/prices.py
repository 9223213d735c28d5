"""What costs minutes: one named function a price. Weights stand in the policy, never here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Floats, Ints
from optimiser.quality.pairs import Pairs, interpreter_minutes, travelled_minutes
from optimiser.quality.posts import Posts


@dataclass(frozen=True)
class Ties:
    """What a change of coach costs the clients of some pairs.

    Attributes
    ----------
    present : numpy.ndarray
        Shape (n,), position of the present coach, -1 for none.
    minutes : numpy.ndarray
        Shape (n,), minutes a month if another coach serves; 0 where the present coach may not.
    """

    present: Ints
    minutes: Floats


def travel(pairs: Pairs, policy: Policy) -> Floats:
    """Share of the road minutes of in-person meetings, minutes a month."""
    return policy.prices.travel_share * travelled_minutes(pairs)


def interpreter(pairs: Pairs, policy: Policy) -> Floats:
    """Extra meeting time with an interpreter, minutes a month."""
    return policy.prices.interpreter * interpreter_minutes(pairs, policy)


def specialism(pairs: Pairs, policy: Policy) -> Floats:
    """A needed specialism that the coach lacks, minutes a month."""
    skilled = pairs.facts.skilled[pairs.facts.rows.specialism[pairs.row], pairs.coach]
    return np.where(skilled, 0.0, policy.prices.specialism)


def handover(pairs: Pairs, ties: Ties) -> Floats:
    """A change away from a present coach who may go on, minutes a month."""
    coach = np.arange(len(pairs.facts.posts.ids))[pairs.coach]
    return np.where(pairs.across(ties.present) == coach, 0.0, pairs.across(ties.minutes))


def load(posts: Posts, minutes: Floats, policy: Policy) -> Floats:
    """Curve of the load without overload, minutes a month.

    Parameters
    ----------
    posts : Posts
        C coaches.
    minutes : numpy.ndarray
        Loads, shape (C,) or (points, C).
    policy : Policy
        Breaks and slopes.
    """
    breaks, slopes = np.array(policy.load_curve.breaks), np.array(policy.load_curve.slope_values())
    has = posts.capacity > 0
    used = minutes / np.where(has, posts.capacity, 1.0)
    curve = np.zeros(np.shape(minutes))
    for at, slope in enumerate(slopes):
        width = np.inf if at == len(slopes) - 1 else breaks[at + 1] - breaks[at]
        curve += slope * np.clip(used - breaks[at], 0.0, width)
    return np.where(has, posts.capacity * curve, 0.0)


def overload(posts: Posts, minutes: Floats, policy: Policy) -> Floats:
    """Steep price of load above the policy's limit; shapes as in `load`."""
    return policy.prices.overload * np.maximum(0.0, minutes - posts.minutes_limit)


FACT_PRICES: dict[str, Callable[[Pairs, Policy], Floats]] = {
    "travel": travel,
    "interpreter": interpreter,
    "specialism": specialism,
}
LOAD_PRICES: dict[str, Callable[[Posts, Floats, Policy], Floats]] = {"load": load, "overload": overload}
PRICES: dict[str, Callable[..., Floats]] = {**FACT_PRICES, "handover": handover, **LOAD_PRICES}
"""Every price by name."""


def priced_by_facts(pairs: Pairs, policy: Policy) -> Floats:
    """Sum of the prices that read shared facts alone; shape of the pairs."""
    total = np.zeros(pairs.shape)
    for price in FACT_PRICES.values():
        total += price(pairs, policy)
    return total


def curve(posts: Posts, minutes: Floats, policy: Policy) -> Floats:
    """What loads cost, overload included; shapes as in `load`."""
    return load(posts, minutes, policy) + overload(posts, minutes, policy)
