"""`optimiser letter`: to one client, who the coach is and why, on the screen or on a page to print."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimiser.allocation.encode import encode
from optimiser.allocation.letter import letter
from optimiser.cli.coach_names import names_of
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Certificate
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.reports.letter import MARK, letter_page, letter_text
from optimiser.tables.moves_file import moves_path, read_moves
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged_file
from optimiser.workspace import current, is_workspace
from optimiser.workspace.folder import kept_of

MOST_BYTES = 4096
"""Read of a file to see whether it is a letter."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    plan: Path
    client: str
    out: Path | None
    coach_names: Path | None
    headings: Path | None


def write_letter(wishes: Wishes) -> None:
    """Print the letter, or write it as a page."""
    folder = wishes.plan if wishes.plan.is_dir() else wishes.plan.parent
    with Stopwatch() as watch:
        with watch.phase("read"):
            kept = folder / "policy_in_force.yaml"
            policy = read_policy(kept if kept.exists() else None)
            snapshot = _facts(wishes, folder, policy, watch)
            rows = read_plan_rows(wishes.plan)
            moves = read_moves(folder) if moves_path(folder).is_file() else None
            names = names_of(wishes.coach_names, snapshot)
        encoding = encode(snapshot, policy, watch)
        found = letter(snapshot, encoding, rows, wishes.client, moves)
    if wishes.out is None:
        tell(letter_text(found, texts(), names))
        return
    with staged_file(wishes.out, _is_letter) as beside:
        beside.write_text(letter_page(found, texts(), names), encoding="utf-8")
    tell(said("The letter to {client}: {file}", client=wishes.client, file=str(wishes.out)))


def _facts(wishes: Wishes, folder: Path, policy: Policy, watch: Stopwatch) -> Snapshot:
    """The facts that the plan was made of: beside it, in the region, or kept in the workspace.

    Raises
    ------
    InputError
        Where these are other facts: what was true of them may be false now.
    """
    made_of = _made_of(folder / "certificate.json")
    place = current(wishes.region)
    if (folder / "snapshot").is_dir():
        place = folder / "snapshot"
    elif made_of and is_workspace(wishes.region):
        place = kept_of(wishes.region, made_of) or place
    found = read_snapshot(place, policy=policy, headings=wishes.headings, progress=watch)
    if made_of and found.fingerprint() != made_of:
        problem = said("the plan was made of another snapshot than this one")
        advice = said("Name the region that the plan was made of, or make the plan anew of this one.")
        raise InputError([Complaint(str(wishes.plan), 0, "", "", problem, advice)])
    return found


def _made_of(file: Path) -> str:
    """Fingerprint of the facts that a plan was made of; empty where no certificate tells it."""
    if not file.is_file():
        return ""
    try:
        return Certificate.from_json(file.read_text(encoding="utf-8")).fingerprint
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        advice = said("Take the certificate.json that was written with the plan, or make the plan anew.")
        raise InputError(
            [Complaint(str(file), 0, "", "", said("this is not a certificate"), advice)]
        ) from error


def _is_letter(file: Path) -> bool:
    """Whether a file is an earlier letter."""
    with file.open("rb") as stream:
        return MARK.encode() in stream.read(MOST_BYTES)
