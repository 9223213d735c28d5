"""Contacts in the policy: the start-up campaign, who comes first, how early, and what deputies take over."""

from __future__ import annotations

from datetime import date as Date

from pydantic import Field

from optimiser.domain.policy_types import Days, Months, Section, Share


class ContactWeights(Section):
    """How much a week of lateness of a meeting counts; the largest that applies."""

    default: int = Field(1, ge=1, le=1000, description="Any client.")
    long_term: int = Field(2, ge=1, le=1000, description="Unemployed for `long_term_months` or more.")
    long_term_months: Months = Field(12.0, description="What counts as long-term.")
    intensive: int = Field(2, ge=1, le=1000, description="Need level `need_level` or higher.")
    need_level: int = Field(3, ge=1, le=5, description="Need level from which it applies; 5 for never.")
    integration: int = Field(2, ge=1, le=1000, description="In the integration period.")


class Contacts(Section):
    """First interviews, the start-up campaign and the weekly rhythm."""

    campaign_starts: Date | None = Field(
        None, description="First day of a campaign in which every client is contacted; empty for none."
    )
    campaign_weeks: int = Field(
        13,
        ge=1,
        le=104,
        description="Weeks within which whoever was a client on that day has a meeting (weeks).",
    )
    earliest_share: Share = Field(
        0.75,
        le=1,
        description="Share of the interval of the rhythm before which the next meeting would be too soon.",
    )
    weights: ContactWeights = ContactWeights()
    wait_days: Days = Field(
        14,
        description="Temporary cover: a meeting of the rhythm waits for the coach who is back so many days after its due day at most.",
    )
    cover_weeks: int = Field(
        13, ge=1, le=104, description="Temporary cover without an end: weeks that are covered (weeks)."
    )
