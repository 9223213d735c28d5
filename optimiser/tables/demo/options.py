"""What a demo region is asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said


@dataclass(frozen=True)
class DemoOptions:
    """Size and tightness of a demo region.

    Attributes
    ----------
    clients : int
        Rows of the table `clients`, protected addresses among them.
    coaches : int
        Rows of the table `coaches`.
    seed : int
        The same seed gives the same region.
    pressure : float
        Demand over capacity; capacities and limits scale to it.
    present_share : float
        Share of the clients who have a coach already.

    Raises
    ------
    InputError
        With a complaint for every option out of range.
    """

    clients: int = 28_000
    coaches: int = 250
    seed: int = 1
    pressure: float = 0.98
    present_share: float = 0.97

    def __post_init__(self) -> None:
        complaints = [
            Complaint("demo", 0, option, str(value), problem, advice)
            for fine, option, value, problem, advice in self._tests()
            if not fine
        ]
        if complaints:
            raise InputError(complaints)

    def _tests(self) -> list[tuple[bool, str, float, str, str]]:
        pressure, share = self.pressure, self.present_share
        return [
            (
                self.clients >= 1,
                "--clients",
                self.clients,
                said("a region needs clients"),
                said("Try 28000."),
            ),
            (self.coaches >= 1, "--coaches", self.coaches, said("a region needs coaches"), said("Try 250.")),
            (self.seed >= 0, "--seed", self.seed, said("the seed is below 0"), said("Try 1.")),
            (
                isfinite(pressure) and pressure > 0,
                "--pressure",
                pressure,
                said("demand over capacity must be above 0"),
                said("Try 0.98, or 1.3 for a region that is short of coaches."),
            ),
            (
                0 <= share <= 1,
                "--present-share",
                share,
                said("a share lies between 0 and 1"),
                said("Try 0.97, or 0 where nobody has a coach yet."),
            ),
        ]
