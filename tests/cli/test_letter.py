"""The command `letter`: on the screen, on a page, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from tests.cli.calls import call
from tests.cli.every_command import confirm


def a_client(plan: Path, status: str) -> tuple[str, str]:
    """A client of a status and the coach proposed."""
    rows = pl.read_csv(plan / "plan.csv", infer_schema=False).filter(pl.col("status") == status)
    return rows["client_id"][0], rows["coach_id"][0]


def test_on_the_screen(region: Path, plan: Path) -> None:
    """Plain text with the coach, by id or by name."""
    client, coach = a_client(plan, "new")
    called = call("letter", region, plan, client)
    assert called.code == 0, called
    assert called.out.startswith("You have a coach of your own\n\n" + f"Your coach is {coach}.\n")
    names = plan.parent / "names.csv"
    names.write_text(f"coach_id,name\n{coach},Kaisa Koski\n", encoding="utf-8")
    called = call("letter", region, plan, client, "--coach-names", names)
    assert "Your coach is Kaisa Koski." in called.out
    assert coach not in called.out


def test_a_page_replaces_a_letter_and_nothing_else(region: Path, plan: Path, tmp_path: Path) -> None:
    """An earlier letter may be replaced; another file, or a folder that is not there, is refused."""
    client, _ = a_client(plan, "kept")
    file = tmp_path / "letter.html"
    for _again in range(2):
        called = call("letter", region, plan, client, "--out", file)
        assert called.code == 0, called
    assert "Your coach stays the same" in file.read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    other.write_text("<html>mine</html>")
    for place in (other, tmp_path / "nowhere" / "letter.html", tmp_path):
        called = call("letter", region, plan, client, "--out", place)
        assert called.code == 2, called
        assert "nothing was written" in called.err
    assert other.read_text() == "<html>mine</html>"
    assert {p.name for p in tmp_path.iterdir()} == {"letter.html", "other.html"}


def test_in_the_language_of_the_call(region: Path, plan: Path, tmp_path: Path) -> None:
    """The page is marked with the client's language."""
    client, _ = a_client(plan, "kept")
    for language in ("fi", "sv"):
        file = tmp_path / f"{language}.html"
        assert call("letter", region, plan, client, "--out", file, "--language", language).code == 0
        assert f'<html lang="{language}">' in file.read_text(encoding="utf-8")


def test_of_other_facts(region: Path, plan: Path, tmp_path: Path) -> None:
    """A plan of another snapshot is refused: what was true then may be false now. So is a strange id."""
    changed = tmp_path / "region"
    shutil.copytree(region, changed)
    about = pl.read_csv(changed / "snapshot.csv", infer_schema=False)
    about.with_columns(date=pl.lit("2023-04-01")).write_csv(changed / "snapshot.csv")
    client, _ = a_client(plan, "kept")
    called = call("letter", changed, plan, client)
    assert called.code == 2, called
    assert "made of another snapshot" in called.err
    called = call("letter", region, plan, "C999999")
    assert called.code == 2
    assert "no client of the plan has this id" in called.err


def test_after_an_apply(region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the workspace in place of the region the facts of the plan are found, and the week and day are told."""
    monkeypatch.chdir(tmp_path)
    assert call("rebalance", region, "--out", "moves", "--max-moves", 20, "--no-report").code == 0
    client, _ = a_client(tmp_path / "moves", "moved")
    draft = call("letter", region, "moves", client).out
    assert "This is a draft." in draft
    assert "in the week that starts on" in draft
    confirm()
    assert call("apply", region, "moves", "--workspace", "ours").code == 0
    told = call("letter", "ours", "moves", client).out
    assert "An official has confirmed this on 7.3.2023." in told
    assert "Your coach changes" in told
