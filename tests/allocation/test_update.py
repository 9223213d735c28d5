"""What has changed between a snapshot and an export, solved by hand."""

from __future__ import annotations

from datetime import date

import pytest

from optimiser.domain.errors import InputError
from tests.allocation.tiny import TODAY, coach, policy, region
from tests.allocation.update_tiny import COACHES, LATER, exported, followed, had, past_of, rows_of, told


def test_the_same_facts_are_no_change() -> None:
    """An export of the same day and facts changes nothing; a later day alone is a change of the day."""
    before = region(had("K1"), COACHES)
    same = followed(before, before)
    assert not same.changed
    assert all(frame.is_empty() for frame in same.tables.values())
    later = followed(before, exported(had("K1")))
    assert later.changed
    assert later.following.clients.equals(before.clients)


def test_new_clients_and_gone_ones() -> None:
    """Who is only in the export is new; who is only in the snapshot has gone, for a reason nobody guesses."""
    before = region(had("K1", "K2"), COACHES)
    update = followed(before, exported(had("K1", "K3", registered_on=date(2021, 9, 20))))
    assert told(update, "arrivals", "client_id", "kind", "left_on") == [("K3", "new", None)]
    assert told(update, "gone", "client_id", "date", "reason", "known_by", "coach_id") == [
        ("K2", LATER, "not_known", "asked", "V1")
    ]
    assert update.to_answer["client_id"].to_list() == ["K2"]
    assert rows_of(update.following, "departures")["K2"]["municipality"] == "837"


def test_the_export_tells_why_clients_left() -> None:
    """A row of departures gives day, reason and paragraph; a target group that ended without one gets the rule's."""
    before = region(had("K1", "K2", "K3"), COACHES)
    left = [
        {"client_id": "K2", "date": date(2021, 9, 5), "reason": "job_found"},
        {"client_id": "K3", "date": date(2021, 9, 6), "reason": "target_group_ended"},
    ]
    update = followed(before, exported(had("K1"), departures=left))
    assert told(update, "gone", "client_id", "date", "reason", "known_by") == [
        ("K2", date(2021, 9, 5), "job_found", "stated"),
        ("K3", date(2021, 9, 6), "target_group_ended", "stated"),
    ]
    assert told(update, "gone", "paragraph")[1][0].startswith("Act 1269/2020")
    assert update.to_answer.is_empty()


def test_departures_confirm_whoever_still_stands_in_the_export() -> None:
    """Told to have left, a client leaves although the row is still there; a meeting after that day keeps the client."""
    before = region(had("K1", "K2"), COACHES)
    left = [{"client_id": k, "date": date(2021, 9, 5), "reason": "earnings_related"} for k in ("K1", "K2")]
    clients = had("K1") + had("K2", last_meeting=date(2021, 9, 20))
    update = followed(before, exported(clients, departures=left))
    assert list(rows_of(update.following)) == ["K2"]
    assert told(update, "gone", "client_id", "reason") == [("K1", "earnings_related")]
    assert len(update.notices) == 1
    again = followed(update.following, exported(clients, departures=left))
    assert not again.changed


def test_an_answer_takes_the_place_of_a_question() -> None:
    """A reason given later, also for an earlier day, replaces the departure without one."""
    before = region(had("K1"), COACHES, departures=[{"client_id": "K9", "date": TODAY, "coach_id": "V2"}])
    left = [{"client_id": "K9", "date": date(2021, 8, 20), "reason": "job_found"}]
    update = followed(before, exported(had("K1"), departures=left))
    assert update.answered == 1
    assert update.following.departures["date"].to_list() == [date(2021, 8, 20)]
    assert update.to_answer.is_empty()
    same_day = [{"client_id": "K9", "date": TODAY, "reason": "job_found"}]
    update = followed(before, exported(had("K1"), departures=same_day))
    row = rows_of(update.following, "departures")["K9"]
    assert (row["reason"], row["coach_id"]) == ("job_found", "V2")


