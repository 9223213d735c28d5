"""`optimiser allocate`: read, allocate, check, report, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.allocation.allocate import allocate
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.cli.coach_names import names_of
from optimiser.cli.plan_folder import (
    FILES,
    opened,
    proof_lines,
    write_plan,
    write_report,
    write_summary,
)
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said, several
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
    coach_names: Path | None = None


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
        names = names_of(wishes.coach_names, snapshot)
        if wishes.set_aside:
            snapshot = set_barred_pins_aside(snapshot, policy)
    with staged(wishes.out, replaced=FILES) as stage:
        found = allocate(snapshot, policy, wishes.effort, watch, texts=texts())
        measured = measures(found.recount)
        told = summary(snapshot, policy, found, measured, wishes.effort)
        with watch.phase("write"):
            write_plan(stage, snapshot, policy, found, wishes.finnish)
        if wishes.report:
            write_report(stage, (snapshot, policy, found), measured, told, watch, names=names)
        told = write_summary(stage, told, watch)
    return snapshot, told


def _say(wishes: Wishes, snapshot: Snapshot, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    for notice in snapshot.notices:
        tell(notice)
    tell(
        several(
            "{assigned:,} of {count:,} client has a coach: {kept:,} kept, {moved:,} moved, {forced:,} forced to "
            "change, {new:,} new.",
            "{assigned:,} of {count:,} clients have a coach: {kept:,} kept, {moved:,} moved, {forced:,} forced to "
            "change, {new:,} new.",
            told["clients"],
            **{name: told[name] for name in ("assigned", "kept", "moved", "forced", "new")},
        )
    )
    if told["unserved"]:
        tell(
            several(
                "Without a coach: {count:,} client (weighted {weighted:,.0f}); no plan can leave fewer than "
                "{bound:,.0f}. Reasons and repairs are in the plan.",
                "Without a coach: {count:,} clients (weighted {weighted:,.0f}); no plan can leave fewer than "
                "{bound:,.0f}. Reasons and repairs are in the plan.",
                told["unserved"],
                weighted=told["unserved_weighted"],
                bound=told["unserved_bound"],
            )
        )
    if told["households_apart"]:
        tell(
            several(
                "{count:,} household could not be kept together; summary.json says why.",
                "{count:,} households could not be kept together; summary.json says why.",
                len(told["households_apart"]),
            )
        )
    if told["set_aside"] or told["used_with_default"]:
        tell(
            several(
                "{count:,} row set aside, {used:,} used with a default; see set_aside.csv.",
                "{count:,} rows set aside, {used:,} used with a default; see set_aside.csv.",
                told["set_aside"],
                used=told["used_with_default"],
            )
        )
    _say_how_good(wishes, told)


def _say_how_good(wishes: Wishes, told: dict[str, Any]) -> None:
    for line in proof_lines(told):
        tell(line)
    fullest = 100 * told["utilisation"]["max"]
    tell(
        said("Fullest coach {share:.0f} % full. Checked from the facts: nothing to object to.", share=fullest)
    )
    files = ("report.html", "plan.xlsx") if wishes.report else ()
    tell(opened((*files, "plan.csv", "summary.json"), wishes.out, told["seconds"]["total"]))
