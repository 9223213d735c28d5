"""The files of a plan's folder, the same for every command that makes a plan."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.allocate import Allocation
from optimiser.allocation.steps import MoveList
from optimiser.cli.speak import texts
from optimiser.cli.stopwatch import Stopwatch, peak_memory_mb
from optimiser.domain.moves import MOVES
from optimiser.domain.plan import PLAN, SET_ASIDE
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import THIN, Message, said
from optimiser.quality.measures import Measures
from optimiser.tables.policy_file import policy_text
from optimiser.tables.write import write_snapshot, write_table

FILES = (
    "plan.csv",
    "certificate.json",
    "summary.json",
    "policy_in_force.yaml",
    "set_aside.csv",
    "moves.csv",
    "overload.json",
    "plan.xlsx",
    "report.html",
)
"""What a plan's folder may hold; a later run replaces all of them together."""
WEAK = 0.05
"""Gap from which the proof says little."""


def write_plan(stage: Path, snapshot: Snapshot, policy: Policy, found: Allocation, finnish: bool) -> None:
    """Write the plan, its proof, the policy in force and what was set aside."""
    write_table(found.plan.rows, PLAN, stage / "plan.csv", finnish)
    (stage / "certificate.json").write_text(found.plan.certificate.to_json(), encoding="utf-8")
    (stage / "policy_in_force.yaml").write_text(policy_text(policy, texts()), encoding="utf-8")
    if snapshot.set_aside:
        said_of = texts().of
        told = [
            asdict(replace(row, file=said_of(row.file), reason=said_of(row.reason)))
            for row in snapshot.set_aside
        ]
        write_table(pl.DataFrame(told), SET_ASIDE, stage / "set_aside.csv", finnish)


def write_solved_snapshot(stage: Path, snapshot: Snapshot, finnish: bool) -> None:
    """Write the facts solved where they are not those of the folder read: `snapshot/`, for the check."""
    (stage / "snapshot").mkdir()
    about = {"date": [snapshot.date], "region": [snapshot.region], "source": [snapshot.source]}
    frames = {"snapshot": pl.DataFrame(about)} | snapshot.frames()
    write_snapshot(frames, stage / "snapshot", format="parquet", finnish=finnish)


def write_moves(stage: Path, moves: MoveList, finnish: bool) -> None:
    """Write the move list, ready for decisions."""
    write_table(moves.rows, MOVES, stage / "moves.csv", finnish)


def write_summary(stage: Path, told: dict[str, Any], watch: Stopwatch) -> dict[str, Any]:
    """Write the summary with the times of the phases; return it."""
    told = told | {
        "seconds": {**watch.seconds, "total": watch.total()},
        "peak_memory_mb": peak_memory_mb(),
    }
    (stage / "summary.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def write_report(
    stage: Path,
    solved: tuple[Snapshot, Policy, Allocation],
    measured: Measures,
    told: dict[str, Any],
    watch: Stopwatch,
    moves: MoveList | None = None,
    names: Mapping[str, str] | None = None,
) -> None:
    """Write workbook and page, with the names of coaches if there are any, and what is behind an overload."""
    from optimiser.allocation.advice import relieving_moves, robustness
    from optimiser.allocation.overload import overload, overload_json
    from optimiser.quality.treatment import equal_treatment
    from optimiser.reports.facts import ReportFacts
    from optimiser.reports.page import write_report as write_page
    from optimiser.reports.workbook import write_workbook
    from optimiser.solver import solve

    snapshot, policy, found = solved
    behind = overload(snapshot, policy, watch)
    with watch.phase("advise"):
        relief = relieving_moves(snapshot, policy, found.plan.rows, found.recount.coaches, texts=texts())
        firm = robustness(
            snapshot, policy, found.encoding, found.solution, partial(solve, effort="rough"), texts()
        )
    with watch.phase("write"):
        text = json.dumps(overload_json(behind, texts()), indent=1)
        (stage / "overload.json").write_text(text + "\n", encoding="utf-8")
        treatment = equal_treatment(found.recount, snapshot)
        facts = ReportFacts(
            snapshot,
            policy,
            found.plan,
            found.recount,
            measured,
            treatment,
            told,
            relief,
            firm,
            moves=moves,
            overload=behind,
            coach_names=names or {},
        )
        language = texts().language
        write_workbook(facts, stage / "plan.xlsx", language)
        write_page(facts, stage / "report.html", language)


def proof_lines(told: dict[str, Any]) -> list[Message]:
    """How good the plan is, in one or two sentences."""
    lines = [
        said(
            "{cost:,.0f} minutes a month; no plan can cost less than {bound:,.0f}: within {gap} of the best.",
            cost=told["objective_minutes"],
            bound=told["bound_minutes"],
            gap=proven(told["gap"]),
        )
    ]
    if told["gap"] > WEAK:
        lines.append(
            said("The proof is weak here: clients cannot be divided, and few of them make up a coach's load.")
        )
    return lines


def proven(gap: float) -> str:
    """A gap as per cent in the language of the call, rounded up as on the page."""
    return texts().proven(gap).replace(THIN, " ")


def opened(files: Sequence[str], folder: Path, seconds: float) -> Message:
    """What to open, and how long it took."""
    return said(
        "Open {files} and {last} in {folder}  ({seconds:.1f} s)",
        files=", ".join(files[:-1]),
        last=files[-1],
        folder=str(folder),
        seconds=seconds,
    )