def test_returned_clients_and_their_former_coach() -> None:
    """Who left before has returned, with the days away and the coach of then, if still there."""
    left = [
        {"client_id": "K2", "date": date(2021, 6, 1), "reason": "job_found", "coach_id": "V2"},
        {"client_id": "K3", "date": date(2021, 6, 1), "reason": "job_found", "coach_id": "V9"},
    ]
    before = region(had("K1"), COACHES, departures=left)
    back = had("K2", "K3", coach_id=None, registered_on=date(2021, 9, 9))
    update = followed(before, exported(had("K1") + back))
    columns = ("client_id", "kind", "left_on", "days_away", "former_coach_id")
    assert told(update, "arrivals", *columns) == [
        ("K2", "returned", date(2021, 6, 1), 100, "V2"),
        ("K3", "returned", date(2021, 6, 1), 100, None),
    ]
    assert update.following.departures.height == 2


def test_who_stood_in_an_earlier_snapshot_has_returned() -> None:
    """A workspace remembers clients whose departure is noted no longer."""
    before = region(had("K1"), COACHES)
    past = past_of(seen=[("K2", date(2020, 9, 9), "V2")])
    update = followed(before, exported(had("K1", "K2", registered_on=date(2021, 9, 9))), past=past)
    assert told(update, "arrivals", "client_id", "kind", "days_away", "former_coach_id") == [
        ("K2", "returned", 365, "V2")
    ]


def test_a_gap_in_an_export_leaves_no_departure() -> None:
    """Missing from one export without a reason and back as if nothing had been: the departure is taken back."""
    before = region(had("K1", "K2"), COACHES)
    first = followed(before, exported(had("K1")))
    back = exported(had("K1", "K2")).replace(date=date(2021, 11, 1))
    second = followed(first.following, back)
    assert second.following.departures.is_empty()
    assert told(second, "arrivals", "client_id", "kind") == [("K2", "returned")]


def test_old_departures_go_with_the_retention() -> None:
    """Departures are kept for the policy's months."""
    old = [{"client_id": "K8", "date": date(2020, 8, 31)}, {"client_id": "K9", "date": date(2020, 9, 1)}]
    before = region(had("K1"), COACHES, departures=old)
    update = followed(before, exported(had("K1")))
    assert list(rows_of(update.following, "departures")) == ["K9"]
    short = policy(retention={"departures_months": 1})
    assert followed(before, exported(had("K1")), policy=short).following.departures.is_empty()


def test_moving_out_of_the_region_is_certain() -> None:
    """A home outside the region is a departure with that reason, and the export's word counts more."""
    before = region(had("K1", "K2", "K3"), COACHES)
    left = [{"client_id": "K3", "date": date(2021, 9, 6), "reason": "job_found"}]
    update = followed(before, exported(had("K1"), departures=left), away=[("K2", "091"), ("K3", "091")])
    assert told(update, "gone", "client_id", "reason", "known_by", "moved_to") == [
        ("K2", "moved_away", "derived", "091"),
        ("K3", "job_found", "stated", "091"),
    ]


def test_clients_with_a_protected_address_are_told_nowhere() -> None:
    """Whoever got a protected address has not gone: no table and no departure names the client."""
    pins = [{"client_id": "K2", "coach_id": "V1"}]
    before = region(had("K1", "K2"), COACHES, pins=pins)
    update = followed(before, exported(had("K1")), apart=["K2"])
    assert "K2" not in str([frame.rows() for frame in update.tables.values()])
    assert update.following.departures.is_empty()
    assert update.following.pins.is_empty()


def test_moves_inside_the_region_ask_the_rules() -> None:
    """A client who moved is listed with the rules that bar the present coach now."""
    coaches = [coach("V1", serves="837"), coach("V2")]
    clients = [*had("K1"), *had("K2", coach_id="V2"), *had("K3", coach_id=None)]
    before = region(clients, coaches)
    there = [row | {"municipality": "211"} for row in clients]
    update = followed(before, exported(there, coaches))
    assert told(
        update, "relocated", "client_id", "from_municipality", "to_municipality", "may_stay", "barred_by"
    ) == [
        ("K1", "837", "211", False, "municipality"),
        ("K2", "837", "211", True, None),
        ("K3", "837", "211", None, None),
    ]


