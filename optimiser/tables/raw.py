"""What a file holds before and after its headings are understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said, several


@dataclass(frozen=True)
class Source:
    """Where one table stands.

    Attributes
    ----------
    table : Table
        The declared table.
    path : Path
        File that holds it.
    file : str
        File (and sheet) as the user knows it.
    sheet : str
        Sheet of a workbook; empty for other files.
    """

    table: Table
    path: Path
    file: str
    sheet: str = ""


@dataclass(frozen=True)
class Sheet:
    """One file or sheet as it stands.

    Attributes
    ----------
    file : str
        As the user knows it.
    headings : tuple of str
        Headings in the order of the file; none where the file cannot be read.
    cells : polars.DataFrame
        Columns `0`, `1`, ... in the order of the headings and `line` (Int32) last.
    complaints : tuple of Complaint
        What is wrong with the file.
    notices : tuple of str
        What the reader passed over.
    whole : bool
        False where rows are missing because they could not be read.
    plain : bool
        True for CSV, where text that starts with `=`, `+`, `-` or `@` carries an apostrophe.
    """

    file: str
    headings: tuple[str, ...] = ()
    cells: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"line": pl.Int32()}))
    complaints: tuple[Complaint, ...] = ()
    notices: tuple[str, ...] = ()
    whole: bool = True
    plain: bool = False


@dataclass(frozen=True)
class TableText:
    """The cells of one table under our names, not yet understood.

    Attributes
    ----------
    table : Table
        The declared table.
    file : str
        As the user knows it.
    frame : polars.DataFrame
        Declared columns that the file has, empty cells null, `line` last.
    headings : dict
        Our column name to the heading in the file.
    whole : bool
        False where rows or the whole file could not be read.
    """

    table: Table
    file: str
    frame: pl.DataFrame
    headings: dict[str, str]
    whole: bool = True


def unreadable(file: str, problem: str, advice: str) -> Sheet:
    """Return the sheet of a file that cannot be read at all."""
    return Sheet(file, complaints=(Complaint(file, 0, "", "", problem, advice),), whole=False)


BLANK_ROWS = 1000
"""Blank rows that are passed over; more are refused."""


def blank_rows(file: str, count: int) -> tuple[tuple[Complaint, ...], tuple[str, ...]]:
    """Complaint or notice about blank rows among the others."""
    if count > BLANK_ROWS:
        advice = said(
            "Delete the empty rows and save again; up to {most:,} are passed over.", most=BLANK_ROWS
        )
        return (Complaint(file, 0, "", "", said("{rows:,} blank rows", rows=count), advice),), ()
    if count:
        told = several(
            "{file}: {count:,} blank row was passed over.",
            "{file}: {count:,} blank rows were passed over.",
            count,
            file=file,
        )
        return (), (told,)
    return (), ()
