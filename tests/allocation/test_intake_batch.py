"""A batch placed jointly: nobody who may stay moves, ties are kept, the numbers are those of `explain`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings

from optimiser.allocation.explain import explain
from optimiser.allocation.intake.batch import TakenIn, take_in
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.domain.intake import PROPOSALS, NewClients
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import check
from optimiser.tables.demo import DemoOptions
from tests.allocation.tiny import TODAY, client, coach, frame, policy, region
from tests.regions import Recipe, policies, recipes, snapshot_from

BELONGS = {"status": "unemployed", "benefit": "basic"}


def batch(*rows: dict[str, Any], former: dict[str, str] | None = None) -> NewClients:
    """New clients by hand; they belong to the target group unless they say otherwise."""
    clients = frame("clients", [BELONGS | {"registered_on": TODAY} | row for row in rows])
    back = list((former or {}).items())
    told = pl.DataFrame(back, schema={"client_id": pl.String(), "former_coach_id": pl.String()}, orient="row")
    return NewClients(TODAY, clients, told, 0, "new.csv")


def plain(client_id: str, **facts: Any) -> dict[str, Any]:
    """A plain new client."""
    return client(client_id, **facts) | {"registered_on": TODAY}


def coaches_of(taken: TakenIn) -> dict[str, str | None]:
    """Client to coach of the plan."""
    return dict(taken.found.plan.rows.select("client_id", "coach_id").iter_rows())


def reason_of(taken: TakenIn, name: str) -> str:
    """The plan's reason."""
    return str(taken.found.plan.rows.filter(pl.col("client_id") == name)["reason"][0])


def test_a_batch_by_hand() -> None:
    """The new client goes to the emptier coach; who has a coach stays, though moving would pay."""
    snapshot = region(
        [client(f"A{i:03d}", coach_id="K1", need_level=4) for i in range(60)], [coach("K1"), coach("K2")]
    )
    taken = take_in(snapshot, policy(), batch(plain("N1")))
    assert coaches_of(taken)["N1"] == "K2"
    assert taken.found.recount.counts["moved"] == 0
    assert taken.found.recount.counts["kept"] == 60
    assert (
        check(taken.snapshot, taken.policy, taken.found.plan.rows, taken.found.plan.certificate).findings
        == ()
    )


def test_a_new_member_joins_the_coach_of_the_household() -> None:
    """New members go to the coach their household has, together, for this day by a pin."""
    old = [client("A", coach_id="K1", household="H"), *(client(f"B{i}", coach_id="K1") for i in range(9))]
    snapshot = region(old, [coach("K1"), coach("K2")])
    taken = take_in(snapshot, policy(), batch(plain("N1", household="H"), plain("N2", household="H")))
    assert {coaches_of(taken)[n] for n in ("N1", "N2")} == {"K1"}
    assert "serves the household" in reason_of(taken, "N1")
    assert taken.snapshot.pins["until"].to_list() == [TODAY, TODAY]


def test_a_household_without_room_stays_together_elsewhere() -> None:
    """Where the coach has room for one of two, none is tied, both go to one other coach, and it is said."""
    old = [client("A", coach_id="K1", household="H")]
    snapshot = region(old, [coach("K1", limit_heads=2), coach("K2"), coach("K3")])
    taken = take_in(snapshot, policy(), batch(plain("N1", household="H"), plain("N2", household="H")))
    assert coaches_of(taken)["N1"] == coaches_of(taken)["N2"] != "K1"
    assert "Not with K1, who serves the household: the coach has no room." in reason_of(taken, "N1")


