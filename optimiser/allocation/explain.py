"""Why this coach and not another: one client beside every coach."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints, placed
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import ClientFacts, Facts, Flags, sorted_by
from optimiser.allocation.outcome import Outcome, outcome_of
from optimiser.allocation.pairs import all_pairs
from optimiser.allocation.prices import PAIR_PRICES, curve, handover
from optimiser.allocation.rules import MOVING, barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import mark, said

LIMITS = {
    "minutes": mark("minutes"),
    "heads": mark("heads"),
    "interpreter minutes": mark("interpreter minutes"),
    "moves": mark("moves"),
}
"""What a limit that would be broken is called where it is shown."""
PIN = "pin"
HOUSEHOLD = "household"
NEIGHBOURS = 200
"""Ids on either side in which nearest ids are sought."""
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Alternative:
    """A coach who may serve the client, with what that would cost beside the rest of the plan.

    Attributes
    ----------
    coach_id : str
        The coach.
    prices : dict
        Price name (`travel`, `interpreter`, `specialism`, `handover`, `load`) to minutes a month;
        `load` is how much more the coach's load costs with the client than without.
    difference : float
        Minutes a month above the coach proposed, 0 for that one; above nothing for the unserved.
    utilisation : float
        Load over capacity with the client; inf where the capacity is 0.
    breaks : tuple of str
        Limits that would be broken: `minutes`, `heads`, `interpreter minutes`.
    """

    coach_id: str
    prices: dict[str, float]
    difference: float
    utilisation: float
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Why a client has a coach.

    Attributes
    ----------
    client_id, status, reason : str
        As in the plan.
    coach_id, previous_coach_id : str or None
        Coach proposed and present coach.
    demand_minutes : float
        Of the client, a month.
    household : tuple of str
        The other members where the household has one coach together; prices and differences are
        then the household's.
    prices : dict
        Prices of the pair proposed (see `Alternative`); empty for the unserved.
    alternatives : tuple of Alternative
        Coaches who may serve, the one proposed among them, by difference.
    barred : tuple of (str, tuple of str)
        The other coaches by id, each with the names of the rules that bar (`pin` and `household`
        where the pin or another member does).
    """

    client_id: str
    status: str
    reason: str
    coach_id: str | None
    previous_coach_id: str | None
    demand_minutes: float
    household: tuple[str, ...]
    prices: dict[str, float]
    alternatives: tuple[Alternative, ...]
    barred: tuple[tuple[str, tuple[str, ...]], ...]


def explain(snapshot: Snapshot, policy: Policy, rows: pl.DataFrame, client_id: str) -> Explanation:
    """Return why a client has the coach that a plan proposes.

    Parameters
    ----------
    snapshot, policy
        The facts and the policy of the plan.
    rows : polars.DataFrame
        The plan's rows.
    client_id : str
        The client.

    Raises
    ------
    InputError
        Where there is no such client, with the nearest ids; where the plan is of other clients or
        coaches; or where a rule forbids a pin.
    """
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    row = _row_of(ids, client_id, snapshot)
    encoding = encode(snapshot, policy)
    outcome = outcome_of(encoding, _proposed(rows, ids, encoding.coach_ids), policy)
    members = np.flatnonzero(encoding.units.of_client == encoding.units.of_client[row])
    bars = bars_of(encoding, members, row)
    alternatives = alternatives_of(encoding, outcome, members, bars)
    told = rows.filter(pl.col("client_id") == client_id).row(0, named=True)
    proposed = [a for a in alternatives if a.coach_id == told["coach_id"]]
    free = {a.coach_id for a in alternatives}
    return Explanation(
        client_id=client_id,
        status=str(told["status"]),
        reason=str(told["reason"] or ""),
        coach_id=told["coach_id"],
        previous_coach_id=told["previous_coach_id"],
        demand_minutes=float(outcome.demand[row]),
        household=tuple(ids.gather(members[members != row]).to_list()),
        prices=proposed[0].prices if proposed else {},
        alternatives=alternatives,
        barred=tuple(
            (name, tuple(rule for rule, where in bars.items() if where[c]))
            for c, name in enumerate(encoding.coach_ids)
            if name not in free
        ),
    )


def _row_of(ids: pl.Series, client_id: str, snapshot: Snapshot) -> int:
    place = int(ids.search_sorted(client_id))
    if place < len(ids) and ids[place] == client_id:
        return place
    alike = ids.filter(ids.str.to_lowercase() == client_id.strip().lower()).head(3).to_list()
    near = ids.slice(max(0, place - NEIGHBOURS), 2 * NEIGHBOURS).to_list()
    nearest = alike or difflib.get_close_matches(client_id, near, n=3, cutoff=0.0)
    raise InputError(
        [
            Complaint(
                file=snapshot.files.get("clients", "clients"),
                line=0,
                column="client_id",
                value=client_id,
                problem=said("no client has this id"),
                advice=said("Try one of the nearest ids: {ids}.", ids=", ".join(nearest)),
            )
        ]
    )


def _proposed(rows: pl.DataFrame, ids: pl.Series, coach_ids: tuple[str, ...]) -> Codes:
    """Coach of each client in the plan, -1 for none, shape (n,)."""
    plan = sorted_by(rows.select("client_id", "coach_id"), "client_id")
    strange = sorted(set(plan["coach_id"].drop_nulls().unique()) - set(coach_ids))
    if strange or not plan["client_id"].equals(ids):
        problem = said("the plan does not belong to these facts: its clients are not the snapshot's")
        if strange:
            problem = said(
                "the plan does not belong to these facts: coach {coach} is not in the snapshot",
                coach=strange[0],
            )
        raise InputError(
            [
                Complaint(
                    file="plan.csv",
                    line=0,
                    column="coach_id" if strange else "client_id",
                    value=strange[0] if strange else "",
                    problem=problem,
                    advice=said("Give the plan made from this folder, or check it first."),
                )
            ]
        )
    return placed(plan["coach_id"], coach_ids)


