"""What the list of clients tells about coaches, units and municipalities where no list says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from optimiser.domain.schema import COACHES, TRAVEL
from optimiser.domain.travel import UNREACHABLE, travel_minutes
from optimiser.tables.municipalities import places
from optimiser.tables.parse_values import ID

LEAST_CLIENTS, LEAST_SHARE = 5, 0.1
"""Clients of one language, and their share of the coach's clients, from which the coach is taken to speak it."""


@dataclass(frozen=True)
class Derived:
    """Coaches with every fact that a plan needs, and what of it was assumed.

    Attributes
    ----------
    coaches : polars.DataFrame
        Columns of the table coaches as text, `line` last.
    units : polars.DataFrame
        unit_id, name, employer, line.
    assumed : dict
        Column to the number of coaches for whom it was assumed.
    """

    coaches: pl.DataFrame
    units: pl.DataFrame
    assumed: dict[str, int]


def derived(people: pl.DataFrame, listed: pl.DataFrame, clients: pl.DataFrame) -> Derived:
    """Return the coaches with what the list says, completed by what their present clients tell.

    Parameters
    ----------
    people : polars.DataFrame
        coach_id, row (of the list; null for none).
    listed : polars.DataFrame
        Rows of the list under our names, codes understood; `line` last.
    clients : polars.DataFrame
        coach_id, municipality, language (codes, or null) of each client.
    """
    said_of = listed.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    known = people.select("coach_id", "row").join(
        said_of.drop("coach_id", strict=False), on="row", how="left", maintain_order="left"
    )
    missing = [
        pl.lit(None, pl.String).alias(name)
        for name in ("unit_id", "municipality", "serves", "languages", "fte")
        if name not in known.columns
    ]
    known = known.with_columns(missing)
    known = known.join(_seen(clients), on="coach_id", how="left", maintain_order="left")
    assumed = {
        name: known[name].null_count() for name in ("unit_id", "municipality", "serves", "languages", "fte")
    }
    known = _with_offices(known, clients)
    served = (
        pl.when(pl.col("home").is_null())
        .then("municipality")
        .otherwise(pl.concat_str("municipality", pl.lit(" "), "homes"))
    )
    known = known.with_columns(
        pl.col("serves").fill_null(served), pl.col("languages").fill_null(pl.col("tongues").fill_null("fi"))
    )
    coaches, units = _with_units(known)
    columns = [c.name for c in COACHES.columns if c.name in coaches.columns]
    return Derived(
        coaches.select(*columns, pl.col("line").fill_null(0).cast(pl.Int32)).sort("coach_id"), units, assumed
    )


def _seen(clients: pl.DataFrame) -> pl.DataFrame:
    """Of each coach: home (most clients' municipality), homes (all of them), tongues (languages spoken)."""
    own = clients.filter(pl.col("coach_id").is_not_null() & pl.col("municipality").is_not_null())
    homes = (
        own.group_by("coach_id", "municipality")
        .len()
        .sort(["coach_id", "len", "municipality"], descending=[False, True, False])
        .group_by("coach_id", maintain_order=True)
        .agg(home=pl.col("municipality").first(), homes=pl.col("municipality").sort().str.join(" "))
    )
    share = pl.col("len") / pl.col("len").sum().over("coach_id")
    often = (pl.col("len") >= LEAST_CLIENTS) & (share >= LEAST_SHARE)
    spoken = (
        own.group_by("coach_id", pl.col("language").fill_null("fi"))
        .len()
        .filter((pl.col("language") == "fi") | (pl.col("language") == "sv") | often)
    )
    tongues = (
        spoken.sort("coach_id", "language")
        .group_by("coach_id", maintain_order=True)
        .agg(pl.col("language").filter(pl.col("language") != "fi").str.join(" "))
    )
    tongues = tongues.select("coach_id", tongues=("fi " + pl.col("language")).str.strip_chars())
    return homes.join(tongues, on="coach_id", how="left")


def _with_offices(known: pl.DataFrame, clients: pl.DataFrame) -> pl.DataFrame:
    """Offices: as listed, else where most clients live, else as the unit's others, else the largest municipality."""
    largest = (
        clients["municipality"]
        .drop_nulls()
        .value_counts()
        .sort(["count", "municipality"], descending=[True, False])
    )
    known = known.with_columns(pl.col("municipality").fill_null(pl.col("home")))
    of_unit = (
        known.filter(pl.col("unit_id").is_not_null() & pl.col("municipality").is_not_null())
        .group_by("unit_id", "municipality")
        .len()
        .sort(["unit_id", "len", "municipality"], descending=[False, True, False])
        .unique("unit_id", keep="first", maintain_order=True)
        .select("unit_id", office="municipality")
    )
    known = known.join(of_unit, on="unit_id", how="left", maintain_order="left")
    fallback = largest["municipality"].first() if largest.height else None
    return known.with_columns(
        pl.coalesce("municipality", "office", pl.lit(fallback, pl.String)).alias("municipality")
    )


def _with_units(known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Units as listed, and one a municipality for the coaches of whom none is told."""
    named = known["unit_id"].drop_nulls().unique().sort().to_list()
    plain = all(re.fullmatch(ID, name) for name in named)
    width = max(2, len(str(len(named))))
    ids = {name: name if plain else f"U{i:0{width}d}" for i, name in enumerate(named, start=1)}
    names = places().names()
    municipal = sorted(set(known.filter(pl.col("unit_id").is_null())["municipality"].drop_nulls()))
    rows = [(ids[name], name, None, 0) for name in named]
    rows += [(f"m{code}", names.get(code, code), code, 0) for code in municipal]
    schema = {"unit_id": pl.String, "name": pl.String, "employer": pl.String, "line": pl.Int32}
    listed = pl.col("unit_id").replace_strict(ids, default=None, return_dtype=pl.String) if ids else None
    own = pl.lit("m") + pl.col("municipality")
    unit = own if listed is None else listed.fill_null(own)
    return known.with_columns(unit_id=unit), pl.DataFrame(rows, schema=schema, orient="row")


def region_of(clients: pl.DataFrame, coaches: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the municipalities of clients and coaches, and the ways between them that no neighbours join.

    Parameters
    ----------
    clients, coaches : polars.DataFrame
        With the column municipality; coaches also with serves.

    Returns
    -------
    (polars.DataFrame, polars.DataFrame)
        Rows of the tables municipalities and travel, `line` last.
    """
    served = {code for text in coaches["serves"].drop_nulls() for code in text.split() if code != "*"}
    codes = served | set(clients["municipality"].drop_nulls()) | set(coaches["municipality"].drop_nulls())
    nowhere = pl.lit(0, pl.Int32).alias("line")
    table = places().table(codes)
    near = travel_minutes(table, TRAVEL.empty())
    if (near.minutes < UNREACHABLE).all():
        return table.with_columns(nowhere), TRAVEL.empty()
    # Where the chain of neighbours is broken, ways lead through municipalities that are not in the workbook.
    wide = travel_minutes(places().table(_codes()), TRAVEL.empty())
    at = wide.index()
    ways = [
        (a, b, round(float(wide.minutes[at[a], at[b]]), 1))
        for i, a in enumerate(near.codes)
        for j, b in enumerate(near.codes)
        if i < j and near.minutes[i, j] >= UNREACHABLE > wide.minutes[at[a], at[b]]
    ]
    schema = {"from_municipality": pl.String, "to_municipality": pl.String, "minutes": pl.Float64}
    return table.with_columns(nowhere), pl.DataFrame(ways, schema=schema, orient="row").with_columns(nowhere)


def _codes() -> Iterable[str]:
    return places().frame["code"].to_list()
