"""Sentences that remember their template, and the forms of a language."""

from __future__ import annotations

import copy
import pickle
from datetime import date as Date

import pytest

from optimiser.domain.texts import ENGLISH, NO_BREAK, Message, Texts, listed, said, several

WORDS = {
    "{rows:,} rows": "{rows:,} riviä",
    "full": "täynnä",
    "{coach} is {state}": "{coach} on {state}",
    "since {day}": "alkaen {day}",
    "{share:.1f} per cent": "{share:.1f} prosenttia",
    "{day}.{month}.{year}": "{day}.{month}.{year}",
    "Arabic": "arabia",
}
FINNISH = Texts(
    "fi",
    lambda text: WORDS.get(text, text),
    lambda one, many, count: (
        {"{count:,} client": "{count:,} asiakas"}.get(one, one)
        if count == 1
        else {"{count:,} clients": "{count:,} asiakasta"}.get(many, many)
    ),
    ",",
)


def test_a_message_is_its_english_text() -> None:
    """A message can be compared, sorted and printed as the English sentence it is."""
    assert said("{rows:,} rows", rows=1234) == "1,234 rows"
    assert sorted([said("b"), "a", said("c")]) == ["a", "b", "c"]


def test_a_message_is_said_in_another_language_with_its_forms() -> None:
    """Thousands, decimals and dates take the forms of the language."""
    assert FINNISH.of(said("{rows:,} rows", rows=1234)) == f"1{NO_BREAK}234 riviä"
    assert FINNISH.of(said("{share:.1f} per cent", share=12.5)) == "12,5 prosenttia"
    assert FINNISH.of(said("since {day}", day=Date(2023, 3, 6))) == "alkaen 6.3.2023"
    assert said("since {day}", day=Date(2023, 3, 6)) == "since 2023-03-06"


def test_what_fills_a_field_is_said_in_the_same_language() -> None:
    """A message within a message is said as well; a text that is no message is data."""
    sentence = said("{coach} is {state}", coach="full", state=said("full"))
    assert FINNISH.of(sentence) == "full on täynnä"


def test_a_count_chooses_the_form() -> None:
    """One takes the singular, all others the plural, in either language."""
    told = [several("{count:,} client", "{count:,} clients", n) for n in (0, 1, 2000)]
    assert told == ["0 clients", "1 client", "2,000 clients"]
    assert [FINNISH.of(t) for t in told] == ["0 asiakasta", "1 asiakas", f"2{NO_BREAK}000 asiakasta"]


def test_a_list_is_said_part_by_part() -> None:
    """The parts of a list are said one by one; those that are data stay."""
    parts = listed([said("Arabic"), "K012"])
    assert parts == "Arabic, K012"
    assert FINNISH.of(parts) == "arabia, K012"
    assert FINNISH.of(said("{coach} is {state}", coach=parts, state=said("full"))) == "arabia, K012 on täynnä"


def test_a_text_that_is_no_message_stays() -> None:
    """Data are never looked up, also where they read like a text."""
    assert FINNISH.of("full") == "full"
    assert ENGLISH.of(said("full")) == "full"


@pytest.mark.parametrize("again", [lambda m: pickle.loads(pickle.dumps(m)), copy.copy, copy.deepcopy])
def test_a_message_survives_a_journey(again: object) -> None:
    """Pickled or copied, it still knows its template."""
    assert callable(again)
    message = again(said("{rows:,} rows", rows=5))
    assert isinstance(message, Message)
    assert FINNISH.of(message) == "5 riviä"


def test_a_field_that_is_not_given_is_a_fault_at_once() -> None:
    """A sentence with a hole is never made."""
    with pytest.raises(KeyError):
        said("{rows} rows in {file}", rows=1)
