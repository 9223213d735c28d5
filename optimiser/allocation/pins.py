"""Pins that a rule forbids are bad input: refused, or set aside where the user asks for that."""

from __future__ import annotations

import numpy as np
import polars as pl

from optimiser.allocation.arcs import Arcs, profile_arcs
from optimiser.allocation.facts import Facts, sorted_by
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.profiles import ClientRows, read_facts
from optimiser.allocation.rules import RULES, barred
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import SetAside, Snapshot
from optimiser.domain.texts import Message, said

ADVICE = said("Remove the pin, choose another coach, or correct the facts that bar this one.")


def refuse_barred_pins(snapshot: Snapshot, facts: Facts, rows: ClientRows, arcs: Arcs) -> None:
    """Raise for pins in force that a rule (other than recent_change) forbids.

    Raises
    ------
    InputError
        One complaint for each such pin, with file, line and the rules that bar the coach.
    """
    complaints = _barred_pins(snapshot, facts, rows, arcs)
    if complaints:
        raise InputError(complaints)


def set_barred_pins_aside(snapshot: Snapshot, policy: Policy) -> Snapshot:
    """Return the snapshot without the pins that a rule forbids; they are listed in `set_aside`."""
    facts, rows = read_facts(snapshot, policy)
    complaints = _barred_pins(snapshot, facts, rows, profile_arcs(facts))
    if not complaints:
        return snapshot
    of_line = {pin["line"]: pin["client_id"] for pin in snapshot.pins.to_dicts()}
    aside = tuple(SetAside(c.file, c.line, of_line[c.line], c.problem) for c in complaints)
    kept = snapshot.pins.filter(~pl.col("line").is_in([c.line for c in complaints]))
    return snapshot.replace(pins=kept, set_aside=snapshot.set_aside + aside)


def _barred_pins(snapshot: Snapshot, facts: Facts, rows: ClientRows, arcs: Arcs) -> list[Complaint]:
    pinned = np.flatnonzero(rows.pin >= 0)
    wrong = pinned[arcs.find(rows.profile[pinned], rows.pin[pinned]) < 0]
    if not len(wrong):
        return []
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"].gather(wrong)
    pins = {row["client_id"]: row for row in snapshot.pins.filter(_among(ids)).to_dicts()}
    bars = barred(Pairs(facts, rows.profile[wrong], rows.pin[wrong]))
    complaints = []
    for i, client in enumerate(ids):
        complaints.append(
            Complaint(
                file=snapshot.files.get("pins", "pins"),
                line=int(pins[client]["line"]),
                column="coach_id",
                value=str(pins[client]["coach_id"]),
                problem=said(
                    "the pin of client {client} is forbidden by a rule ({bars})",
                    client=client,
                    bars=_told([name for name in bars if bars[name][i]]),
                ),
                advice=ADVICE,
            )
        )
    return complaints


def _told(names: list[str]) -> Message:
    """Return what the rules say of the coach."""
    told, *others = (
        said("{rule}: the coach {title}", rule=name, title=said(RULES[name].title)) for name in names
    )
    for other in others:
        told = said("{one}; {other}", one=told, other=other)
    return told


def _among(ids: pl.Series) -> pl.Expr:
    return pl.col("client_id").is_in(ids.to_list())
