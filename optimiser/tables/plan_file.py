"""Reading a plan again, also after somebody has edited it in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import PLAN
from optimiser.domain.texts import said
from optimiser.tables.edited import read_edited


def read_plan_rows(path: Path, client_id: str | None = None) -> pl.DataFrame:
    """Read a plan file.

    Parameters
    ----------
    path : Path
        `plan.csv`, or the folder that holds it; columns beside client_id and coach_id may be missing.
    client_id : str or None
        The client whose row alone is wanted; None for all rows.

    Returns
    -------
    polars.DataFrame
        Columns of `PLAN`, sorted by client_id.

    Raises
    ------
    InputError
        With every complaint.
    """
    file = path / "plan.csv" if path.is_dir() else path
    if not file.is_file():
        advice = said("Name a plan.csv, or the folder that `optimiser allocate` wrote.")
        raise InputError([Complaint(str(file), 0, "", "", said("there is no plan"), advice)])
    only = None if client_id is None else {"client_id": client_id}
    return read_edited(file, PLAN, ("client_id", "coach_id"), ("client_id",), only).drop("line")
