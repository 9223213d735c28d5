"""What a client may be told: each ground is true, and what may not be told is left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.encode import encode
from optimiser.allocation.letter import CHANGED, NEW, NONE, SAME, Letter, letter
from optimiser.allocation.workload import base_demand
from optimiser.domain.errors import InputError
from optimiser.domain.moves import MOVES
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions, demo_frames
from tests.allocation.tiny import TODAY, client, coach, region
from tests.regions import snapshot_of

UNTIL = date(2030, 1, 1)
CAUSES = {"nearer", "language_gained", "specialism_gained", "balance", "shared", "arranged"}
"""Of changes that no rule demands."""


@pytest.fixture(scope="module")
def region_plan() -> tuple[Snapshot, pl.DataFrame]:
    """A made-up region, and the rows of its plan."""
    snapshot = snapshot_of(demo_frames(DemoOptions(2_800, 25), base_demand))
    return snapshot, allocate(snapshot, Policy()).plan.rows


def told(
    clients: list[dict[str, Any]],
    coaches: list[dict[str, Any]],
    to: str | None,
    moves: dict[str, Any] | None = None,
    **tables: Any,
) -> Letter:
    """The letter to K1, to whom a plan gives a coach; everybody else keeps theirs."""
    snapshot = region(clients, coaches, **tables)
    return of_plan(snapshot, to, moves)


def of_plan(snapshot: Snapshot, to: str | None, moves: dict[str, Any] | None = None) -> Letter:
    """The same of a snapshot."""
    policy = Policy()
    rows = snapshot.clients.select("client_id", "coach_id").with_columns(
        coach_id=pl.when(pl.col("client_id") == "K1").then(pl.lit(to, pl.String)).otherwise("coach_id")
    )
    listed = None
    if moves is not None:
        schema = {c.name: c.dtype for c in MOVES.columns}
        row = {"step": 1, "client_id": "K1", "to_coach_id": to, **moves}
        listed = pl.DataFrame([row], schema=schema, orient="row")
    return letter(snapshot, encode(snapshot, policy), rows, "K1", listed)


def codes(found: Letter) -> set[str]:
    """What is told, by code."""
    return {ground.code for ground in found.grounds}


def test_a_new_client() -> None:
    """Who, where, and what is true of the coach: municipality, language, age group, way of meeting."""
    found = told([client("K1")], [coach("V1", age_groups="adult senior youth"), coach("V2")], "V1")
    assert (found.kind, found.coach_id, found.week, found.confirmed) == (NEW, "V1", None, None)
    assert codes(found) == {"municipality", "language", "office"}
    assert all(ground.name for ground in found.grounds if ground.code in ("municipality", "office"))


def test_a_client_who_stays() -> None:
    """A coach whom the client has met is the reason; a change not long ago is one more."""
    met = {"coach_id": "V1", "coach_since": date(2021, 3, 1), "last_meeting": date(2021, 8, 1)}
    found = told([client("K1", **met)], [coach("V1")], "V1")
    assert (found.kind, codes(found) - {"municipality", "language", "office"}) == (SAME, {"known"})
    found = told([client("K1", involuntary_changes=1, **met)], [coach("V1")], "V1")
    assert {"settled", "known"} <= codes(found)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"coach_since": date(2021, 3, 1)},
        {"last_meeting": date(2021, 8, 1)},
        {"coach_since": date(2021, 8, 2), "last_meeting": date(2021, 8, 1)},
    ],
)
def test_nobody_is_said_to_be_known_without_a_meeting(facts: dict[str, Any]) -> None:
    """Without a meeting on record since this coach began, the coach is only said to be responsible."""
    found = told([client("K1", coach_id="V1", **facts)], [coach("V1")], "V1")
    assert codes(found) & {"known", "present"} == {"present"}


@pytest.mark.parametrize(("day", "agreed"), [(None, False), (date(2021, 8, 1), False), (UNTIL, True)])
def test_a_meeting_is_agreed_only_where_one_lies_ahead(day: date | None, agreed: bool) -> None:
    """The letter knows of the next meeting, not of one that has been."""
    assert told([client("K1", coach_id="V1", next_meeting=day)], [coach("V1")], "V1").meeting is agreed


@pytest.mark.parametrize(
    ("mine", "former", "code"),
    [
        ({}, {"serves": "536"}, "former_municipality"),
        ({"birth_year": 2000}, {"age_groups": "senior"}, "former_age"),
        ({}, {"languages": "sv"}, "former_language"),
        ({}, {"remote": True}, "former_travel"),
    ],
)
def test_what_bars_the_former_coach_and_may_be_told(
    mine: dict[str, Any], former: dict[str, Any], code: str
) -> None:
    """A service reason of a change is told, and no other cause beside it."""
    found = told([client("K1", coach_id="V1", **mine)], [coach("V1", **former), coach("V2")], "V2")
    causes = {c for c in codes(found) if c.startswith("former_")}
    assert (found.kind, causes) == (CHANGED, {code})
    assert not codes(found) & {"balance", "nearer", "known"}


@pytest.mark.parametrize("why", ["left", "excluded"])
def test_what_may_not_be_told_is_replaced_by_what_is_true(why: str) -> None:
    """A coach who left or must not serve the client: nothing about the former coach, facts of the new one."""
    gone = {"end": date(2021, 1, 1)} if why == "left" else {}
    barred = [{"client_id": "K1", "coach_id": "V1", "reason_code": "safety"}] if why == "excluded" else []
    clients = [client("K1", coach_id="V1")]
    found = told(clients, [coach("V1", **gone), coach("V2")], "V2", exclusions=barred)
    assert found.kind == CHANGED
    assert codes(found) == {"municipality", "language", "office"}


def test_a_wish_is_told_and_other_pins_are_not() -> None:
    """Only a pin with the client's wish is a reason; a pin of another kind leaves the facts alone."""
    clients, coaches = [client("K1", coach_id="V1")], [coach("V1"), coach("V2")]
    for reason, expected in (("client_wish", {"wish"}), ("safety", set()), ("trial_decision", set())):
        pins = [{"client_id": "K1", "coach_id": "V2", "reason_code": reason}]
        found = told(clients, coaches, "V2", pins=pins)
        assert codes(found) == {"municipality", "language", "office"} | expected
    old = [{"client_id": "K1", "coach_id": "V2", "reason_code": "client_wish", "until": date(2020, 1, 1)}]
    assert "wish" not in codes(told(clients, coaches, "V2", pins=old))


