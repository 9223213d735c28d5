"""A move list reads back, also after a spreadsheet had it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.moves import MOVES
from optimiser.tables.moves_file import read_moves
from optimiser.tables.write import write_table

SCHEMA = {c.name: c.dtype for c in MOVES.columns}


def moves() -> pl.DataFrame:
    """An exchange, decided on in one row, and the placement of a new client."""
    rows = [
        (1, "exchange", "k1", "v1", "v2", "moved", 12.25, None, 1, date(2021, 9, 6), "=less travel"),
        (1, "exchange", "k2", "v2", "v1", "moved", 12.25, None, 1, date(2021, 9, 6), "a, b; c"),
        (2, "placement", "k3", None, "v1", "new", -3.5, "1", 2, date(2021, 9, 13), None),
    ]
    decided = [("accepted", "client_wish", "e7", date(2021, 9, 2)), (None,) * 4, (None,) * 4]
    whole = [row + words for row, words in zip(rows, decided, strict=True)]
    return pl.DataFrame(whole, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("finnish", [False, True])
def test_a_written_move_list_reads_back(tmp_path: Path, finnish: bool) -> None:
    """Both ways of writing keep every cell; the lines are those of the file."""
    write_table(moves(), MOVES, tmp_path / "moves.csv", finnish)
    for path in (tmp_path, tmp_path / "moves.csv"):
        found = read_moves(path)
        assert found.drop("line").equals(moves())
        assert found["line"].to_list() == [2, 3, 4]


def test_only_what_is_needed_must_be_there(tmp_path: Path) -> None:
    """Columns that say why may be taken out; a spreadsheet's own dates and orders are understood."""
    text = (
        "askel;asiakas;valmentajalta;valmentajalle;päätös;vahvistaja;vahvistettu\n"
        "2;k3;;v1;;;\n"
        "1;k1;v1;v2;accepted;e7;2.9.2021\n"
    )
    (tmp_path / "moves.csv").write_text(text, encoding="cp1252")
    found = read_moves(tmp_path)
    assert found["client_id"].to_list() == ["k1", "k3"]
    assert found["confirmed_at"].to_list() == [date(2021, 9, 2), None]
    assert found["reason_code"].null_count() == 2


@pytest.mark.parametrize("words", [("hyväksytty", "Hylätty"), ("HYVÄKSYTTY", "rejected")])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_decisions_may_be_finnish(tmp_path: Path, words: tuple[str, str], encoding: str) -> None:
    """They mean the same in any case of letters."""
    text = (
        "askel;asiakas;valmentajalta;valmentajalle;päätös;vahvistaja;vahvistettu\n"
        f"1;k1;v1;v2;{words[0]};e7;2.9.2021\n2;k3;;v1;{words[1]};;\n3;k4;;v1;;;\n"
    )
    (tmp_path / "moves.csv").write_text(text, encoding=encoding)
    found = read_moves(tmp_path)
    assert found["decision"].to_list() == ["accepted", "rejected", None]
    assert found.schema["decision"] == MOVES.by_name["decision"].dtype
    (tmp_path / "moves.csv").write_text(text.replace(words[0], "hyvaksytty"), encoding=encoding)
    with pytest.raises(InputError, match=r"line 2, column päätös: .*Did you mean hyväksytty"):
        read_moves(tmp_path)


def complaints(tmp_path: Path, frame: pl.DataFrame) -> list[tuple[int, str]]:
    """Line and column of what is wrong with a move list."""
    frame.with_columns(reason=pl.lit("why")).write_csv(tmp_path / "moves.csv")
    with pytest.raises(InputError) as error:
        read_moves(tmp_path)
    return [(c.line, c.column) for c in error.value.complaints]


def test_bad_cells_are_told_with_their_place(tmp_path: Path) -> None:
    """Unknown decisions, reason codes, steps and days are complaints, all at once."""
    text = moves().cast(pl.String)
    bad = text.with_columns(
        step=pl.Series(["1", "x", "2"]),
        decision=pl.Series(["maybe", None, None]),
        reason_code=pl.Series(["illness", None, None]),
        confirmed_at=pl.Series([None, None, "soon"]),
        to_coach_id=pl.Series(["v2", "v1", None]),
    )
    assert complaints(tmp_path, bad) == [
        (2, "decision"),
        (2, "reason_code"),
        (3, "step"),
        (4, "confirmed_at"),
        (4, "to_coach_id"),
    ]


def test_a_row_twice_is_refused(tmp_path: Path) -> None:
    """A client stands in a step once."""
    assert complaints(tmp_path, pl.concat([moves(), moves()[:1]])) == [(5, "step")]


def test_a_name_in_place_of_an_id_is_refused_unseen(tmp_path: Path) -> None:
    """Officials are pseudonymous as well: an e-mail address is refused and not repeated."""
    text = moves().cast(pl.String).with_columns(confirmed_by=pl.Series(["matti.meika@kunta.fi", None, None]))
    text.write_csv(tmp_path / "moves.csv")
    with pytest.raises(InputError) as error:
        read_moves(tmp_path)
    assert "confirmed_by" in str(error.value)
    assert "matti" not in str(error.value)


def test_no_move_list(tmp_path: Path) -> None:
    """A folder without one says where it comes from."""
    with pytest.raises(InputError, match="there is no move list"):
        read_moves(tmp_path)
