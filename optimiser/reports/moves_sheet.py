"""The move list for readers: a sheet on which an official decides, and the first steps for the page."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
from xlsxwriter import Workbook

from optimiser.allocation.steps import MoveList
from optimiser.domain.moves import DECISIONS, KINDS
from optimiser.domain.schema import REASON_CODES
from optimiser.reports.layout import PageTable, cells, headings
from optimiser.reports.sheets import MOST_ROWS, Formats, Kind, Sheet, SheetColumn, add_sheet
from optimiser.reports.texts import DASH, Texts

SHOWN = 20
"""Steps on the page; the workbook has them all."""
WHOLE: dict[Kind, str] = {"whole": "0", "number": "0.0"}
"""Numbers without marks between thousands, so that the sheet can be saved as `moves.csv`."""


def moves_sheet(moves: MoveList, texts: Texts) -> Sheet:
    """Return the move list as a table; its headings are those of `moves.csv`, so that it can be read again."""
    _ = texts.gettext
    decided = _("One filled row of a step speaks for all its rows.")
    columns = (
        SheetColumn(
            "step", _("Step"), _("Number of the step; it is taken whole. Take them in order."), "whole", 8
        ),
        SheetColumn("kind", _("Kind"), _kinds(texts), width=11),
        SheetColumn("client_id", _("Client id"), _("Pseudonymous id."), width=13),
        SheetColumn(
            "from_coach_id", _("From coach id"), _("Present coach; empty for a new client."), width=12
        ),
        SheetColumn("to_coach_id", _("To coach id"), _("Coach proposed."), width=12),
        SheetColumn("status", _("Status"), _("moved, forced or new: see the words below."), width=10),
        SheetColumn(
            "gain_minutes",
            _("Gain minutes"),
            _("Minutes a month that the whole step saves at its place; below 0 what it costs. An estimate."),
            "number",
            11,
        ),
        SheetColumn("needs", _("Needs"), _("Steps that must come before this one, by number."), width=14),
        SheetColumn("wave", _("Wave"), _("Week of the change, from 1."), "whole", 8),
        SheetColumn("wave_starts", _("Wave starts"), _("Monday of that week."), width=12),
        SheetColumn("reason", _("Reason"), _("Why, in words."), width=70),
        SheetColumn("decision", _("Decision"), _("Choose accepted or rejected.") + " " + decided, width=12),
        SheetColumn("reason_code", _("Reason code"), _("Reason of the decision: choose a code."), width=18),
        SheetColumn("confirmed_by", _("Confirmed by"), _("Pseudonymous id of the official."), width=13),
        SheetColumn("confirmed_at", _("Confirmed at"), _("Day of the decision."), width=12),
    )
    return Sheet(_("Move list"), columns, moves.rows)


def add_moves_sheet(book: Workbook, sheet: Sheet, formats: Formats, texts: Texts) -> None:
    """Write the sheet of a move list, with lists to choose from in the columns of the decision."""
    plain = {kind: book.add_format({"num_format": text}) for kind, text in WHOLE.items()}
    add_sheet(book, sheet, replace(formats, kinds=formats.kinds | plain))
    _ = texts.gettext
    choices = {
        "decision": (DECISIONS, _("Choose accepted or rejected, or leave the cell empty.")),
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
    return "; ".join(f"{kind}: {meanings[kind]}" for kind in KINDS) + "."


def first_steps(moves: MoveList, texts: Texts, shown: int = SHOWN) -> PageTable | None:
    """Return the first steps as a table of the page, None where there are none."""
    if moves.rows.is_empty():
        return None
    _ = texts.gettext
    rows = [
        cells(
            texts.number(row["step"]),
            row["kind"],
            row["client_id"],
            row["from_coach_id"] or DASH,
            row["to_coach_id"],
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
