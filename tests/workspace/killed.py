"""A process that applies or undoes, and kills itself when it is told a certain thing.

Words: what (apply, undo, update, forget, purge), workspace, plan folder, the saying at which to die and the how manieth.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path

from optimiser.domain.policy import Policy
from optimiser.domain.progress import Progress
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current
from optimiser.workspace.apply import Order, apply, undo
from optimiser.workspace.forget import Before, forget, purge_before
from tests.workspace.plans import AT, salts, small, taken_in


class Deadly(Progress):
    """Kills the process without any tidying up at the n-th time it is told something."""

    def __init__(self, saying: str, times: int) -> None:
        self.saying, self.left = saying, times

    def say(self, text: str) -> None:
        """Listen, and die."""
        if text == self.saying:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def main(what: str, workspace: Path, out: Path, saying: str, times: int) -> None:
    """Do it."""
    deadly = Deadly(saying, times)
    if what == "apply":
        known = (workspace / "log.sqlite").exists()
        snapshot = read_snapshot(current(workspace)) if known else small()
        apply(snapshot, Order(workspace, out, AT), salts(), deadly)
    elif what == "undo":
        undo(workspace, AT, progress=deadly)
    elif what == "update":
        taken_in(workspace, out, deadly)
    elif what == "forget":
        day = read_snapshot(current(workspace)).date
        at = f"{day.isoformat()}T08:00:00+00:00"
        forget(workspace, Before(day, day), Policy(), at, progress=deadly)
    else:
        purge_before(workspace, date(2030, 1, 1), AT)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
