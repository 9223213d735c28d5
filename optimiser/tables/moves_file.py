"""Reading a move list again, with what people decided on it in a spreadsheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import MOVES
from optimiser.domain.texts import said
from optimiser.tables.edited import read_edited

NEEDED = ("step", "client_id", "from_coach_id", "to_coach_id", "decision", "confirmed_by", "confirmed_at")
"""Columns that must be there, empty or not."""
FILLED = ("step", "client_id", "to_coach_id")
"""Those of them in which every cell is filled."""

FINNISH = {"hyväksytty": "accepted", "hylätty": "rejected"}
"""Decisions as they may be written in Finnish."""


def moves_path(path: Path) -> Path:
    """The move list of a folder, or the file itself."""
    return path / "moves.csv" if path.is_dir() else path


def read_moves(path: Path, client_id: str | None = None) -> pl.DataFrame:
    """Read a move list, also after somebody has decided on it in a spreadsheet.

    Parameters
    ----------
    path : Path
        `moves.csv`, or the folder that holds it; columns beside `NEEDED` may be missing, and decisions
        may be written in Finnish (`FINNISH`).
    client_id : str or None
        The client whose rows alone are wanted; None for all rows.

    Returns
    -------
    polars.DataFrame
        Columns of `MOVES` and `line` (line in the file), sorted by step and client.

    Raises
    ------
    InputError
        With every complaint.
    """
    file = moves_path(path)
    if not file.is_file():
        advice = said("Name a moves.csv, or the folder that `optimiser rebalance` wrote.")
        raise InputError([Complaint(str(file), 0, "", "", said("there is no move list"), advice)])
    only = None if client_id is None else {"client_id": client_id}
    frame = read_edited(file, _bilingual(), NEEDED, FILLED, only)
    kind = frame.schema["decision"]
    return frame.with_columns(pl.col("decision").cast(pl.String).replace(FINNISH).cast(kind))


def _bilingual() -> Table:
    """The move list with decisions in either language."""
    columns = tuple(
        replace(c, choices=(*c.choices, *FINNISH)) if c.name == "decision" else c for c in MOVES.columns
    )
    return replace(MOVES, columns=columns)
