"""The move list for readers: a sheet on which an official decides, and the first steps for the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl
from xlsxwriter import Workbook

from optimiser.allocation.steps import MoveList
from optimiser.domain.moves import DECISIONS, KINDS, MOVES
from optimiser.domain.schema import REASON_CODES
from optimiser.reports.layout import PageTable, cells, headings
from optimiser.reports.names import NOBODY, beside
from optimiser.reports.sheets import MOST_ROWS, Formats, Kind, Sheet, SheetColumn, add_sheet
from optimiser.reports.texts import DASH, Texts
from optimiser.reports.words import word
from optimiser.tables.moves_file import FINNISH as DECISIONS_IN_FINNISH

SHOWN = 20
"""Steps on the page; the workbook has them all."""
FINNISH = "fi"
WHOLE: dict[Kind, str] = {"whole": "0", "number": "0.0"}
"""Numbers without marks between thousands, so that the sheet can be saved as `moves.csv`."""


def moves_sheet(moves: MoveList, texts: Texts) -> Sheet:
    """Return the move list as a table: headings and codes of `moves.csv`, no names, so that it can be read again."""
    _ = texts.gettext
    meanings: dict[str, tuple[str, Kind, float]] = {
        "step": (_("Number of the step; it is taken whole. Take them in order."), "whole", 8),
        "kind": (_kinds(texts), "text", 11),
        "client_id": (_("Pseudonymous id."), "text", 13),
        "from_coach_id": (_("Present coach; empty for a new client."), "text", 12),
        "to_coach_id": (_("Coach proposed."), "text", 12),
        "status": (_statuses(texts), "text", 10),
        "gain_minutes": (
            _("Minutes a month that the whole step saves at its place; below 0 what it costs. An estimate."),
            "number",
            11,
        ),
        "needs": (_("Steps that must come before this one, by number."), "text", 14),
        "wave": (_("Week of the change, from 1."), "whole", 8),
        "wave_starts": (_("Monday of that week."), "text", 12),
        "reason": (_("Why, in words."), "text", 70),
        "decision": (
            _("Choose {choices}. One filled row of a step speaks for all its rows.").format(
                choices=" / ".join(decisions(texts))
            ),
            "text",
            12,
        ),
        "reason_code": (_("Reason of the decision: choose a code."), "text", 18),
        "confirmed_by": (_("Pseudonymous id of the official."), "text", 13),
        "confirmed_at": (_("Day of the decision."), "text", 12),
    }
    columns = tuple(SheetColumn(name, _heading(name, texts), *about) for name, about in meanings.items())
    return Sheet(_("Move list"), columns, moves.rows)


def _heading(name: str, texts: Texts) -> str:
    """Return a heading under which the sheet can be read again: no translation of ours, but a known name."""
    column = MOVES.by_name[name]
    return (column.fi if texts.language == FINNISH else column.name).replace("_", " ").capitalize()


def decisions(texts: Texts) -> tuple[str, ...]:
    """Return what an official may decide, as it can be read again."""
    return tuple(DECISIONS_IN_FINNISH) if texts.language == FINNISH else DECISIONS


def add_moves_sheet(book: Workbook, sheet: Sheet, formats: Formats, texts: Texts) -> None:
    """Write the sheet of a move list, with lists to choose from in the columns of the decision."""
    plain = {kind: book.add_format({"num_format": text}) for kind, text in WHOLE.items()}
    add_sheet(book, sheet, replace(formats, kinds=formats.kinds | plain))
    _ = texts.gettext
    choices = {
        "decision": (decisions(texts), _("Choose a word of the list, or leave the cell empty.")),
        "reason_code": (REASON_CODES, _("Choose one of the codes, or leave the cell empty.")),
    }
    at = {column.name: place for place, column in enumerate(sheet.columns)}
    for page in book.worksheets()[-len(range(0, max(sheet.frame.height, 1), MOST_ROWS)) :]:
        for name, (codes, words) in choices.items():
            rule = {"validate": "list", "source": list(codes), "error_message": words}
            last = min(max(sheet.frame.height, 1), MOST_ROWS)
            page.data_validation(1, at[name], last, at[name], rule)


def _kinds(texts: Texts) -> str:
    _ = texts.gettext
    meanings = {
        "placement": _("a client without a coach gets one"),
        "move": _("one client, or one household, moves"),
        "exchange": _("two coaches swap clients"),
        "chain": _("one makes room for the next"),
        "bundle": _("only together"),
    }
    return _codes([(kind, meanings[kind]) for kind in KINDS], texts)


def _statuses(texts: Texts) -> str:
    _ = texts.gettext
    meanings = (
        ("moved", _("could have stayed")),
        ("forced", _("a rule bars the present coach")),
        ("new", _("had no coach")),
    )
    return _codes(meanings, texts)


def _codes(meanings: Iterable[tuple[str, str]], texts: Texts) -> str:
    """Return codes with what they mean: the sheet keeps the codes, as it can be read again."""
    listed = (texts.gettext("{code}: {meaning}").format(code=c, meaning=m) for c, m in meanings)
    return texts.gettext("{sentence}.").format(sentence="; ".join(listed))


def first_steps(
    moves: MoveList, texts: Texts, shown: int = SHOWN, names: Mapping[str, str] = NOBODY
) -> PageTable | None:
    """Return the first steps as a table of the page, None where there are none."""
    if moves.rows.is_empty():
        return None
    _ = texts.gettext
    rows = [
        cells(
            texts.number(row["step"]),
            word(row["kind"], texts),
            row["client_id"],
            beside(row["from_coach_id"], names) if row["from_coach_id"] else DASH,
            beside(row["to_coach_id"], names),
            texts.number(row["gain_minutes"], 1),
            row["needs"] or DASH,
            texts.day(row["wave_starts"]),
        )
        for row in moves.rows.filter(pl.col("step") <= shown).to_dicts()
    ]
    caption = _("The first {shown} of {steps} steps; each leaves every limit as sound as before").format(
        shown=texts.number(min(shown, moves.counts["steps"])), steps=texts.number(moves.counts["steps"])
    )
    heads = headings(
        "#" + _("Step"),
        _("Kind"),
        _("Client"),
        _("From coach"),
        _("To coach"),
        "#" + _("Minutes a month saved by the step"),
        _("Needs steps"),
        _("Week from"),
    )
    return PageTable(caption, heads, tuple(rows))
