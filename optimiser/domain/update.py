"""What has changed between a snapshot and the next export: the tables of `optimiser update`."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import DEPARTURE_REASONS

NEEDS = (
    "language",
    "other_languages",
    "need_level",
    "multi_agency",
    "extra_meetings",
    "specialism",
    "channel",
    "integration_until",
    "household",
)
"""Columns of clients that are listed where they change; meetings and services come and go."""
OF_COACHES = (
    "unit_id",
    "municipality",
    "serves",
    "languages",
    "age_groups",
    "specialisms",
    "fte",
    "start",
    "end",
    "remote",
)
"""Columns of coaches that are listed where they change; minutes and protected clients are told nowhere."""
NEW, RETURNED = "new", "returned"
STATED, DERIVED, ASKED = "stated", "derived", "asked"
WAITING, ENTERED, OVERTAKEN, COACH_GONE = "waiting", "entered", "overtaken", "coach_gone"
LOCKS = ("pin", "exclusion")
CLIENT_GONE, EXPIRED, EXCLUDED, BARRED = "client_gone", "expired", "excluded", "barred"

ARRIVALS = Table(
    "arrivals",
    "tulleet",
    "Clients of the export whom the snapshot has not: new ones, and those who were clients before.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column(
            "kind",
            "code",
            "new (not known before), returned (has left, or stood in an earlier snapshot kept).",
            "laji",
            choices=(NEW, RETURNED),
        ),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("registered_on", "date", "Day the client became a client.", "alkupäivä"),
        Column("coach_id", "id", "Coach in the client system; empty where none is named.", "valmentaja"),
        Column("left_on", "date", "Day on which the client left, or was last seen.", "lähti"),
        Column(
            "days_away",
            "integer",
            "From then until the registration, or until the export where that is older.",
            "päiviä_poissa",
            unit="days",
            low=0,
        ),
        Column("former_coach_id", "id", "Coach until then, if still there; may go on.", "entinen_valmentaja"),
    ),
    key=("client_id",),
    every_column=True,
)

GONE = Table(
    "gone",
    "lähteneet",
    "Clients of the snapshot who are in the export no more, with the reason as far as it is known.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("date", "date", "Day on which the client left; the export's where nobody has told.", "päivä"),
        Column("reason", "code", "Why, as in the table departures.", "syy", choices=DEPARTURE_REASONS),
        Column(
            "known_by",
            "code",
            "stated (the export's table departures), derived (from its facts), asked (to be answered).",
            "tiedon_lähde",
            choices=(STATED, DERIVED, ASKED),
        ),
        Column("paragraph", "text", "Paragraph on which the end of the target group rests.", "pykälä"),
        Column("municipality", "code", "Home municipality until then.", "kunta"),
        Column("coach_id", "id", "Coach until then.", "valmentaja"),
        Column(
            "moved_to", "code", "Municipality outside the region to which the client moved.", "uusi_kunta"
        ),
    ),
    key=("client_id",),
    every_column=True,
)

RELOCATED = Table(
    "relocated",
    "muuttaneet",
    "Clients who moved to another municipality of the region, and whether their coach may still serve them.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("from_municipality", "code", "Home municipality before.", "kunnasta"),
        Column("to_municipality", "code", "Home municipality now.", "kuntaan"),
        Column("coach_id", "id", "Coach; empty where there is none.", "valmentaja"),
        Column("may_stay", "flag", "Whether the coach may still serve the client.", "voi_jatkaa"),
        Column("barred_by", "codes", "Rules that bar the coach.", "estävät_säännöt"),
    ),
    key=("client_id",),
    every_column=True,
)

CHANGED_NEEDS = Table(
    "changed_needs",
    "muuttuneet_tarpeet",
    "Facts of clients that say what service they need, where they changed.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("column", "code", "Column of clients.", "sarake", required=True, choices=NEEDS),
        Column("before", "text", "In the snapshot.", "ennen"),
        Column("after", "text", "In the export.", "nyt"),
    ),
    key=("client_id", "column"),
    every_column=True,
)

BELONGS_NO_LONGER = Table(
    "belongs_no_longer",
    "kohderyhmä_päättynyt",
    "Clients who do not belong to the target group by the facts of the export. They stay in the snapshot "
    "until an official confirms it in a table departures beside the next export.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("date", "date", "Day of the export.", "päivä"),
        Column("reason", "code", "Reason proposed.", "syy", choices=DEPARTURE_REASONS),
        Column("ground", "text", "Why, in words.", "peruste"),
        Column("paragraph", "text", "Paragraph of the rule in force.", "pykälä"),
        Column("where_to", "text", "Who serves the client instead.", "minne"),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("coach_id", "id", "Coach.", "valmentaja"),
    ),
    key=("client_id",),
    every_column=True,
)

CONFIRMED_MOVES = Table(
    "confirmed_moves",
    "vahvistetut_siirrot",
    "Changes of coach confirmed with `optimiser apply`, and whether the client system has them.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("system_coach_id", "id", "Coach in the client system.", "valmentaja_järjestelmässä"),
        Column("coach_id", "id", "Coach confirmed.", "vahvistettu_valmentaja"),
        Column("confirmed_on", "date", "Day of the snapshot on which it was confirmed.", "vahvistettu"),
        Column("days", "integer", "From then until the export.", "päiviä", unit="days", low=0),
        Column(
            "state",
            "code",
            "waiting (to be entered in the client system; the next snapshot has the confirmed coach), entered, "
            "overtaken (the client system names a third coach, who counts), coach_gone (who was confirmed has "
            "left; the client system counts).",
            "tila",
            choices=(WAITING, ENTERED, OVERTAKEN, COACH_GONE),
        ),
    ),
    key=("client_id",),
    every_column=True,
)

CHANGED_COACH = Table(
    "changed_coach",
    "valmentaja_vaihtunut",
    "Clients whose coach was changed in the client system.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("from_coach_id", "id", "Coach in the snapshot; empty for none.", "valmentajalta"),
        Column("to_coach_id", "id", "Coach in the export; empty for none.", "valmentajalle"),
    ),
    key=("client_id",),
    every_column=True,
)

CHANGED_COACHES = Table(
    "changed_coaches",
    "muuttuneet_valmentajat",
    "Coaches who are new, have gone, or whose facts changed, by unit and id.",
    (
        Column("unit_id", "id", "Unit.", "yksikkö"),
        Column("coach_id", "id", "Coach.", "valmentaja", required=True),
        Column(
            "kind",
            "code",
            "new, gone, changed, absence (noted since), absence_over (taken out before its last day).",
            "laji",
            choices=(NEW, "gone", "changed", "absence", "absence_over"),
        ),
        Column("column", "text", "Column of coaches that changed.", "sarake"),
        Column("before", "text", "In the snapshot; of an absence its first and last day and share.", "ennen"),
        Column("after", "text", "In the export.", "nyt"),
    ),
    key=("unit_id", "coach_id", "kind", "column", "before", "after"),
    every_column=True,
)

DROPPED_LOCKS = Table(
    "dropped_locks",
    "poistuneet_lukitukset",
    "Pins and exclusions that the next snapshot has no longer.",
    (
        Column("kind", "code", "pin or exclusion.", "laji", required=True, choices=LOCKS),
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column("coach_id", "id", "Coach.", "valmentaja", required=True),
        Column("until", "date", "Last day it would have held.", "päättyy"),
        Column(
            "why",
            "code",
            "client_gone, coach_gone, expired, excluded (an exclusion of the same pair counts more than the pin), "
            "barred (a rule bars the coach now).",
            "syy",
            choices=(CLIENT_GONE, COACH_GONE, EXPIRED, EXCLUDED, BARRED),
        ),
    ),
    key=("kind", "client_id", "coach_id"),
    every_column=True,
)

CHANGES = (
    *(ARRIVALS, GONE, RELOCATED, CHANGED_NEEDS, BELONGS_NO_LONGER),
    *(CONFIRMED_MOVES, CHANGED_COACH, CHANGED_COACHES, DROPPED_LOCKS),
)
"""Tables of what has changed, in the order in which they are told."""


def rows_of(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the columns that a table declares, in their order and of their types."""
    schema = pl.Schema({c.name: c.dtype for c in table.columns})
    return frame.select(schema.names()).cast(schema)