def test_changed_needs_are_listed_and_meetings_are_not() -> None:
    """Needs are told column by column, before and after; meetings and services are no news."""
    before = region(had("K1", need_level=2, household="H1"), COACHES)
    now = had("K1", need_level=4, multi_agency=True, last_meeting=TODAY, services_under_way=3)
    update = followed(before, exported(now))
    assert told(update, "changed_needs", "client_id", "column", "before", "after") == [
        ("K1", "household", "H1", None),
        ("K1", "multi_agency", "no", "yes"),
        ("K1", "need_level", "2", "4"),
    ]


def test_who_belongs_no_longer_stays_and_is_listed() -> None:
    """The law's rule names who seems not to belong any more; nobody leaves without an official."""
    before = region(had("K1", "K2", "K3", birth_year=1980), COACHES)
    clients = [
        *had("K1", birth_year=1980, benefit="earnings_related"),
        *had("K2", birth_year=1980, status="part_time"),
        *had("K3", birth_year=1980, benefit=None),
    ]
    update = followed(before, exported(clients))
    assert told(update, "belongs_no_longer", "client_id", "reason", "where_to") == [
        ("K1", "earnings_related", "TE office"),
        ("K2", "target_group_ended", "TE office"),
    ]
    assert list(rows_of(update.following)) == ["K1", "K2", "K3"]
    assert update.tables["gone"].is_empty()


def test_a_right_that_was_there_before_is_not_the_reason() -> None:
    """Who was in the group for the age and has turned older leaves the group, not for the allowance."""
    young = {"birth_year": 1991, "benefit": "earnings_related"}
    before = region(had("K1", **young), COACHES)
    later = exported(had("K1", **young)).replace(date=date(2022, 2, 1))
    assert told(followed(before, later), "belongs_no_longer", "reason") == [("target_group_ended",)]


def test_grounds_that_nobody_tells_put_nobody_in_doubt() -> None:
    """Without languages in export and snapshot no ground is held against a client."""
    before = region(had("K1", birth_year=1980), COACHES)
    export = exported(had("K1", birth_year=1980, benefit="earnings_related"))
    assert followed(before, export, lacking=("language",)).tables["belongs_no_longer"].is_empty()
    assert followed(before, export).tables["belongs_no_longer"].height == 1


def test_confirmed_moves_stay_until_the_system_has_them() -> None:
    """The confirmed coach stands while the system has the former one; any third coach there counts."""
    confirmed = [(f"K{k}", "V1", "V2", TODAY) for k in (1, 2, 3)] + [("K4", None, "V2", TODAY)]
    past = past_of(confirmed=confirmed)
    before = region(had("K1", "K2", "K3", "K4", coach_id="V2", coach_since=TODAY), COACHES)
    clients = [
        *had("K1"),
        *had("K2", coach_id="V2", coach_since=date(2021, 9, 7)),
        *had("K3", coach_id="V3"),
        *had("K4", coach_id=None),
    ]
    update = followed(before, exported(clients), past=past)
    assert told(update, "confirmed_moves", "client_id", "system_coach_id", "coach_id", "state", "days") == [
        ("K1", "V1", "V2", "waiting", 30),
        ("K2", "V2", "V2", "entered", 30),
        ("K3", "V3", "V2", "overtaken", 30),
        ("K4", None, "V2", "waiting", 30),
    ]
    rows = rows_of(update.following)
    assert [rows[k]["coach_id"] for k in rows] == ["V2", "V2", "V3", "V2"]
    assert [rows[k]["coach_since"] for k in ("K1", "K2")] == [TODAY, date(2021, 9, 7)]
    assert told(update, "changed_coach", "client_id", "from_coach_id", "to_coach_id") == [("K3", "V2", "V3")]


