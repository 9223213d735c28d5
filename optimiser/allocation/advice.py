"""Which of a plan's moves relieve the fullest coaches, and how many hold if the minutes are off."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats, Ints, placed
from optimiser.allocation.facts import Facts, sorted_by
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import curve, load, pair_price
from optimiser.allocation.profiles import read_facts
from optimiser.allocation.robustness import robustness
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Message, Texts, said

__all__ = ["MOVES", "relieving_moves", "robustness"]

MOVES = {
    "client_id": pl.String,
    "from_coach": pl.String,
    "to_coach": pl.String,
    "from_utilisation_before": pl.Float64,
    "to_utilisation_after": pl.Float64,
    "relieved_minutes": pl.Float64,
    "saved_minutes": pl.Float64,
    "reason": pl.String,
}
"""Columns of `relieving_moves`."""


SPREAD = 5
"""No coach is relieved by more than one in so many of the moves, so that several are."""


@dataclass(frozen=True)
class Moves:
    """N moves, each of a client or of a household; arrays of shape (N,).

    Attributes
    ----------
    old, new : int
        Present coach and the one proposed.
    relieved, taken : float
        Load taken from the one and put on the other, minutes a month.
    price : float
        Prices of the new pairs and the handover, less the prices of the old pairs.
    """

    old: Ints
    new: Ints
    relieved: Floats
    taken: Floats
    price: Floats

    def take(self, row: int) -> Moves:
        """Return one of the moves."""
        return Moves(*(values[[row]] for values in vars(self).values()))


@dataclass(frozen=True)
class Fullness:
    """Loads of C coaches while moves are made, and what limits them; minutes a month, shape (C,)."""

    loads: Floats
    capacity: Floats
    soft_limit: Floats

    def after(self, move: Moves) -> Fullness:
        """Return the loads after one move."""
        loads = self.loads.copy()
        loads[move.old] -= move.relieved
        loads[move.new] += move.taken
        return replace(self, loads=loads)

    def utilisation(self) -> Floats:
        """Load over capacity, inf where there is load without capacity."""
        none = np.where(self.loads > 0, np.inf, 0.0)
        return np.divide(self.loads, self.capacity, out=none, where=self.capacity > 0)


def relieving_moves(
    snapshot: Snapshot,
    policy: Policy,
    rows: pl.DataFrame,
    recount_coaches: pl.DataFrame,
    limit: int = 20,
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return the first moves to make: from the fullest coach at each step, the one that saves most.

    Parameters
    ----------
    snapshot, policy
        The facts and the policy of the plan.
    rows : polars.DataFrame
        The plan's rows.
    recount_coaches : polars.DataFrame
        coach_id, capacity_minutes, load_before_minutes, load_minutes.
    limit : int
        Most clients.
    texts : Texts
        Language of the reasons.

    Returns
    -------
    polars.DataFrame
        Columns of `MOVES` in the order of the steps. Only moves that pay at the loads which the
        earlier ones leave, from one coach no more than a fifth of `limit`; `saved_minutes` leaves out the steep price of load above limits. Members
        of a household move together, and share what that saves by their demand.
    """
    facts, clients = read_facts(snapshot, policy)
    moved, step_of = _moved(snapshot, rows)
    coaches = sorted_by(recount_coaches, "coach_id")
    fullness = Fullness(
        coaches["load_before_minutes"].to_numpy(),
        coaches["capacity_minutes"].to_numpy(),
        facts.coaches.limits.soft_limit,
    )
    old, new = (placed(moved[c], facts.coaches.ids) for c in ("previous_coach_id", "coach_id"))
    at = moved["row"].to_numpy()
    before, after = (Pairs(facts, clients.profile[at], c) for c in (old, new))
    single = Moves(
        old.astype(np.int64),
        new.astype(np.int64),
        before.demand(),
        after.demand(),
        pair_price(after) + clients.saving[at] - pair_price(before),
    )
    steps = _steps(facts, single, step_of, fullness, limit)
    return _table(moved, single, step_of, steps, texts).head(limit)


def _moved(snapshot: Snapshot, rows: pl.DataFrame) -> tuple[pl.DataFrame, Ints]:
    """The plan's moved clients by id, and the move each belongs to (households move as one)."""
    facts = sorted_by(snapshot.clients.select("client_id", "household"), "client_id").with_row_index("row")
    moved = rows.filter(pl.col("status") == "moved").select("client_id", "previous_coach_id", "coach_id")
    moved = facts.join(moved, on="client_id").sort("client_id")
    together = pl.coalesce("household", pl.concat_str(pl.lit("\x1f"), "client_id"))
    first = moved.select(pl.col("row").min().over(together, "previous_coach_id", "coach_id").alias("first"))[
        "first"
    ].to_numpy()
    return moved, np.unique(first, return_inverse=True)[1].astype(np.int64)


