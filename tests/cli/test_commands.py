"""Every command on a small region, as a user calls it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.plan import PLAN, STATUSES
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.tables.policy_file import read_policy
from tests.cli.calls import PLAN_FILES, REPORT_FILES, call, called_outside, files_of

COMMANDS = ("demo", "allocate", "check", "explain", "policy", "columns")

SUMMARY_KEYS = [
    "clients",
    "coaches",
    "groups",
    "arcs",
    "components",
    "assigned",
    "unserved",
    "unserved_weighted",
    "unserved_bound",
    "moved",
    "forced",
    "new",
    "set_aside",
    "objective_minutes",
    "bound_minutes",
    "gap_minutes",
    "gap",
    "utilisation",
    "seconds",
    "peak_memory_mb",
    "fingerprint",
    "policy",
    "versions",
    "seed",
]
PHASES = ["read", "encode", "relax", "polish", "decode", "check", "write", "total"]


def test_help_of_the_program_names_every_command() -> None:
    """`optimiser --help` lists the commands; without words it says the same."""
    called = called_outside("--help")
    assert called.code == 0
    assert all(name in called.out for name in COMMANDS)
    assert "demo" in call().out + call().err


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(name: str) -> None:
    """Every command explains itself with an example."""
    called = call(name, "--help")
    assert called.code == 0
    assert f"optimiser {name}" in called.out


def test_help_imports_no_heavy_library() -> None:
    """`--help` answers without loading tables, solver or charts."""
    script = (
        "import runpy, sys\nsys.argv = ['optimiser', '--help']\n"
        "try:\n    runpy.run_module('optimiser', run_name='__main__')\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'polars', 'numpy', 'scipy', 'matplotlib', 'networkx', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version() -> None:
    """`--version` says name and version."""
    called = call("--version")
    assert called.code == 0
    assert called.out.startswith("optimiser ")


@pytest.mark.parametrize("words", [["nonsense"], ["allocate"], ["demo"], ["demo", "x", "--clients", "many"]])
def test_wrong_words_are_refused(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown command, a missing argument and a wrong number end with code 2 and a sentence."""
    monkeypatch.chdir(tmp_path)
    called = call(*words)
    assert called.code == 2
    assert called.err.strip()
    assert "Traceback" not in called.err
    assert not list(tmp_path.iterdir())


def test_demo_gives_the_same_bytes_for_the_same_seed(region: Path, tmp_path: Path) -> None:
    """The same words give the same files, another seed others."""
    words = ("--clients", 280, "--coaches", 10, "--pressure", 1.2, "--present-share", 0.8)
    assert call("demo", tmp_path / "again", *words).code == 0
    assert files_of(tmp_path / "again") == files_of(region)
    assert call("demo", tmp_path / "other", *words, "--seed", 2).code == 0
    assert (tmp_path / "other" / "clients.csv").read_bytes() != (region / "clients.csv").read_bytes()


@pytest.mark.parametrize(
    "words", [("--clients", 0), ("--coaches", -1), ("--pressure", 0), ("--present-share", 2)]
)
def test_demo_refuses_impossible_regions(tmp_path: Path, words: tuple[str, float]) -> None:
    """A demo region out of range is a complaint that names the option."""
    called = call("demo", tmp_path / "region", *words)
    assert called.code == 2
    assert words[0] in called.err
    assert not list(tmp_path.iterdir())


def test_allocate_writes_what_it_promises(region: Path, plan: Path) -> None:
    """Plan, certificate, summary, policy, workbook and report, and nothing else."""
    assert set(files_of(plan)) == PLAN_FILES | REPORT_FILES
    rows = pl.read_csv(plan / "plan.csv")
    assert set(rows.columns) <= {c.name for c in PLAN.columns}
    assert set(rows["status"]) <= set(STATUSES)
    assert rows["client_id"].is_sorted()
    assert read_policy(plan / "policy_in_force.yaml") == Policy()


