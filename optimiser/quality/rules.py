"""Who may serve whom: one named function a rule, true where the coach may serve the client.

Most read facts that many clients share; `exclusion`, `recent_change` and `protection` are a client's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.domain.texts import mark
from optimiser.quality.arrays import Bools, Ints
from optimiser.quality.pairs import Pairs, road_minutes, shared_language

LIMITS = ("minutes", "heads", "interpreter_minutes", "moves")
"""What bounds a coach (minutes, heads), an area (interpreter minutes) or the whole plan (moves)."""


@dataclass(frozen=True)
class Own:
    """What bars single clients, beside their facts.

    Attributes
    ----------
    client : numpy.ndarray
        Shape (n,), which clients the pairs are of.
    tied, protected : numpy.ndarray
        Shape (N,), present coach of whoever must not be made to change again, and of those whose
        relationship the policy protects; -1 for the others.
    excluded : numpy.ndarray
        Pairs that must not be, as client * C + coach, rising.
    """

    client: Ints
    tied: Ints
    protected: Ints
    excluded: Ints


def municipality(pairs: Pairs, policy: Policy) -> Bools:
    """The coach serves the client's municipality."""
    allowed: Bools = pairs.facts.serves[pairs.facts.rows.municipality[pairs.row], pairs.coach]
    return allowed


def language(pairs: Pairs, policy: Policy) -> Bools:
    """They share a language, or an interpreter is allowed."""
    interpreted = ~pairs.facts.coach_only[pairs.facts.rows.tongue[pairs.row]]
    allowed: Bools = shared_language(pairs) | pairs.across(interpreted)
    return allowed


def age_group(pairs: Pairs, policy: Policy) -> Bools:
    """The coach serves the client's age group."""
    allowed: Bools = pairs.facts.groups[pairs.facts.rows.age[pairs.row], pairs.coach]
    return allowed


def integration_unit(pairs: Pairs, policy: Policy) -> Bools:
    """Clients in their integration period, and only they, are served by an integration unit."""
    period = pairs.across(pairs.facts.rows.integration[pairs.row])
    allowed: Bools = period == pairs.facts.posts.integration[pairs.coach]
    return allowed


def presence(pairs: Pairs, policy: Policy) -> Bools:
    """The coach has started and has not ended."""
    allowed: Bools = np.broadcast_to(pairs.facts.posts.working[pairs.coach], pairs.shape)
    return allowed


def travel(pairs: Pairs, policy: Policy) -> Bools:
    """Clients met in person live within reach of a coach who meets in person."""
    rule, rows = policy.rules.travel, pairs.facts.rows
    near = road_minutes(pairs) <= rule.max_minutes
    if rule.integration_exempt:
        near = near | pairs.across(rows.integration[pairs.row])
    apart = pairs.across(~rows.in_person[pairs.row])
    allowed: Bools = apart | (near & ~pairs.facts.posts.remote[pairs.coach])
    return allowed


def exclusion(pairs: Pairs, own: Own) -> Bools:
    """No exclusion of the pair is in force."""
    if not len(own.excluded):
        return np.ones(pairs.shape, dtype=bool)
    coach = np.arange(len(pairs.facts.posts.ids))[pairs.coach]
    key = pairs.across(own.client * len(pairs.facts.posts.ids)) + coach
    at = np.minimum(np.searchsorted(own.excluded, key), len(own.excluded) - 1)
    allowed: Bools = own.excluded[at] != key
    return allowed


def recent_change(pairs: Pairs, own: Own) -> Bools:
    """Nobody is made to change coach again soon."""
    return _only(pairs, own.tied[own.client])


def protection(pairs: Pairs, own: Own) -> Bools:
    """A relationship that the policy protects goes on."""
    return _only(pairs, own.protected[own.client])


def freeze(pairs: Pairs, policy: Policy) -> Bools:
    """A frozen coach keeps the clients who could stay, and gets none who could stay elsewhere."""
    rows, frozen = pairs.facts.rows, pairs.facts.posts.frozen[pairs.coach]
    allowed: Bools = _only(pairs, rows.frozen_to[pairs.row])
    coming = pairs.across(rows.settled[pairs.row] & (rows.frozen_to[pairs.row] < 0)) & frozen
    return allowed & ~coming


def team(pairs: Pairs, policy: Policy) -> Bools:
    """Who could stay changes coach only inside the unit."""
    unit = pairs.across(pairs.facts.rows.team[pairs.row])
    allowed: Bools = (unit < 0) | (unit == pairs.facts.posts.unit[pairs.coach])
    return allowed


def _only(pairs: Pairs, coach: Ints) -> Bools:
    """Whether the pair is with the one coach, where there is one."""
    one = pairs.across(coach)
    allowed: Bools = (one < 0) | (one == np.arange(len(pairs.facts.posts.ids))[pairs.coach])
    return allowed


FACT_RULES: dict[str, Callable[[Pairs, Policy], Bools]] = {
    "municipality": municipality,
    "language": language,
    "age_group": age_group,
    "integration_unit": integration_unit,
    "presence": presence,
    "travel": travel,
    "freeze": freeze,
    "team": team,
}
OWN_RULES: dict[str, Callable[[Pairs, Own], Bools]] = {
    "exclusion": exclusion,
    "recent_change": recent_change,
    "protection": protection,
}
RULES: dict[str, Callable[..., Bools]] = {**FACT_RULES, **OWN_RULES}
"""Every rule by name; the names are those of `policy.rules`."""

WORDS = {
    "municipality": mark("the coach does not serve the client's municipality"),
    "language": mark("they share no language, and an interpreter is not allowed for this one"),
    "age_group": mark("the coach does not serve the client's age group"),
    "integration_unit": mark("integration clients, and only they, belong to an integration unit"),
    "presence": mark("the coach has not started yet or has ended"),
    "exclusion": mark("an exclusion forbids this pair"),
    "travel": mark("the client is met in person and the coach is out of reach or only remote"),
    "recent_change": mark("the client has been made to change coach too recently to change again"),
    "protection": mark("the policy protects the relationship with the present coach"),
    "freeze": mark("the caseload of one of the two coaches is frozen"),
    "team": mark("a client who could stay changes coach only inside the unit"),
}
"""What each rule says where it is broken."""


def on(name: str, policy: Policy) -> bool:
    """Whether the policy applies a rule."""
    return bool(getattr(policy.rules, name).on)


def allowed_by_facts(pairs: Pairs, policy: Policy) -> Bools:
    """Whether every rule about shared facts allows the pairs; shape of the pairs."""
    allowed = np.ones(pairs.shape, dtype=bool)
    for name, rule in FACT_RULES.items():
        if on(name, policy):
            allowed &= rule(pairs, policy)
    return allowed


def allowed_by_all(pairs: Pairs, own: Own, policy: Policy) -> Bools:
    """Whether every rule allows the pairs; shape of the pairs."""
    allowed = allowed_by_facts(pairs, policy)
    for name, rule in OWN_RULES.items():
        if on(name, policy):
            allowed &= rule(pairs, own)
    return allowed
