"""Facts and policy to a problem in numbers, and what is needed to read its solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimiser.allocation.arcs import Arcs, profile_arcs
from optimiser.allocation.codes import Codes, Floats
from optimiser.allocation.facts import Facts, sorted_by
from optimiser.allocation.groups import Grouping, Groups, Units, group_clients, stay_tiers
from optimiser.allocation.households import Households
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.pins import refuse_barred_pins
from optimiser.allocation.prices import pair_price
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.solver.problem import Problem

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Encoding:
    """A problem in numbers, and what leads from its solution back to clients.

    Attributes
    ----------
    problem : Problem
        What the solver is given.
    facts : Facts
        Facts of coaches and profiles.
    rows : ClientRows
        Clients sorted by id (n).
    units : Units
        Units and their groups (U).
    stay : int, shape (U,)
        Stay arc of each unit, -1 for none.
    frozen_by : int, shape (n,)
        Rules of moving (bits of `KEPT_BY`) that keep a client with the present coach.
    coach_ids : tuple of str
        Coaches in the order of the problem (C).
    areas : tuple of str
        Areas in the order of the problem (R).
    moves_needed : int
        Moves of joined households at their homes, to which a smaller budget is raised.
    separate : tuple of (str, str)
        Households that do not form one unit, and why.
    """

    problem: Problem
    facts: Facts
    rows: ClientRows
    units: Units
    stay: Codes
    frozen_by: Codes
    coach_ids: tuple[str, ...]
    areas: tuple[str, ...]
    moves_needed: int
    separate: tuple[tuple[str, str], ...]


def encode(snapshot: Snapshot, policy: Policy, progress: Progress = SILENT) -> Encoding:
    """Return the allocation of a snapshot under a policy as a problem in numbers.

    Parameters
    ----------
    snapshot : Snapshot
        The facts; the order of their rows makes no difference.
    policy : Policy
        Rules, prices, limits.
    progress : Progress
        Told of the phase `encode`.

    Raises
    ------
    InputError
        For pins that a rule forbids, all of them at once.
    """
    with progress.phase("encode"):
        facts, rows = read_facts(snapshot, policy)
        arcs = profile_arcs(facts)
        refuse_barred_pins(snapshot, facts, rows, arcs)
        progress.say(
            said(
                "{profiles:,} profiles of {clients:,} clients", profiles=len(facts.clients), clients=len(rows)
            )
        )
        household = sorted_by(snapshot.clients.select("client_id", "household"), "client_id")["household"]
        grouping = group_clients(rows, facts, arcs, household)
        stay, *stays = stay_tiers(grouping.units)
        facts, rows = grouping.facts, grouping.rows
        problem = _problem(facts, rows, grouping, stays)
        pairs = len(problem.arc_group)
        progress.say(said("{groups:,} groups, {pairs:,} allowed pairs", groups=problem.groups, pairs=pairs))
    return Encoding(
        problem=problem,
        facts=facts,
        rows=rows,
        units=grouping.units,
        stay=stay,
        frozen_by=grouping.frozen_by,
        coach_ids=facts.coaches.ids,
        areas=facts.region.areas,
        moves_needed=_moves_needed(grouping),
        separate=_separate(grouping.households, household),
    )


@dataclass(frozen=True)
class Fixed:
    """What units with a fixed coach take: loads and heads (C,), interpreter minutes (R, C), price."""

    load: Floats
    heads: Floats
    interpreter: Floats
    price: float


def _problem(facts: Facts, rows: ClientRows, grouping: Grouping, stays: list[np.ndarray]) -> Problem:
    groups, units, arcs = grouping.groups, grouping.units, grouping.groups.arcs
    stay_arc, saving, count, moves = stays
    budget = facts.policy.limits.moves
    fixed = _fixed(facts, rows, units)
    limits = facts.coaches.limits
    load, heads, interpreter = _needed(groups, units, fixed)
    curve = facts.policy.load_curve
    in_group = units.group >= 0
    return Problem(
        count=np.bincount(units.group[in_group], minlength=arcs.tails).astype(np.int64),
        must=np.bincount(units.group[in_group & units.must], minlength=arcs.tails).astype(np.int64),
        heads=groups.size,
        weight=groups.weight,
        arc_group=arcs.tail,
        arc_coach=arcs.coach,
        arc_price=arcs.price,
        arc_demand=arcs.demand,
        arc_area=arcs.area,
        arc_interpreter=arcs.interpreter,
        arc_moves=groups.moves,
        stay_arc=stay_arc,
        stay_count=count,
        stay_saving=saving,
        stay_moves=moves,
        capacity=limits.capacity,
        soft_limit=limits.soft_limit,
        limit=np.maximum(limits.soft_limit, load),
        heads_limit=np.maximum(limits.heads_limit, heads),
        fixed_load=fixed.load,
        fixed_heads=fixed.heads,
        area_limit=np.maximum(facts.region.area_limit, interpreter),
        fixed_interpreter=fixed.interpreter,
        moves_limit=np.inf if budget is None else float(max(budget, _moves_needed(grouping))),
        breaks=np.array(curve.breaks),
        slopes=np.array(curve.slope_values()),
        overload=facts.policy.prices.overload,
        constant=fixed.price + float(saving @ count),
        unserved_fixed=grouping.unserved_fixed,
    )


def _fixed(facts: Facts, rows: ClientRows, units: Units) -> Fixed:
    """What pinned and frozen units take (each a single client)."""
    coach = units.fixed[units.of_client]
    clients = np.flatnonzero(coach >= 0)
    pairs = Pairs(facts, rows.profile[clients], coach[clients])
    coaches, areas = len(facts.coaches.ids), len(facts.region.areas)
    area = pairs.area()
    interpreter = np.zeros((areas, coaches))
    limited = area >= 0
    np.add.at(interpreter, (area[limited], pairs.coach[limited]), pairs.interpreter_minutes()[limited])
    return Fixed(
        load=np.bincount(pairs.coach, pairs.demand(), minlength=coaches).astype(np.float64),
        heads=np.bincount(pairs.coach, minlength=coaches).astype(np.float64),
        interpreter=interpreter,
        price=float(pair_price(pairs).sum()),
    )


def _moves_needed(grouping: Grouping) -> int:
    """Moves of joined households with several present coaches at their homes."""
    home = grouping.units.home
    return int(grouping.groups.moves[home[home >= 0]].sum())


def _needed(groups: Groups, units: Units, fixed: Fixed) -> tuple[Floats, Floats, Floats]:
    """Minutes, heads (C,) and interpreter minutes (R,) that fixed units and those who may stay need."""
    arcs: Arcs = groups.arcs
    at_home = np.bincount(units.home[units.home >= 0], minlength=len(arcs.tail)).astype(np.float64)
    coach, coaches = arcs.coach, arcs.coaches
    load = fixed.load + np.bincount(coach, at_home * arcs.demand, minlength=coaches)
    heads = fixed.heads + np.bincount(coach, at_home * groups.size[arcs.tail], minlength=coaches)
    limited = arcs.area >= 0
    taken = (at_home * arcs.interpreter)[limited]
    areas = len(fixed.interpreter)
    used = np.bincount(arcs.area[limited], taken, minlength=areas)
    return load, heads, fixed.interpreter.sum(axis=1) + used


def _separate(homes: Households, household: pl.Series) -> tuple[tuple[str, str], ...]:
    """Ids of households that do not join, with the reason, sorted."""
    apart = np.flatnonzero(~homes.joined)
    ids = household.gather(homes.member[homes.starts[apart]]).to_list()
    return tuple(sorted(zip(ids, (homes.reason[i] for i in apart), strict=True)))
