"""Every table and column the product reads, declared once.

The README's tables, the reader's complaints, the Finnish headings and the written files all come
from here.
"""

from __future__ import annotations

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema_clients import (
    BENEFITS,
    CHANNELS,
    CLIENTS,
    DEPARTURE_REASONS,
    DEPARTURES,
    LEVELS,
    STATUSES,
    TARGET_BASES,
)

__all__ = [
    "ABSENCES",
    "AGE_GROUPS",
    "BENEFITS",
    "CHANNELS",
    "CLIENTS",
    "COACHES",
    "DEPARTURES",
    "DEPARTURE_REASONS",
    "EVERYWHERE",
    "EXCLUSIONS",
    "LEVELS",
    "MUNICIPALITIES",
    "PINS",
    "REASON_CODES",
    "SNAPSHOT",
    "STATUSES",
    "TABLES",
    "TARGET_BASES",
    "TRAVEL",
    "UNITS",
]

REASON_CODES = (
    "client_wish",
    "conflict_of_interest",
    "language_rights",
    "safety",
    "continuity",
    "trial_decision",
    "other",
)
AGE_GROUPS = ("youth", "adult", "senior")
EVERYWHERE = "*"
"""In `coaches.serves`: all municipalities of the region."""

SNAPSHOT = Table(
    "snapshot",
    "tilanne",
    "One row: the day the facts hold, the region and where they come from.",
    (
        Column(
            "date", "date", "Day on which the facts hold; where missing, the latest registration.", "päivä"
        ),
        Column("region", "text", "Name of the region.", "alue"),
        Column("source", "text", "System and export the facts come from.", "lähde"),
    ),
    key=("date",),
)

MUNICIPALITIES = Table(
    "municipalities",
    "kunnat",
    "The municipalities of the region.",
    (
        Column(
            "municipality",
            "code",
            "Municipality code, three digits.",
            "kuntakoodi",
            required=True,
            aliases=("code", "kunta"),
        ),
        Column("name", "text", "Name.", "nimi", required=True, aliases=("name_fi",)),
        Column(
            "area",
            "code",
            "Service area the municipality belongs to.",
            "palvelualue",
            default="region",
            aliases=("trial_area",),
        ),
        Column(
            "lat", "number", "Latitude of the centre.", "leveysaste", unit="degrees north", low=-90, high=90
        ),
        Column(
            "lon", "number", "Longitude of the centre.", "pituusaste", unit="degrees east", low=-180, high=180
        ),
        Column(
            "neighbours",
            "codes",
            "Codes of the municipalities next to it.",
            "naapurit",
        ),
    ),
    key=("municipality",),
    required=True,
)

TRAVEL = Table(
    "travel",
    "matkat",
    "Road minutes between municipalities; pairs that are missing are estimated.",
    (
        Column(
            "from_municipality",
            "code",
            "One end.",
            "kunnasta",
            required=True,
            refers="municipalities.municipality",
        ),
        Column(
            "to_municipality",
            "code",
            "The other end; the way back takes as long unless given.",
            "kuntaan",
            required=True,
            refers="municipalities.municipality",
        ),
        Column(
            "minutes",
            "number",
            "One way by road.",
            "minuutit",
            unit="minutes",
            required=True,
            low=0,
            high=1440,
        ),
    ),
    key=("from_municipality", "to_municipality"),
)

UNITS = Table(
    "units",
    "yksiköt",
    "The teams that coaches belong to.",
    (
        Column("unit_id", "id", "Id of the unit.", "yksikkö", required=True, aliases=("unit",)),
        Column("name", "text", "Name.", "nimi"),
        Column(
            "employer",
            "code",
            "Municipality that employs its coaches.",
            "työnantaja",
            refers="municipalities.municipality",
        ),
        Column(
            "integration",
            "flag",
            "Serves the clients in their integration period, for the whole area.",
            "kotoutumisyksikkö",
            default=False,
        ),
    ),
    key=("unit_id",),
    required=True,
)

