"""A plan reads back, also after a spreadsheet had it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.plan import PLAN, SET_ASIDE
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.write import write_table

SCHEMA = {c.name: c.dtype for c in PLAN.columns}


def plan() -> pl.DataFrame:
    """A plan of two clients, one of them unserved."""
    return pl.DataFrame(
        {
            "client_id": ["k1", "k2"],
            "coach_id": ["v1", None],
            "status": ["kept", "unserved"],
            "previous_coach_id": ["v1", None],
            "reason": ["stays; nothing is gained, really", "-"],
            "demand_minutes": [33.333333333333336, 110.0],
            "travel_minutes": [0.5, None],
            "barred_by": [None, "language 3"],
            "repair": [None, "=raise a limit"],
        },
        schema=SCHEMA,
    )


@pytest.mark.parametrize("finnish", [False, True])
def test_written_plan_reads_back(tmp_path: Path, finnish: bool) -> None:
    """Both ways of writing keep every cell."""
    write_table(plan(), PLAN, tmp_path / "plan.csv", finnish)
    assert read_plan_rows(tmp_path / "plan.csv").equals(plan())
    assert read_plan_rows(tmp_path).equals(plan())


@pytest.mark.parametrize("finnish", [False, True])
def test_the_row_of_one_client(tmp_path: Path, finnish: bool) -> None:
    """It is as in the whole plan; a client who is not there has none, and a column that misses is told."""
    write_table(plan(), PLAN, tmp_path / "plan.csv", finnish)
    for client in ("k1", "k2"):
        assert read_plan_rows(tmp_path, client).equals(plan().filter(client_id=client))
    assert read_plan_rows(tmp_path, "k3").equals(plan().clear())
    (tmp_path / "plan.csv").write_text("status\nkept\n")
    with pytest.raises(InputError, match="client_id"):
        read_plan_rows(tmp_path, "k1")


@pytest.mark.parametrize("finnish", [False, True])
def test_a_plan_without_any_coach(tmp_path: Path, finnish: bool) -> None:
    """A column without any value is written too, so that a plan that serves nobody reads back."""
    keep = ("client_id", "status")
    nobody = plan().with_columns(pl.lit(None, t).alias(c) for c, t in SCHEMA.items() if c not in keep)
    write_table(nobody, PLAN, tmp_path / "plan.csv", finnish)
    heading = (tmp_path / "plan.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert heading.split(";" if finnish else ",") == [c.fi if finnish else c.name for c in PLAN.columns]
    assert read_plan_rows(tmp_path).equals(nobody)


def test_every_column_of_the_rows_set_aside(tmp_path: Path) -> None:
    """The list of rows set aside has all its columns, whatever is in them."""
    schema = {c.name: c.dtype for c in SET_ASIDE.columns}
    row = pl.DataFrame({"file": ["pins.csv"], "line": [2]}).with_columns(
        pl.lit(None, t).alias(c) for c, t in schema.items() if c not in SET_ASIDE.key
    )
    write_table(row, SET_ASIDE, tmp_path / "set_aside.csv")
    assert (tmp_path / "set_aside.csv").read_text() == "file,line,row_id,reason,used\npins.csv,2,,,\n"


def test_a_plan_edited_by_hand(tmp_path: Path) -> None:
    """Client and coach are enough, in any order of rows; no coach means unserved."""
    (tmp_path / "plan.csv").write_bytes("Asiakas;Valmentaja\r\nk2;\r\nk1;v3\r\n".encode("cp1252"))
    rows = read_plan_rows(tmp_path / "plan.csv")
    assert dict(rows.schema) == SCHEMA
    assert rows.select("client_id", "coach_id").rows() == [("k1", "v3"), ("k2", None)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("client_id\nk1\n", "the column is missing"),
        ("client_id,coach_id\nk1,v1\nk1,v2\n", "the row occurs more than once"),
        ("client_id,coach_id,colour\nk1,v1,red\n", "an unknown column"),
        ("client_id,coach_id\nk1,v1,x\n", "3 cells where the heading has 2"),
        ("client_id,coach_id\n,v1\n", "a required cell is empty"),
        ("client_id,coach_id,status\nk1,v1,gone\n", "an unknown code"),
        ("client_id,coach_id\nk1,131052-308T\n", "the column holds personal identity codes"),
        ("", "the file is empty (0 bytes)"),
        ("client_id,coach_id\n", "the table is empty: headings and no rows"),
    ],
)
def test_bad_plans(tmp_path: Path, text: str, problem: str) -> None:
    """A plan that cannot be used is refused with its complaints."""
    (tmp_path / "plan.csv").write_text(text)
    with pytest.raises(InputError) as caught:
        read_plan_rows(tmp_path / "plan.csv")
    assert problem in [c.problem for c in caught.value.complaints]


def test_no_plan(tmp_path: Path) -> None:
    """A folder without a plan is an error with advice."""
    with pytest.raises(InputError, match="there is no plan"):
        read_plan_rows(tmp_path)
