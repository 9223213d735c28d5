"""What each resource holds before the first step and after the last, and how far a step may fill it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import Flags
from optimiser.allocation.pairs import Pairs

NONE = 1e-9
"""A change up to this counts as none."""
TOLERANCE = 1e-7
"""By how much a sum of minutes may miss a limit for the order of its terms."""


@dataclass(frozen=True)
class Caps:
    """What steps may do to the resources (see `Effects`); all arrays have shape (2 C + R,).

    A step that adds to a resource must leave it at `most` or below; one that takes from it must leave
    it at `least` or above, so that all that is left to do can always be done as one step.

    Attributes
    ----------
    start, final : float
        Value before the first step and after the last.
    limit : float
        Limit before any is raised; inf for none.
    raised : bool
        The plan itself fills the resource above the limit and above what it holds now: `most` is the
        final value, else the limit.
    lowered : bool
        The plan leaves the resource above the limit, though not above what it holds now: nothing may
        be added to it alone, and `least` is the final value: what would go below it is kept for the
        arrivals still to come. Else there is no `least`.
    """

    start: Floats
    final: Floats
    limit: Floats
    raised: Flags
    lowered: Flags

    @property
    def most(self) -> Floats:
        """Most that a step which adds may leave, shape (2 C + R,)."""
        return np.where(self.raised, self.final, self.limit)

    @property
    def least(self) -> Floats:
        """Least that a step which takes away may leave, shape (2 C + R,)."""
        return np.where(self.lowered, np.minimum(self.start, self.final), -np.inf)


def caps_of(encoding: Encoding, coach: Codes) -> Caps:
    """Return what steps to a plan may do.

    Clients whom the plan leaves without a coach are nowhere from the start, for no step moves them.

    Parameters
    ----------
    encoding : Encoding
    coach : int, shape (n,)
        Coach proposed to each client, -1 for none.
    """
    limits = encoding.facts.coaches.limits
    start = values_of(encoding, np.where(coach >= 0, encoding.rows.present, -1))
    final = values_of(encoding, coach)
    limit = np.concatenate([limits.soft_limit, limits.heads_limit, encoding.facts.region.area_limit])
    raised = final > np.maximum(limit, start) + TOLERANCE
    lowered = ~raised & (final > limit + TOLERANCE)
    return Caps(start=start, final=final, limit=limit, raised=raised, lowered=lowered)


def values_of(encoding: Encoding, coach: Codes) -> Floats:
    """Value of every resource under an assignment (-1 for no coach), shape (2 C + R,)."""
    coaches, areas = len(encoding.coach_ids), len(encoding.areas)
    served = np.flatnonzero(coach >= 0)
    pairs = Pairs(encoding.facts, encoding.rows.profile[served], coach[served])
    area = pairs.area()
    limited = area >= 0
    taken = pairs.interpreter_minutes()[limited]
    parts = [
        np.bincount(pairs.coach, pairs.demand(), minlength=coaches),
        np.bincount(pairs.coach, minlength=coaches),
        np.bincount(area[limited], taken, minlength=areas),
    ]
    values: Floats = np.concatenate(parts).astype(np.float64)
    return values
