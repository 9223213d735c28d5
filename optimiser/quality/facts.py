"""What rules and prices read of clients, once for all clients who are alike in it.

Two clients with the same fact row differ at most in their present coach, the age of that
relationship, the weight, pins, exclusions and the household: those stay with each client.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.schema import AGE_GROUPS, EVERYWHERE, LEVELS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.travel import travel_minutes
from optimiser.quality.arrays import Bools, Floats, Ints, coded, distinct, numbered, texts
from optimiser.quality.posts import Posts


@dataclass(frozen=True)
class Rows:
    """F distinct fact rows; every array has shape (F,).

    Attributes
    ----------
    municipality, tongue, age, specialism : numpy.ndarray
        Rows of the tables of `Facts`; specialism 0 is none.
    integration, in_person : numpy.ndarray
        In the integration period; met in person.
    meetings, base : numpy.ndarray
        Meetings a month, and demand in minutes a month without an interpreter.
    team, frozen_to : numpy.ndarray
        Unit inside which a change of coach must stay; frozen coach who keeps the client; -1 for none.
    settled : numpy.ndarray
        Could stay, and so goes to no other frozen coach.
    """

    municipality: Ints
    tongue: Ints
    age: Ints
    specialism: Ints
    integration: Bools
    in_person: Bools
    meetings: Floats
    base: Floats
    team: Ints
    frozen_to: Ints
    settled: Bools


@dataclass(frozen=True)
class Facts:
    """Fact rows of the clients against C coaches.

    Attributes
    ----------
    posts : Posts
        The coaches.
    rows : Rows
        The fact rows.
    row_of : numpy.ndarray
        Shape (N,), the fact row of each client, clients sorted by id.
    serves, road : numpy.ndarray
        Shape (M, C), municipality served; road minutes from the client's to the coach's place.
    groups : numpy.ndarray
        Shape (3, C), age group served.
    shares, speaks : numpy.ndarray
        Shape (K, C), a common language; the coach works in the client's language of service.
    coach_only, limited : numpy.ndarray
        Shape (K,), mode `coach`; mode `interpreter_limited`.
    skilled : numpy.ndarray
        Shape (S, C), the coach has the specialism (row 0, none needed: always).
    areas : tuple of str
        Areas with a limit of interpreter minutes, sorted.
    area_of : numpy.ndarray
        Shape (M,), position in `areas`, -1 for an area without a limit.
    """

    posts: Posts
    rows: Rows
    row_of: Ints
    serves: Bools
    road: Floats
    groups: Bools
    shares: Bools
    speaks: Bools
    coach_only: Bools
    limited: Bools
    skilled: Bools
    areas: tuple[str, ...]
    area_of: Ints


@dataclass(frozen=True)
class _Tongues:
    of_client: Ints
    shares: Bools
    speaks: Bools
    coach_only: Bools
    limited: Bools


def facts(snapshot: Snapshot, clients: pl.DataFrame, posts: Posts, policy: Policy) -> Facts:
    """Return the fact rows of the clients and the tables that hold them against the coaches.

    Parameters
    ----------
    snapshot : Snapshot
        The facts on a date.
    clients : polars.DataFrame
        Its clients, sorted by id.
    posts : Posts
        Its coaches.
    policy : Policy
        Rules, rhythm and workload.
    """
    travel = travel_minutes(snapshot.municipalities, snapshot.travel)
    place_of = travel.index()
    tongues = _tongues(clients, posts, policy)
    needed = texts(clients["specialism"])
    rows, row_of = _rows(snapshot, clients, policy, tongues.of_client, needed)
    areas = tuple(sorted(policy.limits.interpreter_minutes))
    area = dict(snapshot.municipalities.select("municipality", "area").cast(pl.String).iter_rows())
    offices = [place_of[str(code)] for code in posts.frame["municipality"]]
    return Facts(
        posts=posts,
        rows=rows,
        row_of=row_of,
        serves=_holds(posts.frame["serves"], travel.codes, EVERYWHERE),
        road=np.ascontiguousarray(travel.minutes[offices].T),
        groups=_holds(posts.frame["age_groups"], AGE_GROUPS, ""),
        shares=tongues.shares,
        speaks=tongues.speaks,
        coach_only=tongues.coach_only,
        limited=tongues.limited,
        skilled=np.vstack([np.ones((1, len(posts.ids)), bool), _holds(posts.frame["specialisms"], needed)]),
        areas=areas,
        area_of=np.array([areas.index(area[c]) if area[c] in areas else -1 for c in travel.codes], np.int64),
    )


def _holds(lists: pl.Series, codes: tuple[str, ...] | list[str], everything: str | None = None) -> Bools:
    """Whether each coach's list names each code, shape (codes, coaches)."""
    parts = [set(str(text or "").split()) or {""} for text in lists.cast(pl.String)]
    table = [[code in named or everything in named for named in parts] for code in codes]
    return np.array(table, dtype=bool).reshape(len(codes), len(parts))


