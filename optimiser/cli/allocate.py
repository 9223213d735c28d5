"""`optimiser allocate`: read, allocate, check, report, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.allocation.allocate import allocate
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.cli.plan_folder import FILES, proof_line, write_plan, write_report, write_summary
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.cli.words import counted
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import measures
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.workspace import current


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
            current(wishes.region),
            policy=policy,
            headings=wishes.headings,
            set_aside=wishes.set_aside,
            progress=watch,
        )
        if wishes.set_aside:
            snapshot = set_barred_pins_aside(snapshot, policy)
    with staged(wishes.out, replaced=FILES) as stage:
        found = allocate(snapshot, policy, wishes.effort, watch)
        measured = measures(found.recount)
        told = summary(snapshot, policy, found, measured, wishes.effort)
        with watch.phase("write"):
            write_plan(stage, snapshot, policy, found, wishes.finnish)
        if wishes.report:
            write_report(stage, (snapshot, policy, found), measured, told, watch)
        told = write_summary(stage, told, watch)
    return snapshot, told


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
    print(proof_line(told))
    print(
        f"Fullest coach {100 * told['utilisation']['max']:.0f} % full. Checked from the facts: nothing to object to."
    )
    opened = "report.html, plan.xlsx, " if wishes.report else ""
    print(f"Open {opened}plan.csv and summary.json in {wishes.out}  ({told['seconds']['total']:.1f} s)")
