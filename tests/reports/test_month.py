"""The month's page and workbook: drawn from figures that are held back already, for eyes and for ears."""

from __future__ import annotations

import json
from datetime import date as Date
from pathlib import Path

import pytest

from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH
from optimiser.quality.month.definitions import definitions
from optimiser.quality.month.figures import month_figures
from optimiser.quality.month.levels import level_of
from optimiser.reports.charts.trend_chart import Line, scale_of, trend_chart
from optimiser.reports.layout import PageTable, cells, headings
from optimiser.reports.month import MonthFacts, month_json, month_page, write_month_book
from optimiser.reports.month_tables import held_back_note
from optimiser.reports.month_trends import area_charts, region_charts
from optimiser.reports.texts import texts_in
from tests.quality.test_month import FEBRUARY, JANUARY, month_of, of_town, of_village, three_months
from tests.quality.tiny import policy
from tests.reports.pages import Page

DAYS = [Date(2024, 1, 31), Date(2024, 2, 29), Date(2024, 3, 31)]


def facts_of(*snapshots: Snapshot) -> MonthFacts:
    """What is told of some snapshots."""
    levels = [level_of(s, policy()) for s in snapshots] if snapshots else three_months()
    found = month_figures(levels)
    return MonthFacts(found, policy(), definitions(policy(), found.dates), None)


@pytest.fixture(scope="module")
def facts() -> MonthFacts:
    """Three months by hand."""
    return facts_of()


def test_the_page_is_whole_and_needs_nothing(facts: MonthFacts) -> None:
    """Every element is closed, nothing is loaded, every picture has a title and a description."""
    html = month_page(facts, ENGLISH)
    page = Page(html).root
    assert "http" not in html.replace("http-equiv", "")
    pictures = page.all("svg")
    assert len(pictures) >= 4
    for picture in pictures:
        ids = picture.attributes["aria-labelledby"].split()
        assert [e.attributes["id"] for e in (*picture.all("title")[:1], *picture.all("desc"))] == ids
    ids = [
        e.attributes["id"] for tag in ("title", "desc", "h2") for e in page.all(tag) if "id" in e.attributes
    ]
    assert len(ids) == len(set(ids))


def test_every_definition_is_printed(facts: MonthFacts) -> None:
    """At the end of the page stands each definition with its day."""
    text = Page(month_page(facts, ENGLISH)).root.text()
    for definition in facts.definitions:
        assert str(definition.text) in text
    assert "22.11.2026" in text


def test_what_is_held_back_stands_nowhere(facts: MonthFacts) -> None:
    """The page shows a star where the figures are empty, and the JSON null with the family's name."""
    told = month_json(facts, ENGLISH)
    held = [row for row in told["figures"] if row["held_back"] and "returned" in row["held_back"]]
    assert held
    assert all(row["returned"] is None for row in held)
    assert "*" in Page(month_page(facts, ENGLISH)).root.text()
    assert json.loads(json.dumps(told)) == told


def test_one_snapshot_has_no_pictures() -> None:
    """Levels alone have no trend, and the page says that flows need two snapshots."""
    alone = facts_of(month_of(JANUARY, [of_town(n) for n in range(1, 21)]))
    assert region_charts(alone.month, ENGLISH) == ()
    assert area_charts(alone.month, ENGLISH) == ()
    assert "There is one snapshot" in Page(month_page(alone, ENGLISH)).root.text()


def test_pictures_of_areas_share_a_scale() -> None:
    """Small pictures beside one another have the same axis."""
    places = [
        {"municipality": "001", "name": "Town", "area": "south"},
        {"municipality": "002", "name": "Village", "area": "north"},
    ]
    from tests.quality.tiny import frame

    rows = [of_town(n) for n in range(1, 31)] + [of_village(n, coach_id="ann") for n in range(1, 31)]
    rows = [r | {"coach_id": ("ann", "bo")[n % 2]} for n, r in enumerate(rows)]
    days = [
        month_of(day, rows).replace(municipalities=frame("municipalities", places))
        for day in (JANUARY, FEBRUARY)
    ]
    groups = area_charts(facts_of(*days).month, ENGLISH)
    assert [c.title for c in groups[0].charts] == ["north", "south"]
    assert groups[0].charts[0].values == groups[0].charts[1].values


def test_the_same_facts_give_the_same_bytes(facts: MonthFacts, tmp_path: Path) -> None:
    """Page and workbook are the same on every run."""
    assert month_page(facts, ENGLISH) == month_page(facts_of(), ENGLISH)
    for name in ("one.xlsx", "two.xlsx"):
        write_month_book(facts, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_the_page_speaks_the_language_asked_for(facts: MonthFacts) -> None:
    """The page's language is that of its texts."""
    page = Page(month_page(facts, texts_in("fi"))).root
    assert page.all("html")[0].attributes["lang"] == "fi"


def test_a_gap_parts_the_line() -> None:
    """A value that is held back leaves a gap: two pieces would be a lie, a lone point is only a point."""
    lines = [Line("a", (1.0, None, 3.0)), Line("b", (2.0, 2.0, None))]
    chart = trend_chart("k", "t", DAYS, lines, ENGLISH, str)
    assert [len(line.paths) for line in chart.lines] == [0, 1]
    assert [len(line.marks) for line in chart.lines] == [2, 2]
    assert chart.text == "a: 1.0 on 31.1.2024, 3.0 on 31.3.2024. b: 2.0 on 31.1.2024, 2.0 on 29.2.2024."
    assert chart.lines[0].dash != chart.lines[1].dash


def test_dates_stand_at_their_true_distance() -> None:
    """February is shorter than March, and so is its way on the axis."""
    marks = trend_chart("k", "t", DAYS, [Line("a", (1.0, 2.0, 3.0))], ENGLISH, str).lines[0].marks
    assert (marks[1].x - marks[0].x) / (marks[2].x - marks[0].x) == pytest.approx(29 / 60, abs=0.001)
    assert marks[0].y > marks[1].y > marks[2].y


@pytest.mark.parametrize(
    ("values", "low"), [((0.0, 0.0), 0.0), ((10.0, 90.0), 0.0), ((900.0, 1000.0), 900.0), ((5.0, 5.0), 0.0)]
)
def test_axes_hold_all_values(values: tuple[float, ...], low: float) -> None:
    """An axis begins at 0 where the values come near it, and always ends above the largest."""
    found = scale_of([Line("a", values)])
    assert found[0] == low <= min(values)
    assert found[1] > max(values)


def test_the_star_is_explained_where_it_stands(facts: MonthFacts) -> None:
    """Each section with a star in its tables says why, with a way to the rule; one without says nothing."""
    root = Page(month_page(facts, ENGLISH)).root
    sections = {s.attributes["aria-labelledby"]: s for s in root.all("section")}
    starred = {
        name: any(cell.text() == "*" for cell in section.all("td"))
        for name, section in sections.items()
        if name in ("region", "areas", "municipalities")
    }
    told = {name: any("A star (*)" in p.text() for p in sections[name].all("p")) for name in starred}
    assert starred == told
    assert starred["municipalities"]
    ways = [a for name in starred if told[name] for a in sections[name].all("a")]
    assert {a.attributes["href"] for a in ways} == {"#definitions"}
    assert "Held back" in sections["definitions"].all("tr")[-1].text()
    plain = [PageTable("x", headings("Place", "#Clients"), (cells("Town", "30"),))]
    assert not held_back_note(plain, ENGLISH)
