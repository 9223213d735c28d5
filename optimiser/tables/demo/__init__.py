"""Demo regions of any size in the proportions of Pirkanmaa: facts in, frames of every table out."""

from optimiser.tables.demo.frames import demo_frames
from optimiser.tables.demo.later import later_frames
from optimiser.tables.demo.options import DemoOptions

__all__ = ["DemoOptions", "demo_frames", "later_frames"]
