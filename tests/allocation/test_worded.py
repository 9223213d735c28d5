"""Reasons are said in the language asked for, whole sentences at a time, and nothing reads them back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.cover import leave_for_good
from optimiser.allocation.deputies import cover_for_a_time
from optimiser.allocation.handovers.plan import planned_handovers
from optimiser.allocation.handovers.returns import come_back
from optimiser.allocation.intake.triage import triage
from optimiser.allocation.steps import move_list
from optimiser.allocation.worded import day, figure, filled, one_of
from optimiser.domain.policy import Policy
from optimiser.domain.policy_triage import Triage
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH
from optimiser.quality.check import check
from optimiser.tables.demo import DemoOptions
from tests.allocation.odd_language import ODD, english_in
from tests.regions import Recipe, snapshot_from

COMMA = replace(ENGLISH, language="xx", decimal=",")


@pytest.fixture(scope="module")
def region() -> Snapshot:
    """A tight region of some hundred clients in which every status occurs."""
    return snapshot_from(Recipe(DemoOptions(clients=600, coaches=25, seed=2, pressure=1.2)))


def test_a_template_is_filled_from_columns_in_the_order_of_the_language() -> None:
    """Fields may stand in any order; an empty field leaves the sentence empty."""
    frame = pl.DataFrame({"who": ["K1", None], "what": ["C1", "C2"]})
    told = frame.select(told=filled("{what}: {who} ({more})", more=pl.col("what")))["told"]
    assert told.to_list() == ["C1: K1 (C1)", None]


def test_a_column_chooses_among_sentences() -> None:
    """Each row has the sentence of its variant."""
    frame = pl.DataFrame({"variant": [1, 0], "who": ["K1", "K2"]})
    assert frame.select(t=one_of("variant", ["a {who}", "b {who}"]))["t"].to_list() == ["b K1", "a K2"]


def test_numbers_and_days_have_the_forms_of_the_language() -> None:
    """A decimal comma and d.m.yyyy, where English keeps the forms of programs."""
    frame = pl.DataFrame({"n": [1234.56, 2.0], "on": [date(2023, 3, 9)] * 2})
    both = [(ENGLISH, ["1234.6", "2.0"], "2023-03-09"), (COMMA, ["1234,6", "2,0"], "9.3.2023")]
    for texts, numbers, on in both:
        told = frame.select(n=figure(texts, pl.col("n"), 1), on=day(texts, pl.col("on")))
        assert told["n"].to_list() == numbers
        assert told["on"][0] == on


def test_no_reason_of_a_plan_keeps_english_words(region: Snapshot) -> None:
    """In another language every reason, repair and step is said in it, and the plan is the same plan."""
    policy = Policy.model_validate({"limits": {"load": 0.8}})
    plain = allocate(region, policy, "quick")
    found = allocate(region, policy, "quick", texts=ODD)
    rows = found.plan.rows
    assert rows.drop("reason", "repair").equals(plain.plan.rows.drop("reason", "repair"))
    assert {"kept", "moved", "unserved"} <= set(rows["status"].cast(pl.String))
    assert english_in(rows["reason"]) == english_in(rows["repair"]) == []
    assert rows["repair"].null_count() < rows.height
    moves = move_list(region, policy, rows, encoding=found.encoding, texts=ODD)
    assert english_in(moves.rows["reason"]) == []


def test_the_check_finds_a_plan_in_another_language_sound(region: Snapshot) -> None:
    """Reasons are for people: the check recounts the plan without them."""
    found = allocate(region, Policy(), "quick", texts=ODD)
    assert check(region, Policy(), found.plan.rows, found.plan.certificate).findings == ()


def test_steps_leave_the_figures_of_single_moves_out(region: Snapshot) -> None:
    """What a step saves stands in its gain alone: no moved client's reason tells minutes, in any language."""
    for texts, minutes in ((ENGLISH, "minutes a month"), (ODD, "øøøøøøø ø øøøøø")):
        found = allocate(region, Policy(), "quick", texts=texts)
        moved = pl.col("status").cast(pl.String) == "moved"
        assert found.plan.rows.filter(moved)["reason"].str.contains(minutes, literal=True).all()
        moves = move_list(region, Policy(), found.plan.rows, encoding=found.encoding, texts=texts)
        assert not moves.rows.filter(moved)["reason"].str.contains(minutes, literal=True).any()


def test_a_leaver_and_who_returns_are_told_of_in_the_language(region: Snapshot) -> None:
    """The reasons of a leaver's clients name the leave, of those who come back the return, without English."""
    had = region.clients.drop_nulls("coach_id").filter(pl.col("coach_id") == pl.col("coach_id").first())
    leaver = str(had["coach_id"][0])
    cover = leave_for_good(region, Policy(), leaver, region.date + timedelta(days=7), texts=ODD)
    theirs = cover.rows.filter((pl.col("from_coach_id") == leaver) & pl.col("to_coach_id").is_not_null())
    assert theirs.height
    assert theirs["reason"].str.starts_with(leaver).all()
    assert english_in(cover.rows["reason"]) == []
    gone = pl.when(pl.col("coach_id") != leaver).then("coach_id").alias("coach_id")
    before = had.select("client_id", since="coach_since")
    back = come_back(
        region.replace(clients=region.clients.with_columns(gone)),
        Policy(),
        leaver,
        region.date,
        before,
        texts=ODD,
    )
    assert back.rows["returns"].any()
    assert english_in(back.rows["reason"]) == english_in(back.found.plan.rows["reason"]) == []


def test_planned_handovers_are_told_in_the_language(region: Snapshot) -> None:
    """Why, to whom and where of every planned handover, and what overtook an earlier list."""
    found = planned_handovers(region, Policy(), 6, texts=ODD)
    assert found.rows.height
    assert english_in(found.rows["reason"]) == []
    later = region.replace(date=region.date + timedelta(days=100))
    again = planned_handovers(
        later, Policy(), 6, found.rows.drop("own_language", "demand_minutes"), texts=ODD
    )
    assert english_in(again.rows.filter(pl.col("status").cast(pl.String) == "withdrawn")["reason"]) == []


def test_deputies_and_triage_speak_the_language(region: Snapshot) -> None:
    """Who holds the meetings of a coach who is away, and who belongs to the target group."""
    coach = str(region.clients["coach_id"].drop_nulls()[0])
    away = cover_for_a_time(region, Policy(), coach, region.date, region.date + timedelta(days=40), texts=ODD)
    assert away.rows.height
    assert english_in(away.rows["reason"]) == []
    judged = triage(region.clients, Triage(), date(2023, 1, 1), ODD)
    for column in ("ground", "paragraph", "where_to"):
        assert english_in(judged[column]) == []
