"""The month's figures to the last bit: equal facts give equal bytes, whatever the machine and the order of rows."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import summed
from optimiser.quality.month.counts import sums_by_municipality
from optimiser.quality.month.figures import month_figures
from optimiser.quality.month.levels import level_of
from optimiser.tables.read import read_snapshot
from tests.cli.calls import call


def bits_of(region: Path) -> str:
    """What the posts, sums and figures of a region come to, to the last bit."""
    level = level_of(read_snapshot(region), Policy())
    frames = (level.posts, sums_by_municipality([level]), month_figures([level]).rows)
    return hashlib.sha256("".join(repr(frame.rows()) for frame in frames).encode()).hexdigest()


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A made-up region, and the same with its rows in another order."""
    folder = tmp_path_factory.mktemp("bits")
    region, mixed = folder / "region", folder / "mixed"
    assert call("demo", region, "--clients", 1400, "--coaches", 14).code == 0
    shutil.copytree(region, mixed)
    for name in ("clients.csv", "coaches.csv", "municipalities.csv"):
        pl.read_csv(mixed / name, infer_schema=False).sample(fraction=1, shuffle=True, seed=3).write_csv(
            mixed / name
        )
    return region, mixed


@pytest.mark.parametrize("threads", ["1", "2", "3"])
def test_threads_do_not_change_a_bit(regions: tuple[Path, Path], threads: str) -> None:
    """Another number of threads, in a process of its own, gives the same bits; so does another order of rows."""
    found = subprocess.run(
        [sys.executable, "-m", "tests.quality.test_month_bits", *map(str, regions)],
        capture_output=True,
        text=True,
        env=os.environ | {"POLARS_MAX_THREADS": threads},
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert set(found.stdout.split()) == {bits_of(regions[0])}


def test_sums_are_added_row_after_row() -> None:
    """A sum is that of adding one after another, to the last bit; keys come sorted."""
    rng = np.random.default_rng(5)
    frame = pl.DataFrame(
        {"place": rng.integers(0, 7, 5000).astype(str), "minutes": rng.lognormal(3, 2, 5000)}
    ).with_columns(coach=pl.int_range(5000) % 3)
    by_hand: dict[tuple[str, int], float] = {}
    for place, minutes, coach in frame.iter_rows():
        by_hand[place, coach] = by_hand.get((place, coach), 0.0) + minutes
    found = summed(frame, ["place", "coach"], ["minutes"])
    assert found.rows() == [(*key, by_hand[key]) for key in sorted(by_hand)]


if __name__ == "__main__":
    for given in sys.argv[1:]:
        sys.stdout.write(f"{bits_of(Path(given))}\n")
