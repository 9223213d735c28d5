"""The facts on a later day, nothing changed but what is known in advance; and who stays as a pin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import Flags, sorted_by
from optimiser.allocation.handovers.dates import Batch
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import read_facts
from optimiser.allocation.rules import barred
from optimiser.domain.policy import Policy
from optimiser.domain.schema import PINS
from optimiser.domain.snapshot import Snapshot

SETS_ASIDE = "recent_change"
"""The rule that a pin sets aside (docs/MODEL.md)."""


def without_moves(policy: Policy) -> Policy:
    """Return the policy under which nobody moves who may stay."""
    return policy.model_copy(update={"limits": policy.limits.model_copy(update={"moves": 0})})


def later(snapshot: Snapshot, policy: Policy, batch: Batch) -> Snapshot:
    """Return the facts of a batch's day, nothing changed but what is known in advance.

    An exclusion that holds on the day a client changes hands holds for the batch, and pins that a rule
    forbids by then are gone.
    """
    day, on = batch.day, batch.changes.select("client_id", "on")
    exclusions = (
        snapshot.exclusions.join(on, on="client_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("until") >= pl.col("on"))
            .then(pl.max_horizontal("until", pl.lit(day)))
            .otherwise("until")
            .alias("until")
        )
        .drop("on")
    )
    moved = snapshot.replace(date=day, exclusions=exclusions)
    return moved.replace(pins=allowed_pins(moved, policy))


def allowed_pins(snapshot: Snapshot, policy: Policy) -> pl.DataFrame:
    """Return the pins in force that no rule forbids."""
    pins = snapshot.pins.filter(pl.col("until").is_null() | (pl.col("until") >= snapshot.date))
    pins = pins.join(snapshot.clients, on="client_id", how="semi")
    if pins.is_empty():
        return pins
    pairs = pairs_of(snapshot.replace(pins=pins), policy, pins)
    bars = [where for name, where in barred(pairs).items() if name != SETS_ASIDE]
    wrong = np.logical_or.reduce([np.zeros(len(pins), dtype=np.bool_), *bars])
    return pins.filter(pl.Series(~wrong))


def pairs_of(snapshot: Snapshot, policy: Policy, wanted: pl.DataFrame) -> Pairs:
    """Return the pairs of a client and a coach, both known, in the order of `wanted`, shape (N,)."""
    facts, rows = read_facts(snapshot, policy)
    clients, coaches = places(snapshot, facts.coaches.ids, wanted)
    return Pairs(facts, rows.profile[clients], coaches)


def places(snapshot: Snapshot, coach_ids: tuple[str, ...], wanted: pl.DataFrame) -> tuple[Codes, Codes]:
    """Row among the clients sorted by id, and place among the coaches, of each pair; shape (N,) each."""
    clients = sorted_by(snapshot.clients.select("client_id"), "client_id").with_row_index("row")
    coaches = pl.DataFrame({"coach_id": coach_ids}).with_row_index("place")
    found = (
        wanted.select("client_id", "coach_id")
        .join(clients, on="client_id", how="left", maintain_order="left")
        .join(coaches, on="coach_id", how="left", maintain_order="left")
    )
    return found["row"].cast(pl.Int32).to_numpy(), found["place"].cast(pl.Int32).to_numpy()


def pinned(snapshot: Snapshot, wanted: pl.DataFrame, until: Date | None = None) -> pl.DataFrame:
    """Return the snapshot's pins with those of `wanted` (client_id, coach_id) in their place or beside."""
    filled = wanted.select(
        "client_id",
        "coach_id",
        until=pl.lit(until, dtype=pl.Date),
        reason_code=pl.lit("continuity"),
        line=pl.lit(0),
    )
    filled = filled.select(pl.col(name).cast(kind) for name, kind in PINS.schema().items())
    others = snapshot.pins.join(wanted, on="client_id", how="anti")
    return pl.concat([others.select(filled.columns), filled]).sort("client_id")


def settled(snapshot: Snapshot, policy: Policy) -> Snapshot:
    """Return the facts with everyone who may stay pinned to the present coach.

    With `limits.moves` = 0 they stay in every plan, so the plans are the same and cost the same: a
    pin takes the same minutes, heads and interpreter minutes, raises the same limits, and costs no
    handover. What is left to solve is a hundredth of it. Households whose members have different
    coaches now are left to the engine; the others keep their unit, for a pin would take a member out.
    """
    encoding = encode(snapshot, policy)
    stays = _stay_alone(encoding)
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    coaches = pl.Series(encoding.coach_ids, dtype=pl.String)
    wanted = pl.DataFrame(
        {
            "client_id": ids.filter(pl.Series(stays)),
            "coach_id": coaches.gather(encoding.rows.present[stays]),
        }
    )
    joined = ids.filter(pl.Series((encoding.units.size > 1)[encoding.units.of_client] & ~stays))
    household = pl.when(pl.col("client_id").is_in(joined.implode())).then("household").alias("household")
    return snapshot.replace(
        clients=snapshot.clients.with_columns(household), pins=pinned(snapshot, wanted, snapshot.date)
    )


def _stay_alone(encoding: Encoding) -> Flags:
    """Clients who may stay, all members of their unit having one coach, shape (n,)."""
    units, rows = encoding.units, encoding.rows
    low = np.full(len(units.size), len(encoding.coach_ids), dtype=np.int64)
    high = np.full(len(units.size), -1, dtype=np.int64)
    np.minimum.at(low, units.of_client, rows.present)
    np.maximum.at(high, units.of_client, rows.present)
    one: Flags = (low == high)[units.of_client]
    return units.may_stay & one & (rows.present >= 0)


def with_coaches(snapshot: Snapshot, placed: pl.DataFrame, since: pl.DataFrame) -> Snapshot:
    """Return the facts with new coaches; clients without one are taken out.

    Parameters
    ----------
    placed : polars.DataFrame
        client_id, coach_id (empty: none) of every client.
    since : polars.DataFrame
        client_id, on of those who change coach: the first day of the new relationship.
    """
    clients = (
        snapshot.clients.drop("coach_id")
        .join(placed.select("client_id", "coach_id").drop_nulls(), on="client_id")
        .join(since.select("client_id", "on"), on="client_id", how="left")
        .with_columns(coach_since=pl.coalesce("on", "coach_since"))
        .select(snapshot.clients.columns)
        .sort("client_id")
    )
    here = {
        name: getattr(snapshot, name).join(clients, on="client_id", how="semi")
        for name in ("exclusions", "pins")
    }
    return replace(snapshot, clients=clients, **here)
