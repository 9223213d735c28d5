"""The clients as the rules and the load see them: few discrete values, so that many are equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.tables.demo.draws import Flags, Floats, Ints, apportion, pick, pick_by_row, some, stream
from optimiser.tables.demo.offices import REACH_MINUTES
from optimiser.tables.demo.region import CLASSES, SPECIALISMS, Region
from optimiser.tables.demo.staff import Staff

FOREIGN_FACTOR = 2.0
"""Foreign-language speakers' share of clients over their share of residents."""
INTEGRATION_SHARE = 0.05
FRESH_SHARE = 0.2
FRESH_DAYS = 91
SWEDISH_SHARE = 0.004
SIGN_SHARE = 0.0006
PROTECTED_SHARE = 0.003
RARE_SHARE = 0.007
"""Finnish speakers whose profile is any combination whatever."""
AGES_FI = (0.355, 0.407, 0.238)
AGES_FOREIGN = (0.30, 0.66, 0.04)
CHOSEN_CHANNELS = (0.4, 0.37, 0.23)
"""In person, by phone, remotely: of those who choose; the others come in person."""
CHOSEN_CHANNELS_FOREIGN = (0.9, 0.1, 0.0)
OTHER_INTEGRATION = {"": 0.6, "fi:A2": 0.4}
OTHER_FOREIGN = {"": 0.14, "fi:B1": 0.43, "fi:B2": 0.43}
YOUTH, ADULT, SENIOR = 0, 1, 2
IN_PERSON, PHONE, REMOTE = 0, 1, 2


@dataclass(frozen=True)
class Basics:
    """What is drawn first of the N clients, in the order of their ids.

    Attributes
    ----------
    municipality, age : int, shape (N,)
        Rows of the region's municipalities and of `AGE_GROUPS`.
    foreign, integration, fresh, protected : bool, shape (N,)
        Foreign-language; in the integration period; registered in the last 91 days; protected address.
    """

    municipality: Ints
    age: Ints
    foreign: Flags
    integration: Flags
    fresh: Flags
    protected: Flags

    @property
    def size(self) -> int:
        """Number of clients, protected addresses among them."""
        return len(self.municipality)


@dataclass(frozen=True)
class People(Basics):
    """The N clients in the order of their ids.

    Attributes
    ----------
    profile, channel : int, shape (N,)
        Rows of the region's profiles and of `CHANNELS`.
    pair : int, shape (N,)
        Row of `pairs`.
    pairs : tuple of (str, str)
        Language of service and other languages (`fi:B2`).
    """

    profile: Ints
    channel: Ints
    pair: Ints
    pairs: tuple[tuple[str, str], ...]


def draw_people(region: Region, staff: Staff, clients: int, seed: int) -> People:
    """Return the clients of a region.

    Parameters
    ----------
    region, staff : Region, Staff
        Where no coach is within reach, clients are met by phone; without an integration unit nobody
        is in the integration period.
    clients : int
        At least 1.
    seed : int

    Returns
    -------
    People
    """
    basics = _basics(region, staff, clients, seed)
    profile = _profiles(region, basics, seed)
    channel = _channels(region, staff, basics, profile, seed)
    pair, pairs = _languages(region, staff, basics, seed)
    return People(**vars(basics), profile=profile, channel=channel, pair=pair, pairs=pairs)


def _basics(region: Region, staff: Staff, clients: int, seed: int) -> Basics:
    rng = stream(seed, "people")
    counts = apportion(region.municipalities["clients"].to_numpy(), clients)
    municipality = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    share = FOREIGN_FACTOR / 100 * region.municipalities["foreign_language_share"].to_numpy()
    foreign = rng.random(clients) < share[municipality]
    integration = np.zeros(clients, dtype=bool)
    if staff.integration.any():
        integration[some(rng, foreign, round(INTEGRATION_SHARE * clients))] = True
    protected = np.zeros(clients, dtype=bool)
    protected[some(rng, ~protected, round(PROTECTED_SHARE * clients))] = True
    return Basics(
        municipality=municipality,
        age=np.where(foreign, pick(rng, AGES_FOREIGN, clients), pick(rng, AGES_FI, clients)),
        foreign=foreign,
        integration=integration,
        fresh=rng.random(clients) < FRESH_SHARE,
        protected=protected,
    )


