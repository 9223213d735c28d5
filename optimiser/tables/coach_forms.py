"""How a coach is named in lists that people keep: one form of all spellings, and the words for nobody."""

from __future__ import annotations

import re

from optimiser.tables.pseudonym_forms import client_form, plain_id

_NOBODY = (
    "-|--|?|ei|ei ole|ei valmentajaa|ei nimetty|nimeämättä|puuttuu|avoin|vapaa|none|n/a|no coach|ingen|saknas"
)
NOBODY = frozenset(_NOBODY.split("|"))
"""What stands in a column of coaches where there is none."""
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_NAME = re.compile(rf"{_WORD}\.?(?:[ ,;]+{_WORD}\.?)+")


def is_nobody(text: str) -> bool:
    """Whether what stands in a column of coaches says that there is none."""
    bare = plain_id(text)
    return not bare or bare in NOBODY


def coach_form(text: str) -> str:
    """Return the one form of what names a coach: a name in any order of its words, an address or an id."""
    bare = plain_id(text)
    if not _NAME.fullmatch(bare):
        return client_form(text)
    return " ".join(sorted(re.findall(_WORD, bare)))
