"""A language in which no letter of the code's English is left: what still reads English was never asked for."""

from __future__ import annotations

import re
from string import Formatter

import polars as pl

from optimiser.domain.texts import Texts


def odd(text: str) -> str:
    """Return a template with every small letter outside its fields replaced."""
    told = ""
    for words, field, form, conversion in Formatter().parse(text):
        told += re.sub("[a-z]", "ø", words)
        if field is not None:
            told += (
                "{" + field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "") + "}"
            )
    return told


ODD = Texts("xx", odd, lambda one, many, count: odd(one if count == 1 else many), ",")
"""The language."""


def english_in(column: pl.Series) -> list[str]:
    """Return the sentences of a column in which English is left; ids are written in capitals."""
    return column.drop_nulls().filter(column.drop_nulls().str.contains("[a-z]")).to_list()
