"""Load bands that managers know: their names and colours, the same on the page and in the workbook.

95 and 100 per cent belong to the second band, 110 to the third, as in the measures. Shares are told
in whole per cent that stay in their band, so that what is shown and what is counted agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from optimiser.quality.measures import DUST
from optimiser.reports.texts import Texts


@dataclass(frozen=True)
class Band:
    """A band of utilisation.

    Attributes
    ----------
    key : str
        Its key in the measures.
    style : str
        Class in the page's style sheet.
    colour, ink : str
        Fill and the text upon it (contrast at least 4.5).
    """

    key: str
    style: str
    colour: str
    ink: str


FULL, CROWDED = 0.95, 1.1
SHARE_DIGITS = 2

BANDS = (
    Band("<95", "b0", "#cfe3ee", "#1b262c"),
    Band("95-100", "b1", "#2b7a9e", "#ffffff"),
    Band("100-110", "b2", "#f3bf5a", "#1b262c"),
    Band(">110", "b3", "#a8321c", "#ffffff"),
)
"""From the lightest load; told apart by lightness too, not by hue alone."""


def band_names(texts: Texts) -> tuple[str, ...]:
    """Return the bands' names in the order of `BANDS`."""
    _ = texts.gettext
    return (_("below 95 %"), _("95–100 %"), _("100–110 %"), _("above 110 %"))


def band_of(utilisation: float) -> int:
    """Return the index in `BANDS` of a utilisation (share)."""
    return (utilisation >= FULL) + (utilisation > 1.0) + (utilisation > CROWDED)


def band_index(share: str) -> pl.Expr:
    """Return the index in `BANDS` of a column of utilisations, null for none."""
    used = pl.col(share)
    return (used >= FULL).cast(pl.Int64) + (used > 1.0) + (used > CROWDED)


def utilisation(load: str) -> pl.Expr:
    """Return load over capacity, null for a coach without capacity."""
    return pl.when(pl.col("capacity_minutes") > 0).then(pl.col(load) / pl.col("capacity_minutes"))


def told_share(share: pl.Expr) -> pl.Expr:
    """Return a utilisation in whole per cent that stays in its band: 100.4 % is told as 101 %, 94.6 % as 94 %.

    So figures, colours and counts agree, and nobody above an edge is told as not above it.
    """
    rounded, step = share.round(SHARE_DIGITS), 10.0**-SHARE_DIGITS
    return (
        pl.when((share > CROWDED + DUST) & (rounded <= CROWDED))
        .then(CROWDED + step)
        .when((share > 1.0 + DUST) & (rounded <= 1.0))
        .then(1.0 + step)
        .when((share < FULL - DUST) & (rounded >= FULL))
        .then(FULL - step)
        .otherwise(rounded)
        .round(SHARE_DIGITS)
    )
