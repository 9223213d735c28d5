"""Hours against capacity today, solved by hand, and what moving could bring."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.allocation.look import Possible, Today, advice, possible, thin_coaches, today
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.look_book import read_book
from optimiser.tables.read import read_snapshot
from tests.cli.calls import call
from tests.tables.look_books import HEADINGS, six, write_book

DAY = date(2021, 5, 1)
TWELVE = [
    (
        f"a{i:02d}",
        "Tampere" if i < 7 else "Akaa",
        "fi",
        1985,
        "1.3.2021",
        None if i == 11 else "K1" if i < 6 else "K2",
    )
    for i in range(12)
]
"""K1 has 6 clients of Tampere, K2 one of Tampere and 4 of Akaa; one of Akaa has nobody."""


def policy(full_time_minutes: float) -> Policy:
    """The defaults with another capacity of a post."""
    base = Policy()
    capacity = base.capacity.model_copy(update={"full_time_minutes": full_time_minutes})
    return base.model_copy(update={"capacity": capacity})


def looked(path: Path, rules: Policy) -> tuple[Today, Possible, list[str]]:
    """A look at a workbook."""
    snapshot = read_book(path, DAY, rules).snapshot
    now, could = today(snapshot, rules), possible(snapshot, rules)
    return now, could, [str(line) for line in advice(now, could, rules)]


def test_hours_are_those_counted_by_hand(tmp_path: Path) -> None:
    """Until May 2022 a client takes a third of a 50-minute meeting a month; a post has 90 minutes here."""
    now, _, _ = looked(six(tmp_path / "a.xlsx", *TWELVE), policy(90.0))
    client = 50 / 3 / 60
    coaches = now.coaches.sort("coach_id")
    assert coaches["hours"].to_list() == pytest.approx([6 * client, 5 * client])
    assert coaches["used"].to_list() == pytest.approx([100 / 90, 250 / 3 / 90])
    assert now.utilisation.bands == {"<95": 1, "95-100": 0, "100-110": 0, ">110": 1}
    assert (now.clients, now.without_coach) == (12, 1)
    assert now.hours == pytest.approx(12 * client)
    assert now.capacity_hours == pytest.approx(3.0)


def test_a_municipality_has_the_part_of_a_coach_that_its_clients_take(tmp_path: Path) -> None:
    """Tampere has all of K1 and a sixth of K2, Akaa five sixths of K2; its client without a coach takes nothing."""
    one_more = ("a12", "Akaa", "fi", 1985, "1.3.2021", "K2")
    now, _, _ = looked(six(tmp_path / "a.xlsx", *TWELVE, one_more), policy(90.0))
    rows = {row["municipality"]: row for row in now.municipalities.to_dicts()}
    assert rows["020"]["clients"] == 6
    assert rows["020"]["hours"] == pytest.approx(5 * 50 / 3 / 60)
    assert rows["837"]["capacity_hours"] == pytest.approx((90 + 15) / 60)
    assert rows["020"]["capacity_hours"] == pytest.approx(75 / 60)
    assert rows["837"]["used"] == pytest.approx(7 * 50 / 3 / 105)
    assert rows["020"]["used"] == pytest.approx(5 * 50 / 3 / 75)
    assert now.municipalities["capacity_hours"].sum() == pytest.approx(now.capacity_hours)


def test_few_clients_are_held_back_with_the_next_smallest(tmp_path: Path) -> None:
    """A municipality of four clients shows nothing, and the next smallest nothing either."""
    rows = [
        (f"b{i:02d}", name, "fi", 1985, "1.3.2021", "K1")
        for i, name in enumerate(["Nokia"] * 4 + ["Akaa"] * 6 + ["Tampere"] * 9)
    ]
    now, _, _ = looked(six(tmp_path / "a.xlsx", *rows), policy(5700.0))
    shown = {row["municipality"]: row["clients"] for row in now.municipalities.to_dicts()}
    assert shown == {"536": None, "020": None, "837": 9}
    hidden = now.municipalities.filter("hidden")
    assert hidden.select("hours", "capacity_hours", "used").null_count().row(0) == (2, 2, 2)


def test_the_hours_of_a_client_without_a_coach_do_not_come_out(tmp_path: Path) -> None:
    """Municipalities, units and coaches tell the same hours in all; four clients with a coach tell none."""
    now, _, _ = looked(six(tmp_path / "a.xlsx", *TWELVE), policy(90.0))
    assert now.municipalities["hidden"].to_list() == [True, True], "of five in Akaa one has no coach"
    one_more = ("a12", "Akaa", "fi", 1985, "1.3.2021", "K2")
    now, _, _ = looked(six(tmp_path / "b.xlsx", *TWELVE, one_more), policy(90.0))
    assert now.without_coach == 1
    assert now.municipalities["hours"].sum() == pytest.approx(now.placed_hours)
    assert now.coaches["hours"].sum() == pytest.approx(now.placed_hours)


def test_missing_hours_are_told_as_posts(tmp_path: Path) -> None:
    """Of 200 minutes wanted and 180 there, 20 are missing: two ninths of a post, told as 0.3."""
    _, could, told = looked(six(tmp_path / "a.xlsx", *TWELVE), policy(90.0))
    assert could.free.without_coach == 0
    assert any("0.3 full-time posts" in line for line in told)
    assert any("Of 1 client without a coach, 1 can have one" in line for line in told)


def test_moving_levels_the_load(tmp_path: Path) -> None:
    """Ten clients with one of two coaches are shared, and the sentence says from where to where."""
    rows = [(f"c{i:02d}", "Tampere", "fi", 1985, "1.3.2020", "K1" if i < 10 else "K2") for i in range(12)]
    listed = [("valmentaja", "palvelee"), ("K1", "837"), ("K2", "837")]
    path = write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *rows], Valmentajat=listed)
    rules = policy(120.0)
    cheap = rules.prices.handover.model_copy(update={"minutes": 6.0})
    rules = rules.model_copy(update={"prices": rules.prices.model_copy(update={"handover": cheap})})
    now, could, told = looked(path, rules)
    assert now.utilisation.bands[">110"] == 1
    assert could.movable == 12
    assert could.still.moved == could.few.moved == 0, "3 % of 12 clients are none"
    assert could.free.moved > 0 and could.free.crowded == 0 and could.free.fullest <= 1.0
    assert any("above 110 % from 1 to 0" in line for line in told)


def test_no_moves_are_advised_where_nobody_is_overloaded(tmp_path: Path) -> None:
    """Moves that pay otherwise, but level no overload, are not advised: nothing needs to be done."""
    rows = [(f"c{i:02d}", "Tampere", "fi", 1985, "1.3.2020", "K1" if i < 10 else "K2") for i in range(12)]
    path = write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *rows])
    rules = policy(5700.0)
    now, could, _ = looked(path, rules)
    moved = replace(could, free=replace(could.free, moved=5, fullest=now.utilisation.max + 0.2))
    told = [str(line) for line in advice(now, moved, rules)]
    assert "No coach is above 100 %: nobody needs to move for the loads." in told
    assert not any("from" in line for line in told)


def test_only_what_gets_better_is_told_of_moves(tmp_path: Path) -> None:
    """Above capacity but with nobody above 110 %, the fullest alone is told; where nothing improves, that."""
    rows = [(f"c{i:02d}", "Tampere", "fi", 1985, "1.3.2020", "K1" if i < 6 else "K2") for i in range(10)]
    path = write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *rows])
    rules = policy(95.0)
    now, could, _ = looked(path, rules)
    assert now.utilisation.bands[">110"] == 0 and now.utilisation.max > 1.0
    better = replace(could.free, moved=1, fullest=0.9, bands=now.utilisation.bands)
    told = [str(line) for line in advice(now, replace(could, free=better), rules)]
    assert any("the fullest coach from 105 % to 90 %" in line for line in told)
    assert not any("above 110 % from" in line for line in told)
    worse = replace(better, fullest=now.utilisation.max + 0.01)
    told = [str(line) for line in advice(now, replace(could, free=worse), rules)]
    assert "No moves would make the coaches less overloaded than they are." in told
    assert not any("from" in line for line in told)


def test_hours_saved_with_interpreters_are_told(tmp_path: Path) -> None:
    """Three hours less with interpreters are worth a word, one is not."""
    now, could, _ = looked(six(tmp_path / "a.xlsx", *TWELVE), policy(5700.0))
    now = replace(now, interpreter_hours=10.0)
    for left, said in ((7.0, True), (9.0, False)):
        free = replace(could.free, moved=4, interpreter_hours=left)
        told = [str(line) for line in advice(now, replace(could, free=free), Policy())]
        assert any("interpreters take 3 hours a month less" in line for line in told) is said


def test_capacity_of_coaches_of_very_few_clients_is_told(tmp_path: Path) -> None:
    """Of the coaches in no list, those of one or two clients are told with the hours that rest on them."""
    rows = [(f"c{i:02d}", "Tampere", "fi", 1985, "1.3.2020", f"K{1 + (i > 8) + (i > 10)}") for i in range(12)]
    rules = policy(120.0)
    book = read_book(six(tmp_path / "a.xlsx", *rows), DAY, rules)
    assert book.unlisted == {"K1", "K2", "K3"}
    (found,) = thin_coaches(today(book.snapshot, rules), book.unlisted)
    assert "2 coaches who are in no list have fewer than 3 clients: 4 hours" in found.text
    assert found.rows == 3
    assert thin_coaches(today(book.snapshot, rules), {"K1"}) == []


def test_languages_that_nobody_works_in_are_told(tmp_path: Path) -> None:
    """Six Arabic-speaking clients of a coach who works in Finnish alone are counted; two others are not named."""
    rows = [
        (f"d{i}", "Tampere", "ar" if i < 6 else "so" if i < 8 else "fi", 1985, "1.3.2021", "K1")
        for i in range(12)
    ]
    listed = [("valmentaja", "kielet"), ("K1", "fi")]
    path = write_book(tmp_path / "a.xlsx", Asiakkaat=[HEADINGS, *rows], Valmentajat=listed)
    now, _, told = looked(path, policy(5700.0))
    assert now.tongues_clients == 8
    assert now.tongues.is_empty(), "beside a language of two clients the other is held back"
    assert now.interpreter_hours == pytest.approx(8 * 0.8 * 30 / 3 / 60)
    assert any("8 clients" in line and "interpreter" in line for line in told)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A made-up region of 280 clients, read."""
    folder = tmp_path_factory.mktemp("look") / "region"
    assert call("demo", folder, "--clients", 280, "--coaches", 10).code == 0
    return read_snapshot(folder)


