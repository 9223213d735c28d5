"""What the plan costs, how good it is proven to be, and how far the estimates carry it."""

from __future__ import annotations

import math

import polars as pl

from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import PageTable, cells, headings
from optimiser.reports.texts import Texts

HOUR = 60.0
TINY = 1e-9
"""Rounding of sums of minutes."""
WEAK = 0.05
"""A proof that leaves a larger share of the cost open says little, and the page says so."""


def cost_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return what the plan costs in minutes a month, by price."""
    _ = texts.gettext
    words = price_words(texts)
    prices = facts.recount.prices
    total = facts.recount.objective_minutes
    rows = tuple(
        cells(
            name, meaning, texts.number(prices[key]), texts.share(prices[key] / total if total else None, 1)
        )
        for key, (name, meaning) in words.items()
    )
    whole = cells(_("All"), "", texts.number(total), texts.share(1.0 if total else None, 1))
    return PageTable(
        _("What the plan costs, in minutes of coach time a month"),
        headings(_("Price"), _("What it counts"), "#" + _("Minutes a month"), "#" + _("Share")),
        (*rows, whole),
    )


def price_words(texts: Texts) -> dict[str, tuple[str, str]]:
    """Return price name to its title and what it counts, in the order in which they are shown."""
    _ = texts.gettext
    return {
        "load": (
            _("Crowding"),
            _("the fuller a coach, the more each minute of load counts; least when all are equally full"),
        ),
        "travel": (_("Travel"), _("road minutes to in-person meetings, as far as the policy counts them")),
        "interpreter": (_("Interpreter"), _("longer meetings where coach and client share no language")),
        "specialism": (_("Specialism"), _("clients whose coach lacks the specialism they need")),
        "handover": (_("Handover"), _("getting to know each other anew, spread over the policy's months")),
        "overload": (
            _("Load above limits"),
            _("a steep price, paid only where clients who may stay already fill more than the limit"),
        ),
    }


def proof_sentences(facts: ReportFacts, texts: Texts) -> tuple[str, ...]:
    """Return the proof of both levels in plain words, a sentence each."""
    return (*_level_one(facts, texts), *_level_two(facts, texts))


def _level_one(facts: ReportFacts, texts: Texts) -> tuple[str, ...]:
    _ = texts.gettext
    certificate = facts.plan.certificate
    reached, bound = certificate.unserved_weighted, certificate.unserved_bound
    figures = {"bound": texts.number(bound), "reached": texts.number(reached)}
    if reached <= TINY:
        return (_("First, nobody is left without a coach: no plan can do better."),)
    weighted = abs(reached - facts.counts()["unserved"]) > TINY
    first = (
        _("First, the clients without a coach, counted with the policy's weights.")
        if weighted
        else _("First, the clients without a coach.")
    )
    if reached - bound <= TINY:
        return (
            first,
            _(
                "Under these rules and limits no plan of any kind leaves fewer than {reached}; this one leaves just so many."
            ).format(**figures),
        )
    second = _(
        "No plan of any kind can leave fewer than {bound}; this one leaves {reached}, so that the difference is at most {difference}."
    )
    return (first, second.format(**figures, difference=texts.number(reached - bound)))


def _level_two(facts: ReportFacts, texts: Texts) -> tuple[str, ...]:
    _ = texts.gettext
    certificate = facts.plan.certificate
    gap = max(certificate.gap_minutes, 0.0)
    best = _(
        "Then the minutes. No plan of any kind that serves as many, by hand or by machine, can cost less than "
        "{bound} minutes a month; this one costs {objective}."
    ).format(
        bound=texts.number(math.floor(certificate.bound_minutes + TINY)),
        objective=texts.number(math.ceil(certificate.objective_minutes - TINY)),
    )
    difference = _(
        "The difference is at most {minutes} minutes of coach time a month for the whole region, about {hours} "
        "hours: {gap} of the cost."
    ).format(
        minutes=texts.number(math.ceil(10 * gap - TINY) / 10, 1),
        hours=texts.number(gap / HOUR, 1),
        gap=texts.proven(certificate.gap),
    )
    if certificate.gap > WEAK:
        difference = _("{difference} {weak}").format(difference=difference, weak=_weak(texts))
    if certificate.overload_minutes <= TINY:
        return (best, difference)
    steep = _(
        "{overload} of these minutes are the steep price of load that nobody may take away; the per cent leave "
        "them out, so that they do not flatter the proof."
    ).format(overload=texts.number(certificate.overload_minutes))
    return (best, difference, steep)


def _weak(texts: Texts) -> str:
    return texts.gettext(
        "That is a weak proof: the bound may cut clients into parts, which no plan can do, and with few "
        "clients for many coaches this matters. The plan may well be the best, but that is not shown here."
    )


def robustness_table(facts: ReportFacts, texts: Texts) -> PageTable | None:
    """Return how many advised moves survive other estimates, None where that was not tried."""
    if facts.robustness.is_empty():
        return None
    _ = texts.gettext
    rows = tuple(
        cells(
            row["change"],
            texts.number(row["advised"]),
            texts.number(row["survive"]),
            texts.share(row["share"]),
        )
        for row in facts.robustness.to_dicts()
    )
    return PageTable(
        _("Advised moves that are advised again when the estimates change"),
        headings(_("What if …"), "#" + _("Moves advised"), "#" + _("Advised again"), "#" + _("Share")),
        rows,
    )


def robustness_sentence(facts: ReportFacts, texts: Texts) -> str:
    """Return what the weakest of the tries says about the moves; empty where none was made."""
    tried = facts.robustness.filter(pl.col("advised") > 0)
    if tried.is_empty():
        return ""
    worst = tried.sort("share", "change").to_dicts()[0]
    text = texts.gettext(
        "The proof is about the figures given; the minutes themselves are estimates. In the least favourable "
        "try ({change}), {survive} of {advised} advised moves are advised again."
    )
    return text.format(
        change=worst["change"],
        survive=texts.number(worst["survive"]),
        advised=texts.number(worst["advised"]),
    )
