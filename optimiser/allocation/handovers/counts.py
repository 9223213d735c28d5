"""Handovers counted: by month, municipality and language; who can receive; joint meetings by unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from optimiser.allocation.handovers.plan import Handovers, Step
from optimiser.domain.handovers import BY_MONTH, JOINT_MEETINGS, RECEIVERS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts
from optimiser.quality.arrays import Bools
from optimiser.quality.suppress import parts_held_back

PLACE = ["month", "municipality", "language"]


def live(handovers: Handovers) -> pl.DataFrame:
    """Return the handovers that are to happen within the months asked, `month` added."""
    status = pl.col("status").cast(pl.String)
    # A row of an earlier list that was overtaken has no demand: it is not planned.
    planned = pl.col("demand_minutes").is_not_null() & (status != "withdrawn")
    return handovers.rows.filter(planned).with_columns(
        pl.col("municipality", "language").cast(pl.String), month=pl.col("on").dt.truncate("1mo")
    )


def _names(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name")


def by_month(handovers: Handovers, snapshot: Snapshot, policy: Policy) -> pl.DataFrame:
    """Return the rows of `BY_MONTH`, empty where so few clients are behind a figure or missing from it."""
    counted = _without_few(_counted(handovers))
    minutes = 2 * policy.handovers.joint_meeting_minutes * pl.col("received")
    named = counted.with_columns(joint_minutes=minutes).join(
        _names(snapshot), on="municipality", how="left", maintain_order="left"
    )
    return named.select(c.name for c in BY_MONTH.columns)


def _counted(handovers: Handovers) -> pl.DataFrame:
    served = pl.col("to_coach_id").is_not_null()
    return (
        live(handovers)
        .group_by(PLACE)
        .agg(
            leaving=pl.len(),
            received=served.sum(),
            own_language=pl.col("own_language").filter(served).sum(),
            nobody=(~served).sum(),
            demand_minutes=pl.col("demand_minutes").filter(served).sum().round(2),
        )
        .sort(PLACE)
    )


def _without_few(counted: pl.DataFrame) -> pl.DataFrame:
    """Empty the figures of 1 to 4 clients and the next smallest of the month beside them."""
    if counted.is_empty():
        return counted
    return pl.concat(
        [_month_without_few(month) for month in counted.partition_by("month", maintain_order=True)]
    )


def _month_without_few(month: pl.DataFrame) -> pl.DataFrame:
    leaving, received, own = (
        month[name].cast(pl.Int64).to_numpy() for name in ("leaving", "received", "own_language")
    )
    few = parts_held_back(leaving[:, None], leaving)
    served = parts_held_back(np.column_stack([received, leaving - received]), leaving, few)
    shared = parts_held_back(np.column_stack([own, received - own]), leaving, served)
    where: dict[str, Bools] = {"leaving": few, "own_language": shared}
    where |= dict.fromkeys(("received", "nobody", "demand_minutes"), served)
    return month.with_columns(
        pl.when(~pl.Series(mask, dtype=pl.Boolean)).then(pl.col(name)).alias(name)
        for name, mask in where.items()
    )


def receivers(handovers: Handovers, snapshot: Snapshot) -> pl.DataFrame:
    """Return the rows of `RECEIVERS`, clients empty where `by_month` holds them back."""
    pairs = pl.concat([_pairs_of(step) for step in handovers.steps] or [_no_pairs()])
    ids = pl.col("coach_id")
    shares, home = pl.col("own_language"), pl.col("at_home")
    known = (
        pairs.group_by(*PLACE, "coach_id")
        .agg(shares.any(), home.any())
        .sort(~home, ids)
        .group_by(PLACE)
        .agg(
            may_receive=pl.len(),
            at_home=home.sum(),
            with_language=shares.sum(),
            coach_ids=ids.filter(shares).str.join(" "),
            by_interpreter=ids.filter(~shares).str.join(" "),
        )
    )
    clients = live(handovers).group_by(PLACE).agg(clients=pl.col("client_id").n_unique())
    shown = _without_few(_counted(handovers)).select(*PLACE, "leaving")
    told = pl.when(pl.col("leaving").is_not_null()).then(pl.col("clients"))
    return (
        clients.join(shown, on=PLACE, how="left")
        .with_columns(clients=told)
        .join(known, on=PLACE, how="left")
        .with_columns(pl.col("may_receive", "at_home", "with_language").fill_null(0))
        .join(_names(snapshot), on="municipality", how="left")
        .select(c.name for c in RECEIVERS.columns)
        .sort(PLACE)
    )


def _pairs_of(step: Step) -> pl.DataFrame:
    return step.received.receivers.select(
        pl.lit(step.batch.first.replace(day=1)).alias("month"),
        pl.col("municipality", "language").cast(pl.String),
        "coach_id",
        "own_language",
        "at_home",
    )


def _no_pairs() -> pl.DataFrame:
    texts = dict.fromkeys(("municipality", "language", "coach_id"), pl.String)
    return pl.DataFrame(schema={"month": pl.Date, **texts, "own_language": pl.Boolean, "at_home": pl.Boolean})


def joint_meetings(handovers: Handovers, snapshot: Snapshot, policy: Policy) -> pl.DataFrame:
    """Return the rows of `JOINT_MEETINGS`: what the meetings cost each unit, never a coach."""
    held = live(handovers).filter(pl.col("to_coach_id").is_not_null())
    month = pl.col("joint_meeting_by").dt.truncate("1mo").alias("month")
    sides = [
        held.select(month, coach_id=side, hands_over=pl.lit(int(side == "from_coach_id")))
        for side in ("from_coach_id", "to_coach_id")
    ]
    units = snapshot.coaches.select("coach_id", "unit_id")
    return (
        pl.concat(sides)
        .join(units, on="coach_id")
        .group_by("month", "unit_id")
        .agg(hands_over=pl.col("hands_over").sum(), receives=(1 - pl.col("hands_over")).sum())
        .with_columns(
            minutes=policy.handovers.joint_meeting_minutes * (pl.col("hands_over") + pl.col("receives"))
        )
        .select(c.name for c in JOINT_MEETINGS.columns)
        .sort("month", "unit_id")
    )


def figures(
    handovers: Handovers, snapshot: Snapshot, policy: Policy, texts: Texts = ENGLISH
) -> dict[str, Any]:
    """Return the figures of `summary.json`, without what the command adds."""
    planned = live(handovers)
    received = planned.filter(pl.col("to_coach_id").is_not_null()).height
    minutes = policy.handovers.joint_meeting_minutes
    status = handovers.rows["status"].cast(pl.String).value_counts(sort=True)
    within = (pl.col("start") > snapshot.date) & (pl.col("start") <= handovers.until)
    return {
        "date": snapshot.date.isoformat(),
        "until": handovers.until.isoformat(),
        "region": snapshot.region,
        "clients": snapshot.clients.height,
        "handovers": planned.height,
        "clients_who_change": planned["client_id"].n_unique(),
        "more_than_once": planned.height - planned["client_id"].n_unique(),
        "received": received,
        "nobody": planned.height - received,
        "own_language": int(planned["own_language"].sum() or 0),
        "why": dict(sorted(planned["why"].cast(pl.String).value_counts().iter_rows())),
        "status": dict(sorted(status.iter_rows())),
        "carried_out": handovers.carried_out,
        "joint_meeting_minutes_each": minutes,
        "joint_minutes": 2 * minutes * received,
        "due_today": handovers.due_today,
        "coaches_starting": {
            row["coach_id"]: row["start"].isoformat()
            for row in snapshot.coaches.filter(within).select("coach_id", "start").to_dicts()
        },
        "solves": [_solve_of(step) for step in handovers.steps],
        "assumed": texts.plain().gettext(
            "Nothing else changes: clients who will arrive or leave are not known. What is due today is taken as "
            "done."
        ),
    }


def _solve_of(step: Step) -> dict[str, Any]:
    proof, rows = step.received.found.plan.certificate, step.received.rows
    return {
        "first": step.batch.first.isoformat(),
        "day": step.batch.day.isoformat(),
        "leaving": rows.height,
        "nobody": int(rows["to_coach_id"].null_count()),
        "unserved_bound": proof.unserved_bound,
        "objective_minutes": proof.objective_minutes,
        "bound_minutes": proof.bound_minutes,
        "gap_minutes": proof.gap_minutes,
        "gap": proof.gap,
    }
