"""What the log answers: who changed what, why a client changed coach, who was handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.workspace.entries import APPLY, PURGE, SHOWN, UNDO, UPDATE, Entry, Kept, Reason
from optimiser.workspace.folder import LOG, SNAPSHOTS, log_of, purged_before, read_kept
from optimiser.workspace.history import live
from optimiser.workspace.log import reasons_of
from optimiser.workspace.verify import as_shown, verify

LOG_TABLE = Table(
    "log",
    "loki",
    "The log of a workspace: one row an entry.",
    (
        Column("entry", "integer", "Number of the entry.", "merkintä", required=True, low=1),
        Column("at", "text", "When the command was given.", "aika", required=True),
        Column(
            "kind",
            "code",
            "apply (steps taken), undo (an apply or an update taken back), update (a new export taken in), "
            "purge (reasons and old folders deleted), shown (what is held on a client).",
            "laji",
            required=True,
            choices=(APPLY, UNDO, UPDATE, PURGE, SHOWN),
        ),
        Column("by", "text", "Pseudonymous ids of the officials.", "tekijä"),
        Column("applied", "text", "Steps applied.", "toteutetut_askeleet"),
        Column("rejected", "text", "Steps rejected.", "hylätyt_askeleet"),
        Column("clients", "integer", "Clients who changed coach.", "asiakkaita", unit="clients"),
        Column("undoes", "integer", "Entry taken back.", "kumoaa"),
        Column("purged", "text", "Entries whose reasons were deleted.", "poistetut_perustelut"),
        Column("snapshot_before", "text", "Fingerprint of the snapshot before.", "tilanne_ennen"),
        Column("snapshot_after", "text", "Fingerprint of the snapshot after.", "tilanne_jälkeen"),
        Column("policy", "text", "Fingerprint of the policy.", "linjaus"),
        Column("plan", "text", "Fingerprint of the plan.", "suunnitelma"),
        Column("hash", "text", "SHA-256 of the entry and of all before it.", "tiiviste", required=True),
    ),
    key=("entry",),
    every_column=True,
)


@dataclass(frozen=True)
class Confirmed:
    """A reason as it was shown and decided on.

    Attributes
    ----------
    entry : Entry
        Of the log.
    reason : Reason
        What was shown.
    undone : bool
        Whether that apply was taken back later.
    """

    entry: Entry
    reason: Reason
    undone: bool


def log_frame(entries: Sequence[Entry]) -> pl.DataFrame:
    """Return entries as rows of `LOG_TABLE`."""
    rows = [
        {
            "entry": e.seq,
            "at": e.at,
            "kind": e.kind,
            "by": e.by or None,
            "applied": _numbers(e, "applied"),
            "rejected": _numbers(e, "rejected"),
            "clients": e.steps.get("clients"),
            "undoes": e.steps.get("undoes"),
            "purged": _numbers(e, "purged"),
            "snapshot_before": e.before.fingerprint or None,
            "snapshot_after": e.after.fingerprint or None,
            "policy": e.policy or None,
            "plan": e.plan or None,
            "hash": e.hash,
        }
        for e in entries
    ]
    return pl.DataFrame(rows, schema={c.name: c.dtype for c in LOG_TABLE.columns}, orient="row")


def confirmed(workspace: Path, client_id: str) -> list[Confirmed]:
    """Return the reasons stored of a client, latest first.

    Parameters
    ----------
    workspace : Path
        The workspace.
    client_id : str
        The client.

    Raises
    ------
    InputError
        Where none is stored (never confirmed here, or purged), or one is not what was shown then.
    """
    found = [one for one in concerning(workspace, client_id) if one.entry.kind == APPLY]
    if not found:
        raise InputError([_no_reason(workspace, client_id, log_of(workspace))])
    return found


def concerning(workspace: Path, client_id: str) -> list[Confirmed]:
    """Return what the log holds on a client, latest first, each as it was written; none where it holds nothing.

    Raises
    ------
    InputError
        Where one is not what was written then, or nothing is found and the log was changed.
    """
    entries = log_of(workspace)
    by_seq = {entry.seq: entry for entry in entries}
    # Only an apply can be taken back.
    standing = {e.seq for e in entries if e.kind != APPLY} | {e.seq for e in live(entries)}
    found = reasons_of(workspace / LOG, client_id)
    chain = verify(workspace / LOG)
    if not found and chain.broken:
        raise InputError([_changed(workspace, client_id, chain.broken)])
    told: list[Confirmed] = []
    changed: list[Complaint] = []
    for seq, stored in found:
        reason = as_shown(by_seq.get(seq), stored)
        if reason is None:
            changed.append(_changed(workspace, client_id, seq))
        else:
            told.append(Confirmed(by_seq[seq], reason, seq not in standing))
    if changed:
        raise InputError(changed)
    return told


def handed_over(path: Path, coach_id: str) -> pl.DataFrame:
    """Return the applied changes away from a coach, in their order, but for those undone.

    Read from the snapshots kept, so that it does not depend on reasons that may have been purged. Changes
    whose snapshots were purged are not known any more and are left out: `facts_purged` tells since when.

    Parameters
    ----------
    path : Path
        The workspace.
    coach_id : str
        The coach whose clients were handed over.

    Returns
    -------
    polars.DataFrame
        client_id, from (this coach), to, when (date of the snapshot).

    Raises
    ------
    InputError
        Where a snapshot of the log is not there any more without a purge, or not as it was kept.
    """
    none = pl.DataFrame(schema={"client_id": pl.String, "from": pl.String, "to": pl.String, "when": pl.Date})
    parts, read = [none], dict[Kept, pl.DataFrame]()
    entries = log_of(path)
    for entry in live(entries):
        if not entry.steps["applied"] or _purged(path, entries, entry):
            continue
        for kept in (entry.before, entry.after):
            if kept not in read:
                read[kept] = _coaches(read_kept(path, kept))
        before, after = read[entry.before], read[entry.after]
        left = before.filter(pl.col("coach_id") == coach_id).join(after, on="client_id", suffix="_after")
        left = left.filter(pl.col("coach_id_after").ne_missing(pl.col("coach_id")))
        when = pl.lit(Date.fromisoformat(entry.after.day)).alias("when")
        parts.append(left.select("client_id", when, **{"from": "coach_id", "to": "coach_id_after"}))
    return pl.concat([part.select(none.columns) for part in parts])


def _purged(path: Path, entries: Sequence[Entry], entry: Entry) -> bool:
    """Whether a snapshot of an entry was purged."""
    missing = [k for k in (entry.before, entry.after) if not (path / SNAPSHOTS / k.folder()).exists()]
    return any(purged_before(entries, kept) for kept in missing)


def facts_purged(path: Path) -> Date | None:
    """Return the latest day before which the facts of a workspace were purged; None where none were."""
    days = [entry.steps["facts_before"] for entry in log_of(path) if "facts_before" in entry.steps]
    return Date.fromisoformat(max(days)) if days else None


def _coaches(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.clients.select("client_id", "coach_id")


def _numbers(entry: Entry, name: str) -> str | None:
    return " ".join(map(str, entry.steps.get(name, []))) or None


def _changed(workspace: Path, client_id: str, seq: int) -> Complaint:
    problem = said("the reasons kept of entry {entry} are not those that were shown then", entry=seq)
    advice = said(
        "Look with: optimiser log --workspace {workspace} --verify. Take the log from a backup.",
        workspace=str(workspace),
    )
    return Complaint(str(workspace / LOG), 0, "", client_id, problem, advice)


def _no_reason(workspace: Path, client_id: str, entries: Sequence[Entry]) -> Complaint:
    days = [str(entry.steps["before"]) for entry in entries if entry.kind == PURGE]
    problem = said("no decision about this client is stored here")
    if days:
        problem = said(
            "no decision about this client is stored here; reasons from before {day} have been purged",
            day=Date.fromisoformat(max(days)),
        )
    advice = said("Check the id and the workspace; without --as-confirmed the reason is computed anew.")
    return Complaint(str(workspace), 0, "", client_id, problem, advice)
