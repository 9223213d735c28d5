"""One person, however written, has one form; identity codes are checked to the last character."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.tables.pseudonym_forms import (
    CENTURIES,
    client_form,
    code_year,
    of_each,
    plain_code,
)
from tests.raw_exports import identity_code


@pytest.mark.parametrize(
    ("code", "year"),
    [("131052-308T", 1952), ("131052308T", None), ("131052-308U", None), ("131052A308T", None), ("", None)],
)
def test_check_character(code: str, year: int | None) -> None:
    """The example of the population register is right; any other character, or none, is not."""
    assert code_year(code) == (year if code != "131052A308T" else 2052)


@pytest.mark.parametrize("sign", list(CENTURIES))
def test_century_signs(sign: str) -> None:
    """Every sign stands for its century, the new ones of 2023 among them."""
    century = CENTURIES[sign]
    assert code_year(identity_code(century + 52, 5, sign)) == century + 52
    assert century == (1800 if sign == "+" else 2000 if sign in "ABCDEF" else 1900)


def test_days_that_are_none() -> None:
    """The 29th of February is right in leap years alone."""
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"
    codes = [f"2902{yy}-123{check[int(f'2902{yy}123') % 31]}" for yy in ("96", "97")]
    assert [code_year(code) for code in codes] == [1996, None]


@given(st.integers(1900, 2022), st.integers(0, 300_000), st.sampled_from(["{}", " {} ", "{0:.6} {0}"]))
def test_spaces_and_case(year: int, number: int, form: str) -> None:
    """Case, spaces and kinds of dashes make no other person; another sign does."""
    code = identity_code(year, number)
    lower = code.lower().replace("-", "–")
    assert client_form(f" {lower[:6]} {lower[6:]}") == code
    assert plain_code(code) == code


def test_signs_make_other_persons() -> None:
    """A and B of one day are two persons, for the sign belongs to the code."""
    assert client_form(identity_code(2001, 7, "A")) != client_form(identity_code(2001, 7, "B"))


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d", "\ufeff", "\u00ad", "\u2060"])
def test_characters_that_nobody_sees(unseen: str) -> None:
    """Zero-width characters and soft hyphens, wherever they stand, make no other person."""
    code = identity_code(1980, 7)
    for text in ("A1", code):
        forms = {client_form(text[:i] + unseen + text[i:]) for i in range(len(text) + 1)}
        assert forms == {client_form(text)}
    assert code_year(f"{code}{unseen}") == 1980


@pytest.mark.parametrize("mark", list("‘’ʼ′´`＇"))
def test_apostrophes(mark: str) -> None:
    """Whichever apostrophe a keyboard gives, the id is the same."""
    assert client_form(f"O{mark}Neill") == client_form("O'Neill") == "o'neill"


@given(st.lists(st.none() | st.sampled_from(["a", "b", "cc"])))
def test_of_each(values: list[str | None]) -> None:
    """Each text is replaced by what is made of it, and what is empty stays empty."""
    found = of_each(pl.Series(values, dtype=pl.String), len, pl.Int32())
    assert found.to_list() == [None if v is None else len(v) for v in values]
