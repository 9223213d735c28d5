"""What the tool could do: plans with no moves, few moves and any moves, each with its proof."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from optimiser.allocation.budget import movable, with_budget
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.frontier import THREADS, checked_plan
from optimiser.allocation.look.figures import HOUR
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import measures

EFFORT = "quick"
SHARE = 0.03
"""Of the clients who could move, the budget of the plan in the middle: what managers bear at once."""


@dataclass(frozen=True)
class Possibility:
    """A plan with a budget of moves; hours are a month's.

    Attributes
    ----------
    budget : int or None
        Most moves; None for no limit.
    moved, forced, placed, without_coach : int
        Clients who change coach though they could stay, because a rule bars the present one; who get a
        first coach; who get none.
    bands : dict
        Coaches in each of `quality.measures.BANDS`.
    fullest : float
        Utilisation of the fullest coach, a share.
    above_hours : float
        Load above capacity, summed over the coaches.
    interpreter_hours : float
        Extra time of meetings with an interpreter.
    gap : float
        How far from the best plan with that budget it may be at most, a share.
    """

    budget: int | None
    moved: int
    forced: int
    placed: int
    without_coach: int
    bands: dict[str, int]
    fullest: float
    above_hours: float
    interpreter_hours: float
    gap: float

    @property
    def crowded(self) -> int:
        """Coaches above 110 %."""
        return self.bands[">110"]

    @property
    def full(self) -> int:
        """Coaches above 100 %."""
        return self.bands["100-110"] + self.bands[">110"]


@dataclass(frozen=True)
class Possible:
    """What no moves, few and any moves bring.

    Attributes
    ----------
    movable : int
        Clients who could change coach at all.
    still, few, free : Possibility
    """

    movable: int
    still: Possibility
    few: Possibility
    free: Possibility


def possible(snapshot: Snapshot, policy: Policy, progress: Progress = SILENT) -> Possible:
    """Solve a region with three budgets of moves, encoded once.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes; the policy's own budget is set aside.
    progress : Progress
        Told of the phases `encode` and `solve`.

    Raises
    ------
    InputError, SolverError, BrokenPlanError
        As `allocate`.
    """
    encoding = encode(snapshot, with_budget(policy, None), progress)
    most = movable(encoding)
    budgets = (0, math.floor(SHARE * most), None)

    def solve_one(budget: int | None) -> Possibility:
        return _possibility(snapshot, with_budget(policy, budget), encoding)

    with progress.phase("solve"), ThreadPoolExecutor(THREADS) as pool:
        still, few, free = pool.map(solve_one, budgets)
    return Possible(most, still, few, free)


def _possibility(snapshot: Snapshot, policy: Policy, encoding: Encoding) -> Possibility:
    proof, found = checked_plan(snapshot, policy, encoding, EFFORT)
    measured = measures(found)
    used = measured.utilisation
    above = found.coaches.select((pl.col("load_minutes") - pl.col("capacity_minutes")).clip(0.0))
    return Possibility(
        budget=policy.limits.moves,
        moved=found.counts["moved"],
        forced=found.counts["forced"],
        placed=found.counts["new"],
        without_coach=found.unserved,
        bands=used.bands,
        fullest=used.max,
        above_hours=round(float(above.to_series().to_numpy().sum()) / HOUR, 9),
        interpreter_hours=measured.interpreter_minutes / HOUR,
        gap=proof.gap,
    )
