"""A workspace stands for its months: the latest snapshot of each on the way to the present one."""

from __future__ import annotations

import shutil
from datetime import date as Date
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.snapshot import Snapshot
from optimiser.workspace.entries import PURGE, UPDATE, Entry, Kept
from optimiser.workspace.folder import LOG, keep_snapshot, log_of
from optimiser.workspace.log import append, last_hash
from optimiser.workspace.months import month_ends
from tests.workspace.plans import AT, salts, small

DAYS = (Date(2021, 11, 1), Date(2021, 11, 15), Date(2021, 11, 30), Date(2021, 12, 31))


def of_day(day: Date) -> Snapshot:
    """The small region on a day."""
    return small().replace(date=day)


def kept(day: Date) -> Kept:
    """As the log names it."""
    return Kept(day.isoformat(), of_day(day).fingerprint())


def logged(workspace: Path, entry: Entry) -> None:
    """Append an entry."""
    append(workspace / LOG, entry, [], salts, last_hash(log_of(workspace)))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Four snapshots, each the update of the one before; the first is kept as well."""
    folder = tmp_path / "w"
    for day in DAYS:
        keep_snapshot(folder, of_day(day))
    for before, after in pairwise(DAYS):
        logged(folder, Entry(UPDATE, AT, "E1", kept(before), kept(after)))
    return folder


def names(folders: tuple[Path, ...]) -> list[str]:
    """Days of some folders."""
    return [folder.name[:10] for folder in folders]


def test_the_latest_of_each_month(workspace: Path) -> None:
    """Of three snapshots in November the last counts."""
    found, purged = month_ends(workspace)
    assert (names(found), purged) == (["2021-11-30", "2021-12-31"], 0)


def test_the_first_facts_may_lie_elsewhere(workspace: Path) -> None:
    """An update keeps what follows: the facts it began with need not be there."""
    shutil.rmtree(workspace / "snapshots" / kept(DAYS[0]).folder())
    assert names(month_ends(workspace)[0]) == ["2021-11-30", "2021-12-31"]


def test_a_purged_month_is_counted(workspace: Path) -> None:
    """A month whose facts were purged is left out and told."""
    gone = kept(DAYS[2]).folder()
    steps = {"before": "", "purged": [], "facts_before": "2021-12-01", "snapshots": [gone]}
    logged(workspace, Entry(PURGE, AT, "E1", steps=steps))
    shutil.rmtree(workspace / "snapshots" / gone)
    found, purged = month_ends(workspace)
    assert (names(found), purged) == (["2021-12-31"], 1)


def test_a_lost_month_is_complained_of(workspace: Path) -> None:
    """A snapshot that is gone though nobody purged it is no month to pass over in silence."""
    shutil.rmtree(workspace / "snapshots" / kept(DAYS[2]).folder())
    with pytest.raises(InputError, match="is gone"):
        month_ends(workspace)


def test_a_forged_month_is_complained_of(workspace: Path) -> None:
    """A snapshot that is not as it was kept is no month to count."""
    file = workspace / "snapshots" / kept(DAYS[2]).folder() / "clients.parquet"
    pl.read_parquet(file).with_columns(coach_id=pl.lit("V3")).write_parquet(file)
    with pytest.raises(InputError, match="no longer the facts"):
        month_ends(workspace)


def test_an_empty_workspace_is_complained_of(tmp_path: Path) -> None:
    """Without a single snapshot there is nothing to count."""
    with pytest.raises(InputError, match="no snapshot is kept"):
        month_ends(tmp_path)
