"""`optimiser frontier`: what each budget of moves brings, and any of its points as a whole plan."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from optimiser.allocation.budget import movable, with_budget
from optimiser.allocation.encode import encode
from optimiser.allocation.frontier import Frontier, frontier
from optimiser.cli import plan_folder, rebalance
from optimiser.cli.plan_folder import write_summary
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.frontier import FRONTIER
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import NO_BREAK, THIN, mark, said, several
from optimiser.reports.frontier import frontier_rows, knee_reason, write_frontier_page
from optimiser.reports.table_book import write_tables
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current

CALL = "optimiser frontier"
PLAN = "plan"
FILES = (
    *("frontier.csv", "frontier.json", "frontier.html", "frontier.xlsx", "summary.json"),
    *(f"{PLAN}/{name}" for name in plan_folder.FILES),
)
MOST_POINTS = 60


@dataclass(frozen=True)
class Wishes:
    """The words of a call; `plan` is the budget of the point that becomes a plan."""

    region: Path
    out: Path
    points: int
    plan: int | None
    policy: Path | None
    effort: str
    headings: Path | None
    finnish: bool


def write_frontier(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    if not 2 <= wishes.points <= MOST_POINTS:
        problem = said("this is no number of points for a line")
        advice = said("Ask for 2 to {most}.", most=MOST_POINTS)
        raise InputError([Complaint(CALL, 0, "--points", str(wishes.points), problem, advice)])
    with Stopwatch() as watch:
        found = _found(wishes, watch)
    thousands = "," if texts().language == "en" else NO_BREAK
    tell(knee_reason(found, texts()).replace(f"{THIN}%", " %").replace(THIN, thousands))
    for point in found.points:
        budget = said("no limit")
        if point.budget is not None:
            budget = several("{count:,} move", "{count:,} moves", point.budget)
        tell(
            said(
                "{budget:>12}: {cost:12,.0f} minutes a month ({handovers:,.0f} of them handovers), within {gap} of "
                "the best",
                budget=budget,
                cost=point.objective_minutes,
                handovers=point.handover_minutes,
                gap=plan_folder.proven(point.gap),
            )
        )
    tell(plan_folder.opened(("frontier.html", "frontier.xlsx"), wishes.out, watch.total()))
    if wishes.plan is not None:
        rebalance.write_rebalance(_as_rebalance(replace(wishes, out=wishes.out / PLAN)))


def _found(wishes: Wishes, watch: Stopwatch) -> Frontier:
    with watch.phase("read"):
        policy = read_policy(wishes.policy)
        region = current(wishes.region)
        snapshot = read_snapshot(region, policy=policy, headings=wishes.headings, progress=watch)
    _refuse_too_many(wishes, snapshot, policy)
    with staged(wishes.out, replaced=FILES) as stage:
        found = frontier(snapshot, policy, wishes.points, wishes.effort, watch)
        with watch.phase("write"):
            _write(stage, snapshot, found, wishes.finnish)
        told = _told(snapshot, found)
        (stage / "frontier.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        write_summary(stage, {k: v for k, v in told.items() if k != "points"}, watch)
    return found


def _refuse_too_many(wishes: Wishes, snapshot: Snapshot, policy: Policy) -> None:
    """Raise where the point asked for has more moves than there are."""
    could = movable(encode(snapshot, with_budget(policy, None))) if wishes.plan else 0
    if wishes.plan is not None and wishes.plan > could:
        problem = several(
            "more moves than there are: {count:,} client could move",
            "more moves than there are: {count:,} clients could move",
            could,
        )
        advice = said("Ask for fewer, or leave the option out.")
        raise InputError([Complaint(CALL, 0, "--plan", str(wishes.plan), problem, advice)])


def _write(stage: Path, snapshot: Snapshot, found: Frontier, finnish: bool) -> None:
    rows = frontier_rows(found)
    write_table(rows, FRONTIER, stage / "frontier.csv", finnish)
    write_frontier_page(found, snapshot, stage / "frontier.html", texts().language)
    tables = [(mark("Frontier"), FRONTIER, rows)]
    write_tables(
        stage / "frontier.xlsx",
        mark("Budgets of moves"),
        snapshot.date,
        [knee_reason(found, texts())],
        tables,
        language=texts().language,
    )


def _told(snapshot: Snapshot, found: Frontier) -> dict[str, Any]:
    knee = found.points[found.knee]
    return {
        "date": snapshot.date.isoformat(),
        "region": snapshot.region,
        "fingerprint": snapshot.fingerprint(),
        "movable": found.movable,
        "knee": {"budget": knee.budget, "moved": knee.moved, "gain_share": found.gain(found.knee)},
        "reason": knee_reason(found, texts()),
        "points": [asdict(p) | {"gain_share": found.gain(i)} for i, p in enumerate(found.points)],
    }


def _as_rebalance(wishes: Wishes) -> rebalance.Wishes:
    return rebalance.Wishes(
        region=wishes.region,
        out=wishes.out,
        max_moves=wishes.plan,
        max_share="",
        within="",
        freeze=(),
        near=None,
        policy=wishes.policy,
        effort=wishes.effort,
        report=True,
        set_aside=False,
        headings=wishes.headings,
        finnish=wishes.finnish,
    )
