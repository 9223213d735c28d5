"""No sentence reaches a user but through the catalogues: a scan of the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "optimiser"

SENTENCE = re.compile(r"[^\W\d_]{2,}[,;:.]? [^\W\d_]{2,}")
"""Two words with a space between them."""
MADE = frozenset({"said", "several", "mark", "gettext", "ngettext", "_"})
"""Calls that hand a text to the catalogues; what stands in them is extracted by `optimiser.cli.catalogue`."""
DECLARED = frozenset({"Column", "Table", "Field", "Option", "Argument", "Typer", "command", "Rule", "Price"})
"""Calls that declare a text with what it describes; `catalogue.declared_texts` reads them where they are kept."""
NO_TEXT = frozenset({"compile", "fullmatch", "match", "search", "sub", "split", "contains", "extract"})
"""Calls whose texts are patterns."""
NOT_FOR_READING = re.compile(r"\s*(optimiser [a-z]|<|(SELECT|INSERT|DELETE|PRAGMA|BEGIN|CREATE)\b)")
"""How a command to copy, markup and SQL begin."""
WHOLE_FILES = {
    "tables/names.py": "common Finnish names, compared with the cells of a column",
    "tables/languages.py": "language codes, apart by spaces",
    "tables/look_words.py": "headings as people write them, apart by spaces",
    "tables/personal_headings.py": "headings as people write them, apart by spaces",
    "cli/catalogue.py": "the head of the catalogues; needs Babel, which only the makers have",
    "cli/readme.py": "writes the README, which is English",
}
"""Files without a sentence for users, and why they hold words."""
CODES = frozenset({"interpreter minutes", "former coach", "no room", "no way", "least loaded", "round robin"})
"""Codes of two words: where they are shown, a marked text stands for them."""
TEXTS = {
    ("__init__.py", "module 'optimiser' has no attribute "): "for programmers",
    ("allocation/intake/course.py", "drawn at random"): "a cell of a made-up snapshot: data",
    ("cli/contacts.py", "minutes of meetings, hours and extra hours"): "summary.json: for programs",
    ("cli/cover_temporary.py", "minutes of meetings"): "summary.json: for programs",
    ("cli/entry.py", "Stopped. Nothing was written."): "Ctrl-C before the catalogues can be read",
    ("domain/policy.py", "three months"): "name of a rhythm: a value of the policy",
    ("domain/policy.py", "Nordic model"): "name of a rhythm: a value of the policy",
    ("domain/policy.py", "by need"): "name of a rhythm: a value of the policy",
    ("domain/policy_triage.py", "municipal trial"): "name of a rule: a value of the policy",
    ("domain/policy_triage.py", "municipal employment services"): "name of a rule: a value of the policy",
    ("domain/policy_triage.py", "Section 4 as amended"): "source of a rule: a value of the policy",
    ("domain/policy_triage.py", "In force from 1.1.2025"): "source of a rule: a value of the policy",
    ("solver/solve.py", "units that must be served"): "between rooms: whoever asks says it to the user",
    ("tables/demo/staff.py", "Integration services"): "a cell of the made-up region: data",
    ("tables/demo/staff.py", "youth team"): "a cell of the made-up region: data",
    ("tables/demo/staff.py", ", small offices"): "a cell of the made-up region: data",
    ("tables/coach_forms.py", "-|--|"): "cells that stand for nobody",
}
"""Single texts (or how they begin) that stay as they are, and why."""


def sentences(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of every literal that looks like a sentence and is given to no catalogue."""
    tree = ast.parse(source)
    told = {id(node) for call in ast.walk(tree) if _tells(call) for node in ast.walk(call)}
    told |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    told |= {id(node.msg) for node in ast.walk(tree) if isinstance(node, ast.Assert)}
    told |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = _text(node)
        if id(node) in told or text in CODES or NOT_FOR_READING.match(text):
            continue
        if SENTENCE.search(text):
            yield getattr(node, "lineno", 0), text


def _text(node: ast.AST) -> str:
    """The words of a literal; fields of a formatted one are left out."""
    if isinstance(node, ast.JoinedStr):
        return "{}".join(part.value for part in node.values if _is_text(part))
    return node.value if _is_text(node) else ""


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _tells(node: ast.AST) -> bool:
    """Whether a call hands its texts to the catalogues, declares them, or takes patterns."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in MADE | DECLARED | NO_TEXT


def found_in(path: Path) -> list[str]:
    """The sentences of one file that are not excused, each with its place."""
    name = path.relative_to(PACKAGE).as_posix()
    if name in WHOLE_FILES:
        return []
    read = path.read_text(encoding="utf-8")
    begins = tuple(text for file, text in TEXTS if file == name)
    return [f"{name}:{line}: {text}" for line, text in sentences(read) if not text.startswith(begins)]


@pytest.mark.parametrize(
    "room", ["", *sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists())]
)
def test_every_sentence_goes_through_the_catalogues(room: str) -> None:
    """Each text of two words or more is a message, a marked text, a declaration, a pattern, or excused."""
    files = (PACKAGE / room).rglob("*.py") if room else PACKAGE.glob("*.py")
    left = [text for path in sorted(files) for text in found_in(path)]
    assert left == []


def test_what_is_excused_is_there() -> None:
    """An excuse for a file or a text that has gone must go as well."""
    assert [name for name in WHOLE_FILES if not (PACKAGE / name).is_file()] == []
    for name, text in TEXTS:
        found = [words for _, words in sentences((PACKAGE / name).read_text(encoding="utf-8"))]
        assert any(words.startswith(text) for words in found), (name, text)


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ('problem = "the file is empty"', 1),
        ('problem = f"the file {name} is empty"', 1),
        ('tell("there is" + " nothing")', 1),
        ('problem = said("the file is empty")', 0),
        ('head = _("the file") + texts.ngettext("a file", "two files", 2)', 0),
        ('"""A docstring of words."""', 0),
        ('code = "client_id"', 0),
        ('pattern = re.compile("one two")', 0),
    ],
)
def test_the_scan_sees_what_it_should(code: str, count: int) -> None:
    """Plain and formatted sentences are seen; messages, docstrings, codes and patterns are not objected to."""
    assert len(list(sentences(code))) == count
