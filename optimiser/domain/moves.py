"""The move list: steps in an order in which each leaves the plan valid, and what people decide on them."""

from __future__ import annotations

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import REASON_CODES

KINDS = ("placement", "move", "exchange", "chain", "bundle")
"""A client without a coach gets one; one client moves; two coaches swap clients; one makes room for the
next; what no order of smaller steps can do."""
ACCEPTED, REJECTED = "accepted", "rejected"
DECISIONS = (ACCEPTED, REJECTED)
SPOKEN = ("decision", "reason_code", "confirmed_by", "confirmed_at")
"""Columns in which one filled row of a step speaks for its other rows."""

MOVES = Table(
    "moves",
    "siirrot",
    "The move list: one row a client of a step, steps in an order in which each leaves the plan valid.",
    (
        Column("step", "integer", "Number of the step; it is taken whole.", "askel", required=True, low=1),
        Column(
            "kind",
            "code",
            "placement (had no coach), move, exchange (two coaches swap), chain (one makes room for the next), "
            "bundle (only together).",
            "laji",
            choices=KINDS,
        ),
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("from_coach_id", "id", "Present coach; empty for a client without one.", "valmentajalta"),
        Column("to_coach_id", "id", "Coach proposed.", "valmentajalle", required=True),
        Column(
            "status",
            "code",
            "moved (could have stayed), forced (a rule bars the present coach), new.",
            "tila",
            choices=("moved", "forced", "new"),
        ),
        Column(
            "gain_minutes",
            "number",
            "What the whole step saves at its place in the list; below 0 what it costs. The list goes by this, "
            "with the policy's price of an unserved client added for new and forced ones.",
            "hyöty_minuuttia",
            unit="minutes a month",
        ),
        Column("needs", "text", "Steps that must come before, by number.", "edellyttää"),
        Column("wave", "integer", "Week of the change, from 1.", "erä", low=1),
        Column("wave_starts", "date", "Monday of that week.", "erä_alkaa"),
        Column("reason", "text", "Why, in words.", "perustelu"),
        Column(
            "decision",
            "code",
            "An official's decision on the step; one filled row of a step speaks for all its rows.",
            "päätös",
            choices=DECISIONS,
        ),
        Column("reason_code", "code", "Reason of the decision as a code.", "syykoodi", choices=REASON_CODES),
        Column("confirmed_by", "id", "Pseudonymous id of the official.", "vahvistaja"),
        Column("confirmed_at", "date", "Day of the decision.", "vahvistettu"),
    ),
    key=("step", "client_id"),
    every_column=True,
)


def spoken(moves: pl.DataFrame) -> pl.DataFrame:
    """Return a move list with each step's decision on all its rows.

    Parameters
    ----------
    moves : polars.DataFrame
        With the columns step and `SPOKEN`; a row keeps what it has of its own.

    Returns
    -------
    polars.DataFrame
        The same rows; an empty cell of `SPOKEN` has what the first filled row of its step has.
    """
    filled = [pl.col(name).fill_null(pl.col(name).drop_nulls().first().over("step")) for name in SPOKEN]
    return moves.with_columns(filled)
