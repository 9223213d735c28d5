"""Handovers at dates known in advance, on tiny regions solved by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from optimiser.allocation.handovers.counts import by_month, figures, joint_meetings, receivers
from optimiser.allocation.handovers.plan import planned_handovers
from optimiser.domain.errors import InputError
from optimiser.domain.snapshot import Snapshot
from tests.allocation.tiny import TODAY, client, coach, policy, region

ENDS = date(2021, 11, 15)
STARTS = date(2021, 11, 16)


def newcomer(client_id: str, until: date = ENDS, **facts: Any) -> dict[str, Any]:
    """An Arabic-speaking client of Tampere in the integration period, with the integration coach I."""
    plain = {"language": "ar", "coach_id": "I", "coach_since": date(2020, 1, 1), "integration_until": until}
    return client(client_id, **plain | facts)


def integration_coach(**facts: Any) -> dict[str, Any]:
    """The coach of the integration unit."""
    return coach("I", **{"unit_id": "U2", "languages": "ar fi"} | facts)


def small(*clients: dict[str, Any], coaches: tuple[dict[str, Any], ...] = (), **tables: Any) -> Snapshot:
    """Clients with the integration coach and two others: A of Tampere with Arabic, B of Kangasala."""
    plain = (
        integration_coach(),
        coach("A", serves="837", languages="ar fi"),
        coach("B", municipality="211"),
    )
    return region(list(clients), list(coaches or plain), **tables)


def rows_of(snapshot: Snapshot, months: int = 12, **sections: Any) -> list[dict[str, Any]]:
    """The list of handovers as dicts."""
    return planned_handovers(snapshot, policy(**sections), months).rows.to_dicts()


def test_an_integration_period_ends() -> None:
    """The day after it the client goes to the home-municipality coach with the language, who is met before."""
    (row,) = rows_of(small(newcomer("c1"), client("c2", coach_id="B")))
    assert (row["client_id"], row["from_coach_id"], row["to_coach_id"]) == ("c1", "I", "A")
    assert (row["on"], row["why"], row["status"]) == (STARTS, "integration_ends", "proposed")
    assert row["joint_meeting_by"] == date(2021, 11, 2)
    assert row["handover_id"] == "c1-2021-11-16"
    assert "ends on 2021-11-15" in row["reason"]
    assert "in the home municipality, they share a language" in row["reason"]


def test_what_is_too_late_for_the_months_asked_is_left_out() -> None:
    """Two months from the first of September reach the first of November, not the sixteenth."""
    snapshot = small(newcomer("c1"), newcomer("c2", date(2021, 10, 31)))
    assert [r["client_id"] for r in rows_of(snapshot, 2)] == ["c2"]
    assert [r["client_id"] for r in rows_of(snapshot, 3)] == ["c1", "c2"]


def test_a_coach_ends() -> None:
    """All clients of a coach who ends change hands the day after; nobody else does."""
    ending = coach("A", end=date(2021, 10, 8))
    coaches = (ending, coach("B", limit_heads=2), coach("C", limit_heads=3))
    snapshot = small(
        *(client(f"c{i}", coach_id="A") for i in range(4)), client("d", coach_id="B"), coaches=coaches
    )
    rows = rows_of(snapshot)
    assert [r["client_id"] for r in rows] == ["c0", "c1", "c2", "c3"]
    assert {(r["on"], r["why"]) for r in rows} == {(date(2021, 10, 9), "coach_ends")}
    assert sorted(r["to_coach_id"] for r in rows) == ["B", "C", "C", "C"]


def test_a_coach_receives_only_from_the_first_day_on() -> None:
    """In one month, whoever changes before a coach starts goes to another."""
    coaches = (
        integration_coach(),
        coach("B", municipality="211"),
        coach("N", languages="ar fi", start=STARTS),
    )
    snapshot = small(newcomer("c1", date(2021, 11, 9)), newcomer("c2", ENDS), coaches=coaches)
    found = planned_handovers(snapshot, policy(), 12)
    assert found.rows["to_coach_id"].to_list() == ["B", "N"]
    assert [step.batch.day for step in found.steps] == [date(2021, 11, 10), STARTS]
    assert figures(found, snapshot, policy())["coaches_starting"] == {"N": "2021-11-16"}


def test_who_receives_may_end_as_well() -> None:
    """A client handed to a coach who ends later changes hands twice, and both are listed."""
    coaches = (
        integration_coach(),
        coach("A", end=date(2021, 12, 31)),
        coach("B", start=date(2021, 12, 1)),
    )
    snapshot = small(newcomer("c1"), coaches=coaches)
    first, second = rows_of(snapshot)
    assert (first["to_coach_id"], first["on"]) == ("A", STARTS)
    assert (second["from_coach_id"], second["to_coach_id"], second["on"]) == ("A", "B", date(2022, 1, 1))
    told = figures(planned_handovers(snapshot, policy(), 12), snapshot, policy())
    assert (told["handovers"], told["clients_who_change"], told["more_than_once"]) == (2, 1, 1)


def test_clients_grow_out_of_an_age_group() -> None:
    """Whoever turns thirty leaves a coach for the young on the first of January, known in advance."""
    coaches = (coach("Y", age_groups="youth"), coach("B"))
    grown, young = client("c1", birth_year=1992, coach_id="Y"), client("c2", birth_year=1994, coach_id="Y")
    snapshot = small(grown, young, coaches=coaches)
    (row,) = rows_of(snapshot)
    assert (row["client_id"], row["on"], row["why"]) == ("c1", date(2022, 1, 1), "age_group_ends")
    assert rows_of(snapshot, rules={"age_group": {"on": False}}) == []
    assert [r["client_id"] for r in rows_of(snapshot, 36)] == ["c1", "c2"]


def test_nobody_can_receive() -> None:
    """Who finds nobody is listed with what bars the coaches and what would help."""
    coaches = (integration_coach(), coach("A", serves="837"))
    snapshot = small(newcomer("c1", municipality="211"), coaches=coaches)
    (row,) = rows_of(snapshot)
    assert (row["status"], row["to_coach_id"], row["joint_meeting_by"]) == ("nobody", None, None)
    assert "municipality 1" in row["barred_by"]
    assert "let A serve municipality 211" in row["repair"]
    told = figures(planned_handovers(snapshot, policy(), 12), snapshot, policy())
    assert (told["received"], told["nobody"], told["joint_minutes"]) == (0, 1, 0)


def test_an_exclusion_counts_on_the_day_of_the_handover() -> None:
    """An exclusion that ends between two handovers of a month bars the first and not the second."""
    until = [{"client_id": c, "coach_id": "A", "until": date(2021, 11, 18)} for c in ("c1", "c2")]
    snapshot = small(newcomer("c1", date(2021, 11, 9)), newcomer("c2", date(2021, 11, 24)), exclusions=until)
    assert [r["to_coach_id"] for r in rows_of(snapshot)] == ["B", "A"]


def test_a_pin_to_the_present_coach_does_not_outlive_the_rule() -> None:
    """A pin that the rules forbid from then on is set aside, and the list says so."""
    (row,) = rows_of(small(newcomer("c1"), pins=[{"client_id": "c1", "coach_id": "I"}]))
    assert row["to_coach_id"] == "A"
    assert "A pin that would hold longer is set aside" in row["reason"]


def test_a_pin_forbidden_today_is_refused() -> None:
    """What is wrong with the facts today is said, not planned around."""
    with pytest.raises(InputError, match="pin of client c2"):
        rows_of(small(newcomer("c1"), client("c2"), pins=[{"client_id": "c2", "coach_id": "I"}]))


def test_what_is_due_today_is_no_planned_handover() -> None:
    """Forced and new clients of today are counted apart; a new client's later handover is listed."""
    overdue = newcomer("c1", date(2021, 8, 1))
    snapshot = small(overdue, newcomer("c2", coach_id=None, coach_since=None), client("c3", coach_id="B"))
    found = planned_handovers(snapshot, policy(), 12)
    assert found.due_today == {"forced": 1, "new": 1, "unserved": 0}
    (row,) = found.rows.to_dicts()
    assert (row["client_id"], row["from_coach_id"], row["to_coach_id"]) == ("c2", "I", "A")
    assert "no coach yet; I is proposed today" in row["reason"]


