"""How much two plans differ: the clients who are in both and get another coach in the second."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Churn:
    """What changed between two plans.

    Attributes
    ----------
    common : int
        Clients who are in both plans.
    changed : int
        Those of them whose proposed coach is another one, having none among them.
    """

    common: int
    changed: int

    @property
    def share(self) -> float:
        """`changed` over `common`; 0 where no client is in both."""
        return self.changed / self.common if self.common else 0.0


def churn(before: pl.DataFrame, after: pl.DataFrame) -> Churn:
    """Return how many clients of two plans have another proposed coach.

    Parameters
    ----------
    before, after : polars.DataFrame
        Rows of the two plans in any order; of their columns `client_id` and `coach_id` are read, and
        every client stands in a plan once.
    """
    old = before.select("client_id", was=pl.col("coach_id").cast(pl.String))
    new = after.select("client_id", now=pl.col("coach_id").cast(pl.String))
    both = old.join(new, on="client_id", how="inner")
    changed = both.select(pl.col("was").ne_missing(pl.col("now")).sum()).item()
    return Churn(both.height, int(changed))
