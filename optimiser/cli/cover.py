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

from optimiser.allocation.cover import ASKED, Cover, cover_figures, demand_coach, leave_for_good
from optimiser.allocation.handovers.returns import Return, come_back
from optimiser.allocation.handovers.words import finnish_day
from optimiser.allocation.steps import move_list
from optimiser.cli import plan_folder
from optimiser.cli.coach_names import names_of
from optimiser.cli.cover_words import back_sentences, permanent_sentences
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.summary import summary
from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.handovers import COVER, RETURNS
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said
from optimiser.quality.measures import measures
from optimiser.reports.table_book import write_tables
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current, facts_purged, handed_over, is_workspace

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
    coach_names: Path | None = None


def days_of_call(starts: str, ends: str | None) -> tuple[Date, Date | None]:
    """Return the days of `--from` and `--to`; raise for all that are none."""
    found: list[Date] = []
    complaints = []
    for option, text in (("--from", starts), ("--to", ends)):
        if text is not None:
            day = _day_of(text)
            if isinstance(day, Date):
                found.append(day)
            else:
                complaints.append(Complaint(ASKED, 0, option, text, *day))
    if complaints:
        raise InputError(complaints)
    return found[0], found[1] if ends is not None else None


def _day_of(text: str) -> Date | tuple[str, str]:
    """The day, or problem and advice."""
    match = next(filter(None, (re.fullmatch(form, text.strip(), re.ASCII) for form in DAY_FORMS)), None)
    if match is None:
        return said("this is no day"), said("Write it as 2023-03-29 or 29.3.2023.")
    year, month, day = (int(match[part]) for part in "ymd")
    try:
        return Date(year, month, day)
    except ValueError:
        if year < 1 or not 1 <= month <= MONTHS or day < 1:
            return said("there is no such day"), said("Write it as 2023-03-29 or 29.3.2023.")
        last = Date(year, month, monthrange(year, month)[1])
        advice = said("Write {iso} or {finnish}.", iso=last.isoformat(), finnish=finnish_day(last))
        return said("there is no such day"), advice


