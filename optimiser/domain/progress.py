"""What a long computation tells its caller while it works. No clock here: the caller owns it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Told when a phase begins and ends and what is being done; this one listens to nothing.

    Commands pass a subclass that times the phases and draws a line on the screen.
    """

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Enclose one phase (`read`, `encode`, `relax`, `polish`, `decode`, `check`, `write`)."""
        yield

    def say(self, text: str) -> None:
        """One short sentence on what is being done now."""


SILENT = Progress()