def _tongues(clients: pl.DataFrame, posts: Posts, policy: Policy) -> _Tongues:
    """Languages of clients, alike where they meet the coaches' languages in the same way."""
    first, others = texts(clients["language"]), texts(clients["other_languages"])
    codes = (coded(clients["language"], first), coded(clients["other_languages"], others) + 1)
    (language, other), of_client = distinct(codes)
    works_in = [set(str(text or "").split()) for text in posts.frame["languages"].cast(pl.String)]
    own = [first[code] for code in language]
    understood = [
        {tongue} | _enough(others[code - 1] if code else "", policy)
        for tongue, code in zip(own, other, strict=True)
    ]
    shape = (len(own), len(works_in))
    shares = np.array([[bool(u & w) for w in works_in] for u in understood], bool).reshape(shape)
    speaks = np.array([[tongue in w for w in works_in] for tongue in own], bool).reshape(shape)
    rule = policy.rules.language
    modes = np.array([rule.modes.get(tongue, rule.default) for tongue in own], dtype=object)
    kinds = np.column_stack([shares, speaks, modes == "coach", modes == "interpreter_limited"])
    kinds, kind_of = np.unique(kinds, axis=0, return_inverse=True)
    coaches = len(works_in)
    return _Tongues(
        of_client=kind_of.reshape(-1)[of_client].astype(np.int64),
        shares=np.ascontiguousarray(kinds[:, :coaches]),
        speaks=np.ascontiguousarray(kinds[:, coaches : 2 * coaches]),
        coach_only=kinds[:, -2],
        limited=kinds[:, -1],
    )


def _enough(levels: str, policy: Policy) -> set[str]:
    """Languages of a text `en:B1 fi:A2` that suffice for being served in them."""
    parts = (part.split(":") for part in levels.split())
    return {code for code, level in parts if LEVELS.index(level) >= policy.enough_rank(code)}


def _rows(
    snapshot: Snapshot,
    clients: pl.DataFrame,
    policy: Policy,
    tongue: Ints,
    needed: list[str],
) -> tuple[Rows, Ints]:
    served_apart = (clients["integration_until"] >= snapshot.date).fill_null(False).to_numpy()
    in_person = (clients["channel"].cast(pl.String) == "in_person").to_numpy()
    (place, spoken, age, special, integration, met), place_of = distinct(
        (
            coded(clients["municipality"], texts(snapshot.municipalities["municipality"])),
            tongue,
            _age_group(snapshot, clients, policy),
            coded(clients["specialism"], needed) + 1,
            served_apart.astype(np.int64),
            in_person.astype(np.int64),
        )
    )
    meetings, base, work_of = _work(snapshot, clients, policy)
    (where, what), row_of = distinct((place_of, work_of))
    rows = Rows(
        municipality=place[where],
        tongue=spoken[where],
        age=age[where],
        specialism=special[where],
        integration=integration[where].astype(bool),
        in_person=met[where].astype(bool),
        meetings=meetings[what],
        base=base[what],
        team=np.full(len(what), -1, dtype=np.int64),
        frozen_to=np.full(len(what), -1, dtype=np.int64),
        settled=np.zeros(len(what), dtype=bool),
    )
    return rows, row_of


def _age_group(snapshot: Snapshot, clients: pl.DataFrame, policy: Policy) -> Ints:
    """Position of each client's group in `AGE_GROUPS`."""
    rule = policy.rules.age_group
    age = snapshot.date.year - clients["birth_year"].to_numpy().astype(np.int64)
    return (age > rule.youth_until).astype(np.int64) + (age > rule.adult_until)


def _work(snapshot: Snapshot, clients: pl.DataFrame, policy: Policy) -> tuple[Floats, Floats, Ints]:
    """Meetings and base demand of the distinct kinds of work, and the kind of each client."""
    rhythm, workload = policy.rhythm_on(snapshot.date), policy.workload
    days = (pl.lit(snapshot.date) - pl.col("registered_on")).dt.total_days().clip(lower_bound=0)
    age = clients.select(days).to_series().to_numpy()
    until = [p.until_days for p in rhythm.phases if p.until_days is not None]
    extras, extra = numbered(clients["extra_meetings"].to_numpy())
    kinds, kind_of = distinct(
        (
            np.searchsorted(np.array(until, dtype=np.int64), age, side="right"),
            extra,
            clients["need_level"].to_numpy(),
            clients["multi_agency"].to_numpy().astype(np.int64),
            clients["services_under_way"].to_numpy(),
        )
    )
    phase, extra, need, multi, services = kinds
    meetings = np.array([p.meetings for p in rhythm.phases])[phase] + extras[extra]
    base = meetings * (workload.meeting_minutes + workload.record_minutes)
    base += np.array([workload.need_minutes[level] for level in need.tolist()])
    base += np.where(multi == 1, workload.multi_agency_minutes, 0.0)
    base += workload.service_minutes * services
    return meetings, base, kind_of
