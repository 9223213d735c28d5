"""The measures and equal treatment, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import check
from optimiser.quality.measures import measures
from optimiser.quality.recount import Recount
from optimiser.quality.treatment import equal_treatment
from tests.quality.tiny import ASSIGNED, Row, client, coach, plan, policy, tiny


def test_measures_of_the_region_by_hand() -> None:
    """Utilisation 0.25, 0.94667 and 0.08333; before 0.08333, 0.61333 and 0.16667."""
    found = measures(check(tiny(), policy(), plan(ASSIGNED)).recount)
    assert found.utilisation.max == pytest.approx(284 / 300)
    # Between the second and the third of three: 0.25 + 0.9 x (0.94667 - 0.25).
    assert found.utilisation.p95 == pytest.approx(0.25 + 0.9 * (284 / 300 - 0.25))
    assert found.utilisation.bands == {"<95": 3, "95-100": 0, "100-110": 0, ">110": 0}
    assert found.utilisation_before.max == pytest.approx(184 / 300)
    assert (found.heads_max, found.heads_mean, found.unserved) == (3, 2.0, 0)
    assert (found.interpreter_minutes, found.travel_minutes) == (24, 20)
    assert found.own_language_share == pytest.approx(5 / 6)
    # Of c1, c2, c4 and c6 only c6 loses the present coach.
    assert found.continuity == pytest.approx(0.75)
    assert json.loads(json.dumps(asdict(found)))["utilisation"]["bands"]["<95"] == 3


def test_bands_at_their_edges() -> None:
    """Exactly 95 and 100 per cent are in the second band, exactly 110 in the third; no capacity apart."""
    loads = {"a": 94.0, "b": 95.0, "c": 100.0, "d": 100.5, "e": 110.0, "f": 111.0}
    posts = [coach(name, full_time_minutes=5000.0 / load, limit_minutes=9e9) for name, load in loads.items()]
    posts.append(coach("g", fte=0.0))
    clients = [client(f"k{name}", coach_id=name) for name in loads]
    facts = tiny(coaches=posts, clients=clients)
    found = measures(check(facts, policy(), plan({f"k{name}": name for name in loads})).recount)
    assert found.utilisation.bands == {"<95": 1, "95-100": 2, "100-110": 2, ">110": 1}
    assert found.utilisation_before == found.utilisation
    assert found.without_capacity == 1


def test_measures_of_nobody() -> None:
    """Shares of nobody are None, not a fault."""
    found = measures(check(tiny(clients=[client("x")]), policy(), plan({"x": None})).recount)
    assert (found.own_language_share, found.continuity, found.unserved) == (None, None, 1)


def _region(clients: list[Row], assigned: dict[str, str | None]) -> tuple[Recount, Snapshot]:
    facts = tiny(
        clients=clients,
        municipalities=[{"municipality": m, "name": f"place {m}"} for m in ("001", "002", "003")],
        coaches=[coach("ann", serves="*"), coach("bo", serves="*", municipality="002")],
        travel=[
            {"from_municipality": a, "to_municipality": b, "minutes": 20.0}
            for a, b in (("001", "002"), ("001", "003"), ("002", "003"))
        ],
    )
    return check(facts, policy(), plan(assigned)).recount, facts


def _many(**counts: int) -> list[Row]:
    places = {"town": "001", "village": "002", "far": "003"}
    return [client(f"{n}{k}", municipality=places[n]) for n, count in counts.items() for k in range(count)]


def test_small_cells_take_a_second_one_with_them() -> None:
    """Four clients of one place are hidden, and the five of the next smallest with them."""
    clients = _many(town=9, village=5, far=4)
    recount, facts = _region(clients, {c["client_id"]: "ann" for c in clients})
    shown = equal_treatment(recount, facts).municipality
    assert shown["hidden"].to_list() == [False, True, True]
    assert shown["clients"].to_list() == [9, None, None]
    figures = [name for name in shown.columns if name not in ("cell", "name", "hidden")]
    assert all(shown[name][1] is None and shown[name][2] is None for name in figures)


def test_cells_of_five_are_shown_and_compared() -> None:
    """Share served 1, 0.5 and 1; travel 0, 20 and 20 minutes; ratios are worst over best."""
    clients = _many(town=5, village=10, far=5)
    assigned: dict[str, str | None] = {c["client_id"]: "ann" for c in clients}
    assigned |= {f"village{k}": None for k in range(5)}
    recount, facts = _region(clients, assigned)
    found = equal_treatment(recount, facts)
    assert found.municipality["name"].to_list() == ["place 001", "place 002", "place 003"]
    assert found.municipality["served"].to_list() == pytest.approx([1, 0.5, 1])
    assert found.municipality["travel_minutes"].to_list() == pytest.approx([0, 20, 20])
    # 15 clients of 50 minutes on 600.
    assert found.municipality["utilisation"].to_list() == pytest.approx([750 / 600] * 3)
    ratios = found.ratios["municipality"]
    assert ratios["served"] == pytest.approx(0.5)
    assert ratios["own_language"] == 1.0
    assert (ratios["travel_minutes"], ratios["kept"]) == (None, None)


def test_rare_languages_are_one_cell() -> None:
    """Fi and sv come first, then languages of five and more; the others are `other`."""
    tongues = ["fi"] * 6 + ["sv"] * 5 + ["ru"] * 5 + ["so"] * 3 + ["uk"] * 3
    clients = [client(f"k{n:02d}", language=t, coach_id="ann") for n, t in enumerate(tongues)]
    recount, facts = _region(clients, {c["client_id"]: "ann" for c in clients})
    shown = equal_treatment(recount, facts).language
    assert shown["cell"].to_list() == ["fi", "sv", "ru", "other"]
    assert shown["clients"].to_list() == [6, 5, 5, 6]
    assert shown["own_language"].to_list() == [1, 0, 0, 0]
    assert shown["own_language_before"].to_list() == [1, 0, 0, 0]
    # Swedish is for coaches who speak it, so ann may not keep those five; they are kept all the same.
    assert shown["kept"].to_list() == [1, 1, 1, 1]
    assert shown["interpreter"].to_list() == [0, 1, 1, 1]


def test_age_groups_stand_from_young_to_old() -> None:
    """Youth, adult and senior, in this order."""
    years = {"youth": 2000, "adult": 1984, "senior": 1960}
    clients = [client(f"{g}{k}", birth_year=year) for g, year in years.items() for k in range(5)]
    recount, facts = _region(clients, {c["client_id"]: "ann" for c in clients})
    assert equal_treatment(recount, facts).age_group["cell"].to_list() == list(years)
