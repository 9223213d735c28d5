"""What is found: parts of an overload for the region, its components, coaches and municipalities."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Parts:
    """Load above capacity and what it would be, minutes a month (FORMULATION §6).

    Attributes
    ----------
    present : float
        E0: sum over the coaches of what their present load has above their capacity.
    moved : float
        E1: the least with everybody who has a coach free to move under the rules.
    lifted : float
        E2: the same without the rules that managers could lift.
    everybody : float
        E2 with those who have no coach now served as well.
    """

    present: float
    moved: float
    lifted: float
    everybody: float

    @property
    def moving(self) -> float:
        """What moves under the rules take away: E0 - E1."""
        return self.present - self.moved

    @property
    def rules(self) -> float:
        """What the liftable rules hold: E1 - E2."""
        return self.moved - self.lifted

    @property
    def hiring(self) -> float:
        """What only more coach time (or less work) takes away: E2."""
        return self.lifted

    @property
    def newcomers(self) -> float:
        """What those without a coach bring on top, with those rules lifted."""
        return self.everybody - self.lifted


@dataclass(frozen=True)
class RuleShare:
    """What one liftable rule holds, minutes a month; the two agree only where rules do not overlap.

    Attributes
    ----------
    name : str
        As in the policy.
    first : float
        What goes if this rule alone is lifted: E1 less the least excess without it.
    last : float
        What stays if every liftable rule but this one is lifted: the least excess then, less E2.
    """

    name: str
    first: float
    last: float


@dataclass(frozen=True)
class Component:
    """Coaches who can relieve each other once the liftable rules are lifted, and nobody else.

    Attributes
    ----------
    label : int
        From 0, by the first coach.
    coaches : int
        How many.
    municipalities : tuple of str
        Codes of their offices, those with most coaches first.
    integration : bool or None
        Whether they belong to integration units; None where some do.
    parts : Parts
    """

    label: int
    coaches: int
    municipalities: tuple[str, ...]
    integration: bool | None
    parts: Parts


@dataclass(frozen=True)
class Overload:
    """What is behind the load above capacity. Capacities can be read from it: tell it only rounded.

    Attributes
    ----------
    total : Parts
        The sum of the components' parts.
    rules : tuple of RuleShare
        Every rule in force that managers could lift, by name.
    components : tuple of Component
    coaches : polars.DataFrame
        coach_id, component, capacity_minutes, load_minutes (present), excess_minutes, least_minutes (the
        least excess of that coach under the rules while no other coach's grows), by coach_id.
    municipalities : polars.DataFrame
        municipality, clients, with_coach (clients who have one), excess_minutes (of each coach split by the
        minutes of the clients), by code.
    newcomers : int
        Clients without a coach.
    hopeless : int
        Those of them whom no coach may serve even with the liftable rules lifted; in no part.
    """

    total: Parts
    rules: tuple[RuleShare, ...]
    components: tuple[Component, ...]
    coaches: pl.DataFrame
    municipalities: pl.DataFrame
    newcomers: int
    hopeless: int
