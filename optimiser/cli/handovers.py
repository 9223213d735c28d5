"""`optimiser handovers`: who changes hands when, and who receives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.handovers.counts import by_month, figures, joint_meetings, receivers
from optimiser.allocation.handovers.plan import NO_EARLIER, Handovers, planned_handovers
from optimiser.cli.coach_names import names_of
from optimiser.cli.plan_folder import opened, write_summary
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import BY_MONTH, HANDOVERS, JOINT_MEETINGS, RECEIVERS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said, several
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
HELD_BACK = dict.fromkeys(("leaving", "received", "nobody", "joint_minutes", "clients"), mark("held back"))
"""What stands in the place of a count that would tell of too few clients."""
SHEETS = (mark("Handovers"), mark("By month"), mark("Who can receive"), mark("Joint meetings"))


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
    coach_names: Path | None = None


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
        names = names_of(wishes.coach_names, snapshot)
        earlier = read_earlier(wishes.before) if wishes.before else NO_EARLIER
        if wishes.before:
            _demand_same_region(wishes.before, earlier, snapshot)
    with staged(wishes.out, replaced=FILES) as stage:
        found = planned_handovers(snapshot, policy, wishes.months, earlier, progress=watch, texts=texts())
        told = figures(found, snapshot, policy, texts()) | {"months": wishes.months}
        with watch.phase("write"):
            _write(stage, (snapshot, policy, found), told, names, wishes.finnish)
        return write_summary(stage, told, watch)


def _refuse(wishes: HandoverWishes) -> None:
    """Raise for words that cannot be meant."""
    complaints = []
    if not 1 <= wishes.months <= MOST_MONTHS:
        problem = said("so many months cannot be planned")
        advice = said("Ask for 1 to {most} months.", most=MOST_MONTHS)
        complaints.append(_complaint("--months", str(wishes.months), problem, advice))
    if wishes.before is not None and not _file_of(wishes.before).is_file():
        problem = said("there is no list of handovers")
        advice = said("Name the folder that `optimiser handovers` wrote earlier, or its handovers.csv.")
        complaints.append(_complaint("--before", str(wishes.before), problem, advice))
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
    sure = (pl.col("status").cast(pl.String) == "confirmed").fill_null(False)
    nobody = (sure | (by & at)) & pl.col("to_coach_id").is_null()
    cases = (
        (
            "confirmed_by",
            (sure | at) & ~by,
            said("a confirmation says who confirmed"),
            said("Fill in the official's id."),
        ),
        ("confirmed_at", (sure | by) & ~at, said("a confirmation says when"), said("Fill in the day.")),
        (
            "to_coach_id",
            nobody,
            said("a confirmed handover needs a coach who receives"),
            said("Fill in the coach's id."),
        ),
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
        problem = several(
            "only {known:,} of the {count:,} client of this list are clients here: it seems to be of another region",
            "only {known:,} of the {count:,} clients of this list are clients here: it seems to be of another region",
            len(listed),
            known=known,
        )
        advice = said("Name the earlier list of this region, or leave --before out.")
        raise InputError([_complaint("--before", str(before), problem, advice)])


def _write(
    stage: Path,
    solved: tuple[Snapshot, Policy, Handovers],
    told: dict[str, Any],
    names: Mapping[str, str],
    finnish: bool,
) -> None:
    snapshot, policy, found = solved
    tables: tuple[tuple[Table, pl.DataFrame], ...] = (
        (HANDOVERS, found.rows),
        (BY_MONTH, by_month(found, snapshot, policy)),
        (RECEIVERS, receivers(found, snapshot)),
        (JOINT_MEETINGS, joint_meetings(found, snapshot, policy)),
    )
    for table, frame in tables:
        write_table(frame, table, stage / f"{table.name}.csv", finnish)
    (stage / "policy_in_force.yaml").write_text(policy_text(policy, texts()), encoding="utf-8")
    named = [(name, table, frame) for name, (table, frame) in zip(SHEETS, tables, strict=True)]
    titles = {"on": mark("First day")}
    write_tables(
        stage / "handovers.xlsx",
        mark("Planned handovers"),
        snapshot.date,
        sentences(told),
        named,
        titles=titles,
        absent=HELD_BACK,
        language=texts().language,
        coach_names=names,
    )


def sentences(told: dict[str, Any]) -> list[Message]:
    """What the list says in all, in sentences."""
    why = told["why"]
    today = told["due_today"]
    lines = [
        said(
            "Until {until}, {handovers} of {clients} known in advance: {integration:,} integration periods end, "
            "{coach:,} because a coach ends, {age:,} grow out of an age group, {household:,} with a household.",
            until=Date.fromisoformat(told["until"]),
            handovers=several("{count:,} handover", "{count:,} handovers", told["handovers"]),
            clients=several("{count:,} client", "{count:,} clients", told["clients_who_change"]),
            integration=why.get("integration_ends", 0),
            coach=why.get("coach_ends", 0),
            age=why.get("age_group_ends", 0),
            household=why.get("household", 0),
        ),
        said(
            "{received:,} can be received, {shared:,} of them by a coach who shares a language; nobody can receive "
            "{nobody:,}.",
            received=told["received"],
            shared=told["own_language"],
            nobody=told["nobody"],
        ),
        said(
            "Joint meetings cost both coaches {each:.0f} minutes each (estimate): {all:,.0f} minutes in all.",
            each=told["joint_meeting_minutes_each"],
            all=told["joint_minutes"],
        ),
    ]
    if told["more_than_once"]:
        lines.append(
            several(
                "{count:,} handover of clients who change once more within these months.",
                "{count:,} handovers of clients who change once more within these months.",
                told["more_than_once"],
            )
        )
    lines += _of_the_earlier(told)
    if today["forced"] or today["new"] or today["unserved"]:
        lines.append(
            said(
                "Due today already, and taken as done: {forced:,} must change coach, {new:,} get a first one, "
                "{unserved:,} find none. Plan them with `optimiser allocate` or `rebalance`.",
                forced=today["forced"],
                new=today["new"],
                unserved=today["unserved"],
            )
        )
    return [*lines, said("{assumed}", assumed=told["assumed"])]


def _of_the_earlier(told: dict[str, Any]) -> list[Message]:
    """What has become of an earlier list; nothing where there was none."""
    status = {name: count for name, count in told["status"].items() if name not in ("proposed", "nobody")}
    if not status and not told["carried_out"]:
        return []
    words = {
        "confirmed": mark("{number:,} confirmed"),
        "confirm_anew": mark("{number:,} to be confirmed anew"),
        "withdrawn": mark("{number:,} withdrawn"),
    }
    parts = [said(words[name], number=count) for name, count in status.items()]
    parts.append(said("{number:,} carried out", number=told["carried_out"]))
    listed = reduce(lambda one, other: said("{one}, {other}", one=one, other=other), parts)
    return [said("Of the earlier list: {listed}.", listed=listed)]


def _say(wishes: HandoverWishes, told: dict[str, Any]) -> None:
    """The few lines on the screen."""
    for line in sentences(told):
        tell(line)
    gaps = [solve["gap"] for solve in told["solves"]]
    if gaps:
        tell(
            several(
                "{count:,} plan, each checked from the facts and within {gap:.3f} % of the best.",
                "{count:,} plans, each checked from the facts and within {gap:.3f} % of the best.",
                len(gaps),
                gap=100 * max(gaps),
            )
        )
    files = ("handovers.xlsx", "handovers.csv", "summary.json")
    tell(opened(files, wishes.out, told["seconds"]["total"]))
