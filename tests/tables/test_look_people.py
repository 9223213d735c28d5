"""Coaches of a list are told apart by one form of their names."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from optimiser.tables import look_people
from optimiser.tables.look_people import find_people


def listed(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    """A list of coaches: id and name of each."""
    schema = {"coach_id": pl.String, "name": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("line", 2)


def test_one_coach_in_many_spellings() -> None:
    """Order, case, separators, dashes and composed letters make no other coach."""
    texts = ["Anna Mäki-Laine", "MÄKI–LAINE, ANNA", "Mäki-Laine; Anna", "Anna Ma\u0308ki-Laine", "Bo Ek"]
    found = find_people(listed((None, "Anna Mäki-Laine")), texts, "list")
    assert {found.ids[text] for text in texts[:4]} == {"V001"}
    assert found.ids["Bo Ek"] == "V002" and found.respelt == 1


def test_nobody_and_namesakes() -> None:
    """Words for nobody are no coach; a name that two ids share is not taken for either of them."""
    found = find_people(
        listed(("K1", "Bo Ek"), ("K2", "Bo Ek")), ["K1", "–", "Ei valmentajaa", "none"], "list"
    )
    assert found.ids == {"K1": "K1"}
    both = find_people(listed(("K1", "Bo Ek"), ("K2", "Bo Ek")), ["Ek Bo"], "list")
    assert both.frame.height == 3


def test_each_text_is_looked_at_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work grows with the number of coaches, not with its square."""
    asked: Counter[str] = Counter()
    form = look_people.coach_form

    def counted(text: str) -> str:
        asked[text] += 1
        return form(text)

    monkeypatch.setattr(look_people, "coach_form", counted)
    find_people(listed(("K0", None)), [f"K{i}" for i in range(1, 200)], "list")
    assert max(asked.values()) <= 3
