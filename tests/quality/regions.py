"""Small random regions, policies, plans and multipliers, for property tests."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

from hypothesis import strategies as st

from optimiser.domain.plan import Multipliers
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from tests.quality.tiny import DAY, Row, snapshot

PLACES = ("001", "002", "003")
COACHES = ("a", "b", "c", "d")
TONGUES = ("fi", "sv", "ar", "fse")


def dates(first: Date, last: Date) -> st.SearchStrategy[Date]:
    """Dates, leap days and ends of months among them."""
    awkward = [
        d for d in (Date(2024, 2, 29), Date(2024, 5, 31), Date(2023, 6, 15), DAY) if first <= d <= last
    ]
    return st.one_of(st.dates(first, last), st.sampled_from(awkward or [first]))


AROUND = st.none() | dates(Date(2024, 5, 1), Date(2024, 8, 1))
BEFORE = dates(Date(2022, 1, 1), Date(2024, 6, 20))


def some_of(values: tuple[str, ...], least: int = 0) -> st.SearchStrategy[str | None]:
    """Codes separated by spaces, sorted."""
    return st.sets(st.sampled_from(values), min_size=least).map(lambda s: " ".join(sorted(s)) or None)


def coaches(coach_id: str) -> st.SearchStrategy[Row]:
    """A coach of any kind."""
    return st.fixed_dictionaries(
        {
            "coach_id": st.just(coach_id),
            "unit_id": st.sampled_from(["u1", "u1", "u2"]),
            "municipality": st.sampled_from(PLACES),
            "serves": st.just("*") | some_of(PLACES, 1),
            "languages": some_of(TONGUES, 1),
            "age_groups": st.none() | some_of(("adult", "senior", "youth")),
            "specialisms": some_of(("debt", "health")),
            "fte": st.sampled_from([0.0, 0.5, 1.0]),
            "full_time_minutes": st.sampled_from([None, 150.0, 400.0]),
            "limit_minutes": st.sampled_from([None, None, 0.0, 180.0]),
            "limit_heads": st.sampled_from([None, None, 1, 3]),
            "reserved_minutes": st.sampled_from([0.0, 20.0]),
            "protected_clients": st.sampled_from([0, 0, 1]),
            "start": st.none() | AROUND,
            "end": st.none() | AROUND,
            "ramp_up_days": st.sampled_from([0, 40]),
            "remote": st.sampled_from([False, False, True]),
        }
    )


def clients(client_id: str, known: tuple[str, ...]) -> st.SearchStrategy[Row]:
    """A client of any kind."""
    return st.fixed_dictionaries(
        {
            "client_id": st.just(client_id),
            "municipality": st.sampled_from(PLACES),
            "birth_year": st.sampled_from([1955, 1969, 1970, 1990, 1994, 1995, 2004]),
            "language": st.sampled_from(TONGUES),
            "other_languages": st.sampled_from([None, None, "fi:B1", "fi:B2", "ar:L1 sv:A2"]),
            "registered_on": BEFORE,
            "need_level": st.integers(1, 4),
            "multi_agency": st.booleans(),
            "extra_meetings": st.sampled_from([0.0, 0.0, 0.5, 1.25]),
            "services_under_way": st.integers(0, 2),
            "specialism": st.sampled_from([None, None, "debt", "health", "work"]),
            "channel": st.sampled_from(["in_person", "phone", "remote"]),
            "integration_until": st.none() | AROUND,
            "unemployed_since": st.none() | BEFORE,
            "coach_id": st.none() | st.sampled_from(known),
            "coach_since": st.none() | BEFORE,
            "involuntary_changes": st.sampled_from([0, 0, 1, 2]),
            "household": st.sampled_from([None, None, "h1", "h2"]),
        }
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Three municipalities, one to four coaches, one to eight clients."""
    known = COACHES[: draw(st.integers(1, 4))]
    names = tuple(f"k{n}" for n in range(draw(st.integers(1, 8))))
    pair = st.fixed_dictionaries(
        {"client_id": st.sampled_from(names), "coach_id": st.sampled_from(known), "until": st.none() | AROUND}
    )
    absence = st.fixed_dictionaries(
        {
            "coach_id": st.sampled_from(known),
            "first_day": dates(Date(2024, 5, 1), Date(2024, 7, 1)),
            "last_day": dates(Date(2024, 6, 1), Date(2024, 8, 1)),
            "share": st.sampled_from([0.5, 1.0]),
        }
    )
    keys = (lambda r: (r["client_id"], r["coach_id"]), lambda r: r["client_id"])
    return snapshot(
        municipalities=[{"municipality": p, "name": p, "area": "x" if p == "003" else "y"} for p in PLACES],
        travel=[
            {"from_municipality": "001", "to_municipality": "002", "minutes": 25.0},
            {"from_municipality": "001", "to_municipality": "003", "minutes": 70.0},
            {"from_municipality": "003", "to_municipality": "002", "minutes": 55.5},
        ],
        units=[{"unit_id": "u1"}, {"unit_id": "u2", "integration": True}],
        coaches=[draw(coaches(c)) for c in known],
        clients=[draw(clients(c, known)) for c in names],
        absences=draw(st.lists(absence, max_size=3, unique_by=lambda r: tuple(r.values())[:3])),
        exclusions=draw(st.lists(pair, max_size=3, unique_by=keys[0])),
        pins=draw(st.lists(pair, max_size=2, unique_by=keys[1])),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Rules on and off, limits, weights."""
    off = draw(st.sets(st.sampled_from(list(Policy().rules.model_dump())), max_size=2))
    rules: dict[str, dict[str, Any]] = {name: {"on": False} for name in off}
    rules.setdefault("household", {})["join_different"] = draw(st.booleans())
    rules.setdefault("travel", {})["integration_exempt"] = draw(st.booleans())
    modes = {
        "fi": "coach",
        "fse": "interpreter_limited",
        "ar": draw(st.sampled_from(["coach", "interpreter"])),
    }
    rules.setdefault("language", {})["modes"] = modes
    limited = st.dictionaries(st.sampled_from(["x", "y"]), st.sampled_from([0.0, 30.0]))
    heads = draw(st.none() | st.integers(0, 3))
    limits = {"load": draw(st.sampled_from([0.5, 1.2])), "heads": heads, "interpreter_minutes": draw(limited)}
    limits["moves"] = draw(st.none() | st.integers(0, 3))
    binding = {
        "protection": {
            "younger_than_months": draw(st.sampled_from([0, 3, 12])),
            "need_level": draw(st.sampled_from([5, 4])),
        },
        "freeze": {
            "coaches": sorted(draw(st.sets(st.sampled_from(COACHES), max_size=2))),
            "units": draw(st.sampled_from([[], [], ["u2"]])),
        },
        "team": {"on": draw(st.booleans())},
    }
    for name, wishes in binding.items():
        rules[name] = wishes | rules.get(name, {})
    unserved = {"long_term": draw(st.integers(1, 3)), "need_level": draw(st.sampled_from([{}, {4: 2}]))}
    return Policy.model_validate({"rules": rules, "limits": limits, "unserved": unserved})


def plans(facts: Snapshot) -> st.SearchStrategy[dict[str, str | None]]:
    """Any coach, or none, for each client."""
    coach = st.none() | st.sampled_from(facts.coaches["coach_id"].to_list())
    return st.fixed_dictionaries(dict.fromkeys(facts.clients["client_id"], coach))


def multipliers(facts: Snapshot, wanted: Policy, *, second: bool) -> st.SearchStrategy[Multipliers]:
    """Any multipliers from 0 up."""
    price = st.sampled_from([0.0, 0.001, 0.01, 0.3, 1.0, 7.5])
    names = facts.coaches["coach_id"].to_list()
    of_coaches = st.fixed_dictionaries(dict.fromkeys(names, price))
    of_areas = st.fixed_dictionaries(dict.fromkeys(wanted.limits.interpreter_minutes, price))
    unserved = st.sampled_from([0.0, 5.0, 600.0]) if second else st.just(0.0)
    return st.builds(
        Multipliers,
        load=of_coaches,
        heads=of_coaches,
        interpreter=of_areas,
        moves=st.just(0.0) if wanted.limits.moves is None else price,
        unserved=unserved,
    )
