"""`optimiser rebalance`: the best plan within a budget of moves, and the steps that lead to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.budget import movable, with_budget
from optimiser.allocation.encode import encode
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.allocation.steps import MoveList, move_list
from optimiser.cli.coach_names import names_of
from optimiser.cli.plan_folder import (
    FILES,
    opened,
    proof_lines,
    write_moves,
    write_plan,
    write_report,
    write_summary,
)
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, said, several
from optimiser.quality.churn import churn
from optimiser.quality.measures import measures
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.workspace import current

CALL = "optimiser rebalance"


@dataclass(frozen=True)
class Wishes:
    """The words of a call; `max_share` as written, `within` region or unit, `freeze` ids of coaches and units."""

    region: Path
    out: Path
    max_moves: int | None
    max_share: str
    within: str
    freeze: tuple[str, ...]
    near: Path | None
    policy: Path | None
    effort: str
    report: bool
    set_aside: bool
    headings: Path | None
    finnish: bool
    coach_names: Path | None = None


def write_rebalance(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    with Stopwatch() as watch:
        told = _rebalanced(wishes, watch)
    _say(wishes, told)


def _rebalanced(wishes: Wishes, watch: Stopwatch) -> dict[str, Any]:
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
        names = names_of(wishes.coach_names, snapshot)
        near = None if wishes.near is None else _earlier(wishes.near, snapshot)
    policy = _held_to(wishes, snapshot, policy)
    with staged(wishes.out, replaced=FILES) as stage:
        found = allocate(snapshot, policy, wishes.effort, watch, near, texts=texts())
        moves = move_list(snapshot, policy, found.plan.rows, watch, found.encoding, texts=texts())
        told = _summary(snapshot, policy, found, moves, wishes.effort)
        if near is not None:
            changed = churn(near, found.plan.rows)
            told |= {"churn": {"common": changed.common, "changed": changed.changed, "share": changed.share}}
        return _written(stage, wishes, (snapshot, policy, found), (moves, names), told, watch)


def _earlier(plan: Path, snapshot: Snapshot) -> pl.DataFrame:
    """The rows of an earlier proposal for these clients."""
    rows = read_plan_rows(plan)
    common = rows.join(snapshot.clients, on="client_id", how="semi").height
    if 2 * common < min(rows.height, snapshot.clients.height):
        problem = several(
            "this is a proposal for another region: {common:,} of its {count:,} client are here",
            "this is a proposal for another region: {common:,} of its {count:,} clients are here",
            rows.height,
            common=common,
        )
        advice = said("Give a proposal made for this region, or leave the option out.")
        raise InputError([Complaint(CALL, 0, "--near", str(plan), problem, advice)])
    return rows


def _written(
    stage: Path,
    wishes: Wishes,
    solved: tuple[Snapshot, Policy, Allocation],
    shown: tuple[MoveList, Mapping[str, str]],
    told: dict[str, Any],
    watch: Stopwatch,
) -> dict[str, Any]:
    moves, names = shown
    with watch.phase("write"):
        write_plan(stage, *solved, wishes.finnish)
        write_moves(stage, moves, wishes.finnish)
    if wishes.report:
        write_report(stage, solved, measures(solved[2].recount), told, watch, moves, names)
    return write_summary(stage, told, watch)


def _summary(
    snapshot: Snapshot, policy: Policy, found: Allocation, moves: MoveList, effort: str
) -> dict[str, Any]:
    told = summary(snapshot, policy, found, measures(found.recount), effort)
    return told | {
        "budget": policy.limits.moves,
        "movable": movable(found.encoding),
        "move_price_minutes": found.plan.certificate.level2.moves,
        "steps": moves.summary(),
    }


def _held_to(wishes: Wishes, snapshot: Snapshot, policy: Policy) -> Policy:
    """The policy with what the call asks of moves."""
    policy = _bound(wishes, snapshot, policy)
    if wishes.max_moves is None and not wishes.max_share:
        return policy
    could = movable(encode(snapshot, with_budget(policy, None)))
    wanted = wishes.max_moves
    if wishes.max_share:
        wanted = int(_share(wishes) * could)
    elif wanted is not None and wanted > could:
        problem = several(
            "more moves than there are: {count:,} client could move",
            "more moves than there are: {count:,} clients could move",
            could,
        )
        advice = said("Ask for fewer, or leave the option out for no limit.")
        raise InputError([Complaint(CALL, 0, "--max-moves", str(wanted), problem, advice)])
    return with_budget(policy, wanted)


def _bound(wishes: Wishes, snapshot: Snapshot, policy: Policy) -> Policy:
    """The policy with teams and frozen coaches as asked."""
    changes: dict[str, Any] = {}
    if wishes.within:
        changes["team"] = policy.rules.team.model_copy(update={"on": wishes.within == "unit"})
    if wishes.freeze:
        units = set(snapshot.coaches["unit_id"])
        rule = policy.rules.freeze
        named = {
            "on": True,
            "coaches": (*rule.coaches, *(f for f in wishes.freeze if f not in units)),
            "units": (*rule.units, *(f for f in wishes.freeze if f in units)),
        }
        changes["freeze"] = rule.model_copy(update=named)
    return policy.model_copy(update={"rules": policy.rules.model_copy(update=changes)})


def _share(wishes: Wishes) -> float:
    """`3%` or `2,5 %` as a share of those who could move."""
    complaints = []
    text = wishes.max_share.strip()
    if wishes.max_moves is not None:
        problem, advice = said("there is --max-moves as well"), said("Give one of the two.")
        complaints.append(Complaint(CALL, 0, "--max-share", text, problem, advice))
    number = text.removesuffix("%").strip().replace(",", ".")
    try:
        share = float(number) / 100
    except ValueError:
        share = -1.0
    if not text.endswith("%") or not 0 <= share <= 1:
        problem = said("this is no share of clients")
        advice = said("Write a percentage from 0% to 100%, such as 3%.")
        complaints.append(Complaint(CALL, 0, "--max-share", text, problem, advice))
    if complaints:
        raise InputError(complaints)
    return share


def _say(wishes: Wishes, told: dict[str, Any]) -> None:
    if told["set_aside"]:
        tell(
            several(
                "{count:,} row set aside (set_aside.csv). A plan made so can be read and checked but not applied: "
                "mend the rows first.",
                "{count:,} rows set aside (set_aside.csv). A plan made so can be read and checked but not applied: "
                "mend the rows first.",
                told["set_aside"],
            )
        )
    tell(_who_moves(told))
    if told["unserved"]:
        tell(
            several(
                "Without a coach: {count:,} client; reasons and repairs are in the plan.",
                "Without a coach: {count:,} clients; reasons and repairs are in the plan.",
                told["unserved"],
            )
        )
    for line in proof_lines(told):
        tell(line)
    if told["move_price_minutes"] > 0:
        price = told["move_price_minutes"]
        tell(said("One more move would save up to {price:,.1f} minutes a month.", price=price))
    tell(
        said(
            "{steps} in {weeks} (moves.csv); fill in decision, confirmed_by and confirmed_at, then: optimiser apply.",
            steps=several("{count:,} step", "{count:,} steps", told["steps"]["steps"]),
            weeks=several("{count:,} week", "{count:,} weeks", told["steps"]["waves"]),
        )
    )
    if "churn" in told:
        tell(
            several(
                "Compared with the earlier proposal, {count:,} client of {common:,} has another coach.",
                "Compared with the earlier proposal, {count:,} clients of {common:,} have another coach.",
                told["churn"]["changed"],
                common=told["churn"]["common"],
            )
        )
    files = ("report.html", "plan.xlsx") if wishes.report else ()
    tell(opened((*files, "moves.csv", "summary.json"), wishes.out, told["seconds"]["total"]))


def _who_moves(told: dict[str, Any]) -> Message:
    """How many move, of how many who could."""
    fields = {name: told[name] for name in ("moved", "forced", "new")}
    if told["budget"] is None:
        return several(
            "{moved:,} of the {count:,} client who could move do (no limit); {forced:,} must change, because a "
            "rule bars their coach; {new:,} are new.",
            "{moved:,} of the {count:,} clients who could move do (no limit); {forced:,} must change, because a "
            "rule bars their coach; {new:,} are new.",
            told["movable"],
            **fields,
        )
    return several(
        "{moved:,} of the {count:,} client who could move do (at most {most:,}); {forced:,} must change, because a "
        "rule bars their coach; {new:,} are new.",
        "{moved:,} of the {count:,} clients who could move do (at most {most:,}); {forced:,} must change, because "
        "a rule bars their coach; {new:,} are new.",
        told["movable"],
        most=told["budget"],
        **fields,
    )
