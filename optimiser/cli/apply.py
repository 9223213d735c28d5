"""`optimiser apply`: confirmed steps become the next snapshot, or the last apply is taken back."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from optimiser.cli.speak import tell
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import Message, said, several
from optimiser.tables.faults import masked
from optimiser.tables.read import read_snapshot
from optimiser.workspace.apply import Applied, Order, apply, undo
from optimiser.workspace.arrivals import changes_and_firsts
from optimiser.workspace.entries import Entry
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
        problem = said("this is not a pseudonymous id")
        advice = said("Give a pseudonymous id of letters, digits, dots, hyphens: no name, no e-mail address.")
        raise InputError([Complaint("optimiser", 0, "--by", "", problem, advice)])
    return by


def _named(wishes: Wishes) -> tuple[Path, Path]:
    """Region and plan, both of which an apply needs."""
    if wishes.region is None or wishes.out is None:
        advice = said("Say: optimiser apply REGION PLAN, or optimiser apply --undo.")
        problem = said("the region and the folder of the plan are needed")
        raise InputError([Complaint("optimiser apply", 0, "", "", problem, advice)])
    if is_workspace(wishes.region) and wishes.region.resolve() != wishes.workspace.resolve():
        advice = said("Say the same folder twice: --workspace {folder}.", folder=str(wishes.region))
        problem = said("the region is a workspace, but not the one to be changed")
        raise InputError(
            [Complaint(str(wishes.region), 0, "--workspace", str(wishes.workspace), problem, advice)]
        )
    return wishes.region, wishes.out


def _undo(wishes: Wishes, at: str, by: str) -> None:
    if any(given is not None for given in (wishes.region, wishes.out, wishes.first, wishes.wave)):
        advice = said("Say: optimiser apply --undo --workspace W.")
        problem = said("an undo takes no region, no plan, no --first and no --wave")
        raise InputError([Complaint("optimiser apply", 0, "--undo", "", problem, advice)])
    undone = undo(wishes.workspace, at, by)
    tell(said("Entry {entry} is undone; nothing was deleted.", entry=undone.entry.steps["undoes"]))
    tell(said("The snapshot before stands again: {folder}", folder=str(undone.folder)))
    tell(_log_ends(undone.entry))


def _log_ends(entry: Entry) -> Message:
    return said("The log ends at entry {entry}, {hash}", entry=entry.seq, hash=entry.hash)


def _say(done: Applied, seconds: float) -> None:
    """The few lines on the screen."""
    for line in (*_decided(done), *_left(done)):
        tell(line)
    if done.crowds:
        tell(_crowded(done))
    tell(said("Checked from the facts: no rule or limit is broken that was kept before."))
    if done.stood is not None:
        tell(
            said(
                "Note: the workspace stood at {folder} and goes on from the region named now: what was applied "
                "before holds as far as that region has it.",
                folder=done.stood.folder(),
            )
        )
    tell(said("The next snapshot: {folder}  ({seconds:.1f} s)", folder=str(done.folder), seconds=seconds))
    tell(_log_ends(done.entry))


def _decided(done: Applied) -> list[Message]:
    """What was applied and rejected."""
    decisions, following = done.decisions, done.next
    lines = [
        several(
            "{count:,} step applied: {changes}.",
            "{count:,} steps applied: {changes}.",
            len(decisions.steps("accepted")),
            changes=_who_changes(decisions.accepted),
        )
    ]
    if decisions.rejected.height:
        lines.append(
            several(
                "{count:,} step rejected: {pins} and {exclusions} until {until}.",
                "{count:,} steps rejected: {pins} and {exclusions} until {until}.",
                len(decisions.steps("rejected")),
                pins=several("{count:,} pin", "{count:,} pins", following.pins),
                exclusions=several("{count:,} exclusion", "{count:,} exclusions", following.exclusions),
                until=following.until,
            )
        )
    if following.exclusions and not following.heeded:
        lines.append(
            said(
                "The policy's rule `exclusion` is off: exclusions are noted, but no plan heeds them until it is on."
            )
        )
    return lines


def _left(done: Applied) -> list[Message]:
    """What was not applied, and why."""
    lines = []
    if done.decisions.undecided:
        lines.append(
            several(
                "Nobody has decided on {count:,} step yet.",
                "Nobody has decided on {count:,} steps yet.",
                done.decisions.undecided,
            )
        )
    if done.decisions.beyond:
        lines.append(
            several(
                "{count:,} step decided on lies behind those asked for.",
                "{count:,} steps decided on lie behind those asked for.",
                done.decisions.beyond,
            )
        )
    if done.in_no_step:
        lines.append(
            several(
                "In no step of the move list, and therefore left: {count:,} client.",
                "In no step of the move list, and therefore left: {count:,} clients.",
                done.in_no_step,
            )
        )
    if done.on_paper:
        lines.append(
            several(
                "Still on paper with a coach whom a rule bars, as the plan found no other: {count:,} client.",
                "Still on paper with a coach whom a rule bars, as the plan found no other: {count:,} clients.",
                done.on_paper,
            )
        )
    return lines


def _who_changes(accepted: pl.DataFrame) -> Message:
    """`65 clients change coach, 83 get their first one`."""
    change, new = changes_and_firsts(accepted)
    if new and not change:
        return several(
            "{count:,} client gets their first coach", "{count:,} clients get their first coach", new
        )
    changes = several("{count:,} client changes coach", "{count:,} clients change coach", change)
    if not new:
        return changes
    firsts = several("{count:,} gets their first one", "{count:,} get their first one", new)
    return said("{changes}, {firsts}", changes=changes, firsts=firsts)


def _crowded(done: Applied) -> Message:
    """The notice about coaches who take over more clients at once than the policy has for a week."""
    first, others = done.crowds[0], len(done.crowds) - 1
    crowd = several(
        "{coach} takes over {count:,} client at once, more than the {most:,} a week of the policy",
        "{coach} takes over {count:,} clients at once, more than the {most:,} a week of the policy",
        first.clients,
        coach=first.coach,
        most=done.a_week,
    )
    if others:
        crowd = several(
            "{crowd} (as does {count:,} other coach)",
            "{crowd} (as do {count:,} other coaches)",
            others,
            crowd=crowd,
        )
    if any(c.weeks > 1 for c in done.crowds):
        return said("Note: {crowd}; --wave N takes them week by week.", crowd=crowd)
    return said("Note: {crowd}.", crowd=crowd)
