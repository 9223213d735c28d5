"""The month-end figures of municipalities, areas and the region, with what tells of few people held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.domain.month import FAMILIES, MONTH
from optimiser.quality.arrays import Ints, summed
from optimiser.quality.month.counts import COUNTED, MINUTES, places_of, sums_by_municipality
from optimiser.quality.month.families import Coaches, hidden_at
from optimiser.quality.month.hiding import Hidden, Tree, hidden_places
from optimiser.quality.month.levels import Level
from optimiser.quality.month.reasons import outflow_by_reason

HOUR = 60.0
HELD = "held_back"


@dataclass(frozen=True)
class Month:
    """The figures that may be shown; nothing else of the snapshots leaves this room.

    Attributes
    ----------
    dates : tuple of datetime.date
        Days of the snapshots, rising.
    region : str
        Name of the region; may be empty.
    fingerprints : tuple of str
        Of the snapshots.
    rows : polars.DataFrame
        Columns of `MONTH`; the region first, then areas and municipalities, each by date.
    outflow : polars.DataFrame
        Columns of `OUTFLOW`.
    """

    dates: tuple[Date, ...]
    region: str
    fingerprints: tuple[str, ...]
    rows: pl.DataFrame
    outflow: pl.DataFrame


def month_figures(levels: Sequence[Level]) -> Month:
    """Return the figures of some snapshots of one region.

    Parameters
    ----------
    levels : sequence of Level
        In the order of their dates, no two of one date.
    """
    places = places_of(levels)
    sums = sums_by_municipality(levels)
    areas = sorted(places["area"].unique())
    tree = Tree(np.array([areas.index(area) for area in places["area"]], dtype=np.int64), len(areas))
    found = _hidden(levels, sums, places, tree)
    rows = pl.concat(
        [
            _rows(sums, places, "region", found),
            _rows(sums, places, "area", found),
            _rows(sums, places, "municipality", found),
        ]
    )
    return Month(
        dates=tuple(level.date for level in levels),
        region=levels[-1].region,
        fingerprints=tuple(level.fingerprint for level in levels),
        rows=rows,
        outflow=outflow_by_reason(levels, places, _shown_flows(areas, found)),
    )


def _hidden(
    levels: Sequence[Level], sums: pl.DataFrame, places: pl.DataFrame, tree: Tree
) -> list[dict[str, Hidden]]:
    """What is held back at each date, by family."""
    count = places.height
    clients = sums["clients"].to_numpy().reshape(len(levels), count).T
    always = hidden_places(tree, clients)
    found = []
    for at, level in enumerate(levels):
        rows = sums.slice(at * count, count)
        counts: dict[str, Ints | None] = {
            name: None if rows[name].has_nulls() else rows[name].to_numpy() for name in COUNTED
        }
        counts["without"] = _without_coach(level, places)
        found.append(hidden_at(tree, counts, _coaches(level, places, tree), always))
    return found


def _without_coach(level: Level, places: pl.DataFrame) -> Ints:
    alone = (
        level.clients.filter(pl.col("coach_id").is_null()).group_by("municipality", maintain_order=True).len()
    )
    joined = places.join(alone, on="municipality", how="left", maintain_order="left")
    return joined["len"].fill_null(0).cast(pl.Int64).to_numpy()


def _coaches(level: Level, places: pl.DataFrame, tree: Tree) -> Coaches:
    parts = level.posts.filter(pl.col("capacity_minutes") > 0).join(
        places.with_row_index("at").select("municipality", "at"), on="municipality"
    )
    municipality = parts["at"].to_numpy()
    pairs = pl.DataFrame({"coach_id": parts["coach_id"], "area": tree.area_of[municipality]}).unique()
    return Coaches(
        municipalities=np.bincount(municipality, minlength=places.height).astype(np.int64),
        areas=np.bincount(pairs["area"].to_numpy(), minlength=tree.areas).astype(np.int64),
        region=parts["coach_id"].n_unique(),
    )


def _shown_flows(areas: list[str], found: Sequence[Mapping[str, Hidden]]) -> list[list[str] | None]:
    """Areas whose outflow may be shown, by date; None where that of the region may not."""
    flows = [families["flows"] for families in found]
    return [
        None if f.region else [a for a, held in zip(areas, f.areas, strict=True) if not held] for f in flows
    ]


def _rows(
    sums: pl.DataFrame, places: pl.DataFrame, level: str, found: Sequence[Mapping[str, Hidden]]
) -> pl.DataFrame:
    """The rows of one level, by date and place, with nothing in them that is held back."""
    named = sums.join(places, on="municipality", how="left", maintain_order="left")
    by_level: dict[str, list[str]] = {
        "region": [],
        "area": ["area"],
        "municipality": ["municipality", "area", "name"],
    }
    keys = by_level[level]
    values = [name for name in sums.columns if name not in ("since", "until", "municipality")]
    # Null where it is not known for any, and so for all.
    total = [
        pl.when(pl.col(v).null_count() == pl.len()).then(None).otherwise(pl.col(v).sum()).alias(v)
        for v in values
        if v not in MINUTES
    ]
    whole = named.group_by("until", *keys, maintain_order=True).agg(pl.col("since").first(), *total)
    own = ["until", *keys[:1]]
    whole = whole.join(summed(named, own, MINUTES), on=own, maintain_order="left").sort(own)
    held = [
        " ".join(name for name in FAMILIES if _of(families[name], level)[place])
        for families in found
        for place in range(len(_of(families["all"], level)))
    ]
    told = whole.with_columns(
        *_figures(), pl.lit(level).alias("level"), pl.Series(HELD, held, dtype=pl.String)
    )
    for name in ("area", "municipality", "name"):
        if name not in told.columns:
            source = pl.col("area") if name == "name" and level == "area" else pl.lit(None)
            told = told.with_columns(source.cast(pl.String).alias(name))
    return _masked(told).select(c.name for c in MONTH.columns)


def _of(hidden: Hidden, level: str) -> Sequence[bool]:
    if level == "region":
        return [hidden.region]
    places: list[bool] = (hidden.areas if level == "area" else hidden.municipalities).tolist()
    return places


def _figures() -> list[pl.Expr]:
    """Sums as they are told: hours, shares of whole per cent, clients due and kept."""
    had = pl.col("kept") + pl.col("handovers")
    due = pl.col("first_on_time") + pl.col("first_late") + pl.col("first_not_held")
    hours = [
        (pl.col(f"{name}_minutes") / HOUR).round(0).alias(f"{name}_hours")
        for name in ("demand", "load", "capacity")
    ]
    return [
        *hours,
        _share(pl.col("load_minutes"), pl.col("capacity_minutes")).alias("utilisation"),
        due.alias("first_due"),
        _share(pl.col("first_on_time"), due).alias("first_on_time_share"),
        had.alias("had_coach"),
        _share(pl.col("kept"), had).alias("continuity"),
        pl.col("interpreter_minutes").round(0),
    ]


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then((part / whole).round(2))


def _masked(told: pl.DataFrame) -> pl.DataFrame:
    """Every figure empty where its family, or the place, is held back."""
    everything = [c.name for c in MONTH.columns[MONTH.columns.index(MONTH.by_name["clients"]) :]]
    families = pl.col(HELD).str.split(" ")
    masks = {
        name: families.list.contains("all") | families.list.contains(family)
        for family, names in FAMILIES.items()
        for name in names
    }
    return told.with_columns(
        pl.when(~masks.get(name, families.list.contains("all"))).then(pl.col(name)).alias(name)
        for name in everything
    ).with_columns(
        pl.when(families.list.contains("all"))
        .then(pl.lit("all"))
        .when(pl.col(HELD) != "")
        .then(pl.col(HELD))
        .alias(HELD)
    )
