"""`optimiser intake`: triage a batch of new clients, place them jointly, write proposals and a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.intake.batch import TakenIn, take_in
from optimiser.allocation.steps import MoveList, move_list
from optimiser.cli.coach_names import names_of
from optimiser.cli.plan_folder import write_moves, write_plan, write_solved_snapshot, write_summary
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED, NewClients
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, said, several
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
FEWER = said("fewer than {few}", few=FEW)


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
    coach_names: Path | None = None


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
            names = names_of(wishes.coach_names, snapshot)
            batch = read_new_clients(
                wishes.new, snapshot, headings=wishes.headings, longest_days=policy.intake.longest_days
            )
        with staged(wishes.out, replaced=FILES) as stage:
            taken = take_in(snapshot, policy, batch, wishes.effort, watch, texts=texts())
            found = taken.found
            moves = move_list(
                taken.snapshot, taken.policy, found.plan.rows, watch, found.encoding, texts=texts()
            )
            told = _summary(taken, batch, wishes.effort)
            with watch.phase("write"):
                _write(stage, taken, told, (moves, names), wishes.finnish)
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
        "by_hand": batch.by_hand if batch.by_hand == 0 or batch.by_hand >= FEW else FEWER,
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


def _write(
    stage: Path,
    taken: TakenIn,
    told: dict[str, Any],
    shown: tuple[MoveList, Mapping[str, str]],
    finnish: bool,
) -> None:
    moves, names = shown
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
    write_intake_workbook(facts, stage / "intake.xlsx", texts().language, names)


def _say(wishes: Wishes, snapshot: Snapshot, batch: NewClients, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    found, meetings = told["intake"], told["intake"]["meetings"]
    for notice in (*snapshot.notices, *batch.notices):
        tell(notice)
    for line in _of_the_batch(found):
        tell(line)
    tell(
        said(
            "First interviews (estimate): {late:,} of {first_meetings:,} late, {overdue_already:,} of them due "
            "already; {least_extra_hours:.1f} extra hours are the least that make the others timely.",
            **{n: meetings[n] for n in ("late", "first_meetings", "overdue_already", "least_extra_hours")},
        )
    )
    tell(
        said(
            "Nobody who may stay moves. {cost:,.0f} minutes a month, within {gap:.3f} % of the best under that "
            "condition.",
            cost=told["objective_minutes"],
            gap=100 * told["gap"],
        )
    )
    tell(
        said(
            "Open intake.xlsx and proposals.csv in {folder}; decide in moves.csv, then: {command}  ({seconds:.1f} s)",
            folder=str(wishes.out),
            command=f"optimiser apply {wishes.out / 'snapshot'} {wishes.out}",
            seconds=told["seconds"]["total"],
        )
    )


def _of_the_batch(found: dict[str, Any]) -> list[Message]:
    """Who was taken in, who has a proposal, who has none."""
    lines = [_taken_in(found)]
    if found["unknown_taken_in"]:
        unknown = found["unknown_taken_in"]
        lines.append(
            said("Taken in with a fact unknown, to be looked up: {clients:,} (triage.csv).", clients=unknown)
        )
    lines.append(
        several(
            "{count:,} new client and {waited:,} who waited have a proposal; {household:,} with the coach of the "
            "household, {former:,} with the coach of before.",
            "{count:,} new clients and {waited:,} who waited have a proposal; {household:,} with the coach of the "
            "household, {former:,} with the coach of before.",
            found["taken_in"] - found["without_a_coach"],
            waited=found["waiting_placed"],
            household=found["households_kept"],
            former=found["former_coaches_kept"],
        )
    )
    if found["without_a_coach"]:
        lines.append(
            several(
                "No coach may serve or has room: {count:,} new client; see plan.csv.",
                "No coach may serve or has room: {count:,} new clients; see plan.csv.",
                found["without_a_coach"],
            )
        )
    if found["forced_not_of_the_batch"]:
        lines.append(
            several(
                "Not part of the batch: {count:,} client whose present coach a rule bars (forced.csv).",
                "Not part of the batch: {count:,} clients whose present coach a rule bars (forced.csv).",
                found["forced_not_of_the_batch"],
            )
        )
    return lines


def _taken_in(found: dict[str, Any]) -> Message:
    """How many of the batch belong here, elsewhere, or to an official's hand."""
    fields = {name: found[name] for name in ("taken_in", "elsewhere", "by_hand")}
    if not found["by_hand"]:
        return several(
            "{count:,} new client: {taken_in:,} taken in, {elsewhere:,} belong elsewhere.",
            "{count:,} new clients: {taken_in:,} taken in, {elsewhere:,} belong elsewhere.",
            found["batch"],
            **fields,
        )
    return several(
        "{count:,} new client: {taken_in:,} taken in, {elsewhere:,} belong elsewhere, {by_hand} to be assigned by "
        "hand.",
        "{count:,} new clients: {taken_in:,} taken in, {elsewhere:,} belong elsewhere, {by_hand} to be assigned by "
        "hand.",
        found["batch"],
        **fields,
    )
