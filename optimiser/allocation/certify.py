"""The proof of a plan by ids, for anyone who has the snapshot and the policy."""

from __future__ import annotations

import numpy as np

from optimiser.allocation.decode import settled
from optimiser.allocation.encode import Encoding
from optimiser.domain.plan import Certificate, Multipliers
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.solver.problem import Prices, Solution


def certificate(encoding: Encoding, solution: Solution, snapshot: Snapshot, policy: Policy) -> Certificate:
    """Return the multipliers, bounds and values that prove a solution.

    Parameters
    ----------
    encoding, solution
        The problem encoded and its solution.
    snapshot, policy
        What was encoded; their fingerprints go into the certificate.
    """
    final = settled(encoding.problem, solution)
    return Certificate(
        fingerprint=snapshot.fingerprint(),
        policy_fingerprint=policy.fingerprint(),
        level1=_multipliers(encoding, final.level1),
        level2=_multipliers(encoding, final.level2),
        component=dict(zip(encoding.coach_ids, map(int, final.component), strict=True)),
        unserved_weighted=float(final.unserved_weighted),
        unserved_bound=float(final.unserved_bound),
        bound_minutes=float(final.bound),
        objective_minutes=float(final.objective),
        overload_minutes=float(final.overload),
    )


def _multipliers(encoding: Encoding, prices: Prices) -> Multipliers:
    """Multipliers by id; coaches without a limit in heads give 0 for it."""
    heads = np.where(np.isfinite(encoding.problem.heads_limit), prices.heads, 0.0)
    return Multipliers(
        load=dict(zip(encoding.coach_ids, map(float, prices.load), strict=True)),
        heads=dict(zip(encoding.coach_ids, map(float, heads), strict=True)),
        interpreter=dict(zip(encoding.areas, map(float, prices.interpreter), strict=True)),
        moves=float(prices.moves),
        unserved=float(prices.unserved),
    )
