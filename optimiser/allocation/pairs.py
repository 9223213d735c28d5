"""Pairs of a profile and a coach: what a rule and a price are asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import ClientFacts, CoachFacts, Facts, Flags, Region
from optimiser.domain.policy import Policy


@dataclass(frozen=True)
class Pairs:
    """N pairs of a profile and a coach.

    Attributes
    ----------
    facts : Facts
        Of all profiles and coaches, with the policy.
    client, coach : int, shape (N,)
        Rows of `facts.clients` and `facts.coaches`.
    """

    facts: Facts
    client: NDArray[np.integer]
    coach: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.client)

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self.facts.policy

    @property
    def clients(self) -> ClientFacts:
        """Facts of the profiles."""
        return self.facts.clients

    @property
    def coaches(self) -> CoachFacts:
        """Facts of the coaches."""
        return self.facts.coaches

    @property
    def region(self) -> Region:
        """Facts of profiles and coaches together."""
        return self.facts.region

    def where(self, chosen: Flags) -> Pairs:
        """Return the chosen pairs."""
        return replace(self, client=self.client[chosen], coach=self.coach[chosen])

    def share_language(self) -> Flags:
        """Whether client and coach share a language, shape (N,)."""
        shares: Flags = self.region.shares[self.clients.language[self.client], self.coach]
        return shares

    def road_minutes(self) -> Floats:
        """Road minutes from the coach's office to the client's municipality, one way, shape (N,)."""
        minutes: Floats = self.region.road[self.coach, self.clients.municipality[self.client]]
        return minutes

    def in_person_meetings(self) -> Floats:
        """Meetings a month in person, shape (N,)."""
        meetings: Floats = np.where(self.clients.in_person, self.clients.meetings, 0.0)[self.client]
        return meetings

    def interpreter_minutes(self) -> Floats:
        """Meeting minutes a month that an interpreter adds, shape (N,)."""
        work = self.policy.workload
        added = work.interpreter_share * work.meeting_minutes * self.clients.meetings
        return np.where(self.share_language(), 0.0, added[self.client])

    def demand(self) -> Floats:
        """Minutes of coach time a month, an interpreter's included, shape (N,)."""
        minutes: Floats = self.clients.base[self.client] + self.interpreter_minutes()
        return minutes

    def area(self) -> Ints:
        """Area whose limited interpreter minutes the pair takes, -1 for none, shape (N,)."""
        limited = self.region.limited[self.clients.language]
        area = np.where(limited, self.region.area_of[self.clients.municipality], -1)[self.client]
        return np.where(self.interpreter_minutes() > 0, area, -1).astype(np.int64)


def all_pairs(facts: Facts, clients: NDArray[np.integer]) -> Pairs:
    """Return the pairs of some profiles with every coach, profile by profile."""
    coaches = len(facts.coaches.ids)
    return Pairs(facts, np.repeat(clients, coaches), np.tile(np.arange(coaches), len(clients)))
