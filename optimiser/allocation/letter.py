"""What a client may be told about the coach: service reasons alone, each of them true.

Never told: minutes and loads, other clients, chains of moves, that a pair is excluded, a colleague's absence
or departure. Where one of these is the only reason, what is true of the new coach stands alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from typing import Any

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import KEPT_BY
from optimiser.allocation.outcome import MOVED, Outcome, outcome_of
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import curve, pair_price
from optimiser.allocation.rules import MOVING, barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import ACCEPTED, REJECTED, spoken
from optimiser.domain.schema import AGE_GROUPS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said

NEW, CHANGED, SAME, NONE = "new", "changed", "same", "none"
WISH = "client_wish"
LEAST = 1e-6
"""Minutes a month below which a difference of costs is none."""
CAUSES = {
    "municipality": "former_municipality",
    "language": "former_language",
    "age_group": "former_age",
    "travel": "former_travel",
}
"""Rules that bar the former coach and may be told, and what is said of them; the integration period apart."""


@dataclass(frozen=True)
class Ground:
    """One thing that may be told.

    Attributes
    ----------
    code : str
        Of `reports.letter.GROUNDS`.
    name : str
        Of the municipality it is about; empty for most.
    """

    code: str
    name: str = ""


@dataclass(frozen=True)
class Letter:
    """What a letter to a client says.

    Attributes
    ----------
    client_id : str
    kind : str
        `NEW`, `CHANGED`, `SAME` or `NONE`.
    day : datetime.date
        Of the facts.
    municipality : str
        Name of the home municipality.
    coach_id : str or None
        Coach proposed.
    unit : str
        Name of the coach's unit; its id where it has none, empty without a coach.
    grounds : tuple of Ground
        Why, the causes of a change first.
    week : datetime.date or None
        Monday of the week of the change, where the move list names it.
    confirmed : datetime.date or None
        Day on which an official accepted the change.
    meeting : bool
        Whether a next meeting is agreed.
    """

    client_id: str
    kind: str
    day: Date
    municipality: str
    coach_id: str | None
    unit: str
    grounds: tuple[Ground, ...]
    week: Date | None = None
    confirmed: Date | None = None
    meeting: bool = False


def letter(
    snapshot: Snapshot,
    encoding: Encoding,
    rows: pl.DataFrame,
    client_id: str,
    moves: pl.DataFrame | None = None,
) -> Letter:
    """Return what a client may be told about the coach that a plan proposes.

    Parameters
    ----------
    snapshot : Snapshot
        The facts that the plan was made of.
    encoding : Encoding
        Of these facts under the plan's policy.
    rows : polars.DataFrame
        The plan's rows.
    client_id : str
        The client.
    moves : polars.DataFrame or None
        The plan's move list with what people decided, where there is one.

    Raises
    ------
    InputError
        Where the plan has no such client, it was made of other facts, or the change was rejected.
    """
    mine = rows.filter(pl.col("client_id") == client_id)
    facts = snapshot.clients.filter(pl.col("client_id") == client_id)
    if mine.is_empty() or facts.is_empty():
        raise InputError(
            [_complaint(client_id, said("no client of the plan has this id"), said("Check the id."))]
        )
    client, coach = facts.row(0, named=True), mine["coach_id"][0]
    if coach is not None and coach not in encoding.coach_ids:
        advice = said("Name the region that the plan was made of.")
        raise InputError([_complaint(client_id, said("the plan's coach is not in the region"), advice)])
    week, confirmed = _decided(client_id, client["coach_id"], coach, moves)
    present = client["coach_id"]
    kind = NONE if coach is None else NEW if present is None else SAME if present == coach else CHANGED
    known: tuple[Ground, ...] = ()
    if coach is not None:
        plan = outcome_of(encoding, _coaches(encoding, rows), encoding.facts.policy)
        known = tuple(_grounds(_Case(snapshot, encoding, client, coach, plan), kind))
    meeting = client["next_meeting"]
    return Letter(
        client_id=client_id,
        kind=kind,
        day=snapshot.date,
        municipality=_name(snapshot, client["municipality"]),
        coach_id=coach,
        unit=_unit(snapshot, coach),
        grounds=known,
        week=week,
        confirmed=confirmed,
        meeting=meeting is not None and meeting >= snapshot.date,
    )


def _coaches(encoding: Encoding, rows: pl.DataFrame) -> Codes:
    """Places of the plan's coaches, by client id, -1 for none; shape (n,)."""
    places = {name: place for place, name in enumerate(encoding.coach_ids)}
    found = rows.sort("client_id")["coach_id"].replace_strict(places, default=-1, return_dtype=pl.Int32)
    return found.fill_null(-1).to_numpy()


