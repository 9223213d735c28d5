"""The log is append-only, every change of it is found, and reasons can be purged without breaking it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current
from optimiser.workspace.apply import undo
from optimiser.workspace.entries import Entry, Reason
from optimiser.workspace.folder import log_of
from optimiser.workspace.forget import purge_before
from optimiser.workspace.log import append, last_hash
from optimiser.workspace.records import confirmed, log_frame
from optimiser.workspace.verify import verify
from tests.workspace.plans import AT, NO, YES, applied, decide, salts, small, write_plan

LATER = "2021-12-01T08:00:00+00:00"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace and the plan's folder beside it: two applies of one plan, the second undone."""
    folder, before = tmp_path_factory.mktemp("made"), small()
    w, out = folder / "w", folder / "out"
    write_plan(out, before, [[("K1", "V2")], [("K2", "V3")], [("K3", "V3")]])
    decide(out, [1], YES)
    decide(out, [2], NO | {"reason_code": "client_wish"})
    applied(before, out, w)
    decide(out, [3], YES)
    applied(read_snapshot(current(w)), out, w)
    undo(w, LATER, "E9")
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "w"


def forced(workspace: Path, *statements: str) -> None:
    """Change the file as somebody would who takes the triggers away first."""
    base = sqlite3.connect(workspace / "log.sqlite")
    for name in ("entries_stay", "entries_as_written", "reasons_as_written"):
        base.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


def test_what_an_entry_says(workspace: Path) -> None:
    """Kind, time, officials, snapshots, policy, plan and steps stand in each entry, one row in the export."""
    one, two, back = log_of(workspace)
    assert (one.by, two.by, back.by) == ("E7 E8", "E7", "E9")
    assert one.steps == {"applied": [1], "rejected": [2], "clients": 1}
    assert (one.after, two.after, back.after) == (two.before, back.before, one.after)
    assert one.plan == two.plan == back.plan
    frame = log_frame([one, two, back])
    assert frame["applied"].to_list() == ["1", "3", None]
    assert frame["rejected"].to_list() == ["2", None, None]
    assert frame["undoes"].to_list() == [None, None, 2]


def test_no_entry_names_a_client(workspace: Path) -> None:
    """Clients stand in the reasons alone, so that a purge takes them all; digests are salted."""
    base = sqlite3.connect(workspace / "log.sqlite")
    text = json.dumps(base.execute("SELECT * FROM entries").fetchall())
    assert '"K' not in text
    kept = base.execute("SELECT salt, content FROM reasons WHERE entry = 1 ORDER BY number").fetchall()
    base.close()
    digests = log_of(workspace)[0].digests
    salted = tuple(hashlib.sha256(f"{salt}{content}".encode()).hexdigest() for salt, content in kept)
    assert salted == digests
    assert len({salt for salt, _ in kept}) == 2


def test_the_file_refuses_changes(workspace: Path) -> None:
    """Entries can be neither changed nor deleted, reasons not changed."""
    base = sqlite3.connect(workspace / "log.sqlite")
    for words in ("UPDATE entries SET by = 'E1'", "DELETE FROM entries", "UPDATE reasons SET salt = ''"):
        with pytest.raises(sqlite3.IntegrityError):
            base.execute(words)
    base.close()
    assert verify(workspace / "log.sqlite").broken == 0


