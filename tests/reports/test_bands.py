"""Shares as they are told, and the bands they are counted in."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from optimiser.quality.measures import DUST
from optimiser.reports.bands import band_of, told_share


@given(st.floats(0, 3) | st.sampled_from([0.946, 0.95, 1.0, 1.0 + 1e-12, 1.004, 1.1, 1.104]))
def test_a_told_share_stays_in_its_band(share: float) -> None:
    """Rounding never takes a coach over an edge: nobody above 110 % is told as 110 %, nor the other way."""
    told = float(pl.DataFrame({"s": [share]}).select(told_share(pl.col("s"))).item())
    exact = int(share >= 0.95 - DUST) + int(share > 1.0 + DUST) + int(share > 1.1 + DUST)
    assert band_of(told) == exact
    assert abs(told - share) <= 0.01 + DUST
    assert np.isclose(100 * told, round(100 * told))
