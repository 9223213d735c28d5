"""Anonymous answers: months and areas understood, whatever could identify somebody refused."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.survey import read_survey

AREAS = ("south", "north")
IDS = ("K001", "A1000", "90210")
DAYS = (Date(2024, 5, 31), Date(2024, 6, 30))


def written(folder: Path, text: str) -> Path:
    """A file of answers."""
    file = folder / "answers.csv"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> str:
    """All complaints about a file of answers."""
    with pytest.raises(InputError) as error:
        read_survey(written(folder, text), AREAS, IDS, DAYS)
    return str(error.value)


def test_months_in_all_their_forms(tmp_path: Path) -> None:
    """A month may be written as such or as a day in it, the Finnish way too."""
    forms = ("2024-05", "2024-05-17", "5/2024", "17.5.2024", "05.2024")
    rows = "".join(f"south,{form},helped,4\n" for form in forms)
    found = read_survey(written(tmp_path, "area,month,question,answer\n" + rows), AREAS, IDS, DAYS)
    assert found["month"].to_list() == [Date(2024, 5, 1)] * len(forms)


def test_the_order_of_answers_is_not_kept(tmp_path: Path) -> None:
    """Rows come sorted, without line numbers: who answered when cannot be seen."""
    text = "area,month,question,answer\nsouth,2024-05,b,5\nsouth,2024-05,a,2\nnorth,2024-05,a,3\n"
    found = read_survey(written(tmp_path, text), AREAS, IDS, DAYS)
    assert found.columns == ["area", "month", "question", "answer"]
    assert found.rows() == sorted(found.rows(), key=lambda r: (r[1], r[2], r[0]))


def test_equal_answers_all_count(tmp_path: Path) -> None:
    """Two people may answer alike."""
    text = "area,month,question,answer\n" + "south,2024-05,a,4\n" * 3
    assert read_survey(written(tmp_path, text), AREAS, IDS, DAYS).height == 3


def test_finnish_headings_and_semicolons(tmp_path: Path) -> None:
    """The Finnish headings are read as everywhere."""
    text = "palvelualue;kuukausi;kysymys;vastaus\nsouth;5/2024;a;4\n"
    assert read_survey(written(tmp_path, text), AREAS, IDS, DAYS).height == 1


def test_a_workbook_will_do(tmp_path: Path) -> None:
    """One sheet of answers, its months as dates."""
    file = tmp_path / "answers.xlsx"
    rows = {"area": ["south"], "month": [Date(2024, 5, 17)], "question": ["a"], "answer": [4]}
    pl.DataFrame(rows).write_excel(file)
    found = read_survey(file, AREAS, IDS, DAYS)
    assert found.rows() == [("south", Date(2024, 5, 1), "a", 4)]


@pytest.mark.parametrize(
    "heading", ["client_id", "coach_id", "valmentaja", "nimi", "birth_year", "comment", "email", "age"]
)
def test_columns_that_may_identify_are_refused(tmp_path: Path, heading: str) -> None:
    """Any column beside the four is refused by name: client, coach, name, free text."""
    text = f"area,month,question,answer,{heading}\nsouth,2024-05,a,4,x\n"
    told = refused(tmp_path, text)
    assert f"column {heading}: a column that may tell who answered, or of whom" in told
    assert "area, month, question, answer alone" in told


def test_every_column_is_complained_of_at_once(tmp_path: Path) -> None:
    """Two strange columns and a bad answer are three complaints."""
    text = "area,month,question,answer,coach_id,name\nsouth,2024-05,a,7,k1,n\n"
    assert len(refused(tmp_path, text).splitlines()) == 3


@pytest.mark.parametrize(
    ("value", "what"), [("131052-308T", "personal identity codes"), ("a.b@example.org", "e-mail addresses")]
)
def test_identifying_values_are_refused_and_not_repeated(tmp_path: Path, value: str, what: str) -> None:
    """An identity code or an e-mail address stops the reading wherever it stands, and is not shown."""
    told = refused(tmp_path, f"area,month,question,answer\nsouth,2024-05,{value},4\n")
    assert what in told
    assert value not in told


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("south,2024-13,a,4", "not a month"),
        ("south,soon,a,4", "not a month"),
        ("east,2024-05,a,4", "an unknown area"),
        (",2024-05,a,4", "a required cell is empty"),
    ],
)
def test_bad_rows_are_told_with_their_line(tmp_path: Path, row: str, problem: str) -> None:
    """What cannot be understood is named with its line and column."""
    told = refused(tmp_path, f"area,month,question,answer\nsouth,2024-05,a,4\n{row}\n")
    assert problem in told
    assert "line 3" in told


@pytest.mark.parametrize("answer", ["0", "6", "3.5", "good"])
def test_answers_are_whole_grades(tmp_path: Path, answer: str) -> None:
    """An answer is a whole number from 1 to 5."""
    assert "column answer" in refused(tmp_path, f"area,month,question,answer\nsouth,2024-05,a,{answer}\n")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is a complaint, not a traceback."""
    with pytest.raises(InputError, match="there is no such file"):
        read_survey(tmp_path / "none.csv", AREAS, IDS, DAYS)


@pytest.mark.parametrize(
    "question",
    [
        "Miten valmentaja Anna Virtanen onnistui?",
        "Miten virtanen anna onnistui",
        "Kuinka Annan kanssa meni?",
        "Auttoiko K001 sinua?",
        "Soita 040 123 4567",
        "Kysy 90210",
        "x" * 121,
    ],
)
def test_questions_that_tell_of_somebody_are_refused(tmp_path: Path, question: str) -> None:
    """A question with a name, an id, a telephone number, or too long a one is told by its line, without it."""
    told = refused(tmp_path, f"area,month,question,answer\nsouth,2024-05,a,4\nsouth,2024-05,{question},4\n")
    assert "line 3" in told and "the question" in told
    assert question not in told and "irtanen" not in told and "K001" not in told


@pytest.mark.parametrize(
    "question", ["Anna arvosana 1-5", "Saitko apua viimeisten 3 kuukauden aikana?", "q1"]
)
def test_questions_of_everybody_are_read(tmp_path: Path, question: str) -> None:
    """A verb that is also a name, and numbers in a sentence, do no harm."""
    text = f"area,month,question,answer\nsouth,2024-05,{question},4\n"
    assert read_survey(written(tmp_path, text), AREAS, IDS, DAYS).height == 1


def test_months_of_no_snapshot_are_refused(tmp_path: Path) -> None:
    """The month before the first snapshot may be its own; later months and earlier ones are complained of."""
    head = "area,month,question,answer\n"
    assert read_survey(written(tmp_path, head + "south,2024-04,a,4\n"), AREAS, IDS, DAYS).height == 1
    for month in ("2024-03", "2024-07", "2033-01"):
        assert "outside of those of the snapshots" in refused(tmp_path, head + f"south,{month},a,4\n")


def test_a_name_in_place_of_an_area_is_not_repeated(tmp_path: Path) -> None:
    """An unknown area that is a name is complained of by its line alone; a misspelt one is shown."""
    head = "area,month,question,answer\n"
    assert "Virtanen" not in refused(tmp_path, head + "Anna Virtanen,2024-05,a,4\n")
    assert "'suoth'" in refused(tmp_path, head + "suoth,2024-05,a,4\n")
