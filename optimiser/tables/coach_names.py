"""Reading the names of coaches from the file in which they are kept apart."""

from __future__ import annotations

from pathlib import Path

from optimiser.domain.coach_names import COACH_NAMES
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.tables.edited import read_edited
from optimiser.tables.headings import plain
from optimiser.tables.raw import Source
from optimiser.tables.sources import BOOKS
from optimiser.tables.workbook import NO_WORKBOOK, sheet_names

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
    frame = read_edited(_source(path), COACH_NAMES, NEEDED, NEEDED)
    return dict(frame.select(NEEDED).iter_rows())


def _source(path: Path) -> Source:
    """Where the names stand: of a workbook the sheet of that name, or the only one."""
    if path.suffix.lower() not in BOOKS:
        return Source(COACH_NAMES, path, path.name)
    names = sheet_names(path)
    if not names:
        raise InputError([Complaint(path.name, 0, "", "", *NO_WORKBOOK)])
    known = {plain(COACH_NAMES.name), plain(COACH_NAMES.fi)}
    named = [name for name in names if plain(name) in known]
    if not named and len(names) > 1:
        problem = said("none of the sheets has the name of the table")
        advice = said("Call the sheet {name} (or {other}).", name=COACH_NAMES.name, other=COACH_NAMES.fi)
        raise InputError([Complaint(path.name, 0, "", ", ".join(names), problem, advice)])
    sheet = (named or names)[0]
    return Source(COACH_NAMES, path, f"{path.name}, sheet {sheet}", sheet)
