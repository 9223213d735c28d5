"""What moving is held to: clients who could stay split their profiles by what binds them to their coach."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from optimiser.allocation.arcs import Arcs
from optimiser.allocation.codes import combined, spread
from optimiser.allocation.facts import ClientFacts, CoachFacts, Facts, Flags
from optimiser.allocation.profiles import ClientRows


def bound_by_moving(
    facts: Facts, rows: ClientRows, arcs: Arcs, settled: Flags
) -> tuple[Facts, ClientRows, Arcs]:
    """Return facts, clients and allowed pairs under the rules `team` and `freeze`.

    Parameters
    ----------
    facts, rows, arcs
        Profiles of the rules of serving, the clients, and the pairs those rules allow.
    settled : bool, shape (n,)
        Clients without a pin who could stay and whom no other rule of moving keeps with one coach.

    Returns
    -------
    Facts, ClientRows, Arcs
        The same where neither rule bars anybody; else clients who are bound differently have
        different profiles, and the pairs that these rules bar are gone.
    """
    coaches, rules = facts.coaches, facts.policy.rules
    team = np.full(len(rows), -1, dtype=np.int32)
    if rules.team.on:
        team = np.where(settled, coaches.unit[rows.present], -1).astype(np.int32)
    held = settled & coaches.frozen.any() & rules.freeze.on
    if not held.any() and (team < 0).all():
        return facts, rows, arcs
    units = int(coaches.unit.max(initial=0)) + 2
    profile, count = combined([(rows.profile, len(facts.clients)), (team + 1, units), (held.astype(int), 2)])
    example = np.zeros(count, dtype=np.int64)
    example[profile] = np.arange(len(profile))
    old = rows.profile[example].astype(np.int64)
    same = {f.name: getattr(facts.clients, f.name)[old] for f in fields(ClientFacts)}
    clients = ClientFacts(**same | {"team": team[example], "settled": held[example]})
    kept = _allowed(arcs, clients, coaches, old)
    return replace(facts, clients=clients), replace(rows, profile=profile), kept


def _allowed(arcs: Arcs, clients: ClientFacts, coaches: CoachFacts, old: np.ndarray) -> Arcs:
    """The pairs of the profiles split, less those that are barred now."""
    counts = arcs.counts()[old]
    arc = spread(arcs.starts()[old], counts)
    tail = np.repeat(np.arange(len(old)), counts)
    coach = arcs.coach[arc]
    inside = (clients.team[tail] < 0) | (clients.team[tail] == coaches.unit[coach])
    chosen = inside & ~(clients.settled[tail] & coaches.frozen[coach])
    return arcs.take(arc[chosen], tail[chosen], len(old))
