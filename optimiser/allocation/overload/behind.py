"""What is behind an overload: moving, rules, hiring, newcomers (FORMULATION §6)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import Facts
from optimiser.allocation.overload.cohorts import cohorts_of
from optimiser.allocation.overload.division import Basis, basis_of, divided
from optimiser.allocation.overload.kinds import kinds_of
from optimiser.allocation.overload.result import Component, Overload, Parts, RuleShare
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.rules import relaxable
from optimiser.domain.errors import SolverError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.solver import RelaxationError
from optimiser.solver.excess import connected, least_excess, least_of_each

NO_RULE: frozenset[str] = frozenset()
"""No rule lifted."""
DUST = 1e-3
"""Minutes a month below which a difference of two optima is rounding."""


def overload(snapshot: Snapshot, policy: Policy, progress: Progress = SILENT) -> Overload:
    """Return what is behind the load above capacity.

    For clients who have a coach: the present excess, the least with moves free under the rules, the least
    without the rules that the policy marks as relaxable. Excess is load above capacity (100 %); limits of
    load and heads are not asked. Members of a household count as single clients and clients may be
    divided between coaches, so the least excesses are bounds from below: a plan can stay above them.
    Whom the rules of moving keep is decided by the rules in force, also where others are lifted. What
    newcomers bring is the least excess with them served less the least without, both with the liftable
    rules lifted; those whom no coach may serve even then are counted apart.

    Parameters
    ----------
    snapshot : Snapshot
        The facts; the order of their rows makes no difference.
    policy : Policy
        Rules, and which of them could be lifted.
    progress : Progress
        Told of the phase `overload`.

    Raises
    ------
    InputError
        Where the policy names an area, a coach or a unit that there is not.
    SolverError
        If a linear programme fails numerically.
    """
    with progress.phase("overload"):
        try:
            return _explained(snapshot, policy, progress)
        except RelaxationError as error:
            raise SolverError(
                said("{error}. Try --no-report, and send us the summary of the region.", error=str(error))
            ) from error


def _explained(snapshot: Snapshot, policy: Policy, progress: Progress) -> Overload:
    facts, rows = read_facts(snapshot, policy)
    kinds = kinds_of(facts)
    basis = basis_of(facts, kinds, cohorts_of(facts, rows, kinds))
    free = frozenset(relaxable(policy))
    whole = divided(basis, free, everybody=True)
    label = connected(whole.crowd)
    excess = np.maximum(basis.present - basis.capacity, 0.0)
    progress.say(said("{coaches:,} coaches above capacity", coaches=int((excess > 0).sum())))
    parts, rules = _parts(basis, label, excess, free)
    return Overload(
        total=Parts(*parts.sum(axis=1).tolist()),
        rules=rules,
        components=_components(facts, label, parts),
        coaches=_coaches(basis, label, excess, _least_of_coaches(basis, excess)),
        municipalities=_municipalities(facts, rows, basis, excess),
        newcomers=int((rows.present < 0).sum()),
        hopeless=whole.hopeless,
    )


def _parts(
    basis: Basis, label: Ints, excess: Floats, free: frozenset[str]
) -> tuple[Floats, tuple[RuleShare, ...]]:
    """E0, E1, E2 and E2 with everybody by component, shape (4, components), and what each rule holds."""
    known: dict[frozenset[str], Floats] = {NO_RULE: _least(basis, label, NO_RULE)}

    def least(lifted: frozenset[str]) -> Floats:
        # Lifting rules only opens doors: from nothing there is nothing to take away.
        if lifted not in known:
            spent = known[NO_RULE].sum() <= DUST
            known[lifted] = np.zeros_like(known[NO_RULE]) if spent else _least(basis, label, lifted)
        return known[lifted]

    present = np.bincount(label, excess).astype(np.float64)
    moved = np.minimum(least(NO_RULE), present)
    lifted = np.minimum(least(free), moved)
    everybody = np.maximum(_least(basis, label, free, everybody=True), lifted)
    rules = []
    for name in sorted(free):
        first = moved.sum() - least(frozenset({name})).sum()
        last = least(free - {name}).sum() - lifted.sum()
        rules.append(RuleShare(name, _told(first), _told(last)))
    return np.stack([present, moved, lifted, everybody]), tuple(rules)


def _told(minutes: float) -> float:
    """A difference of two optima without the rounding of the linear programmes."""
    return float(minutes) if minutes > DUST else 0.0


def _least(basis: Basis, label: Ints, lifted: frozenset[str], everybody: bool = False) -> Floats:
    """Least excess by component: of those who may not change, and of the rest divided as well as can be."""
    division = divided(basis, lifted, everybody=everybody)
    settled = np.bincount(label, np.maximum(division.fixed - basis.capacity, 0.0)).astype(np.float64)
    return settled + least_excess(division.crowd, label)


def _least_of_coaches(basis: Basis, excess: Floats) -> Floats:
    """Least excess of each coach under the rules while nobody else's grows, shape (C,)."""
    division = divided(basis, NO_RULE, everybody=False)
    settled = np.maximum(division.fixed - basis.capacity, 0.0)
    most = np.maximum(excess - settled, 0.0)
    least: Floats = np.minimum(settled + least_of_each(replace(division.crowd, most=most)), excess)
    return least


def _components(facts: Facts, label: Ints, parts: Floats) -> tuple[Component, ...]:
    codes, integration = facts.region.codes, facts.coaches.integration
    found = []
    for number, row in enumerate(parts.T.tolist()):
        inside = np.flatnonzero(label == number)
        offices = np.bincount(facts.coaches.municipality[inside], minlength=len(codes))
        order = np.lexsort((np.arange(len(codes)), -offices))[: int((offices > 0).sum())]
        alike = bool(integration[inside[0]]) if len(set(integration[inside].tolist())) == 1 else None
        found.append(Component(number, len(inside), tuple(codes[i] for i in order), alike, Parts(*row)))
    return tuple(found)


def _coaches(basis: Basis, label: Ints, excess: Floats, least: Floats) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "coach_id": list(basis.facts.coaches.ids),
            "component": label,
            "capacity_minutes": basis.capacity,
            "load_minutes": basis.present,
            "excess_minutes": excess,
            "least_minutes": least,
        },
        schema_overrides={"coach_id": pl.String},
    )


def _municipalities(facts: Facts, rows: ClientRows, basis: Basis, excess: Floats) -> pl.DataFrame:
    """Each coach's excess split by its clients' minutes."""
    kinds = basis.kinds
    has = np.flatnonzero(rows.present >= 0)
    coach, profile = rows.present[has], rows.profile[has]
    home, count = facts.clients.municipality[profile], len(facts.region.codes)
    kind = kinds.of_profile[profile]
    factor = np.where(kinds.shares[kind, coach], 1.0, kinds.factor[kind])
    load = basis.present[coach]
    share = np.divide(excess[coach], load, out=np.zeros(len(load)), where=load > 0)
    minutes = np.bincount(home, facts.clients.base[profile] * factor * share, minlength=count)
    return pl.DataFrame(
        {
            "municipality": list(facts.region.codes),
            "clients": np.bincount(facts.clients.municipality[rows.profile], minlength=count),
            "with_coach": np.bincount(home, minlength=count),
            "excess_minutes": minutes.astype(np.float64),
        },
        schema_overrides={"municipality": pl.String},
    )
