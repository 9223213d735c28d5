"""Columns of values as whole numbers, in the order of the values and not of the rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

TABLE = 1 << 24
"""Largest range of keys for which a table beats a sort."""


def coded(values: pl.Series) -> tuple[Codes, list[str]]:
    """Return a column of texts as numbers.

    Returns
    -------
    codes : numpy.ndarray
        Shape (n,), rank of the text among the distinct texts, -1 where empty.
    texts : list of str
        The distinct texts, sorted.
    """
    values = values.cast(pl.Categorical())
    distinct = values.drop_nulls().unique()
    texts = distinct.cast(pl.String).to_numpy()
    order = np.argsort(texts, kind="stable")
    physical = distinct.to_physical().to_numpy().astype(np.int64)
    empty = int(physical.max(initial=-1)) + 1
    rank = np.full(empty + 1, -1, dtype=np.int32)
    rank[physical[order]] = np.arange(len(order), dtype=np.int32)
    codes: Codes = rank[values.to_physical().cast(pl.Int64).fill_null(empty).to_numpy()]
    return codes, [str(t) for t in texts[order]]


def placed(values: pl.Series, known: Sequence[str]) -> Codes:
    """Return the place of each id in a list of known ids, shape (n,), -1 where empty."""
    if not known:
        return np.full(len(values), -1, dtype=np.int32)
    enum = values.cast(pl.Enum(list(known)))
    return enum.to_physical().cast(pl.Int32).fill_null(-1).to_numpy()


def ranked(values: Floats) -> tuple[Codes, int]:
    """Return numbers as ranks among the distinct numbers, shape (n,), and how many there are."""
    distinct = pl.Series(values).unique().sort().to_numpy()
    return np.searchsorted(distinct, values).astype(np.int32), len(distinct)


def dense(keys: Ints, span: int) -> tuple[Codes, int]:
    """Return keys in 0 … span-1 as ranks among those that occur, shape (n,), and how many occur."""
    if span > TABLE:
        distinct, inverse = np.unique(keys, return_inverse=True)
        return inverse.astype(np.int32), len(distinct)
    occurs = np.zeros(span, dtype=np.bool_)
    occurs[keys] = True
    rank = np.cumsum(occurs, dtype=np.int32) - np.int32(1)
    return rank[keys], int(rank[-1]) + 1 if span else 0


def combined(columns: Sequence[tuple[NDArray[np.integer], int]]) -> tuple[Codes, int]:
    """Return one rank a row for rows of several coded columns, in lexicographic order.

    Parameters
    ----------
    columns : sequence of (codes, size)
        Codes in 0 … size-1, shape (n,).

    Returns
    -------
    ranks : numpy.ndarray
        Shape (n,).
    count : int
        Number of distinct rows.
    """
    rank: Codes = np.zeros(len(columns[0][0]), dtype=np.int32)
    span, count = 1, 1
    keys: Ints = rank.astype(np.int64)
    for codes, size in columns:
        if span * size > TABLE:
            rank, count = dense(keys, span)
            keys, span = rank.astype(np.int64), count
        keys = keys * size + codes
        span *= size
    return dense(keys, span)


def spread(starts: Ints, counts: Ints) -> Ints:
    """Return starts[i], starts[i]+1, … counts[i] of them, for all i in turn; shape (sum of counts,)."""
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    places: Ints = np.arange(total, dtype=np.int64) + np.repeat(starts - before, counts)
    return places
