"""What the plan does, in one sentence and a few figures."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.reports.bands import BANDS
from optimiser.reports.facts import ReportFacts
from optimiser.reports.sections.proof import WEAK
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
    return texts.gettext("{sentence}.").format(sentence="; ".join(headline_clauses(facts, texts)))


def headline_clauses(facts: ReportFacts, texts: Texts) -> tuple[str, ...]:
    """Return the clauses of the headline: who has a coach, who has none, load, moves, proof."""
    counts = facts.counts()
    clauses = (
        _served(counts, texts),
        _without(counts["unserved"], texts),
        _apart(facts, texts),
        _crowded(facts, texts),
        _moves(counts, texts) if placed_before(facts) else "",
        _proof(facts, texts),
    )
    return tuple(clause for clause in clauses if clause)


def placed_before(facts: ReportFacts) -> bool:
    """Return whether any client has a present coach, so that there is a before to compare with."""
    rows = facts.plan.rows
    return rows.is_empty() or rows["previous_coach_id"].null_count() < rows.height


def _served(counts: dict[str, int], texts: Texts) -> str:
    clients = sum(counts.values())
    served = clients - counts["unserved"]
    who = texts.ngettext("{served} of {clients} client", "{served} of {clients} clients", clients)
    # "0 of 1 client has", "1 of 2 clients has", "0 of 2 clients have"
    text = texts.ngettext("{who} has a coach", "{who} have a coach", served if clients > 1 else clients)
    return text.format(who=who.format(served=texts.number(served), clients=texts.number(clients)))


def _without(unserved: int, texts: Texts) -> str:
    if not unserved:
        return ""
    text = texts.ngettext("{unserved} is without a coach", "{unserved} are without a coach", unserved)
    return text.format(unserved=texts.number(unserved))


def _apart(facts: ReportFacts, texts: Texts) -> str:
    apart = sum(not row.used for row in facts.snapshot.set_aside)
    if not apart:
        return ""
    text = texts.ngettext("{rows} row set aside", "{rows} rows set aside", apart)
    return text.format(rows=texts.number(apart))


def _crowded(facts: ReportFacts, texts: Texts) -> str:
    before, after = crowded_coaches(facts)
    if not after and not (before and placed_before(facts)):
        return texts.gettext("no coach is above 110 % of capacity")
    if not placed_before(facts):
        text = texts.ngettext(
            "{after} coach is above 110 % of capacity", "{after} coaches are above 110 % of capacity", after
        )
        return text.format(after=texts.number(after))
    text = texts.ngettext(
        "{before} coach above 110 % becomes {after}", "{before} coaches above 110 % become {after}", before
    )
    return text.format(before=texts.number(before), after=texts.number(after))


def crowded_coaches(facts: ReportFacts) -> tuple[int, int]:
    """Return how many coaches stand above 110 % before and after."""
    top = BANDS[-1].key
    return facts.fullness("before").bands[top], facts.fullness("after").bands[top]


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
    if proven_best(facts):
        return texts.gettext("proven the best possible")
    text = texts.gettext("proven within {gap} of the best possible")
    if certificate.gap > WEAK:
        text = texts.gettext(
            "the proof is weak here (within {gap} of the best possible), because clients cannot be divided and "
            "there are few of them for many coaches"
        )
    return text.format(gap=texts.proven(certificate.gap))


def proven_best(facts: ReportFacts) -> bool:
    """Return whether nothing but rounding of sums is left between the plan and its bound."""
    certificate = facts.plan.certificate
    return certificate.gap_minutes <= NOTHING * max(certificate.objective_minutes, 1.0)


def key_figures(facts: ReportFacts, texts: Texts) -> tuple[KeyFigure, ...]:
    """Return the figures at the top of the page: four, and one more where some are unserved."""
    counts = facts.counts()
    unserved = (_unserved_figure(counts["unserved"], texts),) if counts["unserved"] else ()
    return (
        _served_figure(counts, texts),
        *unserved,
        _crowded_figure(facts, texts),
        _moved_figure(counts, texts) if placed_before(facts) else _new_figure(counts["new"], texts),
        _proof_figure(facts, texts),
    )


def _served_figure(counts: dict[str, int], texts: Texts) -> KeyFigure:
    clients = sum(counts.values())
    served = clients - counts["unserved"]
    name = texts.ngettext("client has a coach", "clients have a coach", served)
    note = texts.gettext("of {clients} in the plan").format(clients=texts.number(clients))
    return KeyFigure(texts.number(served), name, note)


def _unserved_figure(unserved: int, texts: Texts) -> KeyFigure:
    name = texts.ngettext("client without a coach", "clients without a coach", unserved)
    return KeyFigure(texts.number(unserved), name, texts.gettext("reasons and repairs below"))


def _crowded_figure(facts: ReportFacts, texts: Texts) -> KeyFigure:
    before, after = crowded_coaches(facts)
    coaches = facts.recount.coaches.height
    note = texts.ngettext("of {coaches} coach", "of {coaches} coaches", coaches)
    number = texts.number(after)
    if placed_before(facts):
        number = texts.gettext("{before} → {after}").format(before=texts.number(before), after=number)
    name = texts.ngettext("coach above 110 %", "coaches above 110 %", after)
    return KeyFigure(number, name, note.format(coaches=texts.number(coaches)))


def _moved_figure(counts: dict[str, int], texts: Texts) -> KeyFigure:
    new = texts.ngettext("{new} is new", "{new} are new", counts["new"])
    changes = texts.gettext("{forced} more must change; {new}").format(
        forced=texts.number(counts["forced"]), new=new.format(new=texts.number(counts["new"]))
    )
    name = texts.ngettext("client is moved", "clients are moved", counts["moved"])
    return KeyFigure(texts.number(counts["moved"]), name, changes)


def _new_figure(new: int, texts: Texts) -> KeyFigure:
    name = texts.ngettext("client is new", "clients are new", new)
    return KeyFigure(texts.number(new), name, texts.gettext("nobody had a coach before"))


def _proof_figure(facts: ReportFacts, texts: Texts) -> KeyFigure:
    _ = texts.gettext
    gap = facts.plan.certificate.gap
    note = _("proven; anyone can check it")
    if gap > WEAK and not proven_best(facts):
        note = _("a weak proof: few clients for many coaches")
    return KeyFigure(texts.proven(gap), _("at most from the best possible"), note)


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
