"""The move list on the page: what it amounts to, and its first steps."""

from __future__ import annotations

from typing import Any

from optimiser.reports.facts import ReportFacts
from optimiser.reports.moves_sheet import first_steps
from optimiser.reports.texts import Texts


def steps_section(facts: ReportFacts, texts: Texts) -> dict[str, Any] | None:
    """Return sentences and the first steps; None for a plan without a move list."""
    moves = facts.moves
    if moves is None or moves.rows.is_empty():
        return None
    return {
        "sentences": _sentences(facts, texts),
        "table": first_steps(moves, texts, names=facts.coach_names),
    }


def _sentences(facts: ReportFacts, texts: Texts) -> list[str]:
    _ = texts.gettext
    counts, told = facts.moves.counts if facts.moves else {}, facts.summary
    steps = texts.ngettext(
        "{steps} step leads from today to this plan, spread over {weeks} so that no coach takes over more than "
        "{most} clients a week: {moved} clients move, {forced} must, {new} are new.",
        "{steps} steps lead from today to this plan, spread over {weeks} so that no coach takes over more than "
        "{most} clients a week: {moved} clients move, {forced} must, {new} are new.",
        counts["steps"],
    )
    weeks = texts.ngettext("{n} week", "{n} weeks", counts["waves"]).format(n=texts.number(counts["waves"]))
    figures = {name: texts.number(counts[name]) for name in ("steps", "moved", "forced", "new")}
    most = texts.number(facts.policy.limits.new_a_week)
    sentences = [steps.format(weeks=weeks, most=most, **figures)]
    budget = facts.policy.limits.moves
    if budget is not None:
        sentence = _("The budget was {budget} moves, of {movable} clients who could move at all.")
        sentences.append(
            sentence.format(budget=texts.number(budget), movable=texts.number(told.get("movable")))
        )
    sentences.append(
        _(
            "Each step can be taken when its turn comes without breaking a limit or making an overload worse. "
            "Any choice of steps that includes what they need is as safe. Decide in moves.csv, or on the sheet "
            "Move list saved as CSV under that name; an official confirms, then: optimiser apply."
        )
    )
    return sentences
