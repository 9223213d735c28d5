"""What the reader's language decides: words, numbers, dates. English stands in the code; catalogues translate."""

from __future__ import annotations

import gettext as catalogues
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from optimiser.domain.errors import OptimiserError

CATALOGUES = Path(__file__).parent / "locales"
DOMAIN = "reports"
THIN = "\u202f"
"""Narrow no-break space: between thousands and before the per cent sign."""
DASH = "\u2013"
"""Stands in a cell that has no value."""


@dataclass(frozen=True)
class Texts:
    """Words and forms of one language.

    Attributes
    ----------
    language : str
        Code for the page's `lang`.
    gettext : callable
        English text to the reader's text.
    ngettext : callable
        English singular, English plural and a count to the reader's text.
    decimal : str
        Decimal mark.
    """

    language: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    decimal: str = "."

    def number(self, value: float | None, digits: int = 0) -> str:
        """Return a number with thin-space thousands; a dash for none and for what is not finite."""
        if value is None or not math.isfinite(value):
            return DASH
        text = f"{value:,.{digits}f}".replace(",", THIN).replace(".", self.decimal)
        return text.lstrip("-") if not any(c in "123456789" for c in text) else text.replace("-", "\u2212")

    def signed(self, value: float | None, digits: int = 0) -> str:
        """Return a number with its sign, also where it is above 0."""
        text = self.number(value, digits)
        return (
            f"+{text}"
            if value is not None and value > 0 and text not in (DASH, self.number(0.0, digits))
            else text
        )

    def share(self, value: float | None, digits: int = 0) -> str:
        """Return a share (0.5) as per cent (50 %)."""
        if value is None or not math.isfinite(value):
            return DASH
        return self.gettext("{number} %").format(number=self.number(100 * value, digits))

    def proven(self, gap: float) -> str:
        """Return a gap as per cent, rounded up: a proof is never flattered by rounding."""
        if not math.isfinite(gap):
            return DASH
        if gap <= 0:
            return self.share(0.0)
        digits = 3 if gap >= 1e-5 else 4
        step = 10.0 ** -(digits + 2)
        return self.share(math.ceil(gap / step - 1e-6) * step, digits)

    def day(self, value: Date) -> str:
        """Return a date as it is written in the reader's language."""
        return self.gettext("{day}.{month}.{year}").format(day=value.day, month=value.month, year=value.year)


def texts_in(language: str = "en") -> Texts:
    """Return the texts of a language.

    Raises
    ------
    OptimiserError
        Where there is no catalogue for it.
    """
    if language == "en":
        plain = catalogues.NullTranslations()
        return _bound("en", plain, ".")
    try:
        found = catalogues.translation(DOMAIN, str(CATALOGUES), [language])
    except FileNotFoundError as error:
        raise OptimiserError(f"There are no report texts in {language!r}. Try en.") from error
    return _bound(language, found, ",")


def _bound(language: str, found: catalogues.NullTranslations, decimal: str) -> Texts:
    """Return texts in which no per cent sign is parted from its number by the end of a line."""

    def one(text: str) -> str:
        return found.gettext(text).replace(" %", f"{THIN}%")

    def several(text: str, plural: str, count: int) -> str:
        return found.ngettext(text, plural, count).replace(" %", f"{THIN}%")

    return Texts(language, one, several, decimal)
