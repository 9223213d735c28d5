"""Nothing leaves the machine, nor the folders named: every command does its work with the network cut."""

from __future__ import annotations

import os

import typer
from typer.core import TyperGroup

from optimiser.cli.main import app
from tests.cli.every_command import Ran, commands, cutting


def test_no_command_is_left_out() -> None:
    """Each command that there is stands among those that are run."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    assert set(commands()) == set(root.commands)


def test_every_command_works_without_the_network(every_command: Ran) -> None:
    """Nothing tries to connect, to listen or to look a name up, and every command ends well.

    Where changes are checked (CI=true) the system itself must have cut the network: the interpreter's own
    events do not tell of native code.
    """
    assert every_command.watched
    assert every_command.cut == (bool(cutting()) or os.environ.get("CI") == "true")
    failed = [(call["words"], call["code"], call["err"]) for call in every_command.calls if call["code"]]
    assert not failed
    assert not [call["words"] for call in every_command.calls if "network: " in call["err"]]
    assert len(every_command.calls) == len(commands())


def test_nothing_lies_in_the_folder_for_passing_files(every_command: Ran) -> None:
    """Parts of workbooks, with names and identity codes in them, are never put where others look."""
    assert not every_command.strays
    left = [path.name for path in every_command.folder.rglob("*") if path.name.endswith((".parts", ".new"))]
    assert not left
