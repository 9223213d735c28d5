"""The language of a call: `--language`, or the variable OPTIMISER_LANGUAGE; what is printed goes through here."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from optimiser.domain.texts import ENGLISH, Texts
from optimiser.reports.texts import LANGUAGES

OPTION = "--language"
VARIABLE = "OPTIMISER_LANGUAGE"

_SPOKEN: ContextVar[Texts] = ContextVar("spoken", default=ENGLISH)


class Language(StrEnum):
    """Languages that there are texts in."""

    en = "en"
    fi = "fi"
    sv = "sv"


class Spoken(TyperGroup):
    """The group of commands, each with the option of a language."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words)
        for command in self.commands.values():
            command.params.append(_option())


def _option() -> TyperOption:
    """The option as the parser has it; what it says is read in `language_of`, before anything is parsed."""
    room = typer.Typer(add_completion=False)

    @room.command()
    def spoken(
        language: Annotated[
            Language,
            typer.Option(
                envvar=VARIABLE, expose_value=False, help="Language of what is written and printed."
            ),
        ] = Language.en,
    ) -> None: ...

    option = typer.main.get_command(room).params[0]
    assert isinstance(option, TyperOption)
    return option


def language_of(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language that a call asks for; English where it asks for none that there is."""
    asked = environment.get(VARIABLE, "")
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == OPTION:
            asked = following
        elif word.startswith(f"{OPTION}="):
            asked = word.partition("=")[2]
    return asked if asked in LANGUAGES else LANGUAGES[0]


def command_in(app: typer.Typer, texts: Texts) -> Any:
    """Return the command that a call runs, with its help in a language."""
    root = typer.main.get_command(app)
    if texts.language == LANGUAGES[0]:
        return root
    commands = [root, *(root.commands.values() if isinstance(root, TyperGroup) else ())]
    for command in commands:
        command.help = "\n\n".join(map(texts.gettext, (command.help or "").split("\n\n")))
        if command.epilog:
            label, _, example = command.epilog.partition(": ")
            command.epilog = f"{texts.gettext(label)}: {example}"
        for param in command.params:
            if isinstance(param, TyperOption | TyperArgument) and param.help:
                param.help = texts.gettext(param.help)
    return root


@contextmanager
def speaking(texts: Texts) -> Iterator[None]:
    """Make a language the one of the call that is under way."""
    token = _SPOKEN.set(texts)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def texts() -> Texts:
    """Return the words of the call that is under way; English outside of one."""
    return _SPOKEN.get()


def tell(message: str, *, error: bool = False) -> None:
    """Print a message in the language of the call.

    Parameters
    ----------
    message : str
        Made with `said` or `several`; data stay as they are.
    error : bool
        To the standard error.
    """
    print(texts().of(message), file=sys.stderr if error else None)
