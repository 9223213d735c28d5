"""From draws to the tables of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil, floor, log10

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import AGE_GROUPS, CHANNELS, EVERYWHERE, REASON_CODES, TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.demo.draws import Floats, Ints, stream
from optimiser.tables.demo.fit import Fit, fit
from optimiser.tables.demo.lives import coach_columns, days_before, life_columns, words
from optimiser.tables.demo.options import DemoOptions
from optimiser.tables.demo.people import People, draw_people
from optimiser.tables.demo.posts import Posts, capacities, days_on, draw_posts, full_time_minutes
from optimiser.tables.demo.present import NOBODY, Ties, draw_ties
from optimiser.tables.demo.region import DATE, SPECIALISMS, Region, read_region
from optimiser.tables.demo.staff import Staff, hire

Demand = Callable[[Snapshot, Policy], NDArray[np.float64]]
Columns = Mapping[str, object]

REGION = "Pirkanmaa"
SOURCE = "optimiser demo: drawn at random"
LIMIT_LOAD = 1.15
"""Minutes limit as a share of capacity."""
LIMIT_HEADS = 1.35
"""Heads limit as a share of the mean number of clients a coach."""
INTERPRETED = 1.4
"""Load of clients whose language no coach of theirs speaks over their base demand (estimate)."""
EVEN_SHARE = 0.02
"""Part of the posts that follows the usual clients, so that no office is left without any."""


def demo_frames(options: DemoOptions, demand: Demand, progress: Progress = SILENT) -> dict[str, pl.DataFrame]:
    """Return the tables of a demo region.

    Parameters
    ----------
    options : DemoOptions
    demand : callable
        Of a snapshot and a policy: base minutes a month per row of `snapshot.clients`.
    progress : Progress
        Told what is being drawn.

    Returns
    -------
    dict
        Table name to frame, with the columns and types declared in `optimiser.domain.schema`; rows
        with a protected address are in `clients`, as in the files of a real region.
    """
    policy = Policy()
    region = read_region()
    progress.say(said("drawing coaches and clients"))
    staff = hire(region, options.coaches, options.seed)
    people = draw_people(region, staff, options.clients, options.seed)
    clients = _client_columns(region, people, options.seed)
    bare = _fixed_frames(region, staff) | {"clients": _frame("clients", clients)}
    minutes = _minutes(bare, people, demand, policy)
    progress.say(said("drawing working times and present coaches"))
    fitting = fit(region, staff, people, policy)
    wanted = _wanted(region, staff, people, fitting, minutes)
    posts = draw_posts(staff, wanted, options.seed, policy)
    ties = draw_ties(people, posts, fitting, minutes, options)
    ids = numbered("K", options.coaches, 3).to_list()
    clients |= coach_columns(people, ties, posts, ids, options.seed) | _households(ties)
    coaches = _coach_columns(region, staff, posts, ids)
    protected = _protected(people, ties, options.coaches)
    coaches |= _figures(options, posts, protected, float(minutes.sum()), policy)
    drawn = {
        "coaches": _frame("coaches", coaches),
        "absences": _absences(posts, ids),
        "clients": _frame("clients", clients),
        **_tie_frames(ties, clients, ids, options.seed),
    }
    frames = bare | drawn
    return {name: frames[name] for name in TABLES if name in frames}


def _frame(table: str, columns: Columns) -> pl.DataFrame:
    """A frame of a declared table: defaults or empty cells where no column is given, no source lines."""
    declared = TABLES[table]
    given = pl.DataFrame({name: columns[name] for name in declared.by_name if name in columns})
    missing = [
        pl.lit(c.default, dtype=pl.String if c.dtype == pl.Categorical else c.dtype).alias(c.name)
        for c in declared.columns
        if c.name not in columns
    ]
    filled = given.with_columns(*missing, line=pl.lit(0))
    schema = pl.Schema(declared.schema())
    return filled.select(schema.names()).cast(schema).sort(declared.key)


def numbered(letter: str, number: int, width: int) -> pl.Series:
    """Ids from 1, as wide as the last needs and at least `width` digits."""
    digits = max(width, len(str(number)))
    return letter + pl.int_range(1, number + 1, eager=True).cast(pl.String).str.zfill(digits)


def _client_columns(region: Region, people: People, seed: int) -> dict[str, pl.Series]:
    profiles = region.profiles[people.profile]
    languages, others = (tuple(part) for part in zip(*people.pairs, strict=True))
    specialisms = tuple(name or None for name in SPECIALISMS)
    special = profiles["specialism"].replace_strict(SPECIALISMS, range(len(SPECIALISMS))).to_numpy()
    own: dict[str, pl.Series] = {
        "client_id": numbered("C", people.size, 6),
        "municipality": words(region.codes, people.municipality),
        "language": words(languages, people.pair),
        "other_languages": words(tuple(text or None for text in others), people.pair),
        "need_level": profiles["need_level"],
        "multi_agency": profiles["multi_agency"],
        "extra_meetings": profiles["extra_meetings"],
        "services_under_way": profiles["services_under_way"],
        "specialism": words(specialisms, special),
        "channel": words(CHANNELS, people.channel),
        "protected_address": pl.Series(people.protected),
    }
    return own | life_columns(people, seed)


def _fixed_frames(region: Region, staff: Staff) -> dict[str, pl.DataFrame]:
    """The tables that no draw of posts or ties changes; coaches without figures yet."""
    ids = numbered("U", staff.units.height, 2)
    units = staff.units.with_columns(
        unit_id=ids, employer=words(region.codes, staff.units["employer"].to_numpy())
    )
    empty = {name: TABLES[name].empty() for name in ("travel", "coaches", "absences", "exclusions", "pins")}
    day = {"date": [DATE], "region": [REGION], "source": [SOURCE]}
    return empty | {
        "snapshot": _frame("snapshot", day),
        "municipalities": _frame("municipalities", region.municipalities.to_dict()),
        "units": _frame("units", units.to_dict()),
    }


def _minutes(frames: dict[str, pl.DataFrame], people: People, demand: Demand, policy: Policy) -> Floats:
    """Base minutes a month of every client, 0 for protected ones; shape (N,)."""
    named = frames["clients"].filter(~pl.Series(people.protected))
    snapshot = Snapshot(
        date=DATE,
        region=REGION,
        source=SOURCE,
        municipalities=frames["municipalities"],
        travel=frames["travel"],
        units=frames["units"],
        coaches=frames["coaches"],
        absences=frames["absences"],
        clients=named,
        exclusions=frames["exclusions"],
        pins=frames["pins"],
    )
    minutes = np.zeros(people.size)
    minutes[~people.protected] = demand(snapshot, policy)
    return minutes


def _wanted(region: Region, staff: Staff, people: People, fitting: Fit, minutes: Floats) -> Floats:
    """Share of the demand that falls to each municipality's office, last to the integration unit."""
    understood = np.any(fitting.usual & fitting.shared, axis=1)[fitting.kind]
    weight = minutes * np.where(understood, 1.0, INTERPRETED)
    places = len(region.codes)
    where = np.where(people.integration, places, staff.host[people.municipality])
    wanted = np.bincount(where, weight, places + 1)
    usual = np.bincount(staff.host, region.municipalities["clients"].to_numpy(), places)
    wanted[:places] += EVEN_SHARE * wanted.sum() * usual / usual.sum()
    if staff.integration.any():
        wanted[places] = max(wanted[places], EVEN_SHARE * wanted.sum())
    return np.asarray(wanted / wanted.sum(), dtype=np.float64)