def test_the_work_is_shared_out() -> None:
    """A client who could stay with a coach as near moves for the sake of time; nothing else is claimed."""
    clients = [client(f"K{k}", coach_id="V1", coach_since=None) for k in range(1, 60)]
    coaches = [coach("V1", fte=0.15), coach("V2", fte=0.15)]
    found = told(clients, coaches, "V2")
    assert codes(found) == {"balance", "municipality", "language", "office"}
    # Moved to whoever has as much to do, nobody has more time.
    found = told(clients[:1], coaches, "V2")
    assert codes(found) == {"municipality", "language", "office"}


def test_a_coach_who_knows_the_need_is_a_cause() -> None:
    """A specialism that the former coach lacks is said as the cause, and not once more as a fact."""
    coaches = [coach("V1"), coach("V2", specialisms="debt")]
    found = codes(told([client("K1", coach_id="V1", specialism="debt")], coaches, "V2"))
    assert "specialism_gained" in found
    assert "specialism" not in found


def test_a_client_moved_for_others_is_told_what_all_gain() -> None:
    """Whose own change brings nothing hears what the changes of all bring, if they do."""
    clients = [client(f"K{k}", coach_id="V1", coach_since=None) for k in range(2, 60)]
    clients += [client("K1", coach_id="V2", coach_since=None)]
    snapshot = region(clients, [coach("V1", fte=0.15), coach("V2"), coach("V3", fte=0.15)])
    away = pl.when(pl.col("client_id").is_in([f"K{k}" for k in range(2, 40)]))
    rows = snapshot.clients.select(
        "client_id", coach_id=away.then(pl.lit("V3")).otherwise("coach_id")
    ).with_columns(coach_id=pl.when(client_id="K1").then(pl.lit("V3")).otherwise("coach_id"))
    assert codes(letter(snapshot, encode(snapshot, Policy()), rows, "K1")) & CAUSES == {"shared"}
    found = letter(snapshot, encode(snapshot, Policy()), rows, "K2")
    assert codes(found) & CAUSES == {"balance"}


