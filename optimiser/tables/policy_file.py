"""The policy as a YAML file: read with every complaint in its place, written with its explanation."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from datetime import date as Date
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.texts import ENGLISH, Message, Texts, mark, said
from optimiser.tables.faults import LONGEST_VALUE
from optimiser.tables.languages import LANGUAGES, language_advice
from optimiser.tables.yaml_text import Entry, read_yaml

_PLAIN = re.compile(r"[A-Za-zÅÄÖåäö][A-Za-zÅÄÖåäö0-9_ .\-]*[A-Za-zÅÄÖåäö0-9]")
_WORDS = ("null", "true", "false", "yes", "no", "on", "off")

Place = tuple[int | str, ...]
PROBLEMS = {
    "missing": mark("field required"),
    "model_type": mark("should be keys with values"),
    "dict_type": mark("should be keys with values"),
    "tuple_type": mark("should be a list"),
    "greater_than": mark("should be greater than {gt}"),
    "greater_than_equal": mark("should be greater than or equal to {ge}"),
    "less_than": mark("should be less than {lt}"),
    "less_than_equal": mark("should be less than or equal to {le}"),
    "finite_number": mark("should be a finite number"),
    "float_type": mark("should be a valid number"),
    "float_parsing": mark("should be a valid number, unable to parse string as a number"),
    "int_type": mark("should be a valid integer"),
    "int_parsing": mark("should be a valid integer, unable to parse string as an integer"),
    "int_from_float": mark("should be a valid integer, got a number with a fractional part"),
    "bool_type": mark("should be a valid boolean"),
    "bool_parsing": mark("should be a valid boolean, unable to interpret input"),
    "string_type": mark("should be a valid string"),
    "string_pattern_mismatch": mark("should match the pattern {pattern}"),
    "literal_error": mark("should be {expected}"),
    "date_type": mark("should be a valid date"),
    "date_parsing": mark("should be a valid date in the format YYYY-MM-DD"),
    "date_from_datetime_parsing": mark("should be a valid date"),
    "date_from_datetime_inexact": mark("should be a date without a time of day"),
}
"""What the validation calls its objections, in our words; another one is told as the validation words it."""
SEE = said("See `optimiser policy`.")


def read_policy(path: Path | None) -> Policy:
    """Read a policy; what the file leaves out has its default.

    Parameters
    ----------
    path : Path or None
        YAML 1.2 file; None for the defaults.

    Raises
    ------
    InputError
        With line, key, value and advice for everything wrong in it.
    """
    if path is None:
        return Policy()
    entry = read_yaml(path)
    if entry.value is None:
        return Policy()
    if not isinstance(entry.value, dict):
        advice = said("Write keys with values, such as `name: ours`; `optimiser policy` prints them all.")
        raise InputError([Complaint(str(path), entry.line, "", "", said("not a policy"), advice)])
    try:
        policy = Policy.model_validate(entry.bare())
    except ValidationError as error:
        raise InputError([_complaint(str(path), entry, dict(e)) for e in error.errors()]) from None
    if wrong := _unknown_languages(str(path), entry, policy):
        raise InputError(wrong)
    return policy


def _unknown_languages(file: str, entry: Entry, policy: Policy) -> list[Complaint]:
    """Complaints about languages that no table may hold."""
    rule = policy.rules.language
    named: list[tuple[Place, str]] = [(("set_aside", "language"), policy.set_aside.language)]
    named += [(("rules", "language", "modes", code), code) for code in rule.modes]
    named += [(("rules", "language", "enough_in", code), code) for code in rule.enough_in]
    problem = said("an unknown language code")
    return [
        Complaint(file, _line(entry, place), _key(place), code, problem, language_advice(code))
        for place, code in named
        if code not in LANGUAGES
    ]


def _key(place: Place) -> str:
    return ".".join(str(part) for part in place if part != "[key]")


def _complaint(file: str, entry: Entry, error: dict[str, Any]) -> Complaint:
    place: Place = tuple(error["loc"])
    key = _key(place)
    value = error["input"]
    shown = (
        "" if isinstance(value, (dict, list)) or error["type"] == "missing" else str(value)[:LONGEST_VALUE]
    )
    if error["type"] == "extra_forbidden":
        return Complaint(file, _line(entry, place), key, shown, said("an unknown key"), _nearest(place))
    return Complaint(file, _line(entry, place), key, shown, _problem(error), _advice(place))


def _problem(error: dict[str, Any]) -> str:
    """What the validation objects to, in words that can be said in other languages."""
    told = error.get("ctx", {})
    if error["type"] == "value_error" and isinstance(told["error"].args[0], Message):
        return told["error"].args[0]
    if error["type"] in PROBLEMS:
        return said(PROBLEMS[error["type"]], **told)
    text = re.sub(r"^(Value error, |Input )", "", error["msg"])
    return text[:1].lower() + text[1:]


def _line(entry: Entry, place: Place) -> int:
    """Line of the deepest entry on the way to a place."""
    line = entry.line
    for part in place:
        inner = entry.value
        if isinstance(inner, dict) and str(part) in inner:
            entry = inner[str(part)]
        elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
            entry = inner[part]
        else:
            break
        line = entry.line
    return line


def _nearest(place: Place) -> str:
    model = _section(place[:-1])
    known = list(model.model_fields) if model else []
    near = difflib.get_close_matches(str(place[-1]), known, 1, 0.6)
    if near:
        return said("Did you mean {near}?", near=near[0])
    return said("Use one of {choices}.", choices=", ".join(known))


def _section(place: Place) -> type[BaseModel] | None:
    """The section of the policy at a place; None where none is."""
    model: type[BaseModel] | None = Policy
    for part in place:
        if isinstance(part, int):
            continue
        info = model.model_fields.get(part) if model else None
        model = _model_of(info.annotation) if info else None
    return model


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation is, or holds in a tuple or with None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_of(part) for part in get_args(annotation))
    return next((model for model in found if model), None)


def _advice(place: Place) -> str:
    names = [part for part in place if isinstance(part, str)]
    for end in range(len(names), 0, -1):
        model = _section(tuple(names[: end - 1]))
        info = model.model_fields.get(names[end - 1]) if model else None
        if info is not None:
            meaning = _explained(info)
            return said("See `optimiser policy`. {meaning}", meaning=meaning) if meaning else SEE
    return said("See `optimiser policy` for the keys, their units and defaults.")


def policy_text(policy: Policy | None = None, texts: Texts = ENGLISH) -> str:
    """Return a policy as YAML with an explanation and unit at every field.

    Parameters
    ----------
    policy : Policy, optional
        Defaults where left out. `read_policy` gives the same policy back.
    texts : Texts
        Language of the explanations.
    """
    return "\n".join(_section_lines(policy or Policy(), 0, texts)).strip() + "\n"


def _section_lines(section: BaseModel, depth: int, texts: Texts) -> Iterator[str]:
    pad = "  " * depth
    for name, info in type(section).model_fields.items():
        value = getattr(section, name)
        explained = _explained(info) or _first_line(value)
        if depth == 0:
            yield ""
        if explained:
            yield f"{pad}# {texts.of(explained)}"
        yield from _field_lines(name, value, depth, texts)


def _field_lines(name: str, value: Any, depth: int, texts: Texts) -> Iterator[str]:
    pad = "  " * depth
    if isinstance(value, BaseModel):
        yield f"{pad}{name}:"
        yield from _section_lines(value, depth + 1, texts)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        yield f"{pad}{name}:"
        for item in value:
            yield from _item_lines(item, depth + 1, texts)
    elif isinstance(value, dict) and value:
        yield f"{pad}{name}:"
        yield from (f"{pad}  {_scalar(key)}: {_scalar(inner)}" for key, inner in value.items())
    elif isinstance(value, tuple):
        yield f"{pad}{name}: [{', '.join(map(_scalar, value))}]"
    else:
        yield f"{pad}{name}: {_scalar(value)}"


def _item_lines(item: BaseModel, depth: int, texts: Texts) -> Iterator[str]:
    """One element of a list: its lines indented once more, the first behind a dash."""
    lines = list(_section_lines(item, depth + 1, texts))
    first = next(i for i, line in enumerate(lines) if not line.lstrip().startswith("#"))
    pad = "  " * depth
    yield from (pad + "  " + line.lstrip() for line in lines[:first])
    yield f"{pad}- {lines[first].lstrip()}"
    yield from lines[first + 1 :]


def _first_line(value: Any) -> str:
    return said((type(value).__doc__ or "").split("\n")[0]) if isinstance(value, BaseModel) else ""


def _explained(info: FieldInfo) -> str:
    """Description of a field with its unit."""
    description = info.description or ""
    text = said(description)
    extra = info.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return said("{meaning} Unit: {unit}.", meaning=text, unit=said(str(unit))) if text and unit else text


def _scalar(value: Any) -> str:
    if value is None or value == {}:
        return "null" if value is None else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and value.lower() not in _WORDS):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
