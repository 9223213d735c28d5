"""Satisfaction by area and month from anonymous answers; shown from 30 answers, never by coach."""

from __future__ import annotations

import numpy as np
import polars as pl

from optimiser.domain.month import SATISFACTION
from optimiser.quality.suppress import Beside, held_back

LEAST_ANSWERS = 30
"""Fewest answers behind a figure."""
SATISFIED = 4
"""Answers from which one counts as satisfied."""


def satisfaction(answers: pl.DataFrame) -> pl.DataFrame:
    """Return mean grade and share of the satisfied by month, question and area, and of the region.

    An area with fewer than 30 answers is empty. So is the next smallest where the region's figure less
    those of the other areas would tell it, and the region's where no other area could help.

    Parameters
    ----------
    answers : polars.DataFrame
        area, month (first day), question, answer (1 to 5).

    Returns
    -------
    polars.DataFrame
        Columns of `SATISFACTION`; of questions with fewer than 30 answers in a month in the whole region
        only the fact that they were asked.
    """
    figures = (
        pl.len().cast(pl.Int32).alias("answers"),
        pl.col("answer").mean().round(1).alias("mean"),
        (pl.col("answer") >= SATISFIED).mean().round(2).alias("satisfied"),
    )
    keys = ["month", "question"]
    areas = answers.group_by(*keys, "area").agg(figures).sort(*keys, "area")
    region = answers.group_by(keys).agg(figures).sort(keys)
    columns = [c.name for c in SATISFACTION.columns]
    parts = []
    for key, mine in areas.group_by(keys, maintain_order=True):
        whole = region.filter(month=key[0], question=key[1])
        hidden, may_show = _held_back(mine["answers"].to_numpy().astype(np.int64))
        total = whole.with_columns(area=pl.lit(None, dtype=pl.String), level=pl.lit("region"))
        by_area = mine.with_columns(level=pl.lit("area"))
        parts += [_emptied(total, pl.Series([not may_show])), _emptied(by_area, hidden)]
    schema = {c.name: pl.String if c.kind == "code" else c.dtype for c in SATISFACTION.columns}
    return pl.concat([p.select(columns) for p in parts]) if parts else pl.DataFrame(schema=schema)


def _held_back(answers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> tuple[pl.Series, bool]:
    cells = Beside(answers < LEAST_ANSWERS, answers, answers[:, None])
    hidden, may_show = held_back(cells, LEAST_ANSWERS, partner=False)
    enough = int(answers.sum()) >= LEAST_ANSWERS
    return pl.Series(hidden), may_show and enough


def _emptied(rows: pl.DataFrame, hidden: pl.Series) -> pl.DataFrame:
    figures = ("answers", "mean", "satisfied")
    return rows.with_columns(pl.when(~hidden).then(pl.col(name)).alias(name) for name in figures)
