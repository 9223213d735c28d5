"""Clients to profiles: every client a row of small numbers, equal ones share a profile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints, coded, combined, placed, ranked
from optimiser.allocation.facts import (
    KEPT_BY,
    ClientFacts,
    CoachFacts,
    Facts,
    Flags,
    Region,
    area_facts,
    coach_facts,
    roads,
    sorted_by,
)
from optimiser.allocation.languages import Languages, language_keys
from optimiser.allocation.workload import demand_of, monthly_meetings, whole_months
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot


@dataclass(frozen=True)
class ClientRows:
    """The n clients, sorted by id; all arrays have shape (n,).

    Attributes
    ----------
    profile : int
        Row of `ClientFacts`.
    present, pin : int
        Present coach and coach of the pin in force, -1 for none.
    kept_by : int
        Rules of moving (bits of `KEPT_BY`) that keep the present coach if the rules of serving allow it.
    saving : float
        Handover that a change of coach costs, minutes a month.
    """

    profile: Codes
    present: Codes
    pin: Codes
    kept_by: Codes
    saving: Floats

    def __len__(self) -> int:
        return len(self.profile)

    @property
    def recent(self) -> Flags:
        """Whether the rule `recent_change` speaks for the present coach, shape (n,)."""
        lately: Flags = self.kept_by & KEPT_BY["recent_change"] > 0
        return lately


def read_facts(snapshot: Snapshot, policy: Policy) -> tuple[Facts, ClientRows]:
    """Return the facts of coaches and profiles, and every client's row, sorted by id."""
    travel = roads(snapshot)
    coaches = coach_facts(snapshot, policy, travel.codes)
    clients = sorted_by(snapshot.clients, "client_id")
    languages = language_keys(clients, policy, coaches.spoken)
    columns = _columns(snapshot, clients, policy, languages, (travel.codes, coaches))
    own, excluded = _exclusions(snapshot, clients["client_id"], policy, coaches)
    profile, rows = _profiles(columns, own)
    areas, area_of = area_facts(snapshot, policy, travel.codes)
    region = Region(
        date=snapshot.date,
        codes=travel.codes,
        road=travel.minutes[coaches.municipality],
        shares=languages.shares,
        needs_coach=languages.needs_coach,
        limited=languages.limited,
        areas=areas,
        area_of=area_of,
        area_limit=np.array([policy.limits.interpreter_minutes[a] for a in areas], dtype=np.float64),
        excluded=excluded,
    )
    chosen = {name: values[rows] for name, values in columns.items()}
    facts = ClientFacts(**chosen, own=own[rows], **_unbound(len(rows)))
    return Facts(policy, region, coaches, facts), _client_rows(snapshot, clients, policy, profile, coaches)


def _unbound(profiles: int) -> dict[str, np.ndarray]:
    """Facts of profiles that no rule of moving binds."""
    none = np.full(profiles, -1, dtype=np.int32)
    return {
        "frozen_to": none,
        "frozen_by": np.zeros(profiles, dtype=np.int32),
        "team": none,
        "settled": np.zeros(profiles, dtype=np.bool_),
    }


def _columns(
    snapshot: Snapshot,
    clients: pl.DataFrame,
    policy: Policy,
    languages: Languages,
    known: tuple[tuple[str, ...], CoachFacts],
) -> dict[str, np.ndarray]:
    """Every client's facts by name, each of shape (n,); `known`: municipality codes and coaches."""
    codes, coaches = known
    ages = policy.rules.age_group
    age = snapshot.date.year - clients["birth_year"].to_numpy()
    meetings = monthly_meetings(clients, policy, snapshot.date)
    groups = (age > ages.youth_until).astype(np.int32) + (age > ages.adult_until)
    integration = (clients["integration_until"] >= snapshot.date).fill_null(False).to_numpy()
    specialism = _translated(clients["specialism"], coaches.specialism_codes)
    return {
        "municipality": _translated(clients["municipality"], codes),
        "language": languages.key,
        "age_group": groups.astype(np.int32),
        "integration": integration,
        "in_person": (clients["channel"] == "in_person").to_numpy(),
        "meetings": meetings,
        "base": demand_of(clients, meetings, policy),
        "specialism": specialism,
        "weight": _weights(clients, policy, snapshot),
    }


def _translated(values: pl.Series, known: tuple[str, ...]) -> Codes:
    """Place of each text among the known ones, -1 where empty, one past the last where unknown."""
    at = {text: i for i, text in enumerate(known)}
    codes, texts = coded(values)
    place = np.array([*(at.get(t, len(known)) for t in texts), -1], dtype=np.int32)
    return place[codes]


def _weights(clients: pl.DataFrame, policy: Policy, snapshot: Snapshot) -> Ints:
    rule = policy.unserved
    months = clients.select(m=whole_months(pl.col("unemployed_since"), snapshot.date))["m"]
    long_term = (months >= rule.long_term_months).fill_null(False).to_numpy()
    need = np.array([rule.need_level.get(level, 0) for level in range(5)], dtype=np.int64)
    weight = np.where(long_term, max(rule.long_term, rule.default), rule.default)
    largest: Ints = np.maximum(weight, need[clients["need_level"].to_numpy()]).astype(np.int64)
    return largest


