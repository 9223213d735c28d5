"""Pins that a rule forbids are bad input."""

from __future__ import annotations

import numpy as np
import polars as pl

from optimiser.allocation.arcs import Arcs
from optimiser.allocation.facts import Facts, sorted_by
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import ClientRows
from optimiser.allocation.rules import RULES, barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.snapshot import Snapshot

ADVICE = "Remove the pin, choose another coach, or correct the facts that bar this one."


def refuse_barred_pins(snapshot: Snapshot, facts: Facts, rows: ClientRows, arcs: Arcs) -> None:
    """Raise for pins in force that a rule (other than recent_change) forbids.

    Raises
    ------
    InputError
        One complaint for each such pin, with file, line and the rules that bar the coach.
    """
    pinned = np.flatnonzero(rows.pin >= 0)
    wrong = pinned[arcs.find(rows.profile[pinned], rows.pin[pinned]) < 0]
    if not len(wrong):
        return
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"].gather(wrong)
    pins = {row["client_id"]: row for row in snapshot.pins.filter(_among(ids)).to_dicts()}
    bars = barred(Pairs(facts, rows.profile[wrong], rows.pin[wrong]))
    complaints = []
    for i, client in enumerate(ids):
        why = "; ".join(f"{name}: the coach {RULES[name].title}" for name in bars if bars[name][i])
        complaints.append(
            Complaint(
                file=snapshot.files.get("pins", "pins"),
                line=int(pins[client]["line"]),
                column="coach_id",
                value=str(pins[client]["coach_id"]),
                problem=f"the pin of client {client} is forbidden by a rule ({why})",
                advice=ADVICE,
            )
        )
    raise InputError(complaints)


def _among(ids: pl.Series) -> pl.Expr:
    return pl.col("client_id").is_in(ids.to_list())
