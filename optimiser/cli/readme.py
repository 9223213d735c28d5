"""The README's tables, written from the commands, rules, prices and columns: `make readme`."""

from __future__ import annotations

import enum
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from optimiser.allocation.prices import PRICES
from optimiser.allocation.rules import RULES
from optimiser.cli.columns import columns_text
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy


def commands_text() -> str:
    """Return the commands, and below them their options, as two Markdown tables."""
    from optimiser.cli.main import app

    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    lines = ["| command | what it does |", "| --- | --- |"]
    options: dict[tuple[str, str, str], list[str]] = {}
    for name, command in group.commands.items():
        words = ["optimiser", name, *_required(command.params)]
        lines.append(f"| `{' '.join(words)}` | {(command.help or '').strip()} |")
        for option in _options(command.params):
            options.setdefault(option, []).append(name)
    lines += ["", "| option | of | default | meaning |", "| --- | --- | --- | --- |"]
    for (words_of, default, meaning), names in options.items():
        lines.append(f"| `{words_of}` | {', '.join(names)} | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _required(params: Sequence[object]) -> Iterator[str]:
    for param in params:
        if isinstance(param, TyperArgument):
            word = str(param.name).upper()
            yield word if param.required else f"[{word}]"
        elif isinstance(param, TyperOption) and param.required:
            yield f"{param.opts[0]} {str(param.name).upper()}"


def _options(params: Sequence[object]) -> Iterator[tuple[str, str, str]]:
    """Words, default and meaning of every option that may be left out."""
    for param in params:
        if not isinstance(param, TyperOption) or param.required:
            continue
        last = str(param.name).split("_")[-1].upper()
        yield param.opts[0] + ("" if param.is_flag else f" {last}"), _default(param.default), param.help or ""


def _default(value: object) -> str:
    """A default in words; of a choice, the others too."""
    if isinstance(value, enum.Enum):
        others = [str(item.value) for item in type(value) if item is not value]
        return f"{value.value} (or {', '.join(others)})"
    return "" if value is None or isinstance(value, bool) else str(value)


def rules_text() -> str:
    """Return the rules that a policy can switch off as a Markdown table."""
    rules = Policy().rules
    lines = ["| rule | why a coach may not serve a client | on by default |", "| --- | --- | --- |"]
    for rule in RULES.values():
        lines.append(f"| `{rule.name}` | {rule.title} | {'yes' if getattr(rules, rule.name).on else 'no'} |")
    return "\n".join(lines) + "\n"


def prices_text() -> str:
    """Return the prices as a Markdown table."""
    each = {"pair": "client and coach", "client": "client who changes coach", "coach": "coach"}
    lines = ["| price | minutes a month for | counted per |", "| --- | --- | --- |"]
    lines += [f"| `{price.name}` | {price.title} | {each[price.of]} |" for price in PRICES.values()]
    return "\n".join(lines) + "\n"


PARTS = {"commands": commands_text, "rules": rules_text, "prices": prices_text, "columns": columns_text}
"""Marker in the README to what stands between it and its end."""


def refreshed(text: str) -> str:
    """Return a README with every part between `<!-- name -->` and `<!-- /name -->` written anew.

    Raises
    ------
    InputError
        Where a pair of markers is missing.
    """
    for name, part in PARTS.items():
        found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
        if found is None:
            advice = f"Put <!-- {name} --> and <!-- /{name} --> where the table belongs."
            raise InputError([Complaint("README.md", 0, "", name, "the markers are missing", advice)])
        text = text[: found.start(1)] + part().rstrip("\n") + "\n" + text[found.end(1) :]
    return text


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(refreshed(readme.read_text(encoding="utf-8")), encoding="utf-8")
