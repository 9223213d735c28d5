"""The two bounds, recomputed from the multipliers of a certificate, client by client."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, fsum

import numpy as np

from optimiser.domain.plan import Certificate, Multipliers
from optimiser.quality.arrays import Bools, Floats, Ints
from optimiser.quality.facts import Facts
from optimiser.quality.limits import Limits
from optimiser.quality.minima import Level, ordinary_minima, special_minima
from optimiser.quality.prices import curve
from optimiser.quality.region import Region

ROUNDING = 1e-6
"""Taken off a component's part of the first bound before it is rounded up."""


@dataclass(frozen=True)
class Bounds:
    """What the multipliers of a certificate prove.

    Attributes
    ----------
    unserved : float
        Least weighted number of unserved.
    minutes : float
        Least objective with the certificate's weighted unserved, minutes a month.
    split : tuple of tuple of int
        Labels of components that should be one: a unit, or a limited area, reaches into both.
    """

    unserved: float
    minutes: float
    split: tuple[tuple[int, int], ...]


def bounds(region: Region, certificate: Certificate) -> Bounds:
    """Recompute the bounds of a certificate from the facts.

    Parameters
    ----------
    region : Region
        The facts on a date, read under a policy.
    certificate : Certificate
        Multipliers, all finite and none below 0, and component labels of every coach.

    Returns
    -------
    Bounds
        Where components are split, the first bound is rounded up once for all of them.
    """
    given = [certificate.component[coach] for coach in region.facts.posts.ids]
    labels, component = np.unique(given, return_inverse=True)
    component = component.reshape(-1).astype(np.int64)
    levels = (
        _level(certificate.level1, region.facts, 1.0, priced=False),
        _level(certificate.level2, region.facts, certificate.level2.unserved, priced=True),
    )
    parts = [find(region, levels, component) for find in (ordinary_minima, special_minima)]
    touched = parts[0].touched | parts[1].touched
    split = parts[0].split | parts[1].split | _split_areas(touched, component)
    shares = parts[0].first + parts[1].first
    shares[: len(labels)] -= _first_limits(region, levels[0], component, touched)
    if split or levels[0].moves > 0:
        # The budget of moves joins what its price reaches.
        shares = np.array([shares[: len(labels)].sum() - _budget(levels[0], region), shares[-1]])
    spent = levels[1].unserved * certificate.unserved_weighted
    minutes = (parts[0].second, parts[1].second, *_second_limits(region, levels[1]), -spent)
    return Bounds(
        unserved=float(sum(max(0, ceil(share - ROUNDING)) for share in shares.tolist())),
        minutes=fsum(minutes),
        split=tuple(sorted((int(labels[a]), int(labels[b])) for a, b in split)),
    )


def _level(given: Multipliers, facts: Facts, unserved: float, *, priced: bool) -> Level:
    """Multipliers as arrays; what is not named has none, and without a heads limit none counts."""
    coaches = facts.posts.ids
    heads = np.array([given.heads.get(coach, 0.0) for coach in coaches], dtype=np.float64)
    return Level(
        load=np.array([given.load.get(coach, 0.0) for coach in coaches], dtype=np.float64),
        heads=np.where(np.isfinite(facts.posts.heads_limit), heads, 0.0),
        interpreter=np.array([*(given.interpreter.get(a, 0.0) for a in facts.areas), 0.0], np.float64),
        moves=given.moves,
        unserved=unserved,
        priced=priced,
    )


def _split_areas(touched: Bools, component: Ints) -> frozenset[tuple[int, int]]:
    """Components that a limited area joins although their labels differ."""
    of_area = [np.unique(component[coaches]) for coaches in touched]
    return frozenset((int(kinds[0]), int(other)) for kinds in of_area for other in kinds[1:])


def _heads_worth(level: Level, limits: Limits) -> Floats:
    """Multiplier times heads limit, 0 where there is no limit; shape (C,)."""
    return level.heads * np.where(np.isfinite(limits.heads), limits.heads, 0.0)


def _first_limits(region: Region, level: Level, component: Ints, touched: Bools) -> Floats:
    """What the limits take off each component's part of the first bound."""
    limits = region.limits
    spent = level.load * limits.minutes + _heads_worth(level, limits)
    taken = np.bincount(component, spent).astype(np.float64)
    for area, coaches in enumerate(touched):
        if coaches.any():
            taken[component[coaches].min()] += level.interpreter[area] * limits.interpreter[area]
    return taken


def _second_limits(region: Region, level: Level) -> list[float]:
    """What curves and limits add to the second bound."""
    heads = _heads_worth(level, region.limits)
    areas = level.interpreter[:-1] * region.limits.interpreter
    posts = [*_least_curve(region, level).tolist(), *(-heads).tolist()]
    return [*posts, *(-areas).tolist(), -_budget(level, region)]


def _budget(level: Level, region: Region) -> float:
    """What the budget of moves is worth at a level's price of a move."""
    return level.moves * region.limits.moves if level.moves > 0 else 0.0


def _least_curve(region: Region, level: Level) -> Floats:
    """Least of the curve less the multiplier times the load, up to each limit; shape (C,)."""
    posts, limits, policy = region.facts.posts, region.limits, region.policy
    points = np.outer(policy.load_curve.breaks, posts.capacity)
    points = np.vstack([points, posts.minutes_limit, np.zeros(len(posts.ids)), limits.minutes])
    points = np.minimum(points, limits.minutes)
    least: Floats = (curve(posts, points, policy) - level.load * points).min(axis=0)
    return least
