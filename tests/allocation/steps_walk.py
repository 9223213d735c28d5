"""A move list walked through by the check's road: what each state holds, and what a step may not do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.steps import MoveList
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import check
from optimiser.quality.limits import carried
from optimiser.quality.region import Region, read_region

Values = NDArray[np.float64]
SLACK = 1e-6


@dataclass
class Walk:
    """A region, a plan and its move list.

    Attributes
    ----------
    steps : list of list of (row, coach)
        Clients of each step with the coach each gets, as positions.
    needs : list of set of int
        Steps that each step needs, from 0.
    limit, most : numpy.ndarray
        Limits before any is raised; what a step that adds may reach: the limit, or the plan's own
        value where that is above it. Shape (2 C + R,).
    start, final : numpy.ndarray
        Coach of each client before the first step and after the last.
    """

    region: Region
    start: NDArray[np.int64]
    final: NDArray[np.int64]
    steps: list[list[tuple[int, int]]]
    needs: list[set[int]]
    limit: Values
    most: Values

    def values(self, coach: NDArray[np.int64]) -> Values:
        """Minutes and heads of each coach, interpreter minutes of each area, by the check's road."""
        found = carried(self.region.facts, coach, self.region.policy)
        return np.concatenate([found.minutes, found.heads, found.interpreter])

    def after(self, coach: NDArray[np.int64], step: int) -> NDArray[np.int64]:
        """The assignment after a step is taken."""
        changed = coach.copy()
        for row, to in self.steps[step]:
            changed[row] = to
        return changed

    def objections(self, before: Values, after: Values) -> list[int]:
        """Resources to which a step adds and that it leaves above what it may reach."""
        return np.flatnonzero((after > before + SLACK) & (after > self.most + SLACK)).tolist()

    def objective(self, coach: NDArray[np.int64]) -> float:
        """Objective of an assignment, by the check."""
        return check(self.region.snapshot, self.region.policy, self.rows(coach)).recount.objective_minutes

    def recounted(self, coach: NDArray[np.int64]) -> pl.DataFrame:
        """The clients as the check recounts them under an assignment."""
        return check(self.region.snapshot, self.region.policy, self.rows(coach)).recount.clients

    def rows(self, coach: NDArray[np.int64]) -> pl.DataFrame:
        """An assignment as rows of a plan."""
        ids = pl.Series(self.region.facts.posts.ids, dtype=pl.String)
        named = ids.gather(pl.Series(coach).replace(-1, None)).alias("coach_id")
        return self.region.people.frame.select("client_id").with_columns(named)

    def findings(self, coach: NDArray[np.int64]) -> tuple[set[tuple[str, str]], Values]:
        """What the check objects to, by name and subject, and the excess over every limit in force."""
        verdict = check(self.region.snapshot, self.region.policy, self.rows(coach))
        found = verdict.recount.coaches.sort("coach_id")
        areas = verdict.recount.areas
        over = [
            found["load_minutes"] - found["limit_minutes"],
            (found["heads"] - found["heads_limit"]).fill_null(0.0),
            areas["interpreter_minutes"] - areas["limit_minutes"],
        ]
        excess = np.concatenate([np.maximum(o.to_numpy().astype(float), 0.0) for o in over])
        return {(f.name, f.subject) for f in verdict.findings}, excess


def walk(snapshot: Snapshot, policy: Policy, rows: pl.DataFrame, moves: MoveList) -> Walk:
    """Read a region, a plan and its move list by the check's road."""
    region = read_region(snapshot, policy)
    ids, coaches = region.people.frame["client_id"].to_list(), list(region.facts.posts.ids)
    row_of = {client: row for row, client in enumerate(ids)}
    at = {name: place for place, name in enumerate(coaches)}
    final = np.array([at.get(c, -1) for c in rows.sort("client_id")["coach_id"]], dtype=np.int64)
    start = np.where(final >= 0, region.people.present, -1)
    count = int(moves.rows["step"].max() or 0)  # type: ignore[arg-type]
    steps: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    needs: list[set[int]] = [set() for _ in range(count)]
    for step, client, to, before in moves.rows.select(
        "step", "client_id", "to_coach_id", "needs"
    ).iter_rows():
        steps[step - 1].append((row_of[client], at[to]))
        needs[step - 1] = {int(number) - 1 for number in (before or "").split()}
    posts = region.facts.posts
    areas = [policy.limits.interpreter_minutes[area] for area in region.facts.areas]
    limit = np.concatenate([posts.minutes_limit, posts.heads_limit, np.array(areas, dtype=float)])
    found = Walk(region, start, final, steps, needs, limit, limit)
    last = found.values(final)
    found.most = np.where(last > limit + SLACK, last, limit)
    return found


def assert_sound(found: Walk, order: Iterable[int], checked: Sequence[int] | None = None) -> None:
    """Take steps in an order; each is sound, and the check finds nothing new after those `checked`.

    Without `checked` the check looks after every step.
    """
    coach, value = found.start, found.values(found.start)
    known, excess = found.findings(coach)
    for number, step in enumerate(order):
        coach = found.after(coach, step)
        before, value = value, found.values(coach)
        assert found.objections(before, value) == []
        if checked is None or number in checked:
            findings, over = found.findings(coach)
            assert findings <= known
            assert (over <= excess + SLACK).all()
