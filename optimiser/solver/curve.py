"""The load curve of each coach in minutes, the steep price above the soft limit included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.solver.problem import Floats, Ints, Problem


@dataclass(frozen=True)
class Curves:
    """Convex piecewise linear cost of load, one row a coach.

    Attributes
    ----------
    start : float, shape (C, K)
        Loads at which the slope changes, from 0, not falling along a row.
    slope : float, shape (C, K)
        Slope from each start to the next; the last goes on.
    value : float, shape (C, K)
        Cost at each start.
    """

    start: Floats
    slope: Floats
    value: Floats

    def cost(self, coach: Ints, load: Floats) -> Floats:
        """Cost of loads at coaches; both of one shape."""
        at = self._piece(coach, load)
        rise: Floats = self.slope[coach, at] * (load - self.start[coach, at])
        return self.value[coach, at] + rise

    def slopes_at(self, coach: Ints, load: Floats) -> Floats:
        """Slope just above a load."""
        found: Floats = self.slope[coach, self._piece(coach, load)]
        return found

    def _piece(self, coach: Ints, load: Floats) -> Ints:
        reached = self.start[coach] <= np.asarray(load)[..., None]
        piece: Ints = np.maximum(reached.sum(axis=-1) - 1, 0)
        return piece

    def total(self, load: Floats) -> float:
        """Cost of all coaches at loads of shape (C,)."""
        return float(self.cost(np.arange(len(load)), load).sum())

    def least(self, price: Floats, limit: Floats) -> Floats:
        """Per coach the least of cost(L) - price * L over 0 <= L <= limit; shape (C,)."""
        ends = np.append(self.start, limit[:, None], axis=1)
        ends = np.minimum(ends, limit[:, None])
        coach = np.broadcast_to(np.arange(len(limit))[:, None], ends.shape)
        lowest: Floats = (self.cost(coach, ends) - price[:, None] * ends).min(axis=1)
        return lowest


def curves(problem: Problem) -> Curves:
    """Build every coach's curve: capacity times the policy's curve, steep from the soft limit on."""
    c, m = problem.capacity[:, None], problem.soft_limit[:, None]
    breaks = c * problem.breaks[None, :-1]
    start = np.sort(np.append(breaks, m, axis=1), axis=1)
    # Slope of the policy's curve to the right of each start; a coach without capacity has none.
    piece = (breaks[:, None, :] <= start[:, :, None]).sum(axis=2) - 1
    plain = np.where(c > 0, problem.slopes[np.maximum(piece, 0)], 0.0)
    slope = plain + np.where(start >= m, problem.overload, 0.0)
    steps = np.diff(start, axis=1) * slope[:, :-1]
    value = np.append(np.zeros_like(m), np.cumsum(steps, axis=1), axis=1)
    return Curves(start, slope, value)
