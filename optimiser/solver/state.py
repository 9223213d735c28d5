"""Whole flows while they are being polished, seen as losses against the bound.

With the multipliers of the relaxation every unit on an arc loses its reduced cost (how much dearer
the arc is than the cheapest of its group) and every coach the height of its curve above the
supporting line. The losses add up to objective - bound (the part of limited interpreter minutes
and of the budget of moves apart), so polishing is nothing but making them small.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimiser.solver.bound import reduced_prices
from optimiser.solver.curve import Curves
from optimiser.solver.problem import Floats, Ints, Prices, Problem

TINY = 1e-9
DUST = 1e-12
"""Share of a limit by which sums in another order may miss it."""


class State:
    """Flows and what follows from them; changed only by `add`.

    Attributes
    ----------
    flow : int, shape (A,)
    unserved : int, shape (G,)
    load, heads : float, shape (C,)
    area : float, shape (R,)
        Interpreter minutes used.
    moves : int
        Clients who change coach although they could stay; who is not served yet counts as one of them.
    gain_in, gain_out : float, shape (A,)
        Reduced cost of one unit more on the arc, and the one saved by a unit less (inf if there is none).
    arc_at : int, shape (C, G)
        The arc of a coach and a group, -1 for none.
    most, area_most : float, shape (C,), (R,)
        The limits in minutes of coaches and areas with what floating-point sums may miss.
    demand, arc_heads : float, shape (A + 1,)
        Demand and clients of a unit on each arc; 0 for none at the end, where -1 finds it.
    neighbours : list of int arrays
        Per coach the coaches with whom it shares a group.
    """

    def __init__(self, problem: Problem, curve: Curves, prices: Prices, flow: Ints) -> None:
        self.problem, self.curve, self.prices = problem, curve, prices
        # An area's minutes are a limit here, not a price: what a unit gives back another takes. A move
        # has its price, and its limit besides.
        free = replace(prices, interpreter=np.zeros_like(prices.interpreter))
        self.charged = reduced_prices(problem, free, problem.arc_price)
        self.flow = np.zeros(len(flow), dtype=np.int64)
        self.unserved = problem.count.copy()
        self.load, self.heads = problem.fixed_load.copy(), problem.fixed_heads.copy()
        self.area = problem.area_taken
        self.arc_at = np.full((problem.coaches, problem.groups), -1, dtype=np.int32)
        self.arc_at[problem.arc_coach, problem.arc_group] = np.arange(len(flow))
        self.arcs_of = np.split(
            np.argsort(problem.arc_coach, kind="stable"),
            np.cumsum(np.bincount(problem.arc_coach, minlength=problem.coaches))[:-1],
        )
        shares = (self.arc_at >= 0).astype(np.float32)
        common = shares @ shares.T
        np.fill_diagonal(common, 0)
        self.neighbours = [np.flatnonzero(row > 0) for row in common]
        self.most = problem.limit * (1 + DUST) + TINY
        self.area_most = problem.area_limit * (1 + DUST) + TINY
        self.demand = np.append(problem.arc_demand, 0.0)
        self.arc_heads = np.append(problem.heads[problem.arc_group], 0).astype(float)
        self._tiers = _Tiers(problem, prices.moves)
        self.moves = problem.moves_apart
        self.cost_in, self.cost_out = self.charged.copy(), self.charged.copy()
        self.lowest = curve.least(prices.load, problem.limit)
        first = np.searchsorted(problem.arc_group, np.arange(problem.groups))
        self.least = np.minimum.reduceat(self.charged, first) if len(flow) else np.zeros(0)
        self.add(np.arange(len(flow)), flow)

    def add(self, arcs: Ints, units: Ints) -> None:
        """Put units (negative: take them away) on arcs, each arc at most once."""
        p = self.problem
        self.moves += self.step_moves(arcs, units)
        self.flow[arcs] += units
        np.subtract.at(self.unserved, p.arc_group[arcs], units)
        np.add.at(self.load, p.arc_coach[arcs], p.arc_demand[arcs] * units)
        np.add.at(self.heads, p.arc_coach[arcs], p.heads[p.arc_group[arcs]] * units)
        taking = p.arc_area[arcs] >= 0
        np.add.at(self.area, p.arc_area[arcs][taking], (p.arc_interpreter[arcs] * units)[taking])
        saved_in, saved_out = self._tiers.savings(arcs, self.flow[arcs])
        self.cost_in[arcs] = self.charged[arcs] - saved_in
        self.cost_out[arcs] = np.where(self.flow[arcs] > 0, self.charged[arcs] - saved_out, np.inf)

    def back_to(self, flow: Ints) -> None:
        """Take the flows of an earlier moment again, shape (A,)."""
        changed = np.flatnonzero(self.flow != flow)
        self.add(changed, (flow - self.flow)[changed])

    def step_moves(self, arcs: Ints, units: Ints) -> int:
        """Change of the moves if units are put on arcs (each arc at most once)."""
        flow = self.flow[arcs]
        return int(self.moves_of(arcs, flow + units).sum() - self.moves_of(arcs, flow).sum())

    def moves_of(self, arcs: Ints, flow: Ints) -> Ints:
        """Clients on arcs who change coach, less those who do not because they stay, shape of `arcs`."""
        staying = self._tiers.each[arcs] * np.minimum(flow, self._tiers.total[arcs])
        moves: Ints = self.problem.arc_moves[arcs] * flow - staying
        return moves

    def stayers_short(self, arcs: Ints) -> Ints:
        """Units that could stay on each arc and are not there, shape of `arcs`."""
        short: Ints = np.maximum(self._tiers.total[arcs] - self.flow[arcs], 0)
        return short

    def step_cost(self, arcs: Ints, units: Ints) -> float:
        """Change of the reduced costs if units are put on arcs (each arc at most once), stays counted exactly."""
        flow = self.flow[arcs]
        saved = self._tiers.saved(arcs, flow + units) - self._tiers.saved(arcs, flow)
        return float((self.charged[arcs] * units - saved).sum())

    def coach_loss(self, coach: int, load: Floats, heads: Floats) -> Floats:
        """Loss of one coach at loads and heads of one shape; inf beyond a limit."""
        p = self.problem
        start, slope, value = self.curve.start[coach], self.curve.slope[coach], self.curve.value[coach]
        cost = np.interp(load, start, value) + slope[-1] * np.maximum(load - start[-1], 0.0)
        loss = cost - self.prices.load[coach] * load - self.lowest[coach]
        if np.isfinite(p.heads_limit[coach]):
            loss = loss + self.prices.heads[coach] * (p.heads_limit[coach] - heads)
        fits = (load <= self.most[coach]) & (heads <= p.heads_limit[coach] + TINY)
        result: Floats = np.where(fits, loss, np.inf)
        return result

    def losses(self) -> Floats:
        """Loss of every coach now, shape (C,)."""
        p, coach = self.problem, np.arange(self.problem.coaches)
        loss = self.curve.cost(coach, self.load) - self.prices.load * self.load - self.lowest
        room = np.where(np.isfinite(p.heads_limit), p.heads_limit - self.heads, 0.0)
        result: Floats = loss + self.prices.heads * room
        return result

    def ideal(self, coach: int) -> float:
        """The load nearest to the present one at which a coach loses nothing."""
        slope, start = self.curve.slope[coach], self.curve.start[coach]
        price, limit = self.prices.load[coach], self.problem.limit[coach]
        steeper, flatter = start[slope > price + TINY], start[slope >= price - TINY]
        low = min(flatter[0] if len(flatter) else limit, limit)
        high = min(steeper[0] if len(steeper) else limit, limit)
        return float(np.clip(self.load[coach], low, high))

    def arc_losses(self, coach: int) -> float:
        """What the last units on a coach's arcs lose, and units that should have stayed there."""
        arcs = self.arcs_of[coach]
        return float(self._arc_losses(arcs).sum())

    def _arc_losses(self, arcs: Ints) -> Floats:
        least = self.least[self.problem.arc_group[arcs]]
        there = np.where(self.flow[arcs] > 0, np.maximum(self.cost_out[arcs] - least, 0.0), 0.0)
        lost: Floats = there + np.maximum(least - self.cost_in[arcs], 0.0)
        return lost

    def responsibility(self) -> Floats:
        """Losses of coaches with those of the last units on their arcs, shape (C,)."""
        p = self.problem
        by_arc = self._arc_losses(np.arange(len(p.arc_group)))
        result: Floats = self.losses() + np.bincount(p.arc_coach, weights=by_arc, minlength=p.coaches)
        return result

    def step_loss(self, arcs: Ints, units: Ints) -> float:
        """Change of all losses if units are put on arcs (each arc at most once); inf where a limit breaks."""
        p = self.problem
        coaches = np.unique(p.arc_coach[arcs])
        load, heads, area = self.load.copy(), self.heads.copy(), self.area.copy()
        np.add.at(load, p.arc_coach[arcs], p.arc_demand[arcs] * units)
        np.add.at(heads, p.arc_coach[arcs], p.heads[p.arc_group[arcs]] * units)
        taking = p.arc_area[arcs] >= 0
        np.add.at(area, p.arc_area[arcs][taking], (p.arc_interpreter[arcs] * units)[taking])
        unserved = self.unserved.copy()
        np.subtract.at(unserved, p.arc_group[arcs], units)
        heavier = float(p.weight @ (unserved - self.unserved))
        over = (area > np.maximum(self.area_most, self.area)).any() or heavier > 0
        moves = self.moves + self.step_moves(arcs, units)
        over |= moves > max(p.moves_limit, self.moves)
        if over or (unserved < 0).any() or (unserved > np.maximum(p.count - p.must, self.unserved)).any():
            return float("inf")
        change = sum(
            float(
                self.coach_loss(int(j), load[j], heads[j])
                - self.coach_loss(int(j), self.load[j], self.heads[j])
            )
            for j in coaches
        )
        return change + self.step_cost(arcs, units) + self.prices.unserved * heavier

    def stay(self) -> Ints:
        """Units that stay, shape (S,): of each arc the tiers that save most first."""
        return self._tiers.used(self.flow)

    def objective(self) -> tuple[float, float]:
        """Objective and the steep price within it, minutes a month."""
        p = self.problem
        moving = float(p.arc_price @ self.flow) - float(p.stay_saving @ self.stay()) + p.constant
        steep = float(p.overload * np.maximum(self.load - p.soft_limit, 0.0).sum())
        return moving + self.curve.total(self.load), steep


