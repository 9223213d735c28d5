"""`optimiser cover`: a coach is away, leaves for good, or comes back."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.allocate import Allocation
from optimiser.allocation.cover import ASKED, Cover, cover_figures, demand_coach, leave_for_good
from optimiser.allocation.handovers.returns import Return, come_back
from optimiser.allocation.handovers.words import finnish_day
from optimiser.allocation.steps import move_list
from optimiser.cli import plan_folder
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.cli.words import counted
from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import COVER, RETURNS
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import measures
from optimiser.reports.table_book import write_tables
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current, handed_over, is_workspace

FILES = (
    *plan_folder.FILES,
    "cover.csv",
    "returns.csv",
    "cover.xlsx",
    *(f"snapshot/{name}.{kind}" for name in TABLES for kind in ("parquet", "csv")),
)
"""What the command writes; a later run replaces all of them together."""
MODES = ("temporary", "permanent", "back")
MONTHS = 12
FARTHEST = timedelta(days=366)
"""How far after the facts a plan may be made: beyond it they say nothing about loads."""
DAY_FORMS = (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})")
"""How a day is written in a call."""


@dataclass(frozen=True)
class CoverWishes:
    """The words of a call."""

    region: Path
    out: Path
    coach: str
    modes: tuple[str, ...]
    starts: Date
    ends: Date | None
    most_moves: int | None
    since: Path | None
    workspace: Path | None
    policy: Path | None
    headings: Path | None
    finnish: bool


def days_of_call(starts: str, ends: str | None) -> tuple[Date, Date | None]:
    """Return the days of `--from` and `--to`; raise for all that are none."""
    found: list[Date] = []
    complaints = []
    for option, text in (("--from", starts), ("--to", ends)):
        if text is not None:
            said = _day_of(text)
            if isinstance(said, Date):
                found.append(said)
            else:
                complaints.append(Complaint(ASKED, 0, option, text, *said))
    if complaints:
        raise InputError(complaints)
    return found[0], found[1] if ends is not None else None


def _day_of(text: str) -> Date | tuple[str, str]:
    """The day, or problem and advice."""
    match = next(filter(None, (re.fullmatch(form, text.strip(), re.ASCII) for form in DAY_FORMS)), None)
    if match is None:
        return "this is no day", "Write it as 2023-03-29 or 29.3.2023."
    year, month, day = (int(match[part]) for part in "ymd")
    try:
        return Date(year, month, day)
    except ValueError:
        if year < 1 or not 1 <= month <= MONTHS or day < 1:
            return "there is no such day", "Write it as 2023-03-29 or 29.3.2023."
        last = Date(year, month, monthrange(year, month)[1])
        return "there is no such day", f"Write {last.isoformat()} or {finnish_day(last)}."


def write_cover(wishes: CoverWishes) -> None:
    """Carry the command out and say what it found."""
    refuse(wishes)
    if wishes.modes == ("temporary",):
        from optimiser.cli.cover_temporary import TemporaryWishes, write_temporary_cover

        asked = (current(wishes.region), wishes.coach, wishes.starts, wishes.ends, wishes.out)
        write_temporary_cover(TemporaryWishes(*asked, wishes.policy, wishes.headings, wishes.finnish))
        return
    with Stopwatch() as watch:
        lines, told = (_permanent if wishes.modes == ("permanent",) else _back)(wishes, watch)
    for line in lines:
        print(line)
    print(
        f"Open cover.xlsx, plan.csv and summary.json in {wishes.out}; check with: "
        f"optimiser check {wishes.out / 'snapshot'} {wishes.out}  ({told['seconds']['total']:.1f} s)"
    )


def refuse(wishes: CoverWishes) -> None:
    """Raise for words that contradict each other, all of them at once."""
    mode = wishes.modes[0] if len(wishes.modes) == 1 else ""
    complaints = [
        Complaint(ASKED, 0, option, value, problem, advice)
        for option, value, problem, advice in (
            *_mode_faults(wishes),
            *(_date_faults(wishes, mode) if mode else ()),
            *(_option_faults(wishes, mode) if mode else ()),
        )
    ]
    if complaints:
        raise InputError(complaints)


Faults = list[tuple[str, str, str, str]]


def _mode_faults(wishes: CoverWishes) -> Faults:
    if len(wishes.modes) == 1:
        return []
    problem = "these exclude each other" if wishes.modes else "nothing says what kind of cover"
    given = " ".join(f"--{mode}" for mode in wishes.modes)
    return [("", given, problem, "Give one of --temporary, --permanent and --back.")]


def _date_faults(wishes: CoverWishes, mode: str) -> Faults:
    if wishes.ends is None:
        return []
    given = wishes.ends.isoformat()
    if mode != "temporary":
        return [("--to", given, f"--{mode} has no last day", "Leave --to out, or use --temporary.")]
    if wishes.ends < wishes.starts:
        return [("--to", given, f"the last day is before the first, {wishes.starts}", "Exchange the dates.")]
    return []


def _option_faults(wishes: CoverWishes, mode: str) -> Faults:
    found: Faults = []
    if wishes.most_moves is not None and mode != "permanent":
        found.append(("--max-moves", str(wishes.most_moves), f"--{mode} moves nobody else", "Leave it out."))
    if wishes.most_moves is not None and wishes.most_moves < 0:
        found.append(("--max-moves", str(wishes.most_moves), "fewer moves than none", "Give 0 or more."))
    for option, path in (("--since", wishes.since), ("--workspace", wishes.workspace)):
        if path is not None and mode != "back":
            found.append((option, str(path), f"--{mode} does not look back", "Leave it out, or use --back."))
    if mode == "back" and wishes.workspace is not None and not is_workspace(wishes.workspace):
        advice = "Name the folder that `optimiser apply` keeps, or use --since."
        found.append(("--workspace", str(wishes.workspace), "no log lies in this folder", advice))
    if mode == "back" and wishes.since is None and wishes.workspace is None:
        advice = "Add --since and the snapshot from before the leave, or --workspace."
        found.append(("--back", "", "nothing says whom the coach had before", advice))
    return found


def _read(wishes: CoverWishes, watch: Stopwatch) -> tuple[Snapshot, Policy]:
    with watch.phase("read"):
        policy = read_policy(wishes.policy)
        snapshot = read_snapshot(
            current(wishes.region), policy=policy, headings=wishes.headings, progress=watch
        )
    complaints = _day_faults(wishes.starts, snapshot.date)
    try:
        demand_coach(snapshot, wishes.coach)
    except InputError as error:
        complaints += error.complaints
    if complaints:
        raise InputError(complaints)
    return snapshot, policy


def _day_faults(day: Date, facts: Date) -> list[Complaint]:
    """What is wrong with the day of a plan beside the day of the facts."""
    if day < facts:
        problem = f"the day is before the facts, which are of {finnish_day(facts)}"
        advice = f"Give {facts.isoformat()} or a later day, or an earlier snapshot."
    elif day - facts > FARTHEST:
        problem = (
            f"the day is more than {FARTHEST.days} days after the facts, which are of {finnish_day(facts)} "
            "and say nothing about loads that far ahead"
        )
        advice = f"Give a day up to {(facts + FARTHEST).isoformat()}, or newer facts."
    else:
        return []
    return [Complaint(ASKED, 0, "--from", day.isoformat(), problem, advice)]


def _preview(told: dict[str, Any], facts: Date, applies: Date) -> list[str]:
    """Put the day from which a plan applies into the summary; say so where it is still to come."""
    told["applies_from"] = applies.isoformat()
    if applies <= facts:
        return []
    day = finnish_day(applies)
    return [f"These facts are those of {day}. Apply this plan from that day on; until then it is a preview."]


def _permanent(wishes: CoverWishes, watch: Stopwatch) -> tuple[list[str], dict[str, Any]]:
    snapshot, policy = _read(wishes, watch)
    with staged(wishes.out, replaced=FILES) as stage:
        cover = leave_for_good(
            snapshot, policy, wishes.coach, wishes.starts, wishes.most_moves, progress=watch
        )
        told = {"cover": "permanent", "coach": wishes.coach, "from": wishes.starts.isoformat()}
        told |= cover_figures(cover)
        lines = permanent_sentences(told, cover) + _preview(told, snapshot.date, cover.snapshot.date)
        tables = (("Who goes where", COVER, cover.rows),)
        told = _write_all(stage, wishes, watch, (cover, told), lines, tables)
    return lines, told


def _back(wishes: CoverWishes, watch: Stopwatch) -> tuple[list[str], dict[str, Any]]:
    snapshot, policy = _read(wishes, watch)
    with watch.phase("read"):
        before = _had_before(wishes, policy, watch)
    with staged(wishes.out, replaced=FILES) as stage:
        found = come_back(snapshot, policy, wishes.coach, wishes.starts, before, progress=watch)
        returning = int(found.rows["returns"].sum())
        told = {
            "cover": "back",
            "coach": wishes.coach,
            "from": wishes.starts.isoformat(),
            "had_before": before["client_id"].n_unique(),
            "with_others": found.rows.height,
            "returning": returning,
            "staying": found.rows.height - returning,
        }
        lines = back_sentences(told) + _preview(told, snapshot.date, found.snapshot.date)
        tables = (("Who comes back", RETURNS, found.rows),)
        told = _write_all(stage, wishes, watch, (found, told), lines, tables)
    return lines, told


def _had_before(wishes: CoverWishes, policy: Policy, watch: Stopwatch) -> pl.DataFrame:
    """Clients the coach had, and since when, by an earlier snapshot or the workspace's log."""
    frames = []
    if wishes.since is not None:
        then = read_snapshot(current(wishes.since), policy=policy, headings=wishes.headings, progress=watch)
        mine = then.clients.filter(pl.col("coach_id") == wishes.coach)
        frames.append(mine.select("client_id", since=pl.coalesce("coach_since", "registered_on")))
    if wishes.workspace is not None:
        logged = handed_over(wishes.workspace, wishes.coach)
        frames.append(logged.select("client_id", since=pl.lit(None, dtype=pl.Date)))
    found = pl.concat(frames).unique("client_id", keep="first", maintain_order=True)
    if found.is_empty():
        problem = "the coach had no clients then"
        advice = "Name an earlier snapshot with --since, or the workspace that logged the change."
        raise InputError([Complaint(ASKED, 0, "--coach", wishes.coach, problem, advice)])
    return found