def _coach_columns(region: Region, staff: Staff, posts: Posts, ids: list[str]) -> dict[str, object]:
    units = numbered("U", staff.units.height, 2).to_list()
    languages = region.languages["language"].to_list()
    home = [region.codes[place] for place in staff.office]
    served = [_joined(region.codes, column) for column in staff.serves.T]
    return {
        "coach_id": ids,
        "unit_id": [units[unit] for unit in staff.unit],
        "municipality": home,
        "serves": [
            EVERYWHERE if all_of else text for all_of, text in zip(staff.everywhere, served, strict=True)
        ],
        "languages": [_joined(languages, column) for column in staff.speaks.T],
        "age_groups": [AGE_GROUPS[0] if youth else None for youth in staff.youth],
        "specialisms": [_joined(SPECIALISMS, column) for column in staff.specialised.T],
        "fte": posts.fte,
        "start": [days_on(int(day)) for day in posts.start],
        "end": [days_on(int(day)) for day in posts.end],
        "ramp_up_days": posts.ramp_up,
        "remote": staff.remote,
    }


def _joined(codes: list[str] | tuple[str, ...], chosen: NDArray[np.bool_]) -> str | None:
    return " ".join(sorted(codes[i] for i in np.flatnonzero(chosen))) or None


def _protected(people: People, ties: Ties, coaches: int) -> Ints:
    """Protected clients of each coach; shape (C,)."""
    served = people.protected & (ties.coach != NOBODY)
    return np.bincount(ties.coach[served], minlength=coaches).astype(np.int64)


