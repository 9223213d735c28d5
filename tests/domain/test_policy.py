"""A policy is known by its fingerprint, over versions of the program."""

from __future__ import annotations

import pytest

from optimiser.domain.policy import Policy

OF_VERSION_0_2_0 = "c0ead9f6bac3f49654d38927dfb77a5481f1c01c1608b9d7f19ec38be9c385e3"
"""Stands in plans and logs that version 0.2.0 wrote with the policy as it comes."""


def test_plans_of_an_earlier_version_keep_their_policy() -> None:
    """The policy as it comes has the fingerprint that it had in version 0.2.0."""
    assert Policy().fingerprint() == OF_VERSION_0_2_0


@pytest.mark.parametrize("name", ["snapshots_months", "reasons_months", "departures_months"])
def test_how_long_is_kept_makes_no_other_policy(name: str) -> None:
    """Months of retention change no plan, and what does change one changes the fingerprint."""
    changed = Policy.model_validate({"retention": {name: 1}})
    assert changed.retention != Policy().retention
    assert changed.fingerprint() == Policy().fingerprint()
    assert Policy.model_validate({"limits": {"load": 0.5}}).fingerprint() != Policy().fingerprint()
