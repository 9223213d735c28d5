"""Departures by reason; reasons that few clients have are counted together."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from optimiser.domain.month import OUTFLOW, TOGETHER
from optimiser.domain.schema import DEPARTURE_REASONS
from optimiser.quality.month.counts import left_clients
from optimiser.quality.month.levels import Level
from optimiser.quality.suppress import SMALLEST

NOT_SHOWN = ""
"""Stands for the areas that are held back, as one; no area has this name."""


def outflow_by_reason(
    levels: Sequence[Level], places: pl.DataFrame, shown: Sequence[Sequence[str] | None]
) -> pl.DataFrame:
    """Return the departures by period and reason, of the region and of its areas.

    On each level the same reasons are told apart in all periods and places: those that nowhere have
    few clients. The others are counted together, so that nothing is empty and nothing can be subtracted.

    Parameters
    ----------
    levels : sequence of Level
        By date.
    places : polars.DataFrame
        municipality and area.
    shown : sequence
        Areas whose outflow may be shown at each date; None where that of the region may not.

    Returns
    -------
    polars.DataFrame
        Columns of `OUTFLOW`; a level without two reasons to tell apart is left out.
    """
    parts = [
        left_clients(old, new)
        .join(places, on="municipality", how="left")
        .with_columns(since=pl.lit(old.date), until=pl.lit(new.date))
        .with_columns(may=pl.lit(areas is not None), shown=pl.col("area").is_in(list(areas or ())))
        for old, new, areas in zip(levels, levels[1:], shown[1:], strict=False)
    ]
    schema = {c.name: pl.String if c.kind == "code" else c.dtype for c in OUTFLOW.columns}
    if not parts:
        return pl.DataFrame(schema=schema)
    gone = pl.concat(parts).filter("may").with_columns(level=pl.lit("region"))
    whole = gone.with_columns(area=pl.lit(None, dtype=pl.String))
    # Areas that are not shown count as one: the region less the areas shown would tell of them.
    by_area = gone.with_columns(
        area=pl.when("shown").then("area").otherwise(pl.lit(NOT_SHOWN)), level=pl.lit("area")
    )
    found = pl.concat([_told(whole), _told(by_area).filter(pl.col("area") != NOT_SHOWN)])
    return found.select(list(schema)).cast(pl.Schema(schema))


def _told(gone: pl.DataFrame) -> pl.DataFrame:
    """Counts with rare reasons together, by date, place and reason."""
    keys = ["since", "until", "level", "area"]
    while True:
        counts = gone.group_by(*keys, "reason").agg(pl.len().alias("clients"))
        few = counts.filter(pl.col("clients") < SMALLEST)["reason"].unique()
        if not len(few):
            break
        sizes = counts.group_by("reason").agg(pl.col("clients").sum()).sort("clients", "reason")
        rare = sizes.filter(pl.col("reason").is_in(few.implode()) & (pl.col("reason") != TOGETHER))["reason"]
        # What is still few together takes the next smallest along.
        more = sizes.filter(pl.col("reason") != TOGETHER)["reason"].head(1)
        joined = rare if len(rare) else more
        if not len(joined):
            return counts.clear()
        mine = pl.col("reason").is_in(joined.implode())
        gone = gone.with_columns(pl.when(mine).then(pl.lit(TOGETHER)).otherwise("reason").alias("reason"))
    if counts["reason"].n_unique() < 2:
        return counts.clear()
    order = {reason: at for at, reason in enumerate((*DEPARTURE_REASONS, TOGETHER))}
    rank = pl.col("reason").replace_strict(order, return_dtype=pl.Int32)
    return counts.sort("until", "area", rank)
