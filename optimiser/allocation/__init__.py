"""Clients to coaches: workload, rules, prices, groups; facts to a problem and back to a plan."""

from optimiser.allocation.advice import relieving_moves
from optimiser.allocation.certify import certificate
from optimiser.allocation.decode import decode
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.explain import Alternative, Explanation, explain
from optimiser.allocation.robustness import robustness
from optimiser.allocation.workload import base_demand, capacities

__all__ = [
    "Alternative",
    "Encoding",
    "Explanation",
    "base_demand",
    "capacities",
    "certificate",
    "decode",
    "encode",
    "explain",
    "relieving_moves",
    "robustness",
]