def _write_all(
    stage: Path,
    wishes: CoverWishes,
    watch: Stopwatch,
    solved: tuple[Cover | Return, dict[str, Any]],
    lines: Sequence[str],
    tables: Sequence[tuple[str, Table, pl.DataFrame]],
) -> dict[str, Any]:
    """Write plan, proof, facts, tables and summary; return the summary."""
    cover, about = solved
    snapshot, policy, found = cover.snapshot, cover.policy, cover.found
    moves = move_list(snapshot, policy, found.plan.rows, watch, found.encoding)
    with watch.phase("write"):
        plan_folder.write_plan(stage, snapshot, policy, found, wishes.finnish)
        plan_folder.write_solved_snapshot(stage, snapshot, wishes.finnish)
        plan_folder.write_moves(stage, moves, wishes.finnish)
        for _, table, frame in tables:
            write_table(frame, table, stage / f"{table.name}.csv", wishes.finnish)
        write_tables(stage / "cover.xlsx", f"Cover of {wishes.coach}", snapshot.date, lines, tables)
    told = about | {"steps": moves.summary()}
    told |= {"plan": summary(snapshot, policy, found, measures(found.recount), "normal")}
    return plan_folder.write_summary(stage, told, watch)


def permanent_sentences(told: dict[str, Any], cover: Cover) -> list[str]:
    """What becomes of a leaver's clients, in sentences."""
    clients, without = told["leavers_clients"], told["leavers_clients_without"]
    travel, interpreter = told["travel_minutes"], told["interpreter_minutes"]
    lines = [
        f"{told['coach']} leaves on {told['from']}: {counted(clients - without, 'client')} of {clients:,} go to "
        f"{counted(told['receiving_coaches'], 'coach', 'coaches')}; {language_words(told)}.",
        f"Minutes a month, before and after: way to meetings {travel[0]:,.0f} and {travel[1]:,.0f}, interpreter "
        f"{interpreter[0]:,.0f} and {interpreter[1]:,.0f}.",
    ]
    if without:
        lines.append(f"Nobody can receive {counted(without, 'client')}; reasons and repairs are in plan.csv.")
    lines += without_sentences(told)
    lines.append(_others(told))
    if told["forced_anyway"] or told["new_clients"]:
        lines.append(
            f"In the same plan: {counted(told['forced_anyway'], 'other client')} must change for another reason, "
            f"{counted(told['new_clients'], 'new client')}."
        )
    if told["pins_set_aside"]:
        lines.append(
            f"{counted(len(told['pins_set_aside']), 'pin')} set aside; summary.json names the clients."
        )
    lines.append(_proof(cover.found))
    return lines


