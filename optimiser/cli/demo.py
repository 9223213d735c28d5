"""`optimiser demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from optimiser.allocation.workload import base_demand
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.words import counted
from optimiser.domain.schema import TABLES
from optimiser.tables.demo import DemoOptions, demo_frames
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot

Kind = Literal["csv", "xlsx", "parquet"]
FILES = ("snapshot.xlsx", *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")))
"""What the command may write; a later run in another format replaces all of them together."""


def write_demo(folder: Path, options: tuple[int, int, int, float, float], format: str, finnish: bool) -> None:
    """Write a demo region and say what it is."""
    chosen = DemoOptions(*options)
    with Stopwatch() as watch, staged(folder, replaced=FILES) as stage:
        with watch.phase("make"):
            frames = demo_frames(chosen, base_demand, watch)
        with watch.phase("write"):
            write_snapshot(frames, stage, format=cast(Kind, format), finnish=finnish)
    print(
        f"{counted(frames['clients'].height, 'client')}, {counted(frames['coaches'].height, 'coach', 'coaches')}, "
        f"{counted(frames['municipalities'].height, 'municipality', 'municipalities')} in {folder} (seed {chosen.seed}; all made up)"
    )