def _languages(
    region: Region, staff: Staff, basics: Basics, seed: int
) -> tuple[Ints, tuple[tuple[str, str], ...]]:
    """Language of service and other languages of every client, as rows of a list of pairs."""
    rng = stream(seed, "languages")
    names = region.languages["language"].to_list()
    others = ("", *sorted({"fi:C1", "en:C1", *OTHER_INTEGRATION, *OTHER_FOREIGN} - {""}))
    at_centre = basics.municipality == region.centre
    language = _foreign_languages(region, basics.foreign, at_centre, rng)
    other = np.zeros(basics.size, dtype=np.int64)
    steady = basics.foreign & ~basics.integration
    for members, shares in ((steady, OTHER_FOREIGN), (basics.integration, OTHER_INTEGRATION)):
        place = np.array([others.index(text) for text in shares])
        other[members] = place[pick(rng, list(shares.values()), int(members.sum()))]
    chance = rng.random(basics.size)
    swedish = ~basics.foreign & (chance < SWEDISH_SHARE)
    language[swedish] = names.index("sv")
    # Without a Swedish-speaking coach nearby, a client who speaks no Finnish could not be served.
    home = staff.serves & staff.steady & ~staff.integration
    heard = np.any(home & staff.speaks[names.index("sv")], axis=1)
    finnish_too = ~heard[basics.municipality] | (rng.random(basics.size) < 0.5)
    other[swedish & finnish_too] = others.index("fi:C1")
    plain = ~basics.foreign & ~swedish & at_centre
    language[plain & (chance > 1 - SIGN_SHARE)] = names.index("fse")
    # Few Finnish speakers state another language: it changes nothing for them.
    other[plain & (chance > 0.5) & (chance < 0.505)] = others.index("en:C1")
    pairs = tuple((name, _without(text, name)) for name in names for text in others)
    return language * len(others) + other, pairs


def _foreign_languages(region: Region, foreign: Flags, at_centre: Flags, rng: np.random.Generator) -> Ints:
    """Row of the language of every client, Finnish where not foreign; more languages in the city."""
    language = np.full(len(foreign), region.languages["language"].to_list().index("fi"))
    weights = np.stack([region.languages[w].to_numpy().astype(float) for w in ("elsewhere", "tampere")])
    language[foreign] = pick_by_row(rng, weights, at_centre[foreign].astype(np.int64))
    return language


def _without(levels: str, language: str) -> str:
    """Other languages without the language of service itself."""
    return " ".join(part for part in levels.split() if not part.startswith(f"{language}:"))


def _profiles(region: Region, basics: Basics, seed: int) -> Ints:
    rng = stream(seed, "profiles")
    kind = np.where(basics.fresh, CLASSES.index("fresh"), basics.age)
    kind = np.where(basics.foreign, CLASSES.index("foreign"), kind)
    kind = np.where(basics.integration, CLASSES.index("integration"), kind)
    profile = pick_by_row(rng, region.profile_weights, kind)
    rare = np.flatnonzero((rng.random(basics.size) < RARE_SHARE) & ~basics.foreign)
    profile[rare] = pick(rng, _rare_weights(region), len(rare))
    return profile


def _rare_weights(region: Region) -> Floats:
    """Chance of every profile for the clients who have any combination whatever."""
    need = {1: 0.2, 2: 0.5, 3: 0.2, 4: 0.1}
    extra = {0.0: 0.75, 0.5: 0.15, 1.0: 0.1}
    services = {0: 0.5, 1: 0.3, 2: 0.15, 3: 0.05}
    special = dict(zip(SPECIALISMS, (0.7, 0.05, 0.1, 0.1, 0.05), strict=True))
    chance = (
        pl.col("need_level").replace_strict(need)
        * pl.when(pl.col("multi_agency")).then(0.25).otherwise(0.75)
        * pl.col("extra_meetings").replace_strict(extra)
        * pl.col("services_under_way").replace_strict(services)
        * pl.col("specialism").replace_strict(special)
    )
    return region.profiles.select(chance).to_series().to_numpy()


def _channels(region: Region, staff: Staff, basics: Basics, profile: Ints, seed: int) -> Ints:
    rng = stream(seed, "channels")
    wishes = np.array([CHOSEN_CHANNELS, CHOSEN_CHANNELS_FOREIGN])
    wished = pick_by_row(rng, wishes, basics.foreign.astype(np.int64))
    channel = np.where(region.any_channel[profile], wished, IN_PERSON)
    near = region.minutes[staff.office].T <= REACH_MINUTES
    home = np.any(near & staff.serves & staff.steady & ~staff.integration, axis=1)
    centre = region.minutes[region.centre] <= REACH_MINUTES
    within = np.where(basics.integration, centre[basics.municipality], home[basics.municipality])
    channel[(channel == IN_PERSON) & ~within] = PHONE
    return channel
