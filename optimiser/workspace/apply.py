"""Apply confirmed steps, and take an apply back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.workspace.arrivals import Crowd, crowds
from optimiser.workspace.decisions import Asked, Decisions, decide
from optimiser.workspace.entries import APPLY, UNDO, UPDATE, Entry, Kept, Reason
from optimiser.workspace.folder import (
    LOG,
    is_workspace,
    keep_plan,
    keep_snapshot,
    kept_snapshot,
    log_of,
    read_kept,
    refuse_strange_folder,
)
from optimiser.workspace.guard import refuse_worse
from optimiser.workspace.history import Done, done_before, last_standing, left_behind, standing
from optimiser.workspace.lock import locked
from optimiser.workspace.log import append, last_hash
from optimiser.workspace.next_snapshot import Next, next_snapshot
from optimiser.workspace.plan_folder import PlanFolder, read_plan_folder


@dataclass(frozen=True)
class Order:
    """What is to be applied, by whom and when.

    Attributes
    ----------
    workspace, plan : Path
        Where everything is kept, and the folder of the plan with its decided move list.
    at : str
        ISO time.
    by : str
        Pseudonymous id of who gives the command; empty for those who confirmed the steps.
    first : int or None
        Take the first so many steps; None for all that are confirmed.
    wave : int or None
        Take the steps of the first so many weeks of the move list; None for all.
    """

    workspace: Path
    plan: Path
    at: str
    by: str = ""
    first: int | None = None
    wave: int | None = None


@dataclass(frozen=True)
class Applied:
    """What an apply did.

    Attributes
    ----------
    entry : Entry
        As it stands in the log.
    folder : Path
        Of the next snapshot.
    next : Next
        Its facts, and what the refusals became.
    decisions : Decisions
        What was taken and refused.
    in_no_step : int
        Clients for whom the plan proposes another coach and who are in no step of the move list.
    on_paper : int
        Clients whom the plan leaves unserved because a rule bars their present coach: an apply takes
        no coach away, so they keep this one on paper until one is found.
    stood : Kept or None
        Snapshot that stood in the workspace, if it is not the one this apply departed from.
    crowds : tuple of Crowd
        Coaches who take over more clients at once than the policy has for a week.
    a_week : int
        The policy's most a week.
    """

    entry: Entry
    folder: Path
    next: Next
    decisions: Decisions
    in_no_step: int
    on_paper: int
    stood: Kept | None
    crowds: tuple[Crowd, ...]
    a_week: int


@dataclass(frozen=True)
class Undone:
    """What an undo did.

    Attributes
    ----------
    entry : Entry
        As it stands in the log.
    folder : Path
        Of the snapshot that stands again.
    """

    entry: Entry
    folder: Path


def apply(snapshot: Snapshot, order: Order, salt: Callable[[], str], progress: Progress = SILENT) -> Applied:
    """Apply the confirmed steps of a plan: the next snapshot is kept, the log has one entry more.

    Everything is looked at before anything is written. What is written before the entry stands in the
    log counts for nothing without it: a process killed in between leaves the workspace as it was.

    Parameters
    ----------
    snapshot : Snapshot
        The one the plan was made of, or reached from it by earlier applies of the same plan.
    order : Order
        What is to be applied.
    salt : callable
        Gives a new text that nobody can guess at each call.
    progress : Progress
        Told what is being done.

    Returns
    -------
    Applied

    Raises
    ------
    InputError
        With every complaint about decisions; where the facts are not the plan's, rows were set aside,
        a rule or limit would be broken, or somebody else is at work in the workspace.
    """
    refuse_strange_folder(order.workspace)
    with locked(order.workspace):
        return _apply(snapshot, order, salt, progress)


def _apply(snapshot: Snapshot, order: Order, salt: Callable[[], str], progress: Progress) -> Applied:
    """The same, by the only one at work in the workspace."""
    workspace = order.workspace
    with progress.phase("decide"):
        entries = log_of(workspace)
        plan = read_plan_folder(order.plan)
        done = _done(snapshot, plan, entries, workspace)
        file = str(plan.moves_file)
        asked = Asked(plan.moves, plan.rows, snapshot.clients, done, order.first, file, order.wave)
        decisions = decide(asked)
        following = next_snapshot(snapshot, plan.policy, decisions, file)
    with progress.phase("check"):
        facts = _facts_of_plan(snapshot, plan, workspace)
        unserved = plan.rows.filter(pl.col("coach_id").is_null())["client_id"]
        refuse_worse(facts, plan.policy, snapshot.clients, decisions.accepted, unserved, file)
    with progress.phase("write"):
        entry, folder = _keep(snapshot, order, plan, decisions, following, entries, salt, progress)
    on_paper = plan.rows.filter(pl.col("coach_id").is_null()).drop_nulls("previous_coach_id").height
    stood = standing(entries)
    elsewhere = stood if stood != entry.before else None
    most = plan.policy.limits.new_a_week
    many = crowds(decisions.accepted, most)
    return Applied(entry, folder, following, decisions, _in_no_step(plan), on_paper, elsewhere, many, most)


def undo(workspace: Path, at: str, by: str = "", progress: Progress = SILENT) -> Undone:
    """Return to the snapshot before the last apply or update that has not been undone; nothing is deleted.

    What an update taken back had found stays in the workspace and counts for nothing.

    Parameters
    ----------
    workspace : Path
        The workspace.
    at : str
        ISO time.
    by : str
        Pseudonymous id of who gives the command.
    progress : Progress
        Told before the log is closed.

    Raises
    ------
    InputError
        Where there is nothing to undo, the snapshot before is not there any more or not as it was kept, somebody else is at work in the workspace, or the disk is full.
    """
    if not is_workspace(workspace):
        raise _nothing_to_undo(workspace)
    with locked(workspace):
        return _undo(workspace, at, by, progress)


def _nothing_to_undo(workspace: Path) -> InputError:
    problem = said("there is nothing to undo")
    advice = said("Look at the log (optimiser log), or name another folder with --workspace.")
    return InputError([Complaint(str(workspace), 0, "", "", problem, advice)])


def _undo(workspace: Path, at: str, by: str, progress: Progress) -> Undone:
    entries = log_of(workspace)
    last = last_standing(entries)
    if last is None:
        raise _nothing_to_undo(workspace)
    folder = kept_snapshot(workspace, last.before)
    read_kept(workspace, last.before)
    entry = Entry(UNDO, at, by, last.after, last.before, last.policy, last.plan, steps={"undoes": last.seq})
    return Undone(append(workspace / LOG, entry, (), str, last_hash(entries), progress), folder)


def _done(snapshot: Snapshot, plan: PlanFolder, entries: Sequence[Entry], workspace: Path) -> Done:
    """What was done of the plan before; raises where the facts at hand are not the plan's."""
    place, now = str(plan.folder), snapshot.fingerprint()
    if snapshot.set_aside:
        problem = said(
            "{count} rows were set aside on reading and would be lost", count=len(snapshot.set_aside)
        )
        advice = said("Mend these rows in the region, then make the plan anew and apply that.")
        raise InputError([Complaint(said("the region"), 0, "", "", problem, advice)])
    gone = left_behind(entries, now)
    if gone is not None:
        problem = said("entry {entry} of the log has gone on from this snapshot already", entry=gone.seq)
        advice = said(
            "Give the workspace ({workspace}) in place of the region, or undo first (optimiser apply --undo).",
            workspace=str(workspace),
        )
        if gone.kind == UPDATE:
            advice = said(
                "Make the plan anew of the workspace ({workspace}), which has newer facts.",
                workspace=str(workspace),
            )
        raise InputError([Complaint(said("the region"), 0, "", "", problem, advice)])
    done = done_before(entries, plan.fingerprint(), plan.certificate.fingerprint, now)
    if done is None:
        problem = said("the plan was made of another snapshot than this one")
        beside = plan.folder / "snapshot"
        advice = said("Name the region that the plan was made of, or make the plan anew of this one.")
        if beside.is_dir():
            advice = said(
                "This plan was made of the facts in {folder}: name that folder as the region.",
                folder=str(beside),
            )
        raise InputError([Complaint(place, 0, "", "", problem, advice)])
    return done


