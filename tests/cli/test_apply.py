"""`apply`, `log` and `explain --as-confirmed` from the command line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from optimiser.tables.staged import staged_file
from tests.cli.calls import call, files_of
from tests.workspace.plans import NO, YES, decide, write_moves, write_plan


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo region whose coaches have room, so that a move left out breaks nothing."""
    folder = tmp_path_factory.mktemp("roomy") / "region"
    words = ("--clients", 200, "--coaches", 8, "--pressure", 0.7, "--present-share", 0.8)
    assert call("demo", folder, *words).code == 0
    return folder


@pytest.fixture(scope="module")
def listed(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of the region with a move list: one step for all changes but one."""
    out = tmp_path_factory.mktemp("listed") / "out"
    assert call("allocate", region, "--out", out, "--no-report").code == 0
    rows = pl.read_csv(out / "plan.csv", infer_schema=False)
    changes = rows.filter(
        pl.col("coach_id").is_not_null() & pl.col("coach_id").ne_missing(pl.col("previous_coach_id"))
    ).select("client_id", "coach_id", "status")
    moved = [(c, k) for c, k, s in changes.rows() if s == "moved"]
    others = [(c, k) for c, k, s in changes.rows() if s != "moved"]
    write_moves(out, rows, [[*moved[1:], *others], [moved[0]]])
    return out


@pytest.fixture
def out(listed: Path, tmp_path: Path) -> Path:
    """A copy to decide on."""
    shutil.copytree(listed, tmp_path / "out")
    return tmp_path / "out"


def test_a_plan_is_applied_shown_explained_and_undone(region: Path, out: Path, tmp_path: Path) -> None:
    """The whole way: decide, apply, look at the log, ask for the reason, undo, verify, export, purge."""
    w = tmp_path / "w"
    decide(out, [1], YES)
    decide(out, [2], NO | {"reason_code": "client_wish"})
    done = call("apply", region, out, "--workspace", w)
    assert done.code == 0, done
    assert re.search(
        r"1 step applied: (\d+ clients? changes? coach|\d+ clients? gets? their first)", done.out
    )
    assert "1 step rejected: 1 pin and 0 exclusions until" in done.out
    snapshot = re.search(r"The next snapshot: (\S+)", done.out)
    assert snapshot is not None
    assert Path(snapshot[1]).parent == w / "snapshots"

    rejected = pl.read_csv(out / "moves.csv", infer_schema=False).filter(pl.col("step") == "2").to_dicts()[0]
    told = call("explain", region, out, rejected["client_id"], "--as-confirmed", "--workspace", w)
    assert told.code == 0, told
    assert rejected["reason"] in told.out
    assert "rejected (client_wish) by E8 on 2021-09-02" in told.out

    undone = call("apply", "--undo", "--workspace", w, "--by", "E9")
    assert undone.code == 0, undone
    assert "nothing was deleted" in undone.out
    shown = call("log", "--workspace", w, "--verify")
    assert shown.code == 0, shown
    assert "entry 1 undone" in shown.out
    assert "2 entries, each as it was written" in shown.out
    assert "Note the hash above elsewhere" in shown.out

    purged = call("log", "--workspace", w, "--purge-before", "2999-01-01", "--by", "E9", "--verify")
    assert purged.code == 0, purged
    late = call("explain", region, out, rejected["client_id"], "--as-confirmed", "--workspace", w)
    assert late.code == 2
    assert "have been purged" in late.err
    exported = call("log", "--workspace", w, "--csv", tmp_path / "log.csv")
    assert exported.code == 0, exported
    assert pl.read_csv(tmp_path / "log.csv")["kind"].to_list() == ["apply", "undo", "purge"]


def test_the_workspace_serves_as_the_region(region: Path, out: Path, tmp_path: Path) -> None:
    """The next wave is applied to what stands in the workspace."""
    w = tmp_path / "w"
    decide(out, [1, 2], YES)
    assert call("apply", region, out, "--first", 1, "--workspace", w).code == 0
    again = call("apply", w, out, "--workspace", w)
    assert again.code == 0, again
    assert "1 step applied: 1 client" in again.out
    elsewhere = call("apply", w, out, "--workspace", tmp_path / "other")
    assert elsewhere.code == 2
    assert "not the one to be changed" in elsewhere.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "is not confirmed"),
        (("--first", 3), "more moves asked than there are: 2 steps"),
        (("--by", "matti@kunta.fi"), "not a pseudonymous id"),
    ],
)
def test_bad_input_writes_nothing(
    region: Path, out: Path, tmp_path: Path, words: tuple[object, ...], said: str
) -> None:
    """Exit code 2, advice, and no workspace."""
    decide(out, [1], YES | {"confirmed_by": None})
    called = call("apply", region, out, "--workspace", tmp_path / "w", *words)
    assert called.code == 2, called
    assert said in called.err
    assert "matti" not in called.err
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("apply",), "are needed"),
        (("apply", "--undo", "somewhere"), "takes no region"),
        (("apply", "--undo"), "nothing to undo"),
        (("apply", "--undo", "--wave", "1"), "no --wave"),
        (("log",), "no log is kept here"),
    ],
)
def test_calls_that_make_no_sense(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """What is missing or too much is said."""
    called = call(*words, "--workspace", tmp_path / "w")
    assert called.code == 2, called
    assert said in called.err
    assert not (tmp_path / "w").exists()


def test_a_changed_log_ends_with_code_1(region: Path, out: Path, tmp_path: Path) -> None:
    """`log --verify` names the entry that somebody has changed."""
    import sqlite3

    w = tmp_path / "w"
    decide(out, [1], YES)
    assert call("apply", region, out, "--workspace", w).code == 0
    base = sqlite3.connect(w / "log.sqlite")
    base.execute("DROP TRIGGER entries_as_written")
    base.execute("UPDATE entries SET by = 'E1'")
    base.commit()
    base.close()
    called = call("log", "--workspace", w, "--verify")
    assert called.code == 1
    assert "NOT as it was written: entry 1" in called.out
    kept = files_of(w)
    assert call("apply", "--undo", "--workspace", w).code == 2
    assert files_of(w) == kept


@pytest.fixture
def kept(region: Path, out: Path, tmp_path: Path) -> Path:
    """A workspace with one apply."""
    decide(out, [1], YES)
    assert call("apply", region, out, "--workspace", tmp_path / "w").code == 0
    return tmp_path / "w"


def test_an_export_overwrites_nothing_but_an_earlier_one(kept: Path, tmp_path: Path) -> None:
    """Neither the log itself, nor anything in the workspace, nor a file of somebody else."""
    letter = tmp_path / "README.md"
    letter.write_text("mine")
    before = files_of(tmp_path)
    for file, said in (
        (kept / "log.sqlite", "lies in the workspace"),
        (kept / "new.csv", "lies in the workspace"),
        (letter, "no earlier export"),
    ):
        words = ("--purge-before", "2999-01-01", "--csv", file)
        called = call("log", "--workspace", kept, *words)
        assert called.code == 2, called
        assert said in called.err
        assert files_of(tmp_path) == before
    for words in ((), ("--finnish",), ()):
        assert call("log", "--workspace", kept, "--csv", tmp_path / "log.csv", *words).code == 0


def test_an_export_that_somebody_is_writing(kept: Path, tmp_path: Path) -> None:
    """Two exports to one file at once: the second is told to wait, and the first ends whole."""
    file = tmp_path / "log.csv"
    with staged_file(file, lambda _: True) as beside:
        beside.write_text("first")
        called = call("log", "--workspace", kept, "--csv", file)
        assert called.code == 2 and "somebody else is writing here" in called.err
        assert beside.read_text() == "first"
    assert file.read_text() == "first"


def test_an_export_on_a_full_disk(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said in words, and nothing half written stays."""

    def full(frame: object, table: object, path: Path, *more: Any) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("optimiser.cli.log.write_table", full)
    before = files_of(tmp_path)
    called = call("log", "--workspace", kept, "--csv", tmp_path / "log.csv")
    assert called.code == 2
    assert "the disk is full" in called.err
    assert files_of(tmp_path) == before


def test_a_coach_who_takes_over_many_is_noted(tmp_path: Path) -> None:
    """More clients at once than the policy has for a week: one line; a week alone is taken by --wave."""
    from optimiser.tables.read import read_snapshot
    from optimiser.tables.write import write_snapshot
    from tests.allocation.tiny import client, coach
    from tests.allocation.tiny import region as tiny

    clients = [client(f"K{k}", coach_id="V1" if k < 5 else None) for k in range(1, 8)]
    facts = tiny(clients, [coach("V1"), coach("V2")])
    about = pl.DataFrame([{"date": facts.date, "region": None, "source": None}])
    (tmp_path / "region").mkdir()
    write_snapshot({"snapshot": about, **facts.frames()}, tmp_path / "region", format="parquet")
    facts = read_snapshot(tmp_path / "region")
    steps = [[(f"K{k}", "V2")] for k in range(1, 8)]
    out = write_plan(tmp_path / "out", facts, steps, wave=[1, 1, 1, 1, 1, 2, 2])
    decide(out, range(1, 8), YES)
    said = "Note: V2 takes over 7 clients at once, more than the 5 a week of the policy; --wave N takes them"
    whole = call("apply", tmp_path / "region", out, "--workspace", tmp_path / "w1")
    assert said in whole.out, whole
    assert "7 steps applied: 4 clients change coach, 3 get their first one." in whole.out
    week = call("apply", tmp_path / "region", out, "--workspace", tmp_path / "w2", "--wave", 1)
    assert "takes over" not in week.out, week
    assert "5 steps applied: 4 clients change coach, 1 gets their first one." in week.out
    again = call("apply", tmp_path / "w2", out, "--workspace", tmp_path / "w2", "--wave", 2)
    assert "2 steps applied: 2 clients get their first coach." in again.out, again
    assert call("apply", tmp_path / "w2", out, "--workspace", tmp_path / "w2", "--wave", 0).code == 2
