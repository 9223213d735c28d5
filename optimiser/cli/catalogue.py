"""The message catalogues brought up to date with the code: `make catalogues`.

Texts are found in the code (`_`, `gettext`, `ngettext`, `said`, `several`, `mark`), in the templates, and in what
is declared: columns, policy, rules, prices, commands. Needs Babel, which only the makers of the product have.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract
from pydantic import BaseModel
from typer.core import TyperArgument, TyperGroup, TyperOption

from optimiser.allocation.prices import PRICES
from optimiser.allocation.rules import RULES
from optimiser.cli.columns import WRITTEN
from optimiser.domain.columns import KIND_WORDS
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.reports.texts import CATALOGUES, DOMAIN, LANGUAGES

PACKAGE = Path(__file__).parents[1]
KEYWORDS = {"_": None, "gettext": None, "said": None, "mark": None, "ngettext": (1, 2), "several": (1, 2)}
"""Calls whose first text, or first two, are for the catalogues."""
MADE = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in the head of every catalogue, so that equal texts give equal files."""
HEAD: dict[str, Any] = {
    "project": "optimiser",
    "version": "any",
    "header_comment": "# Texts of the optimiser; brought up to date with make catalogues.",
    "msgid_bugs_address": "",
    "last_translator": "",
    "language_team": "",
    "creation_date": MADE,
    "revision_date": MADE,
    "fuzzy": False,
}
Text = str | tuple[str, ...]


def texts_of_the_code() -> Iterator[tuple[Text, str]]:
    """Yield every text that is written in the code or in a template, with its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _extracted("python", path)
    for path in sorted(PACKAGE.rglob("*.j2")):
        yield from _extracted(babel_extract, path)


def _extracted(method: Any, path: Path) -> Iterator[tuple[Text, str]]:
    options = {"extensions": "jinja2.ext.loopcontrols", "encoding": "utf-8"}
    with io.BytesIO(path.read_bytes()) as file:
        for _line, found, _comments, _context in extract(method, file, KEYWORDS, (), options):
            yield found, path.relative_to(PACKAGE).as_posix()


def declared_texts() -> Iterator[tuple[Text, str]]:
    """Yield every text that is declared: of tables, policy, rules, prices and commands."""
    for table in (*TABLES.values(), *WRITTEN):
        yield table.description, "columns"
        for column in table.columns:
            yield column.description, "columns"
            yield column.unit, "columns"
            yield column.name.removesuffix("_id").replace("_", " ").capitalize(), "columns"
    yield from ((word, "columns") for word in KIND_WORDS.values())
    yield from ((text, "policy") for text in policy_texts(Policy))
    yield from ((rule.title, "rules") for rule in RULES.values())
    yield from ((price.title, "prices") for price in PRICES.values())
    yield from ((text, "commands") for text in command_texts())


def policy_texts(section: type[BaseModel]) -> Iterator[str]:
    """Yield what a section of the policy and those below it say of their fields."""
    yield (section.__doc__ or "").strip()
    for field in section.model_fields.values():
        yield field.description or ""
        extra = field.json_schema_extra
        yield str(extra.get("unit", "")) if isinstance(extra, dict) else ""
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from policy_texts(part)


def command_texts() -> Iterator[str]:
    """Yield what `--help` says."""
    from optimiser.cli.main import app

    root = typer.main.get_command(app)
    for command in (root, *(root.commands.values() if isinstance(root, TyperGroup) else ())):
        yield from (command.help or "").split("\n\n")
        yield (command.epilog or "").partition(": ")[0]
        yield from (p.help or "" for p in command.params if isinstance(p, TyperOption | TyperArgument))


def fresh() -> Catalog:
    """Return a catalogue of every text, without translations."""
    catalogue = Catalog(**HEAD)
    for text, place in (*texts_of_the_code(), *declared_texts()):
        if text:
            catalogue.add(text, locations=[(place, 0)])
    return catalogue


def path_of(language: str, suffix: str = "po") -> Path:
    """Where the catalogue of a language is kept."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.{suffix}"


def read(language: str) -> Catalog:
    """Return the catalogue of a language as it is kept; an empty one where there is none yet."""
    file = path_of(language)
    if not file.exists():
        return Catalog(locale=language, **HEAD)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def write(catalogue: Catalog, language: str) -> None:
    """Write a catalogue, and its compiled form beside it."""
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, include_lineno=False, width=110, ignore_obsolete=True)
    with path_of(language, "mo").open("wb") as stream:
        write_mo(stream, catalogue)


def refresh() -> list[str]:
    """Bring the catalogues up to date; return a line on each."""
    told = []
    for language in (code for code in LANGUAGES if code != "en"):
        catalogue = read(language)
        catalogue.update(fresh(), no_fuzzy_matching=True, update_header_comment=False)
        catalogue.creation_date = catalogue.revision_date = MADE
        write(catalogue, language)
        texts = [message for message in catalogue if message.id]
        done = sum(all(m.string if isinstance(m.string, tuple) else (m.string,)) for m in texts)
        told.append(f"{language}: {done} of {len(texts)} texts translated")
    return told


if __name__ == "__main__":
    print("\n".join(refresh()), file=sys.stdout)
