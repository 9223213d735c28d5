"""Reasons in the words of who leaves or comes back: what the engine is told as a pin is none to a reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date

import polars as pl

from optimiser.allocation.allocate import Allocation
from optimiser.allocation.codes import placed
from optimiser.allocation.outcome import outcome_of
from optimiser.allocation.reasons import fullness
from optimiser.allocation.worded import filled
from optimiser.domain.policy import Policy
from optimiser.domain.texts import ENGLISH, Texts, said


def finnish_day(day: Date) -> str:
    """Return a day as it is written in Finland: 1.4.2023."""
    return f"{day.day}.{day.month}.{day.year}"


def told_of_leaver(
    found: Allocation, policy: Policy, coach_id: str, day: Date, texts: Texts = ENGLISH
) -> Allocation:
    """Return the plan, the reasons of a leaver's clients saying that the coach leaves."""
    texts = texts.plain()
    encoding, rows = found.encoding, found.plan.rows
    outcome = outcome_of(encoding, placed(rows["coach_id"], encoding.coach_ids), policy)
    full = dict(zip(encoding.coach_ids, fullness(encoding, outcome.after, texts), strict=True))
    forced = pl.col("status").cast(pl.String) == "forced"
    theirs = (pl.col("previous_coach_id") == coach_id).fill_null(False) & forced
    text = filled(
        texts.gettext("{leaver} leaves on {day}; to {coach}."),
        leaver=pl.lit(coach_id),
        day=pl.lit(finnish_day(day)),
        coach=pl.col("coach_id").replace_strict(full, default=None, return_dtype=pl.String),
    )
    return _with_reason(found, theirs, text)


def told_of_return(found: Allocation, coach_id: str, back: pl.Series, texts: Texts = ENGLISH) -> Allocation:
    """Return the plan, the reasons of the clients who come back (ids) saying so."""
    theirs = pl.col("client_id").is_in(back.implode()) & (pl.col("coach_id") == coach_id).fill_null(False)
    text = said("Back to {coach}, who has returned, at the client's request.", coach=coach_id)
    return _with_reason(found, theirs, pl.lit(texts.of(text)))


def _with_reason(found: Allocation, where: pl.Expr, text: pl.Expr) -> Allocation:
    reason = pl.when(where).then(text).otherwise("reason").alias("reason")
    return replace(found, plan=replace(found.plan, rows=found.plan.rows.with_columns(reason)))
