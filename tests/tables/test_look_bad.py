"""A workbook that cannot be used is refused with every complaint, and without a name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.tables.look_book import read_book
from tests.tables.look_books import ANNA, HEADINGS, ROWS, six, write_book


def refused(path: Path) -> str:
    """Read a workbook that must be refused; the complaints."""
    with pytest.raises(InputError) as caught:
        read_book(path, date(2021, 5, 1), Policy())
    return str(caught.value)


@pytest.mark.parametrize(
    ("row", "word"),
    [
        (("a1", "Tamprere", "fi", 1985, "1.3.2021", ANNA), "Did you mean Tampere"),
        (("a1", "837", "klingon", 1985, "1.3.2021", ANNA), "language"),
        (("a1", "837", "fi", "old", "1.3.2021", ANNA), "syntymävuosi"),
        (("a1", "837", "fi", 1985, "31.2.2021", ANNA), "no such day"),
        (("a1", None, "fi", 1985, "1.3.2021", ANNA), "required"),
        (("a1", "837", "fi", 1985, "1.3.2022", ANNA), "after the snapshot"),
        (("Matti Meikäläinen", "837", "fi", 1985, "1.3.2021", ANNA), "pseudonymise"),
        (("131052-308T", "837", "fi", 1985, "1.3.2021", ANNA), "identity codes"),
        (("a1", "837", "fi", 1985, "1.3.2021", "anna.virtanen@example.fi"), "e-mail"),
    ],
)
def test_what_cannot_be_used_is_refused_with_advice(
    tmp_path: Path, row: tuple[object, ...], word: str
) -> None:
    """Each bad value is a complaint with the sheet, and no name or code is repeated."""
    told = refused(six(tmp_path / "a.xlsx", row))
    assert word in told and "a.xlsx, Asiakkaat" in told
    assert ANNA not in told and "Meikäläinen" not in told and "131052" not in told and "@" not in told


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    """A wrong municipality and a wrong date in two rows are told together."""
    told = refused(
        six(
            tmp_path / "a.xlsx",
            ("a1", "Nowhere", "fi", 1985, "1.3.2021", ANNA),
            ("a2", "837", "fi", 1985, "never", ANNA),
            ("a2", "837", "fi", 1986, "1.3.2021", ANNA),
        )
    )
    assert "line 2" in told and "line 3" in told and "more than once" in told


def test_two_people_with_one_id_are_told(tmp_path: Path) -> None:
    """Two rows of one id are both named."""
    told = refused(six(tmp_path / "a.xlsx", *ROWS, ("a1", "837", "fi", 1960, "1.3.2021", ANNA)))
    assert told.count("more than once") == 2


@pytest.mark.parametrize(
    "heading",
    [
        *("Nimi", "Henkilötunnus", "Sähköposti", "Asiakkaan nimi", "syntymäaika_hetu", "Matkapuhelin", "GSM"),
        *("Kundens namn", "Personnummer", "Telefonnummer", "Hemadress", "Telephone", "Asiakkaan puhelin"),
    ],
)
def test_columns_of_clients_own_data_are_refused(tmp_path: Path, heading: str) -> None:
    """A further column of names or contact details is refused, although it would not be read."""
    rows = [(*row, "x") for row in ROWS]
    assert heading in refused(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, heading)))


def test_names_of_clients_in_any_column_are_refused(tmp_path: Path) -> None:
    """Names under a heading that says nothing are found by their form."""
    rows = [
        (*row, name)
        for row, name in zip(
            ROWS, ["Matti Laine", "Liisa Salo", "Ville Aho", "Eeva Niemi", "Timo Koski"], strict=True
        )
    ]
    told = refused(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, "huomio")))
    assert "names of persons" in told and "Laine" not in told


def test_a_formula_without_a_value_is_refused(tmp_path: Path) -> None:
    """A formula that was never calculated has no value to read."""
    told = refused(six(tmp_path / "a.xlsx", *ROWS, ("a9", "837", "fi", "=1900+85", "1.3.2021", ANNA)))
    assert "formula" in told and "line 7" in told


def test_a_workbook_without_clients_says_what_to_head(tmp_path: Path) -> None:
    """A workbook with other sheets is refused with the six headings."""
    told = refused(write_book(tmp_path / "a.xlsx", Budjetti=[("vuosi", "euroa"), (2021, 5)]))
    assert "valmentaja" in told and "syntymävuosi" in told


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.pdf"])
def test_files_that_are_no_workbook_are_refused(tmp_path: Path, name: str) -> None:
    """Bytes that are no workbook, and kinds that are not read, are refused."""
    (tmp_path / name).write_bytes(b"not a workbook")
    assert "Excel" in refused(tmp_path / name)


@pytest.mark.parametrize("rows", [[(*row[:5], None) for row in ROWS], [(*row[:5], "-") for row in ROWS]])
def test_a_workbook_without_any_coach_is_refused(tmp_path: Path, rows: list[tuple[object, ...]]) -> None:
    """Where no coach is named anywhere there is nothing to weigh hours against."""
    assert "no coach is named" in refused(six(tmp_path / "a.xlsx", *rows))
