"""What rules and prices read, as arrays: facts of coaches, of profiles (clients alike), of both."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.workload import Capacities, capacities
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import AGE_GROUPS, EVERYWHERE
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.domain.travel import Travel, travel_minutes

Flags = NDArray[np.bool_]


KEPT_BY = {"recent_change": 1, "protection": 2, "freeze": 4}
"""Rules of moving that keep a client with the present coach, as bits."""


@dataclass(frozen=True)
class CoachFacts:
    """Facts of C coaches, sorted by id; M municipalities, L languages, S specialisms.

    Attributes
    ----------
    ids : tuple of str
        Coach ids (C).
    municipality : int, shape (C,)
        Place of the office among the municipality codes.
    serves : bool, shape (C, M)
    age_groups : bool, shape (C, 3)
        Of `AGE_GROUPS`.
    specialisms : bool, shape (C, S + 1)
        The last column is for a specialism that no coach has.
    unit : int, shape (C,)
        Place of the coach's unit among the units.
    integration, available, remote, frozen : bool, shape (C,)
        In an integration unit; has started and not ended; serves only from afar; frozen by the policy.
    spoken : tuple of frozenset of str
        Languages the coach works in (C).
    specialism_codes : tuple of str
        What the columns of `specialisms` mean (S).
    limits : Capacities
        Capacity, minutes limit, heads limit before any is raised.
    """

    ids: tuple[str, ...]
    municipality: Codes
    serves: Flags
    age_groups: Flags
    specialisms: Flags
    unit: Codes
    integration: Flags
    available: Flags
    remote: Flags
    frozen: Flags
    spoken: tuple[frozenset[str], ...]
    specialism_codes: tuple[str, ...]
    limits: Capacities


@dataclass(frozen=True)
class ClientFacts:
    """Facts of P profiles: what rules and prices read of a client. All arrays have shape (P,).

    Attributes
    ----------
    municipality, language : int
        Place among the municipality codes, among the language keys of `Facts`.
    age_group : int
        Place in `AGE_GROUPS`.
    integration, in_person : bool
        In the integration period; met in person.
    meetings, base : float
        Meetings a month; minutes a month with a coach who shares a language.
    specialism : int
        Column of `CoachFacts.specialisms`, -1 for none.
    weight : int
        What one counts if unserved.
    own : int
        Number of a client with exclusions of its own, -1 for others.
    frozen_to, frozen_by : int
        Coach whom a rule of moving makes the only one, -1 for none; those rules as bits of `KEPT_BY`.
    team : int
        Unit inside which a change of coach must stay, -1 for any.
    settled : bool
        Could stay, and so goes to no frozen coach.
    """

    municipality: Codes
    language: Codes
    age_group: Codes
    integration: Flags
    in_person: Flags
    meetings: Floats
    base: Floats
    specialism: Codes
    weight: Ints
    own: Codes
    frozen_to: Codes
    frozen_by: Codes
    team: Codes
    settled: Flags

    def __len__(self) -> int:
        return len(self.municipality)


@dataclass(frozen=True)
class Region:
    """What pairs of a profile and a coach read; K language keys, C coaches, M municipalities.

    Attributes
    ----------
    date : datetime.date
        The snapshot's.
    codes : tuple of str
        Municipality codes, sorted (M).
    road : float, shape (C, M)
        Minutes from the coach's office to a municipality.
    shares : bool, shape (K, C)
        Whether a client with the key and the coach share a language.
    needs_coach, limited : bool, shape (K,)
        The mode of the client's language is `coach`, is `interpreter_limited`.
    areas : tuple of str
        Areas with a limit of interpreter minutes, sorted (R).
    area_of : int, shape (M,)
        Place of a municipality's area in `areas`, -1 where its area has no limit.
    area_limit : float, shape (R,)
        Interpreter minutes a month.
    excluded : int, shape (X,)
        `own` * C + coach of every excluded pair, sorted.
    """

    date: Date
    codes: tuple[str, ...]
    road: Floats
    shares: Flags
    needs_coach: Flags
    limited: Flags
    areas: tuple[str, ...]
    area_of: Codes
    area_limit: Floats
    excluded: Ints


@dataclass(frozen=True)
class Facts:
    """Everything that rules and prices read, and the policy."""

    policy: Policy
    region: Region
    coaches: CoachFacts
    clients: ClientFacts


def sorted_by(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the frame in the order of its key; itself where it is so already."""
    return frame if frame[key].is_sorted() else frame.sort(key)


