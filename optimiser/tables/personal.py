"""Personal data that must not come in: identity codes, e-mail addresses, names."""

from __future__ import annotations

import re

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said
from optimiser.tables.faults import masked
from optimiser.tables.names import GIVEN_NAMES, SURNAMES
from optimiser.tables.raw import Sheet

_CODE = re.compile(
    r"(?<![0-9A-Za-z])([0-9]{2})([0-9]{2})([0-9]{2})([-+A-FU-Y])([0-9]{3})([0-9A-Z])(?![0-9A-Za-z])"
)
_LIKE_CODE = r"[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]"
_EMAIL = r"[^\s@,;]+@[^\s@,;]+\.[A-Za-z]{2,}"
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TWO_NAMES = r"^\p{Lu}\p{Ll}+(-\p{Lu}\p{Ll}+)?(,\s*|\s+)\p{Lu}\p{Ll}+(-\p{Lu}\p{Ll}+)?(\s+\p{Lu}\p{Ll}+)*$"
_WORDS = r"\p{L}{2,}"
_CODED_TABLES = ("clients", "coaches", "exclusions", "pins", "absences")
FREE_TEXTS = (("departures", "paragraph"), ("snapshot", "source"))
"""Table and column in which people write sentences, and may name somebody."""
NAMED_SHARE = 0.5
"""Share of the distinct values of an id column from which single names make it a column of names."""
CODED_SHARE, LEAST_CODED = 0.5, 3
"""Share of the distinct values of a column, and their number, from which the mere form of an identity code is enough."""


def personal_data(sheet: Sheet, table: Table, at: dict[str, int]) -> tuple[list[Complaint], set[str]]:
    """Look for personal data in every column of a sheet, declared or not.

    Parameters
    ----------
    sheet : Sheet
        What was read.
    table : Table
        What it should be.
    at : dict
        Column name to its position.

    Returns
    -------
    (list of Complaint, set of str)
        One complaint a column, without the values, and our names of the columns.
    """
    ours = {position: name for name, position in at.items()}
    found: list[Complaint] = []
    hidden: set[str] = set()
    for position, heading in enumerate(sheet.headings):
        column = table.by_name.get(ours.get(position, ""))
        named = column is not None and _may_not_name(table, column.name)
        # Several codes in a cell ("Excel Word") look like a name by their shape alone.
        alone = column is not None and column.kind != "codes"
        cells = sheet.cells[str(position)]
        what = held_by(cells, named, alone)
        if (
            not what
            and column is not None
            and (table.name, column.name) in FREE_TEXTS
            and _names_somebody(cells)
        ):
            what = said("the column holds names of persons")
        if what:
            advice = said("Delete the column or replace it by pseudonymous ids; values are not shown here.")
            place = masked(heading) or said("number {position}", position=position + 1)
            found.append(Complaint(sheet.file, 0, place, "", what, advice))
            hidden.add(ours.get(position, ""))
    return found, hidden


def _may_not_name(table: Table, column: str) -> bool:
    kind = table.by_name[column].kind
    if column == "unit_id":
        return False
    return kind == "id" or (kind in ("code", "codes") and table.name in _CODED_TABLES)


def held_by(cells: pl.Series, named: bool, alone: bool) -> str:
    """Say what personal data a column holds; empty where none.

    Parameters
    ----------
    cells : polars.Series
        The column; anything but text holds none.
    named : bool
        Names are looked for.
    alone : bool
        A cell holds one thing, so that two words with capitals are a name.
    """
    if cells.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return ""
    text = cells if cells.dtype == pl.String else cells.unique()
    text = text.cast(pl.String).drop_nulls()
    if text.str.contains(_LIKE_CODE).any() and _holds_identity_code(text):
        return said("the column holds personal identity codes")
    if text.str.contains("@", literal=True).any() and text.str.contains(_EMAIL).any():
        return said("the column holds e-mail addresses")
    if named and _holds_names(text, alone):
        return said("the column holds names of persons")
    return ""


def _names_somebody(cells: pl.Series) -> bool:
    """True where a common given name stands beside another or a common surname, both with capitals."""
    if cells.dtype not in (pl.String, pl.Categorical, pl.Enum):
        return False
    text = cells.cast(pl.String).drop_nulls().unique().alias("text")
    word, row, name, given = (pl.col(column) for column in ("word", "row", "name", "given"))
    words = (
        text.to_frame()
        .with_row_index("row")
        .with_columns(word=pl.col("text").str.extract_all(_WORDS))
        .explode("word")
        .with_columns(capital=word.str.contains(r"^\p{Lu}"), word=word.str.to_lowercase())
        .with_columns(given=pl.col("capital") & word.is_in(GIVEN_NAMES))
        .with_columns(name=given | (pl.col("capital") & word.is_in(SURNAMES)))
    )
    beside = name & name.shift(-1) & (given | given.shift(-1)) & (row == row.shift(-1))
    return bool(words.select(beside.fill_null(False).any()).item())


def _holds_identity_code(text: pl.Series) -> bool:
    """True where a code is right in day and check character, or most values have the form of one."""
    like = text.filter(text.str.contains(_LIKE_CODE)).unique()
    if any(is_identity_code(m) for value in like for m in _CODE.finditer(value.upper())):
        return True
    return int(formed_codes(like).sum()) >= max(LEAST_CODED, CODED_SHARE * text.n_unique())


def formed_codes(text: pl.Series) -> pl.Series:
    """Whether each text holds what has the form of an identity code, with a possible day; right or wrong."""
    like = text.filter(text.str.contains(_LIKE_CODE).fill_null(False)).unique()
    formed = [value for value in like if any(map(_is_day, _CODE.finditer(value.upper())))]
    return text.is_in(formed).fill_null(False)


def is_identity_code(match: re.Match[str]) -> bool:
    """Whether day, month and check character of what looks like an identity code are right."""
    day, month, year, _, number, check = match.groups()
    return _is_day(match) and _CHECK[int(day + month + year + number) % 31] == check


def _is_day(match: re.Match[str]) -> bool:
    day, month = int(match.group(1)), int(match.group(2))
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def _holds_names(text: pl.Series, alone: bool) -> bool:
    letters = text.filter(text.str.contains(r"^[\p{L}\s,._'-]+$")).unique()
    if not len(letters):
        return False
    if alone and letters.str.contains(_TWO_NAMES).any():
        return True
    words = pl.DataFrame({"text": letters, "word": letters.str.to_lowercase().str.extract_all(_WORDS)})
    known = (
        words.explode("word")
        .group_by("text")
        .agg(
            pl.len().alias("words"),
            pl.col("word").is_in(GIVEN_NAMES).sum().alias("given"),
            pl.col("word").is_in(SURNAMES).sum().alias("family"),
        )
    )
    full = known.filter(
        (pl.col("words") > 1) & (pl.col("given") > 0) & (pl.col("given") + pl.col("family") > 1)
    )
    single = known.filter(pl.col("given") + pl.col("family") > 0).height
    distinct = text.n_unique()
    return full.height > 0 or (distinct > 2 and single >= NAMED_SHARE * distinct)
