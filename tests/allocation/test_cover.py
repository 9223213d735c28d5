"""A coach who leaves for good, and one who comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from optimiser.allocation.cover import Cover, cover_figures, leave_for_good
from optimiser.allocation.handovers.returns import Return, come_back
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from tests.allocation.tiny import TODAY, client, coach, policy, region
from tests.regions import Recipe, recipes, snapshot_from

LEAVES = date(2021, 10, 1)


def covered(snapshot: Snapshot, most_moves: int | None = None, **sections: Any) -> Cover:
    """The cover of L, who leaves on the first of October."""
    return leave_for_good(snapshot, policy(**sections), "L", LEAVES, most_moves)


def parts(cover: Cover) -> dict[str, list[str]]:
    """Clients by part."""
    found: dict[str, list[str]] = {}
    for row in cover.rows.to_dicts():
        found.setdefault(row["part"], []).append(row["client_id"])
    return {name: sorted(clients) for name, clients in found.items()}


def test_a_leavers_clients_go_to_several_coaches() -> None:
    """Each gets a coach who has room and the language; the facts are those of the day without the coach."""
    clients = [client(f"c{i}", coach_id="L") for i in range(4)] + [client("a", coach_id="L", language="ar")]
    coaches = [coach("L", languages="ar fi"), coach("A", limit_heads=2), coach("B", limit_heads=2)]
    cover = covered(region(clients, [*coaches, coach("C", languages="ar", limit_heads=1)]))
    to = {row["client_id"]: row["to_coach_id"] for row in cover.rows.to_dicts()}
    assert to["a"] == "C"
    assert sorted(to[f"c{i}"] for i in range(4)) == ["A", "A", "B", "B"]
    assert cover.snapshot.date == LEAVES
    assert cover.snapshot.coaches.row(3, named=True)["end"] == date(2021, 9, 30)
    told = cover_figures(cover)
    assert (told["leavers_clients"], told["receiving_coaches"], told["others_moved"]) == (5, 3, 0)
    assert (told["language_kept"], told["language_lost"], told["interpreter_minutes"]) == (5, 0, [0.0, 0.0])


def test_a_leavers_clients_read_that_the_coach_leaves() -> None:
    """The day is the first without the coach; who had left before leaves then; others keep their reason."""
    clients = [client("l", coach_id="L"), client("m", coach_id="M"), client("n")]
    facts = region(clients, [coach("L"), coach("M", end=date(2021, 9, 10)), coach("K")])
    plan = covered(facts)
    said = dict(plan.found.plan.rows.select("client_id", "reason").iter_rows())
    assert said["l"].startswith("L leaves on 1.10.2021; to K")
    assert "Had to leave M, who" in said["m"]
    assert plan.rows.filter(client_id="l")["reason"].to_list() == [said["l"]]
    earlier = region(clients[:1], [coach("L", end=date(2021, 9, 10)), coach("K")])
    assert covered(earlier).rows["reason"][0].startswith("L leaves on 11.9.2021; to K")


def test_who_had_no_shared_language_before_is_counted() -> None:
    """Kept, lost and none before make up all who are received."""
    clients = [client("a", coach_id="L", language="ar"), client("f", coach_id="L")]
    told = cover_figures(covered(region(clients, [coach("L"), coach("B")])))
    assert [told[f"language_{what}"] for what in ("kept", "lost", "none_before")] == [1, 0, 1]


def test_others_without_a_coach_are_counted() -> None:
    """A new client and one whose coach ends, both where nobody serves."""
    clients = [client("l", coach_id="L"), client("n", municipality="211")]
    clients.append(client("m", coach_id="M", municipality="211"))
    coaches = [coach("L"), coach("M", end=date(2021, 9, 10)), coach("K", serves="837")]
    told = cover_figures(covered(region(clients, coaches)))
    assert (told["leavers_clients_without"], told["new_without"], told["forced_without"]) == (0, 1, 1)


def test_a_language_that_is_lost_is_counted() -> None:
    """Where nobody else has the language, an interpreter's minutes stand before and after."""
    snapshot = region([client("a", coach_id="L", language="ar")], [coach("L", languages="ar"), coach("B")])
    told = cover_figures(covered(snapshot))
    assert (told["language_kept"], told["language_lost"]) == (0, 1)
    assert told["interpreter_minutes"] == [0.0, pytest.approx(0.8 * 30 / 3)]


