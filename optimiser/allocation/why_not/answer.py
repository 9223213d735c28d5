"""What "why not this coach?" is answered with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SAME = 0.5
"""Minutes a month below which a difference is none: less than what is shown."""


class Verdict(StrEnum):
    """What stands between a client and a coach."""

    HAS = "has"
    """Nothing: the plan has the pair."""
    BARRED = "barred"
    """A rule, a pin or the household."""
    NO_ROOM = "no room"
    """The limits, whoever else moves."""
    NO_WAY = "no way"
    """The limits, unless more than three units move."""
    SAME = "same"
    """Nothing: either coach is as good."""
    COSTS = "costs"
    """Minutes."""


@dataclass(frozen=True)
class WhyNotMove:
    """Clients who change coach together.

    Attributes
    ----------
    client_ids : tuple of str
        A client, or the members of a household that has one coach.
    from_coach_id : str or None
        Coach in the plan in hand.
    to_coach_id : str
    """

    client_ids: tuple[str, ...]
    from_coach_id: str | None
    to_coach_id: str


@dataclass(frozen=True)
class CoachLoad:
    """A coach whose load changes.

    Attributes
    ----------
    coach_id : str
    before, after : float
        Load over capacity; inf where the capacity is 0.
    """

    coach_id: str
    before: float
    after: float


@dataclass(frozen=True)
class Way:
    """A way from the plan in hand to one that has the pair.

    Attributes
    ----------
    minutes : float
        By how much the plan's objective rises, minutes a month; no price for the unserved in it.
    moves : tuple of WhyNotMove
        The client first, then those who make room.
    loads : tuple of CoachLoad
        Coaches concerned, in the order of the moves.
    breaks : tuple of str
        Limits that would be broken: `minutes`, `heads`, `interpreter minutes`, `moves`; none if valid.
    """

    minutes: float
    moves: tuple[WhyNotMove, ...]
    loads: tuple[CoachLoad, ...]
    breaks: tuple[str, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why a client does not have a coach, and what it would take.

    Attributes
    ----------
    client_id, coach_id : str
        Who is asked about.
    proposed_coach_id : str or None
        Coach in the plan in hand.
    household : tuple of str
        The other members where the household has one coach together; all figures are the household's.
    verdict : Verdict
    rules : tuple of str
        Names of the rules that bar, `pin` and `household` among them; no price is computed then.
    relaxable : bool
        Whether managers could lift all of them.
    at_once : float or None
        Least the pair costs the best plan by the multipliers alone, minutes a month.
    difference : float or None
        Bound of the best plan with the pair less the bound without it, minutes a month, the unserved
        at their price; None where it is not asked, or the limits have no room for the pair.
    gap : float or None
        Minutes a month that the proof of the plan in hand leaves open on this scale; None where the
        plan in hand breaks a rule or a limit somewhere, or it is not asked.
    least, most : float or None
        Between these lies the difference of the best whole plans with and without the pair; None
        where there is no such limit.
    unserved_minutes : float
        Price of leaving the client unserved, where the plan in hand does.
    direct : Way or None
        The client alone moves; None where it is not asked.
    ways : tuple of Way
        The cheapest ways within all limits, best first.
    """

    client_id: str
    coach_id: str
    proposed_coach_id: str | None
    household: tuple[str, ...]
    verdict: Verdict
    rules: tuple[str, ...] = ()
    relaxable: bool = False
    at_once: float | None = None
    difference: float | None = None
    gap: float | None = None
    least: float | None = None
    most: float | None = None
    unserved_minutes: float = 0.0
    direct: Way | None = None
    ways: tuple[Way, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the proof shows that the best plan with the pair costs more than the best without."""
        return self.least is not None and self.least > SAME
