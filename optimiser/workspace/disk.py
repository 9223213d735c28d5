"""What the system refuses while something is written, and how that is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.disk import full


def disk_is_full(file: Path) -> Complaint:
    """The complaint about it."""
    problem, advice = said("the disk is full, so nothing was changed"), said("Make room, then try again.")
    return Complaint(str(file), 0, "", "", problem, advice)


@contextmanager
def written(file: Path) -> Iterator[None]:
    """Turn what the system refuses while a file is written into a complaint.

    Raises
    ------
    InputError
        Where the disk is full, or nothing can be written there.
    """
    try:
        yield
    except Exception as error:
        if full(error):
            raise InputError([disk_is_full(file)]) from error
        if not isinstance(error, OSError):
            raise
        problem = said("this cannot be written: {error}", error=error.strerror or str(error))
        advice = said("Choose another place, or check your rights there.")
        raise InputError([Complaint(str(file), 0, "", "", problem, advice)]) from error
