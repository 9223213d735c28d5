"""What the sections of the policy are made of: numbers with units, and sections that refuse unknown keys."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from optimiser.domain.texts import said

Level = Literal["A1", "A2", "B1", "B2", "C1", "C2", "L1"]
LanguageMode = Literal["coach", "interpreter", "interpreter_limited"]


def _without_unit(unit: str, *also: str) -> BeforeValidator:
    def strip(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        number, _, given = value.strip().partition(" ")
        if given and given.strip() not in (unit, *also):
            raise ValueError(
                said(
                    "the unit is {unit!r}, not {given!r}: write the number in {unit}",
                    unit=unit,
                    given=given.strip(),
                )
            )
        return number.replace(",", ".")

    return BeforeValidator(strip)


Minutes = Annotated[float, Field(ge=0, json_schema_extra={"unit": "min"}), _without_unit("min", "minutes")]
Months = Annotated[float, Field(gt=0, json_schema_extra={"unit": "months"}), _without_unit("months")]
Days = Annotated[int, Field(ge=0, json_schema_extra={"unit": "days"}), _without_unit("days")]
Share = Annotated[float, Field(ge=0, json_schema_extra={"unit": "share"}), _without_unit("share")]
Factor = Annotated[float, Field(ge=0, json_schema_extra={"unit": "times"}), _without_unit("times")]
Meetings = Annotated[float, Field(ge=0, json_schema_extra={"unit": "a month"}), _without_unit("a month")]
Weight = Annotated[int, Field(ge=1, le=1000, json_schema_extra={"unit": "clients"}), _without_unit("clients")]


class Section(BaseModel):
    """A part of the policy; refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
