"""An export taken into a workspace: what is kept, what is remembered, what an undo and a kill do then."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.allocation.update import follow
from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.read import read_snapshot
from optimiser.tables.read_export import read_export
from optimiser.workspace import current, handed_over
from optimiser.workspace.apply import undo
from optimiser.workspace.folder import log_of
from optimiser.workspace.keep_update import Order, copied, keep_update
from optimiser.workspace.past import past_of
from optimiser.workspace.records import log_frame
from optimiser.workspace.verify import verify
from tests.allocation.tiny import TODAY, client
from tests.allocation.tiny import frame as table
from tests.cli.calls import files_of
from tests.workspace.plans import (
    AT,
    NO,
    YES,
    applied,
    coaches_of,
    decide,
    small,
    taken_in,
    write_export,
    write_plan,
)

OCTOBER, NOVEMBER = date(2021, 10, 1), date(2021, 11, 1)


def begun(tmp_path: Path, refused: bool = False) -> Path:
    """A workspace in which the move of K1 from V1 to V2 has been applied, and that of K2 to V3 perhaps refused."""
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")], [("K2", "V3")]])
    decide(out, [1], YES)
    if refused:
        decide(out, [2], NO | {"reason_code": "conflict_of_interest"})
    applied(small(), out, tmp_path / "w")
    return tmp_path / "w"


def system(day: date, **coaches: str | None) -> Snapshot:
    """The client system, which knows nothing of the apply, on a day; some clients with other coaches."""
    facts = small().clients
    now = pl.col("client_id").replace_strict(coaches, default=pl.col("coach_id"), return_dtype=pl.String)
    return small().replace(date=day, clients=facts.with_columns(coach_id=now))


def states(workspace: Path, changes: Path | None = None) -> dict[str, str]:
    """Client to state of the confirmed move in the latest changes, or in some."""
    folder = changes or sorted((workspace / "updates").iterdir())[-1]
    frame = pl.read_csv(folder / "confirmed_moves.csv", infer_schema=False)
    return dict(frame.select("client_id", "state").rows())


def test_an_update_is_kept_and_logged(tmp_path: Path) -> None:
    """The next snapshot stands, has the confirmed coach, and the log has an entry with counts and who."""
    w = begun(tmp_path)
    done = taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
    after = read_snapshot(current(w))
    assert (after.date, current(w)) == (OCTOBER, done.folder)
    assert coaches_of(after) == coaches_of(small()) | {"K1": "V2"}
    row = after.clients.filter(client_id="K1").row(0, named=True)
    assert (row["coach_since"], row["involuntary_changes"]) == (TODAY, 1)
    assert states(w) == {"K1": "waiting"}
    assert verify(w / "log.sqlite").broken == 0
    told = log_frame(log_of(w)).row(1, named=True)
    assert (told["kind"], told["by"], told["snapshot_after"]) == ("update", "E9", after.fingerprint())
    assert sorted(p.name for p in done.changes.iterdir()) == sorted(
        name.rpartition("/")[2] for name in done.entry.files
    )


def test_a_move_waits_until_it_is_entered(tmp_path: Path) -> None:
    """What waited stays remembered over updates; once entered, a later change in the system counts."""
    w = begun(tmp_path)
    taken_in(w, write_export(tmp_path / "e1", system(OCTOBER)))
    taken_in(w, write_export(tmp_path / "e2", system(NOVEMBER)))
    assert states(w) == {"K1": "waiting"}
    taken_in(w, write_export(tmp_path / "e3", system(date(2021, 12, 1), K1="V2")))
    assert states(w) == {"K1": "entered"}
    taken_in(w, write_export(tmp_path / "e4", system(date(2022, 1, 1))))
    assert states(w) == {}
    assert coaches_of(read_snapshot(current(w)))["K1"] == "V1"


def test_a_client_who_changes_twice_waits_for_the_last(tmp_path: Path) -> None:
    """Of two confirmed changes the last counts, whichever coach from before the system still has."""
    w = begun(tmp_path)
    taken_in(w, write_export(tmp_path / "e1", system(OCTOBER)))
    now = read_snapshot(current(w))
    free = Policy.model_validate({"rules": {"recent_change": {"on": False}}})
    out = write_plan(tmp_path / "again", now, [[("K1", "V3")]], free)
    decide(out, [1], YES)
    applied(now, out, w)
    assert sorted(past_of(w, log_of(w)).confirmed["former_coach_id"].to_list()) == ["V1", "V2"]
    taken_in(w, write_export(tmp_path / "e2", system(NOVEMBER, K1="V2")))
    after = read_snapshot(current(w))
    assert (states(w), coaches_of(after)["K1"]) == ({"K1": "waiting"}, "V3")
    assert after.clients.filter(client_id="K1")["involuntary_changes"].item() == 2


def test_involuntary_changes_expire(tmp_path: Path) -> None:
    """A year after the apply the client is no longer one who had to change lately."""
    w = begun(tmp_path)
    taken_in(w, write_export(tmp_path / "e1", system(date(2022, 8, 31), K1="V2")))
    assert read_snapshot(current(w)).clients.filter(client_id="K1")["involuntary_changes"].item() == 1
    taken_in(w, write_export(tmp_path / "e2", system(date(2022, 9, 1), K1="V2")))
    assert read_snapshot(current(w)).clients.filter(client_id="K1")["involuntary_changes"].item() == 0


def test_a_client_of_an_earlier_snapshot_returns(tmp_path: Path) -> None:
    """Whom a kept snapshot has had is known again, with the coach of then, although no departure is left."""
    w = begun(tmp_path)
    less = system(OCTOBER)
    gone = less.replace(clients=less.clients.filter(pl.col("client_id") != "K7"))
    taken_in(w, write_export(tmp_path / "e1", gone))
    assert past_of(w, log_of(w)).seen.filter(client_id="K7")["day"].to_list() == [TODAY]
    back = table("clients", [client("K7", registered_on=date(2021, 10, 20))])
    whole = gone.replace(date=NOVEMBER, clients=pl.concat([gone.clients, back]).sort("client_id"))
    done = taken_in(w, write_export(tmp_path / "e2", whole))
    came = pl.read_csv(done.changes / "arrivals.csv", infer_schema=False).rows(named=True)
    assert [(r["client_id"], r["kind"], r["former_coach_id"]) for r in came] == [("K7", "returned", "V2")]


def test_an_undo_takes_the_last_entry_back_whatever_it_is(tmp_path: Path) -> None:
    """An apply, then the update before it, then the apply before that: each time what stood before stands again."""
    w = begun(tmp_path)
    first = current(w)
    done = taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
    stood = current(w)
    now = read_snapshot(stood)
    out = write_plan(tmp_path / "again", now, [[("K3", "V3")]])
    decide(out, [1], YES)
    applied(now, out, w)
    assert [undo(w, AT).entry.steps["undoes"], current(w)] == [3, stood]
    assert [undo(w, AT).entry.steps["undoes"], current(w)] == [2, first]
    assert done.changes.is_dir() and done.folder.is_dir()
    assert undo(w, AT).entry.steps["undoes"] == 1
    assert read_snapshot(current(w)).fingerprint() == small().fingerprint()
    with pytest.raises(InputError, match="nothing to undo"):
        undo(w, AT)
    assert verify(w / "log.sqlite").broken == 0


def test_a_wrong_export_leaves_no_trace_once_undone(tmp_path: Path) -> None:
    """Apply, a wrong update, undo, the right update: everything stands as if the wrong one had never been."""
    right = write_export(tmp_path / "right", system(OCTOBER))
    half = system(OCTOBER)
    half = half.replace(clients=half.clients.filter(pl.col("client_id").is_in(["K2", "K7"])))
    stood = []
    for name, wrong in (("one", False), ("two", True)):
        folder = tmp_path / name
        folder.mkdir()
        w = begun(folder, refused=True)
        if wrong:
            taken_in(w, write_export(folder / "half", half))
            undo(w, AT)
        done = taken_in(w, right)
        assert states(w, done.changes) == {"K1": "waiting"}
        stood.append((done.entry.after, past_of(w, log_of(w))))
        assert coaches_of(read_snapshot(current(w)))["K1"] == "V2"
        assert read_snapshot(current(w)).exclusions.select("client_id", "coach_id").rows() == [("K2", "V3")]
    assert stood[0][0] == stood[1][0]
    for name in ("confirmed", "involuntary", "seen", "first"):
        assert getattr(stood[0][1], name).equals(getattr(stood[1][1], name)), name


def test_an_update_whose_snapshot_before_was_forged_is_not_undone(tmp_path: Path) -> None:
    """The guards of an undo hold for an update as for an apply."""
    w = begun(tmp_path)
    file = current(w) / "clients.parquet"
    taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
    forged = pl.when(client_id="K3").then(pl.lit("V3")).otherwise("coach_id").alias("coach_id")
    pl.read_parquet(file).with_columns(forged).write_parquet(file)
    with pytest.raises(InputError, match="no longer the facts"):
        undo(w, AT)


def test_a_plan_from_before_an_update_is_refused(tmp_path: Path) -> None:
    """Further steps of the old plan are applied neither to the new facts nor to the old ones."""
    w = begun(tmp_path)
    before = read_snapshot(current(w))
    taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
    decide(tmp_path / "out", [2], YES)
    with pytest.raises(InputError, match="made of another snapshot"):
        applied(read_snapshot(current(w)), tmp_path / "out", w)
    with pytest.raises(InputError, match="entry 2 of the log has gone on") as refused:
        applied(before, tmp_path / "out", w)
    assert "plan anew" in str(refused.value)


def test_changes_that_were_tampered_with_are_refused(tmp_path: Path) -> None:
    """What waits to be entered is read only as it was written; gone without a purge it is missed."""
    w = begun(tmp_path)
    done = taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
    file = done.changes / "confirmed_moves.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("K1", "K2"), encoding="utf-8")
    with pytest.raises(InputError, match="no longer the changes"):
        past_of(w, log_of(w))
    file.unlink()
    with pytest.raises(InputError, match="are gone"):
        past_of(w, log_of(w))


@pytest.mark.parametrize("place", ["before", "after", "elsewhere"])
def test_a_kept_snapshot_that_was_forged_is_refused(tmp_path: Path, place: str) -> None:
    """A coach changed in the tables kept before the apply, after it or by an earlier update: nothing rests on it."""
    w = begun(tmp_path)
    entry = log_of(w)[0]
    folder = {"before": entry.before.folder(), "after": entry.after.folder()}.get(place, "")
    if place == "elsewhere":
        first = taken_in(w, write_export(tmp_path / "e", system(OCTOBER)))
        taken_in(w, write_export(tmp_path / "f", system(NOVEMBER)))
        folder = first.folder.name
    past_of(w, log_of(w))
    file = w / "snapshots" / folder / "clients.parquet"
    forged = pl.when(client_id="K3").then(pl.lit("V3")).otherwise("coach_id").alias("coach_id")
    pl.read_parquet(file).with_columns(forged).write_parquet(file)
    with pytest.raises(InputError, match="no longer the facts"):
        past_of(w, log_of(w))
    if place != "elsewhere":
        with pytest.raises(InputError, match="no longer the facts"):
            handed_over(w, "V1")
    if place == "before":
        files = files_of(w)
        with pytest.raises(InputError, match="no longer the facts"):
            undo(w, AT)
        assert files_of(w) == files


def test_a_copy_stands_only_with_the_entry(tmp_path: Path) -> None:
    """The copy beside appears when the log has the entry; where the workspace has gone on there is none."""
    w = begun(tmp_path)
    before = read_snapshot(current(w))
    found = read_export(write_export(tmp_path / "e", system(OCTOBER)), before)
    update = follow(before, found, past_of(w, log_of(w)), Policy())
    out, entries = tmp_path / "deep" / "copy", len(log_of(w))
    seen = []

    class Listener(Progress):
        """Looks for the copy while the workspace is written."""

        def say(self, text: str) -> None:
            seen.append((out.exists(), len(log_of(w)) if text != "closing the log" else entries))

    undo(w, AT)
    entries += 1
    with pytest.raises(InputError, match="gone on meanwhile"):
        keep_update(w, update, Order(AT, "", ""), nothing, copy=copied(out, update, nothing))
    assert not out.parent.exists()
    applied(small(), tmp_path / "out", w)
    entries += 1
    with pytest.raises(KeyboardInterrupt):
        keep_update(w, update, Order(AT, "", ""), stopped, copy=copied(out, update, nothing))
    assert not out.parent.exists()
    kept = keep_update(w, update, Order(AT, "", ""), nothing, Listener(), copied(out, update, nothing))
    assert kept.copied
    assert set(seen) == {(False, entries)}
    assert read_snapshot(out).fingerprint() == kept.entry.after.fingerprint
    with copied(out, update, nothing) as fresh:
        assert not fresh


def nothing(folder: Path) -> None:
    """Adds nothing to a folder of changes."""


def stopped(folder: Path) -> None:
    """Ctrl-C while the changes are written."""
    raise KeyboardInterrupt


def test_a_workspace_that_went_on_meanwhile_is_left_alone(tmp_path: Path) -> None:
    """An update of a snapshot that stands no longer is refused before anything is written."""
    w = begun(tmp_path)
    export = write_export(tmp_path / "e", system(OCTOBER))
    before = read_snapshot(current(w))
    found = read_export(export, before)
    update = follow(before, found, past_of(w, log_of(w)), Policy())
    undo(w, AT)
    files = files_of(w)
    with pytest.raises(InputError, match="gone on meanwhile"):
        keep_update(w, update, Order(AT, "", ""), lambda folder: None)
    assert files_of(w) == files


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed so on Windows")
@pytest.mark.parametrize(
    "saying",
    ["reading back what was written", "keeping what has changed", "writing the log", "closing the log"],
)
def test_an_update_killed_at_any_moment(tmp_path: Path, saying: str) -> None:
    """The workspace stands as it was; the update after it gives what an undisturbed one gives."""
    w = begun(tmp_path)
    export = write_export(tmp_path / "e", system(OCTOBER))
    stood, entries = current(w), log_of(w)
    words = [sys.executable, "-m", "tests.workspace.killed", "update", w, export, saying, 1]
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (current(w), log_of(w)) == (stood, entries)
    kept = taken_in(w, export)
    other = tmp_path / "undisturbed"
    other.mkdir()
    assert kept.entry == taken_in(begun(other), export).entry
    assert [p.name for p in w.rglob(".*") if p.name != ".lock"] == []
    assert verify(w / "log.sqlite").broken == 0
