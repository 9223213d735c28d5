"""Every command in a made-up language: what is not within its brackets has passed the catalogues by."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from unittest import mock

import polars as pl
import pytest
import typer
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from optimiser.allocation.explain import LIMITS
from optimiser.allocation.prices import PRICES
from optimiser.allocation.rules import RULES
from optimiser.cli.catalogue import fresh
from optimiser.cli.columns import WRITTEN
from optimiser.cli.main import app
from optimiser.domain.schema import TABLES
from tests.cli.calls import Called, call
from tests.tables.region import write_region
from tests.workspace.plans import YES, decide

OPEN, CLOSE = "⟦", "⟧"
IN = ("--language", "fi")
"""The made-up language stands in the place of this one."""
WORD = re.compile(r"[^\W\d_]{2,}")
NOTHING_OF_OURS = re.compile(r"[\d./_=<>-]")
"""A word with one of these is an id, a figure, a file, a folder or an option."""
COMMANDS = frozenset(getattr(typer.main.get_command(app), "commands", {}))
CODES = frozenset(
    {*RULES, *PRICES, *TABLES, *(t.name for t in WRITTEN), *COMMANDS, *LIMITS, "optimiser", "pin"}
)
"""Names that are the same in every language, and the words of commands to copy."""


NEW = """client_id,municipality,birth_year,registered_on,status,benefit,former_coach_id,protected_address
n1,837,1990,2024-03-04,unemployed,basic,v1,no
n2,837,1970,2024-03-04,unemployed,earnings_related,,no
n3,837,1970,2024-03-01,,,,no
n4,837,1970,2024-03-01,,,,yes
"""


@pytest.fixture(scope="module", autouse=True)
def brackets(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Catalogues of a language in which every text is the English one in brackets."""
    folder = tmp_path_factory.mktemp("brackets")
    catalogue = Catalog(locale="fi")
    for text in fresh():
        if text.id:
            one, many = text.id if isinstance(text.id, tuple) else (text.id, "")
            string = (bracketed(one), bracketed(many)) if many else bracketed(one)
            catalogue.add(text.id, string)
    (folder / "fi" / "LC_MESSAGES").mkdir(parents=True)
    with (folder / "fi" / "LC_MESSAGES" / "optimiser.mo").open("wb") as stream:
        write_mo(stream, catalogue)
    with mock.patch("optimiser.reports.texts.CATALOGUES", folder):
        yield


def bracketed(text: str) -> str:
    """A text in the made-up language."""
    return f"{OPEN}{text}{CLOSE}"


def left(printed: str) -> list[str]:
    """Words of the output that stand in no brackets and are no data."""
    depth, out = 0, []
    for letter in printed:
        depth += (letter == OPEN) - (letter == CLOSE)
        if depth == 0 and letter != CLOSE:
            out.append(letter)
    words = "".join(out).replace("│", " ").split()
    return [
        w
        for w in words
        if WORD.search(w) and not NOTHING_OF_OURS.search(w) and w.strip("(),.:'") not in CODES
    ]


def spoken(*words: object, code: int = 0) -> Called:
    """Call a command in the made-up language and look at all it prints."""
    called = call(*words, *IN)
    assert called.code == code, called
    assert OPEN in called.out + called.err
    assert left(called.out) == [], called.out
    assert left(called.err) == [], called.err
    return called


