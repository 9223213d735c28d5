"""Headings of personal data are told by one list, in three languages."""

from __future__ import annotations

import pytest

from optimiser.domain.schema import TABLES
from optimiser.tables.headings import is_identifying, known_headings, plain, whose
from optimiser.tables.personal_headings import IDENTIFYING, PERSONAL


@pytest.mark.parametrize(
    "heading",
    [
        "Henkilötunnus",
        "etu-nimi",
        "E-post",
        "Telefon",
        "Matkapuhelin",
        "kund_namn",
        "Asiakkaan osoite",
        "HETU",
    ],
)
def test_identifying(heading: str) -> None:
    """Names, identity codes and contact details, however spelt, and of clients where it is said whose."""
    assert is_identifying(heading)


@pytest.mark.parametrize("heading", ["valmentajan puhelin", "kansalaisuus", "huomio", "asiakas", "lapsia"])
def test_not_identifying(heading: str) -> None:
    """What is of coaches, or tells of a person but not who it is, is not among them."""
    assert not is_identifying(heading)


def test_every_word_is_as_headings_are_compared() -> None:
    """A word that `plain` would change could never be met."""
    assert not [word for word in PERSONAL if plain(word) != word]
    assert IDENTIFYING < PERSONAL


def test_whose() -> None:
    """A heading says by its beginning of whom it speaks."""
    assert whose("Valmentajan nimi")[0] == ("coach", "nimi")
    assert ("client", "namn") in whose("Kundens namn")
    assert whose("nimi") == []


def test_our_own_columns_are_none_of_them() -> None:
    """No heading that a table of ours declares counts as who a person is."""
    ours = {heading for table in TABLES.values() for heading in known_headings(table)}
    assert {h for h in ours if is_identifying(h)} <= {"nimi", "name", "namn"}
