"""A look at a region as it is: hours against capacity today, and what could be done about it."""

from optimiser.allocation.look.advice import advice, thin_coaches
from optimiser.allocation.look.figures import Today, today
from optimiser.allocation.look.possible import Possibility, Possible, possible

__all__ = ["Possibility", "Possible", "Today", "advice", "possible", "thin_coaches", "today"]
