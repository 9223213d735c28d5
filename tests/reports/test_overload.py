"""What is behind an overload, as it is told: sentences, picture, tables, sheets, and what stays secret."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from optimiser.allocation.overload import Component, Overload, Parts, RuleShare, overload_json
from optimiser.allocation.overload.told import (
    hours_of,
    told_areas,
    told_coaches,
    told_municipalities,
    told_utilisation,
)
from optimiser.reports.bands import told_share
from optimiser.reports.charts.bands_chart import LABEL, WIDTH
from optimiser.reports.charts.overload_chart import overload_chart
from optimiser.reports.facts import ReportFacts
from optimiser.reports.page import report_page
from optimiser.reports.sections.overload import overload_sentences
from optimiser.reports.texts import texts_in
from optimiser.reports.workbook import write_workbook
from tests.reports.pages import Element, Page
from tests.reports.regions import make_facts

HOUR = 60.0
RULES = (RuleShare("municipality", 40 * HOUR, 30 * HOUR), RuleShare("travel", 5 * HOUR, 0.0))


def parts(present: float, moved: float, lifted: float, everybody: float) -> Parts:
    """Parts from hours."""
    return Parts(*(HOUR * hours for hours in (present, moved, lifted, everybody)))


def coaches(rows: list[tuple[str, float, float, float]]) -> pl.DataFrame:
    """Coaches from id, capacity, load and least excess."""
    names = ("coach_id", "capacity_minutes", "load_minutes", "least_minutes")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    above = (pl.col("load_minutes") - pl.col("capacity_minutes")).clip(lower_bound=0.0)
    return frame.with_columns(component=pl.lit(0), excess_minutes=above)


def found(total: Parts, **changes: Any) -> Overload:
    """What is found in a region of twelve coaches with 412 hours above capacity, two of them shown."""
    usual: dict[str, Any] = {
        "rules": RULES,
        "components": (Component(0, 12, ("837", "980"), False, total),),
        "coaches": coaches([("K0001", 5700.0, 7200.0, 300.0), ("K0002", 5700.0, 5750.0, 0.0)]),
        "municipalities": pl.DataFrame(
            {
                "municipality": ["837", "980", "108", "250"],
                "clients": [300, 60, 20, 3],
                "with_coach": [300, 60, 20, 3],
                "excess_minutes": [20000.0, 4000.0, 700.0, 20.0],
            }
        ),
        "newcomers": 0,
        "hopeless": 0,
    }
    return Overload(total=total, **usual | changes)


USUAL = parts(412, 94, 33, 33)


def with_overload(value: Overload) -> ReportFacts:
    """The usual facts with an overload explained."""
    return replace(make_facts(), overload=value)


def section(value: Overload) -> Element:
    """The section of the page, parsed."""
    root = Page(report_page(with_overload(value))).root
    return next(s for s in root.all("section") if s.attributes.get("aria-labelledby") == "overload")


def test_the_answer_is_one_sentence() -> None:
    """Hours, how much moves, how much rules hold and which most, how much needs staff."""
    assert overload_sentences(found(USUAL), texts_in()) == (
        "Of 412 hours a month above capacity, 318 can be moved away under the rules, 61 are held by rules "
        "(lifting the rule “municipality” alone would free 40) and 33 need more coach time.",
    )


@pytest.mark.parametrize(
    ("total", "changes", "told"),
    [
        (parts(10, 0, 0, 0), {}, ("none is held by rules", "none needs more coach time")),
        (parts(10, 10, 10, 10), {}, ("none can be moved away", "10 need more coach time")),
        (
            parts(10, 10, 0, 0),
            {"rules": (RuleShare("travel", 0.0, 600.0), RuleShare("language", 0.0, 600.0))},
            ("10 are held by rules (by several together: lifting one alone frees nothing)",),
        ),
        (
            parts(10, 0, 0, 7),
            {"newcomers": 9, "hopeless": 2},
            ("9 clients without a coach bring 7", "2 of them"),
        ),
        (parts(0.2, 0, 0, 0), {}, ("Less than one hour a month",)),
        (parts(0, 0, 0, 0), {"coaches": coaches([("K0001", 100.0, 90.0, 0.0)])}, ("No coach is above",)),
    ],
)
def test_sentences_fit_what_was_found(total: Parts, changes: dict[str, Any], told: tuple[str, ...]) -> None:
    """Each part that is nothing is said to be nothing; newcomers and those nobody may serve are told apart."""
    text = " ".join(overload_sentences(found(total, **changes), texts_in()))
    assert all(words in text for words in told)


def test_nothing_above_capacity_is_one_line() -> None:
    """Without an overload the section is its title and one sentence."""
    nothing = found(parts(0, 0, 0, 0), coaches=coaches([("K0001", 100.0, 90.0, 0.0)]))
    shown = section(nothing)
    assert [p.text() for p in shown.all("p")] == [
        "No coach is above capacity with the clients of today: nothing to explain."
    ]
    assert not shown.all("svg")
    assert not shown.all("table")


def test_a_page_without_the_question_has_no_section() -> None:
    """Callers that do not ask what is behind an overload get the page as before, contents too."""
    html = report_page(make_facts())
    assert 'id="overload"' not in html
    assert "#overload" not in html
    assert "What is behind an overload" not in html


def test_the_section_has_picture_and_tables() -> None:
    """The contents lead to it; parts add up to the total in the table; coaches and municipalities are folded."""
    html = report_page(with_overload(found(USUAL)))
    assert '<a href="#overload">' in html
    shown = section(found(USUAL))
    captions = [t.all("caption")[0].text() for t in shown.all("table")]
    assert [c.split(" ")[0] for c in captions] == ["What", "Rules", "Hours", "Coaches"]
    cells = [[c.text() for c in row.children] for row in shown.all("table")[0].all("tbody")[0].all("tr")]
    assert [row[2] for row in cells] == ["318", "61", "33", "412"]
    assert len(shown.all("details")) == 2
    assert [s.attributes.get("role") for s in shown.all("svg")].count("img") == 1


def test_groups_of_coaches_are_named_by_their_offices() -> None:
    """With several components each has its row and bar; integration units are marked."""
    integration = Component(1, 6, ("837", "980", "604", "536"), True, parts(100, 50, 20, 30))
    rest = Component(0, 8, ("108",), False, parts(312, 44, 13, 13))
    shown = section(found(parts(412, 94, 33, 43), components=(rest, integration)))
    rows = [r.children[0].text() for r in shown.all("table")[1].all("tbody")[0].all("tr")]
    assert rows == ["Hämeenkyrö", "Tampere, Ylöjärvi, Pirkkala and 1 more (integration)"]
    assert "Needs more coach time: 20" in " ".join(t.text() for t in shown.all("title")).replace(
        "needs", "Needs"
    )


def test_bars_share_one_scale() -> None:
    """The longest bar fills the width, half the hours half of it, and the segments follow each other."""
    lines = [("A", hours_of(parts(80, 40, 20, 40))), ("B", hours_of(parts(50, 50, 50, 50)))]
    chart = overload_chart(lines, texts_in())
    first, second = (stack.bars[0].segments for stack in chart.stacks)
    assert [s.style for s in first] == ["b1", "b2", "b3", "b0"]
    assert first[-1].x + first[-1].width == pytest.approx(WIDTH, abs=0.2)
    assert [s.width for s in second] == pytest.approx([(WIDTH - LABEL) / 2], abs=0.1)
    for left, right in itertools.pairwise(first):
        assert left.x + left.width == pytest.approx(right.x, abs=0.2)
    assert [s.number for s in first] == ["40", "20", "20", "20"]


def test_whole_hours_add_up() -> None:
    """Rounded parts are differences of rounded figures, so they add up to the rounded total."""
    hours = hours_of(Parts(1000.0, 650.0, 333.0, 400.0))
    assert hours.moving + hours.rules + hours.hiring == hours.present == 17


def test_components_of_few_coaches_are_told_together() -> None:
    """A component of one coach would tell that coach's hours; with the next smallest it does not."""
    small = [Component(i, n, ("837",), False, parts(n, 0, 0, 0)) for i, n in enumerate((1, 40, 6))]
    told = told_areas(found(parts(47, 0, 0, 0), components=tuple(small)))
    assert [(a.coaches, a.hours.present, a.municipalities) for a in told] == [(40, 40, ("837",)), (7, 7, ())]


