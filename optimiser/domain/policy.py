"""What managers want: rules on or off, prices in minutes, the load curve, the service rhythm, limits.

Every field has a unit, a default and an explanation; `optimiser policy` prints them. A number may be
written with its unit (`45 min`); another unit is refused.
"""

from __future__ import annotations

import hashlib
import itertools
from datetime import date as Date

from pydantic import Field, model_validator

from optimiser.domain.policy_contacts import Contacts
from optimiser.domain.policy_handovers import Handovers
from optimiser.domain.policy_retention import Retention
from optimiser.domain.policy_rules import Rules
from optimiser.domain.policy_triage import Intake, Triage
from optimiser.domain.policy_types import Days, Factor, Meetings, Minutes, Months, Section, Share, Weight
from optimiser.domain.schema import LEVELS
from optimiser.domain.texts import said


class HandoverTier(Section):
    """Relationships up to an age, and what breaking one costs relative to the base."""

    until_months: Months | None = Field(
        None, description="Age of the relationship up to which the tier holds; empty for the rest."
    )
    factor: Factor = Field(1.0, description="Times the base handover.")


class Handover(Section):
    """One-off cost of a change of coach, spread over a horizon."""

    minutes: Minutes = Field(90.0, description="Coach time lost once by a change of coach (estimate).")
    horizon_months: Months = Field(12.0, description="Months over which it is spread.")
    tiers: tuple[HandoverTier, ...] = Field(
        (
            HandoverTier(until_months=3, factor=0.5),
            HandoverTier(until_months=12, factor=1.0),
            HandoverTier(factor=1.5),
        ),
        description="By age of the relationship.",
    )
    complex_need_level: int = Field(
        3,
        ge=1,
        le=5,
        description="Need level from which a relationship counts as complex; several agencies do as well. 5 for never.",
    )
    complex_factor: Factor = Field(1.5, description="Times the handover where the relationship is complex.")

    @model_validator(mode="after")
    def _ordered(self) -> Handover:
        ages = [t.until_months for t in self.tiers]
        known = [a for a in ages if a is not None]
        if not ages or ages[-1] is not None or len(known) != len(ages) - 1 or known != sorted(set(known)):
            raise ValueError(said("tiers must rise in until_months, and the last (only the last) has none"))
        return self


class Prices(Section):
    """Soft costs, in minutes of coach time a month."""

    travel_share: Share = Field(
        0.5, description="Share of the road minutes of in-person meetings that counts."
    )
    interpreter: Factor = Field(
        1.0, description="Price of a minute of extra meeting time with an interpreter."
    )
    specialism: Minutes = Field(
        15.0, description="A client whose needed specialism the coach lacks, a month."
    )
    handover: Handover = Handover()
    overload: Factor = Field(
        20.0, description="Price of a minute of load above a limit that clients who may stay have raised."
    )
    unserved: Minutes = Field(
        600.0,
        description="Price of an unserved client where questions need one currency; a plan never trades the unserved for minutes.",
    )


class UnservedWeights(Section):
    """How much an unserved client counts; the largest that applies."""

    default: Weight = Field(1, description="Any client.")
    long_term: Weight = Field(1, description="Unemployed for `long_term_months` or more.")
    long_term_months: Months = Field(12.0, description="What counts as long-term.")
    need_level: dict[int, Weight] = Field(default_factory=dict, description="By need level.")


def _default_breaks() -> tuple[float, ...]:
    return (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5)


class LoadCurve(Section):
    """What a minute of load costs as a coach gets fuller; convex, the same for equal utilisation."""

    breaks: tuple[float, ...] = Field(
        _default_breaks(),
        description="Utilisations at which the slope changes, from 0; the last slope goes on.",
    )
    slopes: tuple[float, ...] = Field(
        (), description="Minutes a minute of load between each break and the next; empty for 2((a+b)/2)^3."
    )

    @model_validator(mode="after")
    def _convex(self) -> LoadCurve:
        b = self.breaks
        if len(b) < 2 or b[0] != 0 or any(x >= y for x, y in itertools.pairwise(b)):
            raise ValueError(said("breaks must start at 0 and rise"))
        s = self.slopes
        if s and (len(s) != len(b) - 1 or s[0] < 0 or any(x >= y for x, y in itertools.pairwise(s))):
            raise ValueError(said("slopes must rise strictly, one fewer than the breaks, none below 0"))
        return self

    def slope_values(self) -> tuple[float, ...]:
        """Slopes between the breaks, one fewer than the breaks (FORMULATION §3 where none are given)."""
        pairs = zip(self.breaks, self.breaks[1:], strict=False)
        return self.slopes or tuple(2.0 * ((a + b) / 2.0) ** 3 for a, b in pairs)


class Phase(Section):
    """Part of a rhythm: how often a client is met up to a time after registration."""

    until_days: Days | None = Field(
        None, description="Days since registration up to which (not including) it holds; empty for the rest."
    )
    meetings: Meetings = Field(description="Meetings a month.")


class Rhythm(Section):
    """The service rhythm in force from a day on."""

    name: str = Field(description="What managers call it.")
    starts: Date = Field(description="First day in force.")
    first_within_days: int = Field(
        5, ge=1, description="Working days within which the first interview is due."
    )
    phases: tuple[Phase, ...] = Field(description="By time since registration.")

    @model_validator(mode="after")
    def _ordered(self) -> Rhythm:
        ages = [p.until_days for p in self.phases]
        known = [a for a in ages if a is not None]
        if not ages or ages[-1] is not None or len(known) != len(ages) - 1 or known != sorted(set(known)):
            raise ValueError(said("phases must rise in until_days, and the last (only the last) has none"))
        return self


