"""How a table is declared: its columns with type, unit, default and description, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from optimiser.domain.texts import mark

Kind = Literal["id", "text", "code", "codes", "levels", "integer", "number", "date", "flag"]

DTYPES: dict[Kind, pl.DataType] = {
    "id": pl.String(),
    "text": pl.String(),
    "code": pl.Categorical(),
    "codes": pl.Categorical(),
    "levels": pl.Categorical(),
    "integer": pl.Int32(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "flag": pl.Boolean(),
}

KIND_WORDS: dict[Kind, str] = {
    "id": mark("pseudonymous id"),
    "text": mark("text"),
    "code": mark("code"),
    "codes": mark("codes, separated by spaces"),
    "levels": mark("codes with level (`en:B1 fi:A2`)"),
    "integer": mark("whole number"),
    "number": mark("number"),
    "date": mark("date"),
    "flag": mark("yes/no"),
}


@dataclass(frozen=True)
class Column:
    """One declared column.

    Attributes
    ----------
    name : str
        Heading in the files we write, and name in the frames.
    kind : Kind
        What a value is; `DTYPES` gives its polars type. `codes` and `levels` are kept as one
        text of unique parts, sorted and separated by single spaces.
    description : str
        One sentence for the README.
    fi : str
        Finnish heading, read and (with `--finnish`) written.
    unit : str
        Unit of a number, in words.
    default : object
        Value of an empty cell or a column that is not there; None keeps it empty.
    required : bool
        The column must be there and every cell filled.
    choices : tuple of str
        The codes allowed; empty where any well-formed code is.
    low, high : float or None
        Bounds of a number, both allowed.
    refers : str
        `table.column` in which the value (each part, for `codes`) must occur.
    aliases : tuple of str
        Other headings recognised when reading.
    driver : bool
        What makes a client's demand larger (health, language): in the tables of whoever runs the tool,
        not in the workbooks that are passed on, which show the demand alone.
    """

    name: str
    kind: Kind
    description: str
    fi: str
    unit: str = ""
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    refers: str = ""
    aliases: tuple[str, ...] = ()
    driver: bool = False

    @property
    def dtype(self) -> pl.DataType:
        """Polars type of the column in a snapshot."""
        return DTYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """One declared table; its name is the file name and the sheet name.

    Attributes
    ----------
    name, fi : str
        Name and Finnish name.
    description : str
        One sentence for the README.
    columns : tuple of Column
        In the order in which they are written.
    key : tuple of str
        Columns that together identify a row; also the order of rows in a snapshot.
    required : bool
        The table must be there and must have a row.
    every_column : bool
        Every column is written, also one that is empty.
    """

    name: str
    fi: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    every_column: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})

    def schema(self) -> dict[str, pl.DataType]:
        """Types of the columns of a snapshot's frame, `line` (source line, 0 if none) last."""
        return {c.name: c.dtype for c in self.columns} | {"line": pl.Int32()}

    def empty(self) -> pl.DataFrame:
        """A frame of this table without rows."""
        return pl.DataFrame(schema=self.schema())
