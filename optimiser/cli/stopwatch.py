"""The clock: phases timed and shown. Nothing below the command line knows the time."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from optimiser.cli.speak import texts
from optimiser.domain.progress import Progress
from optimiser.domain.texts import mark

WORDS = {
    "read": mark("Reading the tables"),
    "look": mark("Counting the hours of today"),
    "encode": mark("Grouping equal clients"),
    "relax": mark("Finding the best that any plan could reach"),
    "polish": mark("Making the plan"),
    "decode": mark("Writing down reasons"),
    "check": mark("Checking the plan from the facts"),
    "solve": mark("Trying budgets of moves"),
    "steps": mark("Putting the moves in order"),
    "overload": mark("Looking behind the overload"),
    "advise": mark("Testing the advice"),
    "due": mark("Finding out what is due"),
    "calendar": mark("Filling the calendars"),
    "meetings": mark("Looking for first meetings"),
    "cover": mark("Looking for deputies"),
    "triage": mark("Asking who belongs to the target group"),
    "forecast": mark("Expecting arrivals and departures"),
    "decide": mark("Reading the decisions"),
    "compare": mark("Comparing with the snapshot"),
    "purge": mark("Purging what is old"),
    "month": mark("Counting the months"),
    "write": mark("Writing files"),
    "make": mark("Making the region"),
}
"""What each phase is called on the screen."""


class Stopwatch(Progress):
    """Times phases and shows the present one on the standard error, if that is a screen.

    Attributes
    ----------
    seconds : dict
        Phase to the seconds spent in it.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._start = time.perf_counter()
        self._status = Console(stderr=True).status("") if sys.stderr.isatty() else None
        self._now = ""

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time one phase; repeated phases add up."""
        begun = time.perf_counter()
        self._show(texts().gettext(WORDS[name]) if name in WORDS else name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun

    def say(self, text: str) -> None:
        """Show one sentence beside the phase."""
        self._show(f"{self._now.split(' … ')[0]} … {texts().of(text)}")

    def total(self) -> float:
        """Seconds since the command began."""
        return time.perf_counter() - self._start

    def __enter__(self) -> Stopwatch:
        return self

    def __exit__(self, *_: object) -> None:
        """Clear the line, also where the command ends in an error."""
        if self._status is not None:
            self._status.stop()

    def _show(self, text: str) -> None:
        self._now = text
        if self._status is not None:
            self._status.update(text)
            self._status.start()


def peak_memory_mb() -> float:
    """Most memory this process has held, MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux counts the memory of the process that started this one into ru_maxrss; VmHWM is its own.
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if found:
            return int(found.group(1)) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
