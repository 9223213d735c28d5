"""One snapshot for the month's end: each client with place, coach and minutes, and the coach time there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.domain.calendar import first_interview_due
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.arrays import Floats, blocks, coded, summed
from optimiser.quality.facts import Facts, facts
from optimiser.quality.pairs import Pairs, interpreter_minutes, least_demand
from optimiser.quality.people import sorted_clients
from optimiser.quality.posts import posts


@dataclass(frozen=True)
class Level:
    """What the month's figures need of one snapshot.

    Attributes
    ----------
    date : datetime.date
    region : str
    fingerprint : str
        Of the snapshot.
    places : polars.DataFrame
        municipality, name, area; sorted by municipality.
    clients : polars.DataFrame
        One row a client, sorted by client_id: client_id, municipality, coach_id, involuntary_changes,
        registered_on, first_due (last day for the first meeting), first_meeting, demand_minutes, load_minutes (0
        without a coach), interpreter_minutes.
    posts : polars.DataFrame
        One row a coach and municipality with a part of the coach: coach_id, municipality,
        capacity_minutes.
    departures : polars.DataFrame
        client_id, date, reason.
    """

    date: Date
    region: str
    fingerprint: str
    places: pl.DataFrame
    clients: pl.DataFrame
    posts: pl.DataFrame
    departures: pl.DataFrame


def level_of(snapshot: Snapshot, policy: Policy) -> Level:
    """Return what the month's figures need of a snapshot.

    Loads are those of the present coaches. A coach's capacity is divided over municipalities as the
    load is; that of a coach without load counts where the coach works.
    """
    everyone = sorted_clients(snapshot)
    coaches = posts(snapshot, policy)
    known = facts(snapshot, everyone, coaches, policy)
    frame = _clients(snapshot, everyone, known, policy)
    capacity = coaches.frame.select("coach_id", pl.col("municipality").cast(pl.String)).with_columns(
        pl.Series("capacity_minutes", coaches.capacity)
    )
    texts = pl.col("municipality", "area").cast(pl.String)
    return Level(
        date=snapshot.date,
        region=snapshot.region,
        fingerprint=snapshot.fingerprint(),
        places=snapshot.municipalities.with_columns(texts)
        .select("municipality", "name", "area")
        .sort("municipality"),
        clients=frame,
        posts=_divided(frame, capacity),
        departures=snapshot.departures.select("client_id", "date", pl.col("reason").cast(pl.String)),
    )


def _clients(snapshot: Snapshot, everyone: pl.DataFrame, known: Facts, policy: Policy) -> pl.DataFrame:
    held = snapshot.clients.select("client_id", "first_meeting")
    held = everyone.select("client_id").join(held, on="client_id", how="left", maintain_order="left")
    registered = everyone["registered_on"].to_physical().cast(pl.Int64).to_numpy()
    demand, load, interpreter = _minutes(everyone["coach_id"], known, policy)
    return everyone.select(
        "client_id",
        pl.col("municipality").cast(pl.String),
        pl.col("coach_id").cast(pl.String),
        "involuntary_changes",
        "registered_on",
        pl.Series("first_due", first_interview_due(registered, policy)).cast(pl.Int32).cast(pl.Date),
        held["first_meeting"],
        pl.Series("demand_minutes", demand),
        pl.Series("load_minutes", load),
        pl.Series("interpreter_minutes", interpreter),
    )


def _minutes(coach_id: pl.Series, known: Facts, policy: Policy) -> tuple[Floats, Floats, Floats]:
    """Demand, load and interpreter minutes of each client with the present coach, shape (N,) each."""
    coach = coded(coach_id, known.posts.ids)
    demand = least_demand(known, known.row_of, policy)
    interpreter = np.zeros(len(coach))
    for block in blocks(len(coach)):
        client = np.flatnonzero(coach[block] >= 0) + block.start
        pairs = Pairs(known, known.row_of[client], coach[client])
        interpreter[client] = interpreter_minutes(pairs, policy)
        demand[client] = known.rows.base[pairs.row] + interpreter[client]
    return demand, np.where(coach >= 0, demand, 0.0), interpreter


def _divided(clients: pl.DataFrame, capacity: pl.DataFrame) -> pl.DataFrame:
    """The parts of each coach's capacity, by municipality."""
    held = clients.filter(pl.col("coach_id").is_not_null() & (pl.col("load_minutes") > 0))
    parts = summed(held, ["coach_id", "municipality"], ["load_minutes"])
    loads = summed(parts, ["coach_id"], ["load_minutes"]).rename({"load_minutes": "whole"})
    busy = (
        parts.join(loads, on="coach_id", maintain_order="left")
        .join(capacity.drop("municipality"), on="coach_id", maintain_order="left")
        .select(
            "coach_id",
            "municipality",
            capacity_minutes=pl.col("capacity_minutes") * (pl.col("load_minutes") / pl.col("whole")),
        )
    )
    idle = capacity.join(parts, on="coach_id", how="anti").filter(pl.col("capacity_minutes") > 0)
    return pl.concat([busy, idle.select(busy.columns)]).sort("coach_id", "municipality")
