"""What the coming weeks bring to each coach: who leaves, who grows steady, who comes. All estimates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.encode import encode
from optimiser.allocation.facts import Facts, sorted_by
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import curve
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.workload import capacities, demand_of, monthly_meetings
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.solver.curve import curves
from optimiser.solver.problem import Problem
from optimiser.solver.relax import relax_minutes

WEEKS_A_MONTH = 365.25 / 12 / 7
MOST_RECENT = 0.5
"""Share of recent clients from which on a region has only begun, and says nothing of who leaves."""


@dataclass(frozen=True)
class Forecast:
    """Expected loads of C coaches, the mean over the coming weeks; estimates.

    Attributes
    ----------
    weeks : int
        Looked ahead; 0 for none.
    departures_weekly : float
        Share of the clients who leave in a week.
    arrivals_weekly : float
        Clients who come in a week.
    measured : bool
        The departures are measured from the registrations, not given by the policy.
    present : float, shape (C,)
        Load of the present clients today, minutes a month.
    staying : float, shape (C,)
        Of those of them who are expected to stay, by the rhythm of the coming weeks.
    coming : float, shape (C,)
        Of those expected to come, spread as the relaxation spreads them.
    price : float, shape (C,)
        What a minute of load more will cost beside those who stay and come: the relaxation's multiplier.
    """

    weeks: int
    departures_weekly: float
    arrivals_weekly: float
    measured: bool
    present: Floats
    staying: Floats
    coming: Floats
    price: Floats

    @property
    def load(self) -> Floats:
        """Expected load of each coach, shape (C,)."""
        return self.staying + self.coming


def forecast(
    snapshot: Snapshot, policy: Policy, weeks: int | None = None, progress: Progress = SILENT
) -> Forecast:
    """Expect the loads of the coming weeks.

    Departures: the policy's monthly share, or measured: if as many leave as come, the share q of a week
    follows from the share s of clients registered in the last n weeks as q = 1 - (1 - s)^(1/n). Every
    present client stays a week with probability 1 - q, and takes what the rhythm gives at that time.
    Arrivals: clients like those registered in the last `weeks` weeks, at the rate measured; the
    relaxation spreads them over the coaches beside the loads of those who stay.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes; clients without a coach load nobody.
    weeks : int, optional
        Weeks ahead; the policy's where left out.
    progress : Progress
        Told of the phase `forecast`.
    """
    weeks = policy.intake.weeks if weeks is None else weeks
    with progress.phase("forecast"):
        facts, rows = read_facts(snapshot, policy)
        clients = sorted_by(snapshot.clients, "client_id")
        leaving, coming, measured = rates(clients, policy, snapshot)
        present = _loads(clients, (facts, rows), snapshot, 0)
        if not weeks:
            none = np.zeros_like(present)
            return Forecast(0, leaving, coming, measured, present, present, none, none)
        stay = [(1 - leaving) ** w * _loads(clients, (facts, rows), snapshot, w) for w in range(1, weeks + 1)]
        staying = np.asarray(np.mean(stay, axis=0), dtype=np.float64)
        # Of those who come week by week, half the weeks' number is there on average.
        there = coming * np.mean([sum((1 - leaving) ** a for a in range(w)) for w in range(1, weeks + 1)])
        arriving, price = _arriving(snapshot, policy, weeks, float(there), staying)
    return Forecast(weeks, leaving, coming, measured, present, staying, arriving, price)


def rates(clients: pl.DataFrame, policy: Policy, snapshot: Snapshot) -> tuple[float, float, bool]:
    """Return the weekly share who leave, how many come a week, and whether the share is measured."""
    rule = policy.intake
    weeks = rule.recent_days / 7
    first = snapshot.date - timedelta(days=rule.recent_days)
    recent = int((clients["registered_on"] > first).sum())
    total = max(clients.height, 1)
    if rule.departures_monthly is None:
        leaving = 1 - (1 - min(recent / total, MOST_RECENT)) ** (1 / weeks)
    else:
        leaving = 1 - (1 - rule.departures_monthly) ** (1 / WEEKS_A_MONTH)
    # Some of those who came in these weeks have left again.
    still = (1 - (1 - leaving) ** weeks) / leaving if leaving > 0 else weeks
    return leaving, recent / still if still > 0 else 0.0, rule.departures_monthly is None


def _loads(clients: pl.DataFrame, read: tuple[Facts, ClientRows], snapshot: Snapshot, weeks: int) -> Floats:
    """Load of each coach if every present client is still there after some weeks, shape (C,)."""
    facts, rows = read
    policy, coaches = facts.policy, len(facts.coaches.ids)
    has = np.flatnonzero(rows.present >= 0)
    meetings = monthly_meetings(clients, policy, snapshot.date + timedelta(weeks=weeks))[has]
    pairs = Pairs(facts, rows.profile[has], rows.present[has])
    work = policy.workload
    added = work.interpreter_share * work.meeting_minutes * meetings
    base = demand_of(clients[has], meetings, policy)
    minutes = base + np.where(pairs.share_language(), 0.0, added)
    return np.bincount(pairs.coach, minutes, minlength=coaches).astype(np.float64)


def _arriving(
    snapshot: Snapshot, policy: Policy, weeks: int, number: float, staying: Floats
) -> tuple[Floats, Floats]:
    """Load that `number` clients like the recent ones bring, and the price of a minute of load; (C,) each."""
    first = snapshot.date - timedelta(weeks=weeks)
    recent = snapshot.clients.filter(pl.col("registered_on") > first)
    nobody = pl.lit(None, dtype=pl.String)
    alike = recent.with_columns(registered_on=pl.lit(snapshot.date), coach_id=nobody, household=nobody)
    bare = snapshot.replace(
        clients=alike, pins=TABLES["pins"].empty(), exclusions=TABLES["exclusions"].empty()
    )
    if alike.is_empty() or number <= 0:
        return np.zeros_like(staying), _slopes(snapshot, policy, staying)
    problem = _beside(encode(bare, policy).problem, number / recent.height, staying)
    if not problem.groups:
        return np.zeros_like(staying), _slopes(snapshot, policy, staying)
    relaxed = relax_minutes(problem, curves(problem), None)
    minutes = relaxed.flow * problem.arc_demand
    coming = np.bincount(problem.arc_coach, minutes, minlength=len(staying)).astype(np.float64)
    return coming, relaxed.prices.load


def _slopes(snapshot: Snapshot, policy: Policy, loads: Floats) -> Floats:
    """What a minute of load more costs at some loads, shape (C,)."""
    limits = capacities(snapshot.replace(coaches=sorted_by(snapshot.coaches, "coach_id")), policy)
    full = (limits.capacity, limits.soft_limit, policy)
    return curve(loads + 1.0, *full) - curve(loads, *full)


def _beside(problem: Problem, share: float, staying: Floats) -> Problem:
    """The arrivals beside the load of those who stay, each counted as a share of a client.

    Nobody is left unserved: above a limit the steep price counts.
    """
    none: Ints = np.zeros(0, dtype=np.int64)
    asked = float(problem.arc_demand.max(initial=0.0) * share * problem.count.sum())
    return replace(
        problem,
        arc_price=problem.arc_price * share,
        arc_demand=problem.arc_demand * share,
        arc_area=np.full_like(problem.arc_area, -1),
        arc_interpreter=np.zeros_like(problem.arc_interpreter),
        heads_limit=np.full_like(problem.heads_limit, np.inf),
        fixed_load=staying.copy(),
        limit=problem.soft_limit + staying + asked,
        area_limit=np.zeros(0),
        fixed_interpreter=np.zeros((0, len(staying))),
        stay_arc=none,
        stay_count=none,
        stay_saving=np.zeros(0),
    )
