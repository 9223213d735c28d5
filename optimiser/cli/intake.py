"""`optimiser intake`: triage a batch of new clients, place them jointly, write proposals and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.intake.batch import TakenIn, take_in
from optimiser.allocation.steps import MoveList, move_list
from optimiser.cli.plan_folder import write_moves, write_plan, write_solved_snapshot, write_summary
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.cli.words import counted
from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED, NewClients
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import measures
from optimiser.reports.intake import IntakeFacts, write_intake_workbook
from optimiser.tables.new_clients import read_new_clients
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current

FILES = (
    "plan.csv",
    "certificate.json",
    "policy_in_force.yaml",
    "set_aside.csv",
    "moves.csv",
    "proposals.csv",
    "triage.csv",
    "elsewhere.csv",
    "forced.csv",
    "intake.xlsx",
    "summary.json",
    *(f"snapshot/{name}.parquet" for name in TABLES),
)
"""What the command writes; a later run replaces all of it together."""
FEW = 5
"""Fewer clients with a protected address are not counted in public."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    new: Path
    out: Path
    policy: Path | None
    effort: str
    set_aside: bool
    headings: Path | None
    finnish: bool


def write_intake(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    with Stopwatch() as watch:
        with watch.phase("read"):
            policy = read_policy(wishes.policy)
            snapshot = read_snapshot(
                current(wishes.region),
                policy=policy,
                headings=wishes.headings,
                set_aside=wishes.set_aside,
                progress=watch,
            )
            batch = read_new_clients(
                wishes.new, snapshot, headings=wishes.headings, longest_days=policy.intake.longest_days
            )
        with staged(wishes.out, replaced=FILES) as stage:
            taken = take_in(snapshot, policy, batch, wishes.effort, watch)
            found = taken.found
            moves = move_list(taken.snapshot, taken.policy, found.plan.rows, watch, found.encoding)
            told = _summary(taken, batch, wishes.effort)
            with watch.phase("write"):
                _write(stage, taken, told, moves, wishes.finnish)
            told = write_summary(stage, told, watch)
    _say(wishes, snapshot, batch, told)


def _summary(taken: TakenIn, batch: NewClients, effort: str) -> dict[str, Any]:
    """The figures of the plan, then those of the batch."""
    rows, triaged = taken.proposed.rows.filter(pl.col("rank") == 1), taken.triaged
    mine = rows.filter(pl.col("origin").cast(pl.String) == "batch")
    ties = taken.ties
    meetings = {
        "first_meetings": taken.proposed.first_meetings,
        "late": taken.proposed.late,
        "overdue_already": taken.proposed.overdue,
        "least_extra_hours": taken.proposed.extra_minutes / 60,
        "estimate": True,
    }
    intake = {
        "day": batch.day.isoformat(),
        "batch": triaged.height,
        "taken_in": mine.height,
        "unknown_taken_in": int(triaged["unknown"].sum()),
        "elsewhere": taken.elsewhere.height,
        "by_hand": batch.by_hand if batch.by_hand == 0 or batch.by_hand >= FEW else f"fewer than {FEW}",
        "without_a_coach": int(mine["coach_id"].null_count()),
        "waiting_placed": rows.height
        - mine.height
        - int(rows["coach_id"].null_count() - mine["coach_id"].null_count()),
        "households_kept": int((ties.kept["tie"] == "household").sum()),
        "former_coaches_kept": int((ties.kept["tie"] == "former coach").sum()),
        "ties_broken": [dict(row) for row in ties.broken.sort("client_id").to_dicts()],
        "forced_not_of_the_batch": taken.forced.height,
        "meetings": meetings,
    }
    measured = measures(taken.found.recount)
    return summary(taken.snapshot, taken.policy, taken.found, measured, effort) | {"intake": intake}


def _write(stage: Path, taken: TakenIn, told: dict[str, Any], moves: MoveList, finnish: bool) -> None:
    write_plan(stage, taken.snapshot, taken.policy, taken.found, finnish)
    write_solved_snapshot(stage, taken.snapshot, finnish)
    write_moves(stage, moves, finnish)
    write_table(taken.proposed.rows, PROPOSALS, stage / "proposals.csv", finnish)
    write_table(taken.triaged, TRIAGED, stage / "triage.csv", finnish)
    write_table(taken.elsewhere, ELSEWHERE, stage / "elsewhere.csv", finnish)
    write_table(taken.forced, FORCED, stage / "forced.csv", finnish)
    facts = IntakeFacts(
        taken.snapshot.date, taken.proposed.rows, taken.triaged, taken.elsewhere, taken.forced, told
    )
    write_intake_workbook(facts, stage / "intake.xlsx")


def _say(wishes: Wishes, snapshot: Snapshot, batch: NewClients, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    found, meetings = told["intake"], told["intake"]["meetings"]
    for notice in (*snapshot.notices, *batch.notices):
        print(notice)
    print(
        f"{counted(found['batch'], 'new client')}: {found['taken_in']:,} taken in, {found['elsewhere']:,} belong "
        "elsewhere" + (f", {found['by_hand']} to be assigned by hand." if found["by_hand"] else ".")
    )
    if found["unknown_taken_in"]:
        print(f"Taken in with a fact unknown, to be looked up: {found['unknown_taken_in']:,} (triage.csv).")
    placed = found["taken_in"] - found["without_a_coach"]
    print(
        f"{counted(placed, 'new client')} and {found['waiting_placed']:,} who waited have a proposal; "
        f"{found['households_kept']:,} with the coach of the household, "
        f"{found['former_coaches_kept']:,} with the coach of before."
    )
    if found["without_a_coach"]:
        print(
            f"No coach may serve or has room: {counted(found['without_a_coach'], 'new client')}; see plan.csv."
        )
    if found["forced_not_of_the_batch"]:
        print(
            f"Not part of the batch: {counted(found['forced_not_of_the_batch'], 'client')} whose present coach a "
            "rule bars (forced.csv)."
        )
    print(
        f"First interviews (estimate): {meetings['late']:,} of {meetings['first_meetings']:,} late, "
        f"{meetings['overdue_already']:,} of them due already; {meetings['least_extra_hours']:.1f} extra hours "
        "are the least that make the others timely."
    )
    print(
        f"Nobody who may stay moves. {told['objective_minutes']:,.0f} minutes a month, within "
        f"{100 * told['gap']:.3f} % of the best under that condition."
    )
    seconds = told["seconds"]["total"]
    print(
        f"Open intake.xlsx and proposals.csv in {wishes.out}; decide in moves.csv, then: optimiser apply "
        f"{wishes.out / 'snapshot'} {wishes.out}  ({seconds:.1f} s)"
    )