def _facts_of_plan(snapshot: Snapshot, plan: PlanFolder, workspace: Path) -> Snapshot:
    """The snapshot that the plan was made of: the one at hand, or the one kept before the first wave."""
    made_of = plan.certificate.fingerprint
    if snapshot.fingerprint() == made_of:
        return snapshot
    return read_kept(workspace, Kept(snapshot.date.isoformat(), made_of))


def _keep(
    snapshot: Snapshot,
    order: Order,
    plan: PlanFolder,
    decisions: Decisions,
    following: Next,
    entries: Sequence[Entry],
    salt: Callable[[], str],
    progress: Progress,
) -> tuple[Entry, Path]:
    """Write the snapshots, the plan, and last the entry that makes them count."""
    after, name = following.snapshot, plan.fingerprint()
    progress.say(said("keeping the snapshot before"))
    keep_snapshot(order.workspace, snapshot, progress)
    progress.say(said("keeping the next snapshot"))
    folder = keep_snapshot(order.workspace, after, progress)
    progress.say(said("keeping the plan"))
    files = keep_plan(order.workspace, snapshot.date, name, plan.folder, plan.moves_file)
    progress.say(said("writing the log"))
    shown = _reasons(pl.concat([decisions.accepted, decisions.rejected]))
    entry = Entry(
        kind=APPLY,
        at=order.at,
        by=order.by or " ".join(sorted({r.confirmed_by for r in shown if r.confirmed_by})),
        before=Kept(snapshot.date.isoformat(), snapshot.fingerprint()),
        after=Kept(after.date.isoformat(), after.fingerprint()),
        policy=plan.policy.fingerprint(),
        plan=name,
        steps={
            "applied": decisions.steps("accepted"),
            "rejected": decisions.steps("rejected"),
            "clients": decisions.accepted.height,
        },
        files=files,
    )
    return append(order.workspace / LOG, entry, shown, salt, last_hash(entries), progress), folder


def _reasons(rows: pl.DataFrame) -> list[Reason]:
    """What was shown on each row decided on."""
    texts = {"text": "reason", **{n: n for n in Reason.__dataclass_fields__ if n not in ("step", "text")}}
    filled = [pl.col(column).cast(pl.String).fill_null("").alias(name) for name, column in texts.items()]
    return [Reason(**row) for row in rows.sort("step", "client_id").select("step", *filled).to_dicts()]


def _in_no_step(plan: PlanFolder) -> int:
    changes = plan.rows.filter(
        pl.col("coach_id").is_not_null() & pl.col("coach_id").ne_missing(pl.col("previous_coach_id"))
    )
    return changes.join(plan.moves, on="client_id", how="anti").height
