"""One at a time in a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.lock import held
from optimiser.tables.staged import OWNERS_FOLDER, owners_alone
from optimiser.workspace.disk import written
from optimiser.workspace.folder import is_workspace

LOCK = ".lock"


@contextmanager
def locked(workspace: Path) -> Iterator[None]:
    """Hold a workspace alone; without a log afterwards the lock and folders made for it go again.

    The lock file stays in a workspace. What an earlier version left there for others to read is its owner's
    alone from then on.

    Parameters
    ----------
    workspace : Path
        The workspace; need not be there yet.

    Raises
    ------
    InputError
        Where somebody else holds it, or nothing can be written there.
    """
    made = [folder for folder in (workspace, *workspace.parents) if not folder.exists()]
    problem, advice = said("somebody else is at work in this workspace"), said("Try again in a moment.")
    taken = InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    try:
        with ExitStack() as stack:
            with written(workspace):
                workspace.mkdir(OWNERS_FOLDER, parents=True, exist_ok=True)
                lock = held(workspace / LOCK, taken, kept=lambda: is_workspace(workspace))
                stack.enter_context(lock)
            if is_workspace(workspace):
                owners_alone(workspace)
            yield
    finally:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
