"""The forms in which one person stands in exports, brought to one: identity codes, ids, addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date as Date

import polars as pl

from optimiser.tables.personal import is_identity_code

CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
"""Sign in an identity code to the century of birth."""
_CODE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([-+A-FU-Y])([0-9]{3})([0-9A-FHJ-NPR-Y])")
_LIKE_CODE = re.compile(r"[0-9]{6}[-+A-Z][0-9]{3}[0-9A-Z]")
_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-") | dict.fromkeys("‘’‛ʹʻʼʽ′＇`´", "'"))
"""Dashes and apostrophes that keyboards and programs put for the plain ones."""


def _visible(text: str) -> str:
    """A text with one kind of dash, of apostrophe and of each letter, without characters that nobody sees."""
    if text.isascii():
        return text.replace("`", "'")
    composed = unicodedata.normalize("NFKC", text.translate(_MARKS))
    return "".join(c for c in composed if unicodedata.category(c) != "Cf")


def plain_code(text: str) -> str:
    """Return what may be an identity code: capitals, no spaces, one kind of dash."""
    return re.sub(r"\s", "", _visible(text).upper())


def like_code(text: str) -> bool:
    """Whether a text has the shape of an identity code, right or wrong."""
    return _LIKE_CODE.fullmatch(plain_code(text)) is not None


def code_year(text: str) -> int | None:
    """Return the year of birth in an identity code; None where day or check character are not right."""
    match = _CODE.fullmatch(plain_code(text))
    if match is None or not is_identity_code(match):
        return None
    day, month, year, sign = (match[i] for i in (1, 2, 3, 4))
    born = CENTURIES[sign] + int(year)
    try:
        Date(born, int(month), int(day))
    except ValueError:
        return None
    return born


def plain_id(text: str) -> str:
    """Return an id, address or other text without case and superfluous spaces."""
    return " ".join(_visible(text).casefold().split())


def client_form(text: str) -> str:
    """Return the one form of what names a client: an identity code or an id."""
    return plain_code(text) if code_year(text) is not None else plain_id(text)


def of_each(cells: pl.Series, form: Callable[[str], object], dtype: pl.DataType) -> pl.Series:
    """Return a column in which each distinct text is replaced by what a function makes of it.

    Parameters
    ----------
    cells : polars.Series
        Texts; null stays null.
    form : callable
        Asked once for each distinct text.
    dtype : polars.DataType
        Type of what it returns.
    """
    distinct = cells.drop_nulls().unique()
    made = pl.Series([form(text) for text in distinct], dtype=dtype)
    return cells.replace_strict(distinct, made, default=None, return_dtype=dtype)
