"""The plan as a workbook for managers: one sheet a question, coaches by unit and id."""

from __future__ import annotations

import math
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from optimiser.reports.facts import ReportFacts
from optimiser.reports.moves_sheet import add_moves_sheet, moves_sheet
from optimiser.reports.sections.headline import headline_clauses, protected_sentence
from optimiser.reports.sections.proof import price_words, proof_sentences
from optimiser.reports.sheets import Formats, add_sheet, make_formats, open_book, sheet_name
from optimiser.reports.tables_of_plan import columns_sheet, sheets_of
from optimiser.reports.texts import Texts, texts_in

CHARACTERS_OF_LINE = 125
"""That fit side by side on the first sheet, with room to spare."""
HEIGHT_OF_LINE = 15.5


def write_workbook(facts: ReportFacts, path: Path, language: str = "en") -> None:
    """Write the workbook `plan.xlsx`.

    Parameters
    ----------
    facts : ReportFacts
    path : pathlib.Path
        File to write.
    language : str
        Language of the headings and texts.

    Raises
    ------
    OptimiserError
        Where there are no texts in that language.
    """
    texts = texts_in(language)
    sheets = sheets_of(facts, texts)
    with open_book(path, texts.gettext("Plan"), facts.snapshot.date, texts) as book:
        formats = make_formats(book)
        _summary(book, facts, texts, formats)
        for sheet in sheets:
            add_sheet(book, sheet, formats)
        if facts.moves is not None:
            steps = moves_sheet(facts.moves, texts)
            add_moves_sheet(book, steps, formats, texts)
            sheets = (*sheets, steps)
        add_sheet(book, columns_sheet(sheets, texts), formats)


def _summary(book: Workbook, facts: ReportFacts, texts: Texts, formats: Formats) -> None:
    """Write the first sheet: the headline, the figures as numbers, the proof in words."""
    _ = texts.gettext
    page = book.add_worksheet(sheet_name(_("Summary")))
    page.set_column(0, 0, 46)
    page.set_column(1, 1, 22)
    page.set_column(2, 2, 70)
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    clauses = headline_clauses(facts, texts)
    for row, clause in enumerate(clauses):
        style = formats.title if row == 0 else formats.wrapped
        _write_line(page, row, _("{sentence}.").format(sentence=clause[:1].upper() + clause[1:]), style)
    row = len(clauses) + 1
    for name, value, note in _figures(facts, texts):
        page.write_string(row, 0, name)
        if isinstance(value, str):
            page.write_string(row, 1, value)
        else:
            page.write_number(row, 1, value, formats.kinds["whole"])
        if note:
            page.write_string(row, 2, note, formats.wrapped)
        row += 1
    sentences = [
        *proof_sentences(facts, texts),
        protected_sentence(facts, texts),
        *map(texts.of, facts.snapshot.notices),
    ]
    for i, sentence in enumerate(filter(None, sentences), start=row + 1):
        _write_line(page, i, sentence, formats.wrapped)


def _write_line(page: Worksheet, row: int, text: str, style: Format) -> None:
    """Write a sentence across the sheet's width, in as many lines as it needs."""
    lines = math.ceil(len(text) / CHARACTERS_OF_LINE)
    if lines > 1:
        page.set_row(row, HEIGHT_OF_LINE * lines)
    page.merge_range(row, 0, row, 2, "", style)
    page.write_string(row, 0, text, style)


def _figures(facts: ReportFacts, texts: Texts) -> list[tuple[str, str | float, str]]:
    """Return (name, value, note) of the figures on the first sheet."""
    _ = texts.gettext
    counts, certificate = facts.counts(), facts.plan.certificate
    prices = facts.recount.prices
    apart = sum(not row.used for row in facts.snapshot.set_aside)
    return [
        (_("Clients"), sum(counts.values()), ""),
        (_("Kept"), counts["kept"], _("keep the coach they have")),
        (_("Moved"), counts["moved"], _("could have stayed, but change coach because that is worth more")),
        (_("Forced"), counts["forced"], _("change coach because a rule now bars the present one")),
        (_("New"), counts["new"], _("had no coach and get one")),
        (_("Without a coach"), counts["unserved"], _("see the sheet Unserved")),
        (_("Rows set aside"), apart, _("see the sheet Set aside")),
        (_("Coaches"), facts.recount.coaches.height, ""),
        (_("Cost, minutes a month"), certificate.objective_minutes, _("the sum of the prices below")),
        *((f"  {name}", prices[key], meaning) for key, (name, meaning) in price_words(texts).items()),
        (_("No plan can cost less than"), certificate.bound_minutes, _("proven")),
        (_("Difference at most, minutes a month"), certificate.gap_minutes, texts.proven(certificate.gap)),
        (_("Facts hold on"), texts.day(facts.snapshot.date), ""),
        (_("Policy"), facts.policy.name, ""),
        (_("Fingerprint of the facts"), certificate.fingerprint[:16], certificate.fingerprint),
    ]
