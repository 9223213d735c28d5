"""Changes of coach that were confirmed here, beside what the client system has."""

from __future__ import annotations

import polars as pl

from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import (
    CHANGED_COACH,
    COACH_GONE,
    CONFIRMED_MOVES,
    ENTERED,
    OVERTAKEN,
    WAITING,
    Past,
    rows_of,
)


def confirmed_moves(export: Snapshot, staying: pl.DataFrame, past: Past, tells_coaches: bool) -> pl.DataFrame:
    """Return rows of `CONFIRMED_MOVES`: what became of each confirmed change in the client system.

    A change is waiting where the system still has the coach from before it. Any other coach there was
    chosen later by somebody who may, and counts.

    Parameters
    ----------
    export : Snapshot
        The export.
    staying : polars.DataFrame
        Clients of the export who are clients.
    past : Past
        What the workspace remembers.
    tells_coaches : bool
        Whether the export has the coaches of its clients; without them nothing is known to be entered.
    """
    system = pl.col("system_coach_id")
    present = staying.select("client_id", system_coach_id="coach_id")
    if not tells_coaches:
        former = past.confirmed.unique("client_id", keep="first", maintain_order=True)
        present = former.select("client_id", system_coach_id="former_coach_id").join(
            staying, on="client_id", how="semi"
        )
    formers = past.confirmed.join(present, on="client_id", maintain_order="left")
    state = (
        pl.when(~pl.col("coach_id").is_in(export.coaches["coach_id"].implode()))
        .then(pl.lit(COACH_GONE))
        .when(system.eq_missing(pl.col("coach_id")))
        .then(pl.lit(ENTERED))
        .when(system.eq_missing(pl.col("former_coach_id")).any().over("client_id"))
        .then(pl.lit(WAITING))
        .otherwise(pl.lit(OVERTAKEN))
    )
    rows = formers.with_columns(
        state=state,
        confirmed_on="since",
        days=(pl.lit(export.date) - pl.col("since")).dt.total_days().clip(lower_bound=0),
    ).unique("client_id", keep="first", maintain_order=True)
    return rows_of(rows, CONFIRMED_MOVES).sort("client_id")


def waiting(moves: pl.DataFrame) -> pl.DataFrame:
    """Return client_id, confirmed coach and its first day of the changes that the system has not."""
    rows = moves.filter(pl.col("state").cast(pl.String) == WAITING)
    return rows.select("client_id", confirmed="coach_id", since="confirmed_on")


def changed_in_system(before: Snapshot, staying: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `CHANGED_COACH`: clients whose coach the client system has changed."""
    was = before.clients.select("client_id", from_coach_id="coach_id")
    rows = staying.select("client_id", to_coach_id="coach_id").join(was, on="client_id")
    rows = rows.filter(pl.col("from_coach_id").ne_missing(pl.col("to_coach_id")))
    rows = rows.join(waiting(moves), on="client_id", how="anti")
    return rows.select([c.name for c in CHANGED_COACH.columns]).sort("client_id")
