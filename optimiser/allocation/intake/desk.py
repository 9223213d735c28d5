"""One new client at a desk: ranked coaches in a few milliseconds, beside the loads of the coming weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats
from optimiser.allocation.explain import HOUSEHOLD, PIN, TOLERANCE, Alternative
from optimiser.allocation.facts import ClientFacts, Facts, Flags, sorted_by
from optimiser.allocation.intake.forecast import Forecast, forecast
from optimiser.allocation.intake.newcomer import Stage, client_facts, one_row, stages
from optimiser.allocation.pairs import Pairs, all_pairs
from optimiser.allocation.prices import PAIR_PRICES, curve
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.rules import barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said

FORMER = "former coach"
LOAD = "load"


@dataclass(frozen=True)
class Ranked:
    """Coaches for one client.

    Attributes
    ----------
    coaches : tuple of Alternative
        Who may serve: first a coach the client or the household had before, if there is room, then by
        difference and id, last those who would break a limit today. Prices are the mean over the weeks
        looked at, minutes a month (an estimate); `difference` is counted from the cheapest with room;
        `utilisation` is that of today with the client.
    tie : str
        Why the first was preferred: `household`, `former coach`, or empty.
    barred : dict
        For each rule, where it bars a coach, shape (C,) each.
    """

    coaches: tuple[Alternative, ...]
    tie: str
    barred: dict[str, Flags]


class Desk:
    """Present and expected loads of C coaches, ready for one client after the other.

    Attributes
    ----------
    snapshot, policy
        Facts and wishes.
    facts : Facts
        Of coaches and region.
    outlook : Forecast
        What the coming weeks were expected to bring when the desk was opened.
    load, heads : float, shape (C,)
        Present minutes a month and clients, with those placed since.
    area : float, shape (R,)
        Interpreter minutes used of each limited area.
    """

    def __init__(self, snapshot: Snapshot, policy: Policy, outlook: Forecast) -> None:
        self.snapshot, self.policy, self.outlook = snapshot, policy, outlook
        facts, rows = read_facts(snapshot, policy)
        self.facts: Facts = facts
        self.load = outlook.present.copy()
        has = np.flatnonzero(rows.present >= 0)
        pairs = Pairs(facts, rows.profile[has], rows.present[has])
        self.heads = np.bincount(pairs.coach, minlength=len(facts.coaches.ids)).astype(np.float64)
        area, taken = pairs.area(), pairs.interpreter_minutes()
        self.area: Floats = np.bincount(
            area[area >= 0], taken[area >= 0], minlength=len(facts.region.areas)
        ).astype(np.float64)
        self.homes = frozenset(facts.region.codes)
        self.neutral = _neutral(snapshot, policy, self.homes)
        self.households = _households(snapshot, rows)
        self._ties = _ties(snapshot)
        self._at = {name: i for i, name in enumerate(facts.coaches.ids)}

    def rank(
        self, client: Mapping[str, Any] | pl.DataFrame, former: str | None = None, most: int | None = None
    ) -> Ranked:
        """Rank the coaches for a client by what the stay costs, the mean over its coming weeks.

        In each week: prices, and what the load costs. Today that is curve(E + d) - curve(E) at the load
        E of the coach; as newcomers even the loads out (`settle_weeks`) it becomes the demand d, which
        falls with the rhythm, at the price of a minute of load beside those who are expected to stay and
        come. Without weeks to look ahead only today counts.

        Parameters
        ----------
        client : mapping or polars.DataFrame
            Columns of `clients` of one client (what is left out has its default), or one row.
        former : str, optional
            Coach whom a returning client had before.
        most : int, optional
            Most coaches returned.

        Raises
        ------
        InputError
            For an unknown column, municipality or coach, or a required value that is missing.
        """
        row = one_row(client, self.homes)
        pairs = self._pairs(row)
        bars = self._bars(row, pairs)
        demand = pairs.demand()
        prices = self._prices(row, pairs)
        above: Floats = np.sum(list(prices.values()), axis=0)
        free = ~np.logical_or.reduce([np.zeros(len(demand), dtype=np.bool_), *bars.values()])
        broken = self._broken(pairs, demand)
        over: Flags = np.logical_or.reduce(list(broken.values()))
        tie, first = self._tie(row, former, free & ~over)
        found = np.flatnonzero(free)
        order = found[np.lexsort((above[found], over[found], found != first))][:most]
        least = np.min(above[free & ~over], initial=np.inf)
        base = float(least if np.isfinite(least) else np.min(above[free], initial=0.0))
        full = self._fullness(demand)
        columns = [prices[name][order].tolist() for name in prices]
        limited = [[name for name in broken if broken[name][c]] if over[c] else [] for c in order]
        ranked = tuple(
            Alternative(
                coach_id=self.facts.coaches.ids[c],
                prices=dict(zip(prices, values, strict=True)),
                difference=minutes - base,
                utilisation=used,
                breaks=tuple(breaks),
            )
            for c, minutes, used, breaks, *values in zip(
                order, above[order].tolist(), full[order].tolist(), limited, *columns, strict=True
            )
        )
        return Ranked(ranked, tie, bars)

    def place(self, client: Mapping[str, Any] | pl.DataFrame, coach_id: str) -> None:
        """Give a client to a coach: load, heads and interpreter minutes take the client up.

        Raises
        ------
        InputError
            As `rank`, and for an unknown coach.
        """
        row = one_row(client, self.homes)
        pairs, coach = self._pairs(row), self._place_of(coach_id)
        demand = float(pairs.demand()[coach])
        self.load[coach] += demand
        self.heads[coach] += 1
        area = int(pairs.area()[coach])
        if area >= 0:
            self.area[area] += float(pairs.interpreter_minutes()[coach])
        if row["household"]:
            self.households.setdefault(str(row["household"]), coach)

    def reasons(self, ranked: Ranked) -> dict[str, tuple[str, ...]]:
        """Coach id to the rules that bar the coach, of a ranking; only those barred."""
        names = self.facts.coaches.ids
        found = {
            name: tuple(rule for rule, where in ranked.barred.items() if where[c])
            for c, name in enumerate(names)
        }
        return {name: rules for name, rules in found.items() if rules}

    def _pairs(self, row: Mapping[str, Any]) -> Pairs:
        """The client beside every coach."""
        facts = client_facts(row, self.facts, self.neutral)
        return all_pairs(facts, np.zeros(1, dtype=np.int64))

    def _bars(self, row: Mapping[str, Any], pairs: Pairs) -> dict[str, Flags]:
        bars = barred(pairs)
        excluded, pinned = self._ties
        client = str(row["client_id"] or "")
        if self.policy.rules.exclusion.on and client in excluded:
            bars["exclusion"] = np.isin(self.facts.coaches.ids, excluded[client])
        if client in pinned:
            bars[PIN] = np.array(self.facts.coaches.ids) != pinned[client]
        return bars

    def _prices(self, row: Mapping[str, Any], pairs: Pairs) -> dict[str, Floats]:
        """Prices by name, the mean over the weeks looked at; shape (C,) each."""
        limits = self.facts.coaches.limits
        full = (limits.capacity, limits.soft_limit, self.policy)
        now = curve(self.load, *full)
        if self.outlook.weeks:
            parts = stages(row, pairs.facts, self.outlook.departures_weekly)
        else:
            parts = [Stage(pairs.facts, 1.0, 1.0, 0.0)]
        prices = {name: np.zeros(len(now)) for name in (*PAIR_PRICES, LOAD)}
        for part in parts:
            beside = replace(pairs, facts=part.facts)
            demand = beside.demand()
            for name, price in PAIR_PRICES.items():
                prices[name] += part.weight * price(beside)
            rise = curve(self.load + demand, *full) - now
            prices[LOAD] += part.near * rise + part.far * self.outlook.price * demand
        return prices

    def _broken(self, pairs: Pairs, demand: Floats) -> dict[str, Flags]:
        """Limits that the client would break today with each coach, by name; shape (C,) each."""
        limits, region = self.facts.coaches.limits, self.facts.region
        area = pairs.area()
        limited = area >= 0
        place = np.maximum(area, 0)
        if len(region.areas):
            used = self.area[place] + pairs.interpreter_minutes()
            over = limited & (used > region.area_limit[place] + TOLERANCE)
        else:
            over = np.zeros(len(demand), dtype=np.bool_)
        return {
            "minutes": self.load + demand > limits.soft_limit + TOLERANCE,
            "heads": self.heads + 1 > limits.heads_limit + TOLERANCE,
            "interpreter minutes": over,
        }

    def _fullness(self, demand: Floats) -> Floats:
        capacity = self.facts.coaches.limits.capacity
        used: Floats = np.divide(
            self.load + demand, capacity, out=np.full(len(demand), np.inf), where=capacity > 0
        )
        return used

    def _tie(self, row: Mapping[str, Any], former: str | None, room: Flags) -> tuple[str, int]:
        """The coach to prefer, -1 for none, and why."""
        home = self.households.get(str(row["household"] or ""), -1)
        if self.policy.rules.household.on and home >= 0 and room[home]:
            return HOUSEHOLD, home
        earlier = self._place_of(former) if former else -1
        return (FORMER, earlier) if earlier >= 0 and room[earlier] else ("", -1)

    def _place_of(self, coach_id: str) -> int:
        if coach_id in self._at:
            return self._at[coach_id]
        problem, advice = said("an unknown coach"), said("Use the id of a coach of the snapshot.")
        raise InputError([Complaint("desk", 0, "coach_id", coach_id, problem, advice)])


def open_desk(
    snapshot: Snapshot, policy: Policy, weeks: int | None = None, progress: Progress = SILENT
) -> Desk:
    """Open a desk for one new client after the other.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes; the present coaches are those of the snapshot.
    weeks : int, optional
        Weeks ahead over which loads are expected; the policy's where left out, 0 for the present loads.
    progress : Progress
        Told of the phase `forecast`.
    """
    return Desk(snapshot, policy, forecast(snapshot, policy, weeks, progress))


def _neutral(snapshot: Snapshot, policy: Policy, homes: frozenset[str]) -> ClientFacts:
    """Facts of a client whom nothing binds to a coach, to be filled in: shape (1,) each."""
    plain = {"client_id": "new", "municipality": min(homes), "birth_year": snapshot.date.year - 40}
    row = one_row(plain | {"registered_on": snapshot.date}, homes)
    schema = pl.Schema(snapshot.clients.schema)
    frame = pl.DataFrame([dict(row) | {"line": 0}], schema=schema)
    facts, _ = read_facts(
        snapshot.replace(clients=frame, pins=snapshot.pins.clear(), exclusions=snapshot.exclusions.clear()),
        policy,
    )
    return replace(facts.clients)


def _households(snapshot: Snapshot, rows: ClientRows) -> dict[str, int]:
    """Household to the coach most of its members have; of several the first by id."""
    clients = sorted_by(snapshot.clients, "client_id").select("household", coach=pl.Series(rows.present))
    counted = (
        clients.filter(pl.col("household").is_not_null() & (pl.col("coach") >= 0))
        .group_by("household", "coach")
        .len()
        .sort(["household", "len", "coach"], descending=[False, True, False])
        .unique("household", keep="first", maintain_order=True)
    )
    return {str(home): int(coach) for home, coach in counted.select("household", "coach").iter_rows()}


def _ties(snapshot: Snapshot) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Excluded coaches and the pinned coach by client, of what is in force."""
    in_force = pl.col("until").is_null() | (pl.col("until") >= snapshot.date)
    excluded: dict[str, list[str]] = {}
    for client, coach in snapshot.exclusions.filter(in_force).select("client_id", "coach_id").iter_rows():
        excluded.setdefault(client, []).append(coach)
    pinned = snapshot.pins.filter(in_force).select("client_id", "coach_id")
    return excluded, dict(pinned.iter_rows())
