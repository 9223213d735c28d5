"""What the plan does, in one sentence and four figures."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.reports.bands import BANDS
from optimiser.reports.facts import ReportFacts
from optimiser.reports.texts import Texts

NOTHING = 1e-9
"""A gap below this share of the plan's minutes is rounding of sums."""
LEAST_SHOWN = 5
"""Fewer people than this are never shown."""


@dataclass(frozen=True)
class KeyFigure:
    """A large number with what it counts, and a line below."""

    number: str
    name: str
    note: str


def headline(facts: ReportFacts, texts: Texts) -> str:
    """Return the plan in one sentence."""
    _ = texts.gettext
    counts = facts.counts()
    clients = sum(counts.values())
    parts = {
        "served": texts.number(clients - counts["unserved"]),
        "clients": texts.number(clients),
        "crowded": _crowded(facts, texts),
        "moves": _moves(counts, texts),
        "proof": _proof(facts, texts),
    }
    apart = sum(not row.used for row in facts.snapshot.set_aside)
    if not apart:
        return _("{served} of {clients} clients have a coach; {crowded}; {moves}; {proof}.").format(**parts)
    left_out = texts.ngettext("{rows} row set aside", "{rows} rows set aside", apart)
    text = _("{served} of {clients} clients have a coach; {apart}; {crowded}; {moves}; {proof}.")
    return text.format(**parts, apart=left_out.format(rows=texts.number(apart)))


def _crowded(facts: ReportFacts, texts: Texts) -> str:
    before, after = crowded_coaches(facts)
    if not before and not after:
        return texts.gettext("no coach is above 110 % of capacity")
    text = texts.ngettext(
        "{before} coach above 110 % becomes {after}", "{before} coaches above 110 % become {after}", before
    )
    return text.format(before=texts.number(before), after=texts.number(after))


def crowded_coaches(facts: ReportFacts) -> tuple[int, int]:
    """Return how many coaches stand above 110 % before and after."""
    top, measures = BANDS[-1].key, facts.measures
    return measures.utilisation_before.bands[top], measures.utilisation.bands[top]


def _moves(counts: dict[str, int], texts: Texts) -> str:
    moved, forced = counts["moved"], counts["forced"]
    text = texts.ngettext("{moved} client is moved", "{moved} clients are moved", moved)
    text = text.format(moved=texts.number(moved))
    if not forced:
        return text
    must = texts.ngettext(
        "{moves} and {forced} must change because a rule bars the present coach",
        "{moves} and {forced} must change because a rule bars their present coach",
        forced,
    )
    return must.format(moves=text, forced=texts.number(forced))


def _proof(facts: ReportFacts, texts: Texts) -> str:
    certificate = facts.plan.certificate
    if certificate.gap_minutes <= NOTHING * max(certificate.objective_minutes, 1.0):
        return texts.gettext("proven the best possible")
    text = texts.gettext("proven within {gap} of the best possible")
    return text.format(gap=texts.proven(certificate.gap))


def key_figures(facts: ReportFacts, texts: Texts) -> tuple[KeyFigure, ...]:
    """Return the four figures at the top of the page."""
    _ = texts.gettext
    counts = facts.counts()
    clients = sum(counts.values())
    before, after = crowded_coaches(facts)
    served = clients - counts["unserved"]
    changes = _("{forced} more must change; {new} are new").format(
        forced=texts.number(counts["forced"]), new=texts.number(counts["new"])
    )
    return (
        KeyFigure(
            texts.number(served),
            _("clients have a coach"),
            _("of {clients} in the plan").format(clients=texts.number(clients)),
        ),
        KeyFigure(
            _("{before} → {after}").format(before=texts.number(before), after=texts.number(after)),
            _("coaches above 110 %"),
            _("of {coaches} coaches").format(coaches=texts.number(facts.recount.coaches.height)),
        ),
        KeyFigure(texts.number(counts["moved"]), _("clients are moved"), changes),
        KeyFigure(
            texts.proven(facts.plan.certificate.gap),
            _("at most from the best possible"),
            _("proven; anyone can check it"),
        ),
    )


def protected_sentence(facts: ReportFacts, texts: Texts) -> str:
    """Return the region-wide number of protected addresses in words; empty below 5."""
    total = facts.snapshot.protected_total
    if total < LEAST_SHOWN:
        return ""
    text = texts.gettext(
        "{number} clients of the region have a protected address. They are served outside this plan, by "
        "people, and appear nowhere else on this page."
    )
    return text.format(number=texts.number(total))
