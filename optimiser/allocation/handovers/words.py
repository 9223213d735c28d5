"""Reasons in the words of who leaves or comes back: what the engine is told as a pin is none to a reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date

import polars as pl

from optimiser.allocation.allocate import Allocation

HAD_TO_LEAVE = "^Had to leave .+?, who .+?; to "
"""How the reason of a forced change begins (`allocation.reasons`)."""


def finnish_day(day: Date) -> str:
    """Return a day as it is written in Finland: 1.4.2023."""
    return f"{day.day}.{day.month}.{day.year}"


def told_of_leaver(found: Allocation, coach_id: str, day: Date) -> Allocation:
    """Return the plan, the reasons of a leaver's clients saying that the coach leaves."""
    begins = pl.col("reason").str.contains(HAD_TO_LEAVE)
    theirs = (pl.col("previous_coach_id") == coach_id).fill_null(False) & begins
    rest = pl.col("reason").str.replace(HAD_TO_LEAVE, "")
    text = pl.concat_str(pl.lit(f"{coach_id} leaves on {finnish_day(day)}; to "), rest)
    return _with_reason(found, theirs, text)


def told_of_return(found: Allocation, coach_id: str, back: pl.Series) -> Allocation:
    """Return the plan, the reasons of the clients who come back (ids) saying so."""
    theirs = pl.col("client_id").is_in(back.implode()) & (pl.col("coach_id") == coach_id).fill_null(False)
    text = pl.lit(f"Back to {coach_id}, who has returned, at the client's request.")
    return _with_reason(found, theirs, text)


def _with_reason(found: Allocation, where: pl.Expr, text: pl.Expr) -> Allocation:
    reason = pl.when(where).then(text).otherwise("reason").alias("reason")
    return replace(found, plan=replace(found.plan, rows=found.plan.rows.with_columns(reason)))
