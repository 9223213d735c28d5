"""What each budget of moves brings: the objective against moves, every point a proven plan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from optimiser.allocation.allocate import demand_sound, solved
from optimiser.allocation.budget import movable, with_budget
from optimiser.allocation.certify import certificate
from optimiser.allocation.decode import assigned_coaches
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import sorted_by
from optimiser.domain.plan import Certificate
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.quality.check import check
from optimiser.quality.recount import Recount

THREADS = 2
"""Points solved at the same time; the linear programmes run outside Python's lock."""
BEND = 2.0
"""Budgets grow with this power of their number: the first moves bring most, so points are denser there."""


@dataclass(frozen=True)
class Point:
    """The plan of one budget; minutes are a month's.

    Attributes
    ----------
    budget : int or None
        Most moves allowed; None for no limit.
    moved, forced : int
        Clients who change coach though they could stay, and because a rule bars the present one.
    unserved_weighted : float
        Weighted clients without a coach.
    objective_minutes, bound_minutes, gap : float
        Value, bound and relative gap, as `rebalance` has them at that budget.
    service_minutes, handover_minutes : float
        The value without and of the handovers.
    overload_minutes : float
        The steep price of load above limits within the service minutes.
    move_price : float
        What one more move would save at most (the multiplier of the budget).
    unserved_minutes : float
        The policy's price of those without a coach: plans that leave others unserved are compared with it.
    """

    budget: int | None
    moved: int
    forced: int
    unserved_weighted: float
    objective_minutes: float
    bound_minutes: float
    gap: float
    service_minutes: float
    handover_minutes: float
    overload_minutes: float
    move_price: float
    unserved_minutes: float

    @property
    def compared_minutes(self) -> float:
        """Value with the price of the unserved, so that points can be compared."""
        return self.objective_minutes + self.unserved_minutes


@dataclass(frozen=True)
class Frontier:
    """Points by rising budget.

    Attributes
    ----------
    points : tuple of Point
        The first without moves, the last without a limit.
    knee : int
        Place of the point beyond which moves bring much less.
    movable : int
        Clients who could change coach at all.
    """

    points: tuple[Point, ...]
    knee: int
    movable: int

    def gain(self, place: int) -> float:
        """Share of what all moves together save that the point at a place saves; 0 where they save nothing."""
        first, last = self.points[0].compared_minutes, self.points[-1].compared_minutes
        return (first - self.points[place].compared_minutes) / (first - last) if first > last else 0.0


def frontier(
    snapshot: Snapshot,
    policy: Policy,
    points: int = 12,
    effort: str = "normal",
    progress: Progress = SILENT,
) -> Frontier:
    """Solve the same region with several budgets of moves.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes; the policy's own budget is set aside.
    points : int
        How many, at least 2: none, no limit, and budgets between them.
    effort : str
        `quick`, `normal` or `thorough`.
    progress : Progress
        Told of the phases `encode` and `solve`.

    Raises
    ------
    InputError, SolverError, BrokenPlanError
        As `allocate`.
    """
    free = with_budget(policy, None)
    encoding = encode(snapshot, free, progress)
    with progress.phase("solve"):
        last = _point(snapshot, free, encoding, effort)
        budgets = _budgets(last.moved, points)
        progress.say(
            said("{budgets} budgets from 0 to {moves:,} moves", budgets=len(budgets) + 1, moves=last.moved)
        )

        def solve_one(budget: int) -> Point:
            return _point(snapshot, with_budget(policy, budget), encoding, effort)

        with ThreadPoolExecutor(THREADS) as pool:
            found = (*pool.map(solve_one, budgets), last)
    return Frontier(found, _knee(found), movable(encoding))


def _budgets(most: int, points: int) -> list[int]:
    """Rising budgets below `most`, at most `points` - 1 of them, the first 0."""
    steps = np.arange(points - 1) / max(points - 1, 1)
    return sorted({int(b) for b in np.round(most * steps**BEND)} - {most} | {0})


def _point(snapshot: Snapshot, policy: Policy, encoding: Encoding, effort: str) -> Point:
    """The plan of a policy whose budget alone differs from the one encoded, checked from the facts."""
    limit = policy.limits.moves
    proof, found = checked_plan(snapshot, policy, encoding, effort)
    return Point(
        budget=limit,
        moved=found.counts["moved"],
        forced=found.counts["forced"],
        unserved_weighted=float(found.unserved_weighted),
        objective_minutes=proof.objective_minutes,
        bound_minutes=proof.bound_minutes,
        gap=proof.gap,
        service_minutes=proof.objective_minutes - found.prices["handover"],
        handover_minutes=found.prices["handover"],
        overload_minutes=proof.overload_minutes,
        move_price=proof.level2.moves,
        unserved_minutes=policy.prices.unserved * found.unserved_weighted,
    )


def checked_plan(
    snapshot: Snapshot, policy: Policy, encoding: Encoding, effort: str
) -> tuple[Certificate, Recount]:
    """Solve a region that is encoded, and check the plan from the facts.

    Parameters
    ----------
    snapshot : Snapshot
    policy : Policy
        Its budget of moves alone may differ from that of the policy encoded.
    encoding : Encoding
    effort : str
        `quick`, `normal` or `thorough`.

    Returns
    -------
    (Certificate, Recount)
        The proof, and the plan as the facts have it.

    Raises
    ------
    SolverError, BrokenPlanError
        As `allocate`.
    """
    limit = policy.limits.moves
    if limit is not None:
        most = float(max(limit, encoding.moves_needed))
        encoding = replace(encoding, problem=replace(encoding.problem, moves_limit=most))
    solution = solved(encoding, effort)
    proof = certificate(encoding, solution, snapshot, policy)
    coach = assigned_coaches(encoding, solution)
    names = pl.Series(encoding.coach_ids, dtype=pl.String)
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")
    rows = ids.with_columns(coach_id=names.gather(pl.Series(coach, dtype=pl.Int32).replace(-1, None)))
    verdict = check(snapshot, policy, rows, proof)
    demand_sound(verdict)
    return proof, verdict.recount


def _knee(points: tuple[Point, ...]) -> int:
    """Place of the point farthest above the straight line from the first to the last, moves against gain."""
    moves = np.array([p.moved for p in points], dtype=np.float64)
    saved = points[0].compared_minutes - np.array([p.compared_minutes for p in points])
    if moves[-1] <= moves[0] or saved[-1] <= 0:
        return len(points) - 1
    along = (moves - moves[0]) / (moves[-1] - moves[0])
    return int(np.argmax(saved / saved[-1] - along))
