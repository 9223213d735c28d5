"""A few rows that cannot be used are left out and told; nothing of a person is repeated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.tables.look_book import Looked, read_book
from tests.tables.look_books import ANNA, BERTIL, HEADINGS, six, write_book

NOW = date(2021, 5, 1)
FORTY = [
    (f"b{i:02d}", "Tampere" if i % 2 else "Akaa", "fi", 1985, f"{i % 28 + 1}.3.2021", (ANNA, BERTIL)[i % 2])
    for i in range(40)
]


def looked(path: Path, day: date | None = None) -> Looked:
    """Read a workbook on the first of May 2021."""
    return read_book(path, day, Policy(), NOW)


def told(found: Looked) -> str:
    """Assumptions and notices, a line each, as they stand on the screen."""
    return "\n".join([*(f"{a.text} {a.remedy}" for a in found.assumptions), *found.notices])


def changed(place: int, column: int, value: object) -> list[tuple[object, ...]]:
    """The forty clients with one other cell."""
    rows = [list(row) for row in FORTY]
    rows[place][column] = value
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        (0, "Soita 040 1234567", "not a pseudonymous id"),
        (0, "010180-123A", "looks like a personal identity code"),
        (1, "Tamperee", "an unknown municipality"),
        (1, None, "a required cell is empty"),
        (2, "Anna Korhonen", "an unknown language"),
        (3, 2030, "a year after"),
        (4, "Soita 040 1234567", "not a date"),
        (4, "5.5.2033", "a start after today"),
    ],
)
def test_a_bad_row_is_left_out_and_told(tmp_path: Path, column: int, value: object, problem: str) -> None:
    """One row of forty with a fault is left out; column, fault and line are told, and no value."""
    found = looked(six(tmp_path / "a.xlsx", *changed(7, column, value)))
    assert found.snapshot.clients.height == 39
    assert found.snapshot.date == date(2021, 3, 28)
    assert "1 row of 40 cannot be used" in told(found)
    assert problem in told(found) and "line 9" in told(found)
    assert "Korhonen" not in told(found) and "040" not in told(found) and "010180" not in told(found)


def test_the_share_of_bad_rows_decides(tmp_path: Path) -> None:
    """Ten bad rows of forty are left out, with the lines of the first ten; eleven are refused, all at once."""
    rows = [(*row[:1], "Nowhere", *row[2:]) if i < 10 else row for i, row in enumerate(FORTY)]
    found = looked(six(tmp_path / "a.xlsx", *rows))
    assert found.snapshot.clients.height == 30
    assert "10 rows, lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11." in told(found)
    rows[10] = (*rows[10][:1], "Nowhere", *rows[10][2:])
    with pytest.raises(InputError) as caught:
        looked(six(tmp_path / "b.xlsx", *rows))
    assert len(caught.value.complaints) == 11


def test_five_per_cent_of_many_rows_are_left_out(tmp_path: Path) -> None:
    """Of 400 rows twenty may be left out, and twenty-one are refused."""
    many = [(f"c{i:03d}", *FORTY[i % 40][1:]) for i in range(400)]
    for count, fine in ((20, True), (21, False)):
        rows = [(*row[:4], "soon", row[5]) if i < count else row for i, row in enumerate(many)]
        path = six(tmp_path / f"{count}.xlsx", *rows)
        if fine:
            assert looked(path).snapshot.clients.height == 380
        else:
            with pytest.raises(InputError, match="not a date"):
                looked(path)


def test_two_people_with_one_id_are_never_left_out(tmp_path: Path) -> None:
    """A doubled id is refused although few rows are wrong, and although one of them has another fault."""
    with pytest.raises(InputError, match="more than once"):
        looked(six(tmp_path / "a.xlsx", *changed(7, 0, "b08")))
    rows = changed(7, 0, "b08")
    rows[7] = (*rows[7][:4], "soon", rows[7][5])
    with pytest.raises(InputError, match="more than once"):
        looked(six(tmp_path / "b.xlsx", *rows))


def test_a_doubtful_flag_of_protection_stops(tmp_path: Path) -> None:
    """Where it cannot be read whether an address is protected, nothing is left out and told by line."""
    rows = [(*row, "perhaps" if i == 3 else "ei") for i, row in enumerate(FORTY)]
    with pytest.raises(InputError, match="neither yes nor no"):
        looked(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, "turvakielto")))


def test_a_start_far_after_the_others_is_doubted(tmp_path: Path) -> None:
    """A latest start more than 45 days after 99 % of the others is said, with how many such there are."""
    many = [(f"c{i:03d}", *FORTY[i % 40][1:]) for i in range(200)]
    many[0] = (*many[0][:4], "28.4.2021", many[0][5])
    assert "days after 99 %" not in told(looked(six(tmp_path / "a.xlsx", *many)))
    many[0] = (*many[0][:4], "1.5.2021", many[0][5])
    many = [(*row[:4], row[4].replace(".3.", ".2.") if i else row[4], row[5]) for i, row in enumerate(many)]
    assert "The latest start, 2021-05-01, is 62 days after 99 %" in told(
        looked(six(tmp_path / "b.xlsx", *many))
    )
    assert "days after 99 %" not in told(looked(six(tmp_path / "b.xlsx", *many), NOW))


def test_only_coaches_of_rows_that_are_used_are_there(tmp_path: Path) -> None:
    """A coach whom only a row that is left out names is no coach."""
    rows = changed(7, 5, "Cecilia Holm")
    rows[7] = (*rows[7][:4], "soon", rows[7][5])
    assert sorted(looked(six(tmp_path / "a.xlsx", *rows)).names.values()) == [ANNA, BERTIL]


def test_a_name_that_may_be_a_slip_is_told_apart_from_the_screen(tmp_path: Path) -> None:
    """A coach of one client whose name is nearly another's is counted; the names are for page and workbook."""
    found = looked(six(tmp_path / "a.xlsx", *changed(7, 5, "Bertil Lindhol")))
    near = next(a for a in found.assumptions if "close to another" in a.text)
    assert near.rows == 1 and "1 coach of one or two clients" in near.text
    assert "Lindhol" not in told(found)
    assert "Bertil Lindhol → V003 Bertil Lindholm" in near.detail
    assert len(found.unlisted) == 3


