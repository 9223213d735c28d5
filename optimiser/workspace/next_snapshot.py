"""The facts after an apply: clients who change coach, and what a refusal leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import CLIENTS, EXCLUSIONS, PINS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.workspace.decisions import Decisions

WISH = "client_wish"
"""Reason of a change that the client asked for: not counted as involuntary."""
AGAINST_THE_COACH = ("conflict_of_interest", "safety", "language_rights")
"""Reasons of a refusal that are about the coach proposed: that pair is excluded. Others keep the present coach."""


@dataclass(frozen=True)
class Next:
    """The facts after an apply.

    Attributes
    ----------
    snapshot : Snapshot
        With the same date.
    pins, exclusions : int
        Refusals noted as pins, as exclusions.
    until : datetime.date
        Last day on which they hold.
    heeded : bool
        Whether the policy's rule `exclusion` is on; where it is off, exclusions are noted for later.
    """

    snapshot: Snapshot
    pins: int
    exclusions: int
    until: Date
    heeded: bool


def next_snapshot(snapshot: Snapshot, policy: Policy, decisions: Decisions, file: str) -> Next:
    """Return the facts after the accepted steps, with the refusals noted.

    A refused step becomes a pin of each of its clients to the present coach, so that a household that
    would have moved together stays together. A refusal of one member alone pins that member alone: the
    household is decided apart from then on, as docs/MODEL.md has it for pinned members.

    Parameters
    ----------
    snapshot : Snapshot
        The facts at hand.
    policy : Policy
        How long a refusal holds, and the rules that could forbid a pin.
    decisions : Decisions
        What people decided.
    file : str
        The move list, for complaints.

    Raises
    ------
    InputError
        Where a pin in force demands what was refused, or nothing would change.
    """
    until = months_on(snapshot.date, policy.decisions.rejected_months)
    barred = _in_force(snapshot.exclusions, snapshot.date)
    rejected = decisions.rejected.with_columns(until=pl.lit(until))
    _refuse_against_pins(snapshot, rejected, file)
    against = (
        pl.col("from_coach_id").is_null()
        | (pl.col("status") == "forced")
        | pl.col("reason_code").cast(pl.String).is_in(AGAINST_THE_COACH).fill_null(False)
    )
    pinned = rejected.filter(~against).with_columns(coach_id="from_coach_id")
    # A pin to a coach who may not serve the client, under any rule, would make the facts unusable.
    pinned = pinned.join(barred, on=["client_id", "coach_id"], how="anti")
    pinned = pinned.filter(~pl.col("client_id").is_in(_unusable(snapshot, policy, pinned)))
    excluded = rejected.join(pinned, on="client_id", how="anti").with_columns(coach_id="to_coach_id")
    after = snapshot.replace(
        clients=_moved(snapshot, decisions.accepted),
        pins=_added(snapshot.pins, pinned, PINS.key),
        exclusions=_added(snapshot.exclusions, excluded, EXCLUSIONS.key),
    )
    if after.fingerprint() == snapshot.fingerprint():
        problem = said("nothing would change")
        advice = said("Decide on more steps; these refusals are noted in the snapshot already.")
        raise InputError([Complaint(file, 0, "decision", "", problem, advice)])
    return Next(after, pinned.height, excluded.height, until, policy.rules.exclusion.on)


def months_on(day: Date, months: int) -> Date:
    """The same day some months on (back below 0), or the last of that month."""
    later: Date = pl.select(pl.lit(day).dt.offset_by(f"{months}mo")).item()
    return later


def _in_force(frame: pl.DataFrame, day: Date) -> pl.DataFrame:
    return frame.filter(pl.col("until").is_null() | (pl.col("until") >= day))


def _refuse_against_pins(snapshot: Snapshot, rejected: pl.DataFrame, file: str) -> None:
    pins = _in_force(snapshot.pins, snapshot.date).select("client_id", to_coach_id="coach_id")
    clash = rejected.join(pins, on=["client_id", "to_coach_id"], how="semi").sort("line")
    advice = said("End the pin in the table pins, then make the plan anew.")
    problem = said("the coach refused is the one the client is pinned to")
    if clash.height:
        rows = clash.select("line", "client_id").rows()
        raise InputError(
            [Complaint(file, line, "decision", client, problem, advice) for line, client in rows]
        )


def _unusable(snapshot: Snapshot, policy: Policy, pinned: pl.DataFrame) -> list[str]:
    """Clients whose pin a rule would forbid."""
    if not pinned.height:
        return []
    rows = _rows_of(pinned, snapshot.pins)
    alone = snapshot.replace(pins=rows.with_row_index("at", 1).with_columns(line=pl.col("at").cast(pl.Int32)))
    kept = set_barred_pins_aside(alone, policy).pins
    return rows.join(kept, on="client_id", how="anti")["client_id"].to_list()


def _moved(snapshot: Snapshot, accepted: pl.DataFrame) -> pl.DataFrame:
    """The clients with their new coaches."""
    involuntary = pl.col("status").is_in(("moved", "forced")) & (
        pl.col("reason_code").cast(pl.String).ne_missing(WISH)
    )
    taken = accepted.with_columns(pl.col("status").cast(pl.String)).select(
        "client_id", "to_coach_id", more=involuntary.cast(pl.Int32)
    )
    most = int(CLIENTS.by_name["involuntary_changes"].high or 0)
    clients = snapshot.clients.join(taken, on="client_id", how="left", maintain_order="left")
    changes = pl.col("to_coach_id").is_not_null()
    counted = (pl.col("involuntary_changes") + pl.col("more")).clip(upper_bound=most)
    return clients.with_columns(
        coach_id=pl.coalesce("to_coach_id", "coach_id"),
        coach_since=pl.when(changes).then(pl.lit(snapshot.date)).otherwise("coach_since"),
        involuntary_changes=pl.coalesce(counted, "involuntary_changes"),
    ).select(snapshot.clients.columns)


def _added(held: pl.DataFrame, new: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Rows held and new ones; of one key the one that ends later, no end being the latest."""
    both = pl.concat([held, _rows_of(new, held)])
    last = pl.col("until").fill_null(Date.max)
    return both.sort(*key, last, descending=[False] * len(key) + [True], maintain_order=True).unique(
        key, keep="first", maintain_order=True
    )


def _rows_of(new: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Refusals as rows of the table of pins or exclusions."""
    return new.with_columns(line=pl.lit(0, pl.Int32)).select(held.columns).cast(held.schema)
