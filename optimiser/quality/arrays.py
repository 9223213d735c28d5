"""Columns as small whole numbers, and walks over long columns in blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

BLOCK = 1 << 18
"""Clients looked at together: bounds the memory of what is computed in passing."""


def coded(values: pl.Series, known: Sequence[str]) -> Ints:
    """Return the position of each value in `known`, -1 for empty and for unknown values.

    Parameters
    ----------
    values : polars.Series
        Text or codes, N values.
    known : sequence of str
        Distinct values.

    Returns
    -------
    numpy.ndarray
        Shape (N,).
    """
    kinds = pl.Enum(list(known))
    physical = values.cast(pl.String).cast(kinds, strict=False).to_physical()
    return physical.cast(pl.Int64).fill_null(-1).to_numpy()


def texts(values: pl.Series) -> list[str]:
    """Return the distinct values that are not empty, sorted."""
    return sorted(str(value) for value in values.unique().drop_nulls().cast(pl.String))


def spelled(codes: Ints, known: pl.Series) -> pl.Series:
    """Return `known` at each code; empty where the code is -1."""
    return known.gather(pl.Series(codes).set(pl.Series(codes < 0), None))


def numbered(values: Floats) -> tuple[Floats, Ints]:
    """Return the distinct numbers, rising, and the position of each value among them."""
    kinds = pl.Series(values).unique().sort().to_numpy()
    return kinds, np.searchsorted(kinds, values).astype(np.int64)


def summed(frame: pl.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pl.DataFrame:
    """Return the sums of some columns by the distinct values of others, added row after row.

    A sum of `group_by` is taken in parts that depend on the machine and on the run, and differs in its
    last digits; this one does not where the rows stand in the same order.

    Parameters
    ----------
    frame : polars.DataFrame
    keys : sequence of str
        Columns without empty cells.
    values : sequence of str
        Columns of numbers without empty cells.

    Returns
    -------
    polars.DataFrame
        keys, sorted by them, and the sums as floats.
    """
    kinds = frame.select(keys).unique().sort(keys)
    found = frame.select(keys).join(
        kinds.with_row_index("_place"), on=list(keys), how="left", maintain_order="left"
    )
    place = found["_place"].to_numpy()
    sums = [np.bincount(place, frame[name].to_numpy(), kinds.height) for name in values]
    return kinds.with_columns(pl.Series(name, column) for name, column in zip(values, sums, strict=True))


def distinct(columns: Sequence[NDArray[np.integer]]) -> tuple[tuple[Ints, ...], Ints]:
    """Return the distinct rows of some columns, and for each row its number among them.

    Parameters
    ----------
    columns : sequence of numpy.ndarray
        Each of shape (N,), small whole numbers from 0.

    Returns
    -------
    tuple of numpy.ndarray
        The same columns of the D distinct rows, in rising order.
    numpy.ndarray
        Shape (N,), from 0 to D - 1.
    """
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key *= size
        key += column
    room = int(np.prod([float(size) for size in sizes]))
    if room <= 4 * len(key) + 1_000_000:
        seen = np.zeros(room, dtype=bool)
        seen[key] = True
        kinds, number = np.flatnonzero(seen), (np.cumsum(seen) - 1)[key]
    else:
        kinds, number = np.unique(key, return_inverse=True)
    return tuple(part.astype(np.int64) for part in np.unravel_index(kinds, sizes)), number


def blocks(count: int, size: int = BLOCK) -> Iterator[slice]:
    """Yield slices that cover 0 … count."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def runs(starts: Ints, count: int, size: int) -> Iterator[tuple[slice, slice]]:
    """Yield slices of runs, and of what they hold, of about `size` things; no run is cut.

    Parameters
    ----------
    starts : numpy.ndarray
        Shape (R,), where each run starts, rising from 0.
    count : int
        Number of things in all runs.
    size : int
        Things wanted in a slice.
    """
    ends = np.append(starts[1:], count)
    run = 0
    while run < len(starts):
        last = max(run + 1, int(np.searchsorted(ends, starts[run] + size, side="right")))
        yield slice(run, last), slice(int(starts[run]), int(ends[last - 1]))
        run = last
