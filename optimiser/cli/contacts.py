"""`optimiser contacts`: a calendar for each coach, and what will be late, by team and municipality."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.codes import Codes, placed
from optimiser.allocation.contacts import Contacts, contacts_of, make_calendar
from optimiser.allocation.contacts.due import given_new_day
from optimiser.allocation.contacts.weeks import demand_weeks
from optimiser.allocation.facts import sorted_by
from optimiser.cli.plan_folder import opened
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch, peak_memory_mb
from optimiser.domain.contacts import CALENDAR, KINDS, MUNICIPALITIES_DONE, TEAM_WEEKS, TEAMS
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said, several
from optimiser.reports.table_book import write_tables
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table
from optimiser.workspace import current

FILES = ("teams.csv", "municipality_contacts.csv", "weeks.csv", "contacts.xlsx", "summary.json")
CALENDARS = "calendars"
"""Folder with a file for each coach."""

HELD_BACK = {
    **dict.fromkeys(("due", "on_time", "late", "not_fitting", "latest_days"), mark("held back")),
    **dict.fromkeys(("clients", "contacts_due", "extra_hours"), mark("held back")),
    "unit_id": mark("whole region"),
}
"""What stands in the place of a figure that would tell of too few people."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    out: Path
    plan: Path | None
    weeks: int
    policy: Path | None
    set_aside: bool
    headings: Path | None
    finnish: bool


