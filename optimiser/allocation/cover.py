"""A coach who leaves for good: the clients get new coaches, and little else changes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.handovers.future import (
    allowed_pins,
    places,
    settled,
    without_moves,
)
from optimiser.allocation.handovers.words import told_of_leaver
from optimiser.allocation.pairs import Pairs
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import COVER, PARTS
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said

ASKED = "optimiser cover"
DAY = timedelta(days=1)
ROUNDING = 1e-6
DIGITS = 6
"""Decimals of minutes in a table: as in a plan."""


@dataclass(frozen=True)
class Cover:
    """What becomes of the clients of a coach who leaves for good.

    Attributes
    ----------
    snapshot, policy
        The facts on the day, the coach gone, and the policy with the budget of moves: what the plan
        is made of and checked against.
    found : Allocation
        The plan.
    unmoved : Allocation or None
        The plan in which nobody else moves; None where no move is allowed anyway.
    rows : polars.DataFrame
        Rows of `COVER`: the leaver's clients first, by receiving coach.
    pins_aside : tuple of str
        Clients whose pin no longer holds.
    """

    snapshot: Snapshot
    policy: Policy
    found: Allocation
    unmoved: Allocation | None
    rows: pl.DataFrame
    pins_aside: tuple[str, ...]


def demand_coach(snapshot: Snapshot, coach_id: str) -> dict[str, Any]:
    """Return the row of a coach.

    Raises
    ------
    InputError
        Where there is none, with the nearest ids.
    """
    found = snapshot.coaches.filter(pl.col("coach_id") == coach_id).to_dicts()
    if found:
        return found[0]
    ids = snapshot.coaches["coach_id"].to_list()
    nearest = difflib.get_close_matches(coach_id, ids, n=3, cutoff=0.0)
    problem = said("no coach has this id")
    advice = said("Try one of the nearest ids: {ids}.", ids=", ".join(nearest))
    raise InputError([Complaint(ASKED, 0, "--coach", coach_id, problem, advice)])


def leave_for_good(
    snapshot: Snapshot,
    policy: Policy,
    coach_id: str,
    day: Date,
    most_moves: int | None = None,
    effort: str = "normal",
    progress: Progress = SILENT,
    *,
    texts: Texts = ENGLISH,
) -> Cover:
    """Give the clients of a coach who leaves new coaches; others move only where it pays.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes.
    coach_id : str
        Who leaves.
    day : datetime.date
        First day without the coach.
    most_moves : int, optional
        Most other clients who change coach although they could stay; without it
        `policy.handovers.cover_moves`.
    effort, progress, texts
        As for `allocate`.

    Raises
    ------
    InputError
        For an unknown coach, one without clients, or one who starts only later.
    """
    row = demand_coach(snapshot, coach_id)
    _demand_clients(snapshot, row, day)
    moves = policy.handovers.cover_moves if most_moves is None else most_moves
    budget = policy.model_copy(update={"limits": policy.limits.model_copy(update={"moves": moves})})
    gone = _gone(snapshot, coach_id, day)
    pins = allowed_pins(gone, budget)
    aside = gone.pins.join(pins, on="client_id", how="anti")
    kept = gone.replace(pins=pins)
    leaves = day if row["end"] is None else min(day, row["end"] + DAY)
    found = allocate(kept, budget, effort, progress, texts=texts)
    found = told_of_leaver(found, budget, coach_id, leaves, texts)
    unmoved = _unmoved(kept, budget, effort, progress) if moves else None
    return Cover(
        kept, budget, found, unmoved, _cover_rows(kept, found, coach_id), tuple(aside["client_id"].to_list())
    )


def _unmoved(snapshot: Snapshot, policy: Policy, effort: str, progress: Progress) -> Allocation:
    """The plan in which nobody moves who may stay."""
    still = without_moves(policy)
    return allocate(settled(snapshot, still), still, effort, progress)


def _demand_clients(snapshot: Snapshot, row: dict[str, Any], day: Date) -> None:
    coach_id, complaints = row["coach_id"], []
    if not (snapshot.clients["coach_id"] == coach_id).any():
        problem = said("the coach has no clients to hand over")
        advice = said(
            "Name a coach who has clients; without any, a last working day in the coaches' table will do."
        )
        complaints.append(Complaint(ASKED, 0, "--coach", coach_id, problem, advice))
    if row["start"] is not None and row["start"] >= day:
        problem = said("the coach starts only on {day}", day=row["start"])
        advice = said("Give a day after the start.")
        complaints.append(Complaint(ASKED, 0, "--from", day.isoformat(), problem, advice))
    if complaints:
        raise InputError(complaints)


def _gone(snapshot: Snapshot, coach_id: str, day: Date) -> Snapshot:
    """The facts on the day from which the coach is not there."""
    last = pl.min_horizontal("end", pl.lit(day - DAY))
    end = pl.when(pl.col("coach_id") == coach_id).then(last).otherwise("end").alias("end")
    return snapshot.replace(date=max(day, snapshot.date), coaches=snapshot.coaches.with_columns(end))


def _cover_rows(snapshot: Snapshot, found: Allocation, coach_id: str) -> pl.DataFrame:
    """Everyone who gets another coach or none, with what they had and get."""
    plan = found.plan.rows.filter(pl.col("status").cast(pl.String) != "kept")
    facts = snapshot.clients.select("client_id", "municipality", "language")
    rows = plan.join(facts, on="client_id").sort("client_id")
    before = _pair_facts(snapshot, found, rows, "previous_coach_id", "before")
    after = _pair_facts(snapshot, found, rows, "coach_id", "after")
    leaver = (pl.col("previous_coach_id") == coach_id).fill_null(False)
    had = pl.col("previous_coach_id").is_not_null()
    status = pl.col("status").cast(pl.String)
    part = (
        pl.when(leaver)
        .then(pl.lit("leaver"))
        .when(status == "moved")
        .then(pl.lit("moved"))
        .when(had)
        .then(pl.lit("forced"))
        .otherwise(pl.lit("new"))
    )
    order = pl.col("part").replace_strict({name: place for place, name in enumerate(PARTS)})
    return (
        rows.with_columns(part=part)
        .rename({"coach_id": "to_coach_id", "previous_coach_id": "from_coach_id"})
        .join(before, on="client_id", how="left")
        .join(after, on="client_id", how="left")
        .select(c.name for c in COVER.columns)
        .sort(order, pl.col("to_coach_id").is_null(), "to_coach_id", "client_id")
    )


def _pair_facts(
    snapshot: Snapshot, found: Allocation, rows: pl.DataFrame, coach: str, when: str
) -> pl.DataFrame:
    """Language, travel and interpreter minutes of clients with one of their coaches."""
    wanted = rows.select("client_id", coach_id=coach).drop_nulls()
    client, place = places(snapshot, found.encoding.coach_ids, wanted)
    pairs = Pairs(found.encoding.facts, found.encoding.rows.profile[client], place)
    return pl.DataFrame(
        {
            "client_id": wanted["client_id"],
            f"language_{when}": pairs.share_language(),
            f"travel_{when}": np.round(pairs.road_minutes() * pairs.in_person_meetings(), DIGITS),
            f"interpreter_{when}": np.round(pairs.interpreter_minutes(), DIGITS),
        }
    )


def cover_figures(cover: Cover) -> dict[str, Any]:
    """Return what becomes of whom, and what the moves of others bring, for `summary.json`."""
    rows = cover.rows.with_columns(pl.col("part").cast(pl.String))
    to = pl.col("to_coach_id")
    parts = rows.group_by("part").agg(clients=pl.len(), nobody=to.null_count(), coaches=to.n_unique())
    counts = {row["part"]: row for row in parts.to_dicts()}
    none = {"clients": 0, "nobody": 0}
    leaver = rows.filter((pl.col("part") == "leaver") & to.is_not_null())
    return {
        "leavers_clients": counts["leaver"]["clients"],
        "leavers_clients_without": counts["leaver"]["nobody"],
        "receiving_coaches": leaver["to_coach_id"].n_unique(),
        "language_kept": int((leaver["language_before"] & leaver["language_after"]).sum()),
        "language_lost": int((leaver["language_before"] & ~leaver["language_after"]).sum()),
        "language_none_before": int((~leaver["language_before"]).sum()),
        "travel_minutes": _before_after(leaver, "travel"),
        "interpreter_minutes": _before_after(leaver, "interpreter"),
        "forced_anyway": counts.get("forced", none)["clients"],
        "new_clients": counts.get("new", none)["clients"],
        "forced_without": counts.get("forced", none)["nobody"],
        "new_without": counts.get("new", none)["nobody"],
        "others_moved": counts.get("moved", none)["clients"],
        "most_moves": cover.policy.limits.moves,
        "moves_bring": _brought(cover),
        "pins_set_aside": list(cover.pins_aside),
    }


def _before_after(rows: pl.DataFrame, what: str) -> list[float]:
    return [float(rows[f"{what}_{when}"].sum()) for when in ("before", "after")]


def _brought(cover: Cover) -> dict[str, Any] | None:
    """The plan beside the one in which nobody else moves.

    Two polished plans differ by their gaps as well: the interval says between which values the gain
    of the best plans lies (FORMULATION §7).
    """
    if cover.unmoved is None:
        return None
    with_moves, without = cover.found.plan.certificate, cover.unmoved.plan.certificate
    served = without.unserved_weighted - with_moves.unserved_weighted
    comparable = abs(served) < ROUNDING
    saved = without.objective_minutes - with_moves.objective_minutes
    low = max(0.0, without.bound_minutes - with_moves.objective_minutes)
    high = max(low, without.objective_minutes - with_moves.bound_minutes)
    return {
        "objective_minutes_without": without.objective_minutes,
        "served_more_weighted": served,
        "saved_minutes": saved if comparable else None,
        "saved_overload_minutes": without.overload_minutes - with_moves.overload_minutes,
        "saved_interval": [low, high] if comparable else None,
    }
