"""Tiny regions by hand: rows as dicts, everything not named as declared in the schema."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot

TODAY = date(2021, 9, 1)
"""In force: an interview every three months, so a plain client takes 50 / 3 minutes."""

NEAR = {"from_municipality": "211", "to_municipality": "837", "minutes": 20.0}


def frame(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a frame of a snapshot, sorted by the table's key, lines from 2."""
    declared = TABLES[table]
    full = [
        {c.name: row.get(c.name, c.default) for c in declared.columns} | {"line": line}
        for line, row in enumerate(rows, start=2)
    ]
    return pl.DataFrame(full, schema=declared.schema()).sort(declared.key)


def client(client_id: str, **facts: Any) -> dict[str, Any]:
    """A plain client: 35 years old, Finnish, met in person in Tampere, registered long ago."""
    plain = {"municipality": "837", "birth_year": 1986, "registered_on": date(2020, 1, 1)}
    return {"client_id": client_id, **plain, **facts}


def coach(coach_id: str, **facts: Any) -> dict[str, Any]:
    """A plain coach: full time in Tampere, serves everywhere in Finnish."""
    return {"coach_id": coach_id, "unit_id": "U1", "municipality": "837", "serves": "*", **facts}


def region(
    clients: list[dict[str, Any]], coaches: list[dict[str, Any]], **tables: list[dict[str, Any]]
) -> Snapshot:
    """A region of Tampere (837) and Kangasala (211), 20 minutes apart, in two areas."""
    given = {
        "municipalities": [
            {"municipality": "837", "name": "Tampere", "area": "city", "lat": 61.5, "lon": 23.76},
            {"municipality": "211", "name": "Kangasala", "area": "ring", "lat": 61.46, "lon": 24.07},
        ],
        "travel": [NEAR],
        "units": [{"unit_id": "U1"}, {"unit_id": "U2", "integration": True}],
        "clients": clients,
        "coaches": coaches,
    } | tables
    frames = {name: frame(name, given.get(name, [])) for name in TABLES if name != "snapshot"}
    return Snapshot(date=TODAY, region="tiny", source="by hand", files={"pins": "pins.csv"}, **frames)


def policy(**sections: Any) -> Policy:
    """The default policy with some sections replaced (nested dicts)."""
    return Policy.model_validate(sections)