def test_a_confirmed_coach_who_has_gone_is_not_kept() -> None:
    """Nobody is given to a coach who is there no more."""
    past = past_of(confirmed=[("K1", "V1", "V2", TODAY)])
    before = region(had("K1", coach_id="V2"), COACHES)
    update = followed(before, exported(had("K1"), [coach("V1")]), past=past)
    assert told(update, "confirmed_moves", "state") == [("coach_gone",)]
    assert rows_of(update.following)["K1"]["coach_id"] == "V1"


def test_an_export_without_coaches_keeps_those_of_the_snapshot() -> None:
    """Where the system names no coaches, present and confirmed ones stand."""
    past = past_of(confirmed=[("K1", "V1", "V2", TODAY)])
    before = region(had("K1", coach_id="V2", coach_since=TODAY) + had("K2"), COACHES)
    update = followed(before, exported(had("K1", "K2", coach_id=None)), past=past, lacking=("coach_id",))
    rows = rows_of(update.following)
    assert [(rows[k]["coach_id"], rows[k]["coach_since"]) for k in rows] == [("V2", TODAY), ("V1", None)]
    assert told(update, "confirmed_moves", "state") == [("waiting",)]
    assert update.tables["changed_coach"].is_empty()


def test_since_when_a_coach_where_the_system_does_not_say() -> None:
    """The snapshot's day stays for who kept the coach; who got another has the day it was first seen."""
    before = region(had("K1", "K2", coach_since=date(2021, 3, 3)), COACHES)
    update = followed(before, exported(had("K1") + had("K2", coach_id="V2")))
    rows = rows_of(update.following)
    assert [rows[k]["coach_since"] for k in rows] == [date(2021, 3, 3), LATER]


def test_involuntary_changes_expire_after_twelve_months() -> None:
    """Applied changes count for a year, as does the number a client was first seen with; the export's counts if greater."""
    before = region(had("K1", "K2", "K3", "K4", involuntary_changes=1), COACHES)
    past = past_of(
        involuntary=[("K1", date(2020, 10, 1)), ("K2", date(2020, 10, 2))],
        first=[(f"K{k}", date(2020, 6, 1), 0) for k in (1, 2)]
        + [("K3", date(2020, 9, 1), 1), ("K4", TODAY, 1)],
    )
    update = followed(before, exported(had("K1", "K2", "K3", "K4")), past=past)
    assert [row["involuntary_changes"] for row in rows_of(update.following).values()] == [0, 1, 0, 1]
    clients = had("K1", "K2", involuntary_changes=0) + had("K3", "K4", involuntary_changes=2)
    told_by_system = followed(before, exported(clients), past=past)
    assert [r["involuntary_changes"] for r in rows_of(told_by_system.following).values()] == [0, 1, 2, 2]


def test_columns_that_the_export_lacks_stay_as_they_are() -> None:
    """A heading that is not there takes no fact away; new clients have the default."""
    before = region(had("K1", need_level=4), COACHES)
    update = followed(before, exported(had("K1", "K2", registered_on=TODAY)), lacking=("need_level",))
    assert [row["need_level"] for row in rows_of(update.following).values()] == [4, 2]
    assert update.tables["changed_needs"].is_empty()


def test_locks_are_united_and_dropped_with_a_reason() -> None:
    """Pins and exclusions of both sides hold, the later end counts; ended, orphaned and forbidden ones go."""
    soon, ended = date(2022, 1, 1), date(2021, 9, 15)
    before = region(
        had("K1", "K2", "K3", "K4", "K5"),
        [*COACHES, coach("V4")],
        pins=[
            {"client_id": "K1", "coach_id": "V1", "until": soon},
            {"client_id": "K2", "coach_id": "V1", "until": ended},
            {"client_id": "K3", "coach_id": "V4"},
            {"client_id": "K4", "coach_id": "V1"},
            {"client_id": "K5", "coach_id": "V1"},
        ],
    )
    export = exported(
        had("K1", "K2", "K3", "K5"),
        pins=[{"client_id": "K1", "coach_id": "V1", "until": ended}],
        exclusions=[{"client_id": "K5", "coach_id": "V1", "reason_code": "safety"}],
    )
    update = followed(before, export)
    assert update.following.pins.select("client_id", "until").rows() == [("K1", soon)]
    assert told(update, "dropped_locks", "client_id", "why") == [
        ("K2", "expired"),
        ("K3", "coach_gone"),
        ("K4", "client_gone"),
        ("K5", "excluded"),
    ]


