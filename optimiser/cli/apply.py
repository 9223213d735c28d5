"""`optimiser apply`: confirmed steps become the next snapshot, or the last apply is taken back."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.words import counted
from optimiser.domain.errors import Complaint, InputError
from optimiser.tables.faults import masked
from optimiser.tables.read import read_snapshot
from optimiser.workspace.apply import Applied, Order, apply, undo
from optimiser.workspace.arrivals import changes_and_firsts
from optimiser.workspace.folder import current, is_workspace

ID = r"[A-Za-z0-9ÅÄÖåäö._-]{1,64}"
SALT_BYTES = 16


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path | None
    out: Path | None
    first: int | None
    workspace: Path
    undo: bool
    by: str
    headings: Path | None
    wave: int | None = None


def apply_or_undo(wishes: Wishes) -> None:
    """Carry the command out and say what changed."""
    by, at = official(wishes.by), now()
    if wishes.undo:
        _undo(wishes, at, by)
        return
    region, plan = _named(wishes)
    with Stopwatch() as watch:
        with watch.phase("read"):
            snapshot = read_snapshot(current(region), headings=wishes.headings, progress=watch)
        order = Order(wishes.workspace, plan, at, by, wishes.first, wishes.wave)
        done = apply(snapshot, order, lambda: secrets.token_hex(SALT_BYTES), watch)
    _say(done, watch.total())


def now() -> str:
    """The time, as the log keeps it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def official(by: str) -> str:
    """Return the id of who gives the command, if it can be a pseudonymous id.

    Raises
    ------
    InputError
        Where it cannot.
    """
    if by and (not re.fullmatch(ID, by) or not masked(by)):
        advice = "Give a pseudonymous id of letters, digits, dots, hyphens: no name, no e-mail address."
        raise InputError([Complaint("optimiser", 0, "--by", "", "this is not a pseudonymous id", advice)])
    return by


def _named(wishes: Wishes) -> tuple[Path, Path]:
    """Region and plan, both of which an apply needs."""
    if wishes.region is None or wishes.out is None:
        advice = "Say: optimiser apply REGION PLAN, or optimiser apply --undo."
        problem = "the region and the folder of the plan are needed"
        raise InputError([Complaint("optimiser apply", 0, "", "", problem, advice)])
    if is_workspace(wishes.region) and wishes.region.resolve() != wishes.workspace.resolve():
        advice = f"Say the same folder twice: --workspace {wishes.region}."
        problem = "the region is a workspace, but not the one to be changed"
        raise InputError(
            [Complaint(str(wishes.region), 0, "--workspace", str(wishes.workspace), problem, advice)]
        )
    return wishes.region, wishes.out


def _undo(wishes: Wishes, at: str, by: str) -> None:
    if any(given is not None for given in (wishes.region, wishes.out, wishes.first, wishes.wave)):
        advice = "Say: optimiser apply --undo --workspace W."
        problem = "an undo takes no region, no plan, no --first and no --wave"
        raise InputError([Complaint("optimiser apply", 0, "--undo", "", problem, advice)])
    undone = undo(wishes.workspace, at, by)
    print(f"Entry {undone.entry.steps['undoes']} is undone; nothing was deleted.")
    print(f"The snapshot before stands again: {undone.folder}")
    print(f"The log ends at entry {undone.entry.seq}, {undone.entry.hash}")


def _say(done: Applied, seconds: float) -> None:
    """The few lines on the screen."""
    decisions, following = done.decisions, done.next
    print(f"{counted(len(decisions.steps('accepted')), 'step')} applied: {_who_changes(decisions.accepted)}.")
    if decisions.rejected.height:
        print(
            f"{counted(len(decisions.steps('rejected')), 'step')} rejected: {counted(following.pins, 'pin')} and "
            f"{counted(following.exclusions, 'exclusion')} until {following.until.isoformat()}."
        )
    if following.exclusions and not following.heeded:
        print(
            "The policy's rule `exclusion` is off: exclusions are noted, but no plan heeds them until it is on."
        )
    if decisions.undecided:
        print(f"Nobody has decided on {counted(decisions.undecided, 'step')} yet.")
    if decisions.beyond:
        print(f"{counted(decisions.beyond, 'step')} decided on lie behind those asked for.")
    if done.in_no_step:
        print(f"In no step of the move list, and therefore left: {counted(done.in_no_step, 'client')}.")
    if done.on_paper:
        print(
            f"Still on paper with a coach whom a rule bars, as the plan found no other: "
            f"{counted(done.on_paper, 'client')}."
        )
    if done.crowds:
        print(_crowded(done))
    print("Checked from the facts: no rule or limit is broken that was kept before.")
    if done.stood is not None:
        print(
            f"Note: the workspace stood at {done.stood.folder()} and goes on from the region named now: what was "
            "applied before holds as far as that region has it."
        )
    print(f"The next snapshot: {done.folder}  ({seconds:.1f} s)")
    print(f"The log ends at entry {done.entry.seq}, {done.entry.hash}")


def _who_changes(accepted: pl.DataFrame) -> str:
    """`65 clients change coach, 83 get their first one`."""
    change, new = changes_and_firsts(accepted)
    if not new:
        return f"{counted(change, 'client')} {'changes' if change == 1 else 'change'} coach"
    gets = "gets" if new == 1 else "get"
    if not change:
        return f"{counted(new, 'client')} {gets} their first coach"
    changes = "changes" if change == 1 else "change"
    return f"{counted(change, 'client')} {changes} coach, {new:,} {gets} their first one"


def _crowded(done: Applied) -> str:
    """The notice about coaches who take over more clients at once than the policy has for a week."""
    first, others = done.crowds[0], len(done.crowds) - 1
    verb = "does" if others == 1 else "do"
    as_well = f" (as {verb} {counted(others, 'other coach', 'other coaches')})" if others else ""
    text = (
        f"Note: {first.coach} takes over {counted(first.clients, 'client')} at once, more than the "
        f"{done.a_week:,} a week of the policy{as_well}"
    )
    by_weeks = any(crowd.weeks > 1 for crowd in done.crowds)
    return text + ("; --wave N takes them week by week." if by_weeks else ".")