def crowded() -> Snapshot:
    """L's only successor A is full of B's work: moving one of A's to B makes room."""
    clients = [client("l", coach_id="L", municipality="211")]
    clients += [client(f"a{i}", coach_id="A", coach_since=date(2021, 8, 1)) for i in range(12)]
    coaches = [coach("L"), coach("A", full_time_minutes=200.0), coach("B", serves="837")]
    return region(clients, coaches)


def test_others_move_only_where_it_pays_and_no_more_than_allowed() -> None:
    """The budget holds, the moves are told apart from the leaver's, and what they bring is said."""
    none, two, many = (covered(crowded(), moves) for moves in (0, 2, 10))
    assert parts(none) == {"leaver": ["l"]}
    assert cover_figures(none)["moves_bring"] is None
    assert len(parts(two)["moved"]) == 2
    assert 2 < len(parts(many)["moved"]) <= 10
    for cover in (two, many):
        brought = cover_figures(cover)["moves_bring"]
        low, high = brought["saved_interval"]
        assert 0 < low <= brought["saved_minutes"] <= high
        cost = none.found.plan.certificate.objective_minutes - cover.found.plan.certificate.objective_minutes
        assert brought["saved_minutes"] == pytest.approx(cost)


def test_the_policy_says_how_many_may_move() -> None:
    """Without a number in the call the policy's holds."""
    cover = covered(crowded(), None, handovers={"cover_moves": 1})
    assert len(parts(cover)["moved"]) == 1
    assert cover.policy.limits.moves == 1


def test_who_must_change_anyway_is_told_apart() -> None:
    """Clients of another coach who ends as well, and new ones, are not the leaver's."""
    clients = [client("l", coach_id="L"), client("m", coach_id="M"), client("n"), client("k", coach_id="K")]
    snapshot = region(clients, [coach("L"), coach("M", end=date(2021, 9, 10)), coach("K")])
    cover = covered(snapshot)
    assert parts(cover) == {"leaver": ["l"], "forced": ["m"], "new": ["n"]}
    assert cover.rows["part"].to_list()[0] == "leaver"
    told = cover_figures(cover)
    assert (told["leavers_clients"], told["forced_anyway"], told["new_clients"]) == (1, 1, 1)


def test_whom_nobody_can_receive() -> None:
    """A client of the leaver without a successor is listed without a coach."""
    snapshot = region([client("l", coach_id="L", municipality="211")], [coach("L"), coach("B", serves="837")])
    cover = covered(snapshot)
    assert cover.rows.select("part", "to_coach_id").rows() == [("leaver", None)]
    assert cover_figures(cover)["leavers_clients_without"] == 1


def test_a_pin_to_the_leaver_is_set_aside_and_named() -> None:
    """A pin cannot hold a coach who is gone."""
    clients = [client("l", coach_id="L"), client("k", coach_id="K")]
    pins = [{"client_id": "l", "coach_id": "L"}, {"client_id": "k", "coach_id": "K"}]
    cover = covered(region(clients, [coach("L"), coach("K")], pins=pins))
    assert cover.pins_aside == ("l",)
    assert cover.snapshot.pins["client_id"].to_list() == ["k"]


def test_a_day_in_the_past_leaves_the_date_alone() -> None:
    """A coach who left already is gone on the snapshot's day."""
    snapshot = region([client("l", coach_id="L")], [coach("L"), coach("K")])
    cover = leave_for_good(snapshot, policy(), "L", date(2021, 8, 1))
    assert cover.snapshot.date == TODAY
    assert parts(cover) == {"leaver": ["l"]}


def test_bad_words_of_a_leave() -> None:
    """An unknown coach, one without clients and one who starts later are refused with advice."""
    snapshot = region([client("l", coach_id="L")], [coach("L"), coach("K", start=date(2021, 12, 1))])
    with pytest.raises(InputError, match="nearest ids"):
        leave_for_good(snapshot, policy(), "X", LEAVES)
    with pytest.raises(InputError) as refused:
        leave_for_good(snapshot, policy(), "K", LEAVES)
    assert [c.column for c in refused.value.complaints] == ["--coach", "--from"]


def returned(snapshot: Snapshot, before: list[tuple[str, date | None]], day: date = LEAVES) -> Return:
    """Who comes back to L."""
    had = pl.DataFrame(before, schema={"client_id": pl.String, "since": pl.Date}, orient="row")
    return come_back(snapshot, policy(), "L", day, had)


