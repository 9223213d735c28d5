"""Numbers, dates, yes/no, ids and text: from cells to the declared types, whole columns at once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from optimiser.domain.columns import Column
from optimiser.domain.texts import Message, said
from optimiser.tables.faults import Fault, fault

YES = ("yes", "true", "1", "1.0", "x", "y", "t", "k", "kyllä", "kylla", "tosi", "ja")
NO = ("no", "false", "0", "0.0", "n", "f", "e", "ei", "epätosi", "nej")
ID = r"^[A-Za-z0-9ÅÄÖåäö._-]{1,64}$"
CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"
_NUMBER = r"^[+-]?([0-9]{1,3}([\s][0-9]{3})+|[0-9]+)?([.,][0-9]+)?([eE][+-]?[0-9]+)?$"
_ISO = r"^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})([ T]+[0-9]{1,2}[:.][0-9]{2}.*)?$"
_FINNISH = r"^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})([ T]+[0-9]{1,2}[:.][0-9]{2}.*)?$"
INT32_MAX = 2**31 - 1


@dataclass(frozen=True)
class Cells:
    """The cells of one column.

    Attributes
    ----------
    place : (str, str)
        Table and column.
    column : Column
        Its declaration.
    raw : polars.Series
        The cells, empty ones null; text, or the declared type already.
    lines : polars.Series
        The line of each.
    """

    place: tuple[str, str]
    column: Column
    raw: pl.Series
    lines: pl.Series

    def fault(self, bad: pl.Series, problem: str, advice: str) -> list[Fault]:
        """The fault of the cells marked bad."""
        if not bad.any():
            return []
        return fault(self.place, problem, advice, self.lines.filter(bad), self.raw.filter(bad))


Parsed = tuple[pl.Series, list[Fault]]


def parse_text(cells: Cells) -> Parsed:
    """Any text without control characters."""
    text = cells.raw.cast(pl.String)
    bad = text.str.contains(CONTROL).fill_null(False)
    found = cells.fault(
        bad, said("control characters in the text"), said("Delete the characters that do not show.")
    )
    return (text.set(bad, None) if found else text), found


def parse_id(cells: Cells) -> Parsed:
    """Ids of 1-64 letters, digits, dots, underscores and hyphens."""
    text = cells.raw.cast(pl.String)
    bad = ~text.str.contains(ID).fill_null(True)
    advice = said("Use 1-64 letters, digits, dots, underscores or hyphens, without spaces.")
    found = cells.fault(bad, said("not a pseudonymous id"), advice)
    return (text.set(bad, None) if found else text), found


def parse_flag(cells: Cells) -> Parsed:
    """Yes and no in English and Finnish."""
    if cells.raw.dtype == pl.Boolean:
        return cells.raw, []
    word = cells.raw.cast(pl.String).str.to_lowercase()
    yes, no = word.is_in(YES), word.is_in(NO)
    bad = ~(yes | no).fill_null(True)
    found = cells.fault(bad, said("neither yes nor no"), said("Write yes or no (kyllä or ei, 1 or 0)."))
    return yes.set(bad, None) if found else yes, found


def parse_number(cells: Cells) -> Parsed:
    """Numbers with a decimal point or comma, thousands apart by spaces; within the declared bounds."""
    raw = cells.raw
    if raw.dtype.is_numeric():
        number = raw.cast(pl.Float64)
        bad = ~number.is_finite().fill_null(True)
    else:
        text = raw.cast(pl.String).str.replace_all("−", "-", literal=True)
        right = text.str.contains(_NUMBER) & text.str.contains(r"[0-9]")
        bare = text.str.replace_all(r"\s", "").str.replace(",", ".", literal=True)
        number = bare.cast(pl.Float64, strict=False)
        bad = raw.is_not_null() & ~(right & number.is_finite()).fill_null(False)
    found = cells.fault(bad, said("not a number"), said("Write digits, with a decimal point or comma."))
    number = number.set(bad, None) if found else number
    return _bounded(cells, number, found)


def parse_integer(cells: Cells) -> Parsed:
    """Whole numbers."""
    number, found = parse_number(cells)
    broken = (number != number.floor()).fill_null(False) | (number.abs() > INT32_MAX).fill_null(False)
    found = found + cells.fault(broken, said("not a whole number"), said("Round it, or check the column."))
    return (number.set(broken, None) if broken.any() else number).cast(pl.Int32), found


def _bounded(cells: Cells, number: pl.Series, found: list[Fault]) -> Parsed:
    low, high = cells.column.low, cells.column.high
    if low is None and high is None:
        return number, found
    small = (number < low).fill_null(False) if low is not None else pl.repeat(False, len(number), eager=True)
    large = (
        (number > high).fill_null(False) if high is not None else pl.repeat(False, len(number), eager=True)
    )
    words = _bounds(cells.column)
    negative = small & (number < 0).fill_null(False) if low is not None and low >= 0 else small & False
    found = found + cells.fault(negative, said("a negative number"), words)
    found = found + cells.fault((small | large) & ~negative, said("a number out of range"), words)
    out = small | large
    return (number.set(out, None) if out.any() else number), found


def _bounds(column: Column) -> Message:
    """What to write in a column of numbers."""
    unit = said(column.unit) if column.unit else said("a number")
    if column.low is None:
        return said("Write {unit} to {high:g}.", unit=unit, high=column.high)
    if column.high is None:
        return said("Write {unit} from {low:g} up.", unit=unit, low=column.low)
    return said("Write {unit} from {low:g} to {high:g}.", unit=unit, low=column.low, high=column.high)


def parse_date(cells: Cells) -> Parsed:
    """Dates as yyyy-mm-dd or d.m.yyyy, with or without a time of day."""
    raw = cells.raw
    if raw.dtype == pl.Date or isinstance(raw.dtype, pl.Datetime):
        day = raw.cast(pl.Date)
        return _dated(cells, day, [])
    text = raw.cast(pl.String)
    day = text.str.to_date("%Y-%m-%d", strict=False)
    left = day.is_null() & text.is_not_null()
    if not left.any():
        return _dated(cells, day, [])
    parts = _date_parts(text.filter(left))
    days = parts["text"].str.to_date("%Y-%m-%d", strict=False)
    day = day.scatter(left.arg_true(), days)
    shapeless = _at(left, parts["text"].is_null())
    no_day = _at(left, parts["text"].is_not_null() & days.is_null())
    found = cells.fault(shapeless, said("not a date"), said("Write the day as 2021-05-31 or 31.5.2021."))
    problem = said("an impossible date: there is no such day")
    found += cells.fault(no_day, problem, said("Correct the day or the month."))
    return _dated(cells, day, found)


def _at(where: pl.Series, marks: pl.Series) -> pl.Series:
    """Marks of some cells, spread to all cells."""
    return (where & False).scatter(where.arg_true(), marks)


def _date_parts(text: pl.Series) -> pl.DataFrame:
    """Text as yyyy-mm-dd, null where it has no shape of a date."""
    t = pl.col("t")
    iso = [t.str.extract(_ISO, i) for i in (1, 2, 3)]
    finnish = [t.str.extract(_FINNISH, i) for i in (3, 2, 1)]
    either = [pl.coalesce(a, b).str.zfill(2) for a, b in zip(iso, finnish, strict=True)]
    return pl.DataFrame({"t": text}).select(text=pl.concat_str(either, separator="-"))


def _dated(cells: Cells, day: pl.Series, found: list[Fault]) -> Parsed:
    year = day.dt.year()
    far = ((year < 1900) | (year > 2100)).fill_null(False)
    found = found + cells.fault(far, said("an impossible date: out of 1900-2100"), said("Correct the year."))
    return (day.set(far, None) if far.any() else day), found
