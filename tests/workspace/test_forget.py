"""What is old is purged for good; the chain, the fingerprints and the totals stay, and life goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current, facts_purged, handed_over
from optimiser.workspace.about import about
from optimiser.workspace.apply import Order, apply, undo
from optimiser.workspace.entries import APPLY, PURGE, Entry
from optimiser.workspace.folder import LOG, keep_snapshot, log_of
from optimiser.workspace.forget import Before, forget, kept_totals, retention, totals
from optimiser.workspace.log import append, last_hash
from optimiser.workspace.past import past_of
from optimiser.workspace.records import confirmed
from optimiser.workspace.verify import verify
from tests.allocation.tiny import frame
from tests.workspace.plans import (
    YES,
    coaches_of,
    decide,
    salts,
    small,
    taken_in,
    write_export,
    write_plan,
)
from tests.workspace.test_kills import killed

FIRST = small().date
LATER = FIRST + timedelta(days=800)
AT = f"{FIRST.isoformat()}T08:00:00+00:00"
AT_LATER = f"{LATER.isoformat()}T08:00:00+00:00"


def later(snapshot: Snapshot) -> Snapshot:
    """The same facts on a day more than two years on."""
    return snapshot.replace(date=LATER)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """K1 goes to V2 on the first day; more than two years on K2 goes to V3."""
    w = tmp_path / "w"
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    apply(small(), Order(w, out, AT), salts())
    facts = later(read_snapshot(current(w)))
    out = write_plan(tmp_path / "out2", facts, [[("K2", "V3")]])
    decide(out, [1], YES)
    apply(facts, Order(w, out, AT_LATER), salts())
    (w / "updates" / f"{FIRST}-0123456789ab").mkdir(parents=True)
    (w / "updates" / f"{FIRST}-0123456789ab" / "gone.csv").write_text("client_id\nK1\n")
    return w


def names(workspace: Path) -> set[str]:
    """Dated folders that are there."""
    return {f"{p.parent.name}/{p.name[:10]}" for p in workspace.glob("*/*") if p.is_dir()}


def everything(workspace: Path) -> bytes:
    """Every byte that is kept, names included."""
    return b"".join(str(p).encode() + (p.read_bytes() if p.is_file() else b"") for p in workspace.rglob("*"))


def test_what_is_old_goes_and_what_is_new_stays(workspace: Path) -> None:
    """Old snapshots, plans, changes and reasons are gone from the disk; the new ones are as they were."""
    assert b"K1 goes to V2" in (workspace / LOG).read_bytes()
    stood, entries = current(workspace), log_of(workspace)
    done = forget(workspace, Before(LATER, LATER), Policy(), AT_LATER, "E9")
    assert {kind: len(found) for kind, found in done.folders.items()} == {
        "snapshots": 2,
        "plans": 1,
        "updates": 1,
    }
    assert done.entry is not None and done.entry.steps["purged"] == [1]
    assert names(workspace) == {f"snapshots/{LATER}", f"plans/{LATER}"}
    assert b"K1 goes to V2" not in (workspace / LOG).read_bytes()
    assert not [p for p in workspace.iterdir() if p.name.startswith(".forgotten")]
    assert current(workspace) == stood
    assert log_of(workspace)[:2] == entries
    assert verify(workspace / LOG).broken == 0
    assert confirmed(workspace, "K2")
    with pytest.raises(InputError, match=f"before {LATER} have been purged"):
        confirmed(workspace, "K1")


def test_the_totals_of_what_went_stay(workspace: Path) -> None:
    """Each purged snapshot has one row, with the fingerprint that the log knows it by."""
    one = log_of(workspace)[0]
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    kept = kept_totals(workspace)
    assert set(kept["fingerprint"]) == {one.before.fingerprint, one.after.fingerprint}
    assert kept.select("clients", "coaches", "assigned", "unserved").unique().rows() == [(8, 3, 7, 1)]
    hours = totals(small(), Policy())["demand_hours"]
    assert kept["demand_hours"].unique().to_list() == [hours]
    assert kept.filter(pl.col("date") != FIRST).is_empty()


def test_a_second_run_changes_nothing(workspace: Path) -> None:
    """Nothing old is left: no entry is added, no byte changes."""
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    before = everything(workspace)
    done = forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert (done.entry, done.finished) == (None, 0)
    assert everything(workspace) == before


def test_retention_counts_back_from_the_day_of_the_call(workspace: Path) -> None:
    """Months of the policy; what lies inside of them stays."""
    months = Policy.model_validate({"retention": {"snapshots_months": 12, "reasons_months": 36}})
    before = retention(months, LATER)
    assert (before.snapshots, before.reasons) == (
        date(LATER.year - 1, LATER.month, LATER.day),
        date(LATER.year - 3, LATER.month, LATER.day),
    )
    done = forget(workspace, before, months, AT_LATER)
    assert done.entry is not None and done.entry.steps["purged"] == []
    assert len(done.folders["snapshots"]) == 2
    assert confirmed(workspace, "K1")


def test_a_workspace_no_longer_used_is_not_kept_for_ever(workspace: Path) -> None:
    """Years after the last command all goes but the present snapshot, and the reasons go as well."""
    day = LATER + timedelta(days=1200)
    stood = current(workspace)
    done = forget(workspace, retention(Policy(), day), Policy(), f"{day.isoformat()}T08:00:00+00:00")
    assert (done.stays, done.waiting) == (LATER, 1)
    assert current(workspace) == stood
    assert [p.relative_to(workspace) for p in workspace.glob("*/*")] == [stood.relative_to(workspace)]
    assert not [word for word in (b"K1 goes to V2", b"K2 goes to V3") if word in everything(workspace)]
    assert past_of(workspace, log_of(workspace)).confirmed["client_id"].to_list() == ["K2"]
    again = forget(workspace, retention(Policy(), day), Policy(), f"{day.isoformat()}T08:00:00+00:00")
    assert (again.entry, again.stays) == (None, LATER)
    assert verify(workspace / LOG).broken == 0


def test_confirmed_changes_outlive_the_purge(tmp_path: Path) -> None:
    """What told of an apply and of an update goes; an export with the old coaches then finds the confirmed ones."""
    w, days = tmp_path / "w", [FIRST + timedelta(days=step) for step in (0, 40, 80, 120)]
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    apply(small(), Order(w, out, AT), salts())
    taken_in(w, write_export(tmp_path / "e1", small().replace(date=days[1])))
    now = read_snapshot(current(w))
    decide(write_plan(tmp_path / "out2", now, [[("K2", "V3")]]), [1], YES)
    apply(now, Order(w, tmp_path / "out2", AT), salts())
    known = past_of(w, log_of(w)).confirmed
    assert known["client_id"].to_list() == ["K1", "K2"]
    for _again in range(2):
        done = forget(w, Before(days[2], days[2]), Policy(), AT_LATER)
        assert past_of(w, log_of(w)).confirmed.equals(known)
    assert done.entry is None
    assert names(w) == {f"snapshots/{days[1]}"}
    (kept,) = w.glob("waiting-*.csv")
    held = about(w, "K1", AT_LATER, "salt")
    assert held.waiting[0].tables["confirmed_moves"][0]["coach_id"] == "V2"
    taken_in(w, write_export(tmp_path / "e2", small().replace(date=days[2])))
    after = coaches_of(read_snapshot(current(w)))
    assert (after["K1"], after["K2"], after["K3"]) == ("V2", "V3", "V1")
    # Once nothing leads back to what the list rests on, it goes.
    forget(w, Before(days[2], days[2]), Policy(), AT_LATER)
    assert not kept.exists()
    taken_in(w, write_export(tmp_path / "e3", small().replace(date=days[3])))
    assert coaches_of(read_snapshot(current(w))) == after
    assert verify(w / LOG).broken == 0


def test_a_forged_list_of_what_waits_is_refused(workspace: Path) -> None:
    """It is read only as the log knows it."""
    day = LATER + timedelta(days=1200)
    forget(workspace, retention(Policy(), day), Policy(), f"{day.isoformat()}T08:00:00+00:00")
    (kept,) = workspace.glob("waiting-*.csv")
    kept.write_text(kept.read_text().replace("V3", "V2"))
    with pytest.raises(InputError, match="no longer the changes"):
        past_of(workspace, log_of(workspace))
    kept.unlink()
    with pytest.raises(InputError, match="are gone"):
        past_of(workspace, log_of(workspace))


def test_what_stays_is_counted(tmp_path: Path) -> None:
    """Old departures in the present snapshot, and reasons of younger entries about old facts, are told of."""
    w = tmp_path / "w"
    left = frame(
        "departures", [{"client_id": "K9", "date": FIRST - timedelta(days=9), "reason": "job_found"}]
    )
    facts = small().replace(departures=left)
    out = write_plan(tmp_path / "out", facts, [[("K1", "V2")]])
    decide(out, [1], YES)
    apply(facts, Order(w, out, AT_LATER), salts())
    done = forget(w, Before(FIRST + timedelta(days=1), FIRST + timedelta(days=1)), Policy(), AT_LATER)
    assert done.departures == 1
    assert (done.younger, done.until) == (1, date(LATER.year + 2, LATER.month, LATER.day))
    assert confirmed(w, "K1")


def test_departures_in_old_changes_go(tmp_path: Path) -> None:
    """The questions of an old update, with whoever left long before, go with its folder."""
    w, day = tmp_path / "w", FIRST + timedelta(days=40)
    out = write_plan(tmp_path / "out", small(), [[("K1", "V2")]])
    decide(out, [1], YES)
    apply(small(), Order(w, out, AT), salts())
    facts = small()
    less = facts.replace(date=day, clients=facts.clients.filter(pl.col("client_id") != "K7"))
    done = taken_in(w, write_export(tmp_path / "e", less))
    assert "K7" in (done.changes / "departures.csv").read_text()
    forget(w, Before(day + timedelta(days=1), day + timedelta(days=1)), Policy(), AT_LATER)
    assert not done.changes.exists()


def test_a_day_after_the_call_is_refused(workspace: Path) -> None:
    """Of facts and of reasons; nothing is touched. The day of the call itself will do."""
    before = everything(workspace)
    for days in (Before(LATER + timedelta(days=1), LATER), Before(LATER, LATER + timedelta(days=1))):
        with pytest.raises(InputError, match=f"after today, which is {LATER}"):
            forget(workspace, days, Policy(), AT_LATER)
    assert everything(workspace) == before
    assert forget(workspace, Before(LATER, LATER), Policy(), AT_LATER).stays is None


@pytest.mark.skipif(os.name == "nt", reason="a file that is open cannot go there")
def test_the_journal_of_a_purge_is_overwritten(workspace: Path) -> None:
    """Who read the journal before the transaction was closed finds nothing in its place afterwards."""
    journal = workspace / f"{LOG}-journal"
    held: list[BinaryIO] = []

    class Listener(Progress):
        """Opens the journal while it is there."""

        def say(self, text: str) -> None:
            if text == "closing the log":
                held.append(journal.open("rb"))
                assert b"K1 goes to V2" in held[0].read()

    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER, progress=Listener())
    (stream,) = held
    stream.seek(0)
    left = stream.read()
    stream.close()
    assert left
    assert not left.strip(b"\0")
    assert not journal.exists()


def test_what_rests_on_purged_facts_says_so(workspace: Path) -> None:
    """An undo back into the purged time and the way back to a coach say since when nothing is known."""
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    undo(workspace, AT_LATER)
    with pytest.raises(InputError, match=f"purged with all facts from before {LATER}"):
        undo(workspace, AT_LATER)
    assert handed_over(workspace, "V1").is_empty()
    assert facts_purged(workspace) == LATER


def test_who_was_handed_over_since_is_still_known(workspace: Path) -> None:
    """A purge takes the changes before it alone."""
    assert handed_over(workspace, "V1")["client_id"].to_list() == ["K1", "K2"]
    assert facts_purged(workspace) is None
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert handed_over(workspace, "V1")["client_id"].to_list() == ["K2"]


def test_a_broken_snapshot_goes_without_totals(workspace: Path) -> None:
    """What can no longer be read is personal data all the same."""
    old = next(p for p in (workspace / "snapshots").iterdir() if p.name.startswith(str(FIRST)))
    (old / "clients.parquet").write_bytes(b"half")
    half = workspace / "snapshots" / f".{old.name}.new"
    half.mkdir()
    (half / "clients.parquet").write_bytes(b"half")
    done = forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert done.unread == (old.name,)
    assert kept_totals(workspace).height == 1
    assert names(workspace) == {f"snapshots/{LATER}", f"plans/{LATER}"}


def test_facts_kept_anew_after_a_purge_stay(workspace: Path) -> None:
    """A folder that the log calls purged and that a later entry rests on is not taken for a leftover."""
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    entries = log_of(workspace)
    keep_snapshot(workspace, small())
    steps = {"applied": [], "rejected": [], "clients": 0}
    anew = Entry(APPLY, AT_LATER, "", entries[0].before, entries[1].after, steps=steps)
    append(workspace / LOG, anew, [], salts(), last_hash(entries))
    kept = names(workspace)
    assert f"snapshots/{FIRST}" in kept
    done = forget(workspace, Before(FIRST, FIRST), Policy(), AT_LATER)
    assert (done.entry, done.finished) == (None, 0)
    assert names(workspace) == kept


@pytest.mark.parametrize("saying", ["closing the log", "deleting the folders"])
def test_a_purge_killed_half_way_is_completed(workspace: Path, saying: str) -> None:
    """Killed before its entry it has done nothing; killed after it, the next one deletes what is left."""
    before, there, entries = kept_totals(workspace).height, names(workspace), log_of(workspace)
    killed("forget", workspace, Path(), saying)
    assert verify(workspace / LOG).broken == 0
    assert names(workspace) == there
    assert (kept_totals(workspace).height, before) == (2, 0)
    if saying == "closing the log":
        assert log_of(workspace) == entries
        assert confirmed(workspace, "K1")
    else:
        assert log_of(workspace)[-1].kind == PURGE
    forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert names(workspace) == {f"snapshots/{LATER}", f"plans/{LATER}"}
    assert [e.kind for e in log_of(workspace)].count(PURGE) == 1
    assert kept_totals(workspace).height == 2


def test_a_purge_stopped_while_deleting_is_completed(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of a folder never stands under its name, and the next purge deletes the rest."""
    with stopped_at_the_second_folder(monkeypatch), pytest.raises(KeyboardInterrupt):
        forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert names(workspace) > {f"snapshots/{LATER}", f"plans/{LATER}"}
    done = forget(workspace, Before(LATER, LATER), Policy(), AT_LATER)
    assert done.entry is None
    assert done.finished == 4
    assert names(workspace) == {f"snapshots/{LATER}", f"plans/{LATER}"}


@contextmanager
def stopped_at_the_second_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ctrl-C when the second folder is to be taken away."""
    rename, calls = Path.rename, []

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", interrupted)
        yield


def test_no_workspace_no_purge(tmp_path: Path) -> None:
    """A folder without a log is refused and stays as it was."""
    (tmp_path / "snapshots" / "2000-01-01-x").mkdir(parents=True)
    with pytest.raises(InputError, match="no workspace"):
        forget(tmp_path, Before(LATER, LATER), Policy(), AT_LATER)
    assert (tmp_path / "snapshots" / "2000-01-01-x").is_dir()