def test_a_returning_client_has_the_former_coach() -> None:
    """The former coach comes first where allowed and with room, else the reason says why not."""
    old = [client(f"B{i}", coach_id="K1") for i in range(9)]
    coaches = [coach("K1"), coach("K2"), coach("K3", languages="sv")]
    new = batch(plain("N1"), plain("N2"), former={"N1": "K1", "N2": "K3"})
    taken = take_in(region(old, coaches), policy(), new)
    assert coaches_of(taken)["N1"] == "K1"
    assert reason_of(taken, "N1") == "Returns to K1, the coach of before."
    assert coaches_of(taken)["N2"] != "K3"
    assert "Not with K3, the coach of before: a rule bars the coach." in reason_of(taken, "N2")


def test_who_belongs_elsewhere_is_not_in_the_plan() -> None:
    """Triage comes first: the others are listed with the paragraph and in no plan."""
    away = plain("N2", benefit="earnings_related")
    taken = take_in(region([client("A")], [coach("K1")]), policy(), batch(plain("N1"), away))
    assert taken.elsewhere["client_id"].to_list() == ["N2"]
    assert set(coaches_of(taken)) == {"A", "N1"}
    assert taken.triaged["client_id"].to_list() == ["N1", "N2"]


def test_a_waiting_client_gives_way_to_the_new_row() -> None:
    """The row of the batch replaces that of the snapshot; other waiting clients are placed as well."""
    snapshot = region([client("A"), client("B")], [coach("K1")])
    taken = take_in(snapshot, policy(), batch(plain("A", need_level=4)))
    assert taken.snapshot.clients["need_level"].to_list() == [4, 2]
    origin = dict(taken.proposed.rows.filter(pl.col("rank") == 1).select("client_id", "origin").iter_rows())
    assert origin == {"A": "batch", "B": "waiting"}


def test_forced_clients_are_listed_apart() -> None:
    """A client whose coach a rule bars gets a proposal, and is not part of the batch."""
    snapshot = region([client("A", coach_id="K1")], [coach("K1", languages="sv"), coach("K2")])
    taken = take_in(snapshot, policy(), batch(plain("N1")))
    assert taken.forced.select("client_id", "previous_coach_id", "coach_id").rows() == [("A", "K1", "K2")]
    assert taken.proposed.rows["client_id"].unique().to_list() == ["N1"]


def test_nobody_can_serve() -> None:
    """A client whom nobody may serve has one row without a coach, and a reason."""
    taken = take_in(region([client("A")], [coach("K1", languages="sv")]), policy(), batch(plain("N1")))
    rows = taken.proposed.rows.filter(pl.col("client_id") == "N1")
    assert rows["coach_id"].to_list() == [None]
    assert rows["reason"][0]


@pytest.fixture(scope="module")
def drawn() -> tuple[Snapshot, TakenIn]:
    """A demo region with a batch of thirty and those who wait there."""
    whole = snapshot_from(Recipe(DemoOptions(clients=300, coaches=8, seed=5, present_share=0.9)))
    waiting = whole.clients.filter(pl.col("coach_id").is_null()).head(30)
    none = pl.DataFrame(schema={"client_id": pl.String(), "former_coach_id": pl.String()})
    gone = whole.clients.join(waiting, on="client_id", how="anti")
    rest = whole.replace(
        clients=gone,
        pins=whole.pins.join(gone, on="client_id", how="semi"),
        exclusions=whole.exclusions.join(gone, on="client_id", how="semi"),
    )
    return rest, take_in(rest, Policy(), NewClients(whole.date, waiting, none, 0, "new.csv"), "quick")


def test_ranked_coaches_agree_with_explain(drawn: tuple[Snapshot, TakenIn]) -> None:
    """Difference and load of every proposal are what `explain` says of the same plan."""
    _, taken = drawn
    rows = taken.proposed.rows
    for name in rows["client_id"].unique(maintain_order=True).to_list()[:12]:
        said = {
            a.coach_id: a
            for a in explain(taken.snapshot, taken.policy, taken.found.plan.rows, name).alternatives
        }
        mine = rows.filter((pl.col("client_id") == name) & pl.col("coach_id").is_not_null())
        for row in mine.iter_rows(named=True):
            other = said[row["coach_id"]]
            assert row["difference_minutes"] == pytest.approx(other.difference, abs=1e-5)
            assert row["load_percent"] == round(100 * other.utilisation)
            assert row["rank"] == 1 or not other.breaks
        differences = mine["difference_minutes"].to_list()
        assert differences[1:] == sorted(differences[1:])


