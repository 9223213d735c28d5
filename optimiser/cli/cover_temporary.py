"""`optimiser cover --temporary`: deputies for what cannot wait while a coach is away."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.deputies import TemporaryCover, cover_for_a_time
from optimiser.cli.coach_names import names_of
from optimiser.cli.plan_folder import opened
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch, peak_memory_mb
from optimiser.domain.contacts import OUTCOMES, TEMPORARY_COVER
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said, several
from optimiser.reports.table_book import write_tables
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.write import write_table

FILES = ("cover.csv", "cover.xlsx", "summary.json")


@dataclass(frozen=True)
class TemporaryWishes:
    """The words of a call."""

    region: Path
    coach: str
    starts: Date
    ends: Date | None
    out: Path
    policy: Path | None
    headings: Path | None
    finnish: bool
    coach_names: Path | None = None


def write_temporary_cover(wishes: TemporaryWishes) -> None:
    """Find deputies, write who holds what, and say what was found."""
    with Stopwatch() as watch:
        with watch.phase("read"):
            policy = read_policy(wishes.policy)
            snapshot = read_snapshot(wishes.region, policy=policy, headings=wishes.headings, progress=watch)
            names = names_of(wishes.coach_names, snapshot)
        with staged(wishes.out, replaced=FILES) as stage:
            found = cover_for_a_time(
                snapshot, policy, wishes.coach, wishes.starts, wishes.ends, watch, texts=texts()
            )
            told = _summary(snapshot, policy, found)
            told["assumed_weeks"] = policy.contacts.cover_weeks if wishes.ends is None else None
            lines = _lines(told)
            with watch.phase("write"):
                write_table(found.rows, TEMPORARY_COVER, stage / "cover.csv", wishes.finnish)
                tables = [(mark("Cover"), TEMPORARY_COVER, found.rows)]
                title = said("Temporary cover of {coach}", coach=wishes.coach)
                write_tables(
                    stage / "cover.xlsx",
                    title,
                    snapshot.date,
                    lines,
                    tables,
                    language=texts().language,
                    coach_names=names,
                )
            told |= {"seconds": {**watch.seconds, "total": watch.total()}, "peak_memory_mb": peak_memory_mb()}
            (stage / "summary.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for line in (*snapshot.notices, *lines):
        tell(line)
    tell(opened(("cover.xlsx", "cover.csv"), wishes.out, told["seconds"]["total"]))


def _summary(snapshot: Snapshot, policy: Policy, found: TemporaryCover) -> dict[str, Any]:
    rows = found.rows
    counts = dict(rows["outcome"].value_counts().iter_rows())
    taken = rows.drop_nulls("deputy_id").group_by("deputy_id").agg(pl.col("minutes").sum()).sort("deputy_id")
    by_client = rows.drop_nulls("deputy_id").group_by("client_id").agg(pl.col("deputy_id").n_unique())
    return {
        "date": snapshot.date.isoformat(),
        "region": snapshot.region,
        "coach": found.coach_id,
        "starts": found.starts.isoformat(),
        "ends": found.ends.isoformat(),
        "back_on": found.back_on.isoformat(),
        "meetings": rows.height,
        **{outcome: counts.get(outcome, 0) for outcome in OUTCOMES},
        "clients": rows["client_id"].n_unique(),
        "clients_with_several_deputies": by_client.filter(pl.col("deputy_id") > 1).height,
        "minutes_by_deputy": {coach: round(minutes, 1) for coach, minutes in taken.iter_rows()},
        "fingerprint": snapshot.fingerprint(),
        "policy": policy.name,
        "policy_fingerprint": policy.fingerprint(),
        "estimates": "minutes of meetings",
    }


def _lines(told: dict[str, Any]) -> list[Message]:
    """What managers read first."""
    deputies = told["minutes_by_deputy"]
    hours = sum(deputies.values()) / 60
    lines = [
        said(
            "{coach} is away from {starts} to {ends} and back on {back_on}. All clients keep their coach.",
            coach=told["coach"],
            **{name: Date.fromisoformat(told[name]) for name in ("starts", "ends", "back_on")},
        ),
        several(
            "{count:,} meeting to be held in that time: {covered:,} covered in time, {late:,} covered late, "
            "{waits:,} can wait, for {nobody:,} there is nobody.",
            "{count:,} meetings to be held in that time: {covered:,} covered in time, {late:,} covered late, "
            "{waits:,} can wait, for {nobody:,} there is nobody.",
            told["meetings"],
            **{name: told[name] for name in ("covered", "late", "waits", "nobody")},
        ),
        several(
            "{count:,} deputy takes {hours:,.1f} hours (estimate); {clients} with more than one deputy.",
            "{count:,} deputies take {hours:,.1f} hours (estimate); {clients} with more than one deputy.",
            len(deputies),
            hours=hours,
            clients=several("{count:,} client", "{count:,} clients", told["clients_with_several_deputies"]),
        ),
    ]
    if told["assumed_weeks"] is not None:
        assumed = several(
            "No last day given: {count:,} week assumed.",
            "No last day given: {count:,} weeks assumed.",
            told["assumed_weeks"],
        )
        lines.insert(1, assumed)
    if told["nobody"]:
        lines.append(said("Who cannot be covered is listed with the reason and the day the coach is back."))
    return [*lines, said("Clients with a protected address are in no table: they are covered by hand.")]
