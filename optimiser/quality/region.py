"""Everything a recount reads, read once."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.facts import Facts, facts
from optimiser.quality.limits import Limits, raised
from optimiser.quality.people import People, people, sorted_clients
from optimiser.quality.posts import posts
from optimiser.quality.ties import present_allowed, with_ties
from optimiser.quality.units import Units, units


@dataclass(frozen=True)
class Region:
    """The facts on a date, read under a policy by the road of docs/MODEL.md.

    Attributes
    ----------
    snapshot, policy
        What was read.
    facts : Facts
        Fact rows of the clients against the coaches.
    people : People
        What stays with each client.
    units : Units
        Who is decided together.
    limits : Limits
        Limits in force, raised.
    """

    snapshot: Snapshot
    policy: Policy
    facts: Facts
    people: People
    units: Units
    limits: Limits


def read_region(snapshot: Snapshot, policy: Policy) -> Region:
    """Read a snapshot under a policy."""
    clients = sorted_clients(snapshot)
    coaches = posts(snapshot, policy)
    known = facts(snapshot, clients, coaches, policy)
    everyone = people(snapshot, clients, coaches.ids, policy)
    kept = present_allowed(known, everyone, policy)
    known = with_ties(known, everyone, kept, policy)
    together = units(known, everyone, kept, policy)
    leaving = together.may_keep & (together.held >= 0) & (together.held != everyone.present)
    limits = raised(known, together.held, int(leaving.sum()), policy)
    return Region(snapshot, policy, known, everyone, together, limits)
