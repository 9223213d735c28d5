"""Every text of every page and workbook comes from the catalogues: read in a language that marks what does."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from optimiser.cli.catalogue import fresh
from optimiser.domain.moves import DECISIONS, KINDS, MOVES
from optimiser.domain.plan import STATUSES
from optimiser.domain.schema import REASON_CODES
from optimiser.reports.texts import DOMAIN
from optimiser.tables.moves_file import FINNISH
from tests.reports.commanded import REGION, names_in
from tests.reports.pages import Element, Page
from tests.reports.products import BOOKS, DATA, MESSAGES, NAMES, PAGES, Make, full_facts

OPEN, CLOSE = "⟦", "⟧"
READ = ("title", "alt", "aria-label", "placeholder", "content")
"""Attributes that are read out."""
MACHINE = (*KINDS, *STATUSES, *DECISIONS, *FINNISH, *REASON_CODES)
"""Codes that the sheet of moves keeps, because it is read again."""


class Marked(gettext.NullTranslations):
    """A language in which each text stands in brackets; it remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        """Return the text in brackets."""
        self.asked.add(message)
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return one of the forms in brackets."""
        self.asked.add(msgid1)
        return f"{OPEN}{msgid1 if n == 1 else msgid2}{CLOSE}"


@pytest.fixture(autouse=True)
def marked(monkeypatch: pytest.MonkeyPatch) -> Marked:
    """Let every catalogue be the marked one."""
    catalogue = Marked()
    found = gettext.translation

    def translation(domain: str, *words: Any, **named: Any) -> gettext.NullTranslations:
        return catalogue if domain == DOMAIN else found(domain, *words, **named)

    monkeypatch.setattr(gettext, "translation", translation)
    return catalogue


@pytest.fixture(scope="module")
def extracted() -> set[str]:
    """Every text that `make catalogues` finds."""
    found = [message.id for message in fresh() if message.id]
    return {text if isinstance(text, str) else text[0] for text in found}


def outside(text: str) -> str:
    """Return what stands in no bracket, a space in the place of each bracket."""
    depth, kept = 0, []
    for letter in text:
        depth += letter == OPEN
        if not depth:
            kept.append(letter)
        if letter == CLOSE:
            depth -= 1
            kept.append(" ")
    return "".join(kept)


def data(folder: Path) -> list[str]:
    """Every text that belongs to the facts, the longest first."""
    facts = full_facts()
    snapshot, plan = facts.snapshot, facts.plan
    found = {snapshot.region, snapshot.source, facts.policy.name, *DATA, *NAMES.values()}
    found |= {plan.certificate.fingerprint, plan.certificate.policy_fingerprint, snapshot.fingerprint()}
    found |= set(snapshot.municipalities["name"]) | set(snapshot.units["name"].drop_nulls())
    found |= {f"{name} {version}" for name, version in facts.summary["versions"].items()}
    found |= set(facts.robustness["change"])
    found |= {r.file for r in snapshot.set_aside}
    for column in ("reason", "barred_by", "repair"):
        found |= set(plan.rows[column].drop_nulls())
    if (folder / REGION).exists():
        found |= names_in(folder)
    return sorted(filter(None, found), key=len, reverse=True)


def untranslated(text: str, known: list[str]) -> str:
    """Return the words of a text that are neither from a catalogue nor data; empty for none."""
    left = outside(text)
    for piece in known:
        left = left.replace(piece, " ")
    left = re.sub(r"\b[0-9a-f]{12,}\b|\b[ACKU]\d+\b", " ", left)
    return " ".join(re.findall(r"[^\W\d_]+", left))


def texts_of(root: Element) -> list[str]:
    """Return every piece of text of a page that is seen or read out."""
    found = [] if root.tag in ("style", "script", "code") else list(root.pieces)
    if root.tag != "meta":
        found += [root.attributes[name] for name in READ if name in root.attributes]
    return found + [text for child in root.children for text in texts_of(child)]


def test_what_is_no_text_of_a_catalogue_is_found() -> None:
    """The test itself sees a bare word, beside and around texts of catalogues, and lets data pass."""
    assert untranslated("⟦A ⟦B⟧ c⟧ yes K001 12.5 % –", ["K001"]) == "yes"
    assert untranslated("⟦{n} x⟧: Tampere 3", ["Tampere"]) == ""


@pytest.mark.parametrize("name", PAGES)
def test_pages_speak_through_the_catalogues(name: str, tmp_path: Path) -> None:
    """No word of a page, of its pictures and of what is read out stands in the code untranslated."""
    PAGES[name](tmp_path / "page.html", "fi")
    root = Page((tmp_path / "page.html").read_text(encoding="utf-8")).root
    texts, known = texts_of(root), data(tmp_path)
    bare = {untranslated(text, known): text for text in texts}
    bare.pop("", None)
    assert not bare
    assert sum(OPEN in text for text in texts) > 15


@pytest.mark.parametrize("name", BOOKS)
def test_workbooks_speak_through_the_catalogues(name: str, tmp_path: Path) -> None:
    """No cell, no name of a sheet and no message of a choice stands in the code untranslated."""
    BOOKS[name](tmp_path / "book.xlsx", "fi")
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    known = data(tmp_path)
    headings = {c.fi.replace("_", " ").capitalize() for c in MOVES.columns}
    bare = {}
    for page in book:
        list_of_moves = "Move list" in page.title
        allowed = [*known, *(sorted(MACHINE, key=len, reverse=True) if list_of_moves else ())]
        texts = [c.value for row in page.iter_rows() for c in row if isinstance(c.value, str)]
        texts += [rule.error for rule in page.data_validations.dataValidation if rule.error]
        for text in texts:
            if text not in headings:
                bare[untranslated(text, allowed)] = (page.title, text)
    bare.pop("", None)
    assert not bare
    assert untranslated(str(book.properties.title), known) == ""


@pytest.mark.parametrize(
    "make", [*PAGES.values(), *BOOKS.values()], ids=[*PAGES, *(f"{b} book" for b in BOOKS)]
)
def test_what_is_asked_for_is_in_the_catalogues(
    make: Make, tmp_path: Path, marked: Marked, extracted: set[str]
) -> None:
    """Each text that a page or workbook asks for is one that the catalogues are made of."""
    make(tmp_path / "written", "fi")
    unknown = marked.asked - extracted - {*DATA, *MESSAGES}
    assert not unknown
