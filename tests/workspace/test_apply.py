"""Confirmed steps become the next snapshot, week by week, and an undo returns exactly to the one before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from optimiser.allocation.allocate import allocate
from optimiser.domain.errors import InputError
from optimiser.domain.plan import PLAN
from optimiser.domain.policy import Policy
from optimiser.tables.policy_file import policy_text
from optimiser.tables.read import read_snapshot
from optimiser.tables.write import write_table
from optimiser.workspace import current, handed_over, is_workspace
from optimiser.workspace.apply import undo
from optimiser.workspace.entries import Kept
from optimiser.workspace.folder import keep_snapshot, log_of
from optimiser.workspace.verify import verify
from tests.allocation.tiny import TODAY, client, coach, region
from tests.cli.calls import files_of
from tests.regions import Recipe, recipes, snapshot_from
from tests.workspace.plans import AT, NO, YES, applied, coaches_of, decide, small, write_moves, write_plan

WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Making a failing plan smaller takes minutes; the recipe printed is enough to make it again."""
THREE = [[("K1", "V2")], [("K2", "V3")], [("K8", "V3")]]


def test_an_apply_changes_the_clients_of_its_steps_alone(tmp_path: Path) -> None:
    """The next snapshot has the new coaches since its date, the involuntary changes counted, all else as before."""
    before = small()
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1, 3], YES)
    decide(out, [2], YES | {"reason_code": "client_wish"})
    done = applied(before, out, tmp_path / "w")
    after = read_snapshot(done.folder)
    changed = {"K1": "V2", "K2": "V3", "K8": "V3"}
    assert coaches_of(after) == coaches_of(before) | changed
    rows = {r["client_id"]: r for r in after.clients.to_dicts()}
    assert [rows[k]["coach_since"] for k in ("K1", "K2", "K8", "K3")] == [TODAY, TODAY, TODAY, None]
    assert [rows[k]["involuntary_changes"] for k in ("K1", "K2", "K8", "K3")] == [1, 0, 0, 0]
    same = ("coach_id", "coach_since", "involuntary_changes", "line")
    assert after.clients.drop(same).equals(before.clients.drop(same))
    assert done.folder.name == Kept(TODAY.isoformat(), after.fingerprint()).folder()
    assert current(tmp_path / "w") == done.folder
    assert done.entry.by == "E7"


def test_what_is_kept_beside_the_snapshots(tmp_path: Path) -> None:
    """The plan's files and the snapshot before are kept too, byte for byte and fact for fact."""
    before = small()
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1], YES)
    done = applied(before, out, tmp_path / "w")
    kept = files_of(tmp_path / "w" / "plans")
    assert {Path(name).name: content for name, content in kept.items()} == files_of(out)
    assert sorted(done.entry.files) == [f"plans/{name}" for name in sorted(kept)]
    first = tmp_path / "w" / "snapshots" / done.entry.before.folder()
    assert read_snapshot(first).fingerprint() == before.fingerprint()


def test_waves_are_applied_week_by_week(tmp_path: Path) -> None:
    """Steps decided on later are applied to the snapshot reached; those applied already are skipped."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, THREE, needs=[None, "1", None])
    decide(out, [1], YES)
    applied(before, out, w, first=1)
    decide(out, [2, 3], YES)
    second = applied(read_snapshot(current(w)), out, w)
    assert second.entry.steps == {"applied": [2, 3], "rejected": [], "clients": 2}
    after = read_snapshot(current(w))
    assert coaches_of(after) == coaches_of(before) | {"K1": "V2", "K2": "V3", "K8": "V3"}
    # The decisions of both weeks are kept.
    assert len([p for p in (w / "plans").rglob("*.csv") if p.name.startswith("moves")]) == 2


def test_the_same_steps_are_not_applied_twice(tmp_path: Path) -> None:
    """Neither on the snapshot reached, where nothing is left to do, nor again on the one they departed from."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1, 2], YES)
    applied(before, out, w)
    kept = files_of(w)
    with pytest.raises(InputError, match="applied or noted already"):
        applied(read_snapshot(current(w)), out, w)
    with pytest.raises(InputError, match="gone on from this snapshot"):
        applied(before, out, w)
    assert files_of(w) == kept


