"""Rows that are set aside instead of stopping the reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import SetAside
from optimiser.domain.texts import said
from optimiser.tables.faults import LONGEST_VALUE, Fault, telling
from optimiser.tables.raw import TableText

ROWWISE = ("clients", "exclusions", "pins", "absences", "travel")
"""Tables of which single rows may be left out."""


def may_wait(fault: Fault) -> bool:
    """Whether setting rows aside is a way out of a fault."""
    return fault.table in ROWWISE and not fault.stops


def set_rows_aside(
    frame: pl.DataFrame, text: TableText, faults: list[Fault], policy: Policy
) -> tuple[pl.DataFrame, list[SetAside]]:
    """Leave out the rows with faults; fill in the policy's default where that is enough.

    Parameters
    ----------
    frame : polars.DataFrame
        The rows of the table.
    text : TableText
        Its cells as they stand in the file, for the id of each row.
    faults : list of Fault
        What is wrong with its rows.
    policy : Policy
        Its `set_aside` gives the defaults.

    Returns
    -------
    (polars.DataFrame, list of SetAside)
        The rows that stay, and what became of the others.
    """
    found = [f for f in faults if f.rows.height]
    if not found:
        return frame, []
    marks = pl.concat([_marks(place, f) for place, f in enumerate(found)])
    rows = (
        marks.group_by("line")
        .agg(pl.struct("fault", "value").unique().sort(), pl.col("filled").all())
        .sort("line")
    )
    out = rows.filter(~pl.col("filled"))["line"]
    kept = frame.filter(~pl.col("line").is_in(out.implode()))
    for f in found:
        if f.filled:
            default: object = getattr(policy.set_aside, f.column)
            bad = pl.col("line").is_in(f.rows["line"].implode())
            value = pl.lit(default).cast(text.table.by_name[f.column].dtype)
            kept = kept.with_columns(pl.when(bad).then(value).otherwise(pl.col(f.column)).alias(f.column))
    return kept, _listed(rows, text, found)


def _marks(place: int, f: Fault) -> pl.DataFrame:
    """Columns line, fault (its place among them), value (shortened, empty where secret) and filled."""
    secret = telling(f.rows["value"])
    shown = pl.when(secret).then(pl.lit("")).otherwise(pl.col("value").str.slice(0, LONGEST_VALUE))
    return f.rows.select("line", fault=pl.lit(place, pl.Int32), value=shown, filled=pl.lit(f.filled))


def _reason(marks: list[dict[str, Any]], text: TableText, found: Sequence[Fault]) -> str:
    """Why a row is set aside; the column is named as the file does."""
    parts = []
    for mark in marks:
        f, value = found[mark["fault"]], mark["value"]
        fields = {"column": text.headings.get(f.column, f.column), "problem": f.problem, "value": value}
        if f.column and value:
            parts.append(said("{column}: {problem} ({value})", **fields))
        elif f.column:
            parts.append(said("{column}: {problem}", **fields))
        else:
            parts.append(said("{problem} ({value})", **fields) if value else said("{problem}", **fields))
    return reduce(lambda one, other: said("{one}; {other}", one=one, other=other), sorted(set(parts)))


def _listed(rows: pl.DataFrame, text: TableText, found: Sequence[Fault]) -> list[SetAside]:
    """One entry a row: travel has two ids, the other tables one."""
    ids = 2 if text.table.name == "travel" else 1
    key = [pl.col(k).cast(pl.String) for k in text.table.key[:ids] if k in text.frame.columns]
    shown = pl.concat_str(key, separator=" ", ignore_nulls=True) if key else pl.lit("")
    named = text.frame.select("line", row_id=shown)
    listed = rows.join(named, on="line", how="left", maintain_order="left")
    listed = listed.with_columns(
        row_id=pl.when(telling(listed["row_id"])).then(pl.lit("")).otherwise(pl.col("row_id").fill_null(""))
    )
    return [
        SetAside(text.file, line, row_id, _reason(marks, text, found), used)
        for line, row_id, marks, used in listed.select("line", "row_id", "fault", "filled").rows()
    ]


def explain_dependents(faults: list[Fault], gone: Mapping[str, pl.Series]) -> list[Fault]:
    """Say of references to rows set aside that this is why they find nothing.

    Parameters
    ----------
    faults : list of Fault
        Faults of references.
    gone : mapping
        Column name to the ids set aside.
    """
    out: list[Fault] = []
    for f in faults:
        ids = gone.get(f.column)
        if ids is None or not len(ids):
            out.append(f)
            continue
        about = pl.col("value").is_in(ids.implode())
        out.append(replace(f, rows=f.rows.filter(~about)))
        out.append(replace(f, problem=said("its client was set aside"), rows=f.rows.filter(about)))
    return out