def _alone(encoding: Encoding, row: int) -> Facts:
    """Facts with one client as the only profile, what keeps the present coach included."""
    clients, profile = encoding.facts.clients, encoding.rows.profile[row]
    single = {f.name: getattr(clients, f.name)[[profile]] for f in fields(ClientFacts)}
    if encoding.frozen_by[row]:
        single["frozen_to"] = encoding.rows.present[[row]]
        single["frozen_by"] = encoding.frozen_by[[row]]
    return replace(encoding.facts, clients=ClientFacts(**single))


def bars_of(encoding: Encoding, members: Ints, row: int) -> dict[str, Flags]:
    """For each rule, the coaches it bars for the client; shape (C,) each."""
    coaches = len(encoding.coach_ids)
    bars = barred(all_pairs(_alone(encoding, row), np.zeros(1, dtype=np.int64)))
    pin = encoding.rows.pin[row]
    if pin >= 0:
        bars |= {PIN: np.arange(coaches) != pin}
        bars = {name: where for name, where in bars.items() if name not in MOVING}
    others = np.zeros(coaches, dtype=np.bool_)
    for member in members[members != row]:
        for where in barred(all_pairs(_alone(encoding, int(member)), np.zeros(1, dtype=np.int64))).values():
            others |= where
    return bars | ({HOUSEHOLD: others} if len(members) > 1 else {})


def alternatives_of(
    encoding: Encoding, outcome: Outcome, members: Ints, bars: dict[str, Flags]
) -> tuple[Alternative, ...]:
    """Coaches who may serve the whole unit, by difference, then id."""
    prices, demand = _prices(encoding, outcome, members)
    total = np.sum(list(prices.values()), axis=0)
    coach = outcome.coach[members[0]]
    above = total - (total[coach] if coach >= 0 else 0.0)
    free = ~np.logical_or.reduce([np.zeros(len(total), dtype=np.bool_), *bars.values()])
    load, heads = _others(outcome, members)
    capacity = encoding.problem.capacity
    used = np.divide(load + demand, capacity, out=np.full(len(load), np.inf), where=capacity > 0)
    broken = _broken(encoding, outcome, members, (load + demand, heads + len(members)))
    found = np.flatnonzero(free)
    return tuple(
        Alternative(
            coach_id=encoding.coach_ids[c],
            prices={name: float(values[c]) for name, values in prices.items()},
            difference=float(above[c]),
            utilisation=float(used[c]),
            breaks=tuple(name for name, where in broken.items() if where[c]),
        )
        for c in found[np.argsort(above[found], kind="stable")]
    )


def _others(outcome: Outcome, members: Ints) -> tuple[Floats, Floats]:
    """Loads and heads of the plan with the members taken out, shape (C,) each."""
    load, heads = outcome.after.copy(), outcome.heads.copy()
    served = members[outcome.coach[members] >= 0]
    np.subtract.at(load, outcome.coach[served], outcome.demand[served])
    np.subtract.at(heads, outcome.coach[served], 1.0)
    return np.maximum(load, 0.0), heads


def _prices(encoding: Encoding, outcome: Outcome, members: Ints) -> tuple[dict[str, Floats], Floats]:
    """Prices of the unit with every coach by name, and its demand; shape (C,) each."""
    facts, rows, coaches = encoding.facts, encoding.rows, len(encoding.coach_ids)
    pairs = all_pairs(facts, rows.profile[members])
    shape = (len(members), coaches)
    prices = {name: price(pairs).reshape(shape).sum(axis=0) for name, price in PAIR_PRICES.items()}
    demand = pairs.demand().reshape(shape).sum(axis=0)
    moves = np.arange(coaches)[None, :] != rows.present[members][:, None]
    may_stay = encoding.units.may_stay[members][:, None]
    prices["handover"] = handover(rows.saving[members][:, None], may_stay, moves).sum(axis=0)
    load, _ = _others(outcome, members)
    full = (encoding.problem.capacity, encoding.problem.soft_limit, outcome.policy)
    prices["load"] = curve(load + demand, *full) - curve(load, *full)
    return prices, demand


def _broken(
    encoding: Encoding, outcome: Outcome, members: Ints, with_unit: tuple[Floats, Floats]
) -> dict[str, Flags]:
    """Limits that the unit would break with each coach, by name; shape (C,) each."""
    problem, coaches = encoding.problem, len(encoding.coach_ids)
    load, heads = with_unit
    broken = {
        "minutes": load > problem.limit + TOLERANCE,
        "heads": heads > problem.heads_limit + TOLERANCE,
        "interpreter minutes": np.zeros(coaches, dtype=np.bool_),
    }
    pairs = all_pairs(encoding.facts, encoding.rows.profile[members])
    area: Ints = pairs.area().reshape(len(members), coaches)
    taken = np.where(area >= 0, pairs.interpreter_minutes().reshape(area.shape), 0.0).sum(axis=0)
    for place in np.unique(area[area >= 0]):
        used = outcome.interpreter[place] - _taken_now(taken, outcome.coach[members[0]])
        over = used + taken > problem.area_limit[place] + TOLERANCE
        broken["interpreter minutes"] |= over & (area == place).any(axis=0)
    return broken


def _taken_now(taken: Floats, coach: np.int32 | Codes) -> float:
    """Interpreter minutes that the unit takes in the plan."""
    return float(taken[coach]) if int(coach) >= 0 else 0.0
