"""Every value that names a row of another table must find it there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import polars as pl

from optimiser.domain.columns import Column
from optimiser.domain.schema import EVERYWHERE, TABLES
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault
from optimiser.tables.parse_codes import LOST_ZERO

UNKNOWN = {
    "municipality": said("an unknown municipality"),
    "coach_id": said("an unknown coach"),
    "client_id": said("an unknown client"),
    "unit_id": said("an unknown unit"),
}
"""Key of the table referred to, and what is wrong with a value that is not there."""
NEAREST = 200
"""Unknown values for which the nearest known one is looked up."""


def reference_faults(
    table: str, frames: Mapping[str, pl.DataFrame], skipped: frozenset[str], lost_zero: pl.Series
) -> list[Fault]:
    """Find the values of a table that name nothing.

    Parameters
    ----------
    table : str
        Name of the table.
    frames : mapping
        Table name to frame.
    skipped : frozenset of str
        Tables that were not read whole: nothing is said about references to them.
    lost_zero : polars.Series
        Codes of municipalities, made good, that are complained of already: naming them is no fault.
    """
    out: list[Fault] = []
    for column in TABLES[table].columns:
        target, _, key = column.refers.partition(".")
        if target and target not in skipped:
            known = frames[target][key].cast(pl.String)
            known = pl.concat([known, lost_zero]) if target == "municipalities" else known
            out += _column_faults(table, column, frames[table], known)
    return out


def lost_zeros(faults: Iterable[Fault]) -> pl.Series:
    """Codes of the table municipalities that are complained of for a lost zero, with their zeros."""
    place = ("municipalities", "municipality")
    found = [f.rows["value"] for f in faults if (f.table, f.column) == place and f.problem == LOST_ZERO]
    return pl.concat([pl.Series("value", [], dtype=pl.String), *found]).str.zfill(3)


def _column_faults(table: str, column: Column, frame: pl.DataFrame, known: pl.Series) -> list[Fault]:
    names = known.drop_nulls().unique()
    values = frame[column.name]
    given = (values.drop_nulls().unique() if values.dtype == pl.Categorical else values.drop_nulls()).cast(
        pl.String
    )
    parts = pl.DataFrame({"given": given.unique()})
    part = pl.col("given").str.split(" ") if column.kind == "codes" else pl.concat_list("given")
    bad = parts.with_columns(part=part).explode("part").filter(~pl.col("part").is_in([*_free(column)]))
    bad = bad.filter(~pl.col("part").is_in(names.implode())).sort("given", "part")
    if not bad.height:
        return []
    return _faults(table, column, frame, bad, names)


def _free(column: Column) -> tuple[str, ...]:
    return (EVERYWHERE,) if column.name == "serves" else ()


def _faults(
    table: str, column: Column, frame: pl.DataFrame, bad: pl.DataFrame, names: pl.Series
) -> list[Fault]:
    target, _, key = column.refers.partition(".")
    distinct = bad["part"].unique().sort().to_list()
    few = names.sort().to_list() if names.len() < 100_000 else []
    judged = [(p, *_judged(p, (target, key), few, i < NEAREST)) for i, p in enumerate(distinct)]
    words = {text: text for _, *both in judged for text in both}
    schema = {"part": pl.String(), "problem": pl.String(), "advice": pl.String()}
    reasons = pl.DataFrame(judged, schema=schema, orient="row")
    cells = frame.select("line", given=pl.col(column.name).cast(pl.String))
    rows = cells.join(bad.join(reasons, on="part"), on="given", maintain_order="left")
    shown = rows.select("line", "problem", "advice", value="part")
    return [
        Fault(
            table,
            column.name,
            words[problem],
            shown.filter(pl.col("problem") == problem).select("line", "value", "advice"),
            words=words,
        )
        for problem in shown["problem"].unique().sort()
    ]


def _judged(part: str, refers: tuple[str, str], known: list[str], near: bool) -> tuple[str, str]:
    table, key = refers
    if key == "municipality" and part.isdigit() and part.zfill(3) in known:
        return LOST_ZERO, said("Write {code} and keep the column as text.", code=part.zfill(3))
    close = difflib.get_close_matches(part, known, 1, 0.75) if near and len(known) < 5000 else []
    if close:
        advice = said("Did you mean {near}? Correct it, or add it to {table}.", near=close[0], table=table)
        return UNKNOWN[key], advice
    return UNKNOWN[key], said("Correct it, or add it to {table}.", table=table)
