"""`optimiser explain … --as-confirmed`: the reason that was shown, not a new computation."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

from optimiser.cli.speak import tell, texts
from optimiser.domain.texts import Message, said
from optimiser.reports.words import word
from optimiser.workspace.records import Confirmed, confirmed


def explain_as_confirmed(client: str, workspace: Path) -> None:
    """Print the reasons stored of a client, latest first."""
    for found in confirmed(workspace, client):
        for line in (_decided(found), _shown(found), _entered(found)):
            tell(line)


def _decided(found: Confirmed) -> Message:
    """The decision, by whom and when."""
    reason, code = found.reason, found.reason.reason_code
    decision = word(reason.decision, texts())
    fields = {
        "client": reason.client_id,
        "decision": said("{decision} ({code})", decision=decision, code=code) if code else decision,
        "official": reason.confirmed_by,
        "day": Date.fromisoformat(reason.confirmed_at) if reason.confirmed_at else "",
        "before": reason.from_coach_id or said("none"),
        "coach": reason.to_coach_id,
        "status": word(reason.status, texts()),
    }
    if reason.confirmed_by and reason.confirmed_at:
        return said(
            "{client}: {decision} by {official} on {day}; from coach {before} to {coach} ({status}).",
            **fields,
        )
    if reason.confirmed_by:
        return said(
            "{client}: {decision} by {official}; from coach {before} to {coach} ({status}).", **fields
        )
    if reason.confirmed_at:
        return said("{client}: {decision} on {day}; from coach {before} to {coach} ({status}).", **fields)
    return said("{client}: {decision}; from coach {before} to {coach} ({status}).", **fields)


def _shown(found: Confirmed) -> Message:
    """The reason, in the language in which it was shown."""
    if not found.reason.text:
        return said("  Shown then: no reason in words was shown.")
    return said("  Shown then: {reason}", reason=found.reason.text)


def _entered(found: Confirmed) -> Message:
    """Where it stands in the log."""
    entry = found.entry
    fields = {"step": found.reason.step, "plan": entry.plan[:12], "entry": entry.seq, "at": entry.at}
    if found.undone:
        return said(
            "  Step {step} of plan {plan}, entry {entry} of the log, {at}; taken back later.", **fields
        )
    return said("  Step {step} of plan {plan}, entry {entry} of the log, {at}.", **fields)
