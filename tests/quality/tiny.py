"""A region small enough to solve by hand, and frames with the declared defaults filled in.

Two municipalities 20 road minutes apart and three coaches: ann (Finnish and English, town) and bo
(Finnish, village, half time) of unit 1, cai (Arabic and Finnish, town) of the integration unit.
"""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import polars as pl

from optimiser.domain.plan import Certificate, Multipliers
from optimiser.domain.policy import Phase, Policy, Rhythm
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot

DAY = Date(2024, 6, 15)
Row = dict[str, Any]


def frame(table: str, rows: list[Row]) -> pl.DataFrame:
    """Rows of a table with defaults where nothing is given, sorted by its key."""
    declared = TABLES[table]
    full = [{c.name: row.get(c.name, c.default) for c in declared.columns} | {"line": 0} for row in rows]
    return pl.DataFrame(full, schema=declared.schema()).sort(list(declared.key))


def snapshot(**tables: list[Row]) -> Snapshot:
    """A snapshot of some tables; the others are empty."""
    names = [name for name in TABLES if name != "snapshot"]
    frames = {name: frame(name, tables.get(name, [])) for name in names}
    return Snapshot(DAY, "tiny", "by hand", **frames)


def client(client_id: str, **facts: Any) -> Row:
    """A steady adult of the town: registered 166 days ago, met twice in three months, in person."""
    usual = {"municipality": "001", "birth_year": 1984, "registered_on": Date(2024, 1, 1), "need_level": 1}
    return {"client_id": client_id} | usual | facts


def coach(coach_id: str, **facts: Any) -> Row:
    """A full-time coach (600 minutes a month) of unit 1 in the town, for town and village, in Finnish."""
    usual = {"unit_id": "u1", "municipality": "001", "serves": "001 002", "full_time_minutes": 600.0}
    return {"coach_id": coach_id} | usual | facts


PLACES = [
    {"municipality": "001", "name": "Town", "area": "south"},
    {"municipality": "002", "name": "Village", "area": "north"},
]
ROADS = [{"from_municipality": "001", "to_municipality": "002", "minutes": 20.0}]
UNITS = [{"unit_id": "u1"}, {"unit_id": "u2", "integration": True}]
COACHES = [
    coach("ann", serves="*", languages="en fi"),
    coach("bo", municipality="002", fte=0.5),
    coach("cai", unit_id="u2", serves="*", languages="ar fi"),
]
CLIENTS = [
    client("c1", coach_id="ann", coach_since=Date(2024, 5, 1)),
    client("c2", coach_id="bo", municipality="002", multi_agency=True),
    client("c3", language="ar", channel="phone", integration_until=Date(2025, 1, 1)),
    client("c4", language="so", other_languages="en:B1 fi:A2", coach_id="bo", need_level=3),
    client("c5", registered_on=Date(2024, 6, 1), specialism="debt", unemployed_since=Date(2022, 1, 1)),
    client("c6", coach_id="cai", channel="remote", birth_year=2000, extra_meetings=1.0),
]
"""c1 to c6: kept, kept, new, with an interpreter, new with a specialism, forced (cai is not for c6)."""

ASSIGNED = {"c1": "ann", "c2": "bo", "c3": "cai", "c4": "bo", "c5": "ann", "c6": "bo"}


def tiny(**changed: list[Row]) -> Snapshot:
    """The region by hand, some of its tables changed."""
    tables = {
        "municipalities": PLACES,
        "travel": ROADS,
        "units": UNITS,
        "coaches": COACHES,
        "clients": CLIENTS,
    }
    return snapshot(**(tables | changed))


def policy(**changes: Any) -> Policy:
    """Round figures: a new client (30 days) is met twice a month, a steady one once.

    A minute of load costs 0.1 up to half the capacity, and 1 above.
    """
    rhythm = Rhythm(
        name="round",
        starts=Date(2013, 1, 1),
        phases=(Phase(until_days=30, meetings=2.0), Phase(meetings=1.0)),
    )
    curve = {"breaks": (0.0, 0.5, 1.0), "slopes": (0.1, 1.0)}
    return Policy.model_validate({"rhythms": (rhythm,), "load_curve": curve} | changes)


def plan(assigned: dict[str, str | None], **columns: list[Any]) -> pl.DataFrame:
    """Rows of a plan from client to coach."""
    rows = {"client_id": list(assigned), "coach_id": list(assigned.values())}
    return pl.DataFrame(rows | columns, schema_overrides={"client_id": pl.String, "coach_id": pl.String})


def certificate(facts: Snapshot, wanted: Policy, **changes: Any) -> Certificate:
    """A certificate with multipliers 0 and one component; figures are put in by the test."""
    coaches = facts.coaches["coach_id"].to_list()
    nothing = dict.fromkeys(coaches, 0.0)
    fields: dict[str, Any] = {
        "fingerprint": facts.fingerprint(),
        "policy_fingerprint": wanted.fingerprint(),
        "level1": Multipliers(load=nothing, heads=nothing),
        "level2": Multipliers(load=nothing, heads=nothing),
        "component": dict.fromkeys(coaches, 0),
        "unserved_weighted": 0.0,
        "unserved_bound": 0.0,
        "bound_minutes": 0.0,
        "objective_minutes": 0.0,
        "overload_minutes": 0.0,
    }
    return Certificate(**(fields | changes))
