"""Rules of the policy: who may serve whom, and whose relationship is protected."""

from __future__ import annotations

from pydantic import Field, model_validator

from optimiser.domain.policy_types import LanguageMode, Level, Minutes, Section
from optimiser.domain.texts import said


class Rule(Section):
    """A rule that can be switched off."""

    on: bool = Field(True, description="Whether the rule is applied.")
    relaxable: bool = Field(
        False, description="Whether managers could lift it; used to say what is behind an overload."
    )


class MunicipalityRule(Rule):
    """The coach serves the client's municipality."""

    relaxable: bool = Field(True, description="Whether managers could lift it.")


class LanguageRule(Rule):
    """The coach and the client share a language, or an interpreter is allowed."""

    relaxable: bool = Field(True, description="Whether managers could lift it.")
    default: LanguageMode = Field(
        "interpreter",
        description="For languages not named below: coach (the coach must speak it), interpreter, or interpreter_limited (area minutes a month).",
    )
    modes: dict[str, LanguageMode] = Field(
        {"fi": "coach", "sv": "coach", "fse": "interpreter_limited"}, description="Per language of service."
    )
    enough: Level = Field(
        "B2", description="Level from which a client can be served in another language the coach works in."
    )
    enough_in: dict[str, Level] = Field(
        default_factory=dict, description="The same for single languages, instead of `enough`."
    )


class AgeGroupRule(Rule):
    """The coach serves the client's age group."""

    relaxable: bool = Field(True, description="Whether managers could lift it.")
    youth_until: int = Field(29, ge=15, le=60, description="Last age of the group youth (years).")
    adult_until: int = Field(
        54, ge=16, le=100, description="Last age of the group adult (years); above it senior."
    )

    @model_validator(mode="after")
    def _ordered(self) -> AgeGroupRule:
        if self.adult_until <= self.youth_until:
            raise ValueError(said("adult_until must be larger than youth_until"))
        return self


class IntegrationUnitRule(Rule):
    """Clients in their integration period, and they alone, are served by an integration unit."""


class PresenceRule(Rule):
    """The coach has started and has not left."""


class ExclusionRule(Rule):
    """A pair in the table of exclusions (a relative, a conflict of interest) is never made."""


class TravelRule(Rule):
    """Clients met in person live within reach of the coach's office."""

    relaxable: bool = Field(True, description="Whether managers could lift it.")
    max_minutes: Minutes = Field(60.0, description="Longest way by road, one way.")
    integration_exempt: bool = Field(
        True,
        description="Clients in their integration period are served for the whole area by one unit, at any distance.",
    )


class RecentChangeRule(Rule):
    """Nobody is made to change coach again soon; a leaver's clients are exempt."""

    max_changes: int = Field(
        1,
        ge=1,
        le=20,
        description="Changes in 12 months the client did not ask for, from which on the present coach stays.",
    )


class ProtectionRule(Rule):
    """Relationships that the policy protects: the client keeps the present coach if any other rule allows it."""

    younger_than_months: float = Field(
        0.0, ge=0, description="Relationships younger than this are protected (months); 0 for none."
    )
    need_level: int = Field(
        5, ge=1, le=5, description="Need level from which a relationship is protected; 5 for none."
    )


class FreezeRule(Rule):
    """Frozen coaches keep their clients and get none of others who could stay where they are."""

    coaches: tuple[str, ...] = Field((), description="Ids of frozen coaches.")
    units: tuple[str, ...] = Field((), description="Ids of units whose coaches are all frozen.")


class TeamRule(Rule):
    """Whoever could stay changes coach only inside the present coach's unit."""

    on: bool = Field(False, description="Whether the rule is applied.")
    relaxable: bool = Field(True, description="Whether managers could lift it.")


class HouseholdRule(Rule):
    """Members of one household have one coach."""

    join_different: bool = Field(False, description="Join also members who have different coaches now.")


class Rules(Section):
    """Who may serve whom."""

    municipality: MunicipalityRule = MunicipalityRule()
    language: LanguageRule = LanguageRule()
    age_group: AgeGroupRule = AgeGroupRule()
    integration_unit: IntegrationUnitRule = IntegrationUnitRule()
    presence: PresenceRule = PresenceRule()
    exclusion: ExclusionRule = ExclusionRule()
    travel: TravelRule = TravelRule()
    recent_change: RecentChangeRule = RecentChangeRule()
    protection: ProtectionRule = ProtectionRule()
    freeze: FreezeRule = FreezeRule()
    team: TeamRule = TeamRule()
    household: HouseholdRule = HouseholdRule()
