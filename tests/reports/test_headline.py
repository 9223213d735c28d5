"""The headline and the figures at the top: unserved, nobody placed before, singular, weak proofs."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from optimiser.reports.facts import ReportFacts
from optimiser.reports.page import report_page
from optimiser.reports.sections.headline import headline, key_figures
from optimiser.reports.sections.proof import proof_sentences
from optimiser.reports.texts import texts_in
from tests.reports.pages import Page
from tests.reports.regions import make_facts

NONE = {"kept": 0, "moved": 0, "forced": 0, "new": 0, "unserved": 0}


def counted(counts: dict[str, int], crowded: tuple[int, int] = (0, 0), placed: bool = True) -> ReportFacts:
    """Return facts with other counts, coaches above 110 % before and after, and present coaches or none."""
    facts = make_facts(unserved=0)
    rows = facts.plan.rows
    if not placed:
        rows = rows.with_columns(pl.lit(None, rows.schema["previous_coach_id"]).alias("previous_coach_id"))
    order = pl.int_range(pl.len())
    loads = [
        (pl.when(order < n).then(1.2).otherwise(0.9) * pl.col("capacity_minutes")).alias(name)
        for n, name in zip(crowded, ("load_before_minutes", "load_minutes"), strict=True)
    ]
    return replace(
        facts,
        plan=replace(facts.plan, rows=rows),
        recount=replace(
            facts.recount, counts=NONE | counts, coaches=facts.recount.coaches.with_columns(*loads)
        ),
    )


def within(facts: ReportFacts, gap: float) -> ReportFacts:
    """Return facts whose proof leaves a share of the cost open."""
    proof = facts.plan.certificate
    bound = proof.objective_minutes * (1 - gap)
    return replace(facts, plan=replace(facts.plan, certificate=replace(proof, bound_minutes=bound)))


@pytest.mark.parametrize(
    ("counts", "start"),
    [
        ({"kept": 264, "unserved": 15}, "264 of 279 clients have a coach; 15 are without a coach; no coach"),
        ({"kept": 1, "unserved": 1}, "1 of 2 clients has a coach; 1 is without a coach; no coach"),
        ({"unserved": 1}, "0 of 1 client has a coach; 1 is without a coach; no coach"),
        ({"kept": 1}, "1 of 1 client has a coach; no coach"),
        ({"unserved": 2}, "0 of 2 clients have a coach; 2 are without a coach; no coach"),
    ],
)
def test_headline_says_who_is_without(counts: dict[str, int], start: str) -> None:
    """The headline says how many are without a coach, in the singular where it is one."""
    assert headline(counted(counts), texts_in()).startswith(start)


def test_a_figure_shows_the_unserved() -> None:
    """A figure of its own shows the unserved, and only where there are some."""
    some = [(f.number, f.name) for f in key_figures(counted({"kept": 9, "unserved": 1}), texts_in())]
    assert some[:2] == [("9", "clients have a coach"), ("1", "client without a coach")]
    assert len(key_figures(counted({"kept": 9}), texts_in())) == len(some) - 1


def test_nothing_is_compared_where_nobody_was_placed() -> None:
    """Without present coaches neither headline nor figures speak of before and of moves."""
    facts = counted({"new": 264, "unserved": 15}, crowded=(0, 9), placed=False)
    text = headline(facts, texts_in())
    assert "; 9 coaches are above 110\u202f% of capacity; proven within" in text
    assert "move" not in text
    figures = {f.name: f.number for f in key_figures(facts, texts_in())}
    assert figures["coaches above 110\u202f%"] == "9"
    assert figures["clients are new"] == "264"
    assert "clients are moved" not in figures


def test_figures_are_singular_for_one() -> None:
    """One client and one coach are written in the singular."""
    facts = counted({"kept": 0, "moved": 1, "new": 1}, crowded=(3, 1))
    assert "3 coaches above 110\u202f% become 1; 1 client is moved" in headline(facts, texts_in())
    figures = key_figures(facts, texts_in())
    assert [f.name for f in figures[:3]] == [
        "clients have a coach",
        "coach above 110\u202f%",
        "client is moved",
    ]
    assert figures[2].note == "0 more must change; 1 is new"
    alone = key_figures(counted({"new": 1}, crowded=(0, 1), placed=False), texts_in())
    assert [f.name for f in alone[:3]] == ["client has a coach", "coach above 110\u202f%", "client is new"]


def test_a_weak_proof_is_called_weak() -> None:
    """Above 5 per cent headline, figure and proof say that the proof is weak and why; below they do not."""
    weak, good = within(counted({"kept": 9}), 0.0812), within(counted({"kept": 9}), 0.0499)
    told = headline(weak, texts_in())
    assert "the proof is weak here (within 8.12" in told
    assert "because clients cannot be divided" in told
    assert key_figures(weak, texts_in())[-1].note == "a weak proof: few clients for many coaches"
    assert "That is a weak proof" in " ".join(proof_sentences(weak, texts_in()))
    page = Page(report_page(good)).root.text()
    assert "weak proof" not in page
    assert "proof is weak" not in page
    assert "proven within 4.990 % of the best possible" in page
