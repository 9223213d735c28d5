"""How much two plans differ."""

from __future__ import annotations

import polars as pl
import pytest

from optimiser.quality.churn import Churn, churn


def rows(**coaches: str | None) -> pl.DataFrame:
    """Rows of a plan: client and coach."""
    ids = list(coaches)
    return pl.DataFrame(
        {"client_id": ids, "coach_id": list(coaches.values())},
        schema={"client_id": pl.String, "coach_id": pl.String},
    )


def test_only_clients_of_both_plans_count() -> None:
    """Who came or left is no change; another coach, a first one and a lost one are."""
    before = rows(A="K1", B="K1", C=None, D="K2", E="K1", Gone="K1")
    after = rows(New="K2", E="K1", D=None, C="K1", B="K2", A="K1")
    found = churn(before, after)
    assert found == Churn(common=5, changed=3)
    assert found.share == pytest.approx(0.6)
    assert churn(after, before) == found


def test_equal_plans_have_no_churn() -> None:
    """A plan beside itself: nobody changed, those without a coach among them."""
    plan = rows(A="K1", B=None)
    assert churn(plan, plan.reverse()) == Churn(2, 0)
    assert churn(plan, plan).share == 0.0


def test_plans_without_a_common_client() -> None:
    """Nothing to compare is no churn, not a division by zero."""
    assert churn(rows(A="K1"), rows(B="K1")) == Churn(0, 0)
    assert churn(rows(), rows()).share == 0.0
