"""Handovers that are known in advance, and what a lasting cover may change."""

from __future__ import annotations

from pydantic import Field

from optimiser.domain.policy_types import Days, Minutes, Section


class Handovers(Section):
    """Planned handovers: both coaches meet the client together; and the reach of a permanent cover."""

    joint_meeting_minutes: Minutes = Field(
        45.0,
        description="Joint meeting at a planned handover, for each of the two coaches, once (estimate).",
    )
    joint_meeting_days: Days = Field(
        14, description="Days before the handover by which the joint meeting is to be held."
    )
    cover_moves: int = Field(
        10, ge=0, description="Most other clients who change coach when one coach leaves for good."
    )
