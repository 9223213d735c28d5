"""Ties that a batch honours first: the coach of the household, the coach a returning client had."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.allocation.codes import placed
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.explain import HOUSEHOLD, TOLERANCE
from optimiser.allocation.facts import sorted_by
from optimiser.allocation.outcome import outcome_of
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.rules import barred
from optimiser.domain.columns import Table
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import mark

FORMER = "former coach"
APART = "-new"
"""Ends the id of a household of new members whom its coach cannot take."""
BARRED, FULL = mark("a rule bars the coach"), mark("the coach has no room")


@dataclass(frozen=True)
class Preferred:
    """Ties of new clients to a coach.

    Attributes
    ----------
    kept : polars.DataFrame
        Columns client_id, coach_id and tie (`household`, `former coach`): clients given to that coach.
    broken : polars.DataFrame
        The same columns and `why`: clients whose tie could not be kept.
    """

    kept: pl.DataFrame
    broken: pl.DataFrame


def preferred(snapshot: Snapshot, policy: Policy, batch: pl.Series, former: pl.DataFrame) -> Preferred:
    """Decide which ties of new clients are kept: where rules allow the coach and the coach has room.

    The members of one household who are new stand or fall together; the coach of a household is the
    one most members have (the first by id of several). Households come before former coaches, then
    order of ids. A client who is pinned already has no tie.

    Parameters
    ----------
    snapshot, policy
        Facts with the new clients among them.
    batch : polars.Series
        Ids of clients without a coach, new ones.
    former : polars.DataFrame
        Columns client_id and former_coach_id.
    """
    wanted = _wanted(snapshot, policy, batch, former)
    encoding = encode(snapshot, policy)
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    row = ids.search_sorted(wanted["client_id"]).to_numpy().astype(np.int64)
    coach = placed(wanted["coach_id"], encoding.coach_ids).astype(np.int64)
    free = encoding.rows.pin[row] < 0
    wanted, row, coach = wanted.filter(pl.Series(free)), row[free], coach[free]
    why = _judged(encoding, policy, wanted["together"].to_list(), (row, coach))
    judged = wanted.with_columns(why=pl.Series(why, dtype=pl.String)).drop("together")
    return Preferred(
        judged.filter(pl.col("why") == "").drop("why"),
        judged.filter(pl.col("why") != ""),
    )


def _wanted(snapshot: Snapshot, policy: Policy, batch: pl.Series, former: pl.DataFrame) -> pl.DataFrame:
    """Columns client_id, coach_id, tie and together (what stands or falls as one), in the order of turns."""
    homes = snapshot.clients.filter(pl.col("household").is_not_null()).select(
        "client_id", "household", "coach_id"
    )
    if not policy.rules.household.on:
        homes = homes.clear()
    common = (
        homes.drop_nulls("coach_id")
        .group_by("household", "coach_id")
        .len()
        .sort(["household", "len", "coach_id"], descending=[False, True, False])
        .unique("household", keep="first", maintain_order=True)
    )
    new = homes.filter(pl.col("coach_id").is_null() & pl.col("client_id").is_in(batch.implode()))
    by_home = (
        new.drop("coach_id")
        .join(common.drop("len"), on="household")
        .select(
            "client_id", "coach_id", tie=pl.lit(HOUSEHOLD), together=HOUSEHOLD + ":" + pl.col("household")
        )
        .sort("together", "client_id")
    )
    back = former.filter(pl.col("client_id").is_in(batch.implode())).join(by_home, on="client_id", how="anti")
    by_former = back.select(
        "client_id",
        coach_id="former_coach_id",
        tie=pl.lit(FORMER),
        together="client:" + pl.col("client_id"),
    )
    return pl.concat([by_home, by_former.sort("client_id")])


def _judged(
    encoding: Encoding, policy: Policy, together: list[str], asked: tuple[np.ndarray, np.ndarray]
) -> list[str]:
    """Why each tie is broken, empty where it is kept; room is taken up in the order given."""
    row, coach = asked
    present = outcome_of(encoding, encoding.rows.present, policy)
    limits, facts = encoding.facts.coaches.limits, encoding.facts
    pairs = Pairs(facts, encoding.rows.profile[row], coach)
    bars = np.logical_or.reduce([np.zeros(len(pairs), dtype=np.bool_), *barred(pairs).values()])
    demand, area, taken = pairs.demand(), pairs.area(), pairs.interpreter_minutes()
    load, heads, used = present.after.copy(), present.heads.copy(), present.interpreter.copy()
    why = [""] * len(row)
    for name in dict.fromkeys(together):
        mine = np.array([i for i, other in enumerate(together) if other == name], dtype=np.int64)
        place = coach[mine[0]]
        if bars[mine].any():
            reason = BARRED
        elif (
            load[place] + demand[mine].sum() > limits.soft_limit[place] + TOLERANCE
            or heads[place] + len(mine) > limits.heads_limit[place] + TOLERANCE
            or _over(used, facts.region.area_limit, (area[mine], taken[mine]))
        ):
            reason = FULL
        else:
            reason = ""
            load[place] += demand[mine].sum()
            heads[place] += len(mine)
            limited = mine[area[mine] >= 0]
            np.add.at(used, area[limited], taken[limited])
        for i in mine:
            why[i] = reason
    return why


def _over(used: np.ndarray, limit: np.ndarray, more: tuple[np.ndarray, np.ndarray]) -> bool:
    """Whether more interpreter minutes would exceed the limit of an area."""
    area, taken = more
    with_more = used.copy()
    np.add.at(with_more, area[area >= 0], taken[area >= 0])
    touched = np.unique(area[area >= 0])
    return bool((with_more[touched] > limit[touched] + TOLERANCE).any())


def pinned(snapshot: Snapshot, ties: Preferred) -> Snapshot:
    """Return the snapshot with pins for this day alone that hold the ties kept.

    New members of a household whose coach cannot take them stay together all the same: for this solve
    they are a household of their own (its id ends in `-new`), for the model joins no members with
    different coaches.
    """
    kept = ties.kept
    table: Table = TABLES["pins"]
    more = kept.select(
        "client_id",
        "coach_id",
        until=pl.lit(snapshot.date),
        reason_code=pl.lit("continuity"),
        line=pl.lit(0),
    ).cast(pl.Schema(table.schema()))
    old = snapshot.pins.join(more, on="client_id", how="anti")
    apart = ties.broken.filter(pl.col("tie") == HOUSEHOLD)["client_id"]
    alone = pl.col("client_id").is_in(apart.implode())
    home = pl.when(alone).then(pl.col("household") + APART).otherwise(pl.col("household"))
    clients = snapshot.clients.with_columns(home.alias("household"))
    return snapshot.replace(pins=pl.concat([old, more]).sort("client_id"), clients=clients)
