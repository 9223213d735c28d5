"""Before anything is written the independent check says that nothing became worse."""

from __future__ import annotations

import polars as pl

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.findings import LISTED
from optimiser.quality.rules import LIMITS
from optimiser.workspace import guard
from tests.allocation.tiny import client, coach, policy, region


def objections(snapshot: Snapshot, *moves: tuple[str, str], rules: Policy | None = None) -> list[str]:
    """What stands against moves, each a step of its own."""
    rows = [(k, *move) for k, move in enumerate(moves, start=1)]
    accepted = pl.DataFrame(rows, schema=["step", "client_id", "to_coach_id"], orient="row")
    nobody = pl.Series("client_id", [], dtype=pl.String)
    try:
        guard.refuse_worse(snapshot, rules or Policy(), snapshot.clients, accepted, nobody, "moves.csv")
    except InputError as error:
        return [c.problem for c in error.complaints]
    return []


def test_every_limit_is_watched() -> None:
    """The guard compares all limits that the check knows; the budget of moves is held as a whole."""
    assert {*guard._COMPARED, "moves"} == set(LIMITS)
    facts = region([client("K1", coach_id="V1")], [coach("V1"), coach("V2")])
    assert objections(facts, ("K1", "V2")) == []
    (found,) = objections(facts, ("K1", "V2"), rules=policy(limits={"moves": 0}))
    assert found.startswith("step 1 would make it worse: moves: ")


def test_what_was_broken_before_may_stay_broken() -> None:
    """A client with a barred coach, and one full coach, are no reason against a move elsewhere."""
    clients = [client("K1", coach_id="V1", language="sv"), client("K2", coach_id="V1")]
    facts = region(clients, [coach("V1", limit_heads=1), coach("V2"), coach("V3", languages="fi sv")])
    assert objections(facts, ("K2", "V2")) == []
    assert objections(facts, ("K1", "V3")) == []
    assert objections(facts, ("K1", "V3"), ("K2", "V2")) == []


def test_minutes_and_interpreter_minutes() -> None:
    """A coach's minutes and an area's interpreter minutes are not strained further."""
    clients = [client(f"K{k}", coach_id="V1", need_level=4) for k in range(3)]
    clients += [client("K8", coach_id="V2", language="fse"), client("K9", language="fse")]
    facts = region(clients, [coach("V1"), coach("V2"), coach("V3", limit_minutes=100.0)])
    assert objections(facts, ("K0", "V3")) == []
    (found,) = objections(facts, ("K0", "V3"), ("K1", "V3"))
    assert found.startswith("steps 1, 2 would make it worse: minutes of V3: 153.333")
    narrow = policy(limits={"interpreter_minutes": {"city": 10.0}})
    (found,) = objections(facts, ("K0", "V2"), ("K9", "V1"), rules=narrow)
    assert found.startswith("step 2 would make it worse: interpreter_minutes of city")


def test_more_findings_than_are_listed() -> None:
    """Where so much is broken already that the check no longer lists all of it, nothing new slips in."""
    count = LISTED + 200
    clients = [client(f"K{k:04d}", coach_id="V1", language="sv", channel="phone") for k in range(count)]
    clients += [client(k, coach_id="V2", language="sv", household="H") for k in ("X1", "X2")]
    clients += [client("X3", coach_id="V2")]
    both = [coach(k, languages="fi sv") for k in ("V2", "V3")]
    facts = region(clients, [coach("V1", full_time_minutes=1e6), *both])
    assert objections(facts, ("X1", "V3"), ("X2", "V3"), ("K0001", "V2")) == []
    found = objections(facts, ("X1", "V1"), ("X3", "V3"))
    assert len(found) == 2
    assert found[0].startswith("step 1 would make it worse: household of X1")
    assert found[1].startswith("step 1 would make it worse: language of X1")
