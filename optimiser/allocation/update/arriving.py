"""Who has come: new clients, and those who were clients before."""

from __future__ import annotations

import polars as pl

from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import ARRIVALS, NEW, RETURNED, Past, rows_of


def arriving(before: Snapshot, export: Snapshot, staying: pl.DataFrame, past: Past) -> pl.DataFrame:
    """Return rows of `ARRIVALS`.

    Whoever has a departure behind, or stood in an earlier snapshot of the workspace, has returned. The day
    of leaving is that of the departure, else of the last snapshot that had the client.

    Parameters
    ----------
    before, export : Snapshot
        The snapshot and the export.
    staying : polars.DataFrame
        Clients of the export who are clients.
    past : Past
        What the workspace remembers.
    """
    come = staying.join(before.clients, on="client_id", how="anti", maintain_order="left")
    known = _known(before, export, past).join(come.select("client_id", "registered_on"), on="client_id")
    # A departure of the export that lies after the registration is about what comes, not what was.
    known = known.filter((pl.col("left_on") <= pl.col("registered_on")) | pl.col("earlier"))
    last = known.sort("left_on").unique("client_id", keep="last", maintain_order=True)
    rows = come.join(last.select("client_id", "left_on", "former"), on="client_id", how="left")
    back = pl.col("left_on").is_not_null()
    until = pl.max_horizontal("registered_on", "left_on")
    until = pl.when(pl.col("registered_on") < pl.col("left_on")).then(pl.lit(export.date)).otherwise(until)
    there = pl.col("former").is_in(export.coaches["coach_id"].implode())
    found = rows.with_columns(
        kind=pl.when(back).then(pl.lit(RETURNED)).otherwise(pl.lit(NEW)),
        days_away=_days("left_on", until),
        former_coach_id=pl.when(there).then("former"),
    )
    return rows_of(found, ARRIVALS).sort("client_id")


def _days(first: str, last: pl.Expr) -> pl.Expr:
    return (last - pl.col(first)).dt.total_days().clip(lower_bound=0)


def _known(before: Snapshot, export: Snapshot, past: Past) -> pl.DataFrame:
    """client_id, left_on, former coach, and whether it was known before this export; a row each time."""
    types = {"client_id": pl.String(), "left_on": pl.Date(), "former": pl.String(), "earlier": pl.Boolean()}
    left = [
        frame.select("client_id", left_on="date", former="coach_id", earlier=pl.lit(earlier))
        for frame, earlier in ((before.departures, True), (export.departures, False))
    ]
    seen = past.seen.select("client_id", left_on="day", former="coach_id", earlier=pl.lit(True))
    return pl.concat([part.cast(pl.Schema(types)) for part in (*left, seen)])