@pytest.mark.parametrize(
    ("until", "by"),
    [
        (date(2021, 9, 5), TODAY),
        (date(2021, 11, 19), date(2021, 11, 5)),
        (date(2021, 11, 20), date(2021, 11, 5)),
        (date(2021, 11, 21), date(2021, 11, 8)),
    ],
)
def test_the_joint_meeting_is_on_a_working_day(until: date, by: date) -> None:
    """Two weeks before, or on the Friday before a weekend, but never before today."""
    (row,) = rows_of(small(newcomer("c1", until)))
    assert row["joint_meeting_by"] == by


def test_counts_by_month_and_unit() -> None:
    """Months count clients by municipality and language; meetings cost the units of both coaches."""
    home = [newcomer(f"c{k}") for k in range(6)]
    snapshot = small(*home, *(newcomer(f"d{k}", municipality="211", language="fi") for k in range(5)))
    wishes = policy(handovers={"joint_meeting_minutes": "30 min"})
    found = planned_handovers(snapshot, wishes, 12)
    months = {(r["municipality"], r["language"]): r for r in by_month(found, snapshot, wishes).to_dicts()}
    assert months["837", "ar"]["leaving"] == months["837", "ar"]["own_language"] == 6
    assert months["837", "ar"]["joint_minutes"] == 2 * 6 * 30
    assert months["211", "fi"]["month"] == date(2021, 11, 1)
    meetings = {r["unit_id"]: r for r in joint_meetings(found, snapshot, wishes).to_dicts()}
    assert (meetings["U2"]["hands_over"], meetings["U2"]["receives"], meetings["U2"]["minutes"]) == (
        11,
        0,
        330,
    )
    assert (meetings["U1"]["hands_over"], meetings["U1"]["receives"], meetings["U1"]["minutes"]) == (
        0,
        11,
        330,
    )
    assert figures(found, snapshot, wishes)["joint_minutes"] == 660