def _profiles(columns: dict[str, np.ndarray], own: Codes) -> tuple[Codes, Ints]:
    """Profile of each client (n,), and one client of each profile (P,); lone clients come last."""
    coded_columns = []
    for name, values in columns.items():
        if values.dtype == np.float64 or name == "weight":
            coded_columns.append(ranked(values.astype(np.float64)))
        else:
            low = int(values.min(initial=0))
            coded_columns.append((values.astype(np.int32) - low, int(values.max(initial=0)) - low + 1))
    profile, count = combined([*coded_columns, (own + 1, int(own.max(initial=-1)) + 2)])
    alone = own >= 0
    order = np.zeros(count, dtype=np.int32)
    order[profile[alone]] = own[alone] + 1
    place = np.empty(count, dtype=np.int32)
    place[np.argsort(order, kind="stable")] = np.arange(count, dtype=np.int32)
    profile = place[profile]
    rows = np.zeros(count, dtype=np.int64)
    rows[profile] = np.arange(len(profile))
    return profile, rows


def _exclusions(
    snapshot: Snapshot, client_ids: pl.Series, policy: Policy, coaches: CoachFacts
) -> tuple[Codes, Ints]:
    """Number of each client with exclusions in force (n,), and the excluded pairs as sorted keys."""
    own = np.full(len(client_ids), -1, dtype=np.int32)
    if not policy.rules.exclusion.on or snapshot.exclusions.is_empty():
        return own, np.zeros(0, dtype=np.int64)
    rows = client_ids.to_frame().with_row_index("row")
    in_force = pl.col("until").is_null() | (pl.col("until") >= snapshot.date)
    pairs = snapshot.exclusions.filter(in_force).select("client_id", "coach_id").join(rows, on="client_id")
    row, number = np.unique(pairs["row"].to_numpy(), return_inverse=True)
    own[row] = np.arange(len(row), dtype=np.int32)
    coach = placed(pairs["coach_id"], coaches.ids)
    return own, np.unique(number.astype(np.int64) * len(coaches.ids) + coach)


def _client_rows(
    snapshot: Snapshot, clients: pl.DataFrame, policy: Policy, profile: Codes, coaches: CoachFacts
) -> ClientRows:
    in_force = pl.col("until").is_null() | (pl.col("until") >= snapshot.date)
    pins = snapshot.pins.filter(in_force).select("client_id", pinned="coach_id")
    pin = np.full(len(clients), -1, dtype=np.int32)
    if len(pins):
        rows = clients["client_id"].to_frame().with_row_index("row").join(pins, on="client_id")
        pin[rows["row"].to_numpy()] = placed(rows["pinned"], coaches.ids)
    present = placed(clients["coach_id"], coaches.ids)
    return ClientRows(
        profile=profile,
        present=present,
        pin=pin,
        kept_by=_kept_by(snapshot, clients, policy, coaches.frozen[present]) * (present >= 0),
        saving=handover_minutes(clients, policy, snapshot),
    )


def _kept_by(snapshot: Snapshot, clients: pl.DataFrame, policy: Policy, frozen: Flags) -> Codes:
    """Rules of moving that speak for the present coach, bits of `KEPT_BY`, shape (n,)."""
    rules, months = policy.rules, relationship_months(snapshot, clients)
    lately = clients["involuntary_changes"].to_numpy() >= rules.recent_change.max_changes
    young = months < rules.protection.younger_than_months
    young |= clients["need_level"].to_numpy() >= rules.protection.need_level
    bits = KEPT_BY["recent_change"] * (lately & rules.recent_change.on)
    bits = bits + KEPT_BY["protection"] * (young & rules.protection.on)
    found: Codes = (bits + KEPT_BY["freeze"] * frozen).astype(np.int32)
    return found


def relationship_months(snapshot: Snapshot, clients: pl.DataFrame) -> Ints:
    """Whole months since each client has had the present coach, shape (n,)."""
    since = pl.coalesce("coach_since", "registered_on")
    months: Ints = clients.select(m=whole_months(since, snapshot.date))["m"].to_numpy()
    return months


def handover_minutes(clients: pl.DataFrame, policy: Policy, snapshot: Snapshot) -> Floats:
    """What a change of coach would cost each client, minutes a month, shape (n,)."""
    rule = policy.prices.handover
    months = relationship_months(snapshot, clients)
    until = np.array([t.until_months for t in rule.tiers[:-1]], dtype=np.float64)
    factor = np.array([t.factor for t in rule.tiers])[np.searchsorted(until, months, side="right")]
    intensive = clients["need_level"].to_numpy() >= rule.complex_need_level
    heavier = np.where(intensive | clients["multi_agency"].to_numpy(), rule.complex_factor, 1.0)
    minutes: Floats = rule.minutes / rule.horizon_months * factor * heavier
    return minutes