def language_words(told: dict[str, Any]) -> str:
    """What becomes of shared languages, of all who are received."""
    kept, lost, none = (told[f"language_{what}"] for what in ("kept", "lost", "none_before"))
    said = f"{kept:,} {'keeps' if kept == 1 else 'keep'} a shared language, {lost:,} {'loses' if lost == 1 else 'lose'} it"
    return said + (f", {none:,} had none before" if none else "")


def without_sentences(told: dict[str, Any]) -> list[str]:
    """Clients of others, and new ones, whom the plan leaves without a coach."""
    new, barred = told["new_without"], told["forced_without"]
    if not new + barred:
        return []
    parts = [f"{new:,} new"] * bool(new) + [f"{barred:,} whose coach a rule bars"] * bool(barred)
    begin = "Besides them, " if told["leavers_clients_without"] else ""
    have = "has" if new + barred == 1 else "have"
    return [
        f"{begin}{counted(new + barred, 'client')} of the region {have} no coach in this plan: {', '.join(parts)}; "
        "see plan.csv: its columns barred_by and repair say why, and how each can be served."
    ]


def _others(told: dict[str, Any]) -> str:
    moved, brought = told["others_moved"], told["moves_bring"]
    if brought is None:
        return "Nobody else who may stay moves."
    who = f"{counted(moved, 'other client')} of at most {told['most_moves']:,} {'changes' if moved == 1 else 'change'} coach"
    if brought["saved_minutes"] is None:
        more = brought["served_more_weighted"]
        return f"{who}: {more:,.0f} more can be served than if nobody else moved (weighted)."
    low, high = brought["saved_interval"]
    steep = brought["saved_overload_minutes"]
    note = f"; {steep:,.0f} of it are the steep price of load above limits" if steep >= 1 else ""
    return (
        f"{who}: that saves {brought['saved_minutes']:,.0f} minutes a month beside the plan in which nobody else "
        f"moves (the best of both kinds differ by {low:,.0f} to {high:,.0f}{note})."
    )


def _proof(found: Allocation) -> str:
    proof = found.plan.certificate
    return f"Within {100 * proof.gap:.3f} % of the best; checked from the facts: nothing to object to."


def back_sentences(told: dict[str, Any]) -> list[str]:
    """Who comes back to a coach, in sentences."""
    return [
        f"{told['coach']} is back on {told['from']}. Of {counted(told['had_before'], 'client')} of then, "
        f"{told['with_others']:,} are with somebody else now: {told['returning']:,} can come back if they wish, "
        f"{told['staying']:,} stay where they are (returns.csv says why).",
        "The longest relationships come first; nobody else who may stay moves.",
    ]
