"""Numbers in, numbers out: relax, polish, bound. Knows no client."""

from optimiser.solver.polish import EFFORTS
from optimiser.solver.problem import Prices, Problem, Solution
from optimiser.solver.programme import NoRoomError, RelaxationError
from optimiser.solver.solve import solve

__all__ = ["EFFORTS", "NoRoomError", "Prices", "Problem", "RelaxationError", "Solution", "solve"]
