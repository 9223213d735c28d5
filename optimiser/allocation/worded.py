"""Sentences in columns: a template in the reader's language, filled row by row from the columns of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

import polars as pl

from optimiser.domain.texts import Texts


def filled(template: str, **fields: pl.Expr) -> pl.Expr:
    """Return a sentence for every row.

    Parameters
    ----------
    template : str
        A text that the catalogues have been asked for, with named fields in braces and no format
        specifications: how numbers and days are written is said by `figure` and `day`.
    fields : polars.Expr
        Texts that fill the fields; a field not given is the column of its name. Where one is empty, so
        is the sentence.
    """
    pieces = []
    for text, field, _form, _conversion in Formatter().parse(template):
        if text:
            pieces.append(pl.lit(text))
        if field is not None:
            pieces.append(fields[field] if field in fields else pl.col(field))
    return pl.concat_str(pieces)


def one_of(variant: str, templates: Sequence[str]) -> pl.Expr:
    """Return for every row the sentence whose place among the templates a column holds."""
    sentences = [pl.when(pl.col(variant) == place).then(filled(t)) for place, t in enumerate(templates)]
    return pl.coalesce(sentences)


def figure(texts: Texts, number: pl.Expr, digits: int = 0) -> pl.Expr:
    """Return numbers as texts: whole ones, or with the decimal mark of the language."""
    if not digits:
        return number.round(0).cast(pl.Int64).cast(pl.String)
    return number.round(digits).cast(pl.String).str.replace(".", texts.decimal, literal=True)


def day(texts: Texts, date: pl.Expr) -> pl.Expr:
    """Return dates as texts: as programs write them in English, else as the language writes them."""
    if texts.language == "en":
        return date.dt.to_string("%Y-%m-%d")
    parts = {"day": date.dt.day(), "month": date.dt.month(), "year": date.dt.year()}
    template = texts.gettext("{day}.{month}.{year}")
    return filled(template, **{name: part.cast(pl.String) for name, part in parts.items()})
