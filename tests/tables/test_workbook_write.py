"""Where a workbook lies while it is written."""

from __future__ import annotations

import stat
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from optimiser.tables.workbook_write import opened_book, write_workbook

ROWS = pl.DataFrame({"name": [f"Maija {n}" for n in range(50)]})


def test_the_parts_lie_beside_the_workbook(tmp_path: Path) -> None:
    """Until the end the rows are in a folder beside it that its owner alone may open; then it is gone."""
    out = tmp_path / "book.xlsx"
    with opened_book(out) as book:
        book.add_worksheet("rows").write_string(0, 0, "Maija")
        (parts,) = tmp_path.iterdir()
        assert parts.is_dir()
        assert list(parts.iterdir())
        assert not stat.S_IMODE(parts.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]
    assert openpyxl.load_workbook(out)["rows"]["A1"].value == "Maija"


def test_nothing_is_left_after_a_fault(tmp_path: Path) -> None:
    """Where the rows end too early the parts go, too."""
    with pytest.raises(RuntimeError), opened_book(tmp_path / "book.xlsx") as book:
        book.add_worksheet("rows").write_string(0, 0, "Maija")
        raise RuntimeError("stopped")
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_what_a_killed_run_left_is_taken_away(tmp_path: Path) -> None:
    """Parts of an earlier run are no hindrance, and are gone after the next."""
    (tmp_path / "book.xlsx.parts").mkdir()
    (tmp_path / "book.xlsx.parts" / "tmp1").write_text("Maija")
    write_workbook({"rows": ROWS}, tmp_path / "book.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]
    assert openpyxl.load_workbook(tmp_path / "book.xlsx")["rows"].max_row == ROWS.height + 1
