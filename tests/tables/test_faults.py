"""What is never repeated in a complaint, and what is."""

from __future__ import annotations

import polars as pl
import pytest

from optimiser.tables.faults import complaints, fault, masked, names_somebody, telling


@pytest.mark.parametrize(
    "text",
    [
        "Tulosti Anna Virtanen 040 1234567",
        "Anna Korhonen",
        "Soita 040 1234567",
        "+358 40 123 4567",
        "0401234567",
        "Anna Virtasen asiakkaat",
        "Annas kunder",
        "VIRTANEN",
        "010180-123A",
        "a.b@example.org",
        "asunto 12 rappu B",
    ],
)
def test_what_may_tell_of_a_person_is_hidden(text: str) -> None:
    """Names in their forms, telephone numbers, codes, addresses, and words with digits are not repeated."""
    assert masked(text) == ""
    assert telling(pl.Series([text])).to_list() == [True]


@pytest.mark.parametrize(
    "text",
    [
        *("Tamperee", "Salo", "Lahti", "31.2.2021", "01-02-2023", "60 000", "K-17", "Asiakkaan nimi"),
        *("klingon", "Asiakkaat maaliskuu 2021", "hours per month", "Nokia 2"),
    ],
)
def test_plain_values_and_headings_are_shown(text: str) -> None:
    """Misspelt municipalities, dates, numbers, ids and headings stand in complaints as they are."""
    assert masked(text) == text
    assert telling(pl.Series([text])).to_list() == [False]


def test_unknown_names_are_hidden_as_values_by_their_form() -> None:
    """Two words with capitals are taken for a name where a value is told, not in a heading."""
    found = telling(pl.Series(["Tuntematon, Teppo", None, "Start Date", "Nokia"]))
    assert found.to_list() == [True, False, True, False]
    assert masked("Start Date") == "Start Date"


def test_complaints_hide_values_and_headings() -> None:
    """Of a column headed by a name our own name of it is told, of a value that is a name nothing."""
    found = fault(
        ("clients", "language"), "wrong", "mend it", pl.Series([2, 3]), pl.Series(["Anna Aho", "xx"])
    )
    told = complaints(found, {"clients": "a.csv"}, {"clients": {"language": "Anna Virtasen kieli"}})
    assert [(c.column, c.value) for c in told] == [("language", ""), ("language", "xx")]


def test_a_verb_is_no_name() -> None:
    """`Anna arvosana` asks for a grade; a name inside the sentence or two names side by side are names."""
    assert not names_somebody("Kiitos. Anna arvosana")
    assert names_somebody("Kiitos. Olitko Annan asiakas")
    assert names_somebody("olitko anna virtasen asiakas")
