"""All that is held on a client is found, nothing of anybody else is, and the log says who looked."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.allocation.allocate import allocate
from optimiser.allocation.steps.move_list import move_list
from optimiser.allocation.workload import base_demand
from optimiser.domain.errors import InputError
from optimiser.domain.moves import MOVES
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.reports.texts import texts_in
from optimiser.tables.demo import DemoOptions, demo_frames
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current
from optimiser.workspace.about import ON_CLIENTS, WITHHELD, about, own_words
from optimiser.workspace.entries import SHOWN
from optimiser.workspace.folder import LOG, log_of
from optimiser.workspace.forget import purge_before
from optimiser.workspace.records import confirmed
from optimiser.workspace.verify import verify
from tests.allocation.tiny import client, coach, region
from tests.regions import snapshot_of
from tests.workspace.plans import AT, NO, YES, applied, decide, write_plan

LATER = "2021-12-01T08:00:00+00:00"


def facts() -> Snapshot:
    """K1 and K2 share a household; K3 must not be served by V2, a relative."""
    clients = [client(f"K{k}", coach_id="V1", coach_since=None) for k in (1, 2, 3)]
    clients[0] |= {"household": "H1"}
    clients[1] |= {"household": "H1", "birth_year": 1977}
    exclusions = [{"client_id": "K3", "coach_id": "V2", "reason_code": "conflict_of_interest"}]
    return region(clients, [coach(f"V{k}") for k in (1, 2, 3)], exclusions=exclusions)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """One step taken, one refused because of the coach."""
    out = write_plan(tmp_path / "out", facts(), [[("K1", "V2"), ("K2", "V2")], [("K3", "V3")]])
    decide(out, [1], YES)
    decide(out, [2], NO | {"reason_code": "conflict_of_interest"})
    applied(facts(), out, tmp_path / "w")
    (tmp_path / "w" / "updates" / "2021-09-01-0123456789ab").mkdir(parents=True)
    file = tmp_path / "w" / "updates" / "2021-09-01-0123456789ab" / "moved.csv"
    file.write_text("client_id,from,to\nK1,837,536\nK2,837,211\n")
    return tmp_path / "w"


def test_everything_of_the_client_is_there(workspace: Path) -> None:
    """Both snapshots, the plan with its move list, the changes, and the reason as it was shown."""
    held = about(workspace, "K1", LATER, "salt", "E9")
    before, after = (
        place.tables["clients"][0] for place in sorted(held.snapshots, key=lambda place: place.present)
    )
    assert (before["coach_id"], after["coach_id"]) == ("V1", "V2")
    assert before["household"] == "H1"
    row = read_snapshot(current(workspace)).clients.row(0, named=True)
    filled = {name: value for name, value in row.items() if value not in (None, "") and name != "line"}
    assert after.keys() == filled.keys()
    assert [place.present for place in held.snapshots].count(True) == 1
    (plan,) = held.plans
    assert plan.tables["plan"][0]["reason"] == "K1 goes to V2"
    assert plan.tables["moves"][0]["decision"] == "accepted"
    assert held.updates[0].tables == {"moved": [{"client_id": "K1", "from": "837", "to": "536"}]}
    (entry,) = held.log
    assert (entry["entry"], entry["kind"], entry["text"]) == (1, "apply", "K1 goes to V2")


def test_nothing_of_anybody_else_is_there(workspace: Path) -> None:
    """No other client stands in the answer, not even of the household, and no reason that is a coach's too."""
    text = json.dumps(about(workspace, "K1", LATER, "salt").to_json())
    assert not [other for other in ("K2", "K3", "1977", "211") if other in text]
    held = about(workspace, "K3", LATER, "salt")
    text = json.dumps(held.to_json())
    assert "conflict" not in text
    shown = {place.present: place.tables["exclusions"] for place in held.snapshots}
    assert {"client_id": "K3", "coach_id": "V2", "reason_code": WITHHELD} in shown[True]
    assert held.log[0]["reason_code"] == WITHHELD
    assert held.log[0]["decision"] == "rejected"


@pytest.mark.parametrize("language", ["en", "fi", "sv"])
def test_reasons_say_nothing_of_colleagues(tmp_path: Path, language: str) -> None:
    """Over all reasons of a made-up plan and its list, in each language: ids are the only digits, no colon is left."""
    snapshot = snapshot_of(demo_frames(DemoOptions(1_500, 14), base_demand))
    texts = texts_in(language).plain()
    rows = allocate(snapshot, Policy(), texts=texts).plan.rows
    moves = move_list(snapshot, Policy(), rows, texts=texts).rows
    seen = set()
    for table in (rows, moves):
        for status, reason in table.select(pl.col("status").cast(pl.String), "reason").unique().rows():
            own = own_words(reason, status)
            seen.add(status)
            assert not [sign for sign in "%()" if sign in own], own
            left = re.sub(r"\b[A-Z]+\d+\b", "", own)
            assert not re.search(r"\d", left), own
            if status == "moved":
                assert ":" not in own and set(re.findall(r"\bK\d+\b", own)) == set(
                    re.findall(r"\bK\d+\b", reason.rpartition(". ")[2] or reason)
                )
    assert {"kept", "moved", "forced", "new"} <= seen


