"""The few clients with an exclusion or a household: the coaches allowed to their units, explicitly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, Ints, runs
from optimiser.quality.facts import Facts
from optimiser.quality.pairs import EVERY, Pairs, limited_area
from optimiser.quality.people import People
from optimiser.quality.rules import Own, allowed_by_all, on

CHUNK = 2048
"""Rows that meet all coaches at a time."""


@dataclass(frozen=True)
class Special:
    """Units whose allowed coaches are kept explicitly.

    Attributes
    ----------
    member : numpy.ndarray
        Shape (n,), their clients, unit by unit, rising inside a unit.
    starts : numpy.ndarray
        Shape (U,), where each unit starts in `member`.
    packed : numpy.ndarray
        Shape (U, ceil(C / 8)), allowed coaches as bits.
    coaches : int
        C.
    """

    member: Ints
    starts: Ints
    packed: NDArray[np.uint8]
    coaches: int

    def chunks(self) -> Iterator[tuple[Ints, Ints, Bools]]:
        """Yield members, starts of their units, and the coaches allowed to each unit (units, C)."""
        for unit, held in runs(self.starts, len(self.member), CHUNK):
            allowed = np.unpackbits(self.packed[unit], axis=1, count=self.coaches).astype(bool)
            yield self.member[held], self.starts[unit] - held.start, allowed

    def number(self) -> Ints:
        """Number of the unit of each member, shape (n,)."""
        return _number(self.starts, len(self.member))

    def label(self) -> Ints:
        """First member of the unit of each member, shape (n,)."""
        label: Ints = self.member[self.starts][self.number()] if len(self.member) else self.member
        return label


def special_units(facts: Facts, people: People, own: Own, policy: Policy) -> Special:
    """Join households where the model says so; everyone else here is a unit of one.

    Parameters
    ----------
    facts : Facts
        Fact rows and tables.
    people : People
        All clients.
    own : Own
        What bars single clients.
    policy : Policy
        Rules in force.
    """
    coaches = len(facts.posts.ids)
    member, case_starts = _cases(people, coaches, policy)
    starts, packed = [np.zeros(0, np.int64)], [np.zeros((0, (coaches + 7) // 8), np.uint8)]
    for case, held in runs(case_starts, len(member), CHUNK):
        client, first = member[held], case_starts[case] - held.start
        pairs = Pairs(facts, facts.row_of[client], EVERY)
        allowed = allowed_by_all(pairs, replace(own, client=client), policy)
        joined = _joined(allowed, first, people.present[client], policy)
        joined &= _one_area(limited_area(facts, facts.row_of[client]), first)
        begins = ~joined[_number(first, len(client))]
        begins[first] = True
        unit = np.flatnonzero(begins)
        starts.append(unit + held.start)
        packed.append(np.packbits(np.logical_and.reduceat(allowed, unit, axis=0), axis=1))
    return Special(member, np.concatenate(starts), np.vstack(packed), coaches)


def kept_by_unit(special: Special, people: People) -> Bools:
    """Whether the present coach of each member is allowed to the unit, shape (n,)."""
    present = people.present[special.member]
    byte = special.packed[special.number(), np.maximum(present, 0) >> 3]
    bit = byte >> (7 - (np.maximum(present, 0) & 7)).astype(np.uint8) & 1
    kept: Bools = (present >= 0) & (bit == 1)
    return kept


def homes(special: Special, people: People, may_keep: Bools) -> Ints:
    """Coach where each member's unit may stay, -1 where it may not, shape (n,).

    Of several present coaches allowed to the unit it is that of most members, then the smaller id.
    """
    number = special.number()
    home = np.full(len(special.starts), -1, dtype=np.int64)
    stays = pl.DataFrame({"unit": number, "coach": people.present[special.member]})
    stays = stays.filter(pl.Series(may_keep[special.member])).group_by("unit", "coach").len()
    stays = stays.sort("unit", "len", "coach", descending=[False, True, False])
    stays = stays.unique("unit", keep="first", maintain_order=True)
    home[stays["unit"].to_numpy()] = stays["coach"].to_numpy()
    found: Ints = home[number]
    return found


def _number(starts: Ints, count: int) -> Ints:
    """Number of the run that each of `count` things belongs to."""
    begins = np.zeros(count, dtype=np.int64)
    begins[starts] = 1
    return np.cumsum(begins) - 1


def _cases(people: People, coaches: int, policy: Policy) -> tuple[Ints, Ints]:
    """Clients who need an explicit look, household by household, and where each household starts."""
    free = pl.DataFrame({"at": np.flatnonzero(people.pin < 0)})
    case = free.clear().with_columns(case=pl.col("at"))
    if on("household", policy):
        household = people.frame["household"].gather(free["at"])
        shared = free.with_columns(household=household).drop_nulls()
        of_house = [
            pl.len().over("household").alias("size"),
            pl.col("at").min().over("household").alias("case"),
        ]
        case = shared.with_columns(of_house).filter(pl.col("size") > 1).select("at", "case")
    if on("exclusion", policy):
        excluded = pl.DataFrame({"at": np.unique(people.excluded // coaches)}).join(free, on="at", how="semi")
        alone = excluded.join(case, on="at", how="anti").with_columns(case=pl.col("at"))
        case = pl.concat([case, alone])
    case = case.sort("case", "at")
    of_case = case["case"].to_numpy()
    changes = np.flatnonzero(np.diff(of_case, prepend=-1))
    return case["at"].to_numpy(), changes


def _joined(allowed: Bools, first: Ints, present: Ints, policy: Policy) -> Bools:
    """Whether each case becomes one unit.

    Parameters
    ----------
    allowed : numpy.ndarray
        Shape (n, C), coaches allowed to each member alone.
    first : numpy.ndarray
        Shape (H,), where each case starts.
    present : numpy.ndarray
        Shape (n,), present coach of each member, -1 for none.
    policy : Policy
        Whether members with different coaches are joined.
    """
    common = np.logical_and.reduceat(allowed, first, axis=0)
    case = _number(first, len(present))
    most = np.maximum.reduceat(present, first)
    one_coach = most == np.minimum.reduceat(present, first)
    may = allowed[np.arange(len(present)), most[case]]
    all_or_none = np.logical_and.reduceat(may, first) | ~np.logical_or.reduceat(may, first)
    shares_present = np.logical_or.reduceat(common[case, present] & (present >= 0), first)
    different = policy.rules.household.join_different & shares_present
    joined: Bools = common.any(axis=1) & np.where(one_coach, (most < 0) | all_or_none, different)
    return joined


def _one_area(area: Ints, first: Ints) -> Bools:
    """Whether the members of each case draw on the interpreter minutes of one limited area at most."""
    most = np.maximum.reduceat(area, first)
    least = np.minimum.reduceat(np.where(area < 0, most[_number(first, len(area))], area), first)
    one: Bools = most == least
    return one