def test_counts_of_few_clients_are_held_back() -> None:
    """Four clients of a municipality and language are not told, nor the next smallest of the month beside them."""
    home = [newcomer(f"c{k}") for k in range(6)]
    home += [newcomer(f"e{k}", language="fi") for k in range(9)]
    snapshot = small(*home, *(newcomer(f"d{k}", municipality="211") for k in range(4)))
    found = planned_handovers(snapshot, policy(), 12)
    months = {(r["municipality"], r["language"]): r for r in by_month(found, snapshot, policy()).to_dicts()}
    for cell in (("211", "ar"), ("837", "ar")):
        counts = ("leaving", "received", "own_language", "nobody", "demand_minutes", "joint_minutes")
        assert [months[cell][name] for name in counts] == [None] * 6, cell
    assert months["837", "fi"]["leaving"] == 9
    told = {(r["municipality"], r["language"]): r["clients"] for r in receivers(found, snapshot).to_dicts()}
    assert told == {("211", "ar"): None, ("837", "ar"): None, ("837", "fi"): 9}


def test_who_can_receive() -> None:
    """By municipality and language: whom no rule bars, the coach with the language and office there first."""
    coaches = (
        integration_coach(),
        coach("A", municipality="211", languages="ar fi"),
        coach("B"),
        coach("C", languages="ar fi"),
        coach("D", serves="211", languages="ar"),
    )
    snapshot = small(newcomer("c1"), coaches=coaches)
    found = planned_handovers(snapshot, policy(), 12)
    (row,) = receivers(found, snapshot).to_dicts()
    assert (row["clients"], row["may_receive"], row["at_home"], row["with_language"]) == (None, 3, 2, 2)
    assert (row["coach_ids"], row["by_interpreter"]) == ("C A", "B")
    assert found.rows["to_coach_id"].to_list() == ["C"]


def test_nothing_to_hand_over() -> None:
    """Without a date known in advance the list is empty, and so are its counts."""
    snapshot = small(client("c1", coach_id="B"))
    found = planned_handovers(snapshot, policy(), 12)
    assert found.rows.is_empty()
    frames = (
        by_month(found, snapshot, policy()),
        receivers(found, snapshot),
        joint_meetings(found, snapshot, policy()),
    )
    assert [frame.height for frame in frames] == [0, 0, 0]
    assert figures(found, snapshot, policy())["handovers"] == 0


def test_each_plan_starts_where_the_earlier_ones_ended() -> None:
    """A coach filled by the handovers of one month receives less in the next."""
    coaches = (integration_coach(), coach("A", limit_heads=1), coach("B", municipality="211"))
    snapshot = small(newcomer("c1", date(2021, 10, 1)), newcomer("c2"), coaches=coaches)
    rows = planned_handovers(snapshot, policy(), 12).rows
    assert rows.select(pl.col("client_id"), pl.col("to_coach_id")).rows() == [("c1", "A"), ("c2", "B")]
