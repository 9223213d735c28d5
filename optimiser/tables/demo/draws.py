"""Random draws, each purpose with a stream of its own so that one does not disturb another."""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FINE = 1 << 30


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one purpose."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))


def apportion(weights: ArrayLike, total: int) -> Ints:
    """Share `total` out in whole numbers by largest remainder; ties go to the first."""
    w = np.asarray(weights, dtype=np.float64)
    exact = w / w.sum() * total
    whole: Ints = np.floor(exact).astype(np.int64)
    left = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return whole


def pick(rng: np.random.Generator, weights: ArrayLike, size: int) -> Ints:
    """Draw `size` indices with probabilities in proportion to `weights`."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found = np.searchsorted(edges / edges[-1], rng.integers(0, FINE, size) / FINE, side="right")
    return np.asarray(found, dtype=np.int64)


def pick_by_row(rng: np.random.Generator, weights: Floats, row: Ints) -> Ints:
    """Draw one column for each entry of `row`, weighted by that row.

    Parameters
    ----------
    weights : float, shape (K, C)
        Every row that is asked for has a positive sum.
    row : int, shape (n,)

    Returns
    -------
    int, shape (n,)
    """
    edges = np.cumsum(weights, axis=1)
    edges /= np.maximum(edges[:, -1:], np.finfo(np.float64).tiny)
    edges += np.arange(len(weights))[:, None]
    place = row + rng.integers(0, FINE, len(row)) / FINE
    found = np.searchsorted(edges.ravel(), place, side="right")
    return np.asarray(found - row * weights.shape[1], dtype=np.int64)


def some(rng: np.random.Generator, candidates: Flags, number: int) -> Ints:
    """Return up to `number` of the indices flagged, drawn without replacement, sorted."""
    places = np.flatnonzero(candidates)
    return np.sort(rng.permutation(places)[:number])
