"""What an apply means for the coaches and clients: who changes, who is new, and who gets many at once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Crowd:
    """A coach who takes over more clients at once than the policy has for a week.

    Attributes
    ----------
    coach : str
        Id.
    clients : int
        How many.
    weeks : int
        Weeks of the move list over which their steps are spread; 0 where it names none.
    """

    coach: str
    clients: int
    weeks: int


def crowds(accepted: pl.DataFrame, most: int) -> tuple[Crowd, ...]:
    """Return the coaches who take over more than `most` clients, those with most first."""
    counts = accepted.group_by(pl.col("to_coach_id").cast(pl.String)).agg(
        pl.len().alias("clients"), pl.col("wave").drop_nulls().n_unique().alias("weeks")
    )
    rows = counts.filter(pl.col("clients") > most).sort(["clients", "to_coach_id"], descending=[True, False])
    return tuple(Crowd(*row) for row in rows.select("to_coach_id", "clients", "weeks").rows())


def changes_and_firsts(accepted: pl.DataFrame) -> tuple[int, int]:
    """Clients who change coach, and clients who get their first one."""
    firsts = accepted["from_coach_id"].null_count()
    return accepted.height - firsts, firsts
