"""The README is true: its tables, its two commands, and every command in it that starts with a shell prompt."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optimiser.cli.readme import PARTS, refreshed
from optimiser.domain.errors import InputError
from optimiser.domain.schema import TABLES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Code blocks of one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_tables_are_those_of_the_program() -> None:
    """Commands, rules, prices and columns stand in the README as the program declares them."""
    assert refreshed(README) == README, "README.md is behind the program: run make readme"


def test_a_changed_table_is_noticed() -> None:
    """A row that was edited by hand in the README does not survive."""
    edited = README.replace("| client_id | asiakas |", "| client_id | asiakkaat |")
    assert edited != README
    assert refreshed(edited) == README


@pytest.mark.parametrize("name", PARTS)
def test_a_lost_marker_is_refused(name: str) -> None:
    """A README without its markers is an error, not a README without tables."""
    with pytest.raises(InputError, match=f"<!-- /{name} -->"):
        refreshed(README.replace(f"<!-- /{name} -->", ""))


def test_every_column_is_in_the_readme() -> None:
    """Each declared column has a row with its Finnish heading."""
    for table in TABLES.values():
        for column in table.columns:
            assert f"| {column.name} | {column.fi} |" in README


def test_shows_the_two_commands() -> None:
    """The first commands a reader meets are make demo and make test."""
    assert blocks("sh")[0].split("\n") == ["make demo", "make test", ""]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize("target", re.findall(r"make ([a-z]+)", README))
def test_make_targets_exist(target: str) -> None:
    """Whatever the README tells to make, the Makefile knows."""
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_links_and_pictures_exist() -> None:
    """Files and headings that the README points to are there."""
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target[1:] in anchors if target.startswith("#") else (ROOT / target).exists(), target


def test_commands_run_as_written(tmp_path: Path) -> None:
    """Every command of a console block, in order and in one folder, does its work."""
    for text in blocks("yaml"):
        named = re.match(r"# (\S+\.yaml)\n", text)
        assert named, "a yaml block begins with the name of its file"
        (tmp_path / named[1]).write_text(text, encoding="utf-8")
    lines = "".join(blocks("console")).splitlines()
    assert len(lines) >= 8
    for line in lines:
        done = run(line, tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    assert (tmp_path / "demo/small-plan/report.html").exists()


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one line as a reader would, with the environment of this test activated."""
    here = {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    return subprocess.run(line, shell=True, cwd=folder, env=here, capture_output=True, text=True, check=False)
