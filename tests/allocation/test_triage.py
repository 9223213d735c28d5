"""Triage: who belongs to the target group on a day, and where the others go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.allocation.intake.triage import triage
from optimiser.domain.policy import Policy
from optimiser.domain.policy_triage import Triage
from optimiser.domain.schema_clients import BENEFITS, STATUSES, TARGET_BASES
from tests.allocation.tiny import client, frame

TRIAL, ALL = date(2022, 6, 1), date(2025, 2, 3)
RULES = Policy().triage


def judged(facts: dict[str, Any], day: date = TRIAL, rules: Triage = RULES) -> tuple[str, bool]:
    """Decision and mark of one client."""
    row = triage(frame("clients", [client("A", **facts)]), rules, day).row(0, named=True)
    return str(row["decision"]), row["unknown"]


OLD = {"birth_year": 1970, "status": "unemployed", "language": "fi"}
CASES: list[tuple[dict[str, Any], tuple[str, bool]]] = [
    (OLD | {"benefit": "earnings_related"}, ("elsewhere", False)),
    (OLD | {"benefit": "basic"}, ("taken_in", False)),
    (OLD | {"benefit": "none"}, ("taken_in", False)),
    (OLD | {"benefit": None}, ("taken_in", True)),
    (OLD | {"benefit": None, "target_basis": "no_earnings_related"}, ("taken_in", False)),
    (OLD | {"benefit": "earnings_related", "target_basis": "no_earnings_related"}, ("taken_in", True)),
    (OLD | {"benefit": "earnings_related", "birth_year": 1993}, ("taken_in", False)),
    (OLD | {"benefit": "earnings_related", "birth_year": 1992}, ("taken_in", True)),
    (OLD | {"benefit": "earnings_related", "birth_year": 1991}, ("elsewhere", False)),
    (OLD | {"benefit": "earnings_related", "language": "ar"}, ("taken_in", False)),
    (OLD | {"benefit": "earnings_related", "language": "sv"}, ("elsewhere", False)),
    (OLD | {"benefit": "earnings_related", "language": "se"}, ("elsewhere", False)),
    (OLD | {"benefit": "earnings_related", "target_basis": "foreign_language"}, ("taken_in", False)),
    (OLD | {"benefit": "earnings_related", "integration_until": date(2024, 1, 1)}, ("taken_in", False)),
    (OLD | {"benefit": "basic", "status": "part_time"}, ("elsewhere", False)),
    (OLD | {"benefit": "basic", "status": "laid_off"}, ("taken_in", False)),
    (OLD | {"benefit": "basic", "status": None}, ("taken_in", True)),
    (OLD | {"benefit": None, "status": "part_time"}, ("elsewhere", False)),
]


@pytest.mark.parametrize(("facts", "expected"), CASES)
def test_the_trial_by_hand(facts: dict[str, Any], expected: tuple[str, bool]) -> None:
    """Each ground of the trial, and each fact that may be unknown, decides as the act says."""
    assert judged(facts) == expected


def test_from_2025_everybody_belongs() -> None:
    """From 1.1.2025 nobody is sent away; the day before, the trial still holds."""
    facts = OLD | {"benefit": "earnings_related", "status": "part_time"}
    assert judged(facts, date(2024, 12, 31))[0] == "elsewhere"
    assert judged(facts, date(2025, 1, 1)) == ("taken_in", False)


def test_who_belongs_elsewhere_is_told_the_paragraph() -> None:
    """Nobody is dropped silently: paragraph, reason and who serves them stand in the row."""
    facts = OLD | {"benefit": "earnings_related"}
    row = triage(frame("clients", [client("A", **facts)]), RULES, TRIAL).row(0, named=True)
    assert "1269/2020" in row["paragraph"]
    assert row["where_to"] == "TE office"
    assert "none of the grounds applies" in row["ground"]


def test_a_municipality_that_takes_no_part() -> None:
    """Where the rule names municipalities, the home municipality decides."""
    rule = RULES.rules[0].model_copy(update={"municipalities": ("211",)})
    rules = RULES.model_copy(update={"rules": (rule,)})
    facts = OLD | {"benefit": "basic"}
    assert judged(facts, rules=rules) == ("elsewhere", False)
    assert judged(facts | {"municipality": "211"}, rules=rules) == ("taken_in", False)


def test_rules_that_overlap_are_refused() -> None:
    """Two rules for one day, or a rule that ends before it starts, are no policy."""
    first = RULES.rules[0].model_dump()
    with pytest.raises(ValueError, match="overlap"):
        Triage.model_validate({"rules": [first, first | {"starts": "2023-01-01"}]})
    with pytest.raises(ValueError, match="ends before"):
        Triage.model_validate({"rules": [first | {"ends": "2020-01-01"}]})


FACTS = st.fixed_dictionaries(
    {
        "birth_year": st.integers(1955, 2005),
        "language": st.sampled_from(["fi", "sv", "ar", "fse", "xx"]),
        "benefit": st.sampled_from([None, *BENEFITS]),
        "status": st.sampled_from([None, *STATUSES]),
        "target_basis": st.sampled_from([None, *TARGET_BASES]),
        "integration_until": st.sampled_from([None, date(2022, 1, 1), date(2024, 5, 5)]),
    }
)
DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=12), DAYS, st.integers(0, 364))
def test_everybody_is_in_exactly_one_place(people: list[dict[str, Any]], day: date, later: int) -> None:
    """Every client is taken in or elsewhere, once; the day matters only through its rule and year."""
    clients = frame("clients", [client(f"C{i:02d}", **facts) for i, facts in enumerate(people)])
    found = triage(clients, RULES, day)
    assert found["client_id"].to_list() == clients["client_id"].to_list()
    decisions = found["decision"].cast(pl.String)
    assert set(decisions) <= {"taken_in", "elsewhere"}
    away = found.filter(decisions == "elsewhere")
    assert away["paragraph"].null_count() == away["where_to"].null_count() == 0
    assert not found.filter("unknown")["decision"].cast(pl.String).is_in(["elsewhere"]).any()
    other = min(day.replace(month=1, day=1) + timedelta(days=later), day.replace(month=12, day=31))
    if RULES.rule_on(other) == RULES.rule_on(day):
        assert triage(clients, RULES, other).equals(found)


@settings(max_examples=60, deadline=None)
@given(FACTS, st.sampled_from(["benefit", "status"]))
def test_what_is_not_known_sends_nobody_away(facts: dict[str, Any], name: str) -> None:
    """Whoever is taken in stays taken in when a fact becomes unknown."""
    if judged(facts)[0] == "taken_in":
        assert judged(facts | {name: None})[0] == "taken_in"