COACHES = Table(
    "coaches",
    "valmentajat",
    "The coaches: where, whom and how much they can serve.",
    (
        Column(
            "coach_id", "id", "Pseudonymous id.", "valmentaja", required=True, aliases=("valmentajatunnus",)
        ),
        Column(
            "unit_id",
            "id",
            "Unit of the coach.",
            "yksikkö",
            required=True,
            refers="units.unit_id",
            aliases=("unit",),
        ),
        Column(
            "municipality",
            "code",
            "Municipality of the office.",
            "toimipaikka",
            required=True,
            refers="municipalities.municipality",
            aliases=("kunta",),
        ),
        Column(
            "serves",
            "codes",
            "Municipalities served; `*` for all.",
            "palvelee",
            required=True,
            refers="municipalities.municipality",
        ),
        Column("languages", "codes", "Languages the coach works in.", "kielet", default="fi"),
        Column("age_groups", "codes", "Age groups served; empty for all.", "ikäryhmät", choices=AGE_GROUPS),
        Column("specialisms", "codes", "What the coach is specialised in.", "erikoistumiset"),
        Column(
            "fte",
            "number",
            "Share of a full-time post.",
            "työaika",
            unit="full-time posts",
            default=1.0,
            low=0,
            high=1.5,
        ),
        Column(
            "full_time_minutes",
            "number",
            "Client minutes a month of a full-time post; the policy's where empty.",
            "kokoaikaisen_minuutit",
            unit="minutes a month",
            low=0,
        ),
        Column(
            "limit_minutes",
            "number",
            "Most load the coach may carry; the smaller of this and the policy's counts.",
            "minuuttiraja",
            unit="minutes a month",
            low=0,
        ),
        Column(
            "limit_heads",
            "integer",
            "Most clients the coach may have; the smaller of this and the policy's counts.",
            "asiakasraja",
            unit="clients",
            low=0,
        ),
        Column(
            "reserved_minutes",
            "number",
            "Minutes spent on clients served outside the tool.",
            "varatut_minuutit",
            unit="minutes a month",
            default=0.0,
            low=0,
        ),
        Column(
            "protected_clients",
            "integer",
            "Clients with a protected address whom the coach serves, carried on from earlier snapshots.",
            "turvakieltoasiakkaat",
            unit="clients",
            default=0,
            low=0,
        ),
        Column("start", "date", "First working day; empty if long ago.", "alkaa"),
        Column("end", "date", "Last working day; empty if not known.", "päättyy"),
        Column(
            "ramp_up_days",
            "integer",
            "Days from the start until the full load.",
            "perehdytyspäivät",
            unit="days",
            default=0,
            low=0,
            high=730,
        ),
        Column("remote", "flag", "Serves only by telephone or remotely.", "etä", default=False),
    ),
    key=("coach_id",),
    required=True,
)

ABSENCES = Table(
    "absences",
    "poissaolot",
    "When and how much a coach is away; no kind and no reason.",
    (
        Column("coach_id", "id", "Who is away.", "valmentaja", required=True, refers="coaches.coach_id"),
        Column("first_day", "date", "First day away.", "ensimmäinen_päivä", required=True),
        Column("last_day", "date", "Last day away.", "viimeinen_päivä", required=True),
        Column(
            "share",
            "number",
            "Share of the working time away.",
            "osuus",
            unit="share",
            default=1.0,
            low=0,
            high=1,
        ),
    ),
    key=("coach_id", "first_day", "last_day"),
)

EXCLUSIONS = Table(
    "exclusions",
    "esteet",
    "Pairs that must not be: a coach may not serve a relative, and the like.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True, refers="clients.client_id"),
        Column(
            "coach_id",
            "id",
            "Coach who may not serve the client.",
            "valmentaja",
            required=True,
            refers="coaches.coach_id",
        ),
        Column("until", "date", "Last day it holds; empty for always.", "päättyy"),
        Column("reason_code", "code", "Reason as a code.", "syykoodi", choices=REASON_CODES),
    ),
    key=("client_id", "coach_id"),
)

PINS = Table(
    "pins",
    "lukitukset",
    "Assignments that must stay as they are.",
    (
        Column("client_id", "id", "Client.", "asiakas", required=True, refers="clients.client_id"),
        Column(
            "coach_id",
            "id",
            "Coach who keeps the client.",
            "valmentaja",
            required=True,
            refers="coaches.coach_id",
        ),
        Column("until", "date", "Last day it holds; empty for always.", "päättyy"),
        Column("reason_code", "code", "Reason as a code.", "syykoodi", choices=REASON_CODES),
    ),
    key=("client_id",),
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        *(SNAPSHOT, MUNICIPALITIES, TRAVEL, UNITS, COACHES, ABSENCES, CLIENTS, EXCLUSIONS, PINS),
        DEPARTURES,
    )
}
"""All tables of a snapshot, in the order in which they are read and written."""
