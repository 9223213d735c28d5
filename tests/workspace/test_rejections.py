"""A rejected move becomes a pin or an exclusion with an end, and the next plan respects it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from optimiser.allocation.allocate import allocate
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import REASON_CODES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.read import read_snapshot
from tests.allocation.tiny import client, coach, policy, region
from tests.regions import Recipe, policies, recipes, snapshot_from
from tests.workspace.plans import NO, Step, applied, coaches_of, decide, small, write_plan

UNTIL = date(2022, 3, 1)
"""Six months after the tiny regions' day."""


def rejected(
    tmp_path: Path, snapshot: Snapshot, steps: list[Step], rules: Policy | None = None, **words: Any
) -> Snapshot:
    """The facts after all steps are rejected, read back from where they are kept."""
    forced = words.pop("forced", ())
    only = words.pop("only", ())
    out = write_plan(tmp_path / "out", snapshot, steps, rules, forced=forced)
    decide(out, range(1, len(steps) + 1), NO | words, only)
    return read_snapshot(applied(snapshot, out, tmp_path / "w").folder)


def rows(snapshot: Snapshot, table: str) -> list[tuple[Any, ...]]:
    """Client, coach, end and reason of the pins or exclusions."""
    return snapshot.frames()[table].select("client_id", "coach_id", "until", "reason_code").rows()


@pytest.mark.parametrize("code", [*REASON_CODES, None])
def test_what_a_refusal_becomes(tmp_path: Path, code: str | None) -> None:
    """About the coach proposed: an exclusion. Otherwise: a pin to the present one. Nobody moves."""
    before = small()
    after = rejected(tmp_path, before, [[("K1", "V2")]], reason_code=code)
    if code in ("conflict_of_interest", "safety", "language_rights"):
        assert (rows(after, "exclusions"), rows(after, "pins")) == ([("K1", "V2", UNTIL, code)], [])
    else:
        assert (rows(after, "pins"), rows(after, "exclusions")) == ([("K1", "V1", UNTIL, code)], [])
    assert after.clients.drop("line").equals(before.clients.drop("line"))


def test_without_a_present_coach_it_is_an_exclusion(tmp_path: Path) -> None:
    """Who has no coach, or one whom a rule bars, cannot stay: the coach proposed is excluded."""
    gone = coach("V2", end=date(2021, 8, 1))
    clients = [client("K1"), client("K2", coach_id="V2")]
    before = region(clients, [coach("V1"), gone, coach("V3")])
    steps = [[("K1", "V1")], [("K2", "V1")]]
    after = rejected(tmp_path, before, steps, forced=("K2",), reason_code="client_wish")
    assert rows(after, "pins") == []
    assert [r[:2] for r in rows(after, "exclusions")] == [("K1", "V1"), ("K2", "V1")]
    assert coaches_of(after) == {"K1": None, "K2": "V2"}


def test_the_next_plan_respects_it(tmp_path: Path) -> None:
    """Twenty clients of one coach: those pinned by a refusal stay, nobody meets an excluded coach."""
    clients = [client(f"K{k:02d}", coach_id="V1", need_level=4) for k in range(20)]
    before = region(clients, [coach(f"V{k}", fte=0.3) for k in (1, 2, 3)])
    plan = allocate(before, Policy()).plan.rows
    moved = plan.filter(plan["status"] == "moved").select("client_id", "coach_id").rows()
    assert len(moved) >= 4
    after = rejected(tmp_path, before, [[row] for row in moved[:4]])
    again = dict(allocate(after, Policy()).plan.rows.select("client_id", "coach_id").rows())
    assert [again[who] for who, _ in moved[:4]] == ["V1"] * 4
    other = rejected(tmp_path / "x", before, [[row] for row in moved[:4]], reason_code="safety")
    again = dict(allocate(other, Policy()).plan.rows.select("client_id", "coach_id").rows())
    assert all(again[who] != refused for who, refused in moved[:4])


def test_a_step_refused_for_one_client(tmp_path: Path) -> None:
    """Only the client whose row carries the decision is noted."""
    after = rejected(tmp_path, small(), [[("K1", "V2"), ("K7", "V1")]], only=["K7"])
    assert rows(after, "pins") == [("K7", "V2", UNTIL, None)]


def test_a_household_stays_together(tmp_path: Path) -> None:
    """A household's step refused whole pins all its members to the coach they share."""
    clients = [client(k, coach_id="V1", household="H") for k in ("K1", "K2")]
    before = region([*clients, client("K3", coach_id="V1")], [coach("V1"), coach("V2")])
    after = rejected(tmp_path, before, [[("K1", "V2"), ("K2", "V2")]])
    assert [r[:2] for r in rows(after, "pins")] == [("K1", "V1"), ("K2", "V1")]
    assert set(coaches_of(after).values()) == {"V1"}
    allocate(after, Policy())


