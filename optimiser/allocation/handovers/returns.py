"""A coach who comes back: the clients of then, on request, as far as rules and limits go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.codes import Floats
from optimiser.allocation.cover import ASKED, DIGITS, ROUNDING, demand_coach
from optimiser.allocation.handovers.future import (
    SETS_ASIDE,
    allowed_pins,
    pairs_of,
    pinned,
    without_moves,
)
from optimiser.allocation.handovers.words import told_of_return
from optimiser.allocation.reasons import in_a_row
from optimiser.allocation.rules import RULES, barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import RETURNS
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Return:
    """What a coach who comes back gets back.

    Attributes
    ----------
    snapshot, policy, found
        The facts on the day with the returning clients pinned, the policy without moves, and the plan.
    rows : polars.DataFrame
        Rows of `RETURNS`.
    """

    snapshot: Snapshot
    policy: Policy
    found: Allocation
    rows: pl.DataFrame


def come_back(
    snapshot: Snapshot,
    policy: Policy,
    coach_id: str,
    day: Date,
    before: pl.DataFrame,
    effort: str = "normal",
    progress: Progress = SILENT,
    *,
    texts: Texts = ENGLISH,
) -> Return:
    """Propose the clients a coach had before back to the coach, as far as rules and limits allow.

    The longest relationship comes first. Nobody else moves who may stay.

    Parameters
    ----------
    day : datetime.date
        First day back: an absence that covers it ends the day before, and so does a last working day
        before it.
    before : polars.DataFrame
        client_id, since (may be empty): whom the coach had.
    texts : Texts
        Language of the reasons.

    Raises
    ------
    InputError
        For an unknown coach, or where no client of then is with somebody else now.
    """
    texts = texts.plain()
    demand_coach(snapshot, coach_id)
    there = _there(snapshot, coach_id, day)
    asked = _asked_back(there, coach_id, before)
    rows = _judged(there, policy, coach_id, asked, texts)
    back = rows.filter("returns").select("client_id", coach_id=pl.lit(coach_id))
    pins = pinned(there.replace(pins=allowed_pins(there, policy)), back, there.date)
    still = without_moves(policy)
    solved = there.replace(pins=pins)
    found = allocate(solved, still, effort, progress, texts=texts)
    found = told_of_return(found, coach_id, back["client_id"], texts)
    return Return(solved, still, found, rows)


def _there(snapshot: Snapshot, coach_id: str, day: Date) -> Snapshot:
    """The facts on the day from which the coach is there again."""
    mine = pl.col("coach_id") == coach_id
    ended, not_started = mine & (pl.col("end") < day), mine & (pl.col("start") > day)
    coaches = snapshot.coaches.with_columns(
        pl.when(ended).then(None).otherwise("end").alias("end"),
        pl.when(not_started).then(pl.lit(day)).otherwise("start").alias("start"),
    )
    covers = mine & (pl.col("first_day") < day) & (pl.col("last_day") >= day)
    cut = pl.when(covers).then(pl.lit(day - DAY)).otherwise("last_day").alias("last_day")
    today = mine & (pl.col("first_day") == day)
    absences = (
        snapshot.absences.filter(~today)
        .with_columns(cut)
        .unique(["coach_id", "first_day", "last_day"], keep="first", maintain_order=True)
    )
    return snapshot.replace(date=max(day, snapshot.date), coaches=coaches, absences=absences)


def _asked_back(snapshot: Snapshot, coach_id: str, before: pl.DataFrame) -> pl.DataFrame:
    """Clients of then who are now with somebody else or nobody, the longest relationship first."""
    now = snapshot.clients.select(
        "client_id", "municipality", "language", "registered_on", now_coach_id="coach_id"
    )
    elsewhere = (pl.col("now_coach_id") != coach_id).fill_null(True)
    asked = before.unique("client_id", keep="first", maintain_order=True).join(now, on="client_id")
    asked = asked.filter(elsewhere)
    if asked.is_empty():
        problem = said(
            "none of the {count} clients the coach had is with somebody else now", count=before.height
        )
        advice = said(
            "Name the snapshot from before the leave with --since, or the workspace that logged it."
        )
        raise InputError([Complaint(ASKED, 0, "--coach", coach_id, problem, advice)])
    return asked.sort("since", "registered_on", "client_id", nulls_last=True)


def _judged(
    snapshot: Snapshot, policy: Policy, coach_id: str, asked: pl.DataFrame, texts: Texts
) -> pl.DataFrame:
    """Who can come back, in the order of `asked`, and why the others cannot."""
    pairs = pairs_of(snapshot, policy, asked.select("client_id", coach_id=pl.lit(coach_id)))
    demand = pairs.demand()
    bars = {n: where for n, where in barred(pairs).items() if n != SETS_ASIDE}
    pins = dict(allowed_pins(snapshot, policy).select("client_id", "coach_id").iter_rows())
    room, heads = _room(snapshot, policy, coach_id)
    reasons, returns = [], []
    for i, client in enumerate(asked["client_id"]):
        why_not = [texts.gettext(RULES[name].title) for name, where in bars.items() if where[i]]
        if client in pins and pins[client] != coach_id:
            why_not.append(texts.of(said("is set aside by a pin to {coach}", coach=pins[client])))
        full = demand[i] > room + ROUNDING or heads < 1
        if not why_not and not full:
            room, heads = room - demand[i], heads - 1
        returns.append(not why_not and not full)
        reasons.append(_told(coach_id, why_not, returns[-1], texts))
    return asked.with_columns(
        returns=pl.Series(returns, dtype=pl.Boolean),
        demand_minutes=pl.Series(demand).round(DIGITS),
        reason=pl.Series(reasons, dtype=pl.String),
    ).select(c.name for c in RETURNS.columns)


def _told(coach_id: str, why_not: list[str], returns: bool, texts: Texts) -> str:
    """Whether a client comes back, and what bars it."""
    if returns:
        return texts.of(said("Back to {coach}, if the client wishes so.", coach=coach_id))
    if not why_not:
        return texts.of(said("Stays: {coach} would be above the limit.", coach=coach_id))
    return texts.of(said("Stays: {coach} {bars}.", coach=coach_id, bars=in_a_row(why_not, texts)))


def _room(snapshot: Snapshot, policy: Policy, coach_id: str) -> tuple[float, float]:
    """Minutes and clients that a coach can still take."""
    present = snapshot.clients.filter(pl.col("coach_id") == coach_id).select("client_id", "coach_id")
    pairs = pairs_of(snapshot, policy, present)
    at = pairs.coaches.ids.index(coach_id)
    limits = pairs.coaches.limits
    taken: Floats = pairs.demand()
    return float(limits.soft_limit[at] - np.sum(taken)), float(limits.heads_limit[at] - present.height)
