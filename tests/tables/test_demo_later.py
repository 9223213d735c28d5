"""A made-up month: the export that follows a region."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.allocation.workload import base_demand
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions, demo_frames, later_frames
from optimiser.tables.demo.later import COME, LEAVE
from optimiser.tables.read import read_snapshot
from optimiser.tables.write import write_snapshot

CLIENTS = 600


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A small region."""
    return written(demo_frames(DemoOptions(CLIENTS, 12), base_demand), tmp_path_factory.mktemp("region"))


def written(frames: dict[str, pl.DataFrame], folder: Path) -> Snapshot:
    """The tables after a way through files: what the reader would complain of stops the test."""
    write_snapshot(frames, folder)
    return read_snapshot(folder)


def test_a_month_later_is_a_region_that_can_be_read(region: Snapshot, tmp_path: Path) -> None:
    """Three months in a row read without a complaint, each a month on, and about as large as before."""
    at = region
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        after = written(later_frames(at, 1), folder)
        expected: object = pl.select(pl.lit(at.date).dt.offset_by("1mo")).item()
        assert after.date == expected
        assert abs(after.clients.height - at.clients.height) <= 0.02 * at.clients.height
        at = after


def test_who_leaves_is_told_and_who_comes_is_new(region: Snapshot) -> None:
    """Each client is either still there or among the departures, and the others were not there before."""
    frames = later_frames(region, 1)
    before, after = (set(frame["client_id"]) for frame in (region.clients, frames["clients"]))
    assert before - after == set(frames["departures"]["client_id"])
    assert len(before - after) == round(LEAVE * region.clients.height)
    assert len(after - before) == round(COME * region.clients.height)


def test_some_of_those_who_left_return(region: Snapshot) -> None:
    """Who left in one month may come back under the same id in the next."""
    first = later_frames(region, 1)
    again = region.replace(clients=first["clients"], departures=first["departures"])
    returned = set(later_frames(again, 2)["clients"]["client_id"]) & set(first["departures"]["client_id"])
    assert returned


def test_the_same_seed_gives_the_same_month(region: Snapshot) -> None:
    """Equal facts and seed give equal tables; another seed does not."""
    first, same, other = (later_frames(region, seed)["clients"] for seed in (1, 1, 2))
    assert first.equals(same)
    assert not first.equals(other)