def _figures(
    options: DemoOptions, posts: Posts, protected: Ints, demand: float, policy: Policy
) -> dict[str, object]:
    """Minutes of a full-time post, reserved minutes and limits, so that the pressure is as asked."""
    exact = full_time_minutes(posts, demand, options.pressure, protected, policy)
    # Six digits are near enough for any region, from a single client to millions.
    digits = max(1, 5 - floor(log10(exact)))
    full_time = round(exact, digits)
    reserved = np.round(posts.reserved * full_time, digits)
    capacity = capacities(posts, full_time, reserved, protected, policy)
    return {
        "full_time_minutes": np.full(options.coaches, full_time),
        "reserved_minutes": reserved,
        "limit_minutes": np.round(LIMIT_LOAD * capacity, 1),
        "limit_heads": np.full(options.coaches, ceil(LIMIT_HEADS * options.clients / options.coaches)),
    }


def _absences(posts: Posts, ids: list[str]) -> pl.DataFrame:
    away = posts.absences
    columns = {
        "coach_id": [ids[coach] for coach in away["coach"]],
        "first_day": [days_on(day) for day in away["first"]],
        "last_day": [days_on(day) for day in away["last"]],
        "share": away["share"],
    }
    return _frame("absences", columns) if away.height else TABLES["absences"].empty()


def _households(ties: Ties) -> dict[str, pl.Series]:
    number = int(ties.household.max())
    ids = numbered("H", number, 4).to_list()
    return {"household": words((None, *ids), ties.household, pl.String())}


def _tie_frames(
    ties: Ties, clients: dict[str, pl.Series], ids: list[str], seed: int
) -> dict[str, pl.DataFrame]:
    rng = stream(seed, "reasons")
    pairs: dict[str, tuple[Ints, Ints]] = {
        "pins": (ties.pinned, ties.coach[ties.pinned]),
        "exclusions": (ties.excluded, ties.excluded_coach),
    }
    reasons = {"pins": ("client_wish", "continuity", "language_rights"), "exclusions": REASON_CODES[:2]}
    frames = {}
    for table, (rows, coaches) in pairs.items():
        ahead = rng.integers(30, 365, len(rows))
        columns = {
            "client_id": clients["client_id"].gather(rows),
            "coach_id": words(tuple(ids), coaches, pl.String()),
            "until": days_before(-ahead, rng.random(len(rows)) < 0.3),
            "reason_code": words(reasons[table], rng.integers(0, len(reasons[table]), len(rows))),
        }
        frames[table] = _frame(table, columns)
    return frames
