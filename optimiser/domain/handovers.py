"""Tables of planned handovers and of a cover: what is written, and what officials fill in."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table

WHY = ("integration_ends", "coach_ends", "age_group_ends", "household")
"""The integration period ends; the coach ends; the client grows out of the coach's age group; the
household goes together."""
STATUSES = ("proposed", "confirmed", "confirm_anew", "withdrawn", "nobody")

HANDOVERS = Table(
    "handovers",
    "siirtymät",
    "Handovers at a date known in advance: one row a client and date.",
    (
        Column("handover_id", "id", "Client and date.", "siirtymä"),
        Column("client_id", "id", "Client.", "asiakas", required=True),
        Column(
            "from_coach_id",
            "id",
            "Coach who hands over; for a client without one, the coach proposed today.",
            "valmentajalta",
        ),
        Column("to_coach_id", "id", "Coach who receives; empty if nobody can.", "valmentajalle"),
        Column("on", "date", "First day with the new coach.", "siirtopäivä", required=True),
        Column(
            "why",
            "code",
            "integration_ends (integration period), coach_ends, age_group_ends (the client grows out of the "
            "coach's age group), household (goes with the others).",
            "syy",
            choices=WHY,
        ),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("language", "code", "Language of service.", "kieli"),
        Column("joint_meeting_by", "date", "Day by which both coaches meet the client.", "yhteistapaaminen"),
        Column("reason", "text", "Why this coach, or why nobody, in words.", "perustelu"),
        Column("barred_by", "text", "Nobody: what bars the coaches, with counts.", "esteet"),
        Column("repair", "text", "Nobody: the cheapest ways to serve the client.", "korjaus"),
        Column(
            "status",
            "code",
            "proposed; confirmed; confirm_anew (was confirmed, but the facts changed); withdrawn (was proposed, "
            "and the facts changed); nobody (no coach can receive).",
            "tila",
            choices=STATUSES,
        ),
        Column("new_date", "date", "confirm_anew and withdrawn: the date that holds now.", "uusi_päivä"),
        Column("confirmed_by", "id", "Pseudonymous id of the official.", "vahvistaja"),
        Column("confirmed_at", "date", "Day of the confirmation.", "vahvistettu"),
    ),
    key=("client_id", "on"),
    every_column=True,
)

BY_MONTH = Table(
    "by_month",
    "kuukausittain",
    "Handovers by month, municipality and language; figures that 1 to 4 clients are behind, or are missing from, "
    "are empty, and the next smallest with them.",
    (
        Column("month", "date", "First day of the month.", "kuukausi"),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("name", "text", "Its name.", "nimi"),
        Column("language", "code", "Language of service.", "kieli"),
        Column("leaving", "integer", "Clients whose coach ends with them.", "lähtee", unit="clients"),
        Column("received", "integer", "Of these, received by another.", "otettu_vastaan", unit="clients"),
        Column(
            "own_language", "integer", "Of these, by one who shares a language.", "kielellä", unit="clients"
        ),
        Column("nobody", "integer", "Whom no coach can receive.", "ei_kukaan", unit="clients"),
        Column(
            "demand_minutes",
            "number",
            "What those received ask of the new coaches.",
            "kysyntä_minuuttia",
            unit="minutes a month",
        ),
        Column(
            "joint_minutes",
            "number",
            "Joint meetings, both coaches (estimate).",
            "yhteistapaamiset_minuuttia",
            unit="minutes, once",
        ),
    ),
    key=("month", "municipality", "language"),
    every_column=True,
)

RECEIVERS = Table(
    "receivers",
    "vastaanottajat",
    "Which coaches can receive, by month, municipality and language; clients are empty where `by_month` holds "
    "them back.",
    (
        Column("month", "date", "First day of the month.", "kuukausi"),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("name", "text", "Its name.", "nimi"),
        Column("language", "code", "Language of service.", "kieli"),
        Column("clients", "integer", "Clients who change hands.", "asiakkaita", unit="clients"),
        Column(
            "may_receive",
            "integer",
            "Coaches whom no rule bars from at least one of them.",
            "voi_ottaa",
            unit="coaches",
        ),
        Column("at_home", "integer", "Of these, with an office there.", "kotikunnassa", unit="coaches"),
        Column("with_language", "integer", "Of these, who share a language.", "kielellä", unit="coaches"),
        Column(
            "coach_ids",
            "text",
            "Those who share a language, office in the municipality first.",
            "valmentajat",
        ),
        Column("by_interpreter", "text", "The others, who would need an interpreter.", "tulkin_kanssa"),
    ),
    key=("month", "municipality", "language"),
    every_column=True,
)

JOINT_MEETINGS = Table(
    "joint_meetings",
    "yhteistapaamiset",
    "Minutes of joint meetings by unit and month (estimate).",
    (
        Column("month", "date", "First day of the month in which they are due.", "kuukausi"),
        Column("unit_id", "id", "Unit of the coaches.", "yksikkö"),
        Column(
            "hands_over", "integer", "Meetings as the coach who hands over.", "luovuttaa", unit="meetings"
        ),
        Column("receives", "integer", "Meetings as the coach who receives.", "vastaanottaa", unit="meetings"),
        Column("minutes", "number", "Minutes of the unit's coaches.", "minuuttia", unit="minutes, once"),
    ),
    key=("month", "unit_id"),
    every_column=True,
)

PARTS = ("leaver", "forced", "moved", "new")

COVER = Table(
    "cover",
    "sijaistus",
    "Who goes where when a coach leaves: one row a client who gets another coach, by receiving coach.",
    (
        Column("to_coach_id", "id", "Coach who receives; empty if nobody can.", "valmentajalle"),
        Column("client_id", "id", "Client.", "asiakas"),
        Column("from_coach_id", "id", "Present coach; empty for a new client.", "valmentajalta"),
        Column(
            "part",
            "code",
            "leaver (of the coach who leaves), forced (must change for another reason), moved (changes because "
            "that pays), new (had no coach).",
            "osa",
            choices=PARTS,
        ),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("language", "code", "Language of service.", "kieli", driver=True),
        Column(
            "language_before",
            "flag",
            "Shared a language with the present coach.",
            "kieli_ennen",
            driver=True,
        ),
        Column(
            "language_after", "flag", "Shares a language with the new coach.", "kieli_jälkeen", driver=True
        ),
        Column(
            "travel_before",
            "number",
            "Road minutes one way times in-person meetings, with the present coach.",
            "matka_ennen",
            unit="minutes a month",
        ),
        Column("travel_after", "number", "With the new coach.", "matka_jälkeen", unit="minutes a month"),
        Column(
            "interpreter_before",
            "number",
            "Minutes an interpreter adds with the present coach.",
            "tulkki_ennen",
            unit="minutes a month",
            driver=True,
        ),
        Column(
            "interpreter_after",
            "number",
            "With the new coach.",
            "tulkki_jälkeen",
            unit="minutes a month",
            driver=True,
        ),
        Column(
            "demand_minutes", "number", "With the new coach.", "kysyntä_minuuttia", unit="minutes a month"
        ),
        Column("reason", "text", "Why, in words.", "perustelu"),
    ),
    key=("client_id",),
    every_column=True,
)

RETURNS = Table(
    "returns",
    "palaavat",
    "Clients whom a coach who comes back had before: proposed back on request, or why not.",
    (
        Column("client_id", "id", "Client.", "asiakas"),
        Column("now_coach_id", "id", "Present coach; empty if none.", "nykyinen_valmentaja"),
        Column("returns", "flag", "Proposed back to the coach, if the client wishes.", "palaa"),
        Column("since", "date", "Since when the client had known the coach.", "alkaen"),
        Column("municipality", "code", "Home municipality.", "kunta"),
        Column("language", "code", "Language of service.", "kieli"),
        Column("demand_minutes", "number", "With the coach.", "kysyntä_minuuttia", unit="minutes a month"),
        Column("reason", "text", "Why, or why not, in words.", "perustelu"),
    ),
    key=("client_id",),
    every_column=True,
)