def write_contacts(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    demand_weeks(wishes.weeks)
    with Stopwatch() as watch:
        with watch.phase("read"):
            snapshot, policy, coach = _read(wishes, watch)
        with staged(wishes.out, replaced=_replaced(wishes.out)) as stage:
            found = contacts_of(snapshot, make_calendar(snapshot, policy, coach, wishes.weeks, watch))
            told = _summary(snapshot, policy, found, coach)
            lines = _lines(told)
            with watch.phase("write"):
                _write(stage, snapshot, found, lines, wishes.finnish)
            told |= {"seconds": {**watch.seconds, "total": watch.total()}, "peak_memory_mb": peak_memory_mb()}
            (stage / "summary.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for line in (*snapshot.notices, *lines):
        tell(line)
    tell(opened(("contacts.xlsx", f"{CALENDARS}/<coach>.csv"), wishes.out, told["seconds"]["total"]))


def _replaced(out: Path) -> tuple[str, ...]:
    """What an earlier run left, calendars of coaches who have gone among it."""
    old = sorted((out / CALENDARS).glob("*.csv")) if (out / CALENDARS).is_dir() else []
    return (*FILES, CALENDARS, *(str(path.relative_to(out)) for path in old))


def _read(wishes: Wishes, watch: Stopwatch) -> tuple[Snapshot, Policy, Codes]:
    """Facts, policy (by default the one kept with the plan), and the coach of each client."""
    kept = None if wishes.plan is None else wishes.plan / "policy_in_force.yaml"
    policy = read_policy(wishes.policy or (kept if kept is not None and kept.exists() else None))
    snapshot = read_snapshot(
        current(wishes.region),
        policy=policy,
        headings=wishes.headings,
        set_aside=wishes.set_aside,
        progress=watch,
    )
    clients = sorted_by(snapshot.clients, "client_id")
    coach_ids = tuple(snapshot.coaches["coach_id"].sort())
    if wishes.plan is None:
        return snapshot, policy, placed(clients["coach_id"], coach_ids)
    return snapshot, policy, _planned(wishes.plan, clients["client_id"], coach_ids)


def _planned(plan: Path, client_ids: pl.Series, coach_ids: tuple[str, ...]) -> Codes:
    """Coach of each client in a plan; a plan of other clients or coaches is refused."""
    rows = sorted_by(read_plan_rows(plan), "client_id")
    file = str(plan / "plan.csv" if plan.is_dir() else plan)
    advice = said("Give the plan made from this folder, or allocate anew.")
    known = set(client_ids)
    strange = rows.filter(~pl.col("client_id").is_in(list(known)))["client_id"].to_list()
    missing = sorted(known - set(rows["client_id"]))
    coaches = sorted(set(rows["coach_id"].drop_nulls()) - set(coach_ids))
    found = (
        (
            "client_id",
            strange,
            mark("{number:,} clients of the plan are not in the region, the first of them is this"),
        ),
        (
            "client_id",
            missing,
            mark("{number:,} clients of the region are not in the plan, the first of them is this"),
        ),
        (
            "coach_id",
            coaches,
            mark("{number:,} coaches of the plan are not in the region, the first of them is this"),
        ),
    )
    wrong = [
        Complaint(file, 0, column, ids[0], said(problem, number=len(ids)), advice)
        for column, ids, problem in found
        if ids
    ]
    if wrong:
        raise InputError(wrong)
    return placed(rows["coach_id"], coach_ids)


def _summary(snapshot: Snapshot, policy: Policy, found: Contacts, coach: Codes) -> dict[str, Any]:
    calendar, rows = found.calendar, found.meetings
    late, fits = pl.col("late_days") > 0, pl.col("week").is_not_null()
    agreed_late = (rows["kind"] == "agreed") & (rows["late_days"] > 0)
    return {
        "date": snapshot.date.isoformat(),
        "region": snapshot.region,
        "weeks": calendar.weeks.count,
        "clients": snapshot.clients.height,
        "with_coach": int((coach >= 0).sum()),
        **_counts(rows),
        "by_kind": {kind: _counts(rows.filter(kind=kind)) for kind in KINDS},
        "late_by_agreement": int(agreed_late.sum()),
        "new_day_by_campaign": _new_days(snapshot, policy, found, coach),
        "overdue_today": rows.filter(pl.col("due") < snapshot.date).height,
        "teams_with_lateness": rows.filter(late | ~fits)
        .join(snapshot.coaches, on="coach_id", how="left")["unit_id"]
        .n_unique(),
        "late_weeks_weighted": calendar.late_weeks,
        "late_weeks_bound": calendar.bound,
        "extra_hours": round(float(calendar.extra.sum()) / 60, 1),
        "extra_hours_by_week": [round(float(x) / 60, 1) for x in calendar.extra.sum(axis=0)],
        "fingerprint": snapshot.fingerprint(),
        "policy": policy.name,
        "policy_fingerprint": policy.fingerprint(),
        "estimates": "minutes of meetings, hours and extra hours",
    }


def _new_days(snapshot: Snapshot, policy: Policy, found: Contacts, coach: Codes) -> int:
    """Overdue meetings of clients with a coach that the campaign gives a new due day."""
    clients = sorted_by(snapshot.clients, "client_id").filter(pl.Series(coach >= 0))
    return given_new_day(clients, policy, found.calendar.weeks)


def _counts(rows: pl.DataFrame) -> dict[str, int]:
    from optimiser.allocation.contacts.result import figures

    counts: dict[str, int] = rows.select(figures()).row(0, named=True)
    return counts


def _lines(told: dict[str, Any]) -> list[Message]:
    """What managers read first."""
    lines = [
        several(
            "{count:,} meeting due in {weeks}: {on_time:,} in time, {late:,} late, {not_fitting:,} for which no week "
            "has room.",
            "{count:,} meetings due in {weeks}: {on_time:,} in time, {late:,} late, {not_fitting:,} for which no week "
            "has room.",
            told["due"],
            weeks=several("{count:,} week", "{count:,} weeks", told["weeks"]),
            **{name: told[name] for name in ("on_time", "late", "not_fitting")},
        )
    ]
    if told["late_by_agreement"]:
        agreed = told["late_by_agreement"]
        lines.append(said("Of the late ones {late:,} are late because of the day agreed.", late=agreed))
    if told["overdue_today"]:
        lines.append(
            several(
                "Overdue today: {count:,} meeting; they come first.",
                "Overdue today: {count:,} meetings; they come first.",
                told["overdue_today"],
            )
        )
    if told["new_day_by_campaign"]:
        lines.append(
            several(
                "{count:,} overdue meeting has a new due day because of the campaign in the policy.",
                "{count:,} overdue meetings have a new due day because of the campaign in the policy.",
                told["new_day_by_campaign"],
            )
        )
    if told["late_weeks_weighted"]:
        lines.append(
            said(
                "Lateness of what could be placed: {late:,.0f} weighted weeks; no calendar within the weekly minutes "
                "can have fewer than {fewest:,.0f}.",
                late=told["late_weeks_weighted"],
                fewest=told["late_weeks_bound"],
            )
        )
    if told["extra_hours"]:
        lines.append(
            said(
                "At least {hours:,.0f} extra hours of coach time would make all of it timely (estimate), {now:,.0f} "
                "of them this week.",
                hours=told["extra_hours"],
                now=told["extra_hours_by_week"][0],
            )
        )
    return lines


def _write(stage: Path, snapshot: Snapshot, found: Contacts, lines: Sequence[str], finnish: bool) -> None:
    write_table(found.teams, TEAMS, stage / "teams.csv", finnish)
    write_table(found.municipalities, MUNICIPALITIES_DONE, stage / "municipality_contacts.csv", finnish)
    write_table(found.weeks, TEAM_WEEKS, stage / "weeks.csv", finnish)
    tables = [
        (mark("Teams"), TEAMS, found.teams),
        (mark("Municipalities"), MUNICIPALITIES_DONE, found.municipalities),
        (mark("Weeks"), TEAM_WEEKS, found.weeks),
    ]
    write_tables(
        stage / "contacts.xlsx",
        mark("Contacts"),
        snapshot.date,
        lines,
        tables,
        absent=HELD_BACK,
        language=texts().language,
    )
    folder = stage / CALENDARS
    folder.mkdir()
    by_coach = found.meetings.partition_by("coach_id", as_dict=True, maintain_order=True)
    for coach in snapshot.coaches["coach_id"]:
        rows = by_coach.get((coach,), found.meetings.clear())
        write_table(rows, CALENDAR, folder / f"{coach}.csv", finnish)
