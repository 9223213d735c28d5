"""Nothing leaves the machine: every command does its work with the network cut."""

from __future__ import annotations

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
    """Nothing tries to connect, to listen or to look a name up, and every command ends well."""
    assert every_command.watched
    assert every_command.cut == bool(cutting())
    failed = [(call["words"], call["code"], call["err"]) for call in every_command.calls if call["code"]]
    assert not failed
    assert not [call["words"] for call in every_command.calls if "network: " in call["err"]]
    assert len(every_command.calls) == len(commands())
