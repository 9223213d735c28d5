"""A look at one workbook: what was assumed, and the tables that are told."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.domain.columns import Column, Table


@dataclass(frozen=True)
class Assumption:
    """Something that the workbook does not say and that is taken to be so.

    Attributes
    ----------
    text : str
        What is assumed, a sentence.
    remedy : str
        What to add to be rid of it, a sentence; empty where nothing needs to be added.
    rows : int
        How many rows it concerns.
    detail : str
        More of it, with names of coaches perhaps: for page and workbook alone.
    """

    text: str
    remedy: str
    rows: int
    detail: str = ""


ASSUMPTIONS = Table(
    "look_assumptions",
    "oletukset",
    "What the workbook does not say, and what to add so that nothing need be assumed (sheet of look.xlsx).",
    (
        Column("assumption", "text", "What is assumed.", "oletus", required=True),
        Column("rows", "integer", "Rows it concerns.", "rivit", unit="rows", required=True, low=0),
        Column("remedy", "text", "What to add to be rid of it.", "lisättävä"),
    ),
    key=("assumption",),
)

_CLIENTS = Column("clients", "integer", "Clients with a coach.", "asiakkaat", unit="clients", low=0)
_HOURS = Column("hours", "number", "Hours that the clients take.", "tunnit", unit="hours a month", low=0)
_CAPACITY = Column(
    "capacity_hours",
    "number",
    "Hours that the coaches have for clients.",
    "kapasiteettitunnit",
    unit="hours a month",
    low=0,
)
_LOAD = Column(
    "load_percent",
    "integer",
    "Hours as a share of capacity, in whole per cent that stay in their band.",
    "kuormitus",
    unit="per cent",
    low=0,
)

LOOK_COACHES = Table(
    "look_coaches",
    "valmentajat nyt",
    "Each coach today, by unit and id (sheet of look.xlsx).",
    (
        Column("unit", "text", "Unit.", "yksikkö", required=True),
        Column("coach_id", "id", "Pseudonymous id, as in the folder region.", "valmentaja", required=True),
        Column("municipality", "text", "Municipality of the office.", "toimipaikka"),
        _CLIENTS,
        _HOURS,
        _LOAD,
    ),
    key=("coach_id",),
)

LOOK_UNITS = Table(
    "look_units",
    "yksiköt nyt",
    "Each unit today; cells of few clients are empty (sheet of look.xlsx).",
    (
        Column("unit", "text", "Unit.", "yksikkö", required=True),
        Column("coaches", "integer", "Coaches.", "valmentajia", unit="coaches", low=0),
        _CLIENTS,
        _HOURS,
        _CAPACITY,
        _LOAD,
        Column("crowded", "integer", "Coaches above 110 %.", "yli_110", unit="coaches", low=0),
        Column("roomy", "integer", "Coaches below 95 %.", "alle_95", unit="coaches", low=0),
    ),
    key=("unit",),
)

LOOK_MUNICIPALITIES = Table(
    "look_municipalities",
    "kunnat nyt",
    "Each municipality today: the hours of its clients against the share of their coaches' hours that falls "
    "to it; cells of few clients are empty (sheet of look.xlsx).",
    (
        Column("municipality", "text", "Home municipality of the clients.", "kunta", required=True),
        Column("clients", "integer", "Clients.", "asiakkaat", unit="clients", low=0),
        Column(
            "hours",
            "number",
            "Hours that those of them with a coach take.",
            "tunnit",
            unit="hours a month",
            low=0,
        ),
        Column(
            "capacity_hours",
            "number",
            "Of each coach's hours the part that the municipality's clients take of the coach's load; of a coach "
            "without clients all, in the municipality of the office.",
            "kapasiteettitunnit",
            unit="hours a month",
            low=0,
        ),
        _LOAD,
    ),
    key=("municipality",),
)

LOOK_TABLES = (LOOK_COACHES, LOOK_UNITS, LOOK_MUNICIPALITIES, ASSUMPTIONS)
