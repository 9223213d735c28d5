"""The log played again: which snapshot stands, what may be undone, which steps of a plan are applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimiser.workspace.entries import APPLY, UNDO, UPDATE, Entry, Kept


@dataclass(frozen=True)
class Done:
    """What earlier applies of one plan did.

    Attributes
    ----------
    applied, rejected : frozenset of int
        Steps.
    """

    applied: frozenset[int] = frozenset()
    rejected: frozenset[int] = frozenset()


def live(entries: Sequence[Entry]) -> list[Entry]:
    """Return the applies that no undo has taken back, in their order."""
    return [entry for entry in _standing_entries(entries) if entry.kind == APPLY]


def _standing_entries(entries: Sequence[Entry]) -> list[Entry]:
    """Applies and updates that no undo has taken back, in their order; an undo goes back one of them."""
    stack: list[Entry] = []
    for entry in entries:
        if entry.kind in (APPLY, UPDATE):
            stack.append(entry)
        elif entry.kind == UNDO:
            del stack[-1:]
    return stack


def way(entries: Sequence[Entry]) -> list[Entry]:
    """Return the applies and updates that lead to the snapshot that stands, each from where the last ended.

    Where an apply began anew from a region named then, what came before it is not on the way.
    """
    stood = standing(entries)
    found: list[Entry] = []
    for entry in reversed(_standing_entries(entries)):
        if stood is None or entry.after != stood:
            break
        found.append(entry)
        stood = entry.before
    return found[::-1]


def last_standing(entries: Sequence[Entry]) -> Entry | None:
    """Return the last apply or update that no undo has taken back; None where there is none."""
    return next(reversed(_standing_entries(entries)), None)


def standing(entries: Sequence[Entry]) -> Kept | None:
    """Return the snapshot that stands; None where nothing was applied yet."""
    moved = [entry for entry in entries if entry.after.day]
    return moved[-1].after if moved else None


def done_before(entries: Sequence[Entry], plan: str, made_of: str, now: str) -> Done | None:
    """Return what was done of a plan on the way to a snapshot.

    Parameters
    ----------
    entries : sequence of Entry
        The log.
    plan : str
        Fingerprint of the plan.
    made_of, now : str
        Fingerprints of the snapshot that the plan was made of and of the one at hand.

    Returns
    -------
    Done or None
        None where the snapshot at hand is neither of these: the one the plan was made of, or one
        reached from it by applies of the same plan alone.
    """
    reached, done = made_of, Done()
    for entry in live(entries):
        if reached == now:
            break
        if entry.plan == plan and entry.before.fingerprint == reached:
            reached = entry.after.fingerprint
            done = Done(
                done.applied | frozenset(entry.steps["applied"]),
                done.rejected | frozenset(entry.steps["rejected"]),
            )
    return done if reached == now else None


def left_behind(entries: Sequence[Entry], now: str) -> Entry | None:
    """Return the live apply or the update that went on from a snapshot; None where none did, or it stands."""
    stood = standing(entries)
    if stood is not None and stood.fingerprint == now:
        return None
    return next((entry for entry in _standing_entries(entries) if entry.before.fingerprint == now), None)
