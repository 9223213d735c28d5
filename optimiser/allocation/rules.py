"""Who may serve whom: one named function a rule, true where the coach may serve the client.

The titles are what people read. A rule that the policy switches off is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.facts import KEPT_BY, Flags
from optimiser.allocation.pairs import Pairs
from optimiser.domain.policy import Policy


@dataclass(frozen=True)
class Rule:
    """A rule and what people call it.

    Attributes
    ----------
    name : str
        As in the policy.
    title : str
        What managers read.
    allowed : function
        Pairs to true or false, shape (N,).
    """

    name: str
    title: str
    allowed: Callable[[Pairs], Flags]


def municipality(pairs: Pairs) -> Flags:
    """The coach serves the client's municipality."""
    may: Flags = pairs.coaches.serves[pairs.coach, pairs.clients.municipality[pairs.client]]
    return may


def language(pairs: Pairs) -> Flags:
    """They share a language, or an interpreter may help."""
    needs_coach = pairs.region.needs_coach[pairs.clients.language]
    may: Flags = pairs.share_language() | ~needs_coach[pairs.client]
    return may


def age_group(pairs: Pairs) -> Flags:
    """The coach serves the client's age group."""
    may: Flags = pairs.coaches.age_groups[pairs.coach, pairs.clients.age_group[pairs.client]]
    return may


def integration_unit(pairs: Pairs) -> Flags:
    """Clients in their integration period, and they alone, are served by an integration unit."""
    may: Flags = pairs.clients.integration[pairs.client] == pairs.coaches.integration[pairs.coach]
    return may


def presence(pairs: Pairs) -> Flags:
    """The coach has started and has not left."""
    may: Flags = pairs.coaches.available[pairs.coach]
    return may


def exclusion(pairs: Pairs) -> Flags:
    """The pair is not excluded."""
    own = pairs.clients.own[pairs.client]
    allowed = np.ones(len(pairs), dtype=np.bool_)
    alone = np.flatnonzero(own >= 0)
    keys = own[alone].astype(np.int64) * len(pairs.coaches.ids) + pairs.coach[alone]
    allowed[alone] = ~np.isin(keys, pairs.region.excluded)
    return allowed


def travel(pairs: Pairs) -> Flags:
    """Who is met in person lives within reach of the office, and the coach is there."""
    rule = pairs.policy.rules.travel
    near = pairs.road_minutes() <= rule.max_minutes
    if rule.integration_exempt:
        near |= pairs.clients.integration[pairs.client]
    may: Flags = ~pairs.clients.in_person[pairs.client] | (near & ~pairs.coaches.remote[pairs.coach])
    return may


def recent_change(pairs: Pairs) -> Flags:
    """Whoever had to change coach lately keeps the present one."""
    return _keeps(pairs, "recent_change")


def protection(pairs: Pairs) -> Flags:
    """A relationship that the policy protects goes on."""
    return _keeps(pairs, "protection")


def freeze(pairs: Pairs) -> Flags:
    """Nobody who could stay leaves a frozen coach or comes to one."""
    coming = pairs.clients.settled[pairs.client] & pairs.coaches.frozen[pairs.coach]
    may: Flags = _keeps(pairs, "freeze") & ~coming
    return may


def team(pairs: Pairs) -> Flags:
    """Whoever could stay changes coach only inside the unit."""
    unit = pairs.clients.team[pairs.client]
    may: Flags = (unit < 0) | (unit == pairs.coaches.unit[pairs.coach])
    return may


def _keeps(pairs: Pairs, name: str) -> Flags:
    """The rule of moving does not speak for another coach."""
    clients = pairs.clients
    bound = (clients.frozen_by & KEPT_BY[name] > 0)[pairs.client]
    may: Flags = ~bound | (clients.frozen_to[pairs.client] == pairs.coach)
    return may


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("municipality", "serves another municipality", municipality),
        Rule("language", "does not work in a language of the client", language),
        Rule("age_group", "serves another age group", age_group),
        Rule("integration_unit", "serves the other clients (integration period or not)", integration_unit),
        Rule("presence", "has not started yet or has left", presence),
        Rule("exclusion", "must not serve this client", exclusion),
        Rule("travel", "is too far away to meet in person", travel),
        Rule("recent_change", "is not the coach a recent change protects", recent_change),
        Rule("protection", "is not the coach of a protected relationship", protection),
        Rule("freeze", "has a frozen caseload, or the present coach has", freeze),
        Rule("team", "belongs to another unit than the present coach", team),
    )
}
"""Every rule by its name in the policy, in the order in which they are asked.

The title says, of a coach, why he or she is barred: it goes on from "the coach" and from "who".
"""


MOVING = ("recent_change", "protection", "freeze", "team")
"""Rules of moving: they hold for clients who could stay by all others; a pin sets them aside."""


def rules_on(policy: Policy) -> list[Rule]:
    """Return the rules that the policy applies."""
    return [rule for rule in RULES.values() if getattr(policy.rules, rule.name).on]


def relaxable(policy: Policy) -> set[str]:
    """Return the names of the rules in force that managers could lift."""
    return {rule.name for rule in rules_on(policy) if getattr(policy.rules, rule.name).relaxable}


def barred(pairs: Pairs) -> dict[str, Flags]:
    """Return, for each rule in force, where it bars the pair, shape (N,)."""
    return {rule.name: ~rule.allowed(pairs) for rule in rules_on(pairs.policy)}


def allowed(pairs: Pairs) -> Pairs:
    """Return the pairs that no rule bars; each rule is asked only about what the earlier ones left."""
    for rule in rules_on(pairs.policy):
        pairs = pairs.where(rule.allowed(pairs))
    return pairs
