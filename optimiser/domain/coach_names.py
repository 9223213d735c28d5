"""Names of coaches: kept in a file apart, shown in workbook and page only."""

from __future__ import annotations

from optimiser.domain.columns import Column, Table

COACH_NAMES = Table(
    "coach_names",
    "valmentajien_nimet",
    "Names of the coaches, in a file apart from all others; they are shown in workbook, page and letter only.",
    (
        Column(
            "coach_id", "id", "Pseudonymous id.", "valmentaja", required=True, aliases=("valmentajatunnus",)
        ),
        Column(
            "name",
            "text",
            "Name that is shown for the coach.",
            "nimi",
            required=True,
            aliases=("valmentajan_nimi", "namn"),
        ),
    ),
    key=("coach_id",),
)
