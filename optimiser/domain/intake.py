"""The intake of new clients: what is read of them, and the tables of proposals, referrals and forced changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import CLIENTS

ORIGINS = ("batch", "waiting")
"""A client of the batch; a client of the snapshot who had no coach yet."""

NEW_CLIENTS = Table(
    "new_clients",
    "uudet_asiakkaat",
    "A batch of new clients: the columns of `clients`, and the coach a returning client had before.",
    (
        *CLIENTS.columns,
        Column(
            "former_coach_id",
            "id",
            "Coach whom a returning client had before.",
            "entinen_valmentaja",
            refers="coaches.coach_id",
        ),
    ),
    key=("client_id",),
    required=True,
)

PROPOSALS = Table(
    "proposals",
    "ehdotukset",
    "Ranked coaches for each client without one; the first is the plan's. All figures are estimates.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column(
            "origin",
            "code",
            "batch (of the file), waiting (in the snapshot already, without a coach).",
            "alkuperä",
            choices=ORIGINS,
        ),
        Column("rank", "integer", "1 for the coach of the plan.", "sija", low=1),
        Column("coach_id", "id", "Coach; empty where nobody may serve or has room.", "valmentaja"),
        Column(
            "difference_minutes",
            "number",
            "Above the coach of the plan; below 0 where a tie to a coach was preferred.",
            "ero_minuuttia",
            unit="minutes a month",
        ),
        Column(
            "travel_minutes",
            "number",
            "Road minutes one way times in-person meetings.",
            "matka_minuuttia",
            unit="minutes a month",
        ),
        Column(
            "interpreter_minutes",
            "number",
            "Meeting time that an interpreter adds.",
            "tulkkaus_minuuttia",
            unit="minutes a month",
            driver=True,
        ),
        Column(
            "load_percent",
            "integer",
            "Load of the coach over capacity with the client, in whole per cent; empty without capacity.",
            "kuormitus_prosenttia",
            unit="per cent",
        ),
        Column(
            "first_meeting",
            "date",
            "First day of the first week with room for the first interview (estimate); empty where none of 13 weeks has.",
            "ensimmäinen_tapaaminen",
        ),
        Column("due", "date", "Last day for the first interview by the rhythm in force.", "määräpäivä"),
        Column("late", "flag", "Whether the first interview would be late (estimate).", "myöhässä"),
        Column("reason", "text", "Why, in words.", "perustelu"),
    ),
    key=("client_id", "rank"),
    every_column=True,
)

TRIAGED = Table(
    "triage",
    "kohderyhmä",
    "Every client of the batch: taken in or elsewhere, on which ground, by which paragraph.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column(
            "decision",
            "code",
            "taken_in, or elsewhere.",
            "päätös",
            choices=("taken_in", "elsewhere"),
        ),
        Column(
            "unknown",
            "flag",
            "Taken in although a fact that decides is not known: to be looked up.",
            "epäselvä",
        ),
        Column("ground", "text", "Why, in words.", "peruste"),
        Column("paragraph", "text", "Paragraph of the rule in force.", "pykälä"),
        Column("where_to", "text", "Who serves the client instead.", "minne"),
    ),
    key=("client_id",),
    every_column=True,
)

ELSEWHERE = Table(
    "elsewhere",
    "muualle",
    "Clients of the batch who belong elsewhere, with the paragraph; none of them is in the plan.",
    tuple(c for c in TRIAGED.columns if c.name in ("client_id", "ground", "paragraph", "where_to")),
    key=("client_id",),
    every_column=True,
)

FORCED = Table(
    "forced",
    "pakolliset",
    "Not part of the batch: clients whose present coach a rule bars now, with the coach proposed.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("previous_coach_id", "id", "Present coach, whom a rule bars.", "aiempi_valmentaja"),
        Column("coach_id", "id", "Coach proposed; empty if unserved.", "valmentaja"),
        Column("reason", "text", "Why, in words.", "perustelu"),
    ),
    key=("client_id",),
    every_column=True,
)


@dataclass(frozen=True)
class NewClients:
    """A batch of new clients.

    Attributes
    ----------
    day : datetime.date
        Day of the intake: the snapshot's, or the latest registration where that is later.
    clients : polars.DataFrame
        Columns of `clients` and `line`, sorted by id; nobody with a protected address.
    former : polars.DataFrame
        Columns client_id and former_coach_id of returning clients.
    by_hand : int
        Clients with a protected address, left apart: to be assigned by hand. Shown only from 5 up.
    file : str
        The file, as the user knows it.
    notices : tuple of str
        What was assumed, in sentences.
    """

    day: Date
    clients: pl.DataFrame
    former: pl.DataFrame
    by_hand: int
    file: str
    notices: tuple[str, ...] = ()
