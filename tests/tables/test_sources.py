"""Where the rows of one table stand: in a file, or in the sheet of its name."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.coach_names import COACH_NAMES
from optimiser.domain.columns import Table
from optimiser.domain.errors import InputError
from optimiser.domain.intake import NEW_CLIENTS
from optimiser.domain.month import SURVEY
from optimiser.domain.schema import CLIENTS
from optimiser.domain.texts import Message
from optimiser.tables.raw import Source
from optimiser.tables.sources import load, only_source
from optimiser.tables.workbook_write import write_workbook

FRAME = pl.DataFrame({"x": ["1"]})


@pytest.mark.parametrize("table", [COACH_NAMES, SURVEY, NEW_CLIENTS])
def test_the_sheet_of_a_table(tmp_path: Path, table: Table) -> None:
    """The sheet of the table's name is found, and the place can be said in every language."""
    file = tmp_path / "a.xlsx"
    for name in (table.name, table.fi):
        write_workbook({"muu": FRAME, name: FRAME}, file)
        found = only_source(file, table)
        assert (found.sheet, found.table, str(found.file)) == (name, table, f"a.xlsx, sheet {name}")
        assert isinstance(found.file, Message)


def test_names_of_another_table(tmp_path: Path) -> None:
    """Clients will do for new clients where that is said."""
    write_workbook({"muu": FRAME, "asiakkaat": FRAME}, tmp_path / "a.xlsx")
    assert only_source(tmp_path / "a.xlsx", NEW_CLIENTS, CLIENTS).sheet == "asiakkaat"
    with pytest.raises(InputError, match=r"none of the sheets.*Call the sheet new_clients"):
        only_source(tmp_path / "a.xlsx", NEW_CLIENTS)


def test_what_is_no_workbook(tmp_path: Path) -> None:
    """Any other file stands for itself; a workbook that is none is refused."""
    assert only_source(tmp_path / "a.csv", SURVEY) == Source(SURVEY, tmp_path / "a.csv", "a.csv")
    (tmp_path / "a.xlsx").write_text("x")
    with pytest.raises(InputError, match="no Excel workbook"):
        only_source(tmp_path / "a.xlsx", SURVEY)


def test_parquet_with_lists_and_records(tmp_path: Path) -> None:
    """A nested column is told by its heading; the others are read as they are."""
    frame = pl.DataFrame({"a": ["x"], "b": [["y"]], "c": [{"d": 1}], "e": [b"\xff"]})
    frame.write_parquet(tmp_path / "a.parquet")
    sheet = load(Source(CLIENTS, tmp_path / "a.parquet", "a.parquet"))
    assert [c.column for c in sheet.complaints] == ["b", "c", "e"]
    assert sheet.cells.drop("line").row(0) == ("x", None, None, None)
