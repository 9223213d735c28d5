"""The tables that calendars and temporary cover are written as."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import CHANNELS

KINDS = ("first", "campaign", "rhythm", "agreed")
"""First interview; contact of the start-up campaign; next meeting by the rhythm; on a day agreed."""
OUTCOMES = ("covered", "late", "nobody", "waits")
"""A deputy takes it in time, or late; nobody can; it waits for the coach."""

_WEEK = Column("week", "integer", "Week, 1 is the present one; empty where it does not fit.", "viikko", low=1)
_MONDAY = Column("monday", "date", "Monday of that week.", "maanantai")
_CLIENT = Column("client_id", "id", "Client.", "asiakas", required=True)
_KIND = Column(
    "kind",
    "code",
    "first (interview), campaign (contact at the start), rhythm, agreed (on a day agreed).",
    "laji",
    choices=KINDS,
)
_CHANNEL = Column("channel", "code", "How the client is met.", "asiointitapa", choices=CHANNELS)
_MINUTES = Column(
    "minutes", "number", "Meeting, records and interpreter (estimate).", "minuuttia", unit="minutes"
)
_DUE = Column("due", "date", "Last day on which it is in time.", "määräpäivä")
_LATE = Column(
    "late_days",
    "integer",
    "Days late at least; 0 in time.",
    "myöhässä_päivää",
    unit="days",
    low=0,
)
_FIGURES = (
    Column("due", "integer", "Meetings due in the calendar.", "määräajassa", unit="meetings", low=0),
    Column("on_time", "integer", "Held in time.", "ajoissa", unit="meetings", low=0),
    Column("late", "integer", "Held late.", "myöhässä", unit="meetings", low=0),
    Column("not_fitting", "integer", "No week has room for them.", "ei_mahdu", unit="meetings", low=0),
    Column("latest_days", "integer", "Days late of the latest, at least.", "myöhäisin", unit="days", low=0),
)
_EXTRA = Column(
    "extra_hours",
    "number",
    "Least extra hours of coach time with which every meeting would be in time (estimate).",
    "lisätunnit",
    unit="hours",
    low=0,
)

CALENDAR = Table(
    "calendar",
    "kalenteri",
    "A coach's own calendar: one row a meeting; each coach has a file of his or her own.",
    (
        Column("coach_id", "id", "Whose calendar it is.", "valmentaja", required=True),
        _WEEK,
        _MONDAY,
        _CLIENT,
        _KIND,
        _CHANNEL,
        _MINUTES,
        _DUE,
        _LATE,
    ),
    key=("week", "client_id", "due"),
    every_column=True,
)

TEAMS = Table(
    "teams",
    "tiimit",
    "Meetings due and late by team; a team of one coach is held back, and one more with it.",
    (
        Column("unit_id", "id", "Team.", "yksikkö", required=True),
        Column("name", "text", "Name.", "nimi"),
        Column("coaches", "integer", "Coaches.", "valmentajia", unit="coaches", low=0),
        *_FIGURES,
        _EXTRA,
    ),
    key=("unit_id",),
    every_column=True,
)

MUNICIPALITIES_DONE = Table(
    "municipality_contacts",
    "kuntien_tapaamiset",
    "Meetings due and late by home municipality; figures that 1 to 4 clients or meetings are behind, or are missing from, are empty, and the next smallest with them.",
    (
        Column("municipality", "code", "Municipality code.", "kuntakoodi", required=True),
        Column("name", "text", "Name.", "nimi"),
        Column("clients", "integer", "Clients with a meeting due.", "asiakkaita", unit="clients", low=0),
        *_FIGURES,
        Column(
            "contacts_due",
            "integer",
            "First interviews and contacts of the campaign among them.",
            "ensitapaamisia",
            unit="meetings",
            low=0,
        ),
        Column(
            "done_by",
            "date",
            "Sunday of the week in which the last of these is held; empty where one does not fit or none is due.",
            "valmis",
        ),
    ),
    key=("municipality",),
    every_column=True,
)

TEAM_WEEKS = Table(
    "weeks",
    "viikot",
    "Meetings, hours and missing hours by week: the region (no team), then each team that is shown.",
    (
        Column("unit_id", "id", "Team; empty for the whole region.", "yksikkö"),
        _WEEK,
        _MONDAY,
        Column("meetings", "integer", "Meetings held.", "tapaamisia", unit="meetings", low=0),
        Column("hours", "number", "Hours they take (estimate).", "tunnit", unit="hours", low=0),
        Column("late", "integer", "Of them late.", "myöhässä", unit="meetings", low=0),
        _EXTRA,
    ),
    key=("unit_id", "week"),
    every_column=True,
)

TEMPORARY_COVER = Table(
    "temporary_cover",
    "sijaisuus",
    "Who holds the meetings of a coach who is away; by due day. The clients keep their coach.",
    (
        _CLIENT,
        _KIND,
        _DUE,
        Column(
            "outcome",
            "code",
            "covered (in time), late (a deputy, after the due day), nobody, waits (for the coach).",
            "tulos",
            choices=OUTCOMES,
        ),
        _WEEK,
        _MONDAY,
        Column("deputy_id", "id", "Deputy; empty where nobody can or it waits.", "sijainen"),
        _MINUTES,
        _CHANNEL,
        _LATE,
        Column("back_on", "date", "First working day on which the coach is back.", "palaa"),
        Column("reason", "text", "Why, in words.", "perustelu"),
    ),
    key=("due", "client_id", "kind"),
    every_column=True,
)
