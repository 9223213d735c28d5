"""What is behind an overload: how much moving, the rules and the number of coaches account for."""

from optimiser.allocation.overload.behind import overload
from optimiser.allocation.overload.result import Component, Overload, Parts, RuleShare
from optimiser.allocation.overload.told import overload_json

__all__ = ["Component", "Overload", "Parts", "RuleShare", "overload", "overload_json"]