def test_summary_has_the_promised_keys(region: Path, plan: Path) -> None:
    """Every key that other programs rely on is in `summary.json`, and the figures agree with each other."""
    told = json.loads((plan / "summary.json").read_text())
    assert [key for key in SUMMARY_KEYS if key not in told] == []
    assert [name for name in PHASES if name not in told["seconds"]] == []
    assert set(told["utilisation"]) == {"max", "p95", "std", "bands"}
    rows = pl.read_csv(plan / "plan.csv", infer_schema_length=None)
    counts = dict(rows["status"].value_counts().iter_rows())
    assert told["clients"] == rows.height == told["assigned"] + told["unserved"]
    assert {s: told[s] for s in STATUSES} == {s: counts.get(s, 0) for s in STATUSES}
    assert told["gap_minutes"] == pytest.approx(told["objective_minutes"] - told["bound_minutes"])
    assert told["unserved_bound"] <= told["unserved_weighted"]
    assert told["set_aside"] == 0


def test_check_has_nothing_to_object(region: Path, plan: Path) -> None:
    """The plan that was written is found sound."""
    called = call("check", region, plan)
    assert called.code == 0, called
    assert "No findings." in called.out
    told = json.loads((plan / "summary.json").read_text())
    assert f"{told['bound_minutes']:,.2f}" in called.out


def test_explain_shows_prices_alternatives_and_bars(region: Path, plan: Path) -> None:
    """A served client's explanation names the coach, the ranked alternatives and what bars the others."""
    rows = pl.read_csv(plan / "plan.csv").filter(pl.col("status") == "kept")
    client, coach = rows.row(0)[:2]
    called = call("explain", region, plan, client)
    assert called.code == 0, called
    assert client in called.out
    assert coach in called.out
    assert "Barred by" in called.out
    assert "difference" in called.out


def test_explain_an_unserved_client(region: Path, plan: Path) -> None:
    """An unserved client is explained too."""
    rows = pl.read_csv(plan / "plan.csv").filter(pl.col("status") == "unserved")
    assert rows.height
    called = call("explain", region, plan, rows["client_id"][0])
    assert called.code == 0, called
    assert "unserved" in called.out


def test_explain_of_an_unknown_client_names_the_nearest(region: Path, plan: Path) -> None:
    """A misspelt id is refused with ids that are like it."""
    client = pl.read_csv(plan / "plan.csv")["client_id"][0]
    called = call("explain", region, plan, client + "0")
    assert called.code == 2
    assert f"'{client}0'" in called.err
    assert f" {client}" in called.err


def test_policy_prints_what_it_reads(tmp_path: Path) -> None:
    """The printed defaults are a policy file; a changed one comes back in full."""
    called = call("policy")
    assert called.code == 0
    file = tmp_path / "policy.yaml"
    file.write_text(called.out, encoding="utf-8")
    assert read_policy(file) == Policy()
    file.write_text("prices:\n  specialism: 20 min\n", encoding="utf-8")
    assert read_policy(file).prices.specialism == 20
    file.write_text(call("policy", file).out, encoding="utf-8")
    assert read_policy(file).prices.specialism == 20


@pytest.mark.parametrize(
    "text",
    ["prices:\n  specialsm: 20\n", "prices:\n  specialism: 20 h\n", "name: a\nname: b\n", "limits: [\n"],
)
def test_a_bad_policy_stops_everything(region: Path, tmp_path: Path, text: str) -> None:
    """Unknown keys, wrong units, keys twice and broken YAML are refused before anything is read or written."""
    file = tmp_path / "policy.yaml"
    file.write_text(text)
    called = call("allocate", region, "--out", tmp_path / "plan", "--policy", file)
    assert called.code == 2
    assert "policy.yaml" in called.err
    assert "Traceback" not in called.err
    assert [p.name for p in tmp_path.iterdir()] == ["policy.yaml"]