def test_municipalities_of_few_clients_are_held_back() -> None:
    """Fewer than five clients are not told, nor the next smallest place, in table, sheet and JSON alike."""
    told = told_municipalities(found(USUAL)).rows()
    assert told == [("108", None, None), ("250", None, None), ("837", 300, 333), ("980", 60, 67)]
    text = section(found(USUAL)).all("table")[2].text()
    assert text.count("held back") == 4


@pytest.mark.parametrize("share", [1.0001, 1.004, 1.0049, 1.013, 1.0999, 1.1, 1.1001, 1.104, 1.5, 6.52])
def test_shares_are_told_as_the_report_tells_them(share: float) -> None:
    """Hours follow from the very utilisation that the table of coaches shows."""
    one = pl.DataFrame({"share": [share]})
    assert (
        one.select(told_utilisation(pl.col("share"))).item() == one.select(told_share(pl.col("share"))).item()
    )


def test_who_has_no_coach_is_not_told() -> None:
    """Beside all clients of a place stands no count of those with a coach; few with a coach hide the place."""
    places = found(USUAL).municipalities.with_columns(pl.Series("with_coach", [298, 4, 20, 3]))
    told = told_municipalities(found(USUAL, municipalities=places)).rows()
    assert told == [("108", None, None), ("250", None, None), ("837", 300, 333), ("980", None, None)]