@pytest.fixture(scope="module")
def made(region: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan and a move list in the made-up language."""
    out = tmp_path_factory.mktemp("made") / "plan"
    spoken("rebalance", region, "--out", out, "--max-moves", 20, "--no-report")
    return out


def test_every_plan_is_told(region: Path, tmp_path: Path) -> None:
    """Allocate, frontier and demo say all they say in the language of the call; rows set aside too."""
    spoken("demo", tmp_path / "demo", "--clients", 60, "--coaches", 3)
    shutil.copytree(region, tmp_path / "region")
    clients = pl.read_csv(tmp_path / "region" / "clients.csv", infer_schema=False)
    clients[3, "need_level"] = "9"
    clients.write_csv(tmp_path / "region" / "clients.csv")
    out = tmp_path / "plan"
    spoken("allocate", tmp_path / "region", "--out", out, "--set-aside", "--no-report")
    aside = pl.read_csv(out / "set_aside.csv")
    assert left(aside["reason"][0]) == []
    spoken("frontier", region, "--points", 3, "--effort", "quick", "--out", tmp_path / "frontier")


def test_reasons_are_in_the_language_of_the_call(made: Path) -> None:
    """The reasons that a plan and a move list keep were made in the language; codes and headings were not."""
    for name in ("plan.csv", "moves.csv"):
        rows = pl.read_csv(made / name, infer_schema=False)
        assert rows["reason"].drop_nulls().str.starts_with(OPEN).all()
        assert set(rows["status"].drop_nulls()) <= {"kept", "moved", "forced", "new", "unserved"}
        assert rows.columns == [column for column in rows.columns if OPEN not in column]
    comments = [line for line in (made / "policy_in_force.yaml").read_text().splitlines() if "#" in line]
    assert comments
    assert all(left(line.partition("#")[2]) == [] for line in comments)


def test_a_plan_is_judged_and_explained(region: Path, made: Path, tmp_path: Path) -> None:
    """Check with and without findings, explain, and why not."""
    spoken("check", region, made)
    rows = pl.read_csv(made / "plan.csv", infer_schema=False)
    client = rows.filter(pl.col("status") == "kept")["client_id"][0]
    spoken("explain", region, made, client)
    coaches = pl.read_csv(region / "coaches.csv", infer_schema=False)["coach_id"]
    for coach in coaches[:3]:
        spoken("explain", region, made, client, "--why-not", coach)
    shutil.copytree(made, tmp_path / "plan")
    wrong = rows.with_columns(coach_id=pl.lit(coaches[0]))
    wrong.write_csv(tmp_path / "plan" / "plan.csv")
    spoken("check", region, tmp_path / "plan", code=1)


def test_decisions_are_told(region: Path, made: Path, tmp_path: Path) -> None:
    """Apply, the log, the reason as confirmed, undo, verify."""
    out, w = tmp_path / "out", tmp_path / "w"
    shutil.copytree(made, out)
    decide(out, [1], YES)
    spoken("apply", region, out, "--workspace", w)
    client = pl.read_csv(out / "moves.csv", infer_schema=False).filter(pl.col("step") == "1")["client_id"][0]
    spoken("explain", w, out, client, "--as-confirmed", "--workspace", w)
    spoken("apply", "--undo", "--workspace", w)
    spoken("log", "--workspace", w, "--verify")


def test_what_is_to_come_is_told(region: Path, tmp_path: Path) -> None:
    """Cover in all three ways, handovers and contacts."""
    day = pl.read_csv(region / "snapshot.csv", infer_schema=False)["date"][0]
    coach = pl.read_csv(region / "clients.csv", infer_schema=False)["coach_id"].drop_nulls()[0]
    asked = ("cover", region, "--coach", coach, "--from", day, "--out")
    spoken(*asked, tmp_path / "permanent", "--permanent", "--max-moves", 2)
    spoken(*asked, tmp_path / "temporary", "--temporary")
    now = tmp_path / "now"
    shutil.copytree(region, now)
    clients = pl.read_csv(now / "clients.csv", infer_schema=False)
    other = clients["coach_id"].drop_nulls().filter(clients["coach_id"].drop_nulls() != coach)[0]
    clients.with_columns(pl.col("coach_id").replace(coach, other)).write_csv(now / "clients.csv")
    back = ("cover", now, "--coach", coach, "--from", day, "--back")
    spoken(*back, "--since", region, "--out", tmp_path / "back")
    spoken(*back, "--since", now, "--out", tmp_path / "nobody", code=2)
    spoken("handovers", region, "--months", 6, "--out", tmp_path / "handovers")
    spoken("contacts", region, "--weeks", 4, "--out", tmp_path / "contacts")


def test_an_intake_is_told(tmp_path: Path) -> None:
    """New clients taken in, elsewhere and by hand, and a batch that cannot be read."""
    write_region(tmp_path / "region")
    (tmp_path / "new.csv").write_text(NEW, encoding="utf-8")
    out = tmp_path / "out"
    spoken("intake", tmp_path / "region", tmp_path / "new.csv", "--out", out)
    assert left(pl.read_csv(out / "triage.csv", infer_schema=False)["ground"][0]) == []
    spoken("intake", tmp_path / "region", tmp_path / "none.csv", "--out", out, code=2)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("clients.csv", "client_id", "klient"),
        ("clients.csv", ",", ";;"),
        ("coaches.csv", "K001", "K 001"),
        ("municipalities.csv", "020", "20"),
        ("units.csv", "unit_id", "unit_id,unit_id"),
    ],
)
def test_complaints_are_told(region: Path, tmp_path: Path, file: str, old: str, new: str) -> None:
    """Complaints about cells, headings and files, with their advice."""
    folder = tmp_path / "region"
    shutil.copytree(region, folder)
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace(old, new, 3), encoding="utf-8")
    called = call("allocate", folder, "--out", tmp_path / "plan", *IN)
    assert called.code == 2, called
    lines = called.err.splitlines()
    assert all(OPEN in line and line.endswith(CLOSE) for line in lines)


def test_calls_that_cannot_be_meant_are_told(region: Path, tmp_path: Path) -> None:
    """Options that contradict each other, files that are not there, a policy with unknown words."""
    out = ("--out", tmp_path / "out")
    spoken("allocate", tmp_path / "none", *out, code=2)
    spoken("rebalance", region, *out, "--max-share", "half", code=2)
    spoken("frontier", region, *out, "--points", 1, code=2)
    spoken("handovers", region, *out, "--months", 99, code=2)
    spoken("contacts", region, *out, "--weeks", 999, code=2)
    spoken("apply", region, code=2)
    spoken("log", "--workspace", tmp_path, code=2)
    spoken("demo", tmp_path / "demo", "--coaches", 0, code=2)
    (tmp_path / "policy.yaml").write_text("limits:\n  load: -1\nprices:\n  travel_shar: 1\n")
    spoken("policy", tmp_path / "policy.yaml", code=2)


def test_declared_texts_are_told() -> None:
    """The policy's comments, and the descriptions of columns, are in the language."""
    comments = [line.strip() for line in call("policy", *IN).out.splitlines() if line.strip().startswith("#")]
    assert comments
    assert all(line.startswith(f"# {OPEN}") for line in comments)
    rows = [r for r in call("columns", "clients", *IN).out.splitlines() if r.startswith("| ")][2:]
    assert rows
    assert all(row.endswith(f"{CLOSE} |") for row in rows)


def test_what_stays_in_no_brackets_is_noticed() -> None:
    """The test itself: a plain sentence is left over, data and sentences in brackets are not."""
    assert left("⟦A plan of ⟦3 clients⟧ in⟧ demo/plan  (3.2 s)") == []
    assert left("⟦A plan⟧ of somebody else") == ["of", "somebody", "else"]
