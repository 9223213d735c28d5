"""The clients of the next snapshot: those of the export, with what only the snapshot and its log know."""

from __future__ import annotations

from datetime import date as Date

import polars as pl

from optimiser.domain.schema import CLIENTS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import Past

MONTHS = 12
"""Months for which a change of coach that the client did not ask for counts."""
OWN = ("coach_since", "involuntary_changes")
"""Columns that many client systems have only by name: without any value the export lacks them."""


def lacking_columns(export: pl.DataFrame, lacking: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that an export does not tell, in the order of the table."""
    empty = [name for name in OWN if _says_nothing(export[name], CLIENTS.by_name[name].default)]
    missing = {*lacking, *empty}
    return tuple(c.name for c in CLIENTS.columns if c.name in missing)


def _says_nothing(values: pl.Series, default: object) -> bool:
    filled = values.drop_nulls()
    return not len(filled) or (default is not None and bool((filled == default).all()))


def kept_columns(
    staying: pl.DataFrame, before: Snapshot, lacking: tuple[str, ...], coaches: pl.Series
) -> pl.DataFrame:
    """Return the clients with the columns that the export lacks as the snapshot has them.

    Whose coach of the snapshot is not among the export's coaches any more has none.
    """
    # Since when the coach, and changes, depend on what became of the coach.
    taken = [name for name in lacking if name not in OWN]
    if not taken:
        return staying
    held = before.clients.select("client_id", *(pl.col(name).alias(f"{name}_before") for name in taken))
    held = held.with_columns(known=pl.lit(True))
    joined = staying.join(held, on="client_id", how="left", maintain_order="left")
    kept = joined.with_columns(
        pl.when("known").then(f"{name}_before").otherwise(name).alias(name) for name in taken
    ).select(staying.columns)
    if "coach_id" not in taken:
        return kept
    there = pl.col("coach_id").is_in(coaches.implode()).fill_null(False)
    return kept.with_columns(pl.when(there).then(name).alias(name) for name in ("coach_id", "coach_since"))


def next_clients(
    staying: pl.DataFrame,
    before: Snapshot,
    waiting: pl.DataFrame,
    past: Past,
    told: tuple[Date, tuple[str, ...]],
) -> pl.DataFrame:
    """Return the clients of the next snapshot.

    A confirmed coach whom the client system has not yet stays. Where the export does not tell since when
    a coach is there, the snapshot's day stays for who kept the coach, and who got another has the day of
    the export, on which the change was first seen. Involuntary changes are the greater of the export's
    number and the changes applied here within 12 months; where the export has none, the number with which
    a client was first seen here counts for 12 months more.

    Parameters
    ----------
    staying : polars.DataFrame
        Clients of the export.
    before : Snapshot
        The snapshot.
    waiting : polars.DataFrame
        client_id, confirmed coach, since.
    past : Past
        What the workspace remembers.
    told : (datetime.date, tuple of str)
        Day of the export, and the columns it lacks.
    """
    day, lacking = told
    first: Date = pl.select(pl.lit(day).dt.offset_by(f"-{MONTHS}mo")).item()
    applied = past.involuntary.filter(pl.col("day") > first).group_by("client_id").agg(applied=pl.len())
    begun = past.first.select(
        "client_id", begun=pl.when(pl.col("day") > first).then("involuntary_changes").otherwise(0)
    )
    was = before.clients.select(
        "client_id",
        known=pl.lit(True),
        coach_before="coach_id",
        since_before="coach_since",
        changes_before="involuntary_changes",
    )
    rows = staying
    for beside in (was, waiting, applied, begun):
        rows = rows.join(beside, on="client_id", how="left", maintain_order="left")
    held, known = pl.col("confirmed").is_not_null(), pl.col("known").fill_null(False)
    since, changes = pl.col("coach_since"), pl.col("involuntary_changes")
    if "coach_since" in lacking:
        same = known & pl.col("coach_id").eq_missing(pl.col("coach_before"))
        seen = pl.when(known & pl.col("coach_id").is_not_null()).then(pl.lit(day)).otherwise("coach_since")
        since = pl.when(same).then("since_before").otherwise(seen)
    if "involuntary_changes" in lacking:
        changes = pl.coalesce(pl.col("begun") + pl.col("applied").fill_null(0), "changes_before", changes)
    most = int(CLIENTS.by_name["involuntary_changes"].high or 0)
    return rows.with_columns(
        coach_id=pl.when(held).then("confirmed").otherwise("coach_id"),
        coach_since=pl.when(held).then("since").otherwise(since),
        involuntary_changes=pl.max_horizontal(changes, pl.col("applied").fill_null(0))
        .clip(upper_bound=most)
        .cast(pl.Int32),
    ).select(staying.columns)
