"""A plan recounted from the facts: every client, every coach, every price."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
import polars as pl

from optimiser.domain.plan import STATUSES
from optimiser.domain.schema import AGE_GROUPS
from optimiser.quality.arrays import Bools, Floats, Ints, blocks, spelled
from optimiser.quality.limits import Carried, carried
from optimiser.quality.pairs import (
    Pairs,
    interpreter_minutes,
    least_demand,
    own_language,
    travelled_minutes,
)
from optimiser.quality.prices import FACT_PRICES, PRICES, Ties, handover, load, overload
from optimiser.quality.region import Region


@dataclass(frozen=True)
class Recount:
    """What a plan amounts to; minutes are a month's.

    Attributes
    ----------
    clients : polars.DataFrame
        One row a client, sorted by client_id: client_id, coach_id, previous_coach_id, status,
        municipality, area, age_group, language, integration, long_term, need_level, demand_minutes
        (with the coach given; of the unserved the least over coaches), interpreter_minutes,
        travel_minutes, price_travel, price_interpreter, price_specialism, price_handover, weight,
        own_language (all 0 or false for the unserved, demand and weight apart), unit, and of the
        present coach (empty without one) interpreter_minutes_before, travel_minutes_before,
        own_language_before.
    coaches : polars.DataFrame
        Sorted by unit_id and coach_id: coach_id, unit_id, municipality, capacity_minutes,
        soft_limit_minutes, limit_minutes (raised), heads_limit (raised, empty for none),
        load_minutes, heads, load_before_minutes, heads_before, load_price, overload_price.
    areas : polars.DataFrame
        Limited areas, sorted: area, interpreter_minutes, limit_minutes (raised).
    prices : dict
        Minutes by name of price; load is the curve without overload.
    objective_minutes, overload_minutes : float
        Sum of the prices, and the overload in it.
    unserved, unserved_weighted : int
        Clients without a coach, and their weights.
    counts : dict
        Clients by status.
    moves_limit : float
        Most clients who may move (raised); infinite for no limit.
    bound_minutes, unserved_bound : float or None
        What the certificate's multipliers prove; None without a certificate that can be used.
    """

    clients: pl.DataFrame
    coaches: pl.DataFrame
    areas: pl.DataFrame
    prices: dict[str, float]
    objective_minutes: float
    overload_minutes: float
    unserved: int
    unserved_weighted: int
    counts: dict[str, int]
    moves_limit: float
    bound_minutes: float | None
    unserved_bound: float | None


def recount(
    region: Region, coach: Ints, bound_minutes: float | None = None, unserved_bound: float | None = None
) -> Recount:
    """Recount a plan.

    Parameters
    ----------
    region : Region
        The facts on a date, read under a policy.
    coach : numpy.ndarray
        Shape (N,), position of the coach given to each client, -1 for none; clients sorted by id.
    bound_minutes, unserved_bound : float or None
        The bounds that the result shall carry.
    """
    clients = _clients(region, coach)
    borne = carried(region.facts, coach, region.policy)
    coaches = _coaches(region, borne)
    of_clients = {
        name: float(clients[f"price_{name}"].to_numpy().sum()) for name in (*FACT_PRICES, "handover")
    }
    of_coaches = {"load": fsum(coaches["load_price"]), "overload": fsum(coaches["overload_price"])}
    prices = of_clients | of_coaches
    counts = dict(clients["status"].cast(pl.String).value_counts().iter_rows())
    return Recount(
        clients=clients,
        coaches=coaches,
        areas=_areas(region, borne),
        prices={name: prices[name] for name in PRICES},
        objective_minutes=fsum(prices.values()),
        overload_minutes=prices["overload"],
        unserved=int((coach < 0).sum()),
        unserved_weighted=int(region.people.weight[coach < 0].sum()),
        counts={status: counts.get(status, 0) for status in STATUSES},
        moves_limit=region.limits.moves,
        bound_minutes=bound_minutes,
        unserved_bound=unserved_bound,
    )


def _status(region: Region, coach: Ints) -> pl.Series:
    """Status of each client, as the model says."""
    present, may_keep = region.people.present, region.units.may_keep
    cases = [coach < 0, present < 0, present == coach, ~may_keep]
    order = [STATUSES.index(name) for name in ("unserved", "new", "kept", "forced")]
    code = np.select(cases, order, STATUSES.index("moved")).astype(np.int64)
    return spelled(code, pl.Series(STATUSES, dtype=pl.Categorical))


def _clients(region: Region, coach: Ints) -> pl.DataFrame:
    known, everyone = region.facts, region.people
    ids = pl.Series(known.posts.ids, dtype=pl.String)
    areas = region.snapshot.municipalities.select("municipality", "area")
    age = known.rows.age[known.row_of]
    frame = everyone.frame.select("client_id", "municipality", "language", "need_level")
    frame = frame.join(areas, on="municipality", how="left", maintain_order="left")
    frame = frame.with_columns(
        spelled(coach, ids).alias("coach_id"),
        spelled(everyone.present, ids).alias("previous_coach_id"),
        _status(region, coach).alias("status"),
        spelled(age, pl.Series(AGE_GROUPS, dtype=pl.Categorical)).alias("age_group"),
        pl.Series("integration", known.rows.integration[known.row_of]),
        pl.Series("long_term", everyone.long_term),
        pl.Series("weight", everyone.weight),
        pl.Series("unit", region.units.of_client),
        *_figures(region, coach),
        *_figures_before(region),
    )
    return frame.select(CLIENT_COLUMNS)


CLIENT_COLUMNS = (
    "client_id",
    "coach_id",
    "previous_coach_id",
    "status",
    "municipality",
    "area",
    "age_group",
    "language",
    "integration",
    "long_term",
    "need_level",
    "demand_minutes",
    "interpreter_minutes",
    "travel_minutes",
    "price_travel",
    "price_interpreter",
    "price_specialism",
    "price_handover",
    "weight",
    "own_language",
    "unit",
    "interpreter_minutes_before",
    "travel_minutes_before",
    "own_language_before",
)


def _figures(region: Region, coach: Ints) -> list[pl.Series]:
    """Demand, interpreter, travel, own language and prices of each client with the coach given."""
    known, policy, count = region.facts, region.policy, len(coach)
    demand = least_demand(known, known.row_of, policy)
    interpreter, travelled = np.zeros(count), np.zeros(count)
    own = np.zeros(count, dtype=bool)
    prices = {name: np.zeros(count) for name in (*FACT_PRICES, "handover")}
    for block in blocks(count):
        client = np.flatnonzero(coach[block] >= 0) + block.start
        pairs = Pairs(known, known.row_of[client], coach[client])
        interpreter[client] = interpreter_minutes(pairs, policy)
        demand[client] = known.rows.base[pairs.row] + interpreter[client]
        travelled[client] = travelled_minutes(pairs)
        own[client] = own_language(pairs)
        for name, price in FACT_PRICES.items():
            prices[name][client] = price(pairs, policy)
        ties = Ties(region.people.present[client], region.units.handover[client])
        prices["handover"][client] = handover(pairs, ties)
    named = {f"price_{name}": values for name, values in prices.items()}
    named |= {"demand_minutes": demand, "interpreter_minutes": interpreter, "travel_minutes": travelled}
    return [pl.Series("own_language", own), *(pl.Series(name, values) for name, values in named.items())]


def _figures_before(region: Region) -> list[pl.Series]:
    """Interpreter, travel and own language of each client with the present coach."""
    known, policy, present = region.facts, region.policy, region.people.present
    interpreter, travelled = np.zeros(len(present)), np.zeros(len(present))
    own = np.zeros(len(present), dtype=bool)
    for block in blocks(len(present)):
        client = np.flatnonzero(present[block] >= 0) + block.start
        pairs = Pairs(known, known.row_of[client], present[client])
        interpreter[client] = interpreter_minutes(pairs, policy)
        travelled[client], own[client] = travelled_minutes(pairs), own_language(pairs)
    return [
        _with_coach("interpreter_minutes_before", interpreter, present),
        _with_coach("travel_minutes_before", travelled, present),
        _with_coach("own_language_before", own, present),
    ]


def _with_coach(name: str, values: Floats | Bools, present: Ints) -> pl.Series:
    """The values, empty where there is no present coach."""
    return pl.Series(name, values).set(pl.Series(present < 0), None)


def _coaches(region: Region, borne: Carried) -> pl.DataFrame:
    coaches, limits, policy = region.facts.posts, region.limits, region.policy
    before = carried(region.facts, region.people.present, policy)
    heads = pl.Series(limits.heads).set(pl.Series(~np.isfinite(limits.heads)), None)
    frame = coaches.frame.select("coach_id", "unit_id", "municipality").with_columns(
        pl.Series("capacity_minutes", coaches.capacity),
        pl.Series("soft_limit_minutes", coaches.minutes_limit),
        pl.Series("limit_minutes", limits.minutes),
        heads.cast(pl.Int64).alias("heads_limit"),
        pl.Series("load_minutes", borne.minutes),
        pl.Series("heads", borne.heads),
        pl.Series("load_before_minutes", before.minutes),
        pl.Series("heads_before", before.heads),
        pl.Series("load_price", load(coaches, borne.minutes, policy)),
        pl.Series("overload_price", overload(coaches, borne.minutes, policy)),
    )
    return frame.sort("unit_id", "coach_id")


def _areas(region: Region, borne: Carried) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "area": pl.Series(region.facts.areas, dtype=pl.String),
            "interpreter_minutes": borne.interpreter,
            "limit_minutes": region.limits.interpreter,
        }
    )
