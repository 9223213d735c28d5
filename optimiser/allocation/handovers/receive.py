"""One batch: who receives the clients whose coach can no longer serve, and who could."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.codes import Codes
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import Facts
from optimiser.allocation.handovers.dates import HOUSEHOLD, Batch
from optimiser.allocation.handovers.future import allowed_pins, pinned, places, settled, without_moves
from optimiser.allocation.pairs import Pairs, all_pairs
from optimiser.allocation.rules import allowed
from optimiser.domain.policy import Policy
from optimiser.domain.progress import Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts

CHUNK = 2000
"""Profiles looked at together with every coach."""


@dataclass(frozen=True)
class Received:
    """What a batch came to.

    Attributes
    ----------
    rows : polars.DataFrame
        One row a client who changes hands: client_id, from_coach_id, to_coach_id, on, why,
        municipality, language, demand_minutes, own_language, at_home, road_minutes, full (load over
        capacity of the receiving coach), agreed (kept as confirmed), plan_reason, barred_by, repair.
    receivers : polars.DataFrame
        Pairs that no rule bars, each once: municipality, language, coach_id, own_language, at_home.
    found : Allocation
        The plan of that day.
    """

    rows: pl.DataFrame
    receivers: pl.DataFrame
    found: Allocation


def receive(
    future: Snapshot,
    policy: Policy,
    batch: Batch,
    agreed: pl.DataFrame,
    effort: str,
    progress: Progress,
    *,
    texts: Texts = ENGLISH,
) -> Received:
    """Place the clients of a batch on its day, nobody else moving, with a bound.

    Parameters
    ----------
    future : Snapshot
        The facts of the batch's day (`future.later`).
    agreed : polars.DataFrame
        client_id, coach_id that officials confirmed: kept where no rule forbids it.
    texts : Texts
        Language of the plan's reasons.
    """
    still = without_moves(policy)
    kept = allowed_pins(future.replace(pins=pinned(future.replace(pins=future.pins.clear()), agreed)), policy)
    here = settled(future, still)
    here = here.replace(pins=pinned(here, kept.select("client_id", "coach_id"), future.date))
    found = allocate(here, still, effort, progress, texts=texts)
    rows = _leaving(future, batch, found).join(
        kept.select("client_id", agreed=pl.lit(True)), on="client_id", how="left"
    )
    rows = _described(rows.with_columns(pl.col("agreed").fill_null(False)), future, found)
    return Received(rows, _receivers(rows, future, found.encoding), found)


def _leaving(future: Snapshot, batch: Batch, found: Allocation) -> pl.DataFrame:
    """Clients of the batch, and who must go with them."""
    plan = found.plan.rows.select(
        "client_id",
        "status",
        "demand_minutes",
        "barred_by",
        "repair",
        to_coach_id="coach_id",
        from_coach_id="previous_coach_id",
        plan_reason="reason",
    )
    changes = (pl.col("from_coach_id") != pl.col("to_coach_id")).fill_null(True)
    facts = future.clients.select("client_id", "municipality", "language", "integration_until")
    return (
        plan.join(batch.changes, on="client_id", how="left")
        .filter(changes)
        .join(facts, on="client_id")
        .with_columns(pl.col("on").fill_null(batch.day), pl.col("why").fill_null(HOUSEHOLD))
        .sort("client_id")
    )


def _described(rows: pl.DataFrame, future: Snapshot, found: Allocation) -> pl.DataFrame:
    """What the new coach means for each client."""
    encoding = found.encoding
    served = rows.filter(pl.col("to_coach_id").is_not_null())
    client, coach = places(future, encoding.coach_ids, served.rename({"to_coach_id": "coach_id"}))
    pairs = Pairs(encoding.facts, encoding.rows.profile[client], coach)
    capacity = encoding.problem.capacity
    load = _loads(found)
    used = np.divide(load, capacity, out=np.full(len(load), np.nan), where=capacity > 0)
    about = pl.DataFrame(
        {
            "client_id": served["client_id"],
            "own_language": pairs.share_language(),
            "at_home": _at_home(pairs),
            "road_minutes": pairs.road_minutes(),
            "full": used[coach],
        }
    )
    return rows.join(about, on="client_id", how="left", maintain_order="left")


def _loads(found: Allocation) -> np.ndarray:
    """Load of each coach in the plan, minutes a month, shape (C,)."""
    served = found.plan.rows.drop_nulls("coach_id").group_by("coach_id").agg(pl.col("demand_minutes").sum())
    at = pl.DataFrame({"coach_id": found.encoding.coach_ids})
    loads = at.join(served, on="coach_id", how="left", maintain_order="left")["demand_minutes"]
    return loads.fill_null(0.0).to_numpy()


def _at_home(pairs: Pairs) -> np.ndarray:
    """Whether the coach's office is in the client's municipality, shape (N,)."""
    here: np.ndarray = pairs.coaches.municipality[pairs.coach] == pairs.clients.municipality[pairs.client]
    return here


def _receivers(rows: pl.DataFrame, future: Snapshot, encoding: Encoding) -> pl.DataFrame:
    """Coaches whom no rule bars, by municipality and language of the clients who change hands."""
    client, _ = places(future, encoding.coach_ids, rows.select("client_id", coach_id="to_coach_id"))
    profile = encoding.rows.profile[client]
    kinds = pl.DataFrame(
        {"profile": profile, "municipality": rows["municipality"], "language": rows["language"]}
    )
    pairs = _allowed_pairs(encoding.facts, np.unique(profile))
    return (
        kinds.unique()
        .join(pairs, on="profile")
        .group_by("municipality", "language", "coach_id")
        .agg(pl.col("own_language").any(), pl.col("at_home").any())
        .sort(pl.col("municipality", "language").cast(pl.String), "coach_id")
    )


def _allowed_pairs(facts: Facts, profiles: Codes) -> pl.DataFrame:
    """Pairs of profiles and coaches that no rule bars."""
    ids = pl.Series(facts.coaches.ids, dtype=pl.String)
    frames = [
        pl.DataFrame(
            schema={
                "profile": pl.Int32,
                "coach_id": pl.String,
                "own_language": pl.Boolean,
                "at_home": pl.Boolean,
            }
        )
    ]
    for start in range(0, len(profiles), CHUNK):
        pairs = allowed(all_pairs(facts, profiles[start : start + CHUNK]))
        frames.append(
            pl.DataFrame(
                {
                    "profile": pl.Series(pairs.client, dtype=pl.Int32),
                    "coach_id": ids.gather(pairs.coach),
                    "own_language": pairs.share_language(),
                    "at_home": _at_home(pairs),
                }
            )
        )
    return pl.concat(frames)
