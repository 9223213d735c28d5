"""Demo regions for the benchmarks, made once per run and size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from optimiser.allocation import base_demand
from optimiser.tables.demo import DemoOptions, demo_frames
from optimiser.tables.write import write_snapshot

SMALL = DemoOptions(clients=2800, coaches=25)
FULL = DemoOptions()
LARGE = replace(FULL, clients=280_000)
HUGE = replace(FULL, clients=2_800_000)


@dataclass(frozen=True)
class Asked:
    """What a region must reach; None where nothing is asked."""

    gap: float | None = None
    unserved_above_bound: int | None = None


@cache
def region(options: DemoOptions) -> Path:
    """Folder of a demo region; Parquet from 280,000 clients on."""
    folder = Path(mkdtemp(prefix="optimiser-benchmark-"))
    kind = "parquet" if options.clients >= LARGE.clients else "csv"
    write_snapshot(demo_frames(options, base_demand), folder, format=kind)
    return folder