def test_a_pin_that_a_rule_forbids_now_is_dropped() -> None:
    """A client who moved away from the coach's municipality is pinned there no more."""
    coaches = [coach("V1", serves="837"), coach("V2")]
    before = region(had("K1"), coaches, pins=[{"client_id": "K1", "coach_id": "V1"}])
    update = followed(before, exported(had("K1", municipality="211"), coaches))
    assert told(update, "dropped_locks", "client_id", "why") == [("K1", "barred")]
    assert update.following.pins.is_empty()


def test_changed_coaches_are_told_by_unit_and_id() -> None:
    """New and gone coaches, other facts, absences noted and taken out; nothing of minutes."""
    away = {"coach_id": "V2", "first_day": date(2021, 9, 1), "last_day": date(2021, 12, 1)}
    sick = {"coach_id": "V1", "first_day": date(2021, 10, 4), "last_day": date(2021, 10, 8)}
    before = region(had("K1"), [coach("V1"), coach("V2"), coach("V9", unit_id="U2")], absences=[away])
    coaches = [coach("V1", fte=0.5, limit_minutes=99.0), coach("V2"), coach("V3")]
    update = followed(before, exported(had("K1"), coaches, absences=[sick]))
    assert told(update, "changed_coaches", "unit_id", "coach_id", "kind", "column", "before", "after") == [
        ("U1", "V1", "absence", None, None, "2021-10-04 – 2021-10-08 (1.0)"),
        ("U1", "V1", "changed", "fte", "1.0", "0.5"),
        ("U1", "V2", "absence_over", None, "2021-09-01 – 2021-12-01 (1.0)", None),
        ("U1", "V3", "new", None, None, None),
        ("U2", "V9", "gone", None, None, None),
    ]


def test_an_export_of_other_clients_is_refused() -> None:
    """None of twenty known, or more than a fifth of a hundred gone without a word; the last may be confirmed."""
    names = [f"K{k}" for k in range(100)]
    before = region(had(*names), COACHES)
    with pytest.raises(InputError, match="none of the clients"):
        followed(before, exported(had("X1")))
    with pytest.raises(InputError, match="21 of 100 clients are missing") as refused:
        followed(before, exported(had(*names[:79])))
    assert "--many-gone" in str(refused.value)
    assert followed(before, exported(had(*names[:79])), many_gone=True).count("gone") == 21
    assert followed(before, exported(had(*names[:80]))).count("gone") == 20
    with pytest.raises(InputError, match="none of the clients"):
        followed(before, exported(had("X1")), many_gone=True)
    left = [{"client_id": name, "date": TODAY, "reason": "transferred"} for name in names[49:]]
    assert followed(before, exported(had(*names[:49]), departures=left)).count("gone") == 51


@pytest.mark.parametrize("day", [TODAY, LATER])
def test_twice_is_once(day: date) -> None:
    """The export taken in again changes nothing, whatever it holds."""
    left = [{"client_id": "K9", "date": date(2021, 8, 1), "coach_id": "V2"}]
    pins = [{"client_id": "K2", "coach_id": "V1"}]
    before = region(had("K1", "K2", "K3", involuntary_changes=1), COACHES, departures=left, pins=pins)
    export = exported(
        [*had("K1", need_level=4), *had("K3", municipality="211"), *had("K9", registered_on=TODAY)],
        departures=[{"client_id": "K8", "date": date(2021, 8, 8), "reason": "job_found"}],
    ).replace(date=day)
    past = past_of(confirmed=[("K1", "V1", "V3", TODAY)], involuntary=[("K1", TODAY)])
    once = followed(before, export, past=past)
    assert once.changed
    twice = followed(once.following, export, past=past)
    assert not twice.changed
    assert (once.between, twice.between) == (1, 1)