def test_an_undo_returns_exactly(tmp_path: Path) -> None:
    """After an undo the snapshot before stands again with every byte; another undo goes further back."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1, 2, 3], YES)
    one = applied(before, out, w, first=1)
    middle = files_of(current(w))
    two = applied(read_snapshot(current(w)), out, w)
    kept = files_of(w / "snapshots")
    assert undo(w, AT, "E9").folder == one.folder
    assert files_of(current(w)) == middle
    assert read_snapshot(current(w)).fingerprint() == one.next.snapshot.fingerprint()
    undo(w, AT)
    assert read_snapshot(current(w)).fingerprint() == before.fingerprint()
    assert files_of(w / "snapshots") == kept
    assert [e.kind for e in log_of(w)] == ["apply", "apply", "undo", "undo"]
    with pytest.raises(InputError, match="nothing to undo"):
        undo(w, AT)
    # What was undone can be done again, with the same result.
    again = applied(read_snapshot(current(w)), out, w)
    assert again.next.snapshot.fingerprint() == two.next.snapshot.fingerprint()
    assert verify(w / "log.sqlite").broken == 0


def test_an_apply_after_an_undo_may_take_other_steps(tmp_path: Path) -> None:
    """Undone steps are no longer applied: others can be chosen from the snapshot that stands again."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1, 2], YES)
    applied(before, out, w)
    undo(w, AT)
    decide(out, [1], NO)
    applied(read_snapshot(current(w)), out, w)
    assert coaches_of(read_snapshot(current(w))) == coaches_of(before) | {"K2": "V3"}


