"""Everything a report reads, in one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from optimiser.domain.plan import Plan
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import Measures
from optimiser.quality.recount import Recount
from optimiser.quality.treatment import EqualTreatment
from optimiser.reports.bands import utilisation


@dataclass(frozen=True)
class ReportFacts:
    """A plan with all that is said about it.

    Attributes
    ----------
    snapshot : Snapshot
    policy : Policy
    plan : Plan
    recount : Recount
        The plan recounted from the facts, client by client and coach by coach.
    measures : Measures
    treatment : EqualTreatment
        Small cells are held back already (null).
    summary : dict
        Content of `summary.json`; its timings are not used, so the page does not depend on them.
    relief : polars.DataFrame
        client_id, from_coach, to_coach, from_utilisation_before, to_utilisation_after, relieved_minutes,
        saved_minutes, reason; in the order in which to take the moves.
    robustness : polars.DataFrame
        change, advised, survive, share.
    """

    snapshot: Snapshot
    policy: Policy
    plan: Plan
    recount: Recount
    measures: Measures
    treatment: EqualTreatment
    summary: dict[str, Any]
    relief: pl.DataFrame
    robustness: pl.DataFrame

    def coaches(self) -> pl.DataFrame:
        """Return the coaches by unit and id with their utilisation `before` and `after`.

        Shares of capacity; null for a coach without capacity.
        """
        return self.recount.coaches.sort("unit_id", "coach_id").with_columns(
            utilisation("load_before_minutes").alias("before"), utilisation("load_minutes").alias("after")
        )

    def unit_names(self) -> dict[str, str]:
        """Return unit id to name, the id where a unit has no name."""
        units = self.snapshot.units.select("unit_id", pl.col("name").fill_null(pl.col("unit_id")))
        return dict(units.iter_rows())

    def municipality_names(self) -> dict[str, str]:
        """Return municipality code to name."""
        table = self.snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name")
        return dict(table.iter_rows())

    def counts(self) -> dict[str, int]:
        """Return clients by status, each of the five."""
        return self.recount.counts