@settings(max_examples=5, phases=(Phase.generate,), suppress_health_check=[HealthCheck.too_slow])
@given(recipes(most_clients=50), policies(), st.lists(st.sampled_from([*REASON_CODES, None]), min_size=1))
def test_any_refusal_leaves_usable_facts(
    tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, rules: Policy, codes: list[str | None]
) -> None:
    """Whatever is refused under whatever policy, the facts can be solved, and the next plan respects it."""
    before, folder = snapshot_from(recipe), tmp_path_factory.mktemp("refused")
    plan = {r["client_id"]: r for r in allocate(before, rules, "quick").plan.rows.to_dicts()}
    pins = dict(before.pins.select("client_id", "coach_id").rows())
    asked = [r for r in plan.values() if r["status"] in ("moved", "forced", "new")]
    asked = [r for r in asked if pins.get(r["client_id"]) != r["coach_id"]][:12]
    if not asked:
        return
    steps = [[(r["client_id"], r["coach_id"])] for r in asked]
    out = write_plan(folder, before, steps, rules, [r["client_id"] for r in asked if r["status"] == "forced"])
    for step in range(1, len(steps) + 1):
        decide(out, [step], NO | {"reason_code": codes[step % len(codes)]})
    after = read_snapshot(applied(before, out, folder / "w").folder)
    again = dict(allocate(after, rules, "quick").plan.rows.select("client_id", "coach_id").rows())
    pinned = {r[:2] for r in rows(after, "pins")}
    excluded = {r[:2] for r in rows(after, "exclusions")}
    for r in asked:
        who, present, refused = r["client_id"], r["previous_coach_id"], r["coach_id"]
        assert (who, present) in pinned or (who, refused) in excluded
        if (who, present) in pinned:
            assert again[who] == present
        elif rules.rules.exclusion.on:
            assert again[who] != refused


def test_the_later_end_wins(tmp_path: Path) -> None:
    """A row of the same key is replaced where the new one ends later, and stays where it does not."""
    pins = [
        {"client_id": "K1", "coach_id": "V2", "until": date(2021, 8, 1)},
        {"client_id": "K2", "coach_id": "V1", "until": date(2030, 1, 1), "reason_code": "continuity"},
        {"client_id": "K3", "coach_id": "V1"},
    ]
    before = small().replace(pins=region([], [], pins=pins).pins)
    steps = [[(who, "V3")] for who in ("K1", "K2", "K3")]
    after = rejected(tmp_path, before, steps, reason_code="other")
    assert rows(after, "pins") == [
        ("K1", "V1", UNTIL, "other"),
        ("K2", "V1", date(2030, 1, 1), "continuity"),
        ("K3", "V1", None, None),
    ]


def test_months_end_on_the_last_day(tmp_path: Path) -> None:
    """Six months after the 31st of August is the 28th of February."""
    before = small().replace(date=date(2021, 8, 31))
    after = rejected(tmp_path, before, [[("K1", "V2")]])
    assert rows(after, "pins")[0][2] == date(2022, 2, 28)


def test_a_pin_that_a_rule_would_forbid_is_an_exclusion(tmp_path: Path) -> None:
    """Where the plan says moved but a rule bars the present coach, a pin would make the facts unusable."""
    clients = [client("K1", coach_id="V1", language="sv"), client("K2", coach_id="V1")]
    clients += [client("K3", coach_id="V1")]
    before = region(clients, [coach("V1"), coach("V2", languages="fi sv")])
    after = rejected(tmp_path, before, [[("K1", "V2")], [("K2", "V2")]])
    assert [r[:2] for r in rows(after, "pins")] == [("K2", "V1")]
    assert [r[:2] for r in rows(after, "exclusions")] == [("K1", "V2")]
    allocate(after, Policy())


def test_with_the_rule_exclusion_off_the_facts_stay_usable(tmp_path: Path) -> None:
    """A present coach whom an exclusion names gets no pin, also where the policy does not apply exclusions."""
    excluded = region([], [], exclusions=[{"client_id": "K1", "coach_id": "V1"}]).exclusions
    off = policy(rules={"exclusion": {"on": False}})
    after = rejected(tmp_path, small().replace(exclusions=excluded), [[("K1", "V2")]], off)
    assert rows(after, "pins") == []
    assert [r[:2] for r in rows(after, "exclusions")] == [("K1", "V1"), ("K1", "V2")]
    allocate(after, off)


def test_a_pin_is_not_refused_away(tmp_path: Path) -> None:
    """Who is pinned to the coach proposed: the pin must be ended first, and nothing is written."""
    pins = region([], [], pins=[{"client_id": "K1", "coach_id": "V2"}]).pins
    with pytest.raises(InputError, match="pinned to"):
        rejected(tmp_path, small().replace(pins=pins), [[("K1", "V2")]], forced=("K1",))
    assert not (tmp_path / "w").exists()


def test_a_refusal_that_changes_nothing(tmp_path: Path) -> None:
    """Where the pin is there already for longer, there is nothing to apply."""
    pins = region([], [], pins=[{"client_id": "K1", "coach_id": "V1"}]).pins
    with pytest.raises(InputError, match="nothing would change"):
        rejected(tmp_path, small().replace(pins=pins), [[("K1", "V2")]])
    assert not (tmp_path / "w").exists()