def test_what_a_change_saves_is_withheld(tmp_path: Path) -> None:
    """Neither the gain of a step nor how full coaches are is in the answer; the rest of the reason is."""
    out = write_plan(tmp_path / "out", facts(), [[("K1", "V2"), ("K2", "V2")]], gain_minutes=["673.6"])
    reason = (
        "Moved from V1 (137 % full) to V2 (100 % full): saves 673.6 minutes a month, the change costs 15."
    )
    for name in ("plan.csv", "moves.csv"):
        file = out / name
        table = pl.read_csv(file, infer_schema=False)
        table.with_columns(reason=pl.when(client_id="K1").then(pl.lit(reason)).otherwise("reason")).write_csv(
            file
        )
    decide(out, [1], YES)
    applied(facts(), out, tmp_path / "w")
    held = about(tmp_path / "w", "K1", LATER, "salt")
    text = json.dumps(held.to_json())
    assert not [part for part in ("673", "137", "full", "minutes a month") if part in text]
    assert held.log[0]["text"] == "Moved from V1 to V2."
    assert held.plans[0].tables["moves"][0]["gain_minutes"] == WITHHELD


def test_the_log_says_who_looked(workspace: Path) -> None:
    """One entry each time, without the client's id in the chain; the next answer shows it."""
    stood = current(workspace)
    about(workspace, "K1", LATER, "salt", "E9")
    last = log_of(workspace)[-1]
    assert (last.kind, last.by, last.steps) == (SHOWN, "E9", {})
    assert verify(workspace / LOG).broken == 0
    assert current(workspace) == stood
    assert [(row["kind"], row.get("confirmed_by")) for row in about(workspace, "K1", LATER, "s").log] == [
        ("shown", "E9"),
        ("apply", "E7"),
    ]
    assert [found.entry.seq for found in confirmed(workspace, "K1")] == [1]
    purge_before(workspace, date(2022, 1, 1), LATER)
    assert not about(workspace, "K1", LATER, "salt").log


def test_an_id_held_nowhere(workspace: Path) -> None:
    """The answer is empty, and the log does not keep what may be no id at all."""
    before = log_of(workspace)
    assert not about(workspace, "K99", LATER, "salt")
    assert log_of(workspace) == before


def test_what_cannot_be_read_is_a_complaint(workspace: Path) -> None:
    """A folder without a log, and a plan that cannot be read, are complaints: no half answer."""
    with pytest.raises(InputError, match="no workspace"):
        about(workspace.parent, "K1", LATER, "salt")
    (plan,) = (workspace / "plans").iterdir()
    strange = workspace / "plans" / "2021-09-01-0123456789ab"
    shutil.copytree(plan, strange)
    (strange / "plan.csv").write_text("client_id\nK1\n")
    before = log_of(workspace)
    with pytest.raises(InputError, match="coach_id"):
        about(workspace, "K1", AT, "salt")
    assert log_of(workspace) == before


@pytest.mark.parametrize("name", ["plans/*/plan.csv", "plans/*/moves.csv", "snapshots/*/clients.parquet"])
def test_what_was_changed_is_not_shown(workspace: Path, name: str) -> None:
    """A kept file that is not the one that was kept is a complaint, and the log notes no answer."""
    file = sorted(workspace.glob(name))[0]
    if file.suffix == ".csv":
        file.write_text(file.read_text(encoding="utf-8").replace("V2", "V1"), encoding="utf-8")
    else:
        pl.read_parquet(file).with_columns(coach_id=pl.lit("V3")).write_parquet(file)
    before = log_of(workspace)
    with pytest.raises(InputError, match=r"no longer the (file|facts)"):
        about(workspace, "K1", LATER, "salt")
    assert log_of(workspace) == before


def test_every_table_on_clients_is_looked_into() -> None:
    """What names clients in the declared tables of a snapshot is part of the answer."""
    named = {name for name, table in TABLES.items() if "client_id" in [c.name for c in table.columns]}
    assert named >= {"clients", "pins", "exclusions", "departures"}
    assert set(ON_CLIENTS) == named


def test_rows_of_a_plan_saved_in_a_spreadsheet(workspace: Path) -> None:
    """A kept move list with semicolons, Finnish headings and spaces gives the client's row all the same."""
    (plan,) = (workspace / "plans").iterdir()
    copy = workspace / "plans" / "2021-09-01-0123456789ab"
    shutil.copytree(plan, copy)
    moves = pl.read_csv(plan / "moves.csv", infer_schema=False)
    headings = {c.name: c.fi for c in MOVES.columns if c.name in moves.columns}
    padded = moves.with_columns(pl.col("client_id") + " ").rename(headings)
    # What is wrong in a row about somebody else is not looked at.
    broken = pl.when(pl.col("asiakas") == "K3 ").then(pl.lit("x")).otherwise("tila").alias("tila")
    padded.with_columns(broken).write_csv(copy / "moves.csv", separator=";", include_bom=True)
    first, second = about(workspace, "K2", LATER, "salt").plans
    assert first.tables == second.tables
    assert [row["client_id"] for row in first.tables["moves"]] == ["K2"]
