"""Personal data is refused, the column named and no value repeated."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.personal import held_by
from optimiser.tables.read import read_snapshot
from tests.tables.region import TABLES, changed, write_region

CODE = "131052-308T"


def refusal(folder: Path, set_aside: bool = False) -> InputError:
    """The error of a region that must be refused."""
    with pytest.raises(InputError) as caught:
        read_snapshot(folder, set_aside=set_aside)
    return caught.value


@pytest.mark.parametrize("sign", "-+ABCDEFUVWXYa")
def test_identity_codes_of_every_century(tmp_path: Path, sign: str) -> None:
    """All century signs, old and new, are known; setting aside is no way round."""
    code = CODE.replace("-", sign)
    spoilt = changed("clients", "k4,837", f"{code},837")
    for set_aside in (False, True):
        error = refusal(write_region(tmp_path, **spoilt), set_aside)
        assert ("client_id", "the column holds personal identity codes") in [
            (c.column, c.problem) for c in error.complaints
        ]
        assert code not in str(error)


def test_identity_code_inside_text_and_in_unknown_columns(tmp_path: Path) -> None:
    """A code inside a longer text, or in a column that is not declared, is found as well."""
    spoilt = changed("units", "Centre", f"hetu {CODE} of someone")
    head, *rows = TABLES["clients"].splitlines()
    spoilt["clients"] = "\n".join([head + ",note", *[r + "," + CODE for r in rows]])
    error = refusal(write_region(tmp_path, **spoilt))
    found = {(c.file, c.column) for c in error.complaints if "identity codes" in c.problem}
    assert found == {("units.csv", "name"), ("clients.csv", "note")}
    assert CODE not in str(error)


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("URA, export of Matti Virtanen", True),
        ("tilannut Virtanen Matti 5.1.2024", True),
        ("Customer system of Lahti and Salo", False),
        ("Sofia 2.0, Tampere", False),
    ],
)
def test_names_in_free_text(tmp_path: Path, source: str, refused: bool) -> None:
    """A common given name beside a common surname tells of somebody; a town or one name alone does not."""
    text = f'date,region,source\n2024-03-04,Testiseutu,"{source}"\n'
    folder = write_region(tmp_path, snapshot=text)
    if not refused:
        assert read_snapshot(folder).source == source
        return
    error = refusal(folder)
    assert ("source", "the column holds names of persons") in [
        (c.column, c.problem) for c in error.complaints
    ]
    assert "Virtanen" not in str(error)


def test_a_wrong_check_character_is_no_identity_code(tmp_path: Path) -> None:
    """What only looks like a code is no personal data, but is not repeated either."""
    error = refusal(write_region(tmp_path, **changed("clients", "in_person,v1", "in_person,131052-308U")))
    assert [(c.column, c.problem, c.value) for c in error.complaints] == [
        ("coach_id", "an unknown coach", "")
    ]


def test_e_mail_addresses(tmp_path: Path) -> None:
    """E-mail addresses in any column are refused without being shown."""
    error = refusal(write_region(tmp_path, **changed("clients", "k4,837", "first.last@example.org,837")))
    assert "the column holds e-mail addresses" in [c.problem for c in error.complaints]
    assert "example.org" not in str(error)


@pytest.mark.parametrize("name", ["Matti Virtanen", '"Virtanen, Matti"', "virtanen.matti", "Matti-Virtanen"])
def test_names_as_ids(tmp_path: Path, name: str) -> None:
    """Names of persons in an id column are refused without being shown."""
    error = refusal(write_region(tmp_path, **changed("clients", "k4,837", f"{name},837")))
    assert ("client_id", "the column holds names of persons") in [
        (c.column, c.problem) for c in error.complaints
    ]
    assert "irtanen" not in str(error)


@pytest.mark.parametrize("heading", ["nimi", "Henkilötunnus", "e-mail", "Suku nimi", "HETU"])
def test_headings_of_personal_data(tmp_path: Path, heading: str) -> None:
    """A column headed as personal data is refused in tables of persons, whatever it holds."""
    head, *rows = TABLES["coaches"].splitlines()
    coaches = "\n".join([f"{head},{heading}", *[r + ",x" for r in rows]])
    error = refusal(write_region(tmp_path, coaches=coaches))
    assert [(c.column, c.problem) for c in error.complaints] == [
        (heading, "a column of personal data (names, identity codes, contact details)")
    ]


def test_place_names_are_no_persons(tmp_path: Path) -> None:
    """Names of municipalities, areas and units are no names of persons."""
    spoilt = changed("municipalities", "south", "Läntinen Pirkanmaa") | changed(
        "units", "Centre", "Anna Aalto"
    )
    assert read_snapshot(write_region(tmp_path, **spoilt)).municipalities["area"][0] == "Läntinen Pirkanmaa"


@pytest.mark.parametrize(
    ("coded", "others", "told"), [(30, 30, True), (30, 31, False), (2, 0, False), (3, 0, True)]
)
def test_the_form_of_codes_is_enough_for_half_of_the_values(coded: int, others: int, told: bool) -> None:
    """Codes with wrong check characters are personal data where at least half of the values have their form."""
    codes = [f"{1 + i % 28:02d}0775-{100 + i}G" for i in range(coded)]
    cells = pl.Series([*codes, *(f"A{i}" for i in range(others))])
    assert bool(held_by(cells, named=False, alone=True)) is told


def test_numbers_of_no_day_are_no_codes() -> None:
    """What has the form of codes but no possible day or month is no personal data."""
    cells = pl.Series([f"{i:02d}1375-115X" for i in range(32, 90)])
    assert not held_by(cells, named=False, alone=True)


def test_names_in_other_columns_are_not_repeated(tmp_path: Path) -> None:
    """A name where a language should stand is a complaint without the value; a misspelt code is shown."""
    error = refusal(write_region(tmp_path / "a", **changed("coaches", "fi sv", "Anna Virtanen")))
    assert error.complaints and "irtanen" not in str(error)
    error = refusal(write_region(tmp_path / "b", **changed("coaches", "fi sv", "fi svv")))
    assert "'svv'" in str(error) or "'fi svv'" in str(error)
