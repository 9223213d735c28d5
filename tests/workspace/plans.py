"""Plans of tiny regions in folders, with move lists that people decide on."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.allocation.update import follow
from optimiser.domain.moves import MOVES
from optimiser.domain.plan import PLAN, Certificate, Multipliers
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.policy_file import policy_text
from optimiser.tables.read_export import read_export
from optimiser.tables.write import write_snapshot, write_table
from optimiser.workspace.apply import Applied, Order, apply
from optimiser.workspace.folder import log_of, read_kept
from optimiser.workspace.history import standing
from optimiser.workspace.keep_update import KeptUpdate, keep_update
from optimiser.workspace.keep_update import Order as WorkOrder
from optimiser.workspace.past import past_of
from tests.allocation.tiny import client, coach, region

AT = "2021-09-02T08:00:00+00:00"
YES = {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": "2021-09-02"}
NO = {"decision": "rejected", "confirmed_by": "E8", "confirmed_at": "2021-09-02"}
Step = Sequence[tuple[str, str]]
"""Clients of a step and the coaches proposed."""


def small() -> Snapshot:
    """Six clients of coach V1, one of V2 and one new; V1, V2 and V3 have room for all of them."""
    clients = [client(f"K{k}", coach_id="V1", coach_since=None) for k in range(1, 7)]
    clients += [client("K7", coach_id="V2"), client("K8")]
    return region(clients, [coach(f"V{k}") for k in (1, 2, 3)])


def salts() -> Callable[[], str]:
    """Salts that a test can foresee."""
    numbers = itertools.count()
    return lambda: f"salt-{next(numbers)}"


def write_plan(
    out: Path,
    snapshot: Snapshot,
    steps: Sequence[Step],
    policy: Policy | None = None,
    forced: Sequence[str] = (),
    **more: Any,
) -> Path:
    """Write a folder as `rebalance` does: what is in no step stays; `more` are columns of the moves.

    `forced` are the clients whose present coach a rule bars.
    """
    policy = policy or Policy()
    out.mkdir(parents=True, exist_ok=True)
    present = dict(snapshot.clients.select("client_id", "coach_id").rows())
    proposed = present | {who: to for step in steps for who, to in step}
    rows = [
        {
            "client_id": who,
            "coach_id": to,
            "status": status(present[who], to, who in forced),
            "previous_coach_id": present[who],
            "reason": f"{who} goes to {to}",
        }
        for who, to in proposed.items()
    ]
    plan = pl.DataFrame(rows, schema_overrides={"coach_id": pl.String, "previous_coach_id": pl.String})
    write_table(plan, PLAN, out / "plan.csv")
    nothing = Multipliers({}, {})
    proof = Certificate(snapshot.fingerprint(), policy.fingerprint(), nothing, nothing, {}, 0, 0, 0, 0, 0)
    (out / "certificate.json").write_text(proof.to_json(), encoding="utf-8")
    (out / "policy_in_force.yaml").write_text(policy_text(policy), encoding="utf-8")
    write_moves(out, plan, steps, **more)
    return out


def status(present: str | None, to: str | None, forced: bool) -> str:
    """Status of a client in a plan."""
    if to is None:
        return "unserved"
    if present is None:
        return "new"
    return "kept" if present == to else "forced" if forced else "moved"


def write_moves(out: Path, plan: pl.DataFrame, steps: Sequence[Step], **more: Any) -> None:
    """Write the move list of a plan; `more` gives columns, a value a step."""
    of = {row["client_id"]: row for row in plan.to_dicts()}
    rows = [
        {
            "step": number,
            "kind": "move",
            "client_id": who,
            "from_coach_id": of[who]["previous_coach_id"],
            "to_coach_id": to,
            "status": of[who]["status"],
            "reason": of[who]["reason"],
            **{name: values[number - 1] for name, values in more.items()},
        }
        for number, step in enumerate(steps, start=1)
        for who, to in step
    ]
    schema = {c.name: pl.String for c in MOVES.columns} | {"step": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row", strict=False)
    write_table(frame, MOVES, out / "moves.csv")


def decide(
    out: Path, steps: Sequence[int], words: dict[str, str | None], clients: Sequence[str] = ()
) -> None:
    """Write a decision on some steps, or on the rows of some of their clients."""
    file = out / "moves.csv"
    moves = pl.read_csv(file, infer_schema=False)
    rows = pl.col("step").cast(pl.Int64).is_in(list(steps))
    if clients:
        rows &= pl.col("client_id").is_in(list(clients))
    cells = [pl.when(rows).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in words.items()]
    moves.with_columns(cells).write_csv(file)


def applied(snapshot: Snapshot, out: Path, workspace: Path, first: int | None = None) -> Applied:
    """Apply what is decided in a folder."""
    return apply(snapshot, Order(workspace, out, AT, first=first), salts())


def taken_in(workspace: Path, export: Path, progress: Progress = SILENT) -> KeptUpdate:
    """Take an export into a workspace."""
    entries = log_of(workspace)
    kept = standing(entries)
    assert kept is not None
    before = read_kept(workspace, kept)
    found = read_export(export, before)
    update = follow(before, found, past_of(workspace, entries), Policy())
    return keep_update(workspace, update, WorkOrder(AT, "E9", "policy"), lambda folder: None, progress)


def write_export(folder: Path, snapshot: Snapshot, tables: Sequence[str] = ("clients",)) -> Path:
    """Write some tables of a snapshot, and its date, as a client system would."""
    about = {"date": snapshot.date, "region": snapshot.region, "source": None, "line": 0}
    frames = {"snapshot": pl.DataFrame([about])} | {name: getattr(snapshot, name) for name in tables}
    folder.mkdir(parents=True)
    write_snapshot(frames, folder)
    return folder


def coaches_of(snapshot: Snapshot) -> dict[str, str | None]:
    """Client to coach."""
    return dict(snapshot.clients.select("client_id", "coach_id").rows())
