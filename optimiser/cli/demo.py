"""`optimiser demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

from optimiser.allocation.workload import base_demand
from optimiser.cli.stopwatch import Stopwatch
from optimiser.tables.demo import DemoOptions, demo_frames
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot


def write_demo(folder: Path, options: tuple[int, int, int, float, float], format: str, finnish: bool) -> None:
    """Write a demo region and say what it is."""
    watch = Stopwatch()
    chosen = DemoOptions(*options)
    with watch.phase("make"):
        frames = demo_frames(chosen, base_demand, watch)
    with watch.phase("write"), staged(folder) as stage:
        write_snapshot(frames, stage, format=cast(Literal["csv", "xlsx", "parquet"], format), finnish=finnish)
    watch.done()
    print(
        f"{frames['clients'].height:,} clients, {frames['coaches'].height} coaches, "
        f"{frames['municipalities'].height} municipalities in {folder} (seed {chosen.seed}; all made up)"
    )
