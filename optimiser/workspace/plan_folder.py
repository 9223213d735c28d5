"""The folder of a plan as it comes back with decisions: rows, proof, policy and move list belong together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Certificate
from optimiser.domain.policy import Policy
from optimiser.domain.texts import said
from optimiser.tables.moves_file import moves_path, read_moves
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.workspace.folder import PLAN_FILES

ANEW = said("Take the folder as `optimiser rebalance` wrote it, or make the plan anew.")


@dataclass(frozen=True)
class PlanFolder:
    """A plan with its move list.

    Attributes
    ----------
    folder, moves_file : Path
        Where it lies, and its move list.
    rows, moves : polars.DataFrame
        As `read_plan_rows` and `read_moves` give them.
    certificate : Certificate
        Its proof; names the snapshot it was made of.
    policy : Policy
        In force when it was made.
    """

    folder: Path
    moves_file: Path
    rows: pl.DataFrame
    moves: pl.DataFrame
    certificate: Certificate
    policy: Policy

    def fingerprint(self) -> str:
        """SHA-256 of what is proposed, without the decisions on it, 64 hex digits."""
        proof = self.certificate
        digest = hashlib.sha256(f"{proof.fingerprint}\x1e{proof.policy_fingerprint}".encode())
        for frame, columns in (
            (self.rows, ("client_id", "coach_id")),
            (self.moves, ("step", "client_id", "from_coach_id", "to_coach_id")),
        ):
            for column in columns:
                cells = frame[column].cast(pl.String).fill_null("\x00").str.join("\x1f")
                digest.update(f"\x1d{column}\x1e{cells[0]}".encode())
        return digest.hexdigest()


def read_plan_folder(folder: Path) -> PlanFolder:
    """Read a plan and the decisions on it.

    Parameters
    ----------
    folder : Path
        With plan.csv, certificate.json, policy_in_force.yaml and moves.csv.

    Raises
    ------
    InputError
        Where a file is missing or cannot be read, or the policy is not the one the plan was made with.
    """
    missing = [name for name in PLAN_FILES if not (folder / name).is_file()]
    if missing:
        problem = said("the file is missing")
        raise InputError([Complaint(str(folder / n), 0, "", "", problem, ANEW) for n in missing])
    policy = read_policy(folder / "policy_in_force.yaml")
    certificate = _certificate(folder / "certificate.json")
    if policy.fingerprint() != certificate.policy_fingerprint:
        problem = said(
            "this is not the policy that the plan was made with, or another version of the program made it"
        )
        raise InputError([Complaint(str(folder / "policy_in_force.yaml"), 0, "", "", problem, ANEW)])
    rows, moves = read_plan_rows(folder), read_moves(folder)
    return PlanFolder(folder, moves_path(folder), rows, moves, certificate, policy)


def _certificate(file: Path) -> Certificate:
    try:
        return Certificate.from_json(file.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = said("this is not a certificate")
        raise InputError([Complaint(str(file), 0, "", "", problem, ANEW)]) from error
