"""The catalogues: every text of the program is there, whole, in Finnish and in Swedish."""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Iterator
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo

from optimiser.cli.catalogue import fresh, path_of, read
from optimiser.reports.texts import CATALOGUES, DOMAIN, LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]
TAG = re.compile(r"<[^<>]+>")
CODED = re.compile(r"`[^`]+`")
LONG = 6
"""Words from which on a translation that equals the English text has been forgotten."""


@pytest.fixture(scope="module")
def texts() -> Catalog:
    """Every text of the program."""
    return fresh()


@pytest.fixture(scope="module", params=OTHERS)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """The catalogue of a language."""
    return read(request.param)


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """One text, or its singular and plural."""
    return [text] if isinstance(text, str) else list(text)


def fields(text: str) -> set[str]:
    """Names of the fields of a template."""
    return {name for _text, name, _form, _conversion in Formatter().parse(text) if name}


def translated(catalogue: Catalog, texts: Catalog) -> Iterator[tuple[Message, Message]]:
    """Every text of the program with its message in a catalogue."""
    for text in texts:
        if text.id:
            found = catalogue.get(text.id)
            assert found is not None, f"not in the catalogue (run make catalogues): {text.id}"
            yield text, found


def test_every_text_is_translated(catalogue: Catalog, texts: Catalog) -> None:
    """No text of the code, the templates, the columns, the policy or the help is without its translation."""
    missing = [t.id for t, found in translated(catalogue, texts) if not all(forms(found.string))]
    assert not missing


def test_no_text_is_left_over(catalogue: Catalog, texts: Catalog) -> None:
    """The catalogue has no text that the program no longer has."""
    known = {tuple(forms(text.id)) for text in texts if text.id}
    assert {tuple(forms(text.id)) for text in catalogue if text.id} <= known


def test_translations_keep_what_is_filled_in(catalogue: Catalog, texts: Catalog) -> None:
    """A translation has the fields of its text: none is lost, none is invented."""
    wrong = []
    for text, found in translated(catalogue, texts):
        asked = [fields(form) for form in forms(text.id)]
        for form in forms(found.string):
            # Of two forms one may say "one" instead of the number.
            least = asked[0] if len(asked) == 1 else asked[0] & asked[-1] - {"count"}
            if not least <= fields(form) <= set().union(*asked):
                wrong.append((text.id, form))
    assert not wrong


def test_translations_keep_markup(catalogue: Catalog, texts: Catalog) -> None:
    """Tags, and what stands between backticks, are the same in every language."""
    wrong = [
        text.id
        for text, found in translated(catalogue, texts)
        if set(TAG.findall(forms(text.id)[-1])) != set(TAG.findall(forms(found.string)[-1]))
        or set(CODED.findall(forms(text.id)[-1])) - set(CODED.findall(forms(found.string)[-1]))
    ]
    assert not wrong


def test_no_sentence_is_still_english(catalogue: Catalog, texts: Catalog) -> None:
    """A text of several words is not its own translation."""
    same = [
        text.id
        for text, found in translated(catalogue, texts)
        if forms(text.id) == forms(found.string) and len(forms(text.id)[0].split()) >= LONG
    ]
    assert not same


@pytest.mark.parametrize("language", OTHERS)
def test_compiled_is_what_is_written(language: str) -> None:
    """The compiled catalogue beside each `.po` says the same, to the byte."""
    compiled = io.BytesIO()
    write_mo(compiled, read(language))
    assert path_of(language, "mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("language", OTHERS)
def test_the_program_reads_it(language: str) -> None:
    """What the program asks for in a language comes in that language."""
    found = gettext.translation(DOMAIN, str(CATALOGUES), [language])
    assert found.gettext("Equal treatment") not in ("", "Equal treatment")
