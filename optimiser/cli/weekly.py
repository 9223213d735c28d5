"""The weekly work: rebalance, cover, hand over, take in, contact; heavy modules are imported late."""

from __future__ import annotations
