"""Words in the reader's language: sentences that remember their template, and the forms of numbers and dates.

A sentence made on a lower floor is a `Message`: an English text that still knows what it was made of, so that
the floor that shows it can say it in another language. Catalogues are read above (`reports.texts`).
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from typing import Any

THIN = "\u202f"
"""Narrow no-break space: between thousands and before the per cent sign on pages."""
NO_BREAK = "\u00a0"
"""No-break space: between thousands in sentences, which screens of any kind can show."""
BETWEEN = ", "
"""Stands between the parts of a list."""
DASH = "\u2013"
"""Stands in a cell that has no value."""


class Message(str):
    """An English sentence that can be said in other languages.

    Attributes
    ----------
    template, plural : str
        What the catalogues know: the text with fields in braces; `plural` is empty where there is one form,
        both are for a list, whose parts are said one by one.
    values : dict
        Field to what fills it: numbers, dates, texts, or further messages.
    """

    template: str
    plural: str
    values: dict[str, Any]

    @classmethod
    def of(cls, template: str, plural: str, values: dict[str, Any]) -> Message:
        """Make a message; `said` and `several` are the short ways."""
        chosen = template if not plural or values["count"] == 1 else plural
        message = cls(_ENGLISH_FORMS.vformat(chosen, (), values))
        message.template, message.plural, message.values = template, plural, values
        return message


def said(template: str, /, **values: Any) -> Message:
    """Return a sentence.

    Parameters
    ----------
    template : str
        English text with named fields in braces, `{rows:,} rows`; format specifications as of `str.format`.
    values : object
        What fills the fields.
    """
    return Message.of(template, "", values)


def several(singular: str, plural: str, count: int, /, **values: Any) -> Message:
    """Return a sentence that depends on a number, which fills the field `count`."""
    return Message.of(singular, plural, values | {"count": count})


def listed(parts: Sequence[str]) -> Message:
    """Return texts with commas between them; each is said in the reader's language."""
    message = Message(BETWEEN.join(parts))
    message.template, message.plural = "", ""
    message.values = {str(place): part for place, part in enumerate(parts)}
    return message


def mark(text: str) -> str:
    """Return a text as it is; the catalogues take it up, and whoever shows it asks them for it."""
    return text


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

    def of(self, text: str) -> str:
        """Return a text in the reader's language; a text that is no message is data and stays as it is."""
        if not isinstance(text, Message) or self.language == "en":
            return str(text)
        if not text.template:
            return BETWEEN.join(self.of(part) for part in text.values.values())
        if text.plural:
            template = self.ngettext(text.template, text.plural, text.values["count"])
        else:
            template = self.gettext(text.template)
        return _Forms(self).vformat(template.replace(THIN, NO_BREAK), (), text.values)

    def plain(self) -> Texts:
        """Return the texts as tables and screens have them: English as in the code, no thin spaces elsewhere."""
        if self.language == "en":
            return ENGLISH
        return replace(
            self,
            gettext=lambda text: self.gettext(text).replace(THIN, NO_BREAK),
            ngettext=lambda one, many, count: self.ngettext(one, many, count).replace(THIN, NO_BREAK),
        )

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


class _Forms(string.Formatter):
    """Fills the fields of a sentence with the forms of a language; English has those of the program."""

    def __init__(self, texts: Texts | None = None) -> None:
        self.texts = texts

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return one field; further messages are said in the same language."""
        if self.texts is None:
            return str(format(value, format_spec))
        if isinstance(value, str):
            return format(self.texts.of(value), format_spec)
        if isinstance(value, Date):
            return self.texts.day(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            marks = {",": NO_BREAK, ".": self.texts.decimal}
            return "".join(marks.get(c, c) for c in format(value, format_spec))
        return str(format(value, format_spec))


_ENGLISH_FORMS = _Forms()

ENGLISH = Texts("en", str, lambda one, many, count: one if count == 1 else many)
"""The texts as they stand in the code."""
