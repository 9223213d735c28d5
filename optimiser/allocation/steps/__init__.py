"""From the present assignment to a plan in steps, each of which leaves every limit as sound as before."""

from optimiser.allocation.steps.move_list import MoveList, move_list

__all__ = ["MoveList", "move_list"]
