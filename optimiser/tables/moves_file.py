"""Reading a move list again, with what people decided on it in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import MOVES
from optimiser.tables.edited import read_edited

NEEDED = ("step", "client_id", "from_coach_id", "to_coach_id", "decision", "confirmed_by", "confirmed_at")
"""Columns that must be there, empty or not."""
FILLED = ("step", "client_id", "to_coach_id")
"""Those of them in which every cell is filled."""


def moves_path(path: Path) -> Path:
    """The move list of a folder, or the file itself."""
    return path / "moves.csv" if path.is_dir() else path


def read_moves(path: Path) -> pl.DataFrame:
    """Read a move list, also after somebody has decided on it in a spreadsheet.

    Parameters
    ----------
    path : Path
        `moves.csv`, or the folder that holds it; columns beside `NEEDED` may be missing.

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
        advice = "Name a moves.csv, or the folder that `optimiser rebalance` wrote."
        raise InputError([Complaint(str(file), 0, "", "", "there is no move list", advice)])
    return read_edited(file, MOVES, NEEDED, FILLED)
