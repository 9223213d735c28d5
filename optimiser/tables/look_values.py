"""Values as people write them, turned into what the readers of the declared tables know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
"""Largest share of a post; larger figures of working time are hours a week or per cent."""
_MOST_HOURS, _LEAST_FULL, _USUAL_HOURS = 48.0, 30.0, 37.5
"""Most hours a week, least that are taken for full time, and full time where nobody works so much."""
_HOURS = r"(?i)^\s*([0-9]+(?:[.,][0-9]+)?)\s*(?:h|t|tim|tuntia|timmar|hours?)\.?\s*(?:/\s*(?:vk|viikko|vecka|week))?$"


@dataclass(frozen=True)
class Understood:
    """The cells of a column, and what was understood on the way.

    Attributes
    ----------
    values : polars.Series
        Cells in the forms that the declared tables know; what is not understood is as it was.
    faults : tuple of Fault
        Values that mean nothing.
    serials, births, percents : int
        Dates kept as numbers, days of birth of which the year alone is taken, working times in per cent.
    hours : int
        Working times in hours a week.
    full : float
        The hours a week that were taken for full time; 0 where there are none.
    """

    values: pl.Series
    faults: tuple[Fault, ...] = ()
    serials: int = 0
    births: int = 0
    percents: int = 0
    hours: int = 0
    full: float = 0.0


def understood(values: pl.Series, lines: pl.Series, table: str, column: Column, epoch: int) -> Understood:
    """Return the cells of a column in the forms that the declared tables know.

    What is not understood stays as it is, for the reader to complain of; but for municipalities that are
    none, of which there is a fault.

    Parameters
    ----------
    values, lines : polars.Series
        Text of each cell (null where empty), and its line.
    table : str
        Name of the declared table.
    column : Column
    epoch : int
        Days from 1970-01-01 to day 0 of dates that are kept as numbers.
    """
    if values.null_count() == len(values):
        return Understood(values)
    if column.name == "birth_year" or column.kind == "date":
        return (_years if column.kind != "date" else _dates)(values, epoch)
    if column.kind in ("integer", "number"):
        return _numbers(values, column)
    if column.kind == "id":
        return Understood(_ids(values))
    if column.name in ("municipality", "serves"):
        return _municipalities(values, lines, (table, column.name))
    languages = column.name in ("language", "languages")
    return Understood(_each(values, lambda text: _joined(text, language_of)) if languages else values)


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


def _dates(values: pl.Series, epoch: int) -> Understood:
    text = values.str.replace(_GROUPED_SERIAL, "${1}${2}")
    text = text.str.replace(_SHORT_DATE, "${1}.${2}.20${3}").str.replace(_PACKED_DATE, "${1}-${2}-${3}")
    serial = text.str.contains(SERIALS).fill_null(False)
    days = text.filter(serial).cast(pl.Float64).floor().cast(pl.Int32) + epoch
    dated = text.scatter(serial.arg_true(), days.cast(pl.Date).dt.to_string("%Y-%m-%d"))
    return Understood(dated, serials=int(serial.sum()))


def _years(values: pl.Series, epoch: int) -> Understood:
    text = values.str.replace(r"^([12])[ .,]([0-9]{3})$", "${1}${2}").str.replace(r"^([0-9]{4})[.,]0+$", "$1")
    dated = pl.DataFrame({"t": text}).select(
        pl.coalesce(pl.col("t").str.extract(_ISO), pl.col("t").str.extract(_FINNISH))
    )
    year = dated.to_series()
    serial = text.str.contains(SERIALS).fill_null(False)
    days = text.filter(serial).cast(pl.Float64).floor().cast(pl.Int32) + epoch
    year = year.scatter(serial.arg_true(), days.cast(pl.Date).dt.year().cast(pl.String))
    return Understood(text.zip_with(year.is_null(), year), births=len(year) - year.null_count())


def _numbers(values: pl.Series, column: Column) -> Understood:
    grouped = values.str.contains(_WHOLE).fill_null(False)
    if column.kind == "number":
        # A single point or comma is a decimal mark in a number that need not be whole.
        grouped &= values.str.contains(" ", literal=True).fill_null(False)
    text = values.str.replace_all(r"[ .,]", "").zip_with(grouped, values)
    return _posts(text) if column.name == "fte" else Understood(text)


def _posts(text: pl.Series) -> Understood:
    """Working time as a share of a post.

    Per cent are known by their sign or where figures are too large for hours; hours a week by their sign
    or where they are too large for posts. The largest usual hours are full time.
    """
    signed = text.str.contains("%", literal=True).fill_null(False)
    timed = text.str.contains(_HOURS).fill_null(False) & ~signed
    bare = text.str.replace(r"\s*%$", "").str.replace(_HOURS, "$1").str.replace(",", ".", literal=True)
    number = bare.cast(pl.Float64, strict=False)
    known = number.is_not_null()
    plain = ~signed & ~timed & (number > _WHOLE_POST).fill_null(False)
    most = number.filter(plain).max()
    large = isinstance(most, float) and 50 <= most <= 100 * _WHOLE_POST
    per_cent = known & (signed | (~timed if large and not signed.any() else plain & large))
    in_hours = known & ~per_cent & (timed | plain) & (number <= _MOST_HOURS).fill_null(False)
    full = _full_time(number.filter(in_hours))
    shares = (number / 100).cast(pl.String).zip_with(per_cent, text)
    shares = (number / full).round(4).cast(pl.String).zip_with(in_hours, shares)
    hours = int(in_hours.sum())
    return Understood(shares, percents=int(per_cent.sum()), hours=hours, full=full if hours else 0.0)


def _full_time(hours: pl.Series) -> float:
    """The largest hours a week that several coaches have; the usual ones where all work less."""
    if not len(hours):
        return _USUAL_HOURS
    counts = hours.value_counts()
    usual = counts.filter(pl.col("count") >= max(2, 0.1 * len(hours)))
    most = (usual if usual.height else counts)[hours.name].max()
    return float(most) if isinstance(most, float) and most >= _LEAST_FULL else _USUAL_HOURS


def _municipalities(values: pl.Series, lines: pl.Series, place: tuple[str, str]) -> Understood:
    """Codes of municipalities; what is none is a fault and left empty."""
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
    faults: list[Fault] = []
    for text in values.filter(bad).unique().sort():
        there = bad & (values == text).fill_null(False)
        problem = said("an unknown municipality")
        faults += fault(place, problem, _advice(text), lines.filter(there), values.filter(there))
    return Understood(codes, tuple(faults))


def _advice(text: str) -> Message:
    near = places().near(text)
    if near:
        return said(
            "Did you mean {name}? Write the name or the three digits of Statistics Finland.", name=near
        )
    return said("Write the name of a municipality, or its three digits of Statistics Finland.")
