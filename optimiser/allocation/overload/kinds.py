"""Profiles to kinds: alike in every rule, in who shares their language, and in what an interpreter adds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats, Ints, combined, ranked
from optimiser.allocation.facts import Facts, Flags
from optimiser.allocation.pairs import all_pairs
from optimiser.allocation.rules import MOVING, RULES, relaxable, rules_on
from optimiser.domain.policy import Policy

CHUNK = 1 << 20
"""Pairs looked at together: bounds the memory of many profiles."""


@dataclass(frozen=True)
class Kinds:
    """K kinds of profiles beside C coaches.

    Attributes
    ----------
    of_profile : int, shape (P,)
        Kind of each profile.
    allowed : bool, shape (K, C)
        By the rules of serving in force that nobody may lift.
    lifted : dict of (bool, shape (K, C))
        Rule of serving that may be lifted to where it allows.
    shares : bool, shape (K, C)
        Whether they share a language.
    factor : float, shape (K,)
        Minutes that a minute of the base demand becomes where they do not.
    area : int, shape (K,)
        Area whose limited interpreter minutes are taken then, -1 for none.
    """

    of_profile: Codes
    allowed: Flags
    lifted: dict[str, Flags]
    shares: Flags
    factor: Floats
    area: Ints


def kinds_of(facts: Facts) -> Kinds:
    """Return the kinds of all profiles."""
    asked = _rules_of_serving(facts.policy)
    bits = _bits(facts, asked)
    factor, area = _interpreter(facts)
    rows = np.ascontiguousarray(bits.reshape(len(bits), bits.shape[1] * bits.shape[2]))
    texts = rows.view(f"V{rows.shape[1]}")[:, 0]
    alike, count = np.unique(texts, return_inverse=True)[1], len(facts.clients)
    rank, ranks = ranked(factor)
    of_profile, kinds = combined(
        [(alike.astype(np.int64), count), (rank, ranks), (area + 1, int(area.max(initial=-1)) + 2)]
    )
    example = np.zeros(kinds, dtype=np.int64)
    example[of_profile[::-1]] = np.arange(count)[::-1]
    coaches = len(facts.coaches.ids)
    tables = {
        name: np.unpackbits(bits[example, i], axis=1, count=coaches).astype(np.bool_)
        for i, name in enumerate(("", "shares", *asked))
    }
    hard, shares = tables.pop(""), tables.pop("shares")
    for name in set(asked) - relaxable(facts.policy):
        hard &= tables.pop(name)
    return Kinds(of_profile, hard, tables, shares, factor[example], area[example])


def _rules_of_serving(policy: Policy) -> tuple[str, ...]:
    """Rules in force that ask about client and coach alone, not who the present coach is."""
    return tuple(rule.name for rule in rules_on(policy) if rule.name not in MOVING)


def _bits(facts: Facts, asked: tuple[str, ...]) -> np.ndarray:
    """All pairs allowed, who shares a language, and where each rule allows, packed; shape (P, 2 + rules, bytes)."""
    coaches, found = len(facts.coaches.ids), []
    step = max(1, CHUNK // coaches)
    for start in range(0, max(len(facts.clients), 1), step):
        pairs = all_pairs(facts, np.arange(start, min(start + step, len(facts.clients))))
        tables = [np.ones(len(pairs), dtype=np.bool_), pairs.share_language()]
        tables += [RULES[name].allowed(pairs) for name in asked]
        found.append(np.packbits(np.stack(tables).reshape(len(tables), -1, coaches), axis=2).swapaxes(0, 1))
    return np.concatenate(found)


def _interpreter(facts: Facts) -> tuple[Floats, Ints]:
    """Factor and area of each profile; 1 and -1 where an interpreter adds nothing."""
    clients, region, work = facts.clients, facts.region, facts.policy.workload
    added = work.interpreter_share * work.meeting_minutes * clients.meetings
    factor = 1.0 + np.divide(added, clients.base, out=np.zeros(len(added)), where=clients.base > 0)
    area = np.where(region.limited[clients.language], region.area_of[clients.municipality], -1)
    return factor, np.where(factor > 1, area, -1).astype(np.int64)