def write_cover(wishes: CoverWishes) -> None:
    """Carry the command out and say what it found."""
    refuse(wishes)
    if wishes.modes == ("temporary",):
        from optimiser.cli.cover_temporary import TemporaryWishes, write_temporary_cover

        asked = (current(wishes.region), wishes.coach, wishes.starts, wishes.ends, wishes.out)
        given = (wishes.policy, wishes.headings, wishes.finnish, wishes.coach_names)
        write_temporary_cover(TemporaryWishes(*asked, *given))
        return
    with Stopwatch() as watch:
        lines, told = (_permanent if wishes.modes == ("permanent",) else _back)(wishes, watch)
    for line in lines:
        tell(line)
    tell(
        said(
            "Open cover.xlsx, plan.csv and summary.json in {folder}; check with: {command}  ({seconds:.1f} s)",
            folder=str(wishes.out),
            command=f"optimiser check {wishes.out / 'snapshot'} {wishes.out}",
            seconds=told["seconds"]["total"],
        )
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
    problem = said("these exclude each other") if wishes.modes else said("nothing says what kind of cover")
    given = " ".join(f"--{mode}" for mode in wishes.modes)
    return [("", given, problem, said("Give one of --temporary, --permanent and --back."))]


def _date_faults(wishes: CoverWishes, mode: str) -> Faults:
    if wishes.ends is None:
        return []
    given = wishes.ends.isoformat()
    if mode != "temporary":
        problem = said("{option} has no last day", option=f"--{mode}")
        return [("--to", given, problem, said("Leave --to out, or use --temporary."))]
    if wishes.ends < wishes.starts:
        problem = said("the last day is before the first, {day}", day=wishes.starts)
        return [("--to", given, problem, said("Exchange the dates."))]
    return []


def _option_faults(wishes: CoverWishes, mode: str) -> Faults:
    found: Faults = []
    asked = f"--{mode}"
    if wishes.most_moves is not None and mode != "permanent":
        problem = said("{option} moves nobody else", option=asked)
        found.append(("--max-moves", str(wishes.most_moves), problem, said("Leave it out.")))
    if wishes.most_moves is not None and wishes.most_moves < 0:
        problem = said("fewer moves than none")
        found.append(("--max-moves", str(wishes.most_moves), problem, said("Give 0 or more.")))
    for option, path in (("--since", wishes.since), ("--workspace", wishes.workspace)):
        if path is not None and mode != "back":
            problem = said("{option} does not look back", option=asked)
            found.append((option, str(path), problem, said("Leave it out, or use --back.")))
    if mode == "back" and wishes.workspace is not None and not is_workspace(wishes.workspace):
        problem = said("no log lies in this folder")
        advice = said("Name the folder that `optimiser apply` keeps, or use --since.")
        found.append(("--workspace", str(wishes.workspace), problem, advice))
    if mode == "back" and wishes.since is None and wishes.workspace is None:
        problem = said("nothing says whom the coach had before")
        advice = said("Add --since and the snapshot from before the leave, or --workspace.")
        found.append(("--back", "", problem, advice))
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
        problem = said("the day is before the facts, which are of {day}", day=finnish_day(facts))
        advice = said("Give {day} or a later day, or an earlier snapshot.", day=facts)
    elif day - facts > FARTHEST:
        problem = said(
            "the day is more than {days} days after the facts, which are of {day} and say nothing about loads that "
            "far ahead",
            days=FARTHEST.days,
            day=finnish_day(facts),
        )
        advice = said("Give a day up to {day}, or newer facts.", day=facts + FARTHEST)
    else:
        return []
    return [Complaint(ASKED, 0, "--from", day.isoformat(), problem, advice)]


def _preview(told: dict[str, Any], facts: Date, applies: Date) -> list[Message]:
    """Put the day from which a plan applies into the summary; say so where it is still to come."""
    told["applies_from"] = applies.isoformat()
    if applies <= facts:
        return []
    return [
        said(
            "These facts are those of {day}. Apply this plan from that day on; until then it is a preview.",
            day=finnish_day(applies),
        )
    ]


def _permanent(wishes: CoverWishes, watch: Stopwatch) -> tuple[list[Message], dict[str, Any]]:
    snapshot, policy = _read(wishes, watch)
    with staged(wishes.out, replaced=FILES) as stage:
        cover = leave_for_good(
            snapshot, policy, wishes.coach, wishes.starts, wishes.most_moves, progress=watch, texts=texts()
        )
        told = {"cover": "permanent", "coach": wishes.coach, "from": wishes.starts.isoformat()}
        told |= cover_figures(cover)
        lines = permanent_sentences(told, cover) + _preview(told, snapshot.date, cover.snapshot.date)
        tables = ((mark("Who goes where"), COVER, cover.rows),)
        told = _write_all(stage, wishes, watch, (cover, told), lines, tables)
    return lines, told


def _back(wishes: CoverWishes, watch: Stopwatch) -> tuple[list[Message], dict[str, Any]]:
    snapshot, policy = _read(wishes, watch)
    with watch.phase("read"):
        before = _had_before(wishes, policy, watch)
    with staged(wishes.out, replaced=FILES) as stage:
        found = come_back(
            snapshot, policy, wishes.coach, wishes.starts, before, progress=watch, texts=texts()
        )
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
        tables = ((mark("Who comes back"), RETURNS, found.rows),)
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
        purged = facts_purged(wishes.workspace)
        if purged is not None:
            tell(
                said(
                    "Who was handed over before {day} is not known any more: it was purged from the workspace.",
                    day=purged,
                )
            )
        frames.append(logged.select("client_id", since=pl.lit(None, dtype=pl.Date)))
    found = pl.concat(frames).unique("client_id", keep="first", maintain_order=True)
    if found.is_empty():
        problem = said("the coach had no clients then")
        advice = said("Name an earlier snapshot with --since, or the workspace that logged the change.")
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
    names = names_of(wishes.coach_names, snapshot)
    moves = move_list(snapshot, policy, found.plan.rows, watch, found.encoding, texts=texts())
    with watch.phase("write"):
        plan_folder.write_plan(stage, snapshot, policy, found, wishes.finnish)
        plan_folder.write_solved_snapshot(stage, snapshot, wishes.finnish)
        plan_folder.write_moves(stage, moves, wishes.finnish)
        for _, table, frame in tables:
            write_table(frame, table, stage / f"{table.name}.csv", wishes.finnish)
        write_tables(
            stage / "cover.xlsx",
            said("Cover of {coach}", coach=wishes.coach),
            snapshot.date,
            lines,
            tables,
            language=texts().language,
            coach_names=names,
        )
    told = about | {"steps": moves.summary()}
    told |= {"plan": summary(snapshot, policy, found, measures(found.recount), "normal")}
    return plan_folder.write_summary(stage, told, watch)
