"""What stays of a snapshot that was purged, declared."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table

AGGREGATES = Table(
    "aggregates",
    "yhteissummat",
    "What stays of a snapshot that was purged: its totals, of nobody in particular.",
    (
        Column("date", "date", "Day of the snapshot.", "päivä", required=True),
        Column("fingerprint", "text", "Fingerprint of its facts.", "tunniste", required=True),
        Column("clients", "integer", "Clients.", "asiakkaita", unit="clients", required=True, low=0),
        Column("coaches", "integer", "Coaches.", "valmentajia", unit="coaches", required=True, low=0),
        Column(
            "assigned", "integer", "Clients with a coach.", "valmentaja_on", unit="clients", required=True
        ),
        Column(
            "unserved",
            "integer",
            "Clients without a coach.",
            "ilman_valmentajaa",
            unit="clients",
            required=True,
        ),
        Column(
            "demand_hours",
            "number",
            "Coach time that the clients needed, by the policy of the purge, without interpreters.",
            "kysyntä_tuntia",
            unit="hours a month",
            required=True,
        ),
    ),
    key=("date", "fingerprint"),
    every_column=True,
)
