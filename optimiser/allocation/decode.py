"""A solution in numbers back to clients: the plan's rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import Flags, sorted_by
from optimiser.allocation.outcome import Outcome, outcome_of
from optimiser.allocation.reasons import reasons
from optimiser.allocation.repairs import obstacles
from optimiser.domain.errors import SolverError
from optimiser.domain.plan import PLAN
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said
from optimiser.solver.problem import Problem, Solution

DIGITS = 6
"""Decimals of the minutes in a plan: far finer than any estimate, and no noise for readers."""
UNBALANCED = said("The solution does not account for every client. Try again with another effort.")


def settled(problem: Problem, solution: Solution) -> Solution:
    """Return the solution with as many staying as the flows allow, those with most to lose first.

    Whoever is sent to the present coach stays there: never a move while a stay is free. The
    objective falls by what that saves.
    """
    flow, count = solution.flow[problem.stay_arc], problem.stay_count
    behind = np.append(np.cumsum(count[::-1])[::-1], 0)
    ends = np.searchsorted(problem.stay_arc, problem.stay_arc, side="right")
    dearer = behind[1:] - behind[ends]
    stay = np.clip(flow - dearer, 0, count)
    saved = float(problem.stay_saving @ (stay - solution.stay))
    return replace(solution, stay=stay, objective=solution.objective - saved)


def flows_of(encoding: Encoding, near: Codes) -> Ints:
    """Return the flows of an earlier assignment as far as its pairs are still allowed, shape (A,).

    Parameters
    ----------
    encoding : Encoding
        Of today's facts.
    near : int, shape (n,)
        Coach of each client in the earlier assignment, -1 for none.
    """
    problem = encoding.problem
    arc = _arc_of_unit(encoding, near)
    return np.bincount(arc[arc >= 0], minlength=len(problem.arc_group)).astype(np.int64)


def _arc_of_unit(encoding: Encoding, near: Codes) -> Ints:
    """Arc on which each unit was in an earlier assignment, -1 for none, shape (U,)."""
    problem, units = encoding.problem, encoding.units
    first = np.unique(units.of_client, return_index=True)[1]
    coach, group = near[first], units.group
    keys = problem.arc_group * problem.coaches + problem.arc_coach
    wanted = group.astype(np.int64) * problem.coaches + coach
    at = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(group), -1, dtype=np.int64)
    return np.where((group >= 0) & (coach >= 0) & (keys[at] == wanted), at, -1)


def assigned_coaches(encoding: Encoding, solution: Solution, near: Codes | None = None) -> Codes:
    """Return the coach of every client, sorted by client id, -1 for none; shape (n,).

    Parameters
    ----------
    encoding, solution
        A problem and its solution.
    near : int, shape (n,), optional
        Coaches of an earlier assignment: among equal units those keep theirs first.

    Raises
    ------
    SolverError
        Where flows and groups do not agree.
    """
    problem, units = encoding.problem, encoding.units
    solution = settled(problem, solution)
    earlier = np.full(len(units.group), -1) if near is None else _arc_of_unit(encoding, near)
    at_home = np.append(problem.stay_arc, -2)[encoding.stay] == earlier
    stays = _first_by_id(encoding.stay, solution.stay, at_home)
    coach = units.fixed.astype(np.int32)
    coach[stays] = problem.arc_coach[problem.stay_arc[encoding.stay[stays]]]
    others = np.flatnonzero((units.group >= 0) & ~stays)
    # Who had a coach in the earlier assignment is the last to be left out.
    others = others[np.lexsort((others, earlier[others] < 0, units.group[others]))]
    others = others[~_left_out(units.group[others], units.must[others], solution.unserved)]
    others = others[np.lexsort((others, units.group[others]))]
    dealt = solution.flow - np.bincount(problem.stay_arc, solution.stay, minlength=len(solution.flow)).astype(
        np.int64
    )
    _balanced(problem, dealt, units.group[others])
    wishes = np.full(len(earlier), -1)
    wishes[others] = earlier[others]
    again = _first_by_id(wishes, dealt)
    coach[again] = problem.arc_coach[earlier[again]]
    dealt = dealt - np.bincount(earlier[again], minlength=len(dealt)).astype(np.int64)
    others = others[~again[others]]
    coach[others] = np.repeat(problem.arc_coach, dealt)
    return coach[units.of_client]


def _first_by_id(label: Codes | Ints, chosen: Ints, preferred: Flags | None = None) -> Flags:
    """Whether a unit is among the first `chosen[label]` of its label, the preferred first, then by id; shape (U,)."""
    rows = np.flatnonzero(label >= 0)
    last = np.zeros(len(label), dtype=np.bool_) if preferred is None else ~preferred
    rows = rows[np.lexsort((rows, last[rows], label[rows]))]
    labels = label[rows]
    rank = np.arange(len(rows)) - np.searchsorted(labels, labels, side="left")
    first = np.zeros(len(label), dtype=np.bool_)
    first[rows[rank < chosen[labels]]] = True
    return first


def _left_out(group: Codes, must: Flags, unserved: Ints) -> Flags:
    """Whether a unit is left without a coach: of those who may be, the last by id; shape (N,)."""
    free = np.flatnonzero(~must)
    ends = np.searchsorted(group[free], group[free], side="right")
    out = np.zeros(len(group), dtype=np.bool_)
    out[free[ends - np.arange(len(free)) <= unserved[group[free]]]] = True
    if out.sum() != unserved.sum():
        raise SolverError(UNBALANCED)
    return out


def _balanced(problem: Problem, dealt: Ints, group: Codes) -> None:
    """Raise where the units left to deal are not as many as the flows left, group by group."""
    wanted = np.bincount(problem.arc_group, dealt, minlength=problem.groups)
    given = np.bincount(group, minlength=problem.groups)
    if (dealt < 0).any() or not np.array_equal(wanted, given):
        raise SolverError(UNBALANCED)


def decode(
    encoding: Encoding,
    solution: Solution,
    snapshot: Snapshot,
    policy: Policy,
    near: Codes | None = None,
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return the plan's rows.

    Parameters
    ----------
    encoding : Encoding
        Of the snapshot under the policy.
    solution : Solution
        Of `encoding.problem`.
    snapshot, policy
        The facts and the policy encoded.
    near : int, shape (n,), optional
        Coaches of an earlier assignment that the plan is to stay near.
    texts : Texts
        Language of reasons and repairs.

    Returns
    -------
    polars.DataFrame
        Columns of `PLAN`, sorted by client_id.

    Raises
    ------
    SolverError
        Where flows and groups do not agree.
    """
    texts = texts.plain()
    outcome = outcome_of(encoding, assigned_coaches(encoding, solution, near), policy)
    ids = sorted_by(snapshot.clients.select("client_id", "coach_id"), "client_id")
    coach_names = pl.Series(encoding.coach_ids, dtype=pl.String)
    barred_by, repair = obstacles(encoding, solution, outcome, texts)
    rows = ids.select(
        "client_id",
        coach_id=_gathered(coach_names, outcome.coach),
        status=_statuses(outcome),
        previous_coach_id="coach_id",
        reason=reasons(encoding, outcome, texts),
        demand_minutes=pl.Series(outcome.demand).round(DIGITS),
        travel_minutes=_travel(outcome.travel, outcome.coach).round(DIGITS),
        barred_by=barred_by,
        repair=repair,
    )
    return rows.cast({c.name: c.dtype for c in PLAN.columns})


def _gathered(names: pl.Series, places: Codes) -> pl.Series:
    """Names at places, empty at -1."""
    return names.gather(pl.Series(places, dtype=pl.Int32).replace(-1, None))


def _statuses(outcome: Outcome) -> pl.Series:
    return pl.Series(outcome.statuses, dtype=pl.String).gather(outcome.status)


def _travel(minutes: Floats, coach: Codes) -> pl.Series:
    return pl.Series(minutes).set(pl.Series(coach < 0), None)