def test_the_longest_relationships_come_back_first() -> None:
    """As far as the limit goes; nobody else moves, and the plan shows it."""
    clients = [client(f"c{i}", coach_id="K") for i in range(4)] + [client("own", coach_id="L")]
    snapshot = region(clients, [coach("L", limit_heads=3), coach("K")])
    before = [("c0", date(2020, 5, 1)), ("c1", date(2019, 1, 1)), ("c2", date(2020, 1, 1)), ("own", None)]
    found = returned(snapshot, before)
    assert found.rows.select("client_id", "returns").rows() == [("c1", True), ("c2", True), ("c0", False)]
    assert "above the limit" in found.rows["reason"][2]
    plan = dict(found.found.plan.rows.select("client_id", "coach_id").iter_rows())
    assert plan == {"c0": "K", "c1": "L", "c2": "L", "c3": "K", "own": "L"}
    said = found.found.plan.rows.filter(pl.col("reason").str.starts_with("Back to L, who has returned"))
    assert said["client_id"].to_list() == ["c1", "c2"]
    assert not found.found.plan.rows["reason"].str.contains("set aside by a pin").any()


def test_who_cannot_come_back_is_listed_with_the_reason() -> None:
    """A rule, an exclusion or a pin to another coach holds the client; who has gone is not listed."""
    clients = [
        client("far", municipality="211", coach_id="K"),
        client("kin", coach_id="K"),
        client("pin", coach_id="K"),
    ]
    snapshot = region(
        clients,
        [coach("L", serves="837"), coach("K")],
        exclusions=[{"client_id": "kin", "coach_id": "L"}],
        pins=[{"client_id": "pin", "coach_id": "K"}],
    )
    found = returned(snapshot, [(c, date(2020, 1, 1)) for c in ("far", "kin", "pin", "gone")])
    reasons = dict(found.rows.select("client_id", "reason").iter_rows())
    assert set(reasons) == {"far", "kin", "pin"}
    assert "serves another municipality" in reasons["far"]
    assert "must not serve this client" in reasons["kin"]
    assert "a pin to K" in reasons["pin"]
    assert not found.rows["returns"].any()


def test_a_coach_is_there_from_the_day_of_the_return() -> None:
    """A last working day and an absence before it end; a holiday planned for later stays."""
    away = [
        {"coach_id": "L", "first_day": date(2021, 5, 1), "last_day": date(2021, 12, 31)},
        {"coach_id": "L", "first_day": date(2021, 10, 11), "last_day": date(2021, 10, 12)},
    ]
    ended = coach("L", end=date(2021, 4, 30))
    found = returned(region([client("c", coach_id="K")], [ended, coach("K")], absences=away), [("c", None)])
    assert found.rows["returns"].to_list() == [True]
    assert found.snapshot.coaches.filter(pl.col("coach_id") == "L")["end"].to_list() == [None]
    assert found.snapshot.absences["last_day"].to_list() == [date(2021, 9, 30), date(2021, 10, 12)]


def test_nobody_is_with_somebody_else() -> None:
    """Where all clients of then are still with the coach, or gone, there is nothing to do."""
    snapshot = region([client("c", coach_id="L")], [coach("L")])
    with pytest.raises(InputError, match="is with somebody else now"):
        returned(snapshot, [("c", None), ("gone", None)])


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(recipe=recipes(100, present_share=0.97))
def test_a_cover_keeps_its_budget_and_a_return_undoes_it(recipe: Recipe) -> None:
    """At most so many others move; the clients of then come back, or a reason says why not."""
    snapshot = snapshot_from(recipe)
    held = snapshot.clients.drop_nulls("coach_id")
    if held.is_empty():
        return
    leaver = str(held["coach_id"].sort()[0])
    cover = leave_for_good(snapshot.replace(pins=snapshot.pins.clear()), Policy(), leaver, snapshot.date, 3)
    counts = cover_figures(cover)
    assert counts["others_moved"] <= 3
    assert counts["leavers_clients"] == (held["coach_id"] == leaver).sum()
    assert not (cover.found.plan.rows["coach_id"] == leaver).any()
    now = cover.snapshot.clients.drop("coach_id").join(
        cover.found.plan.rows.select("client_id", "coach_id"), on="client_id"
    )
    later = cover.snapshot.replace(clients=now.select(cover.snapshot.clients.columns))
    before = held.filter(pl.col("coach_id") == leaver).select("client_id", since="coach_since")
    found = come_back(later, Policy(), leaver, snapshot.date, before)
    plan = dict(found.found.plan.rows.select("client_id", "coach_id").iter_rows())
    assert {plan[row["client_id"]] == leaver for row in found.rows.filter("returns").to_dicts()} <= {True}
    assert found.rows.filter(~pl.col("returns") & (pl.col("reason").str.len_chars() < 10)).is_empty()
    assert found.found.recount.counts.get("moved", 0) == 0
