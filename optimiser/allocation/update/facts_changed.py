"""What changed in the facts of clients and coaches."""

from __future__ import annotations

import numpy as np
import polars as pl

from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import read_facts
from optimiser.allocation.rules import barred
from optimiser.domain.columns import Column
from optimiser.domain.policy import Policy
from optimiser.domain.schema import CLIENTS, COACHES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import CHANGED_COACHES, CHANGED_NEEDS, NEEDS, NEW, OF_COACHES, RELOCATED, rows_of


def changed_needs(before: Snapshot, clients: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `CHANGED_NEEDS`, by client and column."""
    both = _beside(clients, before.clients, "client_id", NEEDS)
    parts = [_changes(both, CLIENTS.by_name[name], ("client_id",)) for name in NEEDS]
    return rows_of(pl.concat(parts), CHANGED_NEEDS).sort("client_id", pl.col("column").cast(pl.String))


def _beside(now: pl.DataFrame, was: pl.DataFrame, key: str, columns: tuple[str, ...]) -> pl.DataFrame:
    """Rows in both, with the earlier values as `<column>_before`."""
    earlier = was.select(key, *(pl.col(name).alias(f"{name}_before") for name in columns))
    return now.join(earlier, on=key, maintain_order="left")


def _changes(both: pl.DataFrame, column: Column, key: tuple[str, ...]) -> pl.DataFrame:
    """The rows in which a column changed: key, column, before, after, all as text."""
    now, was = _text(column.name, column), _text(f"{column.name}_before", column)
    return both.filter(now.ne_missing(was)).select(*key, column=pl.lit(column.name), before=was, after=now)


def _text(name: str, column: Column) -> pl.Expr:
    if column.kind == "flag":
        return pl.when(pl.col(name)).then(pl.lit("yes")).when(~pl.col(name)).then(pl.lit("no"))
    return pl.col(name).cast(pl.String)


def relocated(before: Snapshot, following: Snapshot, policy: Policy) -> pl.DataFrame:
    """Return rows of `RELOCATED`: moves inside the region, and the rules that bar the coach now.

    Parameters
    ----------
    before, following : Snapshot
        The snapshot and the next one.
    policy : Policy
        The rules.
    """
    both = _beside(following.clients, before.clients, "client_id", ("municipality",))
    place, was = pl.col("municipality").cast(pl.String), pl.col("municipality_before").cast(pl.String)
    moved = both.filter(place != was).sort("client_id")
    bars = _bars(moved["client_id"], following, policy)
    rows = moved.with_columns(from_municipality=was, to_municipality=place, barred_by=bars)
    rows = rows.with_columns(
        may_stay=pl.when(pl.col("coach_id").is_not_null()).then(pl.col("barred_by").is_null())
    )
    return rows_of(rows, RELOCATED)


def _bars(ids: pl.Series, following: Snapshot, policy: Policy) -> pl.Series:
    """Names of the rules that bar the present coach of each client, null where none does; sorted ids."""
    bars: list[str | None] = [None] * len(ids)
    few = following.clients.filter(pl.col("client_id").is_in(ids.implode()))
    if few.height:
        nobody = following.pins.clear()
        alone = following.replace(
            clients=few,
            pins=nobody,
            exclusions=following.exclusions.join(few, on="client_id", how="semi", maintain_order="left"),
        )
        facts, rows = read_facts(alone, policy)
        had = np.flatnonzero(rows.present >= 0)
        found = barred(Pairs(facts, rows.profile[had], rows.present[had]))
        for place, client in enumerate(had):
            names = sorted(name for name, flags in found.items() if flags[place])
            bars[int(client)] = " ".join(names) or None
    return pl.Series("barred_by", bars, dtype=pl.String)


def changed_coaches(before: Snapshot, following: Snapshot) -> pl.DataFrame:
    """Return rows of `CHANGED_COACHES`, by unit and id."""
    now, was = following.coaches, before.coaches
    both = _beside(now, was, "coach_id", OF_COACHES)
    parts = [
        _came(now.join(was, on="coach_id", how="anti"), NEW),
        _came(was.join(now, on="coach_id", how="anti"), "gone"),
        *(
            _changes(both, COACHES.by_name[name], ("unit_id", "coach_id")).with_columns(
                kind=pl.lit("changed")
            )
            for name in OF_COACHES
        ),
        *_absences(before, following),
    ]
    rows = pl.concat([rows_of(part, CHANGED_COACHES) for part in parts])
    order = [pl.col(name).cast(pl.String) for name in CHANGED_COACHES.key]
    return rows.sort(order)


def _came(coaches: pl.DataFrame, kind: str) -> pl.DataFrame:
    nothing = pl.lit(None, dtype=pl.String)
    return coaches.select(
        "unit_id", "coach_id", kind=pl.lit(kind), column=nothing, before=nothing, after=nothing
    )


def _absences(before: Snapshot, following: Snapshot) -> list[pl.DataFrame]:
    """Absences noted since, and those taken out before they ended."""
    key = ("coach_id", "first_day", "last_day", "share")
    now, was = following.absences.select(key), before.absences.select(key)
    units = pl.concat([following.coaches, before.coaches]).select("coach_id", "unit_id")
    units = units.unique("coach_id", keep="first", maintain_order=True)
    told = pl.format("{} – {} ({})", "first_day", "last_day", "share")
    nothing = pl.lit(None, dtype=pl.String)
    noted = now.join(was, on=key, how="anti", nulls_equal=True)
    over = was.join(now, on=key, how="anti", nulls_equal=True)
    over = over.filter(pl.col("last_day") >= following.date)
    over = over.join(following.coaches, on="coach_id", how="semi")
    return [
        rows.join(units, on="coach_id", how="left").with_columns(
            kind=pl.lit(kind), column=nothing, before=earlier, after=later
        )
        for rows, kind, earlier, later in (
            (noted, "absence", nothing, told),
            (over, "absence_over", told, nothing),
        )
    ]
