"""The option `--coach-names`: a file that fits is shown, one that does not is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.cli.calls import assert_refused, call


def test_names_stand_beside_the_ids(region: Path, tmp_path: Path) -> None:
    """A coach who is named is shown so in the workbook; names of others than the region's are not."""
    (tmp_path / "names.csv").write_text(
        "coach_id,name\nK001,Aino Aalto\nK999,Nobody Here\n", encoding="utf-8"
    )
    out = tmp_path / "plan"
    called = call("allocate", region, "--out", out, "--coach-names", tmp_path / "names.csv")
    assert called.code == 0, called
    texts = {
        c.value for page in openpyxl.load_workbook(out / "plan.xlsx") for r in page.iter_rows() for c in r
    }
    assert "Aino Aalto" in texts
    assert "Nobody Here" not in texts
    assert "K001 Aino Aalto" in (out / "report.html").read_text(encoding="utf-8")
    assert "Aalto" not in (out / "plan.csv").read_text(encoding="utf-8") + called.out + called.err


def test_names_of_another_region_are_refused(region: Path, tmp_path: Path) -> None:
    """A file that names no coach of the region is refused, and nothing is written."""
    (tmp_path / "names.csv").write_text("coach_id,name\nX1,Aino Aalto\n", encoding="utf-8")
    called = call("allocate", region, "--out", tmp_path / "plan", "--coach-names", tmp_path / "names.csv")
    assert_refused(called, tmp_path / "plan")
    assert "none of these coaches is in the region" in called.err
    assert "Aalto" not in called.err


def test_a_missing_file_of_names_is_refused(region: Path, tmp_path: Path) -> None:
    """A file that is not there is said so before the plan is made."""
    called = call("rebalance", region, "--out", tmp_path / "plan", "--coach-names", tmp_path / "no.csv")
    assert_refused(called, tmp_path / "plan")
