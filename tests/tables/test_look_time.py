"""Working time as share, per cent or hours a week, and other measures of what a coach can take."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import COACHES
from optimiser.tables.look_book import read_book
from optimiser.tables.look_grid import DAYS_1900
from optimiser.tables.look_values import understood
from tests.tables.look_books import ANNA, BERTIL, HEADINGS, ROWS, write_book

NOW = date(2021, 5, 1)


@pytest.mark.parametrize(
    ("given_time", "share"), [("80 %", 0.8), ("0,8", 0.8), (80, 0.8), ("100", 1.0), (0.5, 0.5)]
)
def test_working_time_may_be_per_cent_or_a_share(given_time: object, share: float) -> None:
    """Per cent signs, decimal commas and figures too large for a post are understood."""
    lines = pl.Series("line", [2], dtype=pl.Int32)
    found = understood(pl.Series([str(given_time)]), lines, "coaches", COACHES.by_name["fte"], DAYS_1900)
    assert float(found.values[0].replace(",", ".")) == pytest.approx(share)


@pytest.mark.parametrize(
    ("heading", "given_times", "posts", "full"),
    [
        ("tunnit viikossa", (37.5, 30), (1.0, 0.8), "37.5"),
        ("hours a week", (40, 20), (1.0, 0.5), "40"),
        ("timmar per vecka", ("37,5 h", "18,75"), (1.0, 0.5), "37.5"),
        ("työaika", (38.25, "80 %"), (1.0, 0.8), "38.25"),
        ("työaika", ("37,5 h", 0.8), (1.0, 0.8), "37.5"),
        ("työaika", (18.75, 15), (0.5, 0.4), "37.5"),
    ],
)
def test_hours_a_week_are_shares_of_the_fullest_week(
    tmp_path: Path, heading: str, given_times: tuple[object, ...], posts: tuple[float, ...], full: str
) -> None:
    """Hours a week are understood beside per cent and shares; what was taken for full time is said."""
    listed = [("valmentaja", heading), *zip((ANNA, BERTIL), given_times, strict=True)]
    found = read_book(
        write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed), NOW, Policy()
    )
    assert found.snapshot.coaches["fte"].to_list() == pytest.approx(list(posts))
    assert any(f"; {full} hours are taken for full time" in a.text for a in found.assumptions)


def test_hours_that_nobody_works_are_refused(tmp_path: Path) -> None:
    """A working time of 60 hours is neither a share, nor per cent, nor hours of a week."""
    listed = [("valmentaja", "työaika"), (ANNA, "60 h"), (BERTIL, 38.25)]
    path = write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed)
    with pytest.raises(InputError, match="työaika: not a number"):
        read_book(path, NOW, Policy())


def test_minutes_and_most_clients_of_a_coach_are_understood(tmp_path: Path) -> None:
    """The minutes that a coach has are those of the part-time post; a limit of clients is one of heads."""
    listed = [
        ("valmentaja", "työaika", "kapasiteetti (min)", "enintään asiakkaita"),
        (ANNA, "50 %", 2000, 40),
        (BERTIL, "100 %", 4000, 80),
    ]
    found = read_book(
        write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *ROWS], Valmentajat=listed), NOW, Policy()
    )
    coaches = found.snapshot.coaches.select("full_time_minutes", "limit_heads")
    assert coaches.rows() == [(4000.0, 40), (4000.0, 80)]