def test_a_protected_client_changes_no_hour() -> None:
    """Two coaches alike but for a protected client's 45 minutes are told the same where the report tells the same."""
    load = 7928.53 * 1.1785
    shown = [
        told_coaches(found(USUAL, coaches=coaches([("K0001", capacity, load, 0.0)]))).rows()
        for capacity in (7928.53, 7928.53 - 20.0)
    ]
    assert shown[0] == shown[1] == [("K0001", 24, 0)]


def test_a_coach_without_capacity_is_above_it_with_everything() -> None:
    """All the load of a coach who has no capacity is above it."""
    gone = coaches([("K0001", 0.0, 600.0, 540.0)])
    assert told_coaches(found(USUAL, coaches=gone)).rows() == [("K0001", 10, 9)]


def test_json_tells_whole_hours_only() -> None:
    """`overload.json` holds whole hours, every rule and part, and no capacity."""
    told = json.loads(json.dumps(overload_json(found(USUAL))))
    assert told["region"] == {"above_capacity": 412, "moving": 318, "rules": 61, "hiring": 33, "newcomers": 0}
    assert told["rules"][0] == {"rule": "municipality", "first_alone": 40, "last_alone": 30}
    assert told["coaches"] == [
        {"coach_id": "K0001", "above_capacity": 25, "least_above_capacity": 5},
        {"coach_id": "K0002", "above_capacity": 1, "least_above_capacity": 0},
    ]
    text = json.dumps(told)
    assert "5700" not in text
    assert "capacity_minutes" not in text


def test_the_workbook_has_the_figures(tmp_path: Path) -> None:
    """Two sheets: region, municipalities and coaches; and the rules. Without the question there are none."""
    write_workbook(with_overload(found(USUAL)), tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    rows = list(book["Overload"].iter_rows(values_only=True))
    assert rows[1][:7] == ("Region", "All coaches", 412, 318, 61, 33, 0)
    assert {row[0] for row in rows[1:]} == {"Region", "Municipality", "Coach"}
    assert [row[2] for row in rows if row[0] == "Municipality"].count("held back") == 2
    assert list(book["Overload by rule"].iter_rows(values_only=True))[1] == ("municipality", 40, 30)
    write_workbook(make_facts(), tmp_path / "plain.xlsx")
    assert "Overload" not in openpyxl.load_workbook(tmp_path / "plain.xlsx").sheetnames
