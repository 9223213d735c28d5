"""Files to a snapshot: every complaint over all tables at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.headings import read_own_headings
from optimiser.tables.protected import Apart
from optimiser.tables.reading import Reading, finished, parse, read_texts, validated


def read_snapshot(
    path: Path,
    *,
    policy: Policy | None = None,
    headings: Path | None = None,
    set_aside: bool = False,
    progress: Progress = SILENT,
) -> Snapshot:
    """Read and validate a snapshot.

    Parameters
    ----------
    path : Path
        A folder of CSV or Parquet files named by table, a workbook with a sheet a table, or a folder
        that holds one workbook.
    policy : Policy, optional
        Gives the defaults of unknown values with `set_aside`.
    headings : Path, optional
        YAML file of own headings, `table: {own heading: our column}`.
    set_aside : bool
        Leave out single bad rows of clients, exclusions, pins, absences and travel, and list them.
    progress : Progress
        Told which table is being read.

    Returns
    -------
    Snapshot

    Raises
    ------
    InputError
        With every complaint over all tables.
    """
    reading = Reading(policy or Policy(), set_aside)
    apart = read_texts(reading, path, read_own_headings(headings), progress)
    return _snapshot(reading, apart)


def read_with_apart(
    path: Path,
    *,
    policy: Policy | None = None,
    headings: Path | None = None,
    progress: Progress = SILENT,
) -> tuple[Snapshot, pl.Series]:
    """Read as `read_snapshot`; also return the ids of the clients with a protected address.

    The ids are for taking the same clients out of what is read beside the snapshot, and for nothing else.
    """
    reading = Reading(policy or Policy(), wait=False)
    apart = read_texts(reading, path, read_own_headings(headings), progress)
    return _snapshot(reading, apart), apart.ids


def snapshot_of(apart: Apart, policy: Policy) -> Snapshot:
    """Parse and validate tables whose cells have been read already.

    Parameters
    ----------
    apart : Apart
        The cells of all tables, the protected clients left apart.
    policy : Policy

    Raises
    ------
    InputError
        With every complaint over all tables.
    """
    reading = Reading(policy, wait=False)
    reading.texts = apart.texts
    reading.empty = {name for name, text in apart.texts.items() if not text.frame.height}
    reading.complaints += apart.complaints
    return _snapshot(reading, apart)


def _snapshot(reading: Reading, apart: Apart) -> Snapshot:
    """Parse and validate what has been read; raise where anything is wrong with it."""
    parse(reading, apart)
    return finished(reading, validated(reading), apart)