def test_every_letter_of_a_change_has_a_true_cause(region_plan: tuple[Snapshot, pl.DataFrame]) -> None:
    """Over a plan of a made-up region: each client who was moved hears why, and each cause is true by the facts."""
    snapshot, rows = region_plan
    encoding = encode(snapshot, Policy())
    moved = rows.filter(pl.col("status").cast(pl.String) == "moved")
    assert moved.height > 50
    clients = {row["client_id"]: row for row in snapshot.clients.to_dicts()}
    coaches = {row["coach_id"]: row for row in snapshot.coaches.to_dicts()}
    for row in moved.to_dicts():
        found = codes(letter(snapshot, encoding, rows, row["client_id"])) & (CAUSES | {"wish"})
        assert found, row
        client, old, new = (
            clients[row["client_id"]],
            coaches[row["previous_coach_id"]],
            coaches[row["coach_id"]],
        )
        if "nearer" in found:
            assert old["municipality"] != new["municipality"] != client["municipality"] or (
                new["municipality"] == client["municipality"] != old["municipality"]
            )
        if "language_gained" in found:
            mine = {client["language"], *(client["other_languages"] or "").split()}
            assert mine & set(new["languages"].split()) and not mine & set(old["languages"].split())
        if "specialism_gained" in found:
            assert client["specialism"] in (new["specialisms"] or "").split()
            assert client["specialism"] not in (old["specialisms"] or "").split()


def test_a_household_is_not_mentioned() -> None:
    """Who moves with others gets the facts of the coach and what is true of the own change alone."""
    clients = [client(f"K{k}", coach_id="V1", household="H1") for k in (1, 2)]
    found = told(clients, [coach("V1"), coach("V2")], "V2")
    assert codes(found) == {"municipality", "language", "office"}


def test_an_interpreter_who_is_no_longer_needed() -> None:
    """A coach who speaks the language is a gain when the former one did not; else the interpreter is told."""
    clients = [client("K1", coach_id="V1", language="ar")]
    coaches = [coach("V1"), coach("V2", languages="ar fi"), coach("V3")]
    assert {"language_gained", "language"} <= codes(told(clients, coaches, "V2"))
    found = codes(told(clients, coaches, "V3"))
    assert "interpreter" in found
    assert not found & {"language", "language_other", "language_gained"}


def test_no_coach_yet() -> None:
    """Nothing is said of why: that nobody may or everybody is full is not the client's to hear."""
    found = told([client("K1")], [coach("V1")], None)
    assert (found.kind, found.coach_id, found.unit, found.grounds) == (NONE, None, "", ())
    assert found.municipality


def test_what_an_official_decided() -> None:
    """Week and confirmation come from the move list; a rejected change is not told."""
    clients, coaches = [client("K1", coach_id="V1")], [coach("V1"), coach("V2")]
    yes = {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": TODAY, "wave_starts": UNTIL}
    found = told(clients, coaches, "V2", yes)
    assert (found.week, found.confirmed) == (UNTIL, TODAY)
    assert told(clients, coaches, "V2", yes | {"confirmed_by": None}).confirmed is None
    with pytest.raises(InputError, match="rejected this change"):
        told(clients, coaches, "V2", {"decision": "rejected", "confirmed_by": "E7"})


@pytest.mark.parametrize("mine", [{}, {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": TODAY}])
def test_a_step_is_decided_on_whole(mine: dict[str, Any]) -> None:
    """What stands on another row of the step holds for the client too: a refusal above all."""
    clients = [client("K1", coach_id="V1"), client("K2", coach_id="V2")]
    snapshot = region(clients, [coach("V1"), coach("V2")])
    rows = snapshot.clients.select("client_id", coach_id=pl.Series(["V2", "V1"]))
    schema = {c.name: c.dtype for c in MOVES.columns}
    yes = {"decision": "accepted", "confirmed_by": "E7", "confirmed_at": TODAY}
    for other, at in ((yes, TODAY), ({"decision": "rejected"}, None)):
        listed = [
            {"step": 1, "client_id": "K1", "to_coach_id": "V2", "wave_starts": UNTIL, **mine},
            {"step": 1, "client_id": "K2", "to_coach_id": "V1", **other},
        ]
        moves = pl.DataFrame(listed, schema=schema, orient="row")
        words = (snapshot, encode(snapshot, Policy()), rows, "K1", moves)
        if at is None:
            with pytest.raises(InputError, match="rejected this change"):
                letter(*words)
        else:
            found = letter(*words)
            assert (found.week, found.confirmed) == (UNTIL, at)


def test_who_is_not_there() -> None:
    """A client or a coach that the facts do not have is a complaint."""
    snapshot = region([client("K1")], [coach("V1")])
    encoding = encode(snapshot, Policy())
    rows = snapshot.clients.select("client_id", coach_id=pl.lit("V9"))
    with pytest.raises(InputError, match="no client of the plan"):
        letter(snapshot, encoding, rows, "K2")
    with pytest.raises(InputError, match="coach is not in the region"):
        letter(snapshot, encoding, rows, "K1")
