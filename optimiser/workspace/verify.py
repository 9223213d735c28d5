"""Whether the log is as it was written: the chain of hashes, and the digests of the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import said
from optimiser.workspace.entries import NO_HASH, PURGE, Entry, Reason
from optimiser.workspace.log import Stored, last_hash, read_entries, stored_reasons


@dataclass(frozen=True)
class Chain:
    """What verifying a log found.

    Attributes
    ----------
    entries : int
        How many there are.
    last : str
        Hash of the last. Whoever noted it elsewhere can tell that no entry was cut off at the end,
        which the chain alone cannot show.
    broken : int
        Number of the first entry that is not as it was written; 0 for none.
    problem : str
        What is wrong with it.
    """

    entries: int
    last: str
    broken: int = 0
    problem: str = ""


def verify(file: Path) -> Chain:
    """Recompute every hash and digest of a log.

    Parameters
    ----------
    file : Path
        The log.

    Raises
    ------
    InputError
        Where the file is not a log at all.
    """
    entries, reasons = read_entries(file), stored_reasons(file)
    told = (len(entries), last_hash(entries))
    purged = _purged(entries)
    previous = NO_HASH
    for seq, entry in enumerate(entries, start=1):
        problem = _broken_link(entry, seq, previous)
        problem = problem or _broken_reasons(entry, reasons.get(entry.seq, []), purged)
        if problem:
            return Chain(*told, seq, problem)
        previous = entry.hash
    strange = sorted(set(reasons) - set(range(1, len(entries) + 1)))
    return (
        Chain(*told, strange[0], said("reasons are kept of an entry that is not there"))
        if strange
        else Chain(*told)
    )


def trusted(file: Path) -> tuple[Entry, ...]:
    """Return the entries of a log that follow each other as they were written.

    Raises
    ------
    InputError
        Where the chain is broken, or the file is not a log.
    """
    previous = NO_HASH
    entries = read_entries(file)
    for seq, entry in enumerate(entries, start=1):
        problem = _broken_link(entry, seq, previous)
        if problem:
            advice = said("Take the log from a backup, or begin another workspace.")
            place = said("the log was changed at entry {entry}: {problem}", entry=seq, problem=problem)
            raise InputError([Complaint(str(file), 0, "", "", place, advice)])
        previous = entry.hash
    return entries


def _purged(entries: Sequence[Entry]) -> dict[int, int]:
    """Entry to the number of the purge that took its reasons."""
    purges = [entry for entry in entries if entry.kind == PURGE]
    return {int(seq): entry.seq for entry in purges for seq in entry.steps.get("purged", [])}


def _broken_link(entry: Entry, seq: int, previous: str) -> str:
    if entry.seq != seq:
        return said("the entry numbered {entry} stands here: one is missing before it", entry=entry.seq)
    if entry.previous != previous:
        return said("it does not follow the entry before it")
    return "" if entry.digest() == entry.hash else said("its content does not give its hash")


def _broken_reasons(entry: Entry, kept: Sequence[Stored], purged: Mapping[int, int]) -> str:
    if not kept and entry.digests:
        gone = purged.get(entry.seq, 0)
        lost = said("its reasons are gone, and no entry says that they were purged")
        return "" if gone > entry.seq else lost
    if [number for number, *_ in kept] != list(range(len(entry.digests))):
        return said("{count} reasons are kept of {all}", count=len(kept), all=len(entry.digests))
    for stored in kept:
        if _reason(stored) is None:
            return said("a reason cannot be read")
        if as_shown(entry, stored) is None:
            return said("a reason is not the one that was shown")
    return ""


def _reason(stored: Stored) -> Reason | None:
    try:
        return Reason.from_json(stored[3])
    except (ValueError, TypeError):
        return None


def as_shown(entry: Entry | None, stored: Stored) -> Reason | None:
    """Return a reason as it was shown, by the digest that its entry has of it; None where it was changed.

    Parameters
    ----------
    entry : Entry or None
        The entry it is kept of; None where there is no such entry.
    stored : Stored
        As it stands in the file.
    """
    number, salt, client, content = stored
    reason = _reason(stored)
    if entry is None or reason is None or not 0 <= number < len(entry.digests):
        return None
    same = reason.digest(salt) == entry.digests[number]
    return reason if same and reason.client_id == client and reason.to_json() == content else None
