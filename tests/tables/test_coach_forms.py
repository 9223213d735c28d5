"""One coach, however written, has one form; some words say that there is no coach."""

from __future__ import annotations

import pytest

from optimiser.tables.coach_forms import NOBODY, coach_form, is_nobody


@pytest.mark.parametrize(
    "name",
    [
        "Anna Mäki-Laine",
        "MÄKI-LAINE ANNA",
        " anna  mäki-laine",
        "Mäki-Laine, Anna",
        "Mäki–Laine; Anna",
        "Anna Ma\u0308ki-Laine",
    ],
)
def test_names_of_coaches(name: str) -> None:
    """A name is the same in any order of its words, any case and either way of writing its dots."""
    assert coach_form(name) == coach_form("Anna Mäki-Laine")


@pytest.mark.parametrize(
    "other", ["Anna Mäki", "Anna-Mäki Laine", "K001", "anna.maki@kunta.example", "anna.mäki-laine"]
)
def test_other_coaches(other: str) -> None:
    """Other names, ids and addresses are other forms."""
    assert coach_form(other) != coach_form("Anna Mäki-Laine")


@pytest.mark.parametrize("text", [*sorted(NOBODY), "Ei valmentajaa", " NONE ", "–", "—", "N/A", "", "\u200b"])
def test_words_for_nobody(text: str) -> None:
    """In any case, with any dash; cells that look empty are such words too."""
    assert is_nobody(text)


@pytest.mark.parametrize("text", ["V1", "Anna Mäki", "0", "Eija Olenius", "a.b@kunta.example"])
def test_what_names_somebody(text: str) -> None:
    """Ids, names and addresses are no words for nobody."""
    assert not is_nobody(text)
