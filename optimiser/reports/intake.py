"""The intake as a workbook: what happened, proposals, who belongs elsewhere, what is to be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.domain.intake import ELSEWHERE, FORCED, PROPOSALS, TRIAGED
from optimiser.domain.texts import mark, said
from optimiser.reports.names import NOBODY
from optimiser.reports.sections.headline import LEAST_SHOWN
from optimiser.reports.table_book import write_tables
from optimiser.reports.texts import Texts, texts_in

TITLES = {
    "client_id": mark("Client"),
    "coach_id": mark("Coach"),
    "previous_coach_id": mark("Present coach"),
    "rank": mark("Rank"),
    "origin": mark("Origin"),
    "difference_minutes": mark("Difference, minutes a month"),
    "travel_minutes": mark("Travel, minutes a month"),
    "interpreter_minutes": mark("Interpreter, minutes a month"),
    "load_percent": mark("Coach full after the click, %"),
    "first_meeting": mark("First meeting possible (estimate)"),
    "due": mark("First interview due"),
    "late": mark("Late (estimate)"),
    "reason": mark("Reason"),
    "ground": mark("Ground"),
    "paragraph": mark("Paragraph"),
    "where_to": mark("Where to"),
    "decision": mark("Decision"),
    "unknown": mark("To be looked up"),
}


@dataclass(frozen=True)
class IntakeFacts:
    """What the workbook tells.

    Attributes
    ----------
    day : datetime.date
        Day of the intake.
    proposals, triaged, elsewhere, forced : polars.DataFrame
        Columns of the tables `PROPOSALS`, `TRIAGED`, `ELSEWHERE` and `FORCED`.
    told : dict
        The figures of `summary.json`, `intake` among them.
    """

    day: Date
    proposals: pl.DataFrame
    triaged: pl.DataFrame
    elsewhere: pl.DataFrame
    forced: pl.DataFrame
    told: dict[str, Any]


def write_intake_workbook(
    facts: IntakeFacts, path: Path, language: str = "en", coach_names: Mapping[str, str] = NOBODY
) -> None:
    """Write the workbook `intake.xlsx`.

    Parameters
    ----------
    facts : IntakeFacts
    path : pathlib.Path
        File to write.
    language : str
        Language of the texts.
    coach_names : mapping
        Id of a coach to the name that stands beside it.
    """
    # The batch first, then those who waited.
    proposals = facts.proposals.sort(pl.col("origin").cast(pl.String), "client_id", "rank")
    tables = (
        (mark("Proposals"), PROPOSALS, proposals.filter(pl.col("rank") == 1)),
        (mark("All ranks"), PROPOSALS, proposals),
        (mark("Elsewhere"), ELSEWHERE, facts.elsewhere),
        (mark("To look up"), TRIAGED, facts.triaged.filter("unknown")),
        (mark("Forced, not of the batch"), FORCED, facts.forced),
    )
    write_tables(
        path,
        said("Intake of {day}", day=facts.day),
        facts.day,
        figures(facts.told, texts_in(language)),
        tables,
        titles=TITLES,
        language=language,
        coach_names=coach_names,
    )


def figures(told: dict[str, Any], texts: Texts) -> list[str]:
    """Return the lines of the first sheet: what is counted, the figure, and a note on it."""
    _ = texts.gettext
    found, meetings = told["intake"], told["intake"]["meetings"]
    hand = found["by_hand"]
    few = _("fewer than {number}").format(number=texts.number(LEAST_SHOWN))
    lines = (
        (_("New clients in the batch"), found["batch"], _("without those to be assigned by hand")),
        (_("Taken in"), found["taken_in"], _("belong to the target group on this day")),
        (_("Taken in, a fact unknown"), found["unknown_taken_in"], _("see To look up")),
        (_("Belong elsewhere"), found["elsewhere"], _("see Elsewhere, with the paragraph")),
        (
            _("To be assigned by hand"),
            few if isinstance(hand, str) else hand,
            _("protected address: in no table"),
        ),
        (_("Without a coach"), found["without_a_coach"], _("no coach may serve, or none has room")),
        (
            _("Waited before, placed now"),
            found["waiting_placed"],
            _("clients of the snapshot without a coach"),
        ),
        (_("With the coach of the household"), found["households_kept"], ""),
        (_("With the coach of before"), found["former_coaches_kept"], ""),
        (
            _("Forced to change"),
            found["forced_not_of_the_batch"],
            _("not part of the batch: a rule bars the coach"),
        ),
        (_("First interviews"), meetings["first_meetings"], _("of the clients placed")),
        (_("Late (estimate)"), meetings["late"], _("later than the rhythm in force asks")),
        (_("Due already"), meetings["overdue_already"], _("of those late: no extra hours help")),
        (
            _("Least extra hours (estimate)"),
            texts.number(meetings["least_extra_hours"], 1),
            _("make all the others timely"),
        ),
        (_("Cost, minutes a month"), told["objective_minutes"], _("of the whole plan")),
        (
            _("No plan can cost less than"),
            told["bound_minutes"],
            _("proven, while nobody who may stay moves"),
        ),
    )
    return [_line(*line, texts) for line in lines]


def _line(name: str, value: str | float, note: str, texts: Texts) -> str:
    number = value if isinstance(value, str) else texts.number(value)
    template = texts.gettext("{name}: {number} ({note})") if note else texts.gettext("{name}: {number}")
    return template.format(name=name, number=number, note=note)
