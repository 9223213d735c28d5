"""`optimiser update`: what has changed since the snapshot, and the next snapshot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.allocation.update import Update, follow
from optimiser.cli.apply import now, official
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import DEPARTURES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, said
from optimiser.domain.update import Past
from optimiser.reports.update import summary, write_changes_workbook
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_with_apart
from optimiser.tables.read_export import read_export
from optimiser.workspace import current, is_workspace
from optimiser.workspace.folder import log_of, present, read_kept
from optimiser.workspace.keep_update import (
    BESIDE,
    WORKBOOK,
    KeptUpdate,
    Order,
    copied,
    keep_update,
)
from optimiser.workspace.past import past_of

DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
"""End of the name of a folder that an earlier update wrote."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    export: Path
    out: Path | None
    policy: Path | None
    by: str
    headings: Path | None
    finnish: bool
    many_gone: bool = False


def write_update(wishes: Wishes) -> None:
    """Carry the command out and say what has changed."""
    by, at = official(wishes.by), now()
    with Stopwatch() as watch:
        with watch.phase("read"):
            policy = read_policy(wishes.policy)
            before, past, protected = _before(wishes, policy, watch)
            export = read_export(
                current(wishes.export),
                before,
                policy=policy,
                headings=wishes.headings,
                progress=watch,
                protected=protected,
            )
        with watch.phase("compare"):
            update = follow(before, export, past, policy, texts(), wishes.many_gone)
        for notice in (*export.snapshot.notices, *update.notices):
            tell(notice)
        if not update.changed:
            tell(
                said("Nothing has changed since the snapshot of {day}; nothing was written.", day=before.date)
            )
            return
        with watch.phase("write"):
            kept, out, fresh = _write(wishes, update, Order(at, by, policy.fingerprint()), watch)
    for line in summary(update):
        tell(line)
    if update.to_answer.height:
        tell(_to_fill_in(update, kept.changes if kept is not None else out and out / BESIDE))
    _say_where(wishes, (kept, out, fresh), watch.total())


def _before(wishes: Wishes, policy: Policy, watch: Stopwatch) -> tuple[Snapshot, Past, pl.Series | None]:
    """The snapshot that stands, what its workspace remembers, and whose address is protected by its tables."""
    region = wishes.region
    if not is_workspace(region):
        found, apart = read_with_apart(region, policy=policy, headings=wishes.headings, progress=watch)
        return found, Past(), apart
    # A workspace keeps nothing of clients with a protected address.
    return read_kept(region, present(region)), past_of(region, log_of(region)), None


def _write(
    wishes: Wishes, update: Update, order: Order, watch: Stopwatch
) -> tuple[KeptUpdate | None, Path | None, bool]:
    """Write the next snapshot: into the workspace, into the folder asked for or beside the region."""

    def also(folder: Path) -> None:
        write_changes_workbook(update, folder / WORKBOOK, texts().language)

    if not is_workspace(wishes.region):
        out = wishes.out or _beside(wishes.region, update.following.date)
        _refuse_own(out, wishes)
        with copied(out, update, also, wishes.finnish) as fresh:
            return None, out, fresh
    copy = None
    if wishes.out is not None:
        _refuse_own(wishes.out, wishes)
        copy = copied(wishes.out, update, also, wishes.finnish)
    kept = keep_update(wishes.region, update, order, also, watch, copy)
    return kept, wishes.out, kept.copied


def _beside(region: Path, day: Date) -> Path:
    """The folder beside a region that has the day of the export in its name."""
    whole = region.resolve()
    name = whole.stem if whole.is_file() else whole.name
    return (
        region.parent / f"{DATED.sub('', name)}-{day.isoformat()}"
        if region.name
        else whole.with_name(f"{DATED.sub('', name)}-{day.isoformat()}")
    )


def _refuse_own(out: Path, wishes: Wishes) -> None:
    """Raise where the next snapshot would take the place of what it is made of, or of a workspace."""
    place = out.resolve()
    for own in (wishes.region.resolve(), wishes.export.resolve()):
        if place == own or own.is_relative_to(place) or place.is_relative_to(own):
            problem = said("the next snapshot would be written over what it is made of")
            advice = said("Name another folder with --out.")
            raise InputError([Complaint(str(out), 0, "--out", "", problem, advice)])
    if is_workspace(out):
        problem = said("this is a workspace, which keeps its snapshots itself")
        advice = said("Name the workspace in the place of the region, or another folder with --out.")
        raise InputError([Complaint(str(out), 0, "--out", "", problem, advice)])


def _to_fill_in(update: Update, changes: Path | None) -> Message:
    """Where the reasons that nobody knows are filled in, and where they go then."""
    file = str((changes or Path()) / f"{DEPARTURES.name}.csv")
    if update.has_departures:
        return said(
            "Fill the reasons in in {file} and copy its rows into the next export's table departures.",
            file=file,
        )
    return said(
        "Fill the reasons in in {file} and copy the file into the folder of the next export.", file=file
    )


def _say_where(wishes: Wishes, written: tuple[KeptUpdate | None, Path | None, bool], seconds: float) -> None:
    """Where everything lies, and what comes next."""
    kept, out, fresh = written
    region: Path = wishes.region
    if out is not None and not fresh:
        tell(said("{folder} holds this snapshot already; nothing was written there.", folder=str(out)))
    if kept is not None:
        tell(said("The next snapshot: {folder}  ({seconds:.1f} s)", folder=str(kept.folder), seconds=seconds))
        tell(said("What has changed: {file}", file=str(kept.changes / WORKBOOK)))
        tell(
            said(
                "The log ends at entry {entry}, {hash}",
                entry=kept.entry.seq,
                hash=kept.entry.hash,
            )
        )
    elif out is not None:
        region = out
        tell(said("The next snapshot: {folder}  ({seconds:.1f} s)", folder=str(out), seconds=seconds))
        tell(said("What has changed: {file}", file=str(out / BESIDE / WORKBOOK)))
    tell(said("Next: optimiser rebalance {region} --out moves", region=str(region)))
