"""A made-up course of six months: who is there at first, who leaves when, who comes; drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.allocation.allocate import allocate
from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import Flags
from optimiser.allocation.intake.forecast import rates
from optimiser.allocation.pairs import Pairs, all_pairs
from optimiser.allocation.prices import pair_price
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.rules import barred
from optimiser.allocation.workload import base_demand
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions, demo_frames

WEEKS = 26
OTHER_PEOPLE = 10_000
"""Added to the seed for the people who come: others than those who are there."""
FAR_DAYS = 1000
"""Integration periods of those who are there go on for so long: nobody changes group meanwhile."""


@dataclass(frozen=True)
class Course:
    """Six months of a region; W weeks, C coaches, A who come, K phases of the rhythm.

    Attributes
    ----------
    snapshot : Snapshot
        The first day, everybody with the coach of a plan; no coach starts, ends or is away.
    policy : Policy
    weeks : int
        W.
    gone : int, shape (n,)
        Week from which a client of the first day is away, W for none in these weeks.
    newcomers : polars.DataFrame
        Columns of `clients`, A rows in the order in which they come.
    comes, leaves : int, shape (A,)
        Week in which each comes, and from which each is away again (at least a week later).
    phase : int, shape (A, W)
        Phase of the rhythm in each week, -1 while away.
    allowed : bool, shape (A, C)
    price, demand : float, shape (K, A, C)
        Minutes a month in each phase.
    base_load : float, shape (W, C)
        Load of those of the first day.
    base_heads : float, shape (W, C)
    base_price : float, shape (W,)
        Their prices without load.
    """

    snapshot: Snapshot
    policy: Policy
    weeks: int
    gone: Ints
    newcomers: pl.DataFrame
    comes: Ints
    leaves: Ints
    phase: Ints
    allowed: Flags
    price: Floats
    demand: Floats
    base_load: Floats
    base_heads: Floats
    base_price: Floats

    def in_week(self, week: int, coach: list[str | None]) -> Snapshot:
        """The facts of one week: who is there, with the coaches given so far (A ids, None for none)."""
        first = self.snapshot.clients.filter(pl.Series(self.gone > week))
        there = (self.comes <= week) & (week < self.leaves) & np.array([c is not None for c in coach])
        ids = pl.Series("coach_id", coach, dtype=pl.String)
        came = self.newcomers.with_columns(ids).filter(pl.Series(there))
        return self.snapshot.replace(
            date=self.snapshot.date + timedelta(weeks=week), clients=pl.concat([first, came])
        )


def draw_course(
    clients: int = 2800, coaches: int = 25, seed: int = 1, weeks: int = WEEKS, pressure: float = 0.98
) -> Course:
    """Draw a course in the proportions of the demo region.

    As many come as leave: the weekly share follows from the registrations of the first day
    (`forecast.rates`); who comes is drawn from the recent clients of a demo region of another seed.

    Parameters
    ----------
    clients, coaches, seed, pressure
        As in `DemoOptions`; seeds are to lie below 10,000.
    weeks : int
        Length.
    """
    policy = Policy()
    start = _first_day(DemoOptions(clients, coaches, seed, pressure, 1.0), policy)
    rng = np.random.default_rng([seed, OTHER_PEOPLE])
    leaving, coming, _ = rates(start.clients, policy, start)
    gone = np.minimum(rng.geometric(leaving, start.clients.height), weeks)
    comes = np.repeat(np.arange(weeks), rng.poisson(coming, weeks))
    leaves = comes + rng.geometric(leaving, len(comes))
    people = _people(DemoOptions(3 * clients, coaches, seed + OTHER_PEOPLE, pressure, 0.0))
    drawn = people[rng.integers(0, people.height, len(comes))]
    newcomers = _newcomers(drawn, start, comes)
    allowed, price, demand = _beside_coaches(newcomers, start, policy)
    served = allowed.any(axis=1)
    keep = np.flatnonzero(served)
    load, heads, priced = _of_first_day(start, policy, gone, weeks)
    comes, leaves = comes[keep], np.minimum(leaves[keep], weeks)
    return Course(
        snapshot=start,
        policy=policy,
        weeks=weeks,
        gone=gone,
        newcomers=newcomers[keep],
        comes=comes,
        leaves=leaves,
        phase=_phases(comes, leaves, weeks, policy, start),
        allowed=allowed[keep],
        price=price[:, keep],
        demand=demand[:, keep],
        base_load=load,
        base_heads=heads,
        base_price=priced,
    )


def _first_day(options: DemoOptions, policy: Policy) -> Snapshot:
    """A demo region on its first day, with the coaches of a plan; leavers of the future stay."""
    frames = demo_frames(options, base_demand)
    day = frames["snapshot"]["date"][0]
    started, ended = pl.col("start") <= day, pl.col("end") < day
    coaches = frames["coaches"].with_columns(
        start=pl.when(started).then("start"), end=pl.when(ended).then("end"), ramp_up_days=pl.lit(0)
    )
    far = pl.lit(day + timedelta(days=FAR_DAYS))
    clients = frames["clients"].filter(~pl.col("protected_address"))
    clients = clients.with_columns(integration_until=pl.when(pl.col("integration_until") >= day).then(far))
    snapshot = Snapshot(
        date=day,
        region="replay",
        source="drawn at random",
        clients=clients.with_columns(household=pl.lit(None, dtype=pl.String)),
        coaches=coaches.cast(pl.Schema(TABLES["coaches"].schema())),
        municipalities=frames["municipalities"],
        travel=frames["travel"],
        units=frames["units"],
        absences=TABLES["absences"].empty(),
        exclusions=TABLES["exclusions"].empty(),
        pins=TABLES["pins"].empty(),
    )
    rows = allocate(snapshot, policy, "quick").plan.rows
    placed = snapshot.clients.drop("coach_id").join(rows.select("client_id", "coach_id"), on="client_id")
    served = placed.filter(pl.col("coach_id").is_not_null()).select(snapshot.clients.columns)
    return snapshot.replace(clients=served.sort("client_id"))


def _people(options: DemoOptions) -> pl.DataFrame:
    """Recent clients of another demo region."""
    frames = demo_frames(options, base_demand)
    day = frames["snapshot"]["date"][0]
    clients = frames["clients"].filter(~pl.col("protected_address"))
    return clients.filter(pl.col("registered_on") > day - timedelta(days=Policy().intake.recent_days))


def _newcomers(drawn: pl.DataFrame, start: Snapshot, comes: Ints) -> pl.DataFrame:
    """The people drawn, new in the region from the week in which they come."""
    ids = pl.Series([f"N{place:06d}" for place in range(drawn.height)], dtype=pl.String)
    far = pl.lit(start.date + timedelta(days=FAR_DAYS))
    nobody = pl.lit(None, dtype=pl.String)
    weeks = pl.Series("week", comes, dtype=pl.Int64)
    return drawn.with_columns(
        registered_on=pl.lit(start.date) + pl.duration(weeks=pl.lit(weeks)),
        client_id=ids,
        integration_until=pl.when(pl.col("integration_until").is_not_null()).then(far),
        coach_id=nobody,
        household=nobody,
        coach_since=pl.lit(None, dtype=pl.Date),
        involuntary_changes=pl.lit(0, dtype=pl.Int32),
    ).select(start.clients.columns)


def _ages(policy: Policy, snapshot: Snapshot) -> list[int]:
    """A number of days since registration in each phase of the rhythm in force."""
    phases = policy.rhythm_on(snapshot.date).phases
    return [0, *(int(p.until_days or 0) for p in phases[:-1])]


def _aged(clients: pl.DataFrame, snapshot: Snapshot, days: int) -> Snapshot:
    registered = pl.lit(snapshot.date - timedelta(days=days))
    return snapshot.replace(clients=clients.with_columns(registered_on=registered))


def _beside_coaches(newcomers: pl.DataFrame, start: Snapshot, policy: Policy) -> tuple[Flags, Floats, Floats]:
    """Who may serve each newcomer (A, C), prices and demand in each phase (K, A, C)."""
    price, demand = [], []
    for days in _ages(policy, start):
        facts, rows = read_facts(_aged(newcomers, start, days), policy)
        pairs = all_pairs(facts, np.arange(len(facts.clients)))
        shape = (len(facts.clients), len(facts.coaches.ids))
        bars = np.logical_or.reduce(list(barred(pairs).values())).reshape(shape)
        allowed: Flags = ~bars[rows.profile]
        price.append(pair_price(pairs).reshape(shape)[rows.profile])
        demand.append(pairs.demand().reshape(shape)[rows.profile])
    return allowed, np.array(price), np.array(demand)


def _of_first_day(start: Snapshot, policy: Policy, gone: Ints, weeks: int) -> tuple[Floats, Floats, Floats]:
    """Load and heads (W, C) and prices (W,) of those of the first day who are still there."""
    ages = _ages(policy, start)
    price, demand = [], []
    coaches = start.coaches.height
    for days in ages:
        facts, rows = read_facts(_aged(start.clients, start, days), policy)
        pairs = Pairs(facts, rows.profile, rows.present)
        price.append(pair_price(pairs))
        demand.append(pairs.demand())
    since = (start.date - start.clients["registered_on"]).dt.total_days().to_numpy()
    place: ClientRows = rows
    load, heads, priced = np.zeros((weeks, coaches)), np.zeros((weeks, coaches)), np.zeros(weeks)
    for week in range(weeks):
        there = np.flatnonzero(gone > week)
        phase = np.searchsorted(ages[1:], since[there] + 7 * week, side="right")
        load[week] = np.bincount(place.present[there], np.array(demand)[phase, there], minlength=coaches)
        heads[week] = np.bincount(place.present[there], minlength=coaches)
        priced[week] = np.array(price)[phase, there].sum()
    return load, heads, priced


def _phases(comes: Ints, leaves: Ints, weeks: int, policy: Policy, start: Snapshot) -> Ints:
    """Phase of each newcomer in each week, -1 while away; shape (A, W)."""
    week = np.arange(weeks)[None, :]
    there = (week >= comes[:, None]) & (week < leaves[:, None])
    phase = np.searchsorted(_ages(policy, start)[1:], 7 * (week - comes[:, None]), side="right")
    return np.where(there, phase, -1).astype(np.int64)