def _summed(single: Moves, step_of: Ints) -> Moves:
    count = int(step_of.max(initial=-1)) + 1
    example = np.zeros(count, dtype=np.int64)
    example[step_of] = np.arange(len(step_of))
    relieved, taken, price = (
        np.bincount(step_of, values, minlength=count).astype(np.float64)
        for values in (single.relieved, single.taken, single.price)
    )
    return Moves(single.old[example], single.new[example], relieved, taken, price)


def _saved(moves: Moves, now: Fullness, facts: Facts, steep: bool) -> Floats:
    """What each move would save at the present loads, with or without the steep price; shape (N,)."""

    def cost(coach: Ints, change: Floats) -> Floats:
        loads = np.maximum(now.loads[coach] + change, 0.0)
        if steep:
            return curve(loads, now.capacity[coach], now.soft_limit[coach], facts.policy)
        return load(loads, now.capacity[coach], facts.policy)

    none = np.zeros(len(moves.old))
    relief = cost(moves.old, none) - cost(moves.old, -moves.relieved)
    burden = cost(moves.new, moves.taken) - cost(moves.new, none)
    saved: Floats = relief - burden - moves.price
    return saved


Step = tuple[int, float, float, float]
"""Move, utilisation of the present coach before and of the new one after, minutes saved."""


def _steps(facts: Facts, single: Moves, step_of: Ints, now: Fullness, limit: int) -> list[Step]:
    moves = _summed(single, step_of)
    left = np.ones(len(moves.old), dtype=np.bool_)
    steps: list[Step] = []
    taken = np.zeros(len(now.loads), dtype=np.int64)
    most = max(1, limit // SPREAD)
    while len(steps) < limit and left.any():
        left &= taken[moves.old] < most
        saved = np.where(left, _saved(moves, now, facts, steep=True), -np.inf)
        full = np.where(saved > 0, now.utilisation()[moves.old], -np.inf)
        if not (saved > 0).any():
            break
        fullest = moves.old == moves.old[int(np.argmax(full))]
        best = int(np.argmax(np.where(fullest, saved, -np.inf)))
        move = moves.take(best)
        shown = float(_saved(move, now, facts, steep=False)[0])
        before = float(now.utilisation()[moves.old[best]])
        now = now.after(move)
        steps.append((best, before, float(now.utilisation()[moves.new[best]]), shown))
        left[best] = False
        taken[moves.old[best]] += 1
    return steps


def _table(
    moved: pl.DataFrame, single: Moves, step_of: Ints, steps: list[Step], texts: Texts
) -> pl.DataFrame:
    found = []
    for step, before, after, saved in steps:
        members = np.flatnonzero(step_of == step)
        relieved = single.relieved[members]
        shares = relieved / relieved.sum() if relieved.sum() > 0 else np.full(len(members), 1 / len(members))
        for member, minutes, share in zip(members, relieved, shares, strict=True):
            client, old, new = moved.select("client_id", "previous_coach_id", "coach_id").row(int(member))
            reason = _reason(len(members) > 1, minutes, (old, before), (new, after), texts)
            found.append((client, old, new, before, after, float(minutes), float(saved * share), reason))
    return pl.DataFrame(found, schema=MOVES, orient="row")


def _reason(
    together: bool, minutes: float, old: tuple[str, float], new: tuple[str, float], texts: Texts
) -> str:
    """One sentence on a move; coaches with their utilisation before and after."""
    alone = said(
        "Takes {minutes:.0f} minutes a month off {old} ({before} before); {new} is then {after}.",
        minutes=minutes,
        old=old[0],
        before=_full(old[1]),
        new=new[0],
        after=_full(new[1]),
    )
    if not together:
        return texts.of(alone)
    household = said(
        "Takes {minutes:.0f} minutes a month off {old} ({before} before) with the household; {new} is then {after}.",
        **alone.values,
    )
    return texts.of(household)


def _full(utilisation: float) -> Message:
    if not np.isfinite(utilisation):
        return said("no capacity")
    return said("{share:.0f} % full", share=100 * utilisation)