def coach_facts(snapshot: Snapshot, policy: Policy, codes: tuple[str, ...]) -> CoachFacts:
    """Return the coaches' facts; `codes` are the municipality codes, sorted."""
    snapshot = snapshot.replace(coaches=sorted_by(snapshot.coaches, "coach_id"))
    coaches = snapshot.coaches
    at = {code: i for i, code in enumerate(codes)}
    specialisms = _parts(coaches, "specialisms")
    known = tuple(sorted(set().union(*specialisms))) if specialisms else ()
    serves = [codes if EVERYWHERE in s else s for s in _parts(coaches, "serves")]
    ages = [a or set(AGE_GROUPS) for a in _parts(coaches, "age_groups")]
    integration = dict(snapshot.units.select("unit_id", "integration").iter_rows())
    day = snapshot.date
    available = (pl.col("start").is_null() | (pl.col("start") <= day)) & (
        pl.col("end").is_null() | (pl.col("end") >= day)
    )
    return CoachFacts(
        ids=tuple(coaches["coach_id"]),
        municipality=np.array([at[m] for m in coaches["municipality"]], dtype=np.int32),
        serves=_membership(serves, codes),
        age_groups=_membership(ages, AGE_GROUPS),
        specialisms=_membership(specialisms, (*known, "")),
        unit=places(coaches["unit_id"]),
        integration=np.array([bool(integration[u]) for u in coaches["unit_id"]], dtype=np.bool_),
        available=coaches.select(a=available)["a"].to_numpy(),
        remote=coaches["remote"].to_numpy(),
        frozen=frozen_coaches(coaches, policy),
        spoken=tuple(frozenset(s) for s in _parts(coaches, "languages")),
        specialism_codes=known,
        limits=capacities(snapshot, policy),
    )


def places(values: pl.Series) -> Codes:
    """Place of each text among the distinct ones, sorted."""
    return values.rank("dense").cast(pl.Int32).to_numpy() - np.int32(1)


def frozen_coaches(coaches: pl.DataFrame, policy: Policy) -> Flags:
    """Whether the policy freezes each coach, by id or by unit; shape (C,).

    Raises
    ------
    InputError
        Where the policy names coaches or units that there are not.
    """
    rule = policy.rules.freeze
    known = {"coaches": coaches["coach_id"], "units": coaches["unit_id"].unique()}
    strange = [(key, name) for key, ids in known.items() for name in getattr(rule, key) if name not in ids]
    if strange:
        raise InputError([_unknown_frozen(key, name, known[key].to_list()) for key, name in strange])
    named = coaches.select(
        frozen=pl.col("coach_id").is_in(rule.coaches) | pl.col("unit_id").is_in(rule.units)
    )
    return named["frozen"].to_numpy() & rule.on


def _unknown_frozen(key: str, name: str, known: list[str]) -> Complaint:
    near = difflib.get_close_matches(name, known, 3, cutoff=0.0)
    advice = said("Try one of the nearest ids: {ids}.", ids=", ".join(near))
    no_coach, no_unit = said("no coach has this id"), said("no unit with coaches has this id")
    problem = no_coach if key == "coaches" else no_unit
    return Complaint("policy", 0, f"rules.freeze.{key}", name, problem, advice)


def _parts(frame: pl.DataFrame, column: str) -> list[set[str]]:
    return [set(str(text or "").split()) for text in frame[column].cast(pl.String)]


def _membership(sets: list[set[str]] | list[tuple[str, ...] | set[str]], columns: tuple[str, ...]) -> Flags:
    """Whether each set holds each value, shape (sets, values)."""
    return np.array([[c in s for c in columns] for s in sets], dtype=np.bool_).reshape(
        len(sets), len(columns)
    )


def area_facts(snapshot: Snapshot, policy: Policy, codes: tuple[str, ...]) -> tuple[tuple[str, ...], Codes]:
    """Return the areas with a limit of interpreter minutes, and each municipality's place among them.

    Raises
    ------
    InputError
        Where the policy limits an area that no municipality belongs to.
    """
    area = dict(snapshot.municipalities.select("municipality", pl.col("area").cast(pl.String)).iter_rows())
    known = sorted(set(area.values()))
    strange = sorted(set(policy.limits.interpreter_minutes) - set(known))
    if strange:
        key, advice = "limits.interpreter_minutes", said("Use one of {choices}.", choices=", ".join(known))
        problem = said("no municipality belongs to this area")
        raise InputError([Complaint("policy", 0, key, name, problem, advice) for name in strange])
    areas = tuple(sorted(set(area.values()) & set(policy.limits.interpreter_minutes)))
    at = {name: i for i, name in enumerate(areas)}
    return areas, np.array([at.get(area[code], -1) for code in codes], dtype=np.int32)


def roads(snapshot: Snapshot) -> Travel:
    """Return road minutes between the snapshot's municipalities."""
    return travel_minutes(snapshot.municipalities, snapshot.travel)
