"""The unserved: what bars each coach, and the cheapest ways to serve the client all the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import Flags
from optimiser.allocation.outcome import UNSERVED, Outcome
from optimiser.allocation.pairs import Pairs, all_pairs
from optimiser.allocation.prices import load as load_price
from optimiser.allocation.prices import pair_price
from optimiser.allocation.rules import barred, relaxable
from optimiser.domain.schema import AGE_GROUPS
from optimiser.domain.texts import ENGLISH, Texts
from optimiser.solver.problem import Solution

CHUNK = 2000
"""Profiles looked at together with every coach."""
HOUR = 60.0
FULL = "full"
HOUSEHOLD = "household"
SHOWN = 2
"""Cheapest repairs named, besides one hour more of coach time."""


@dataclass(frozen=True)
class Case:
    """K kinds of unserved clients beside C coaches.

    Attributes
    ----------
    pairs : Pairs
        All pairs, kind by kind (K * C).
    bars : dict
        Rule name to where it bars, shape (K, C).
    together : bool, shape (K, C)
        No rule bars, but another member of the household is barred.
    demand, price : float, shape (K, C)
        Minutes a month.
    """

    pairs: Pairs
    bars: dict[str, Flags]
    together: Flags
    demand: Floats
    price: Floats


def obstacles(
    encoding: Encoding, solution: Solution, outcome: Outcome, texts: Texts = ENGLISH
) -> tuple[pl.Series, pl.Series]:
    """Return what bars the coaches, and the cheapest repairs, as texts; empty for the served.

    Repairs are priced with the multipliers of level 2: price of the pair + λ times its demand.
    """
    clients = np.flatnonzero(outcome.status == UNSERVED)
    profile = encoding.rows.profile[clients].astype(np.int64)
    group = encoding.units.group[encoding.units.of_client[clients]].astype(np.int64)
    group[encoding.units.size[encoding.units.of_client[clients]] == 1] = -1
    groups = encoding.problem.groups + 1
    keys, index = np.unique(profile * groups + group + 1, return_inverse=True)
    kinds = np.divmod(keys, groups)
    bars, repairs = [], []
    for start in range(0, len(keys), CHUNK):
        case = _case(encoding, kinds[0][start : start + CHUNK], kinds[1][start : start + CHUNK] - 1)
        bars += _bars(case)
        repairs += _repairs(encoding, solution, outcome, case, texts)
    place = np.full(len(outcome.coach), -1, dtype=np.int32)
    place[clients] = index
    at = pl.Series(place).replace(-1, None)
    return (
        pl.Series(bars, dtype=pl.String).gather(at),
        pl.Series(repairs, dtype=pl.String).gather(at),
    )


def _case(encoding: Encoding, profile: Ints, group: Ints) -> Case:
    pairs = all_pairs(encoding.facts, profile)
    shape = (len(profile), len(encoding.coach_ids))
    bars = {name: where.reshape(shape) for name, where in barred(pairs).items()}
    problem = encoding.problem
    unit = np.zeros(shape, dtype=np.bool_)
    for row in np.flatnonzero(group >= 0):
        first, last = np.searchsorted(problem.arc_group, [group[row], group[row] + 1])
        unit[row] = ~np.isin(np.arange(shape[1]), problem.arc_coach[first:last])
    free = ~np.logical_or.reduce([np.zeros(shape, dtype=np.bool_), *bars.values()])
    return Case(pairs, bars, unit & free, pairs.demand().reshape(shape), pair_price(pairs).reshape(shape))


def _bars(case: Case) -> list[str]:
    """How many coaches are full, and how many each rule is the first to bar."""
    left = ~case.together
    counts = {HOUSEHOLD: case.together.sum(axis=1)}
    for name, where in case.bars.items():
        counts[name] = (where & left).sum(axis=1)
        left = left & ~where
    counts = {FULL: left.sum(axis=1)} | counts
    rows = zip(*counts.values(), strict=True)
    return [", ".join(f"{name} {n}" for name, n in zip(counts, row, strict=True) if n) for row in rows]


Option = tuple[Floats, list[str]]
"""Cost of a way to serve each kind (inf: none), minutes a month, and the texts without the cost."""


def _repairs(encoding: Encoding, solution: Solution, outcome: Outcome, case: Case, texts: Texts) -> list[str]:
    """The cheapest repairs of each kind in words."""
    times = sum((where.astype(np.int64) for where in case.bars.values()), start=np.int64(0) * case.together)
    prices = solution.level2
    limited = np.isfinite(encoding.problem.heads_limit)
    cost = case.price + case.demand * prices.load + np.where(limited, prices.heads, 0.0)
    cost = cost + _interpreter_cost(encoding, solution, case)
    free = (times == 0) & ~case.together
    options = [_raised(encoding, outcome, case, np.where(free, cost, np.inf), texts)]
    for name in sorted(relaxable(outcome.policy) & set(case.bars)):
        alone = (times == 1) & case.bars[name]
        options.append(_relaxed(encoding, case, name, np.where(alone, cost, np.inf), texts))
    return _worded(options, _longer(encoding, outcome, case, free, texts), texts)


def _interpreter_cost(encoding: Encoding, solution: Solution, case: Case) -> Floats:
    area = case.pairs.area()
    price = np.append(solution.level2.interpreter, 0.0)[area]
    minutes: Floats = (price * case.pairs.interpreter_minutes()).reshape(case.demand.shape)
    return minutes


STEP = 30
"""Minutes to which a missing limit is rounded up: exact minutes would tell what is reserved, and for whom."""


def _cheapest(cost: Floats) -> tuple[Ints, Floats]:
    """Coach of least cost and the cost, by kind; the first by id where equal."""
    coach = np.argmin(cost, axis=1)
    return coach, cost[np.arange(len(cost)), coach]


def _raised(encoding: Encoding, outcome: Outcome, case: Case, cost: Floats, texts: Texts) -> Option:
    """Raise the limits of one coach, in minutes, heads or interpreter minutes, by what is missing."""
    coach, least = _cheapest(cost)
    problem, kinds = encoding.problem, np.arange(len(coach))
    minutes = outcome.after[coach] + case.demand[kinds, coach] - problem.limit[coach]
    heads = outcome.heads[coach] + 1 - problem.heads_limit[coach]
    at = kinds * cost.shape[1] + coach
    area = case.pairs.area()[at]
    room = np.append(problem.area_limit - outcome.interpreter, np.inf)[area]
    missing = case.pairs.interpreter_minutes()[at] - room
    templates = _raises(texts)
    told = []
    for c, m, h, t, a in zip(coach, minutes, heads, missing, area, strict=True):
        told.append(
            templates[bool(m > 0), bool(h > 0), bool(t > 0)].format(
                coach=encoding.coach_ids[c],
                minutes=STEP * np.ceil(m / STEP),
                interpreter=np.ceil(t),
                area=encoding.areas[a] if t > 0 else "",
            )
        )
    return least, told


def _raises(texts: Texts) -> dict[tuple[bool, bool, bool], str]:
    """What is to be raised: minutes, heads, interpreter minutes; and the sentence."""
    _ = texts.gettext
    return {
        (False, False, False): _("give the room that {coach} has left"),
        (True, False, False): _("raise the limit of {coach} by {minutes:.0f} minutes"),
        (False, True, False): _("raise the limit of {coach} by one client"),
        (True, True, False): _("raise the limit of {coach} by {minutes:.0f} minutes and by one client"),
        (False, False, True): _("allow {interpreter:.0f} interpreter minutes more in {area}"),
        (True, False, True): _(
            "raise the limit of {coach} by {minutes:.0f} minutes and allow {interpreter:.0f} interpreter minutes "
            "more in {area}"
        ),
        (False, True, True): _(
            "raise the limit of {coach} by one client and allow {interpreter:.0f} interpreter minutes more in {area}"
        ),
        (True, True, True): _(
            "raise the limit of {coach} by {minutes:.0f} minutes and by one client and allow {interpreter:.0f} "
            "interpreter minutes more in {area}"
        ),
    }


def _relaxed(encoding: Encoding, case: Case, name: str, cost: Floats, texts: Texts) -> Option:
    """Lift one rule for one coach."""
    coach, least = _cheapest(cost)
    clients, region = encoding.facts.clients, encoding.facts.region
    profile = case.pairs.client.reshape(cost.shape)[:, 0]
    _ = texts.gettext
    groups = dict(zip(AGE_GROUPS, (_("youth"), _("adult"), _("senior")), strict=True))
    template = {
        "municipality": _("let {coach} serve municipality {municipality}"),
        "language": _("allow an interpreter with {coach}"),
        "age_group": _("let {coach} serve the age group {age_group}"),
        "travel": _("meet remotely with {coach}"),
    }.get(name, _("lift the rule {rule} for {coach}"))
    told = [
        template.format(
            coach=encoding.coach_ids[c],
            municipality=region.codes[clients.municipality[p]],
            age_group=groups[AGE_GROUPS[clients.age_group[p]]],
            rule=name,
        )
        for c, p in zip(coach, profile, strict=True)
    ]
    return least, told


def _longer(encoding: Encoding, outcome: Outcome, case: Case, free: Flags, texts: Texts) -> Option:
    """One hour more of time a month for one coach who may serve, the limit raised with it."""
    limits, load = encoding.facts.coaches.limits, outcome.after
    now = load_price(load, limits.capacity, outcome.policy)
    capacity = np.broadcast_to(limits.capacity + HOUR, case.demand.shape)
    then = load_price(load + case.demand, capacity, outcome.policy)
    coach, least = _cheapest(np.where(free, np.maximum(case.price + then - now, 0.0), np.inf))
    template = texts.gettext("one hour more of coach time a month for {coach}")
    return least, [template.format(coach=encoding.coach_ids[c]) for c in coach]


def _worded(options: list[Option], hour: Option, texts: Texts) -> list[str]:
    """The cheapest options and the hour, each with its cost, for every kind."""
    costs: NDArray[np.float64] = np.stack([cost for cost, _ in options])
    order: Codes = np.argsort(costs, axis=0, kind="stable")[:SHOWN].T.astype(np.int32)
    priced = texts.gettext("{repair} ({minutes:.0f} minutes a month)")
    nothing = texts.gettext("no single change would do: see what bars the coaches")
    sentences = []
    for kind, best in enumerate(order):
        found = [(costs[o, kind], options[o][1][kind]) for o in best] + [(hour[0][kind], hour[1][kind])]
        worded = [priced.format(repair=text, minutes=cost) for cost, text in found if np.isfinite(cost)]
        sentences.append("; ".join(worded) or nothing)
    return sentences
