"""The message catalogues: English stands in the code, Finnish and Swedish in `optimiser/locales`."""

from __future__ import annotations

import gettext as catalogues
from pathlib import Path

from optimiser.domain.errors import OptimiserError
from optimiser.domain.texts import DASH, THIN, Texts, said

__all__ = ["CATALOGUES", "DASH", "DOMAIN", "LANGUAGES", "THIN", "Texts", "texts_in"]

CATALOGUES = Path(__file__).parents[1] / "locales"
DOMAIN = "optimiser"
LANGUAGES = ("en", "fi", "sv")


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
        known = ", ".join(LANGUAGES)
        text = said("There are no texts in “{language}”. Try one of {known}.", language=language, known=known)
        raise OptimiserError(text) from error
    return _bound(language, found, ",")


def _bound(language: str, found: catalogues.NullTranslations, decimal: str) -> Texts:
    """Return texts in which no per cent sign is parted from its number by the end of a line."""

    def one(text: str) -> str:
        return found.gettext(text).replace(" %", f"{THIN}%")

    def several(text: str, plural: str, count: int) -> str:
        return found.ngettext(text, plural, count).replace(" %", f"{THIN}%")

    return Texts(language, one, several, decimal)
