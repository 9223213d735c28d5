"""Clients against coaches: some pairs, or some fact rows against every coach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, Floats, Ints
from optimiser.quality.facts import Facts

EVERY = slice(None)
"""In `Pairs.coach`: every client with all coaches."""


@dataclass(frozen=True)
class Pairs:
    """n clients, each with one coach or with all of them.

    Attributes
    ----------
    facts : Facts
        What is read.
    row : numpy.ndarray
        Shape (n,), fact row of each client.
    coach : numpy.ndarray or slice
        Shape (n,), position of the coach of each client; or all coaches (`EVERY`). What is computed
        of the pairs then has shape (n,) or (n, C).
    """

    facts: Facts
    row: Ints
    coach: Ints | slice

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what is computed of the pairs."""
        every = isinstance(self.coach, slice)
        return (len(self.row), len(self.facts.posts.ids)) if every else (len(self.row),)

    def across(self, values: NDArray[Any]) -> NDArray[Any]:
        """One value a client, shaped to meet the coaches."""
        return values[:, None] if isinstance(self.coach, slice) else values


def shared_language(pairs: Pairs) -> Bools:
    """Whether client and coach share a language."""
    found: Bools = pairs.facts.shares[pairs.facts.rows.tongue[pairs.row], pairs.coach]
    return found


def own_language(pairs: Pairs) -> Bools:
    """Whether the coach works in the client's language of service."""
    found: Bools = pairs.facts.speaks[pairs.facts.rows.tongue[pairs.row], pairs.coach]
    return found


def interpreter_minutes(pairs: Pairs, policy: Policy) -> Floats:
    """Extra meeting time a month where they share no language."""
    work = policy.workload
    extra = work.interpreter_share * work.meeting_minutes * pairs.facts.rows.meetings[pairs.row]
    return np.where(shared_language(pairs), 0.0, pairs.across(extra))


def road_minutes(pairs: Pairs) -> Floats:
    """Road minutes one way between the client's and the coach's municipality."""
    found: Floats = pairs.facts.road[pairs.facts.rows.municipality[pairs.row], pairs.coach]
    return found


def travelled_minutes(pairs: Pairs) -> Floats:
    """Road minutes one way times in-person meetings a month."""
    rows = pairs.facts.rows
    meetings = np.where(rows.in_person, rows.meetings, 0.0)[pairs.row]
    travelled: Floats = road_minutes(pairs) * pairs.across(meetings)
    return travelled


def limited_area(facts: Facts, row: Ints) -> Ints:
    """Area whose limit the client's interpreter minutes count against, -1 for none; shape (n,)."""
    area = np.where(facts.limited[facts.rows.tongue], facts.area_of[facts.rows.municipality], -1)
    found: Ints = area[row]
    return found


def least_demand(facts: Facts, row: Ints, policy: Policy) -> Floats:
    """Demand with the least demanding coach, minutes a month; shape (n,)."""
    rows, work = facts.rows, policy.workload
    extra = work.interpreter_share * work.meeting_minutes * rows.meetings
    spoken = np.asarray(facts.shares.any(axis=1), dtype=bool)
    least = rows.base + np.where(spoken[rows.tongue], 0.0, extra)
    found: Floats = least[row]
    return found
