"""What an assignment means for every client and coach: status, demand, loads before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import load as load_price
from optimiser.allocation.prices import pair_price
from optimiser.domain.plan import STATUSES
from optimiser.domain.policy import Policy

KEPT, MOVED, FORCED, NEW, UNSERVED = range(5)


@dataclass(frozen=True)
class Outcome:
    """An assignment seen from n clients and C coaches.

    Attributes
    ----------
    coach : int, shape (n,)
        Coach proposed, -1 for none.
    status : int, shape (n,)
        Place in `statuses`.
    demand, travel : float, shape (n,)
        Minutes a month with the coach proposed.
    before, after : float, shape (C,)
        Load with the present coaches, and with those proposed.
    heads, interpreter : float, shape (C,), (R,)
        Clients of each coach, and interpreter minutes of each limited area, as proposed.
    policy : Policy
        In force.
    statuses : tuple of str
        What the statuses mean.
    """

    coach: Codes
    status: Codes
    demand: Floats
    travel: Floats
    before: Floats
    after: Floats
    heads: Floats
    interpreter: Floats
    policy: Policy
    statuses: tuple[str, ...] = STATUSES


def outcome_of(encoding: Encoding, coach: Codes, policy: Policy) -> Outcome:
    """Return what an assignment (coach of each client, -1 for none, shape (n,)) means."""
    facts, rows = encoding.facts, encoding.rows
    served, coaches = np.flatnonzero(coach >= 0), len(encoding.coach_ids)
    pairs = Pairs(facts, rows.profile[served], coach[served])
    demand = _least_demand(encoding)[rows.profile]
    demand[served] = pairs.demand()
    travel = np.zeros(len(rows))
    travel[served] = pairs.road_minutes() * pairs.in_person_meetings()
    area = pairs.area()
    taken = np.where(area >= 0, pairs.interpreter_minutes(), 0.0)
    return Outcome(
        coach=coach,
        status=statuses_of(encoding, coach),
        demand=demand,
        travel=travel,
        before=present_load(encoding),
        after=np.bincount(pairs.coach, demand[served], minlength=coaches).astype(np.float64),
        heads=np.bincount(pairs.coach, minlength=coaches).astype(np.float64),
        interpreter=np.bincount(area[area >= 0], taken[area >= 0], minlength=len(encoding.areas)).astype(
            np.float64
        ),
        policy=policy,
    )


def statuses_of(encoding: Encoding, coach: Codes) -> Codes:
    """Status of every client under an assignment, shape (n,)."""
    present = encoding.rows.present
    status = np.where(encoding.units.may_stay, MOVED, FORCED)
    status[coach == present] = KEPT
    status[present < 0] = NEW
    status[coach < 0] = UNSERVED
    return status.astype(np.int32)


def present_load(encoding: Encoding) -> Floats:
    """Load of each coach by the present assignment, minutes a month, shape (C,)."""
    rows = encoding.rows
    has = np.flatnonzero(rows.present >= 0)
    pairs = Pairs(encoding.facts, rows.profile[has], rows.present[has])
    return np.bincount(pairs.coach, pairs.demand(), minlength=len(encoding.coach_ids)).astype(np.float64)


def _least_demand(encoding: Encoding) -> Floats:
    """Demand of each profile with the least demanding coach, shape (P,)."""
    facts = encoding.facts
    clients, work = facts.clients, facts.policy.workload
    understood = np.any(facts.region.shares, axis=1, keepdims=True)[clients.language, 0]
    added = work.interpreter_share * work.meeting_minutes * clients.meetings
    minutes: Floats = clients.base + np.where(understood, 0.0, added)
    return minutes


def relief(encoding: Encoding, outcome: Outcome, clients: Ints) -> tuple[Floats, Floats]:
    """What single moves save and what the changes cost, minutes a month.

    Parameters
    ----------
    clients : int, shape (N,)
        Clients who have a present coach and another one proposed.

    Returns
    -------
    saved, cost : numpy.ndarray
        Shape (N,). Saved: what the load costs the present coach at the present load, less what it
        costs the new one at the load proposed, and the difference in prices; the steep price of
        load above a limit is left out. Cost: the handover.
    """
    facts, rows, limits = encoding.facts, encoding.rows, encoding.facts.coaches.limits
    old = Pairs(facts, rows.profile[clients], rows.present[clients])
    new = Pairs(facts, rows.profile[clients], outcome.coach[clients])

    def share(pairs: Pairs, loads: Floats) -> Floats:
        coach, load = pairs.coach, loads[pairs.coach]
        capacity, less = limits.capacity[coach], np.maximum(load - pairs.demand(), 0.0)
        without: Floats = load_price(load, capacity, outcome.policy) - load_price(
            less, capacity, outcome.policy
        )
        return without + pair_price(pairs)

    saved = share(old, outcome.before) - share(new, outcome.after)
    return saved, np.where(encoding.units.may_stay[clients], rows.saving[clients], 0.0)