def test_other_names_are_no_slips(tmp_path: Path) -> None:
    """A coach of one client with a name of its own is not doubted; nor is one of three clients."""
    found = looked(six(tmp_path / "a.xlsx", *changed(7, 5, "Cecilia Holm")))
    assert "close to another" not in told(found)
    rows = [(*row[:5], "Ana Virtanen") if i in (0, 2, 4) else row for i, row in enumerate(FORTY)]
    assert "close to another" not in told(looked(six(tmp_path / "b.xlsx", *rows)))


@pytest.mark.parametrize("word", ["Turvakielto", "***", None, "Spärrmarkering"])
def test_masked_municipalities_of_protected_clients_do_no_harm(tmp_path: Path, word: object) -> None:
    """A client with a protected address needs no municipality, and nothing asks for one."""
    rows = [(*row, "kyllä" if i == 7 else "ei") for i, row in enumerate(changed(7, 1, word))]
    found = looked(six(tmp_path / "a.xlsx", *rows, headings=(*HEADINGS, "turvakielto")))
    assert found.snapshot.clients.height == 39
    assert "cannot be used" not in told(found) and "required" not in told(found)
    assert "they are few, and not counted" in told(found)
    assert found.snapshot.coaches["protected_clients"].sum() == 1


def test_the_word_in_place_of_the_municipality_protects(tmp_path: Path) -> None:
    """Without a column for it, `turvakielto` as municipality leaves the client apart; from five they are counted."""
    rows = [(*row[:1], "turvakielto", *row[2:]) if i < 5 else row for i, row in enumerate(FORTY)]
    found = looked(six(tmp_path / "a.xlsx", *rows))
    assert found.snapshot.clients.height == 35
    assert not set(found.snapshot.clients["client_id"]) & {f"b0{i}" for i in range(5)}
    assert "5 clients with a protected address are left out" in told(found)


def test_names_in_headings_and_sheets_are_not_repeated(tmp_path: Path) -> None:
    """Sheets and columns named after a person are told by number or dots, in notices and complaints."""
    rows = [(*row, "x") for row in FORTY]
    sheets = {"Anna Virtasen asiakkaat": [(*HEADINGS, "Annan muistiot"), *rows], "Virtanen Anna": [("x",)]}
    notes = told(looked(write_book(tmp_path / "a.xlsx", **sheets)))
    assert "Anna" not in notes and "Virta" not in notes
    assert "1 column was not read: …" in notes and "#2" in notes
    sheets["Anna Virtasen asiakkaat"] = [HEADINGS, *changed(0, 0, "b01")]
    with pytest.raises(InputError) as caught:
        looked(write_book(tmp_path / "b.xlsx", **sheets))
    assert "Anna" not in str(caught.value) and "#1" in str(caught.value)
