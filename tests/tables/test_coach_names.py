"""The names of coaches are read from a file of their own, with complaints that name the line."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.coach_names import read_coach_names
from optimiser.tables.workbook_write import write_workbook


def written(folder: Path, text: str, name: str = "names.csv") -> Path:
    """A file with a text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> tuple[str, ...]:
    """What is said about a file that is refused."""
    with pytest.raises(InputError) as caught:
        read_coach_names(path)
    return tuple(map(str, caught.value.complaints))


@pytest.mark.parametrize(
    "text",
    [
        "coach_id,name\nK002,Bo Ek\nK001,Anna Åberg\n",
        "valmentaja;nimi\nK001;Anna Åberg\nK002;Bo Ek\n",
        "valmentajatunnus\tnimi\nK001\tAnna Åberg\nK002\tBo Ek\n",
    ],
)
def test_names_by_id(tmp_path: Path, text: str) -> None:
    """English and Finnish headings, any separator, any order of rows."""
    assert read_coach_names(written(tmp_path, text)) == {"K001": "Anna Åberg", "K002": "Bo Ek"}


def test_workbook_of_one_sheet(tmp_path: Path) -> None:
    """A workbook with one sheet will do, whatever the sheet is called."""
    frame = pl.DataFrame({"valmentaja": ["K001"], "nimi": ["Anna Åberg"]})
    write_workbook({"Taul1": frame}, tmp_path / "names.xlsx")
    assert read_coach_names(tmp_path / "names.xlsx") == {"K001": "Anna Åberg"}


def test_workbook_of_several_sheets(tmp_path: Path) -> None:
    """Of several sheets the one with the table's name is read; without it the file is refused."""
    frame = pl.DataFrame({"valmentaja": ["K001"], "nimi": ["Anna Åberg"]})
    other = pl.DataFrame({"x": ["1"]})
    write_workbook({"muu": other, "valmentajien_nimet": frame}, tmp_path / "a.xlsx")
    assert read_coach_names(tmp_path / "a.xlsx") == {"K001": "Anna Åberg"}
    write_workbook({"muu": other, "x": frame}, tmp_path / "b.xlsx")
    assert "none of the sheets" in refused(tmp_path / "b.xlsx")[0]


def test_a_coach_twice_and_an_empty_name(tmp_path: Path) -> None:
    """Every complaint comes at once, each with its line."""
    told = refused(written(tmp_path, "coach_id,name\nK001,Anna\nK001,Bo\nK002,\n"))
    assert [t.split(":")[0] for t in told] == [
        "names.csv, line 2, column coach_id",
        "names.csv, line 3, column coach_id",
        "names.csv, line 4, column name",
    ]


@pytest.mark.parametrize("text", ["coach_id\nK001\n", "name\nAnna\n", "coach_id,name,hetu\nK001,Anna,1\n"])
def test_other_columns(tmp_path: Path, text: str) -> None:
    """A missing column and a column too many are refused."""
    assert refused(written(tmp_path, text))


def test_a_name_in_the_place_of_the_id(tmp_path: Path) -> None:
    """Ids that are names are refused, and not repeated."""
    told = refused(written(tmp_path, "coach_id,name\nAnna Virtanen,Anna\nPekka Laine,Pekka\n"))
    assert not [t for t in told if "Virtanen" in t or "Laine" in t]


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there is said so."""
    assert "there is no such file" in refused(tmp_path / "names.csv")[0]