def _complaint(client_id: str, problem: str, advice: str) -> Complaint:
    return Complaint("plan.csv", 0, "client_id", client_id, problem, advice)


def _decided(
    client_id: str, present: str | None, coach: str | None, moves: pl.DataFrame | None
) -> tuple[Date | None, Date | None]:
    """Week of the change, and the day on which it was confirmed, by the decision on the whole step.

    Raises
    ------
    InputError
        Where an official has rejected it, for this client or for another of the step: it is taken whole.
    """
    if moves is None or present == coach:
        return None, None
    listed = spoken(moves).with_columns(pl.col("decision").cast(pl.String))
    mine = listed.filter(pl.col("client_id") == client_id)
    if mine.is_empty():
        return None, None
    steps = listed.join(mine, on="step", how="semi")
    if steps["decision"].eq(REJECTED).any():
        problem = said("an official has rejected this change of coach, so there is nothing to tell")
        raise InputError([_complaint(client_id, problem, said("Write the letter from the next plan."))])
    taken = mine.filter(pl.col("decision") == ACCEPTED)
    row = (mine if taken.is_empty() else taken).row(0, named=True)
    confirmed = not taken.is_empty() and row["confirmed_by"] is not None
    return row["wave_starts"], row["confirmed_at"] if confirmed else None


@dataclass(frozen=True)
class _Case:
    """One client and the coach proposed, and what the whole plan means."""

    snapshot: Snapshot
    encoding: Encoding
    client: dict[str, Any]
    coach: str
    plan: Outcome

    @property
    def at(self) -> int:
        """Row of the client in the encoding."""
        ids = self.snapshot.clients["client_id"].sort()
        return int(ids.search_sorted(self.client["client_id"]))

    @property
    def to(self) -> int:
        """Place of the coach."""
        return self.encoding.coach_ids.index(self.coach)

    def with_coach(self, coach: int) -> Pairs:
        """The pair of the client and a coach."""
        profile = self.encoding.rows.profile[[self.at]]
        return Pairs(self.encoding.facts, profile, np.array([coach]))


def _grounds(case: _Case, kind: str) -> Iterator[Ground]:
    """Why, the causes first; a ground comes once."""
    told = {}
    causes = {SAME: _why_same, CHANGED: _why_changed}.get(kind)
    if _wished(case):
        told["wish"] = Ground("wish")
    elif causes is not None:
        told |= {ground.code: ground for ground in causes(case)}
    told |= {ground.code: ground for ground in _service(case)}
    for gained, same in (("language_gained", "language_other"), ("specialism_gained", "specialism")):
        if gained in told:
            told.pop(same, None)
    yield from told.values()


def _wished(case: _Case) -> bool:
    """Whether a pin in force says that the client wished for this coach."""
    pins = case.snapshot.pins.filter(
        (pl.col("client_id") == case.client["client_id"])
        & (pl.col("coach_id") == case.coach)
        & (pl.col("reason_code").cast(pl.String) == WISH)
        & (pl.col("until").is_null() | (pl.col("until") >= case.snapshot.date))
    )
    return not pins.is_empty()


def _why_same(case: _Case) -> Iterator[Ground]:
    if case.encoding.frozen_by[case.at] & KEPT_BY["recent_change"]:
        yield Ground("settled")
    met, since = case.client["last_meeting"], case.client["coach_since"]
    # Only a meeting since this coach began says that the two know each other.
    if met is not None and since is not None and met >= since:
        yield Ground("known")
    else:
        yield Ground("present")


def _why_changed(case: _Case) -> Iterator[Ground]:
    """What bars the former coach and may be told; of those who could stay, what the change brings."""
    present = int(case.encoding.rows.present[case.at])
    bars = {name for name, where in barred(case.with_coach(present)).items() if where[0]} - set(MOVING)
    if not bars:
        yield from _gains(case, present)
        return
    for name, code in CAUSES.items():
        if name in bars:
            yield Ground(code, _home(case) if name == "municipality" else "")
    if "integration_unit" in bars:
        until = case.client["integration_until"]
        if until is not None and until >= case.snapshot.date:
            yield Ground("integration_begun")
        elif until is not None:
            yield Ground("integration_ended")


def _gains(case: _Case, present: int) -> Iterator[Ground]:
    """What a change brings that no rule demands; what a pin or another member of the household demands is not told."""
    encoding, at = case.encoding, case.at
    if encoding.rows.pin[at] >= 0 or not encoding.units.may_stay[at]:
        return
    told = [Ground(code) for code in _own_gains(case, present)]
    if not told:
        told = [Ground(code) for code in _gains_of_all(case)][:1]
    yield from told


