"""Equal treatment: what clients get by municipality, age group and language; small cells hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.domain.schema import AGE_GROUPS
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.arrays import Bools, Ints
from optimiser.quality.recount import Recount
from optimiser.quality.suppress import SMALLEST, next_smallest_too, parts_held_back

OTHER = "other"
"""The languages that are not shown by themselves."""
HOME_LANGUAGES = ("fi", "sv")
LANGUAGES = 6
"""How many other languages are shown by themselves."""

MORE_IS_BETTER = ("served", "own_language", "kept")
LESS_IS_BETTER = ("utilisation", "travel_minutes", "interpreter")
BEFORE = ("served", "own_language", "utilisation", "travel_minutes", "interpreter")
HELD = "held_back"
"""Column with the names of the figures that are held back in a cell that is shown."""
SHARES = {
    "served": ("own_language", "interpreter"),
    "served_before": ("kept", "own_language_before", "interpreter_before"),
}
"""Share of all clients to the shares of those it counts."""
MEANS = {
    "served": ("utilisation", "travel_minutes"),
    "served_before": ("utilisation_before", "travel_minutes_before"),
}
"""Share of all clients to the means over those it counts."""
SHARE_DIGITS = 2
"""Shares of people are of whole per cent: finer ones would tell how many are behind them."""


@dataclass(frozen=True)
class EqualTreatment:
    """What clients get, cell by cell; the same cells are hidden before and after.

    Attributes
    ----------
    municipality, age_group, language : polars.DataFrame
        One row a cell, with the columns `cell` (code), `name`, `clients`, `served` (share with a
        coach), `own_language` (share of the served), `utilisation` (mean of their coaches', as a
        share), `kept` (share of those with a present coach), `travel_minutes` (a month and served
        client), `interpreter` (share of the served), the same with `_before` (present coaches) but
        `kept`, `hidden`, and `held_back` (names of single figures held back, with a space between).
        A hidden cell is empty: it has fewer than `SMALLEST` clients, or it is the next smallest beside
        one that has. A figure held back is empty: 1 to 4 clients are behind it or are missing from it, or
        it is the next smallest beside such a one, or its base is held back. Shares of clients are of
        whole per cent.
    ratios : dict
        Dimension to column to worst / best over the cells shown; None where fewer than two show it
        or the best is 0.
    """

    municipality: pl.DataFrame
    age_group: pl.DataFrame
    language: pl.DataFrame
    ratios: dict[str, dict[str, float | None]]


def equal_treatment(recount: Recount, snapshot: Snapshot) -> EqualTreatment:
    """Return what clients get by municipality, age group and language.

    Parameters
    ----------
    recount : Recount
        A plan as the facts have it.
    snapshot : Snapshot
        The facts on a date, for the names of the municipalities.
    """
    clients = _with_outcomes(recount)
    names = snapshot.municipalities.select(pl.col("municipality").cast(pl.String).alias("cell"), "name")
    places = _hidden(_cells(clients, "municipality").join(names, on="cell", how="left"))
    ages = _hidden(_cells(clients, "age_group").with_columns(name=pl.col("cell")))
    clients = clients.with_columns(_language_cell(clients))
    tongues = _hidden(_cells(clients, "language").with_columns(name=pl.col("cell")))
    frames = {
        "municipality": places.sort("cell"),
        "age_group": _in_order(ages, AGE_GROUPS),
        "language": _in_order(tongues, HOME_LANGUAGES),
    }
    return EqualTreatment(**frames, ratios={name: _ratios(frame) for name, frame in frames.items()})


def _with_outcomes(recount: Recount) -> pl.DataFrame:
    """Clients with what each got, empty where it does not apply."""
    load = pl.col("capacity_minutes") > 0
    used = recount.coaches.select(
        "coach_id",
        utilisation=pl.when(load).then(pl.col("load_minutes") / pl.col("capacity_minutes")),
        utilisation_before=pl.when(load).then(pl.col("load_before_minutes") / pl.col("capacity_minutes")),
    )
    served, had = pl.col("coach_id").is_not_null(), pl.col("previous_coach_id").is_not_null()
    before = used.select(pl.col("coach_id").alias("previous_coach_id"), "utilisation_before")
    frame = recount.clients.select(
        "coach_id",
        "previous_coach_id",
        pl.col("municipality", "age_group", "language").cast(pl.String),
        served=served,
        own_language=pl.when(served).then(pl.col("own_language")),
        kept=pl.when(had).then(pl.col("coach_id").eq_missing(pl.col("previous_coach_id"))),
        travel_minutes=pl.when(served).then(pl.col("travel_minutes")),
        interpreter=pl.when(served).then(pl.col("interpreter_minutes") > 0),
        served_before=had,
        own_language_before=pl.col("own_language_before"),
        travel_minutes_before=pl.col("travel_minutes_before"),
        interpreter_before=pl.col("interpreter_minutes_before") > 0,
    )
    frame = frame.join(used.drop("utilisation_before"), on="coach_id", how="left", maintain_order="left")
    return frame.join(before, on="previous_coach_id", how="left", maintain_order="left")


def _cells(clients: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """Figures of each cell, what is behind them (`of_`, `is_`), and nothing held back yet."""
    figures = (*MORE_IS_BETTER, *LESS_IS_BETTER, *(f"{name}_before" for name in BEFORE))
    means = [pl.col(name).cast(pl.Float64).mean() for name in figures]
    shares = [share for whole, parts in SHARES.items() for share in (whole, *parts)]
    behind = [pl.col(name).sum().cast(pl.Int64).alias(f"is_{name}") for name in shares]
    bases = [pl.col(name).count().cast(pl.Int64).alias(f"of_{name}") for name in shares]
    counted = clients.group_by(pl.col(dimension).alias("cell"), maintain_order=True)
    cells = counted.agg(pl.len().alias("clients"), *means, *behind, *bases)
    return cells.with_columns(pl.col(shares).round(SHARE_DIGITS))


def _language_cell(clients: pl.DataFrame) -> pl.Expr:
    """Language shown by itself, or `other`."""
    sizes = clients.group_by("language").len().sort(["len", "language"], descending=[True, False])
    rest = sizes.filter(~pl.col("language").is_in(HOME_LANGUAGES) & (pl.col("len") >= SMALLEST))
    shown = [*HOME_LANGUAGES, *rest["language"].head(LANGUAGES)]
    language = pl.col("language")
    return pl.when(language.is_in(shown)).then(language).otherwise(pl.lit(OTHER)).alias("language")


def _hidden(cells: pl.DataFrame) -> pl.DataFrame:
    """Empty the small cells and figures, and the next smallest with them, so that no subtraction gives one back."""
    cells = cells.with_columns(next_smallest_too(cells, "clients", "cell").alias("hidden"))
    held = figures_held_back(cells)
    names = [pl.when(pl.Series(where)).then(pl.lit(name)) for name, where in held.items()]
    told = pl.concat_str(names, separator=" ", ignore_nulls=True)
    cells = cells.with_columns(pl.when(~pl.col("hidden")).then(told).alias(HELD))
    empty = {name: pl.col("hidden") | pl.Series(where) for name, where in held.items()}
    figures = ("clients", *held)
    shown = cells.with_columns(
        pl.when(~empty.get(name, pl.col("hidden"))).then(pl.col(name)).alias(name) for name in figures
    )
    return shown.select("cell", "name", *figures, "hidden", HELD)


def figures_held_back(cells: pl.DataFrame) -> dict[str, Bools]:
    """Return figure to where it is held back, shape (cells,), those of hidden cells among them."""
    place = cells.select("cell").with_row_index("at").sort("cell")["at"].to_numpy()
    ordered = cells[place]
    sizes = ordered["clients"].cast(pl.Int64).to_numpy()
    always = ordered["hidden"].to_numpy()
    found: dict[str, Bools] = {}
    for whole, parts in SHARES.items():
        found[whole] = parts_held_back(_parts(ordered, whole), sizes, always, shares=True)
        base = ordered[f"is_{whole}"].to_numpy()
        for part in parts:
            counts = _parts(ordered, part)
            found[part] = parts_held_back(counts, base, found[whole], shares=True)
        found |= dict.fromkeys(MEANS[whole], found[whole])
    back = np.argsort(place)
    return {name: where[back] for name, where in found.items()}


def _parts(cells: pl.DataFrame, share: str) -> Ints:
    """Clients whom a share counts and whom it leaves out, shape (cells, 2)."""
    counted, base = cells[f"is_{share}"].to_numpy(), cells[f"of_{share}"].to_numpy()
    return np.column_stack([counted, base - counted])


def _in_order(cells: pl.DataFrame, first: tuple[str, ...]) -> pl.DataFrame:
    """Cells in the order given, the others by code, `other` last."""
    known = pl.Enum([*first, *sorted(set(cells["cell"]) - {*first, OTHER}), *({OTHER} - set(first))])
    return cells.sort(pl.col("cell").cast(known))


def _ratios(cells: pl.DataFrame) -> dict[str, float | None]:
    more = {name: _ratio(cells[name], best_is_most=True) for name in MORE_IS_BETTER}
    return more | {name: _ratio(cells[name], best_is_most=False) for name in LESS_IS_BETTER}


def _ratio(values: pl.Series, *, best_is_most: bool) -> float | None:
    """Worst over best of the values shown."""
    shown = values.drop_nulls().to_list()
    worst, best = (min, max) if best_is_most else (max, min)
    return worst(shown) / best(shown) if len(shown) > 1 and best(shown) else None
