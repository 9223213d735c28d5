"""Things wrong with many rows at once, and how they become complaints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import several

SHOWN = 50
"""Complaints shown of one kind about one column."""
LONGEST_VALUE = 40
SECRET = r"[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]|@"
"""A value that looks like this (identity code, e-mail address) is never repeated."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong with some rows of a table.

    Attributes
    ----------
    table, column : str
        Our names; column empty where the whole row is meant.
    problem : str
        What is wrong, in words.
    rows : polars.DataFrame
        Columns line (Int32), value and advice (String).
    stops : bool
        True where setting the row aside is no way out.
    filled : bool
        True where a row set aside may be used with the policy's default in this column.
    words : mapping
        Advice as it stands in `rows` to the message it was made of, which can be said in other languages.
    """

    table: str
    column: str
    problem: str
    rows: pl.DataFrame
    stops: bool = False
    filled: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def without(self, lines: pl.Series) -> Fault:
        """The same fault, less the rows at some lines."""
        if not len(lines):
            return self
        return replace(self, rows=self.rows.filter(~pl.col("line").is_in(lines.implode())))


def fault(
    place: tuple[str, str],
    problem: str,
    advice: str,
    lines: pl.Series,
    values: pl.Series | None = None,
    *,
    stops: bool = False,
) -> list[Fault]:
    """Return the fault as a list: empty where no row has it.

    Parameters
    ----------
    place : (str, str)
        Table and column.
    problem, advice : str
        What is wrong and what to try.
    lines : polars.Series
        Lines of the rows that have it.
    values : polars.Series, optional
        Their offending values, of any type.
    stops : bool
        As in `Fault`.
    """
    if not len(lines):
        return []
    shown = pl.lit("") if values is None else values.cast(pl.String).fill_null("").alias("value")
    rows = pl.DataFrame({"line": lines.cast(pl.Int32)}).with_columns(
        shown.alias("value"), pl.lit(advice).alias("advice")
    )
    return [Fault(*place, problem, rows, stops, words={advice: advice})]


def complaints(
    faults: Iterable[Fault],
    files: Mapping[str, str],
    headings: Mapping[str, Mapping[str, str]],
    hidden: frozenset[tuple[str, str]] = frozenset(),
) -> list[Complaint]:
    """Return faults as complaints, at most `SHOWN` and a count of one kind.

    Parameters
    ----------
    faults : iterable of Fault
        What is wrong.
    files : mapping
        Table name to file.
    headings : mapping
        Table name to our column name to heading.
    hidden : frozenset of (str, str)
        Table and column whose values are never repeated.
    """
    kinds: dict[tuple[str, str, str], list[pl.DataFrame]] = {}
    words: dict[str, str] = {}
    for found in faults:
        if found.rows.height:
            kinds.setdefault((found.table, found.column, found.problem), []).append(found.rows)
            words.update(found.words)
    out: list[Complaint] = []
    for (table, column, problem), parts in kinds.items():
        rows = pl.concat(parts)
        heading = headings.get(table, {}).get(column, column)
        shown = _shown(rows, (table, column) in hidden)
        out += [
            Complaint(files[table], line, heading, v, problem, words.get(advice, advice))
            for line, v, advice in shown
        ]
        if rows.height > SHOWN:
            more = several(
                "{problem} (and {count:,} more row like it)",
                "{problem} (and {count:,} more rows like it)",
                rows.height - SHOWN,
                problem=problem,
            )
            out[-1] = replace(out[-1], problem=more)
    return out


def _shown(rows: pl.DataFrame, hide: bool) -> list[tuple[int, str, str]]:
    first = rows.bottom_k(SHOWN, by=["line", "value"]).sort("line", "value", "advice")
    secret = pl.lit(hide) | pl.col("value").str.contains(SECRET)
    short = pl.col("value").str.slice(0, LONGEST_VALUE)
    return first.with_columns(pl.when(secret).then(pl.lit("")).otherwise(short).alias("value")).rows()


def masked(text: str) -> str:
    """A heading or value, or nothing where it looks like an identity code or an e-mail address."""
    secret = pl.Series([text]).str.contains(SECRET).item()
    return "" if secret else text[:LONGEST_VALUE]
