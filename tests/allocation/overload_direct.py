"""What is behind an overload, by a programme with a column for every client and coach; and policies to try."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import coo_array

from optimiser.allocation.pairs import Pairs, all_pairs
from optimiser.allocation.profiles import read_facts
from optimiser.allocation.rules import MOVING, RULES
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from tests.regions import policies


def direct(snapshot: Snapshot, rules: Policy, lifted: set[str], everybody: bool = False) -> float:
    """Least total excess from a programme with a column for every client and coach allowed."""
    facts, rows = read_facts(snapshot, rules)
    coaches, n = len(facts.coaches.ids), len(rows)
    pairs = all_pairs(facts, rows.profile)
    tables = {r: RULES[r].allowed(pairs).reshape(n, coaches) for r in RULES if r not in MOVING}
    tables = {r: flags for r, flags in tables.items() if getattr(rules.rules, r).on}
    open_to = np.logical_and.reduce(
        [np.ones((n, coaches), bool), *(f for r, f in tables.items() if r not in lifted)]
    )
    at, here = np.arange(n), rows.present
    settled = (here >= 0) & np.logical_and.reduce([np.ones((n, coaches), bool), *tables.values()])[at, here]
    moving = _moving(snapshot, rules, lifted)
    for i in range(n):
        if rows.pin[i] >= 0:
            open_to[i] = False
            open_to[i, rows.pin[i]] = True
        elif settled[i]:
            open_to[i] &= moving[snapshot.clients["client_id"][i]]
        if here[i] >= 0:
            open_to[i, here[i]] = True
    served = open_to.any(axis=1) & ((here >= 0) | everybody)
    client_of, coach_of = np.nonzero(open_to & served[:, None])
    return _programme(Pairs(facts, rows.profile[client_of], coach_of), client_of, here, snapshot)


def _moving(snapshot: Snapshot, rules: Policy, lifted: set[str]) -> dict[str, np.ndarray]:
    """Coaches that the rules of moving leave to a client who may stay, by client id."""
    r = rules.rules
    on = {name for name in MOVING if getattr(r, name).on} - lifted
    coaches = snapshot.coaches.sort("coach_id").to_dicts()
    ids, units = [c["coach_id"] for c in coaches], np.array([c["unit_id"] for c in coaches])
    frozen = np.array([c["coach_id"] in r.freeze.coaches or c["unit_id"] in r.freeze.units for c in coaches])
    found = {}
    for one in snapshot.clients.to_dicts():
        mine = np.array([c == one["coach_id"] for c in ids])
        since = one["coach_since"] or one["registered_on"]
        day = snapshot.date
        months = (day.year - since.year) * 12 + day.month - since.month - (since.day > day.day)
        young = months < r.protection.younger_than_months or one["need_level"] >= r.protection.need_level
        keeps = {
            "recent_change": one["involuntary_changes"] >= r.recent_change.max_changes,
            "protection": young,
            "freeze": bool((frozen & mine).any()),
        }
        open_to = np.ones(len(ids), bool)
        if "freeze" in on:
            open_to &= ~frozen
        if "team" in on:
            open_to &= np.isin(units, units[mine])
        if any(keeps[name] for name in on & set(keeps)):
            open_to = mine
        found[one["client_id"]] = open_to
    return found


def _programme(pairs: Pairs, client_of: np.ndarray, here: np.ndarray, snapshot: Snapshot) -> float:
    coaches, n = len(pairs.coaches.ids), len(here)
    count, demand = len(client_of), pairs.demand()
    area = np.where(here[client_of] >= 0, pairs.area(), -1)
    minutes = pairs.interpreter_minutes()
    stays = (pairs.coach == here[client_of]) & (area >= 0)
    limit = pairs.region.area_limit
    limit = np.maximum(limit, np.bincount(area[stays], minutes[stays], minlength=len(limit)))
    drawn = np.flatnonzero(area >= 0)
    above = count + np.arange(coaches)
    row = np.concatenate([pairs.coach, np.arange(coaches), coaches + area[drawn]])
    column = np.concatenate([np.arange(count), above, drawn])
    value = np.concatenate([demand, -np.ones(coaches), minutes[drawn]])
    shape = (coaches + len(limit), count + coaches)
    found = linprog(
        np.concatenate([np.zeros(count), np.ones(coaches)]),
        A_ub=coo_array((value, (row, column)), shape=shape).tocsr(),
        b_ub=np.concatenate([pairs.coaches.limits.capacity, limit * (1 + 1e-12)]),
        A_eq=coo_array((np.ones(count), (client_of, np.arange(count))), shape=(n, count + coaches)).tocsr(),
        b_eq=np.isin(np.arange(n), client_of).astype(float),
    )
    assert found.status == 0, found.message
    return float(found.fun)


@st.composite
def liftable(draw: st.DrawFn) -> Policy:
    """A policy in which any rule may be liftable, with rules of moving of every kind."""
    rules = draw(policies())
    marked = draw(st.dictionaries(st.sampled_from(sorted(RULES)), st.booleans(), max_size=6))
    changes: dict[str, dict[str, Any]] = {name: {"relaxable": flag} for name, flag in marked.items()}
    changes.setdefault("team", {})["on"] = draw(st.booleans())
    changes.setdefault("protection", {})["younger_than_months"] = draw(st.sampled_from([0, 0, 6, 24]))
    whole = rules.model_dump()
    for name, values in changes.items():
        whole["rules"][name] |= values
    return Policy.model_validate(whole)