def usual(frame: pl.DataFrame, table: str, kept: set[str]) -> pl.DataFrame:
    """A table with the default in every column but some."""
    columns = [c for c in TABLES[table].columns if c.name not in kept]
    return frame.with_columns(pl.lit(c.default, c.dtype).alias(c.name) for c in columns)


def test_a_region_in_six_columns_has_the_loads_of_the_region(demo: Snapshot, tmp_path: Path) -> None:
    """Written as six columns and a list of coaches, a region has its own loads where the assumptions hold."""
    six_columns = {"client_id", "municipality", "language", "birth_year", "registered_on", "coach_id"}
    listed = ["coach_id", "unit_id", "municipality", "serves", "languages", "fte"]
    plain = demo.replace(
        clients=usual(demo.clients, "clients", six_columns),
        coaches=usual(demo.coaches, "coaches", set(listed)),
        units=demo.units.with_columns(integration=pl.lit(False)),
        absences=demo.absences.clear(),
        exclusions=demo.exclusions.clear(),
        pins=demo.pins.clear(),
    )
    names = ("client_id", "municipality", "language", "birth_year", "registered_on", "coach_id")
    heads = ("valmentaja", "yksikkö", "toimipaikka", "palvelee", "kielet", "työaika")
    path = write_book(
        tmp_path / "a.xlsx",
        Asiakkaat=[HEADINGS, *demo.clients.select(names).rows()],
        Valmentajat=[heads, *demo.coaches.select(listed).rows()],
    )
    read = read_book(path, demo.date, Policy()).snapshot
    here, there = today(read, Policy()), today(plain, Policy())
    columns = ["coach_id", "clients", "hours", "capacity_hours", "used", "band"]
    assert (
        here.coaches.select(columns).sort("coach_id").equals(there.coaches.select(columns).sort("coach_id"))
    )
    assert here.municipalities.equals(there.municipalities)
    assert (here.hours, here.without_coach) == (there.hours, there.without_coach)


def test_budgets_are_kept_and_more_moves_are_no_worse(demo: Snapshot) -> None:
    """No moves, at most 3 % of the movable, any moves: and nobody more is left without a coach."""
    could = possible(demo, Policy())
    assert could.still.moved == 0
    assert could.few.moved <= 0.03 * could.movable
    assert could.free.without_coach <= could.few.without_coach <= could.still.without_coach
    assert all(p.gap >= 0 for p in (could.still, could.few, could.free))


def test_the_same_facts_give_the_same_figures(demo: Snapshot) -> None:
    """Two looks at one region say the same."""
    assert possible(demo, Policy()) == possible(demo, Policy())
    assert today(demo, Policy()).municipalities.equals(today(demo, Policy()).municipalities)
