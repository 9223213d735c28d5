"""Values as people write them, turned into what the readers of the declared tables know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from optimiser.domain.columns import Column
from optimiser.domain.texts import Message, said
from optimiser.tables.faults import Fault, fault
from optimiser.tables.languages import language_of
from optimiser.tables.municipalities import places

SERIALS = r"^[1-9][0-9]{4}(\.[0-9]+)?$"
_GROUPED_SERIAL = r"^([1-9][0-9])[ .,]([0-9]{3})$"
_WHOLE = r"^[+-]?[0-9]{1,3}([ .,][0-9]{3})+$"
_SHORT_DATE = r"^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{2})$"
_PACKED_DATE = r"^((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])$"
_FINNISH = r"^[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?([0-9]{4})\b"
_ISO = r"^([0-9]{4})-[0-9]{1,2}-[0-9]{1,2}\b"
_WHOLE_POST = 1.5
"""Largest share of a post; larger figures of working time are per cent."""


@dataclass
class Read:
    """What was understood on the way; lives for one call of `read_book`.

    Attributes
    ----------
    faults : list of Fault
        Values that mean nothing.
    serials, births, percents : int
        Dates kept as numbers, days of birth of which the year alone is taken, working times in per cent.
    """

    epoch: int = 0
    faults: list[Fault] = field(default_factory=list)
    serials: int = 0
    births: int = 0
    percents: int = 0


def understood(values: pl.Series, lines: pl.Series, table: str, column: Column, read: Read) -> pl.Series:
    """Return the cells of a column in the forms that the declared tables know.

    What is not understood stays as it is, for the reader to complain of.

    Parameters
    ----------
    values, lines : polars.Series
        Text of each cell (null where empty), and its line.
    table : str
        Name of the declared table.
    column : Column
    read : Read
        Takes note of what was understood, and of municipalities that are none.
    """
    if values.null_count() == len(values):
        return values
    if column.name == "birth_year" or column.kind == "date":
        return (_years if column.kind != "date" else _dates)(values, read)
    if column.kind in ("integer", "number"):
        return _numbers(values, column, read)
    if column.kind == "id":
        return _ids(values)
    if column.name in ("municipality", "serves"):
        return _municipalities(values, lines, (table, column.name), read)
    languages = column.name in ("language", "languages")
    return _each(values, lambda text: _joined(text, language_of)) if languages else values


def _ids(values: pl.Series) -> pl.Series:
    """Numbers as ids: without the point of a fraction of nothing, without spaces between thousands."""
    joined = values.str.replace_all(r"^([0-9]+)\.0$", "$1")
    grouped = joined.str.contains(r"^[0-9]{1,3}( [0-9]{3})+$").fill_null(False)
    return joined.str.replace_all(" ", "").zip_with(grouped, joined)


def _each(values: pl.Series, meant: Callable[[str], str | None]) -> pl.Series:
    """What each distinct text means, spread to all cells."""
    given = values.drop_nulls().unique().sort()
    now = pl.Series([meant(text) for text in given], dtype=pl.String)
    return values.replace_strict(given, now, default=None, return_dtype=pl.String)


def _parts(text: str) -> list[str]:
    rough = text.replace(";", ",").replace("/", ",").replace("+", ",")
    return [part.strip() for part in rough.split(",") if part.strip()]


def _joined(text: str, meant: Callable[[str], str]) -> str:
    """Several languages in one cell, apart by commas, slashes, or spaces between codes."""
    whole = meant(text)
    if whole != text:
        return whole
    parts = [meant(part) for part in _parts(text)]
    return " ".join(meant(word) for part in parts for word in part.split())


def _dates(values: pl.Series, read: Read) -> pl.Series:
    text = values.str.replace(_GROUPED_SERIAL, "${1}${2}")
    text = text.str.replace(_SHORT_DATE, "${1}.${2}.20${3}").str.replace(_PACKED_DATE, "${1}-${2}-${3}")
    serial = text.str.contains(SERIALS).fill_null(False)
    read.serials += int(serial.sum())
    days = text.filter(serial).cast(pl.Float64).floor().cast(pl.Int32) + read.epoch
    return text.scatter(serial.arg_true(), days.cast(pl.Date).dt.to_string("%Y-%m-%d"))


def _years(values: pl.Series, read: Read) -> pl.Series:
    text = values.str.replace(r"^([12])[ .,]([0-9]{3})$", "${1}${2}").str.replace(r"^([0-9]{4})[.,]0+$", "$1")
    dated = pl.DataFrame({"t": text}).select(
        pl.coalesce(pl.col("t").str.extract(_ISO), pl.col("t").str.extract(_FINNISH))
    )
    year = dated.to_series()
    serial = text.str.contains(SERIALS).fill_null(False)
    days = text.filter(serial).cast(pl.Float64).floor().cast(pl.Int32) + read.epoch
    year = year.scatter(serial.arg_true(), days.cast(pl.Date).dt.year().cast(pl.String))
    read.births += len(year) - year.null_count()
    return text.zip_with(year.is_null(), year)


def _numbers(values: pl.Series, column: Column, read: Read) -> pl.Series:
    grouped = values.str.contains(_WHOLE).fill_null(False)
    if column.kind == "number":
        # A single point or comma is a decimal mark in a number that need not be whole.
        grouped &= values.str.contains(" ", literal=True).fill_null(False)
    text = values.str.replace_all(r"[ .,]", "").zip_with(grouped, values)
    return _posts(text, read) if column.name == "fte" else text


def _posts(text: pl.Series, read: Read) -> pl.Series:
    """Working time as a share: per cent by their sign, or where the figures are too large for posts."""
    signed = text.str.contains("%", literal=True).fill_null(False)
    bare = text.str.replace(r"\s*%$", "").str.replace(",", ".", literal=True)
    number = bare.cast(pl.Float64, strict=False)
    most = number.max()
    large = not signed.any() and isinstance(most, float) and 50 <= most <= 100 * _WHOLE_POST
    per_cent = pl.repeat(True, len(text), eager=True) if large else signed
    per_cent &= number.is_not_null()
    read.percents += int(per_cent.sum())
    return (number / 100).cast(pl.String).zip_with(per_cent, text)


def _municipalities(values: pl.Series, lines: pl.Series, place: tuple[str, str], read: Read) -> pl.Series:
    """Codes of municipalities; what is none is noted as a fault and left empty."""
    known = places()

    def meant(text: str) -> str | None:
        if place[1] == "municipality" or text == "*":
            return "*" if text == "*" else known.code_of(text)
        whole = known.code_of(text)
        codes = [whole] if whole else [known.code_of(p) for p in _parts(text)]
        if None in codes:
            codes = [known.code_of(p) for p in text.replace(",", " ").split()]
        found = sorted({code for code in codes if code})
        return None if None in codes else " ".join(found)

    codes = _each(values, meant)
    bad = values.is_not_null() & codes.is_null()
    if bad.any():
        for text in values.filter(bad).unique().sort():
            there = bad & (values == text).fill_null(False)
            problem = said("an unknown municipality")
            read.faults += fault(place, problem, _advice(text), lines.filter(there), values.filter(there))
    return codes


def _advice(text: str) -> Message:
    near = places().near(text)
    if near:
        return said(
            "Did you mean {name}? Write the name or the three digits of Statistics Finland.", name=near
        )
    return said("Write the name of a municipality, or its three digits of Statistics Finland.")
