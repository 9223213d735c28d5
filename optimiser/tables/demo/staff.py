"""The coaches as they are hired: unit, languages, age groups, specialisms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.tables.demo.draws import Flags, Ints, apportion, stream
from optimiser.tables.demo.offices import open_offices
from optimiser.tables.demo.region import SPECIALISMS, Region

INTEGRATION_SHARE = 0.065
"""Share of the coaches who work in the integration unit, where there are at least `UNIT_FROM` coaches."""
UNIT_FROM = 6
TEAM = 12
OWN_UNIT_FROM = 4
"""Coaches from which an office is a unit of its own; smaller ones join the unit of their area."""
YOUTH_TEAM_FROM = 6
YOUTH_SHARE = 0.18
"""Share of a large office's coaches who serve the young only."""
REMOTE_SHARE = 0.03
UNIT_LANGUAGES = 3
"""Languages that a coach of the integration unit works in beside Finnish and English."""


@dataclass(frozen=True)
class Staff:
    """The C coaches, ordered by unit, with U units.

    Attributes
    ----------
    units : polars.DataFrame
        name, employer (municipality row), integration; in order.
    unit, office, host : int, shapes (C,), (C,), (M,)
        Unit, municipality of the office; municipality whose office carries a municipality.
    serves : bool, shape (M, C)
    everywhere, youth, integration, remote, steady : bool, shape (C,)
        Serves all municipalities, the young only, in the integration unit, only remotely; stays and
        serves everybody.
    speaks : bool, shape (L, C)
        By row of the region's languages.
    specialised : bool, shape (S, C)
        By place in `SPECIALISMS`.
    """

    units: pl.DataFrame
    unit: Ints
    office: Ints
    host: Ints
    serves: Flags
    everywhere: Flags
    youth: Flags
    integration: Flags
    remote: Flags
    steady: Flags
    speaks: Flags
    specialised: Flags


def integration_coaches(coaches: int) -> int:
    """Coaches of the integration unit in a region of that many; 0 where there is no such unit."""
    return max(1, round(INTEGRATION_SHARE * coaches)) if coaches >= UNIT_FROM else 0


def hire(region: Region, coaches: int, seed: int) -> Staff:
    """Return the coaches of a region.

    Parameters
    ----------
    region : Region
    coaches : int
        At least 1.
    seed : int

    Returns
    -------
    Staff
    """
    apart = integration_coaches(coaches)
    home = open_offices(region, coaches - apart)
    places = len(region.codes)
    office = np.append(home.office, np.full(apart, region.centre))
    integration = np.arange(coaches) >= coaches - apart
    steady = np.append(home.steady, np.arange(apart) < (apart + 1) // 2)
    serves = np.hstack([home.serves, np.ones((places, apart), dtype=bool)])
    youth = _youth(office, steady, integration)
    units, unit = _units(region, office, youth, integration)
    rng = stream(seed, "staff")
    loose = ~steady & ~integration & ~youth
    remote = loose & (rng.random(coaches) < REMOTE_SHARE * coaches / max(1, loose.sum()))
    order = np.argsort(unit, kind="stable")
    speaks = _languages(region, integration, rng)
    specialised = _specialisms(youth, integration, rng)
    return Staff(
        units=units,
        unit=unit[order],
        office=office[order],
        host=home.host,
        serves=serves[:, order],
        everywhere=np.all(serves, axis=0)[order],
        youth=youth[order],
        integration=integration[order],
        remote=remote[order],
        steady=steady[order],
        speaks=speaks[:, order],
        specialised=specialised[:, order],
    )


def _youth(office: Ints, steady: Flags, integration: Flags) -> Flags:
    """The last loose coaches of a large office serve the young."""
    youth = np.zeros(len(office), dtype=bool)
    for place in np.unique(office):
        members = np.flatnonzero((office == place) & ~integration)
        loose = members[~steady[members]]
        wanted = int(YOUTH_SHARE * len(members))
        youth[loose[len(loose) - wanted :]] = True
    return youth


def _units(region: Region, office: Ints, youth: Flags, integration: Flags) -> tuple[pl.DataFrame, Ints]:
    """Teams of large offices, one unit for a middling office, one per area for the small ones."""
    names = region.municipalities["name"].to_list()
    areas = region.municipalities["area"].to_list()
    rows: dict[str, tuple[int, bool]] = {}
    label = np.empty(len(office), dtype=object)
    for place in np.unique(office[~integration]):
        here = (office == place) & ~integration
        if here.sum() < OWN_UNIT_FROM:
            title = f"{areas[place]}, small offices"
            rows.setdefault(title, (int(place), False))
            label[here] = title
            continue
        young = here & youth if (here & youth).sum() >= YOUTH_TEAM_FROM else here & False
        for kind, members in (("team", here & ~young), ("youth team", young)):
            for number, team in enumerate(_teams(np.flatnonzero(members)), start=1):
                title = f"{names[place]}, {kind} {number}"
                rows[title] = (int(place), False)
                label[team] = title
    if integration.any():
        rows["Integration services"] = (region.centre, True)
        label[integration] = "Integration services"
    place_of = {title: i for i, title in enumerate(rows)}
    unit = np.array([place_of[title] for title in label], dtype=np.int64)
    frame = pl.DataFrame(
        {
            "name": list(rows),
            "employer": [place for place, _ in rows.values()],
            "integration": [apart for _, apart in rows.values()],
        }
    )
    return frame, unit


def _teams(members: Ints) -> list[Ints]:
    """Teams of about `TEAM` coaches; the members of each are spread so that every team has steady ones."""
    if not len(members):
        return []
    number = max(1, round(len(members) / TEAM))
    return [members[first::number] for first in range(number)]


def _languages(region: Region, integration: Flags, rng: np.random.Generator) -> Flags:
    share = region.languages["coaches"].to_numpy().astype(float)
    speaks = rng.random((len(share), len(integration))) < share[:, None]
    # Finnish by all; Swedish by somebody, wherever there is a choice.
    swedish = region.languages["language"].to_list().index("sv")
    home = np.flatnonzero(~integration)
    if len(home) >= 5 and not speaks[swedish, home].any():
        speaks[swedish, home[0]] = True
    _languages_of_unit(region, speaks, np.flatnonzero(integration))
    return speaks


def _languages_of_unit(region: Region, speaks: Flags, members: Ints) -> None:
    """Give the integration unit's coaches the clients' languages in turn, the common ones most often."""
    if not len(members):
        return
    weight = region.languages["tampere"].to_numpy().astype(float)
    names = region.languages["language"].to_list()
    speaks[names.index("en"), members] = True
    weight[names.index("en")] = 0.0
    slots = UNIT_LANGUAGES * len(members)
    turns = np.repeat(np.argsort(-weight, kind="stable"), apportion(np.sort(weight)[::-1], slots))
    speaks[turns, members[np.arange(slots) % len(members)]] = True


def _specialisms(youth: Flags, integration: Flags, rng: np.random.Generator) -> Flags:
    specialised = rng.random((len(SPECIALISMS), len(youth))) < 0.12
    specialised[0] = False
    specialised[SPECIALISMS.index("youth_guidance")] |= youth
    specialised[SPECIALISMS.index("immigrants")] |= integration
    return specialised
