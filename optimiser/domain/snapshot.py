"""The facts on a date, as tables. Frozen; a change is a new snapshot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from dataclasses import replace as _replace
from datetime import date as Date
from typing import Any

import polars as pl

from optimiser.domain.schema import DEPARTURES, TABLES


@dataclass(frozen=True)
class SetAside:
    """A row that could not be used and was left out of the solve, or used with a default.

    Attributes
    ----------
    file, line, row_id, reason
        Where it stands, the id in its key column, and why.
    used : bool
        True where the row is solved with the policy's default instead of left out.
    """

    file: str
    line: int
    row_id: str
    reason: str
    used: bool = False


@dataclass(frozen=True)
class Snapshot:
    """The facts on a date.

    Every frame has exactly the columns its table declares and `line` (line in the source file, 0 if
    none) last; rows are sorted by the table's key. Clients with a protected address are not in it:
    `coaches.protected_clients` counts them per coach.

    Attributes
    ----------
    date : datetime.date
        Day on which the facts hold.
    region, source : str
        From the table `snapshot`.
    municipalities, travel, units, coaches, absences, clients, exclusions, pins, departures : polars.DataFrame
        The tables.
    protected_total : int
        Clients with a protected address in the whole region, with or without a coach. Shown only
        from 5 up.
    notices : tuple of str
        What the reader assumed, in sentences.
    set_aside : tuple of SetAside
        Rows left out or used with a default (`--set-aside`).
    files : dict
        Table name to the file it was read from.
    """

    date: Date
    region: str
    source: str
    municipalities: pl.DataFrame
    travel: pl.DataFrame
    units: pl.DataFrame
    coaches: pl.DataFrame
    absences: pl.DataFrame
    clients: pl.DataFrame
    exclusions: pl.DataFrame
    pins: pl.DataFrame
    departures: pl.DataFrame = field(default_factory=DEPARTURES.empty)
    protected_total: int = 0
    notices: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    files: dict[str, str] = field(default_factory=dict, compare=False)
    _fingerprint: str | None = field(default=None, init=False, repr=False, compare=False)

    def replace(self, **changes: Any) -> Snapshot:
        """Return a new snapshot with some of its fields changed."""
        return _replace(self, **changes)

    def frames(self) -> dict[str, pl.DataFrame]:
        """Table name to frame, without the table `snapshot`."""
        return {name: getattr(self, name) for name in TABLES if name != "snapshot"}

    def fingerprint(self) -> str:
        """SHA-256 of the facts, 64 hex digits: the same for any order of rows and any file format."""
        if self._fingerprint is None:
            object.__setattr__(self, "_fingerprint", self._digest())
        return str(self._fingerprint)

    def _digest(self) -> str:
        digest = hashlib.sha256(f"{self.date.isoformat()}\x1e{self.region}".encode())
        for name, frame in self.frames().items():
            # A table that came later counts where it has rows: facts kept before it stay the same facts.
            if name == DEPARTURES.name and frame.is_empty():
                continue
            for column in TABLES[name].columns:
                digest.update(f"\x1d{name}.{column.name}\x1e".encode())
                digest.update(_column_bytes(frame[column.name]))
        return digest.hexdigest()


def _column_bytes(values: pl.Series) -> bytes:
    """The values of one column as bytes that do not depend on how they are stored."""
    if values.null_count() == len(values):
        return str(len(values)).encode()
    if values.dtype in (pl.String, pl.Categorical):
        # One value a row, told apart by control characters that no cell may hold.
        texts = values.cast(pl.String).fill_null("\x00").str.join("\x1f")
        return str(texts[0]).encode()
    missing = values.is_null()
    if values.dtype == pl.Boolean:
        values = values.cast(pl.Int8)
    bytes_of = values.to_physical().fill_null(0).to_numpy().tobytes()
    return bytes_of + (missing.to_numpy().tobytes() if missing.any() else b"")