class _Tiers:
    """Stay arcs as falling savings along each arc: the first units on it save most.

    What a move costs is saved by staying too; it is the same for all tiers of an arc.
    """

    def __init__(self, problem: Problem, move: float) -> None:
        self.order = np.lexsort((np.arange(len(problem.stay_arc)), -problem.stay_saving, problem.stay_arc))
        arc = problem.stay_arc[self.order]
        self.saving = np.append((problem.stay_saving + move * problem.stay_moves)[self.order], 0.0)
        self.total, self.each = np.zeros((2, len(problem.arc_group)), dtype=np.int64)
        np.add.at(self.total, problem.stay_arc, problem.stay_count)
        self.each[problem.stay_arc] = problem.stay_moves
        self.first = np.searchsorted(arc, np.arange(len(problem.arc_group)))
        self.last = np.searchsorted(arc, np.arange(len(problem.arc_group)), side="right")
        count = problem.stay_count[self.order]
        total = np.cumsum(count)
        before = np.append(0, total)[self.first[arc]] if len(arc) else total
        self.arc, self.count = arc, count
        self.until = total - before
        self.widest = int((self.last - self.first).max(initial=0))

    def savings(self, arcs: Ints, flow: Ints) -> tuple[Floats, Floats]:
        """Saving of the next unit on each arc, and of the last one there."""
        return self._at(arcs, flow), self._at(arcs, flow - 1)

    def _at(self, arcs: Ints, position: Ints) -> Floats:
        tier = self.first[arcs].copy()
        for _ in range(self.widest):
            full = (tier < self.last[arcs]) & (self.until[np.minimum(tier, len(self.until) - 1)] <= position)
            tier += full
        none = tier >= self.last[arcs]
        found: Floats = self.saving[np.where(none, len(self.saving) - 1, tier)]
        return found

    def saved(self, arcs: Ints, flow: Ints) -> Floats:
        """What the first `flow` units on each arc save by staying."""
        result = np.zeros(len(arcs))
        for depth in range(self.widest):
            tier = self.first[arcs] + depth
            some = tier < self.last[arcs]
            tier = tier[some]
            units = np.clip(flow[some] - (self.until[tier] - self.count[tier]), 0, self.count[tier])
            result[some] += self.saving[tier] * units
        return result

    def used(self, flow: Ints) -> Ints:
        """Units on each stay arc, in the order of the problem."""
        result = np.zeros(len(self.order), dtype=np.int64)
        result[self.order] = np.clip(flow[self.arc] - (self.until - self.count), 0, self.count)
        return result
