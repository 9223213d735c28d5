"""`optimiser handovers`: who changes hands when, and who receives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.handovers.counts import by_month, figures, joint_meetings, receivers
from optimiser.allocation.handovers.plan import NO_EARLIER, Handovers, planned_handovers
from optimiser.cli.plan_folder import write_summary
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.words import counted
from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import BY_MONTH, HANDOVERS, JOINT_MEETINGS, RECEIVERS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.reports.table_book import write_tables
from optimiser.tables.edited import read_edited
from optimiser.tables.policy_file import policy_text, read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current

FILES = (
    "handovers.csv",
    "by_month.csv",
    "receivers.csv",
    "joint_meetings.csv",
    "handovers.xlsx",
    "policy_in_force.yaml",
    "summary.json",
)
"""What the command writes; a later run replaces all of them together."""
MOST_MONTHS = 36
SHEETS = ("Handovers", "By month", "Who can receive", "Joint meetings")


@dataclass(frozen=True)
class HandoverWishes:
    """The words of a call."""

    region: Path
    out: Path
    months: int
    before: Path | None
    policy: Path | None
    headings: Path | None
    finnish: bool


def write_handovers(wishes: HandoverWishes) -> None:
    """Carry the command out and say what it found."""
    with Stopwatch() as watch:
        told = _planned(wishes, watch)
    _say(wishes, told)


def _planned(wishes: HandoverWishes, watch: Stopwatch) -> dict[str, Any]:
    _refuse(wishes)
    with watch.phase("read"):
        policy = read_policy(wishes.policy)
        snapshot = read_snapshot(
            current(wishes.region), policy=policy, headings=wishes.headings, progress=watch
        )
        earlier = read_earlier(wishes.before) if wishes.before else NO_EARLIER
        if wishes.before:
            _demand_same_region(wishes.before, earlier, snapshot)
    with staged(wishes.out, replaced=FILES) as stage:
        found = planned_handovers(snapshot, policy, wishes.months, earlier, progress=watch)
        told = figures(found, snapshot, policy) | {"months": wishes.months}
        with watch.phase("write"):
            _write(stage, snapshot, policy, found, told, wishes.finnish)
        return write_summary(stage, told, watch)


def _refuse(wishes: HandoverWishes) -> None:
    """Raise for words that cannot be meant."""
    complaints = []
    if not 1 <= wishes.months <= MOST_MONTHS:
        advice = f"Ask for 1 to {MOST_MONTHS} months."
        complaints.append(
            _complaint("--months", str(wishes.months), "so many months cannot be planned", advice)
        )
    if wishes.before is not None and not _file_of(wishes.before).is_file():
        advice = "Name the folder that `optimiser handovers` wrote earlier, or its handovers.csv."
        complaints.append(_complaint("--before", str(wishes.before), "there is no list of handovers", advice))
    if complaints:
        raise InputError(complaints)


def _complaint(option: str, value: str, problem: str, advice: str) -> Complaint:
    return Complaint("optimiser handovers", 0, option, value, problem, advice)


def _file_of(before: Path) -> Path:
    return before / "handovers.csv" if before.is_dir() else before


def read_earlier(before: Path) -> pl.DataFrame:
    """Read an earlier list of handovers, also one that officials filled in.

    Raises
    ------
    InputError
        With every complaint: also for half a confirmation, and for a confirmed handover without a coach.
    """
    file = _file_of(before)
    rows = read_edited(file, HANDOVERS, ("client_id", "on"), ("client_id", "on"))
    by, at = pl.col("confirmed_by").is_not_null(), pl.col("confirmed_at").is_not_null()
    said = (pl.col("status").cast(pl.String) == "confirmed").fill_null(False)
    nobody = (said | (by & at)) & pl.col("to_coach_id").is_null()
    cases = (
        (
            "confirmed_by",
            (said | at) & ~by,
            "a confirmation says who confirmed",
            "Fill in the official's id.",
        ),
        ("confirmed_at", (said | by) & ~at, "a confirmation says when", "Fill in the day."),
        ("to_coach_id", nobody, "a confirmed handover needs a coach who receives", "Fill in the coach's id."),
    )
    complaints = [
        Complaint(file.name, row["line"], column, "", problem, advice)
        for column, wrong, problem, advice in cases
        for row in rows.filter(wrong).to_dicts()
    ]
    if complaints:
        raise InputError(complaints)
    return rows.drop("line")


def _demand_same_region(before: Path, earlier: pl.DataFrame, snapshot: Snapshot) -> None:
    """Raise where fewer than half of the clients of an earlier list are clients here."""
    listed = earlier["client_id"].unique()
    known = int(listed.is_in(snapshot.clients["client_id"].implode()).sum())
    if 2 * known < len(listed):
        problem = f"only {known:,} of the {counted(len(listed), 'client')} of this list are clients here: it seems to be of another region"
        advice = "Name the earlier list of this region, or leave --before out."
        raise InputError([_complaint("--before", str(before), problem, advice)])


def _write(
    stage: Path,
    snapshot: Snapshot,
    policy: Policy,
    found: Handovers,
    told: dict[str, Any],
    finnish: bool,
) -> None:
    tables: tuple[tuple[Table, pl.DataFrame], ...] = (
        (HANDOVERS, found.rows),
        (BY_MONTH, by_month(found, snapshot, policy)),
        (RECEIVERS, receivers(found, snapshot)),
        (JOINT_MEETINGS, joint_meetings(found, snapshot, policy)),
    )
    for table, frame in tables:
        write_table(frame, table, stage / f"{table.name}.csv", finnish)
    (stage / "policy_in_force.yaml").write_text(policy_text(policy), encoding="utf-8")
    named = [(name, table, frame) for name, (table, frame) in zip(SHEETS, tables, strict=True)]
    titles = {"on": "First day"}
    write_tables(
        stage / "handovers.xlsx", "Planned handovers", snapshot.date, sentences(told), named, titles=titles
    )


def sentences(told: dict[str, Any]) -> list[str]:
    """What the list says in all, in sentences."""
    why = told["why"]
    today = told["due_today"]
    lines = [
        f"Until {told['until']}, {counted(told['handovers'], 'handover')} of "
        f"{counted(told['clients_who_change'], 'client')} known in advance: {why.get('integration_ends', 0):,} "
        f"integration periods end, {why.get('coach_ends', 0):,} because a coach ends, "
        f"{why.get('age_group_ends', 0):,} grow out of an age group, {why.get('household', 0):,} with a household.",
        f"{told['received']:,} can be received, {told['own_language']:,} of them by a coach who shares a language; "
        f"nobody can receive {told['nobody']:,}.",
        f"Joint meetings cost both coaches {told['joint_meeting_minutes_each']:.0f} minutes each (estimate): "
        f"{told['joint_minutes']:,.0f} minutes in all.",
    ]
    if told["more_than_once"]:
        lines.append(
            f"{counted(told['more_than_once'], 'handover')} of clients who change once more within these months."
        )
    status = {name: count for name, count in told["status"].items() if name not in ("proposed", "nobody")}
    if status or told["carried_out"]:
        words = {"confirmed": "confirmed", "confirm_anew": "to be confirmed anew", "withdrawn": "withdrawn"}
        listed = [f"{count:,} {words[name]}" for name, count in status.items()]
        listed.append(f"{told['carried_out']:,} carried out")
        lines.append(f"Of the earlier list: {', '.join(listed)}.")
    if today["forced"] or today["new"] or today["unserved"]:
        lines.append(
            f"Due today already, and taken as done: {today['forced']:,} must change coach, {today['new']:,} get a "
            f"first one, {today['unserved']:,} find none. Plan them with `optimiser allocate` or `rebalance`."
        )
    lines.append(told["assumed"])
    return lines


def _say(wishes: HandoverWishes, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    for line in sentences(told):
        print(line)
    gaps = [solve["gap"] for solve in told["solves"]]
    if gaps:
        print(
            f"{counted(len(gaps), 'plan')}, each checked from the facts and within {100 * max(gaps):.3f} % of the best."
        )
    print(
        f"Open handovers.xlsx, handovers.csv and summary.json in {wishes.out}  ({told['seconds']['total']:.1f} s)"
    )
