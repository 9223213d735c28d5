"""Stand-in facts for the report tests: a region of any size, seeded."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

from optimiser.domain.plan import PLAN, Certificate, Multipliers, Plan
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import measures
from optimiser.quality.recount import Recount
from optimiser.quality.treatment import equal_treatment
from optimiser.reports.facts import ReportFacts

PLACES = (
    ("837", "Tampere", 61.498, 23.761, 0.6, "980 604 536 211 562"),
    ("980", "Ylöjärvi", 61.556, 23.596, 0.08, "837 536 108"),
    ("604", "Pirkkala", 61.466, 23.646, 0.05, "837 536 418"),
    ("536", "Nokia", 61.478, 23.509, 0.08, "837 604 980 108"),
    ("211", "Kangasala", 61.464, 24.065, 0.06, "837 562"),
    ("418", "Lempäälä", 61.313, 23.752, 0.05, "604 020"),
    ("020", "Akaa", 61.167, 23.865, 0.04, "418"),
    ("562", "Orivesi", 61.678, 24.357, 0.03, "837 211"),
    ("108", "Hämeenkyrö", 61.637, 23.197, 0.0099, "980 536 250"),
    ("250", "Kihniö", 62.204, 23.180, 0.0001, "108"),
)


def _frame(table: str, columns: dict[str, Any]) -> pl.DataFrame:
    spec = TABLES[table]
    frame = pl.DataFrame(columns)
    missing = [
        pl.lit(c.default, dtype=c.dtype).alias(c.name) for c in spec.columns if c.name not in frame.columns
    ]
    return (
        frame.with_columns(*missing, pl.lit(0, pl.Int32).alias("line"))
        .select([pl.col(n).cast(t) for n, t in spec.schema().items()])
        .sort(list(spec.key))
    )


def make_facts(clients: int = 400, coaches: int = 12, seed: int = 1, unserved: int = 3) -> ReportFacts:
    """Return a whole set of report facts; the plan evens the loads out."""
    draw = np.random.default_rng(seed)
    codes = [p[0] for p in PLACES]
    share = np.array([p[4] for p in PLACES])
    home = draw.choice(codes, size=clients, p=share / share.sum())
    coach_ids = [f"K{i:04d}" for i in range(coaches)]
    office = [codes[0] if i < 0.55 * coaches else codes[i % 9] for i in range(coaches)]
    unit_of = [f"U{codes.index(c):02d}" for c in office]
    # Coaches differ in what they carry now; the plan deals the moved clients out at random.
    weights = draw.uniform(0.6, 1.4, size=coaches)
    previous = draw.choice(coach_ids or [""], size=clients, p=weights / weights.sum() if coaches else None)
    now = previous.copy()
    moving = draw.random(clients) < 0.2
    now[moving] = draw.choice(coach_ids or [""], size=int(moving.sum()))
    status = np.where(now == previous, "kept", "moved").astype(object)
    fresh = draw.random(clients) < 0.03
    status[fresh] = "new"
    status[(status == "moved") & (draw.random(clients) < 0.1)] = "forced"
    status[:unserved] = "unserved"
    ids = [f"A{i:06d}" for i in range(clients)]
    demand = draw.uniform(25, 110, size=clients).round(1)
    keep = status != "unserved"
    nowhere = [None] * clients
    table = pl.DataFrame(
        {
            "client_id": ids,
            "coach_id": [c if k else None for c, k in zip(now, keep, strict=True)] if clients else nowhere,
            "previous_coach_id": [
                None if f or not k else p for p, f, k in zip(previous, fresh, keep, strict=True)
            ],
            "status": [str(s) for s in status],
            "municipality": [str(h) for h in home],
            "demand_minutes": demand,
            "travel_minutes": draw.uniform(0, 30, size=clients).round(1),
            "travel_minutes_before": draw.uniform(0, 30, size=clients).round(1),
            "interpreter_minutes": draw.uniform(0, 30, size=clients).round(1) * (draw.random(clients) < 0.1),
            "interpreter_minutes_before": draw.uniform(0, 9, size=clients) * (draw.random(clients) < 0.1),
            "own_language": draw.random(clients) < 0.9,
            "own_language_before": draw.random(clients) < 0.85,
            "age_group": [str(a) for a in draw.choice(["youth", "adult", "senior"], size=clients)],
            "language": [
                str(a)
                for a in draw.choice(["fi", "sv", "ar", "so"], size=clients, p=[0.8, 0.1, 0.095, 0.005])
            ],
        },
        schema_overrides=dict.fromkeys(
            ("coach_id", "previous_coach_id", "status", "municipality"), pl.String
        ),
    )
    rows = table.with_columns(
        pl.lit("Present coach has room and speaks the client's language.").alias("reason"),
        pl.when(pl.col("status") == "unserved").then(pl.lit("language 9, travel 3")).alias("barred_by"),
        pl.when(pl.col("status") == "unserved")
        .then(pl.lit("Raise the limit of K0001 by 60 minutes"))
        .alias("repair"),
    )
    rows = rows.select([pl.col(c.name).cast(c.dtype) for c in PLAN.columns])
    return _facts(rows, table, coach_ids, unit_of, office)


def _loads(table: pl.DataFrame, coach: str) -> pl.DataFrame:
    return (
        table.filter(pl.col(coach).is_not_null())
        .group_by(pl.col(coach).alias("coach_id"))
        .agg(pl.col("demand_minutes").sum().alias("load"), pl.len().alias("heads"))
    )


def _coach_table(
    table: pl.DataFrame, coach_ids: list[str], unit_of: list[str], office: list[str]
) -> pl.DataFrame:
    base = pl.DataFrame(
        {"coach_id": coach_ids, "unit_id": unit_of, "municipality": office},
        schema=dict.fromkeys(("coach_id", "unit_id", "municipality"), pl.String),
    )
    after, before = _loads(table, "coach_id"), _loads(table, "previous_coach_id")
    load = base.join(after, on="coach_id", how="left").join(before, on="coach_id", how="left", suffix="_b")
    load = load.with_columns(pl.col("load", "heads", "load_b", "heads_b").fill_null(0))
    return load.select(
        "coach_id",
        "unit_id",
        "municipality",
        (pl.col("load") / 0.98).mean().alias("capacity_minutes"),
        (pl.col("load") * 1.15).alias("soft_limit_minutes"),
        (pl.col("load") * 1.15).alias("limit_minutes"),
        pl.lit(150.0).alias("heads_limit"),
        pl.col("load").cast(pl.Float64).alias("load_minutes"),
        pl.col("heads").cast(pl.Int64),
        pl.col("load_b").cast(pl.Float64).alias("load_before_minutes"),
        pl.col("heads_b").cast(pl.Int64).alias("heads_before"),
    ).sort("unit_id", "coach_id")


def _snapshot(table: pl.DataFrame, coach_ids: list[str], unit_of: list[str], office: list[str]) -> Snapshot:
    empty = {name: TABLES[name].empty() for name in ("travel", "absences", "exclusions", "pins", "clients")}
    units = sorted(set(unit_of))
    return Snapshot(
        date=date(2022, 9, 1),
        region="Pirkanmaa",
        source="test export",
        municipalities=_frame(
            "municipalities",
            {
                "municipality": [p[0] for p in PLACES],
                "name": [p[1] for p in PLACES],
                "area": ["Tampere"] * len(PLACES),
                "lat": [p[2] for p in PLACES],
                "lon": [p[3] for p in PLACES],
                "neighbours": [p[5] for p in PLACES],
            },
        ),
        units=_frame(
            "units", {"unit_id": units, "name": [f"{PLACES[int(u[1:])][1]} coaching" for u in units]}
        )
        if units
        else TABLES["units"].empty(),
        coaches=_frame(
            "coaches",
            {
                "coach_id": coach_ids,
                "unit_id": unit_of,
                "municipality": office,
                "serves": ["*"] * len(office),
            },
        )
        if coach_ids
        else TABLES["coaches"].empty(),
        protected_total=7,
        notices=("The day of the facts was not given: the latest registration is taken.",),
        **empty,
    )


def _facts(
    rows: pl.DataFrame, table: pl.DataFrame, coach_ids: list[str], unit_of: list[str], office: list[str]
) -> ReportFacts:
    coaches = _coach_table(table, coach_ids, unit_of, office)
    prices = {
        "travel": 9000.0,
        "interpreter": 4000.0,
        "specialism": 150.0,
        "handover": 120.5,
        "load": 61000.0,
    }
    objective = sum(prices.values())
    counts = {s: int((table["status"] == s).sum()) for s in ("kept", "moved", "forced", "new", "unserved")}
    certificate = Certificate(
        fingerprint="f" * 64,
        policy_fingerprint="e" * 64,
        level1=Multipliers({}, {}),
        level2=Multipliers({}, {}),
        component={},
        unserved_weighted=float(counts["unserved"]),
        unserved_bound=float(max(counts["unserved"] - 1, 0)),
        bound_minutes=objective - 12.5,
        objective_minutes=objective,
        overload_minutes=0.0,
    )
    recounted = Recount(
        clients=table,
        coaches=coaches,
        areas=pl.DataFrame(),
        prices=prices | {"overload": 0.0},
        objective_minutes=objective,
        overload_minutes=0.0,
        unserved=counts["unserved"],
        unserved_weighted=counts["unserved"],
        counts=counts,
        moves_limit=float("inf"),
        bound_minutes=certificate.bound_minutes,
        unserved_bound=certificate.unserved_bound,
    )
    summary = {
        "versions": {"optimiser": "0.1.0", "polars": "2.1.0"},
        "seed": 0,
        "seconds": {"total": 1.234567},
    }
    snapshot = _snapshot(table, coach_ids, unit_of, office)
    return ReportFacts(
        snapshot=snapshot,
        policy=Policy(),
        plan=Plan(rows, certificate),
        recount=recounted,
        measures=measures(recounted),
        treatment=equal_treatment(recounted, snapshot),
        summary=summary,
        relief=_relief(rows),
        robustness=pl.DataFrame(
            {
                "change": ["need levels one off at random", "meetings 20 % longer", "meetings 20 % shorter"],
                "advised": [14, 14, 14],
                "survive": [12, 11, 13],
                "share": [12 / 14, 11 / 14, 13 / 14],
            }
        ),
    )


def _relief(rows: pl.DataFrame) -> pl.DataFrame:
    moved = rows.filter(pl.col("status").cast(pl.String) == "moved").head(20)
    return moved.select(
        "client_id",
        pl.col("previous_coach_id").alias("from_coach"),
        pl.col("coach_id").alias("to_coach"),
        pl.lit(1.21).alias("from_utilisation_before"),
        pl.lit(0.97).alias("to_utilisation_after"),
        pl.col("demand_minutes").alias("relieved_minutes"),
        pl.lit(17.0).alias("saved_minutes"),
        pl.lit("The new coach has room and speaks the client's language.").alias("reason"),
    )
