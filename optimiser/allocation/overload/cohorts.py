"""Clients to cohorts: alike in kind, present coach, pin, and in which rules keep them where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Codes, Floats, combined
from optimiser.allocation.facts import Facts, Flags
from optimiser.allocation.overload.kinds import Kinds
from optimiser.allocation.profiles import ClientRows


@dataclass(frozen=True)
class Cohorts:
    """N cohorts of clients alike.

    Attributes
    ----------
    kind, present, pin : int, shape (N,)
        Kind, present coach and coach of the pin in force, -1 for none.
    settled : bool, shape (N,)
        Without a pin, and the rules of serving in force allow the present coach. Decided before any rule
        is lifted, so that lifting one binds nobody who was free to go.
    kept_by : int, shape (N,)
        Rules of moving that keep the settled with the present coach (bits of `KEPT_BY`), 0 for the others.
    minutes : float, shape (N,)
        Base demand of the whole cohort, minutes a month.
    clients : int, shape (N,)
    """

    kind: Codes
    present: Codes
    pin: Codes
    settled: Flags
    kept_by: Codes
    minutes: Floats
    clients: Codes


def cohorts_of(facts: Facts, rows: ClientRows, kinds: Kinds) -> Cohorts:
    """Return the cohorts of all clients."""
    kind, many = kinds.of_profile[rows.profile], len(facts.coaches.ids) + 1
    allowed = np.logical_and.reduce([kinds.allowed, *kinds.lifted.values()])
    settled = (rows.present >= 0) & (rows.pin < 0) & allowed[kind, rows.present]
    kept_by = np.where(settled, rows.kept_by, 0)
    of_client, count = combined(
        [
            (kind, len(kinds.factor)),
            (rows.present + 1, many),
            (rows.pin + 1, many),
            (settled.astype(np.int32), 2),
            (kept_by, int(kept_by.max(initial=0)) + 1),
        ]
    )
    example = np.zeros(count, dtype=np.int64)
    example[of_client] = np.arange(len(rows))
    return Cohorts(
        kind=kind[example],
        present=rows.present[example],
        pin=rows.pin[example],
        settled=settled[example],
        kept_by=kept_by[example].astype(np.int32),
        minutes=np.bincount(of_client, facts.clients.base[rows.profile], minlength=count).astype(np.float64),
        clients=np.bincount(of_client, minlength=count).astype(np.int32),
    )
