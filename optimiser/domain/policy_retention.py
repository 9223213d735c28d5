"""How long what is kept about persons is kept."""

from __future__ import annotations

from pydantic import Field

from optimiser.domain.policy_types import Section


class Retention(Section):
    """Months; `optimiser forget` counts them back from the day of the call, and nothing is purged by itself."""

    snapshots_months: int = Field(
        24, ge=1, le=120, description="Months for which snapshots, plans and undo copies are kept."
    )
    reasons_months: int = Field(
        24, ge=1, le=120, description="Months for which the reasons in the log are kept."
    )
    departures_months: int = Field(
        13,
        ge=1,
        le=120,
        description="Months for which clients who have left stay in the table departures.",
    )