def test_only_the_facts_of_the_plan_are_changed(tmp_path: Path) -> None:
    """A region of another day, rows set aside, another policy and a foreign folder are refused."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1], YES)
    with pytest.raises(InputError, match="another snapshot"):
        applied(before.replace(date=date(2021, 9, 8)), out, w)
    with pytest.raises(InputError, match="another snapshot"):
        applied(before.replace(clients=before.clients.head(7)), out, w)
    (out / "snapshot").mkdir()
    with pytest.raises(InputError, match="name that folder"):
        applied(before.replace(date=date(2021, 9, 8)), out, w)
    text = policy_text(Policy.model_validate({"limits": {"load": 1.5}}))
    (out / "policy_in_force.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not the policy"):
        applied(before, out, w)
    (out / "certificate.json").unlink()
    with pytest.raises(InputError, match="file is missing"):
        applied(before, out, w)
    assert not w.exists()
    w.mkdir()
    (w / "letter.txt").write_text("mine")
    with pytest.raises(InputError, match="no workspace"):
        applied(before, out, w)
    assert [p.name for p in w.iterdir()] == ["letter.txt"]


def test_a_new_region_is_told_apart_from_what_stood(tmp_path: Path) -> None:
    """A plan of a newer export may be applied; the command is told that the workspace stood elsewhere."""
    before, w = small(), tmp_path / "w"
    newer = before.replace(date=date(2021, 9, 8))
    for week, (facts, to) in enumerate([(before, "V2"), (newer, "V3")]):
        out = write_plan(tmp_path / f"out{week}", facts, [[("K1", to)]])
        decide(out, [1], YES)
    first = applied(before, tmp_path / "out0", w)
    assert first.stood is None
    second = applied(newer, tmp_path / "out1", w)
    assert second.stood == first.entry.after
    undo(w, AT)
    assert read_snapshot(current(w)).fingerprint() == newer.fingerprint()
    undo(w, AT)
    assert read_snapshot(current(w)).fingerprint() == before.fingerprint()


def test_rows_set_aside_are_refused(tmp_path: Path) -> None:
    """Rows left out on reading would be lost with the next snapshot: mend them first."""
    from optimiser.domain.snapshot import SetAside

    before = small().replace(set_aside=(SetAside("clients.csv", 9, "K9", "no municipality"),))
    out = write_plan(tmp_path / "out", before, THREE)
    decide(out, [1], YES)
    with pytest.raises(InputError, match="set aside on reading and would be lost"):
        applied(before, out, tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_a_fuller_coach_is_refused(tmp_path: Path) -> None:
    """Steps that would break a limit are refused by name; with those that make room they pass."""
    clients = [client("K1", coach_id="V1"), client("K2", coach_id="V2"), client("K3", coach_id="V1")]
    before = region(clients, [coach("V1", limit_heads=2), coach("V2", limit_heads=1), coach("V3")])
    out = write_plan(tmp_path / "out", before, [[("K2", "V3")], [("K1", "V2")]])
    decide(out, [2], YES)
    with pytest.raises(InputError, match=r"step 2 would make it worse: heads of V2: 2 where the limit is 1"):
        applied(before, out, tmp_path / "w")
    assert not (tmp_path / "w").exists()
    decide(out, [1, 2], YES)
    assert applied(before, out, tmp_path / "w").decisions.steps("accepted") == [1, 2]


def test_a_limit_raised_for_those_who_may_stay_holds_for_every_wave(tmp_path: Path) -> None:
    """A coach with more than the limit loses two clients, and gets one of the next wave as the plan has it."""
    clients = [client(f"K{k}", coach_id="V1") for k in range(4)] + [client("K9", coach_id="V2")]
    before, w = region(clients, [coach("V1", limit_heads=2), coach("V2")]), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, [[("K0", "V2")], [("K1", "V2")], [("K9", "V1")]])
    decide(out, [1, 2], YES)
    applied(before, out, w)
    decide(out, [3], YES)
    second = applied(read_snapshot(current(w)), out, w)
    assert second.decisions.steps("accepted") == [3]
    # The facts that the plan was made of are needed for it.
    kept = w / "snapshots" / log_of(w)[0].before.folder() / "coaches.parquet"
    kept.unlink()
    undo(w, AT)
    with pytest.raises(InputError, match="coaches"):
        applied(read_snapshot(current(w)), out, w)


def test_a_broken_rule_is_refused(tmp_path: Path) -> None:
    """A plan edited by hand against a rule, a pin or a household is refused with the step and the rule."""
    clients = [
        client("K1", coach_id="V1", language="sv"),
        client("K2", coach_id="V1"),
        client("K3", coach_id="V1", household="H"),
        client("K4", coach_id="V1", household="H"),
    ]
    pins = [{"client_id": "K2", "coach_id": "V1"}]
    before = region(clients, [coach("V1", languages="fi sv"), coach("V2")], pins=pins)
    steps = [[("K1", "V2")], [("K2", "V2")], [("K3", "V2")]]
    out = write_plan(tmp_path / "out", before, steps)
    decide(out, [1, 2, 3], YES)
    with pytest.raises(InputError) as error:
        applied(before, out, tmp_path / "w")
    told = " ".join(c.problem for c in error.value.complaints)
    for words in (
        "step 1 would make it worse: language of K1",
        "step 2 would",
        "pin of K2",
        "household of K3",
    ):
        assert words in told
    assert not (tmp_path / "w").exists()


def test_who_was_handed_over(tmp_path: Path) -> None:
    """Changes away from a coach are known with their day, also without reasons, but for those undone."""
    before, w = small(), tmp_path / "w"
    out = write_plan(tmp_path / "out", before, [*THREE, [("K7", "V3")]])
    decide(out, [1, 4], YES)
    applied(before, out, w)
    decide(out, [2], YES)
    applied(read_snapshot(current(w)), out, w)
    rows = [("K1", "V1", "V2", TODAY), ("K2", "V1", "V3", TODAY)]
    found = handed_over(w, "V1")
    assert found.columns == ["client_id", "from", "to", "when"]
    assert found.rows() == rows
    assert handed_over(w, "V2").rows() == [("K7", "V2", "V3", TODAY)]
    undo(w, AT)
    assert handed_over(w, "V1").rows() == rows[:1]
    assert handed_over(tmp_path / "nowhere", "V1").height == 0


def test_a_path_that_is_no_workspace_stays_as_it_is(tmp_path: Path) -> None:
    """`current` may be given any region."""
    assert current(tmp_path) == tmp_path
    assert current(tmp_path / "region.xlsx") == tmp_path / "region.xlsx"
    assert not is_workspace(tmp_path)


@settings(max_examples=4, phases=WITHOUT_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(most_clients=60))
def test_any_snapshot_is_kept_exactly(tmp_path_factory: pytest.TempPathFactory, recipe: Recipe) -> None:
    """Whatever a region holds, what is kept reads back with the same fingerprint and the same bytes."""
    snapshot = snapshot_from(recipe)
    folders = [keep_snapshot(tmp_path_factory.mktemp("kept"), snapshot) for _ in range(2)]
    assert read_snapshot(folders[0]).fingerprint() == snapshot.fingerprint()
    assert files_of(folders[0]) == files_of(folders[1])


@settings(max_examples=4, phases=WITHOUT_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(recipes(most_clients=60))
def test_a_whole_plan_is_applied_and_taken_back(
    tmp_path_factory: pytest.TempPathFactory, recipe: Recipe
) -> None:
    """All steps of a real plan give its coaches, nothing becomes worse, and an undo gives the facts back."""
    snapshot, folder = snapshot_from(recipe), tmp_path_factory.mktemp("plan")
    plan = allocate(snapshot, Policy(), "quick").plan
    changes = plan.rows.filter(
        pl.col("coach_id").is_not_null() & pl.col("coach_id").ne_missing(pl.col("previous_coach_id"))
    )
    if not changes.height:
        return
    write_table(plan.rows, PLAN, folder / "plan.csv")
    (folder / "certificate.json").write_text(plan.certificate.to_json(), encoding="utf-8")
    (folder / "policy_in_force.yaml").write_text(policy_text(Policy()), encoding="utf-8")
    steps = [[row] for row in changes.select("client_id", "coach_id").rows()]
    write_moves(folder, plan.rows, steps)
    decide(folder, range(1, len(steps) + 1), YES)
    done = applied(snapshot, folder, folder / "w")
    after = read_snapshot(done.folder)
    # An apply gives coaches; it takes none away: whom the plan leaves unserved stays on paper.
    wanted = dict(plan.rows.select("client_id", pl.coalesce("coach_id", "previous_coach_id")).rows())
    assert coaches_of(after) == wanted
    assert done.in_no_step == 0
    undo(folder / "w", AT)
    assert read_snapshot(current(folder / "w")).fingerprint() == snapshot.fingerprint()
