"""One new client as the rules and prices see one: a row of values, no table."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from optimiser.allocation.facts import ClientFacts, Facts, Flags
from optimiser.allocation.languages import understood
from optimiser.allocation.workload import demand_of, monthly_meetings
from optimiser.domain.calendar import day_number
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.schema import CLIENTS
from optimiser.domain.schema_clients import LEVELS
from optimiser.domain.texts import said

READ = ("registered_on", "extra_meetings", "need_level", "multi_agency", "services_under_way")
"""Columns from which the demand follows."""
_DEFAULTS = {c.name: c.default for c in CLIENTS.columns}
_REQUIRED = tuple(c.name for c in CLIENTS.columns if c.required and c.name != "client_id")
_CHOICES = {c.name: c.choices for c in CLIENTS.columns if c.choices}
_BOUNDS = {c.name: (c.low, c.high) for c in CLIENTS.columns if c.low is not None and c.high is not None}


def one_row(client: Mapping[str, Any] | pl.DataFrame, homes: frozenset[str]) -> dict[str, Any]:
    """Return a client's values by column, defaults filled in; `homes` are the municipalities served.

    Raises
    ------
    InputError
        For an unknown column, a required value that is missing, an unknown municipality or code, a
        number out of range, and for a frame that has not exactly one row.
    """
    if isinstance(client, pl.DataFrame):
        if client.height != 1:
            problem = said("{rows} rows instead of one", rows=client.height)
            advice = said("Give one client at a time; a batch is for `optimiser intake`.")
            raise InputError([Complaint("desk", 0, "", "", problem, advice)])
        client = client.drop("line", strict=False).row(0, named=True)
    given = {name: value for name, value in client.items() if value is not None}
    row = _DEFAULTS | given
    wrong = [*_unknown(given), *_missing(row), *_bad(row)]
    if not wrong and str(row["municipality"]) not in homes:
        problem, advice = said("an unknown municipality"), said("Use a municipality of the snapshot.")
        wrong.append(Complaint("desk", 0, "municipality", str(row["municipality"]), problem, advice))
    if row["protected_address"]:
        problem = said("a client with a protected address")
        advice = said("Assign the client by hand: a protected address never enters.")
        wrong.append(Complaint("desk", 0, "protected_address", "", problem, advice))
    if wrong:
        raise InputError(wrong)
    return row


def _unknown(given: Mapping[str, Any]) -> list[Complaint]:
    out = []
    for name in given.keys() - _DEFAULTS.keys():
        near = difflib.get_close_matches(name, _DEFAULTS, 1)
        guess = said("Did you mean {name}?", name=near[0] if near else "")
        advice = guess if near else said("Use the columns of clients.")
        out.append(Complaint("desk", 0, name, "", said("an unknown column"), advice))
    return out


def _missing(row: Mapping[str, Any]) -> list[Complaint]:
    problem, advice = said("a required value is missing"), said("Fill it in.")
    return [Complaint("desk", 0, name, "", problem, advice) for name in _REQUIRED if row[name] is None]


def _bad(row: Mapping[str, Any]) -> list[Complaint]:
    out = []
    for name, choices in _CHOICES.items():
        if row[name] is not None and row[name] not in choices:
            advice = said("Use one of {choices}.", choices=", ".join(choices))
            out.append(Complaint("desk", 0, name, str(row[name]), said("an unknown code"), advice))
    for name, (low, high) in _BOUNDS.items():
        if row[name] is not None and low is not None and high is not None and not low <= row[name] <= high:
            advice = said("Give a number from {low:g} to {high:g}.", low=low, high=high)
            out.append(Complaint("desk", 0, name, str(row[name]), said("a number out of range"), advice))
    for part in str(row["other_languages"] or "").split():
        if part.partition(":")[2] not in LEVELS:
            problem = said("not a language with its level")
            levels = ", ".join(LEVELS)
            advice = said("Write language and level, such as en:B1; levels are {levels}.", levels=levels)
            out.append(Complaint("desk", 0, "other_languages", part, problem, advice))
    return out


@dataclass(frozen=True)
class Stage:
    """Part of the stay in which the rhythm gives as many meetings.

    Attributes
    ----------
    facts : Facts
        The client as the only profile.
    weight, near, far : float
        Share of the weeks looked at, each counted by the chance that the client is still there; of it the
        part at the loads of today, and the part at the prices of the weeks to come. near + far = weight.
    """

    facts: Facts
    weight: float
    near: float
    far: float


def stages(row: Mapping[str, Any], today: Facts, leaving: float) -> list[Stage]:
    """Return the stages of a client's stay from today on; their weights add up to 1.

    Parameters
    ----------
    row : mapping
        Values of all columns of `clients`.
    today : Facts
        As `client_facts` returns them.
    leaving : float
        Share of the clients who leave in a week.
    """
    policy, date = today.policy, today.region.date
    weeks = np.arange(policy.intake.stay_weeks)
    chance = (1 - leaving) ** weeks
    chance = chance / chance.sum()
    near = np.exp(-weeks / policy.intake.settle_weeks)
    frame = pl.DataFrame({name: [row[name]] for name in READ})
    registered = pl.Series(day_number(row["registered_on"]) - 7 * weeks, dtype=pl.Int32).cast(pl.Date)
    extra = np.full(len(weeks), float(row["extra_meetings"]))
    aged = pl.DataFrame({"registered_on": registered, "extra_meetings": extra})
    number, of = np.unique(monthly_meetings(aged, policy, date), return_inverse=True)
    out = []
    for place, meetings in enumerate(number):
        many = np.array([meetings])
        clients = replace(today.clients, meetings=many, base=demand_of(frame, many, policy))
        here = chance * (of == place)
        out.append(
            Stage(
                replace(today, clients=clients),
                float(here.sum()),
                float((here * near).sum()),
                float((here * (1 - near)).sum()),
            )
        )
    return out


def client_facts(row: Mapping[str, Any], facts: Facts, neutral: ClientFacts) -> Facts:
    """Return the facts of coaches and region beside this client as the only profile.

    Parameters
    ----------
    row : mapping
        Values of all columns of `clients`.
    facts : Facts
        Of any clients: its coaches and region are taken.
    neutral : ClientFacts
        Shape (1,) each: a client whom nothing binds to a coach.
    """
    policy, region, coaches = facts.policy, facts.region, facts.coaches
    frame = pl.DataFrame({name: [row[name]] for name in READ})
    meetings = monthly_meetings(frame, policy, region.date)
    ages, age = policy.rules.age_group, region.date.year - int(row["birth_year"])
    group = int(age > ages.youth_until) + int(age > ages.adult_until)
    until, special = row["integration_until"], row["specialism"]
    known = coaches.specialism_codes
    place = (known.index(special) if special in known else len(known)) if special else -1
    language = str(row["language"])
    mode = policy.rules.language.modes.get(language, policy.rules.language.default)
    heard = understood(language, str(row["other_languages"] or ""), policy)
    client = replace(
        neutral,
        municipality=np.array([region.codes.index(str(row["municipality"]))], dtype=np.int32),
        language=np.zeros(1, dtype=np.int32),
        age_group=np.array([group], dtype=np.int32),
        integration=np.array([until is not None and until >= region.date]),
        in_person=np.array([row["channel"] == "in_person"]),
        meetings=meetings,
        base=demand_of(frame, meetings, policy),
        specialism=np.array([place], dtype=np.int32),
    )
    beside = replace(
        region,
        shares=_shares(heard, coaches.spoken),
        needs_coach=np.array([mode == "coach"]),
        limited=np.array([mode == "interpreter_limited"]),
    )
    return replace(facts, region=beside, clients=client)


@lru_cache(maxsize=4096)
def _shares(heard: frozenset[str], spoken: tuple[frozenset[str], ...]) -> Flags:
    """Whether a client who can be served in some languages shares one with each coach, shape (1, C)."""
    shares = np.array([[not languages.isdisjoint(heard) for languages in spoken]], dtype=np.bool_)
    shares.setflags(write=False)
    return shares