@pytest.mark.parametrize(
    ("change", "entry", "problem"),
    [
        ("UPDATE entries SET by = 'E1' WHERE seq = 2", 2, "content"),
        ("UPDATE entries SET steps = 'x' WHERE seq = 1", 1, "content"),
        ("UPDATE entries SET after = before WHERE seq = 3", 3, "content"),
        ("UPDATE entries SET previous = hash WHERE seq = 2", 2, "follow"),
        ("DELETE FROM entries WHERE seq = 2", 2, "missing before it"),
        ("DELETE FROM reasons WHERE entry = 1", 1, "purged"),
        ("DELETE FROM reasons WHERE entry = 1 AND number = 0", 1, "1 reasons are kept of 2"),
        ("UPDATE reasons SET content = replace(content, 'V2', 'V3') WHERE entry = 1", 1, "not the one"),
        ("UPDATE reasons SET salt = 'x' WHERE entry = 2", 2, "not the one"),
        ("UPDATE reasons SET client_id = 'K9' WHERE entry = 2", 2, "not the one"),
        ("UPDATE reasons SET content = '{' WHERE entry = 2", 2, "cannot be read"),
        ("INSERT INTO reasons VALUES (9, 0, 's', 'K1', '{}')", 9, "not there"),
    ],
)
def test_every_change_is_found(workspace: Path, change: str, entry: int, problem: str) -> None:
    """The first entry that is not as it was written is named, with what is wrong."""
    assert verify(workspace / "log.sqlite").broken == 0
    forced(workspace, change)
    found = verify(workspace / "log.sqlite")
    assert found.broken == entry
    assert problem in found.problem


def test_a_hash_mended_after_a_change_is_found(workspace: Path) -> None:
    """Whoever gives a changed entry its right hash breaks the link to the next."""
    one = log_of(workspace)[0]
    other = Entry(**{**{n: getattr(one, n) for n in one.__dataclass_fields__}, "by": "E1"})
    forced(workspace, f"UPDATE entries SET by = 'E1', hash = '{other.digest()}' WHERE seq = 1")
    found = verify(workspace / "log.sqlite")
    assert (found.broken, found.problem) == (2, "it does not follow the entry before it")


def test_a_cut_log_ends_elsewhere(workspace: Path) -> None:
    """Entries cut off at the end leave a sound chain with another end: the hash noted elsewhere tells."""
    noted = verify(workspace / "log.sqlite").last
    forced(workspace, "DELETE FROM entries WHERE seq = 3")
    found = verify(workspace / "log.sqlite")
    assert (found.broken, found.last == noted) == (0, False)


def test_a_changed_log_is_not_used(workspace: Path) -> None:
    """Nothing is read from or added to a log that is not as it was written."""
    forced(workspace, "UPDATE entries SET by = 'E1' WHERE seq = 1")
    for use in (lambda: current(workspace), lambda: undo(workspace, AT), lambda: confirmed(workspace, "K1")):
        with pytest.raises(InputError, match="changed at entry 1"):
            use()


def test_a_file_that_is_no_log(tmp_path: Path) -> None:
    """Another file of that name is a complaint."""
    (tmp_path / "log.sqlite").write_text("not a log at all, but long enough to look like something\n" * 40)
    with pytest.raises(InputError, match="the log cannot be used"):
        current(tmp_path)


def test_the_reason_as_it_was_confirmed(workspace: Path) -> None:
    """What was shown is told word for word, latest first, with what came of it."""
    (found,) = confirmed(workspace, "K1")
    assert found.reason == Reason(
        1, "K1", "V1", "V2", "moved", "accepted", "", "E7", "2021-09-02", "K1 goes to V2"
    )
    assert (found.entry.seq, found.undone) == (1, False)
    assert confirmed(workspace, "K3")[0].undone
    assert confirmed(workspace, "K2")[0].reason.reason_code == "client_wish"
    with pytest.raises(InputError, match="no decision about this client"):
        confirmed(workspace, "K7")


def test_the_latest_reason_comes_first(workspace: Path, tmp_path: Path) -> None:
    """A client decided on again has the newer reason on top."""
    decide(tmp_path / "out", [3], NO)
    applied(read_snapshot(current(workspace)), tmp_path / "out", workspace)
    assert [f.reason.decision for f in confirmed(workspace, "K3")] == ["rejected", "accepted"]


