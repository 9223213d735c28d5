"""`--coach-names`: the names that stand beside the ids of coaches on page and workbook, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.coach_names import read_coach_names

OPTION = "--coach-names"


def names_of(file: Path | None, snapshot: Snapshot) -> Mapping[str, str]:
    """Return id to name of the region's coaches; nothing where no file was named.

    Raises
    ------
    InputError
        With every complaint about the file, also where it names no coach of the region.
    """
    if file is None:
        return {}
    names = read_coach_names(file)
    here = set(snapshot.coaches["coach_id"])
    known = {coach: name for coach, name in names.items() if coach in here}
    if not known:
        problem = said("none of these coaches is in the region")
        advice = said("Name the file of this region, with the ids that stand in its table of coaches.")
        raise InputError([Complaint(OPTION, 0, "coach_id", str(file), problem, advice)])
    return known