def _own_gains(case: _Case, present: int) -> Iterator[str]:
    """What the change brings the client, and the coaches who would otherwise have less time."""
    old, new, prices = case.with_coach(present), case.with_coach(case.to), case.encoding.facts.policy.prices
    nearer = new.road_minutes()[0] < old.road_minutes()[0] and new.in_person_meetings()[0] > 0
    if nearer and prices.travel_share > 0:
        yield "nearer"
    if new.share_language()[0] and not old.share_language()[0]:
        yield "language_gained"
    if _knows_need(new) and not _knows_need(old):
        yield "specialism_gained"
    before, after = case.plan.before, case.plan.after
    if _crowding(case, old, before) > _crowding(case, new, after) + LEAST:
        yield "balance"


def _gains_of_all(case: _Case) -> Iterator[str]:
    """What the changes of all who could stay bring together; said where the client's own explains nothing."""
    encoding, plan, policy = case.encoding, case.plan, case.encoding.facts.policy
    moved = np.flatnonzero(plan.status == MOVED)
    old = Pairs(encoding.facts, encoding.rows.profile[moved], encoding.rows.present[moved])
    new = Pairs(encoding.facts, encoding.rows.profile[moved], plan.coach[moved])
    coaches, limits = len(encoding.coach_ids), encoding.facts.coaches.limits
    stayed = plan.after - np.bincount(new.coach, new.demand(), minlength=coaches)
    stayed = stayed + np.bincount(old.coach, old.demand(), minlength=coaches)
    costs = [curve(loads, limits.capacity, limits.soft_limit, policy).sum() for loads in (stayed, plan.after)]
    if costs[0] > costs[1] + LEAST:
        yield "shared"
    if pair_price(old).sum() > pair_price(new).sum() + LEAST:
        yield "arranged"


def _crowding(case: _Case, pair: Pairs, loads: Floats) -> float:
    """What the client's share of a coach's load costs at the loads given, minutes a month."""
    limits, policy = case.encoding.facts.coaches.limits, case.encoding.facts.policy
    capacity, soft, load = (part[pair.coach] for part in (limits.capacity, limits.soft_limit, loads))
    less = np.maximum(load - pair.demand(), 0.0)
    return float((curve(load, capacity, soft, policy) - curve(less, capacity, soft, policy))[0])


def _knows_need(pair: Pairs) -> bool:
    """Whether the coach has the specialism that the client needs."""
    needed = int(pair.clients.specialism[pair.client][0])
    return needed >= 0 and bool(pair.coaches.specialisms[pair.coach[0], needed])


def _service(case: _Case) -> Iterator[Ground]:
    """What is true of the coach and matters to the client."""
    pair, coaches, clients = (
        case.with_coach(case.to),
        case.encoding.facts.coaches,
        case.encoding.facts.clients,
    )
    profile, coach = int(pair.client[0]), case.to
    if clients.integration[profile] and coaches.integration[coach]:
        yield Ground("integration")
    elif coaches.serves[coach, clients.municipality[profile]]:
        yield Ground("municipality", _home(case))
    if case.client["language"] in coaches.spoken[coach]:
        yield Ground("language")
    elif pair.share_language()[0]:
        yield Ground("language_other")
    elif not pair.region.needs_coach[clients.language[profile]]:
        yield Ground("interpreter")
    ages = coaches.age_groups[coach]
    if int(ages.sum()) < len(AGE_GROUPS) and ages[clients.age_group[profile]]:
        yield Ground("age")
    if _knows_need(pair):
        yield Ground("specialism")
    channel = str(case.client["channel"])
    if channel != "in_person":
        yield Ground(channel)
    elif not coaches.remote[coach]:
        yield Ground(
            "office", _name(case.snapshot, case.encoding.facts.region.codes[coaches.municipality[coach]])
        )


def _home(case: _Case) -> str:
    return _name(case.snapshot, case.client["municipality"])


def _name(snapshot: Snapshot, code: str) -> str:
    """Name of a municipality."""
    found = snapshot.municipalities.filter(pl.col("municipality").cast(pl.String) == str(code))
    return str(found["name"][0])


def _unit(snapshot: Snapshot, coach_id: str | None) -> str:
    """Name of a coach's unit, or its id; empty without a coach."""
    if coach_id is None:
        return ""
    mine = snapshot.coaches.filter(pl.col("coach_id") == coach_id).select("unit_id")
    found = mine.join(snapshot.units, on="unit_id").row(0, named=True)
    return str(found["name"] or found["unit_id"])