class Workload(Section):
    """From meetings to minutes; all estimates until a user puts her own figures."""

    meeting_minutes: Minutes = Field(30.0, description="One meeting.")
    record_minutes: Minutes = Field(20.0, description="Records after it.")
    need_minutes: dict[int, Minutes] = Field(
        {1: 0.0, 2: 0.0, 3: 30.0, 4: 60.0}, description="Extra a month by need level 1-4."
    )
    multi_agency_minutes: Minutes = Field(
        30.0, description="Extra a month where several agencies are involved."
    )
    service_minutes: Minutes = Field(6.0, description="Extra a month for each service under way.")
    interpreter_share: Share = Field(0.8, description="Extra share of the meeting time with an interpreter.")

    @model_validator(mode="after")
    def _levels(self) -> Workload:
        if set(self.need_minutes) != {1, 2, 3, 4}:
            raise ValueError(said("need_minutes must name the levels 1, 2, 3 and 4"))
        return self


class Capacity(Section):
    """From posts to minutes."""

    full_time_minutes: Minutes = Field(5700.0, description="Client minutes a month of a full-time post.")
    window_days: int = Field(
        28, ge=1, le=366, description="Days from the snapshot over which the share present is averaged."
    )
    ramp_up_share: Share = Field(0.5, le=1, description="Share of the full load on a new coach's first day.")


class Limits(Section):
    """The most a coach may carry; the smaller of this and the coach's own."""

    load: Share = Field(1.2, gt=0, description="Most load as a share of capacity.")
    heads: int | None = Field(None, ge=0, description="Most clients a coach; empty for none.")
    interpreter_minutes: dict[str, Minutes] = Field(
        default_factory=dict,
        description="Interpreter minutes a month by area, for languages in the mode interpreter_limited; areas not named have no limit.",
    )
    moves: int | None = Field(
        None,
        ge=0,
        description="Most clients who change coach although they could stay; empty for no limit.",
    )
    new_a_week: int = Field(
        5,
        ge=1,
        description="Most clients a coach takes over in one week; the move list spreads them over weeks.",
    )


class Decisions(Section):
    """What follows from an official's decisions."""

    rejected_months: int = Field(
        6, ge=1, le=60, description="Months for which a rejected move is not proposed again."
    )


class SetAsideDefaults(Section):
    """What an unknown value takes with --set-aside, marked."""

    need_level: int = Field(2, ge=1, le=4, description="For an unknown need level.")
    language: str = Field("fi", description="For an unknown language.")


def _default_rhythms() -> tuple[Rhythm, ...]:
    return (
        Rhythm(
            name="three months",
            starts=Date(2013, 1, 1),
            first_within_days=10,
            phases=(Phase(meetings=1 / 3),),
        ),
        Rhythm(
            name="Nordic model",
            starts=Date(2022, 5, 2),
            first_within_days=5,
            phases=(Phase(until_days=91, meetings=2.2), Phase(meetings=2 / 3)),
        ),
        Rhythm(
            name="by need",
            starts=Date(2026, 1, 1),
            first_within_days=10,
            phases=(Phase(until_days=30, meetings=1.0), Phase(meetings=1 / 3)),
        ),
    )


class Policy(Section):
    """Everything a manager decides; the facts are in the snapshot."""

    name: str = Field("default", description="What managers call this policy.")
    rules: Rules = Rules()
    prices: Prices = Prices()
    unserved: UnservedWeights = UnservedWeights()
    load_curve: LoadCurve = LoadCurve()
    workload: Workload = Workload()
    rhythms: tuple[Rhythm, ...] = Field(
        default_factory=_default_rhythms,
        description="Dated service rhythms; the latest that has started holds.",
    )
    capacity: Capacity = Capacity()
    protected_minutes: Minutes = Field(
        45.0, description="Load of a client with a protected address, and one head."
    )
    limits: Limits = Limits()
    decisions: Decisions = Decisions()
    handovers: Handovers = Handovers()
    contacts: Contacts = Contacts()
    set_aside: SetAsideDefaults = SetAsideDefaults()
    triage: Triage = Triage()
    intake: Intake = Intake()
    retention: Retention = Retention()

    @model_validator(mode="after")
    def _dated(self) -> Policy:
        starts = [r.starts for r in self.rhythms]
        if not starts or starts != sorted(set(starts)):
            raise ValueError(said("rhythms must be in the order of their first days, no two on one day"))
        return self

    def rhythm_on(self, day: Date) -> Rhythm:
        """The rhythm in force on a day (the first where none has started)."""
        started = [r for r in self.rhythms if r.starts <= day]
        return started[-1] if started else self.rhythms[0]

    def enough_rank(self, language: str) -> int:
        """Index in `LEVELS` from which a client can be served in a language."""
        return LEVELS.index(self.rules.language.enough_in.get(language, self.rules.language.enough))

    def fingerprint(self) -> str:
        """SHA-256 of what a plan depends on, 64 hex digits; how long things are kept is not part of it."""
        return hashlib.sha256(self.model_dump_json(exclude={"retention"}).encode()).hexdigest()
