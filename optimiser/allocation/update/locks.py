"""Pins and exclusions of the next snapshot: the snapshot's and the export's together."""

from __future__ import annotations

from datetime import date as Date

import polars as pl

from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.policy import Policy
from optimiser.domain.schema import EXCLUSIONS, PINS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import BARRED, CLIENT_GONE, COACH_GONE, DROPPED_LOCKS, EXCLUDED, EXPIRED, rows_of

PAIR = ("client_id", "coach_id")


def locks(
    following: Snapshot, before: Snapshot, export: Snapshot, apart: pl.Series, policy: Policy
) -> tuple[Snapshot, pl.DataFrame]:
    """Return the next snapshot with its pins and exclusions, and rows of `DROPPED_LOCKS`.

    Of one key the row that ends later counts, of two that end together the export's. Dropped are those
    that have ended, or whose client or coach has gone, pins of a pair that is excluded, and pins that a
    rule forbids since facts have changed: with them no plan could be made.

    Parameters
    ----------
    following : Snapshot
        The next snapshot, complete but for its pins and exclusions.
    before, export : Snapshot
        The snapshot and the export.
    apart : polars.Series
        Clients with a protected address, of whom no row is told.
    policy : Policy
        The rules.
    """
    exclusions, off = _united("exclusion", EXCLUSIONS.key, following, (export.exclusions, before.exclusions))
    pins, gone = _united("pin", PINS.key, following, (export.pins, before.pins))
    barred = pins.join(exclusions, on=PAIR, how="semi")
    pins = pins.join(barred, on="client_id", how="anti", maintain_order="left")
    following = following.replace(exclusions=exclusions, pins=pins)
    forbidden = _forbidden(following, policy)
    pins = pins.join(forbidden, on="client_id", how="anti", maintain_order="left")
    dropped = pl.concat([off, gone, _dropped("pin", barred, EXCLUDED), _dropped("pin", forbidden, BARRED)])
    dropped = dropped.filter(~pl.col("client_id").is_in(apart.implode())).unique().sort(DROPPED_LOCKS.key)
    return following.replace(pins=pins), dropped


def _united(
    kind: str, key: tuple[str, ...], following: Snapshot, parts: tuple[pl.DataFrame, pl.DataFrame]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that hold, one a key, and those dropped."""
    last = pl.col("until").fill_null(Date.max)
    rows = pl.concat([part.with_columns(line=pl.lit(0, pl.Int32)) for part in parts])
    rows = rows.sort(*key, last, descending=[False] * len(key) + [True], maintain_order=True)
    clients, coaches = following.clients["client_id"], following.coaches["coach_id"]
    why = (
        pl.when(~pl.col("client_id").is_in(clients.implode()))
        .then(pl.lit(CLIENT_GONE))
        .when(~pl.col("coach_id").is_in(coaches.implode()))
        .then(pl.lit(COACH_GONE))
        .when(pl.col("until") < following.date)
        .then(pl.lit(EXPIRED))
    )
    judged = rows.with_columns(why=why)
    kept = judged.filter(pl.col("why").is_null()).unique(key, keep="first", maintain_order=True)
    # What has ended and goes on under a later row is not missed.
    off = judged.filter(pl.col("why").is_not_null()).join(kept, on=PAIR, how="anti")
    off = off.unique(PAIR, keep="first", maintain_order=True)
    return kept.drop("why"), _dropped(kind, off.drop("why"), off["why"])


def _dropped(kind: str, rows: pl.DataFrame, why: str | pl.Series) -> pl.DataFrame:
    reason = pl.lit(why, dtype=pl.String) if isinstance(why, str) else why.cast(pl.String).alias("why")
    return rows_of(rows.with_columns(kind=pl.lit(kind), why=reason), DROPPED_LOCKS)


def _forbidden(following: Snapshot, policy: Policy) -> pl.DataFrame:
    """Pins that a rule forbids."""
    if not following.pins.height:
        return following.pins
    pins = following.pins.with_row_index("at", 1).with_columns(line=pl.col("at").cast(pl.Int32)).drop("at")
    few = following.replace(
        pins=pins,
        clients=following.clients.join(pins, on="client_id", how="semi", maintain_order="left"),
        exclusions=following.exclusions.join(pins, on="client_id", how="semi", maintain_order="left"),
    )
    kept = set_barred_pins_aside(few, policy).pins
    return following.pins.join(kept, on="client_id", how="anti", maintain_order="left")
