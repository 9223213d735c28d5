"""Triage of new clients: who belongs to the target group on a day, by which paragraph, and where the others go."""

from __future__ import annotations

from datetime import date as Date
from typing import Literal

from pydantic import Field, model_validator

from optimiser.domain.policy_types import Section, Share
from optimiser.domain.texts import mark, said

Ground = Literal["no_earnings_related", "under_age", "immigrant", "foreign_language"]
Status = Literal["unemployed", "subsidised_work", "service", "part_time", "laid_off", "other"]


class TargetRule(Section):
    """A dated rule of the law: who belongs to the target group."""

    name: str = Field(description="What managers call it.")
    starts: Date = Field(description="First day in force.")
    ends: Date | None = Field(None, description="Last day in force; empty while no end is known.")
    municipalities: tuple[str, ...] = Field(
        (), description="Codes of the home municipalities that take part; empty for all of the region."
    )
    statuses: tuple[Status, ...] = Field(
        (), description="Positions in the labour market that belong; empty for any."
    )
    grounds: tuple[Ground, ...] = Field(
        (), description="Grounds of which one is enough; empty where none is asked."
    )
    under_age: int = Field(30, ge=16, le=100, description="Age below which the ground under_age holds.")
    paragraph: str = Field(description="The paragraph, as people are told it.")
    source: str = Field(description="Where the paragraph was read, and what is still to be verified.")
    elsewhere: str = Field(description="What is said to those who do not belong.")
    where_to: str = Field(description="Who serves those who do not belong.")


def _default_rules() -> tuple[TargetRule, ...]:
    return (
        TargetRule(
            name="municipal trial",
            starts=Date(2021, 3, 1),
            ends=Date(2024, 12, 31),
            statuses=("unemployed", "laid_off", "subsidised_work", "service"),
            grounds=("no_earnings_related", "under_age", "immigrant", "foreign_language"),
            paragraph=mark(
                "Act 1269/2020, section 4: jobseekers who are unemployed (wholly laid off among them, "
                "section 2), in subsidised work or in an employment service, whose home municipality takes part, "
                "and who have no right to earnings-related allowance, or are under 30, immigrants or "
                "foreign-language speakers."
            ),
            source="Section 4 as amended by Act 1381/2021 (Finlex); in force until 31.12.2024 by the bill "
            "HE 17/2022. To be verified: the wording of 2020, jobseekers at risk of unemployment within two "
            "weeks (1381/2021; no column tells them), and temporary protection without a home municipality "
            "(HE 295/2022).",
            elsewhere=mark("The client does not belong to the target group of the municipal trial."),
            where_to=mark("TE office"),
        ),
        TargetRule(
            name="municipal employment services",
            starts=Date(2025, 1, 1),
            paragraph=mark(
                "Act 380/2023 on arranging labour-force services: municipalities and employment areas "
                "serve all jobseekers from 1.1.2025."
            ),
            source="In force from 1.1.2025 by Act 383/2023, section 1 (Finlex); the content by the bill "
            "HE 207/2022. To be verified: the number of the section on the authority of the home municipality.",
            elsewhere=mark("The client's home municipality is not among those served here."),
            where_to=mark("employment area of the home municipality"),
        ),
    )


class Triage(Section):
    """Who belongs to the target group, by date."""

    rules: tuple[TargetRule, ...] = Field(
        default_factory=_default_rules,
        description="Dated target-group rules; on a day that none covers everybody belongs.",
    )
    domestic_languages: tuple[str, ...] = Field(
        ("fi", "sv", "se", "smn", "sms", "fse", "fss"),
        description="Languages of service that make nobody a foreign-language speaker: Finnish, Swedish, Sámi, and the two sign languages of the country.",
    )

    @model_validator(mode="after")
    def _dated(self) -> Triage:
        last: Date | None = None
        for place, rule in enumerate(self.rules):
            if rule.ends is not None and rule.ends < rule.starts:
                raise ValueError(said("the rule {rule} ends before it starts", rule=rule.name))
            if place and (last is None or rule.starts <= last):
                raise ValueError(
                    said("rules must be in the order of their first days, and none may overlap another")
                )
            last = rule.ends
        return self

    def rule_on(self, day: Date) -> TargetRule | None:
        """The rule in force on a day; None where none covers it."""
        found = [r for r in self.rules if r.starts <= day and (r.ends is None or day <= r.ends)]
        return found[0] if found else None


class Intake(Section):
    """What the intake of new clients expects of the coming weeks; estimates."""

    weeks: int = Field(
        13,
        ge=0,
        le=52,
        description="Weeks ahead over which arrivals and departures are expected; 0 for none.",
    )
    stay_weeks: int = Field(
        26, ge=1, le=156, description="Weeks of a new client's stay that a proposal at the desk looks at."
    )
    settle_weeks: float = Field(
        3.0, gt=0, le=52, description="Weeks in which newcomers even a difference of loads out (estimate)."
    )
    departures_monthly: Share | None = Field(
        None,
        le=1,
        description="Share of the clients who leave in a month (estimate); empty to measure it: as many leave as come.",
    )
    recent_days: int = Field(
        91, ge=7, le=366, description="Days of registrations from which arrivals and departures are measured."
    )
    proposals: int = Field(5, ge=1, le=50, description="Coaches proposed for each new client, ranked.")
    longest_days: int = Field(
        31, ge=0, le=366, description="Most days that a batch may be younger than the snapshot."
    )
