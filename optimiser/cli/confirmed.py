"""`optimiser explain … --as-confirmed`: the reason that was shown, not a new computation."""

from __future__ import annotations

from pathlib import Path

from optimiser.workspace.records import Confirmed, confirmed


def explain_as_confirmed(client: str, workspace: Path) -> None:
    """Print the reasons stored of a client, latest first."""
    for found in confirmed(workspace, client):
        print(_told(found))


def _told(found: Confirmed) -> str:
    """One decision with the reason that was shown."""
    reason, entry = found.reason, found.entry
    code = f" ({reason.reason_code})" if reason.reason_code else ""
    who = f" by {reason.confirmed_by}" if reason.confirmed_by else ""
    day = f" on {reason.confirmed_at}" if reason.confirmed_at else ""
    lines = [
        f"{reason.client_id}: {reason.decision}{code}{who}{day}; "
        f"from coach {reason.from_coach_id or 'none'} to {reason.to_coach_id} ({reason.status}).",
        f"  Shown then: {reason.text or 'no reason in words was shown.'}",
        f"  Step {reason.step} of plan {entry.plan[:12]}, entry {entry.seq} of the log, {entry.at}"
        + ("; taken back later." if found.undone else "."),
    ]
    return "\n".join(lines)
