"""A look at one workbook for people: one page, one workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimiser.allocation.look import Possible, Today
from optimiser.domain.look import (
    ASSUMPTIONS,
    LOOK_COACHES,
    LOOK_MUNICIPALITIES,
    LOOK_UNITS,
    Assumption,
)
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said, several
from optimiser.quality.suppress import SMALLEST
from optimiser.reports.bands import BANDS, band_names
from optimiser.reports.page import drawn
from optimiser.reports.sections import look as sections
from optimiser.reports.table_book import write_tables
from optimiser.reports.texts import Texts, texts_in

OF_WORKBOOK = mark("As in your workbook.")


@dataclass(frozen=True)
class LookFacts:
    """What a look found.

    Attributes
    ----------
    snapshot : Snapshot
        The region as it was read, with what was assumed.
    now : Today
    could : Possible
    advice : tuple of Message
        What could be done.
    assumptions : tuple of Assumption
    notices : tuple of str
        How the workbook was understood.
    names : mapping
        Coach id to name.
    """

    snapshot: Snapshot
    now: Today
    could: Possible
    advice: tuple[Message, ...]
    assumptions: tuple[Assumption, ...]
    notices: tuple[str, ...]
    names: Mapping[str, str]


def headline(now: Today) -> Message:
    """Return hours against capacity of everybody, in a sentence."""
    return several(
        "{count:,} client, {hours:,.0f} hours a month; {coaches:,} coaches, {capacity:,.0f} hours: {load:.0f} % full.",
        "{count:,} clients, {hours:,.0f} hours a month; {coaches:,} coaches, {capacity:,.0f} hours: {load:.0f} % full.",
        now.clients,
        hours=now.hours,
        coaches=now.coaches.height,
        capacity=now.capacity_hours,
        load=100 * now.hours / now.capacity_hours if now.capacity_hours > 0 else 0.0,
    )


def next_commands(folder: str) -> tuple[str, ...]:
    """Return the commands that go on from the folder a look wrote."""
    return (
        f"optimiser allocate {folder}/region --out {folder}/plan",
        f"optimiser rebalance {folder}/region --max-share 3% --out {folder}/moves",
        f"optimiser frontier {folder}/region --out {folder}/frontier",
    )


def write_look_page(facts: LookFacts, path: Path, folder: str, language: str = "en") -> None:
    """Write the page.

    Parameters
    ----------
    facts : LookFacts
    path : pathlib.Path
        File to write; one HTML page that needs no network and no script.
    folder : str
        Name of the folder, for the commands that go on from it.
    language : str
        Language of the texts.

    Raises
    ------
    OptimiserError
        Where there are no texts in that language.
    """
    texts = texts_in(language)
    path.write_bytes(drawn("look.html.j2", _content(facts, folder, texts), texts).encode())


def write_look_workbook(facts: LookFacts, path: Path, language: str = "en") -> None:
    """Write the workbook: Summary, Coaches, Units, Municipalities, Assumptions, Columns.

    Raises
    ------
    OptimiserError
        Where there are no texts in that language.
    """
    texts = texts_in(language)
    now, snapshot = facts.now, facts.snapshot
    write_tables(
        path,
        said("A look at the caseloads, {day}", day=snapshot.date),
        snapshot.date,
        [headline(now), *facts.advice, *facts.notices],
        [
            (said("Coaches"), LOOK_COACHES, sections.coach_frame(now, snapshot)),
            (said("Units"), LOOK_UNITS, sections.unit_frame(now, snapshot)),
            (said("Municipalities"), LOOK_MUNICIPALITIES, sections.municipality_frame(now, snapshot)),
            (said("Assumptions"), ASSUMPTIONS, sections.assumption_frame(facts.assumptions, texts)),
        ],
        titles={"crowded": mark("Coaches above 110 %"), "roomy": mark("Coaches below 95 %")},
        language=language,
        coach_names=facts.names,
        names_from=OF_WORKBOOK,
    )


def _content(facts: LookFacts, folder: str, texts: Texts) -> dict[str, Any]:
    _ = texts.gettext
    now, could, snapshot = facts.now, facts.could, facts.snapshot
    units, places = sections.unit_frame(now, snapshot), sections.municipality_frame(now, snapshot)
    return {
        "language": texts.language,
        "title": _("Hours against capacity today"),
        "kicker": _("Facts of {day}").format(day=texts.day(snapshot.date)),
        "headline": texts.of(headline(now)),
        "figures": _key_figures(now, texts),
        "bands": [
            {"style": band.style, "name": name} for band, name in zip(BANDS, band_names(texts), strict=True)
        ],
        "advice": [texts.of(line) for line in facts.advice],
        "picture": sections.band_picture(now, could, texts),
        "band_table": sections.band_table(now, could, units, places, texts),
        "units": sections.unit_table(units, texts),
        "municipalities": sections.municipality_table(places, texts),
        "map": sections.map_picture(places, snapshot, texts),
        "coaches": sections.coach_table(sections.coach_frame(now, snapshot), facts.names, texts),
        "assumptions": sections.assumption_table(sections.assumption_frame(facts.assumptions, texts), texts),
        "notices": [texts.of(line) for line in facts.notices],
        "commands": next_commands(folder),
        "origin": _("Made from the snapshot {mark}. A proposal; a named official decides.").format(
            mark=snapshot.fingerprint()[:12]
        ),
    }


def _placed(now: Today, texts: Texts) -> str:
    """Hours of those with a coach, unless the rest would be the hours of few clients."""
    if 0 < now.without_coach < SMALLEST:
        return texts.gettext("a month")
    placed = texts.number(now.placed_hours)
    return texts.gettext("a month, {placed} of them with a coach").format(placed=placed)


def _key_figures(now: Today, texts: Texts) -> list[dict[str, str]]:
    _ = texts.gettext
    bands = now.utilisation.bands
    return [
        {
            "name": _("hours the clients take"),
            "number": texts.number(now.hours),
            "note": _placed(now, texts),
        },
        {
            "name": _("hours the coaches have"),
            "number": texts.number(now.capacity_hours),
            "note": _("a month for clients"),
        },
        {
            "name": _("coaches above 110 %"),
            "number": texts.number(bands[">110"]),
            "note": _("and {count} below 95 %").format(count=texts.number(bands["<95"])),
        },
        {
            "name": _("clients without a coach"),
            "number": texts.number(now.without_coach),
            "note": _("of {count}").format(count=texts.number(now.clients)),
        },
    ]