def test_a_purge_takes_reasons_and_salts_alone(workspace: Path) -> None:
    """Old reasons and salts are gone from the file, the chain verifies, and the log says what was done."""
    secret = confirmed(workspace, "K1")[0].reason.text.encode()
    assert secret in (workspace / "log.sqlite").read_bytes()
    before = log_of(workspace)
    entry = purge_before(workspace, date(2021, 10, 1), LATER, "E9")
    assert entry.steps == {"before": "2021-10-01", "purged": [1, 2]}
    assert log_of(workspace)[:3] == before
    assert verify(workspace / "log.sqlite").broken == 0
    content = (workspace / "log.sqlite").read_bytes()
    assert secret not in content
    assert b"salt-" not in content
    with pytest.raises(InputError, match="before 2021-10-01 have been purged"):
        confirmed(workspace, "K1")
    with pytest.raises(InputError, match="no reason is as old"):
        purge_before(workspace, date(2021, 10, 1), LATER)
    # Life goes on: an undo further back needs no reasons.
    undo(workspace, LATER)
    assert read_snapshot(current(workspace)).fingerprint() == small().fingerprint()


def test_a_purge_leaves_later_reasons(workspace: Path) -> None:
    """Reasons of the day itself and later stay."""
    with pytest.raises(InputError):
        purge_before(workspace, date(2021, 9, 2), LATER)
    assert confirmed(workspace, "K1")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reasons SET content = replace(content, 'K1 goes', 'K1 went') WHERE entry = 1",
        "UPDATE reasons SET content = '{' WHERE entry = 1",
        "UPDATE reasons SET salt = 'x' WHERE entry = 1",
        "UPDATE reasons SET entry = 9 WHERE entry = 1",
        "DELETE FROM reasons WHERE client_id = 'K1'",
    ],
)
def test_a_changed_reason_is_not_shown(workspace: Path, change: str) -> None:
    """A reason that is not the one shown then, or was taken away, is refused with its entry."""
    forced(workspace, change)
    with pytest.raises(InputError, match=r"reasons kept of entry [19] are not those .*log .*--verify"):
        confirmed(workspace, "K1")
    if "client_id" not in change:
        assert confirmed(workspace, "K3")


def test_a_full_disk_leaves_the_log_as_it_was(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite rolls back by itself then; the user reads that the disk is full."""
    connect, entries = sqlite3.connect, log_of(workspace)

    def full(*words: Any, **more: Any) -> sqlite3.Connection:
        base: sqlite3.Connection = connect(*words, **more)
        if "log.sqlite" in str(words[0]):
            base.execute("PRAGMA max_page_count = 1")
        return base

    long = Entry("undo", AT, "E1 " * 20_000)
    monkeypatch.setattr("optimiser.workspace.log.sqlite3.connect", full)
    with pytest.raises(InputError, match="the disk is full, so nothing was changed"):
        append(workspace / "log.sqlite", long, (), salts(), last_hash(entries))
    with pytest.raises(InputError, match="the disk is full"):
        append(workspace.parent / "log.sqlite", long, (), salts(), "0" * 64)
    assert not [p for p in workspace.parent.iterdir() if "log.sqlite" in p.name]
    monkeypatch.undo()
    assert log_of(workspace) == entries
    assert verify(workspace / "log.sqlite").broken == 0


def test_two_at_the_same_time(workspace: Path) -> None:
    """Who writes on an end of the log that is no longer the end is told so, and nothing is added."""
    entries = log_of(workspace)
    draft = Entry("undo", AT, "E1")
    stale = last_hash(entries[:2])
    with pytest.raises(InputError, match="changed the workspace meanwhile"):
        append(workspace / "log.sqlite", draft, (), salts(), stale)
    assert log_of(workspace) == entries


def test_equal_reasons_have_different_digests(tmp_path: Path) -> None:
    """With new salts nobody can find out by trying who stood in a purged entry."""
    reason = Reason(1, "K1", "V1", "V2", "moved", "accepted", "", "E7", "2021-09-02", "as before")
    salt: Callable[[], str] = salts()
    entry = append(tmp_path / "log.sqlite", Entry("apply", AT, "E7"), [reason, reason], salt, "0" * 64)
    assert len(set(entry.digests)) == 2
    assert verify(tmp_path / "log.sqlite").broken == 0
