"""What the log holds: entries in a hash chain, and beside them the reasons that were shown."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

APPLY, UNDO, UPDATE, PURGE, SHOWN = "apply", "undo", "update", "purge", "shown"
NO_HASH = "0" * 64
"""Stands before the first entry."""


@dataclass(frozen=True)
class Kept:
    """A snapshot that is kept.

    Attributes
    ----------
    day : str
        ISO date of the snapshot; empty where no snapshot is meant.
    fingerprint : str
        Of its facts.
    """

    day: str = ""
    fingerprint: str = ""

    def folder(self) -> str:
        """Name of its folder below `snapshots`."""
        return f"{self.day}-{self.fingerprint[:12]}"


@dataclass(frozen=True)
class Reason:
    """One row of a move list as it was shown when it was decided on.

    Attributes
    ----------
    step : int
    client_id, from_coach_id, to_coach_id, status, decision, reason_code, confirmed_by, confirmed_at, text
        As in `domain.moves.MOVES`, empty text where there is none; `confirmed_at` as ISO date.
    """

    step: int
    client_id: str
    from_coach_id: str
    to_coach_id: str
    status: str
    decision: str
    reason_code: str
    confirmed_by: str
    confirmed_at: str
    text: str

    def to_json(self) -> str:
        """Canonical JSON text."""
        return canonical(asdict(self))

    def digest(self, salt: str) -> str:
        """SHA-256 of salt and content, 64 hex digits."""
        return hashlib.sha256((salt + self.to_json()).encode()).hexdigest()

    @classmethod
    def from_json(cls, text: str) -> Reason:
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, TypeError
            Where the text is none.
        """
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Entry:
    """One entry of the log.

    Attributes
    ----------
    kind : str
        apply, undo, update, purge or shown.
    at : str
        ISO time of the command.
    by : str
        Pseudonymous ids of who confirmed (apply) or who gave the command, separated by spaces.
    before, after : Kept
        Snapshots; empty for a purge and for what was shown.
    policy, plan : str
        Fingerprints; empty where there is none.
    steps : dict
        apply: `applied` and `rejected` steps and the `clients` changed; undo: the entry it `undoes`;
        update: how many rows each table of changes has;
        purge: the day `before` which, and the entries `purged`; with facts also the day `facts_before`
        which, and the names of the folders of `snapshots`, `plans` and `updates` that went.
    digests : tuple of str
        Salted SHA-256 of each reason, in their order.
    files : dict
        Kept copies of the plan's files to their SHA-256.
    seq : int
        Number from 1, given by the log.
    previous, hash : str
        SHA-256 of the entry before and of this one, given by the log.
    """

    kind: str
    at: str
    by: str
    before: Kept = Kept()
    after: Kept = Kept()
    policy: str = ""
    plan: str = ""
    steps: dict[str, Any] = field(default_factory=dict)
    digests: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    seq: int = 0
    previous: str = NO_HASH
    hash: str = ""

    def chained(self, seq: int, previous: str) -> Entry:
        """The entry at its place in the chain, with its hash."""
        placed = replace(self, seq=seq, previous=previous)
        return replace(placed, hash=placed.digest())

    def digest(self) -> str:
        """SHA-256 over the previous hash and the canonical JSON of the rest, 64 hex digits."""
        content = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in ("previous", "hash")}
        content |= {name: asdict(content[name]) for name in ("before", "after")}
        return hashlib.sha256((self.previous + canonical(content)).encode()).hexdigest()


def canonical(content: dict[str, Any]) -> str:
    """JSON text that is the same for the same content: keys sorted, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
