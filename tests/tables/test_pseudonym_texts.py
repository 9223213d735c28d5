"""Cells that go out as they stand tell of no person of the export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.raw_exports import with_columns
from tests.tables.region import TABLES
from tests.tables.test_pseudonyms import made, refused

DEPARTURE = "client_id,date,reason,paragraph,coach_id\nk9,2024-02-01,job_found,{},v1\nk8,2024-02-01,job_found,4 §,v1\n"


@pytest.mark.parametrize(
    "text",
    [
        "380/2023 § 14",
        "Laki työvoimapalveluiden järjestämisestä (380/2023) 36 § 2 mom.",
        "Act 380/2023, section 4 a",
    ],
)
def test_a_paragraph_stays(tmp_path: Path, text: str) -> None:
    """What names a paragraph of a law goes out as it stands."""
    found = made(tmp_path / "raw", departures=DEPARTURE.format(f'"{text}"'))
    assert set(found.snapshot.departures["paragraph"]) == {text, "4 §"}
    assert not [row for row in found.dropped.rows() if row[2] == "free_text"]


@pytest.mark.parametrize(
    "text", ["Aino Mäki sai työpaikan", "14 § Korhonen", "040 123 4567", "k9", "muutti, ks. laki"]
)
def test_free_text_is_dropped(tmp_path: Path, text: str) -> None:
    """Anything else in the place of a paragraph stays behind, and the column is listed; the other rows keep theirs."""
    found = made(tmp_path / "raw", departures=DEPARTURE.format(f'"{text}"'))
    assert found.snapshot.departures["paragraph"].drop_nulls().to_list() == ["4 §"]
    assert ("departures.csv", "paragraph", "free_text") in found.dropped.rows()


@pytest.mark.parametrize(
    ("tables", "place", "problem"),
    [
        (
            {"units": TABLES["units"].replace("Centre", "Tiimi Aino KORHONEN")},
            "units.csv, line 2, column name",
            "named",
        ),
        (
            {"units": TABLES["units"].replace("Centre", '"Mäkelä, Juhani"')},
            "units.csv, line 2, column name",
            "named",
        ),
        (
            {"snapshot": TABLES["snapshot"].replace("hand", "kysy: 040 123 4567")},
            "line 2, column source",
            "telephone",
        ),
        ({"clients": with_columns("clients", skills={"k2": "excel k2"})}, "line 3, column skills", "an id"),
        (
            {"clients": with_columns("clients", occupations={"k3": "0401234567"})},
            "line 4, column occup",
            "telephone",
        ),
        (
            {"clients": with_columns("clients", skills={"k2": "AS-2044"}).replace("\nk4,", "\nas-2044,")}
            | {"exclusions": None},
            "line 3, column skills",
            "an id",
        ),
    ],
)
def test_persons_in_other_cells(
    tmp_path: Path, tables: dict[str, str | None], place: str, problem: str
) -> None:
    """Names, ids and telephone numbers in cells that would go out are told with their line, without the value."""
    told = refused(tmp_path / "raw", **tables)
    assert [line for line in told if place in line and problem in line], told


def test_codes_that_are_ids_of_others(tmp_path: Path) -> None:
    """A short code that happens to be somebody else's id may stand."""
    made(tmp_path / "raw", clients=with_columns("clients", skills={"k2": "k1 excel", "k3": "word"}))
