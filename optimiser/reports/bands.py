"""Load bands that managers know: their names and colours, the same on the page and in the workbook.

95 and 100 per cent belong to the second band, 110 to the third, as in the measures;
counted from utilisations in whole per cent, as they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
