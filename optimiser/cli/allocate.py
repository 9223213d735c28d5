"""`optimiser allocate`: read, allocate, check, report, write."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.cli.stopwatch import Stopwatch, peak_memory_mb
from optimiser.cli.summary import summary
from optimiser.cli.words import counted
from optimiser.domain.plan import PLAN, SET_ASIDE
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import Measures, measures
from optimiser.tables.policy_file import policy_text, read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table

FILES = (
    "plan.csv",
    "certificate.json",
    "summary.json",
    "policy_in_force.yaml",
    "set_aside.csv",
    "plan.xlsx",
    "report.html",
)
"""What the command writes; a later run replaces all of them together."""


WEAK = 0.05
"""Gap from which the proof says little."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    out: Path
    policy: Path | None
    effort: str
    report: bool
    set_aside: bool
    headings: Path | None
    finnish: bool


def write_allocation(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    with Stopwatch() as watch:
        snapshot, told = _allocated(wishes, watch)
    _say(wishes, snapshot, told)


def _allocated(wishes: Wishes, watch: Stopwatch) -> tuple[Snapshot, dict[str, Any]]:
    with watch.phase("read"):
        policy = read_policy(wishes.policy)
        snapshot = read_snapshot(
            wishes.region, policy=policy, headings=wishes.headings, set_aside=wishes.set_aside, progress=watch
        )
        if wishes.set_aside:
            snapshot = set_barred_pins_aside(snapshot, policy)
    with staged(wishes.out, replaced=FILES) as stage:
        found = allocate(snapshot, policy, wishes.effort, watch)
        measured = measures(found.recount)
        told = summary(snapshot, policy, found, measured, wishes.effort)
        with watch.phase("write"):
            _write_plan(stage, snapshot, policy, found, wishes.finnish)
        if wishes.report:
            _write_report(stage, snapshot, policy, found, measured, told, watch)
        told |= {
            "seconds": {**watch.seconds, "total": watch.total()},
            "peak_memory_mb": peak_memory_mb(),
        }
        (stage / "summary.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return snapshot, told


def _write_plan(stage: Path, snapshot: Snapshot, policy: Policy, found: Allocation, finnish: bool) -> None:
    write_table(found.plan.rows, PLAN, stage / "plan.csv", finnish)
    (stage / "certificate.json").write_text(found.plan.certificate.to_json(), encoding="utf-8")
    (stage / "policy_in_force.yaml").write_text(policy_text(policy), encoding="utf-8")
    if snapshot.set_aside:
        aside = pl.DataFrame(list(map(asdict, snapshot.set_aside)))
        write_table(aside, SET_ASIDE, stage / "set_aside.csv", finnish)


def _write_report(
    stage: Path,
    snapshot: Snapshot,
    policy: Policy,
    found: Allocation,
    measured: Measures,
    told: dict[str, Any],
    watch: Stopwatch,
) -> None:
    from optimiser.allocation.advice import relieving_moves, robustness
    from optimiser.quality.treatment import equal_treatment
    from optimiser.reports.facts import ReportFacts
    from optimiser.reports.page import write_report
    from optimiser.reports.workbook import write_workbook
    from optimiser.solver import solve

    with watch.phase("advise"):
        relief = relieving_moves(snapshot, policy, found.plan.rows, found.recount.coaches)
        firm = robustness(snapshot, policy, found.encoding, found.solution, partial(solve, effort="rough"))
    with watch.phase("write"):
        treatment = equal_treatment(found.recount, snapshot)
        facts = ReportFacts(
            snapshot, policy, found.plan, found.recount, measured, treatment, told, relief, firm
        )
        write_workbook(facts, stage / "plan.xlsx")
        write_report(facts, stage / "report.html")


def _say(wishes: Wishes, snapshot: Snapshot, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    for notice in snapshot.notices:
        print(notice)
    print(
        f"{told['assigned']:,} of {counted(told['clients'], 'client')} have a coach: {told['kept']:,} kept, "
        f"{told['moved']:,} moved, {told['forced']:,} forced to change, {told['new']:,} new."
    )
    if told["unserved"]:
        print(
            f"Without a coach: {counted(told['unserved'], 'client')} (weighted {told['unserved_weighted']:,.0f}); "
            f"no plan can leave fewer than {told['unserved_bound']:,.0f}. Reasons and repairs are in the plan."
        )
    if told["households_apart"]:
        apart = counted(len(told["households_apart"]), "household")
        print(f"{apart} could not be kept together; summary.json says why.")
    if told["set_aside"] or told["used_with_default"]:
        print(
            f"{counted(told['set_aside'], 'row')} set aside, {told['used_with_default']:,} used with a default; "
            "see set_aside.csv."
        )
    print(
        f"{told['objective_minutes']:,.0f} minutes a month; no plan can cost less than "
        f"{told['bound_minutes']:,.0f}: within {100 * told['gap']:.3f} % of the best."
    )
    if told["gap"] > WEAK:
        print("The proof is weak here: clients cannot be divided, and few of them make up a coach's load.")
    print(
        f"Fullest coach {100 * told['utilisation']['max']:.0f} % full. Checked from the facts: nothing to object to."
    )
    opened = "report.html, plan.xlsx, " if wishes.report else ""
    print(f"Open {opened}plan.csv and summary.json in {wishes.out}  ({told['seconds']['total']:.1f} s)")