def test_proposals_are_whole(drawn: tuple[Snapshot, TakenIn]) -> None:
    """Everybody without a coach has ranks from 1, the first is the plan's; late means after the due day."""
    before, taken = drawn
    rows = taken.proposed.rows
    assert rows.columns == [c.name for c in PROPOSALS.columns]
    new = taken.snapshot.clients.filter(pl.col("coach_id").is_null())["client_id"]
    assert rows["client_id"].unique().sort().equals(new.sort())
    first = rows.filter(pl.col("rank") == 1).select("client_id", "coach_id")
    plan = taken.found.plan.rows.join(new.to_frame(), on="client_id", how="semi").select(
        "client_id", "coach_id"
    )
    assert first.sort("client_id").equals(plan.sort("client_id"))
    held = rows.filter(pl.col("first_meeting").is_not_null())
    assert (held["first_meeting"] >= taken.snapshot.date - timedelta(days=7)).all()
    assert held["late"].equals(held.select(late=pl.col("first_meeting") > pl.col("due"))["late"])
    own = rows.filter((pl.col("rank") == 1) & pl.col("due").is_not_null() & pl.col("coach_id").is_not_null())
    assert own.height == taken.proposed.first_meetings
    assert int(own["late"].sum()) == taken.proposed.late
    assert taken.proposed.extra_minutes >= 0
    assert taken.found.recount.counts["moved"] == 0
    assert before.clients.drop_nulls("coach_id").height == (
        taken.found.recount.counts["kept"] + taken.forced.height
    )


def test_the_same_batch_gives_the_same_proposals(drawn: tuple[Snapshot, TakenIn]) -> None:
    """The order of the rows of a batch changes nothing."""
    before, taken = drawn
    mine = taken.snapshot.clients.join(taken.triaged, on="client_id", how="semi").select(
        before.clients.columns
    )
    none = pl.DataFrame(schema={"client_id": pl.String(), "former_coach_id": pl.String()})
    again = take_in(before, Policy(), NewClients(before.date, mine.reverse(), none, 0, "new.csv"), "quick")
    assert again.proposed.rows.equals(taken.proposed.rows)
    assert again.found.plan.rows.equals(taken.found.plan.rows)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(most_clients=90), policies())
@example(
    Recipe(DemoOptions(clients=5, coaches=3, seed=0, pressure=1.0), twist=2),
    policy(rules={"household": {"join_different": True}}, limits={"load": 0.5}),
)
def test_any_region_takes_its_waiting_clients_in(recipe: Recipe, rules: Policy) -> None:
    """Under any rules: nobody who may stay moves, nobody loses a coach, everybody is somewhere, once."""
    whole = set_barred_pins_aside(snapshot_from(recipe), rules)
    waiting = whole.clients.filter(pl.col("coach_id").is_null())
    coaches = whole.coaches["coach_id"].sort()
    back = waiting.select("client_id", former_coach_id=pl.lit(coaches[0]))
    taken = take_in(whole, rules, NewClients(whole.date, waiting, back, 0, "new.csv"), "quick")
    counts = taken.found.recount.counts
    assert counts["moved"] == 0
    assert sorted(taken.triaged["client_id"]) == sorted(waiting["client_id"])
    away = set(taken.elsewhere["client_id"])
    assert set(coaches_of(taken)) == set(whole.clients["client_id"]) - away
    assert set(taken.proposed.rows["client_id"]) == set(waiting["client_id"]) - away
    kept = taken.found.plan.rows.join(taken.ties.kept, on="client_id", suffix="_tie")
    assert kept["coach_id"].equals(kept["coach_id_tie"], check_names=False)
