"""Reading the names of coaches from the file in which they are kept apart."""

from __future__ import annotations

from pathlib import Path

from optimiser.domain.coach_names import COACH_NAMES
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.edited import read_edited
from optimiser.tables.sources import only_source

NEEDED = ("coach_id", "name")


def read_coach_names(path: Path) -> dict[str, str]:
    """Read the names of coaches.

    Parameters
    ----------
    path : Path
        CSV, Parquet, or a workbook with a sheet `coach_names` (or only one sheet).

    Returns
    -------
    dict
        Id of a coach to the name, by id.

    Raises
    ------
    InputError
        With every complaint: no such file, a coach twice, an empty cell, personal data as an id.
    """
    if not path.is_file():
        advice = said("Name a file of coach_id and name.")
        raise InputError([Complaint(str(path), 0, "", "", said("there is no such file"), advice)])
    frame = read_edited(only_source(path, COACH_NAMES), COACH_NAMES, NEEDED, NEEDED)
    return dict(frame.select(NEEDED).iter_rows())
