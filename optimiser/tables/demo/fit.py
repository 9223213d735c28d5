"""Which coach fits which kind of client by the rules of docs/MODEL.md, over the demo's own arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.domain.schema import LEVELS
from optimiser.tables.demo.draws import Flags, Ints
from optimiser.tables.demo.people import IN_PERSON, People
from optimiser.tables.demo.region import Region
from optimiser.tables.demo.staff import Staff


@dataclass(frozen=True)
class Fit:
    """K kinds of client that the rules tell apart, against C coaches.

    Attributes
    ----------
    kind : int, shape (N,)
        Kind of each client.
    usual : bool, shape (K, C)
        Every rule but presence and exclusion allows the pair.
    shared : bool, shape (K, C)
        They share a language.
    near : bool, shape (K, C)
        The coach's office is within reach of the client's municipality.
    integration : bool, shape (K,)
        Clients in their integration period.
    """

    kind: Ints
    usual: Flags
    shared: Flags
    near: Flags
    integration: Flags


def fit(region: Region, staff: Staff, people: People, policy: Policy) -> Fit:
    """Return which coaches fit which clients.

    Parameters
    ----------
    region, staff, people : Region, Staff, People
    policy : Policy
        Its rules on languages and travel.

    Returns
    -------
    Fit
    """
    codes = people.municipality * len(people.pairs) + people.pair
    codes = ((codes * 3 + people.age) * 2 + people.integration) * 2 + (people.channel == IN_PERSON)
    found, kind = _kinds(codes)
    rest, in_person = np.divmod(found, 2)
    rest, integration = np.divmod(rest, 2)
    rest, age = np.divmod(rest, 3)
    municipality, pair = np.divmod(rest, len(people.pairs))
    shares = _shares(region, staff, people.pairs, policy)[pair]
    language = shares | ~_coach_only(people.pairs, policy)[pair][:, None]
    grown = age[:, None] > 0
    near = region.minutes[staff.office].T[municipality] <= policy.rules.travel.max_minutes
    apart = integration[:, None] == 1
    exempt = apart & policy.rules.travel.integration_exempt
    travel = (in_person[:, None] == 0) | (~staff.remote & (near | exempt))
    usual = staff.serves[municipality] & language & ~(grown & staff.youth) & (apart == staff.integration)
    return Fit(kind, usual & travel, shares, near, integration == 1)


def _kinds(codes: Ints) -> tuple[Ints, Ints]:
    """Codes that occur, ascending, and for every entry which of them it is."""
    there = np.zeros(int(codes.max()) + 1, dtype=bool)
    there[codes] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[codes]


def _shares(region: Region, staff: Staff, pairs: tuple[tuple[str, str], ...], policy: Policy) -> Flags:
    """Whether a coach shares a language with clients of a language pair; shape (pairs, C)."""
    place = {name: i for i, name in enumerate(region.languages["language"])}
    shares = np.zeros((len(pairs), len(staff.office)), dtype=bool)
    for row, (language, levels) in enumerate(pairs):
        shares[row] = staff.speaks[place[language]]
        for part in levels.split():
            other, _, level = part.partition(":")
            if LEVELS.index(level) >= policy.enough_rank(other):
                shares[row] |= staff.speaks[place[other]]
    return shares


def _coach_only(pairs: tuple[tuple[str, str], ...], policy: Policy) -> Flags:
    rule = policy.rules.language
    return np.array([rule.modes.get(language, rule.default) == "coach" for language, _ in pairs])
