"""The command `optimiser` with all its commands, in the order in which help lists them."""

from __future__ import annotations

from optimiser.cli import commands, office, weekly
from optimiser.cli.app import app

__all__ = ["app", "commands", "office", "weekly"]
