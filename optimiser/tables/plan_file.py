"""Reading a plan again, also after somebody has edited it in a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import PLAN
from optimiser.tables.faults import complaints
from optimiser.tables.headings import match_headings
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.raw import Source
from optimiser.tables.sources import load
from optimiser.tables.texts import table_text
from optimiser.tables.validate import duplicate_faults

_NEEDED = ("client_id", "coach_id")


def read_plan_rows(path: Path) -> pl.DataFrame:
    """Read a plan file.

    Parameters
    ----------
    path : Path
        `plan.csv`, or the folder that holds it; columns beside client_id and coach_id may be missing.

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
        advice = "Name a plan.csv, or the folder that `optimiser allocate` wrote."
        raise InputError([Complaint(str(file), 0, "", "", "there is no plan", advice)])
    edited = _edited()
    sheet = load(Source(edited, file, file.name))
    text, faults, wrong = table_text(sheet, edited, {})
    at, _ = match_headings(sheet, edited, {})
    personal, hidden = personal_data(sheet, edited, at)
    if text.headings:
        frame, found = parse_table(replace(text, table=_filled()))
        faults += [*found, *duplicate_faults(edited, frame)]
        wrong += complaints(
            faults,
            {edited.name: text.file},
            {edited.name: text.headings},
            frozenset((edited.name, name) for name in hidden),
        )
    if wrong or personal:
        raise InputError([*wrong, *personal])
    return frame.drop("line").sort("client_id")


def _edited() -> Table:
    """The plan's table, of which only client and coach must be there."""
    return replace(PLAN, columns=tuple(replace(c, required=c.name in _NEEDED) for c in PLAN.columns))


def _filled() -> Table:
    """The plan's table, of which only the client must be filled in."""
    return replace(PLAN, columns=tuple(replace(c, required=c.name == "client_id") for c in PLAN.columns))
