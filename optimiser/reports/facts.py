"""Everything a report reads, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import polars as pl

from optimiser.allocation.overload.result import Overload
from optimiser.allocation.steps import MoveList
from optimiser.domain.plan import Plan
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import Measures, Utilisation
from optimiser.quality.recount import Recount
from optimiser.quality.treatment import EqualTreatment
from optimiser.reports.bands import BANDS, band_index, told_share, utilisation
from optimiser.reports.names import beside

TOLD_OF_COACHES = (
    "coach_id",
    "unit_id",
    "municipality",
    "load_before_minutes",
    "before",
    "load_minutes",
    "after",
    "heads_before",
    "heads",
)
"""Columns of the coaches that a report may tell."""


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
        saved_minutes, reason; the fullest coach's first: shown by `first_moves` alone.
    robustness : polars.DataFrame
        change (in the reader's language), advised, survive, share.
    moves : MoveList or None
        The steps that lead to the plan, for a sheet of their own.
    overload : Overload or None
        What is behind the load above capacity, for a section and sheets of their own.
    coach_names : mapping
        Id of a coach to the name shown beside it; empty where no names were given.
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
    moves: MoveList | None = None
    overload: Overload | None = None
    coach_names: Mapping[str, str] = field(default_factory=dict)

    def coach(self, coach_id: str) -> str:
        """Return a coach as readers see the coach: the id, and the name after it where there is one."""
        return beside(coach_id, self.coach_names)

    def coaches(self) -> pl.DataFrame:
        """Return the coaches by unit and id with what a report may tell of them.

        Returns
        -------
        polars.DataFrame
            coach_id, unit_id, municipality, load_before_minutes, load_minutes (whole minutes), before,
            after (shares of capacity in whole per cent; null without capacity), heads_before, heads.
            Capacities and limits in minutes stay out, and nothing here gives them back to a few
            minutes: beside a colleague's they would tell of a client with a protected address.
        """
        loads = pl.col("load_before_minutes", "load_minutes").round(0)
        return (
            self.recount.coaches.sort("unit_id", "coach_id")
            .with_columns(
                told_share(utilisation("load_before_minutes")).alias("before"),
                told_share(utilisation("load_minutes")).alias("after"),
            )
            .with_columns(loads)
            .select(TOLD_OF_COACHES)
        )

    def fullness(self, when: Literal["before", "after"]) -> Utilisation:
        """Return how full the coaches are, counted from the shares that a report tells.

        The bands are those of the measures, for told shares stay in their band; the largest and the
        spread are of whole per cents, so that they give no capacity away.
        """
        told = self.coaches().select(when).drop_nulls()
        if told.is_empty():
            return Utilisation(0.0, 0.0, 0.0, {band.key: 0 for band in BANDS})
        used = told[when].to_numpy()
        counts = np.bincount(told.select(band_index(when)).to_series().to_numpy(), minlength=len(BANDS))
        bands = {band.key: int(count) for band, count in zip(BANDS, counts, strict=True)}
        return Utilisation(float(used.max()), float(np.percentile(used, 95)), float(used.std()), bands)

    def unit_names(self) -> dict[str, str]:
        """Return unit id to name, the id where a unit has no name."""
        units = self.snapshot.units.select("unit_id", pl.col("name").fill_null(pl.col("unit_id")))
        return dict(units.iter_rows())

    def municipality_names(self) -> dict[str, str]:
        """Return municipality code to name."""
        table = self.snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name")
        return dict(table.iter_rows())

    def first_moves(self) -> pl.DataFrame:
        """Return `relief` as it is shown: what saves most first, so that the order tells nothing of a coach.

        Members of a household stay together, for they move together.
        """
        step = ("from_coach", "to_coach", "from_utilisation_before", "to_utilisation_after")
        saved = pl.col("saved_minutes").sum().over(step).round(6)
        order = [saved, pl.col("client_id").min().over(step), pl.col("client_id")]
        return self.relief.sort(order, descending=[True, False, False])

    def counts(self) -> dict[str, int]:
        """Return clients by status, each of the five."""
        return self.recount.counts
