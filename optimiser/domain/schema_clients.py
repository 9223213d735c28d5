"""The table of clients, declared; part of `schema`."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table

LEVELS = ("A1", "A2", "B1", "B2", "C1", "C2", "L1")
"""Language levels from weakest to strongest; L1 is the mother tongue."""

CHANNELS = ("in_person", "phone", "remote")
BENEFITS = ("earnings_related", "basic", "labour_market_subsidy", "none")
STATUSES = ("unemployed", "subsidised_work", "service", "part_time", "laid_off", "other")
TARGET_BASES = ("no_earnings_related", "under_30", "immigrant", "foreign_language", "other")

CLIENTS = Table(
    "clients",
    "asiakkaat",
    "The clients to be served, one row each.",
    (
        Column("client_id", "id", "Pseudonymous id.", "asiakas", required=True, aliases=("asiakastunnus",)),
        Column(
            "municipality",
            "code",
            "Home municipality.",
            "kunta",
            required=True,
            refers="municipalities.municipality",
            aliases=("kotikunta", "kuntakoodi"),
        ),
        Column(
            "birth_year",
            "integer",
            "Year of birth; age is the year of the snapshot less this.",
            "syntymävuosi",
            unit="year",
            required=True,
            low=1900,
            high=2100,
        ),
        Column("language", "code", "Language of service.", "kieli", default="fi", aliases=("palvelukieli",)),
        Column("other_languages", "levels", "Other languages the client manages, with level.", "muut_kielet"),
        Column(
            "registered_on",
            "date",
            "Day the client became a client.",
            "alkupäivä",
            required=True,
            aliases=("rekisteröity",),
        ),
        Column("first_meeting", "date", "First interview held.", "ensimmäinen_tapaaminen"),
        Column("last_meeting", "date", "Latest meeting held.", "viimeisin_tapaaminen"),
        Column("next_meeting", "date", "Next meeting agreed.", "seuraava_tapaaminen"),
        Column(
            "need_level",
            "integer",
            "Need of coaching from 1 (manages alone) to 4 (intensive).",
            "tarvetaso",
            unit="level 1-4",
            default=2,
            low=1,
            high=4,
        ),
        Column("multi_agency", "flag", "Several agencies are involved.", "monialainen", default=False),
        Column(
            "extra_meetings",
            "number",
            "Meetings beyond the rhythm.",
            "lisätapaamiset",
            unit="meetings a month",
            default=0.0,
            low=0,
            high=8,
        ),
        Column(
            "services_under_way",
            "integer",
            "Services under way.",
            "palveluja_käynnissä",
            unit="services",
            default=0,
            low=0,
            high=9,
        ),
        Column("specialism", "code", "Specialism the client needs.", "erityistarve"),
        Column(
            "channel", "code", "How the client is met.", "asiointitapa", default="in_person", choices=CHANNELS
        ),
        Column(
            "integration_until",
            "date",
            "End of the integration period; empty if none.",
            "kotoutumisaika_päättyy",
        ),
        Column(
            "protected_address",
            "flag",
            "Protected address: the row is left apart on reading and never enters.",
            "turvakielto",
            default=False,
        ),
        Column("unemployed_since", "date", "Start of the present unemployment.", "työttömänä_alkaen"),
        Column("benefit", "code", "Kind of benefit.", "etuus", choices=BENEFITS),
        Column("status", "code", "Position in the labour market.", "asema", choices=STATUSES),
        Column(
            "target_basis",
            "code",
            "Ground on which the client belongs to the target group.",
            "kohderyhmäperuste",
            choices=TARGET_BASES,
        ),
        Column(
            "coach_id",
            "id",
            "Present coach; empty for a new client.",
            "valmentaja",
            refers="coaches.coach_id",
        ),
        Column("coach_since", "date", "Since when the present coach.", "valmentaja_alkaen"),
        Column(
            "involuntary_changes",
            "integer",
            "Changes of coach in 12 months that the client did not ask for.",
            "tahdosta_riippumattomat_vaihdot",
            unit="changes",
            default=0,
            low=0,
            high=20,
        ),
        Column("household", "id", "Members of one household share this id.", "talous"),
        Column(
            "occupations",
            "codes",
            "Occupations held (ISCO-08 or ESCO codes), latest first, the year after a colon.",
            "ammatit",
        ),
        Column("wished_occupations", "codes", "Occupations wished for.", "toiveammatit"),
        Column("skills", "codes", "Skills (ESCO ids or own words joined by hyphens).", "osaaminen"),
        Column("education", "code", "Highest education level (code of Job Market Finland).", "koulutusaste"),
        Column("licences", "codes", "Cards and permits (codes of Job Market Finland).", "kortit_ja_luvat"),
        Column("driving_classes", "codes", "Driving classes (codes of Job Market Finland).", "ajokortti"),
        Column(
            "work_limits",
            "codes",
            "Agreed limits of work ability, as codes of tasks that do not suit.",
            "työrajoitteet",
        ),
        Column(
            "commute_limit_minutes",
            "integer",
            "Longest way to work.",
            "työmatkaraja",
            unit="minutes one way",
            low=0,
            high=600,
        ),
        Column("remote_work", "flag", "Wishes for remote work.", "etätyötoive"),
        Column(
            "working_time",
            "code",
            "Wish for working time.",
            "työaikatoive",
            choices=("full_time", "part_time"),
        ),
        Column("shifts", "codes", "Working times that suit (codes of Job Market Finland).", "työvuorot"),
    ),
    key=("client_id",),
    required=True,
)

DEPARTURE_REASONS = (
    "job_found",
    "earnings_related",
    "moved_away",
    "target_group_ended",
    "transferred",
    "other",
    "not_known",
)

DEPARTURES = Table(
    "departures",
    "päättyneet",
    "Clients who have left, kept for the monthly figures and to know them again when they return.",
    (
        Column("client_id", "id", "Pseudonymous id.", "asiakas", required=True),
        Column("date", "date", "Day on which the client left.", "päivä", required=True),
        Column(
            "reason",
            "code",
            "Why: a job, the right to an earnings-related allowance, another municipality, the end of the target group.",
            "syy",
            default="not_known",
            choices=DEPARTURE_REASONS,
        ),
        Column(
            "paragraph",
            "text",
            "Paragraph on which the end of the target group rests.",
            "pykälä",
        ),
        Column("municipality", "code", "Home municipality until then.", "kunta"),
        Column("coach_id", "id", "Coach until then, to whom a client who returns may go.", "valmentaja"),
    ),
    key=("client_id", "date"),
)
