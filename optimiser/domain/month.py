"""The month-end tables: figures by place, departures by reason, satisfaction, definitions, and who is asked."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table
from optimiser.domain.schema import DEPARTURE_REASONS

LEVELS = ("region", "area", "municipality")
FAMILIES: dict[str, tuple[str, ...]] = {
    "all": (),
    "load": ("load_hours",),
    "demand": ("demand_hours",),
    "capacity": ("capacity_hours", "utilisation"),
    "interpreter": ("interpreter_clients", "interpreter_minutes"),
    "flows": ("inflow", "outflow"),
    "returned": ("returned",),
    "first_meetings": ("first_due", "first_on_time", "first_on_time_share"),
    "first_late": ("first_late", "first_not_held"),
    "continuity": ("handovers", "continuity"),
    "stayed": ("had_coach", "kept"),
    "involuntary": ("involuntary",),
}
"""Figures that are held back together; `all` for all figures of a place with few clients."""
TOGETHER = "together"
"""Stands for the reasons that few clients have, counted as one."""
OUTFLOW_REASONS = (*DEPARTURE_REASONS, TOGETHER)
_HOURS = "hours a month"
_CLIENTS = "clients"
_SHARE = "share"


def _count(name: str, description: str, fi: str) -> Column:
    return Column(name, "integer", description, fi, unit=_CLIENTS)


_SINCE = Column("since", "date", "Day of the snapshot before; empty for the first snapshot.", "alkaen")
_UNTIL = Column("until", "date", "Day of the snapshot; the figures hold for it or lead to it.", "päättyen")
_LEVEL = Column("level", "code", "What the row is of.", "taso", choices=LEVELS)
_AREA = Column("area", "code", "Service area; empty for the region.", "palvelualue")

MONTH = Table(
    "month",
    "kuukausiluvut",
    "Month-end figures: one row a snapshot and place. What tells of few people is empty, the same in every table, picture and file.",
    (
        _SINCE,
        _UNTIL,
        _LEVEL,
        _AREA,
        Column("municipality", "code", "Municipality code; empty for areas and the region.", "kunta"),
        Column("name", "text", "Name of the place.", "nimi"),
        Column(
            "held_back",
            "codes",
            "Figures that are empty because few people are behind them, here or in a place beside.",
            "salatut",
            choices=tuple(FAMILIES),
        ),
        _count("clients", "Clients on the day.", "asiakkaat"),
        _count("inflow", "Clients who were not there on the day before.", "tulleet"),
        _count("returned", "Of these, who had left earlier.", "palanneet"),
        _count("outflow", "Clients of the day before who have left.", "lähteneet"),
        _count("first_due", "First meetings whose last day fell into the period.", "ensitapaamiset"),
        _count("first_on_time", "Of these, held by then.", "ensitapaamiset_ajoissa"),
        _count("first_late", "Of these, held later.", "ensitapaamiset_myöhässä"),
        _count(
            "first_not_held", "Of these, not held by the day of the snapshot.", "ensitapaamiset_pitämättä"
        ),
        Column(
            "first_on_time_share",
            "number",
            "First meetings on time of those due.",
            "ensitapaamisista_ajoissa",
            unit=_SHARE,
        ),
        Column("demand_hours", "number", "Coach time that all clients need.", "tarve_tuntia", unit=_HOURS),
        Column("load_hours", "number", "Coach time of clients with a coach.", "kuorma_tuntia", unit=_HOURS),
        Column("capacity_hours", "number", "Coach time there is.", "kapasiteetti_tuntia", unit=_HOURS),
        Column("utilisation", "number", "Load over capacity.", "käyttöaste", unit=_SHARE),
        _count("had_coach", "Clients who had a coach on both days.", "oli_valmentaja"),
        _count("kept", "Of these, with the same coach.", "sama_valmentaja"),
        _count("handovers", "Of these, with another coach.", "valmentajan_vaihdot"),
        _count("involuntary", "Handovers that the client did not ask for.", "tahdosta_riippumattomat"),
        Column("continuity", "number", "Kept of those who had a coach.", "jatkuvuus", unit=_SHARE),
        _count(
            "interpreter_clients", "Clients who share no language with their coach.", "tulkkia_tarvitsevat"
        ),
        Column(
            "interpreter_minutes",
            "number",
            "Extra meeting time with an interpreter.",
            "tulkkiminuutit",
            unit="minutes a month",
        ),
    ),
    key=("until", "level", "area", "municipality"),
    every_column=True,
)

OUTFLOW = Table(
    "month_outflow",
    "lähteneet_syittäin",
    "Clients who have left, by reason: of the region, and of areas where no reason has few clients.",
    (
        _SINCE,
        _UNTIL,
        _LEVEL,
        _AREA,
        Column(
            "reason",
            "code",
            "Why, as the table of departures says; `together` for the reasons that few clients have.",
            "syy",
            choices=OUTFLOW_REASONS,
        ),
        _count("clients", "Clients who have left.", "asiakkaat"),
    ),
    key=("until", "level", "area", "reason"),
    every_column=True,
)

DEFINITIONS = Table(
    "month_definitions",
    "määritelmät",
    "What each monthly figure means, and from what day it has been so.",
    (
        Column("number", "integer", "Number of the definition.", "numero"),
        Column("figure", "text", "Figure.", "luku"),
        Column("unit", "text", "Its unit.", "yksikkö"),
        Column("in_force", "date", "Day from which it is counted so.", "voimassa_alkaen"),
        Column("definition", "text", "How it is counted.", "määritelmä"),
    ),
    key=("number",),
    every_column=True,
)

SURVEY = Table(
    "survey",
    "kysely",
    "Answers of an anonymous satisfaction survey, one row an answer: nothing that tells who answered or of whom.",
    (
        Column(
            "area", "text", "Service area, as in the table of municipalities.", "palvelualue", required=True
        ),
        Column(
            "month",
            "text",
            "Month of the answer (`2024-05`), or a day in it.",
            "kuukausi",
            required=True,
            aliases=("date", "päivä", "kk"),
        ),
        Column("question", "text", "The question, or its short name.", "kysymys", required=True),
        Column(
            "answer",
            "integer",
            "From 1 (not at all satisfied) to 5 (very satisfied).",
            "vastaus",
            unit="grade 1-5",
            required=True,
            low=1,
            high=5,
        ),
    ),
    key=("area", "month", "question"),
    required=True,
)

SATISFACTION = Table(
    "month_survey",
    "tyytyväisyys",
    "Satisfaction by area and month, and of the region; empty where fewer than 30 answers are behind it, and in the next smallest area beside.",
    (
        Column("month", "date", "First day of the month.", "kuukausi"),
        Column("question", "text", "Question.", "kysymys"),
        _LEVEL,
        _AREA,
        Column("answers", "integer", "Answers.", "vastaukset", unit="answers"),
        Column("mean", "number", "Mean grade.", "keskiarvo", unit="grade 1-5"),
        Column("satisfied", "number", "Answers of 4 or 5.", "tyytyväisiä", unit=_SHARE),
    ),
    key=("month", "question", "level", "area"),
    every_column=True,
)

SAMPLE = Table(
    "sample",
    "otos",
    "Clients who are due for the satisfaction survey.",
    (Column("client_id", "id", "Pseudonymous id.", "asiakas", required=True),),
    key=("client_id",),
    every_column=True,
)
