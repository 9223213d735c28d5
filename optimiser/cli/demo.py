"""`optimiser demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, cast

import polars as pl

from optimiser.allocation.workload import base_demand
from optimiser.cli.speak import tell
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import said
from optimiser.tables.demo import DemoOptions, demo_frames, later_frames
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot
from optimiser.workspace import current

Kind = Literal["csv", "xlsx", "parquet"]
FILES = ("snapshot.xlsx", *(f"{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")))
"""What the command may write; a later run in another format replaces all of them together."""


def write_demo(
    folder: Path,
    options: tuple[int, int, int, float, float],
    format: str,
    finnish: bool,
    after: Path | None = None,
) -> None:
    """Write a demo region, or what becomes of one within a month, and say what it is."""
    chosen = DemoOptions(*options)
    with Stopwatch() as watch, staged(folder, replaced=FILES) as stage:
        frames = _made(chosen, after, watch)
        with watch.phase("write"):
            write_snapshot(frames, stage, format=cast(Kind, format), finnish=finnish)
    tell(
        said(
            "{clients:,} clients, {coaches:,} coaches, {municipalities:,} municipalities in {folder} on {day} "
            "(seed {seed}; all made up)",
            clients=frames["clients"].height,
            coaches=frames["coaches"].height,
            municipalities=frames["municipalities"].height,
            folder=str(folder),
            day=frames["snapshot"]["date"][0],
            seed=chosen.seed,
        )
    )


def _made(chosen: DemoOptions, after: Path | None, watch: Stopwatch) -> dict[str, pl.DataFrame]:
    if after is None:
        with watch.phase("make"):
            return demo_frames(chosen, base_demand, watch)
    with watch.phase("read"):
        before = read_snapshot(current(after), progress=watch)
    with watch.phase("make"):
        return later_frames(before, chosen.seed)