def test_columns_describes_every_table() -> None:
    """Every declared column stands in the printed tables; an unknown table is refused with the nearest."""
    called = call("columns")
    assert called.code == 0
    for table in TABLES.values():
        assert all(f"| {column.name} | {column.fi} |" in called.out for column in table.columns)
    assert call("columns", "clients").out in called.out
    wrong = call("columns", "clinets")
    assert wrong.code == 2
    assert "clients" in wrong.err


def test_policy_of_the_plan_is_used_by_check(region: Path, tmp_path: Path) -> None:
    """Check takes the policy kept with the plan, unless another is named: then the proof does not hold."""
    file = tmp_path / "own.yaml"
    file.write_text("name: own\nprices:\n  travel_share: 0.1\n")
    out = tmp_path / "plan"
    assert call("allocate", region, "--out", out, "--policy", file, "--no-report").code == 0
    assert call("check", region, out).code == 0
    file.write_text("name: own\nprices:\n  travel_share: 0.9\n")
    called = call("check", region, out, "--policy", file)
    assert called.code == 1
    assert "the policy changed" in called.out


def test_a_second_run_replaces_the_first(region: Path, plan: Path, tmp_path: Path) -> None:
    """Without a report no workbook and page of an earlier run are left; files of others stay."""
    out = tmp_path / "plan"
    shutil.copytree(plan, out)
    (out / "notes.txt").write_text("mine")
    (out / "set_aside.csv").write_text("old")
    assert call("allocate", region, "--out", out, "--no-report", "--effort", "quick").code == 0
    assert set(files_of(out)) == PLAN_FILES | {"notes.txt"}
    assert json.loads((out / "summary.json").read_text())["effort"] == "quick"
    assert call("check", region, out).code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["plan"]


def test_the_same_input_gives_the_same_bytes(region: Path, plan: Path, tmp_path: Path) -> None:
    """Plan, certificate, policy and page are the same bytes again; the summary but for timings."""
    out = tmp_path / "plan"
    assert call("allocate", region, "--out", out).code == 0
    before, after = files_of(plan), files_of(out)
    for name in ("plan.csv", "certificate.json", "policy_in_force.yaml"):
        assert before[name] == after[name]
    first, second = (json.loads(files["summary.json"]) for files in (before, after))
    timed = {"seconds": None, "peak_memory_mb": None}
    assert first | timed == second | timed


@pytest.mark.parametrize("form", ["xlsx", "parquet"])
def test_other_formats_give_the_same_plan(plan: Path, tmp_path: Path, form: str) -> None:
    """A workbook and Parquet files of the same region give the plan of the CSV files."""
    words = ("--clients", 280, "--coaches", 10, "--pressure", 1.2, "--present-share", 0.8, "--format", form)
    assert call("demo", tmp_path / "region", *words).code == 0
    called = call("allocate", tmp_path / "region", "--out", tmp_path / "plan", "--no-report")
    assert called.code == 0, called
    for name in ("plan.csv", "certificate.json"):
        assert (tmp_path / "plan" / name).read_bytes() == (plan / name).read_bytes()


def test_finnish_region_and_plan(plan: Path, tmp_path: Path) -> None:
    """Finnish files have a byte order mark, semicolons and decimal commas, and are read again."""
    words = ("--clients", 280, "--coaches", 10, "--pressure", 1.2, "--present-share", 0.8, "--finnish")
    region, out = tmp_path / "alue", tmp_path / "suunnitelma"
    assert call("demo", region, *words).code == 0
    assert call("allocate", region, "--out", out, "--no-report", "--finnish").code == 0
    content = (out / "plan.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    heading, first = content.decode("utf-8-sig").splitlines()[:2]
    assert heading.startswith("asiakas;valmentaja;tila;")
    assert "," in first.split(";")[heading.split(";").index("kysyntä_minuuttia")]
    assert (out / "certificate.json").read_bytes() == (plan / "certificate.json").read_bytes()
    called = call("check", region, out)
    assert called.code == 0, called