def _none(**columns: pl.DataType) -> pl.DataFrame:
    return pl.DataFrame(schema={"client_id": pl.String(), **columns})


@dataclass(frozen=True)
class Past:
    """What a workspace remembers on the way to the snapshot that stands; empty where there is none.

    Attributes
    ----------
    confirmed : polars.DataFrame
        Changes of coach that were confirmed and are not known to be in the client system:
        client_id, former_coach_id (null for none; a row each where the client changed twice), coach_id,
        since (day of the snapshot).
    involuntary : polars.DataFrame
        client_id and day of each applied change that the client did not ask for.
    seen : polars.DataFrame
        client_id, day of the last snapshot kept that has the client, coach_id then.
    first : polars.DataFrame
        client_id, day of the first snapshot kept that has the client, involuntary_changes then.
    """

    confirmed: pl.DataFrame = field(
        default_factory=lambda: _none(former_coach_id=pl.String(), coach_id=pl.String(), since=pl.Date())
    )
    involuntary: pl.DataFrame = field(default_factory=lambda: _none(day=pl.Date()))
    seen: pl.DataFrame = field(default_factory=lambda: _none(day=pl.Date(), coach_id=pl.String()))
    first: pl.DataFrame = field(default_factory=lambda: _none(day=pl.Date(), involuntary_changes=pl.Int32()))
