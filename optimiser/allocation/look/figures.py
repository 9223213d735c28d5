"""Hours against capacity with the present coaches: by coach, unit and municipality."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import DUST, Utilisation, measures
from optimiser.quality.recount import Recount, recount
from optimiser.quality.region import read_region
from optimiser.quality.suppress import next_smallest_too, parts_held_back

HOUR = 60.0


@dataclass(frozen=True)
class Today:
    """A region with its present coaches; hours are a month's.

    Attributes
    ----------
    coaches : polars.DataFrame
        coach_id, unit_id, municipality, clients, hours, capacity_hours, used (share of capacity; null
        without capacity), band (place in `quality.measures.BANDS`; null without capacity); by unit and id.
    units : polars.DataFrame
        unit_id, coaches, clients, hours, capacity_hours, used, crowded (coaches above 110 %), roomy (below
        95 %), hidden; by id. All but unit_id and coaches are null where so few clients are behind it.
    municipalities : polars.DataFrame
        municipality, clients, hours (that those of them with a coach take: beside those of all, the hours of
        a single client without a coach would come out), capacity_hours, used, hidden; by code. Of each
        coach's capacity a municipality has the part that its clients take of the coach's load; of a coach
        without clients that of the office has all.
    utilisation : Utilisation
        Of the coaches who have capacity.
    idle : int
        Coaches without capacity.
    clients, without_coach : int
        All clients, and those without a coach.
    hours, placed_hours, capacity_hours : float
        What all clients take, what those with a coach take, and what the coaches have.
    interpreter_hours : float
        Of the hours, the extra time of meetings with an interpreter.
    tongues : polars.DataFrame
        language, clients: languages that no coach works in; by size. None of few clients.
    tongues_clients : int
        Clients whose language no coach works in, those of small languages too.
    """

    coaches: pl.DataFrame
    units: pl.DataFrame
    municipalities: pl.DataFrame
    utilisation: Utilisation
    idle: int
    clients: int
    without_coach: int
    hours: float
    placed_hours: float
    capacity_hours: float
    interpreter_hours: float
    tongues: pl.DataFrame
    tongues_clients: int


def today(snapshot: Snapshot, policy: Policy) -> Today:
    """Return hours against capacity with the present coaches, recounted from the facts.

    Parameters
    ----------
    snapshot, policy
        Facts, and the estimates of time.
    """
    region = read_region(snapshot, policy)
    found = recount(region, region.people.present)
    measured = measures(found)
    coaches = _coaches(found, snapshot, policy)
    tongues = _tongues(snapshot)
    return Today(
        coaches=coaches,
        units=_units(coaches),
        municipalities=_municipalities(found, coaches),
        utilisation=measured.utilisation,
        idle=measured.without_capacity,
        clients=found.clients.height,
        without_coach=found.unserved,
        hours=float(found.clients["demand_minutes"].to_numpy().sum()) / HOUR,
        placed_hours=float(coaches["hours"].to_numpy().sum()),
        capacity_hours=float(coaches["capacity_hours"].to_numpy().sum()),
        interpreter_hours=measured.interpreter_minutes / HOUR,
        tongues=tongues.filter(~pl.col("hidden")).drop("hidden"),
        tongues_clients=int(tongues["clients"].sum()),
    )


def _coaches(found: Recount, snapshot: Snapshot, policy: Policy) -> pl.DataFrame:
    used = pl.col("load_minutes") / pl.col("capacity_minutes")
    able = pl.col("capacity_minutes") > 0
    # What clients with a protected address take is not told: a capacity that lacks it would show them.
    apart = snapshot.coaches.select("coach_id", apart=pl.col("protected_clients") * policy.protected_minutes)
    return (
        found.coaches.join(apart, on="coach_id", how="left", maintain_order="left")
        .with_columns(used=pl.when(able).then(used), clients=pl.col("heads").cast(pl.Int64))
        .select(
            "coach_id",
            "unit_id",
            pl.col("municipality").cast(pl.String),
            "clients",
            hours=pl.col("load_minutes") / HOUR,
            capacity_hours=(pl.col("capacity_minutes") + pl.when(able).then("apart").otherwise(0.0)) / HOUR,
            used="used",
            band=_band(pl.col("used")),
        )
    )


def _band(used: pl.Expr) -> pl.Expr:
    """Place in the bands of the measures: below 95, 95-100, 100-110, above 110 per cent."""
    return (used >= 0.95 - DUST).cast(pl.Int64) + (used > 1.0 + DUST) + (used > 1.1 + DUST)


def _units(coaches: pl.DataFrame) -> pl.DataFrame:
    units = coaches.group_by("unit_id", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("coaches"),
        pl.col("clients", "hours", "capacity_hours").sum(),
        crowded=(pl.col("band") == 3).sum().cast(pl.Int64),
        roomy=(pl.col("band") == 0).sum().cast(pl.Int64),
    )
    figures = ("clients", "hours", "capacity_hours", "crowded", "roomy")
    return _shown(units.sort("unit_id"), ("clients",), figures)


def _municipalities(found: Recount, coaches: pl.DataFrame) -> pl.DataFrame:
    """Sums are taken in the order of clients and of coach and code, so that equal facts give equal figures."""
    clients = found.clients.select(pl.col("municipality").cast(pl.String), "coach_id", "demand_minutes")
    placed = pl.col("coach_id").is_not_null()
    demand = clients.group_by("municipality", maintain_order=True).agg(
        clients=pl.len().cast(pl.Int64),
        placed=placed.sum().cast(pl.Int64),
        hours=pl.col("demand_minutes").filter(placed).sum() / HOUR,
    )
    pairs = clients.drop_nulls("coach_id").group_by("coach_id", "municipality", maintain_order=True)
    parts = pairs.agg(pl.col("demand_minutes").sum()).sort("coach_id", "municipality")
    parts = parts.join(
        coaches.select("coach_id", "capacity_hours", "hours"), on="coach_id", maintain_order="left"
    )
    part = pl.when(pl.col("hours") > 0).then(pl.col("demand_minutes") / (HOUR * pl.col("hours")))
    taken = parts.select("municipality", capacity_hours=pl.col("capacity_hours") * part.otherwise(0.0))
    free = coaches.filter(pl.col("hours") <= 0).select("municipality", "capacity_hours")
    shares = pl.concat([taken, free]).group_by("municipality", maintain_order=True)
    joined = demand.join(
        shares.agg(pl.col("capacity_hours").sum()), on="municipality", how="full", coalesce=True
    ).with_columns(pl.col("clients", "placed").fill_null(0), pl.col("hours", "capacity_hours").fill_null(0.0))
    shown = _shown(joined.sort("municipality"), ("clients", "placed"), ("clients", "hours", "capacity_hours"))
    return shown.drop("placed")


def _shown(rows: pl.DataFrame, counts: tuple[str, ...], figures: tuple[str, ...]) -> pl.DataFrame:
    """Rows with `used`, and without the figures of few clients and of the next smallest beside them."""
    people = rows.select(counts).to_numpy()
    used = pl.when(pl.col("capacity_hours") > 0).then(pl.col("hours") / pl.col("capacity_hours"))
    hidden = parts_held_back(people, rows["clients"].to_numpy())
    rows = rows.with_columns(used=used, hidden=pl.Series(hidden, dtype=pl.Boolean))
    return rows.with_columns(pl.when(~pl.col("hidden")).then(pl.col(*figures, "used")))


def _tongues(snapshot: Snapshot) -> pl.DataFrame:
    """Languages of service that no coach works in, with their clients; `hidden` for those of few."""
    spoken = {code for text in snapshot.coaches["languages"].cast(pl.String) for code in (text or "").split()}
    tongues = (
        snapshot.clients.group_by(pl.col("language").cast(pl.String))
        .agg(clients=pl.len().cast(pl.Int64))
        .filter(~pl.col("language").is_in(sorted(spoken)))
        .sort(["clients", "language"], descending=[True, False])
    )
    if tongues.is_empty():
        return tongues.with_columns(hidden=pl.lit(False))
    return tongues.with_columns(hidden=next_smallest_too(tongues, "clients", "language"))
