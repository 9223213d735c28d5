"""Updates of tiny regions: the export is a region like the snapshot, a month later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from optimiser.allocation.update import Update, follow
from optimiser.domain.policy import Policy
from optimiser.domain.schema import CLIENTS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import Past
from optimiser.tables.export import Export
from tests.allocation.tiny import client, coach, region

LATER = date(2021, 10, 1)
NOBODY = pl.Series("client_id", [], dtype=pl.String)
AT_HOME = CLIENTS.empty().select("client_id", "municipality")
COACHES = [coach("V1"), coach("V2"), coach("V3")]
Row = dict[str, Any]


def exported(clients: Sequence[Row], coaches: Sequence[Row] = COACHES, **tables: Any) -> Snapshot:
    """An export of the tiny region a month later."""
    return region(list(clients), list(coaches), **tables).replace(date=LATER)


def followed(
    before: Snapshot,
    export: Snapshot,
    *,
    past: Past | None = None,
    policy: Policy | None = None,
    apart: Sequence[str] = (),
    away: Sequence[tuple[str, str]] = (),
    lacking: tuple[str, ...] = (),
    many_gone: bool = False,
) -> Update:
    """What an update makes of a snapshot and an export."""
    left = pl.DataFrame(list(away), schema=AT_HOME.schema, orient="row")
    taken = Export(export, pl.Series("client_id", list(apart), dtype=pl.String), left, lacking)
    return follow(before, taken, past or Past(), policy or Policy(), many_gone=many_gone)


def past_of(**frames: list[tuple[object, ...]]) -> Past:
    """A past of rows."""
    empty = Past()
    return Past(
        **{
            name: pl.DataFrame(rows, schema=getattr(empty, name).schema, orient="row")
            for name, rows in frames.items()
        }
    )


def told(update: Update, table: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a table of changes, codes as text."""
    frame = update.tables[table]
    return frame.select(
        pl.col(c).cast(pl.String) if frame[c].dtype == pl.Categorical else c for c in columns
    ).rows()


def rows_of(snapshot: Snapshot, table: str = "clients") -> dict[str, Row]:
    """Client to row."""
    frame: pl.DataFrame = getattr(snapshot, table)
    return {row["client_id"]: row for row in frame.to_dicts()}


def had(*names: str, **facts: Any) -> list[Row]:
    """Clients of coach V1 who were met since; benefit none, so that the law keeps them."""
    plain = {"coach_id": "V1", "benefit": "basic", "status": "unemployed"}
    return [client(name, **(plain | facts)) for name in names]
