"""The report page: structure, words, and what must not be in it."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import OptimiserError
from optimiser.domain.snapshot import SetAside
from optimiser.quality.suppress import SMALLEST
from optimiser.reports.bands import band_index
from optimiser.reports.facts import ReportFacts
from optimiser.reports.page import report_page, write_report
from optimiser.reports.sections.region import municipality_frame
from tests.reports.pages import Element, Page
from tests.reports.regions import make_facts


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    """Return the facts of a small region."""
    return make_facts()


@pytest.fixture(scope="module")
def page(facts: ReportFacts) -> Element:
    """Return the parsed page of that region."""
    return Page(report_page(facts)).root


def lead(root: Element) -> str:
    """Return the headline sentence."""
    return next(p.text() for p in root.all("p") if p.attributes.get("class") == "lead")


def test_page_needs_nothing_from_outside(facts: ReportFacts) -> None:
    """The page names no address, loads nothing and runs no script."""
    html = report_page(facts)
    assert re.search(r"https?:|//[a-z]|@import|url\(|<script|<link|<img|javascript:", html) is None
    assert all(a.attributes["href"].startswith("#") for a in Page(html).root.all("a"))


def test_contents_lead_to_headings(page: Element) -> None:
    """Every link of the page leads to an element that is there, and no id occurs twice."""
    ids = re.findall(r'\bid="([^"]+)"', report_page(make_facts()))
    assert len(ids) == len(set(ids))
    targets = {a.attributes["href"][1:] for a in page.all("a")}
    assert len(targets) >= 10
    assert targets <= set(ids)


def test_headings_are_in_order(page: Element) -> None:
    """There is one h1, and no heading skips a level."""
    levels = [int(t) for t in re.findall(r"<h([1-6])", report_page(make_facts()))]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert page.all("html")[0].attributes["lang"] == "en"


def test_tables_have_captions_and_scopes(page: Element) -> None:
    """Every table has a caption, column headings and a row heading in every row."""
    tables = page.all("table")
    assert len(tables) >= 12
    for table in tables:
        assert table.all("caption")[0].text()
        columns = [th.attributes.get("scope") for th in table.all("thead")[0].all("th")]
        assert set(columns) == {"col"}
        for row in table.all("tbody")[0].all("tr"):
            assert [th.attributes.get("scope") for th in row.all("th")] == ["row"]
            assert len(row.children) == len(columns)


def test_pictures_have_text(page: Element) -> None:
    """Every picture is either read out with title and description or hidden as ornament."""
    pictures = page.all("svg")
    assert len([p for p in pictures if p.attributes.get("role") == "img"]) >= 4
    for picture in pictures:
        if picture.attributes.get("aria-hidden") == "true":
            continue
        named = picture.attributes["aria-labelledby"].split()
        title, desc = picture.all("title")[0], picture.all("desc")[0]
        assert [title.attributes["id"], desc.attributes["id"]] == named
        assert title.text()
        assert desc.text()


def test_headline_counts_everything(facts: ReportFacts, page: Element) -> None:
    """The headline counts the served, the crowded coaches, the moves and the proof."""
    text = lead(page)
    counts = facts.counts()
    assert text.startswith("397 of 400 clients have a coach; 3 are without a coach;")
    assert re.search(r"\d+ coaches above 110 % become \d+", text)
    assert f"{counts['moved']} clients are moved and {counts['forced']} must change" in text
    assert text.endswith("proven within 0.017 % of the best possible.")


def test_headline_counts_rows_set_aside(facts: ReportFacts) -> None:
    """Rows left out are counted in the headline; rows used with a default only in the notices."""
    aside = (SetAside("clients.csv", 4, "A1", "no such municipality"), SetAside("c", 5, "A2", "level", True))
    root = Page(report_page(replace(facts, snapshot=facts.snapshot.replace(set_aside=aside)))).root
    assert "; 1 row set aside;" in lead(root)
    assert "1 row took the policy's default" in root.text()


@pytest.mark.parametrize(("total", "shown"), [(0, False), (4, False), (5, True)])
def test_protected_addresses_only_from_five(facts: ReportFacts, total: int, shown: bool) -> None:
    """The number of protected addresses is shown from 5 up and not at all below."""
    snapshot = facts.snapshot.replace(protected_total=total)
    text = Page(report_page(replace(facts, snapshot=snapshot))).root.text()
    assert ("protected address" in text) is shown
    assert (f"{total} clients of the region have a protected address" in text) is shown


def test_few_clients_are_held_back(facts: ReportFacts) -> None:
    """A municipality held back shows neither its clients nor what its few coaches carry."""
    places = facts.treatment.municipality
    kept = ("cell", "name", "hidden", "held_back")
    hidden = pl.col("hidden") | (pl.col("cell") == "108")
    empty = [pl.when(~hidden).then(pl.col(n)).alias(n) for n in places.columns if n not in kept]
    places = places.with_columns(*empty, hidden.alias("hidden"))
    held = replace(facts, treatment=replace(facts.treatment, municipality=places))
    root = Page(report_page(held)).root
    rows = [r for t in root.all("table") for r in t.all("tr") if r.text().startswith("Hämeenkyrö ")]
    told = [r.text() for r in rows if "held back" in r.text()]
    assert len(told) == 2
    assert not any("%" in t for t in told)
    marks = [g.text() for g in root.all("title") if g.text().startswith("Hämeenkyrö:")]
    assert marks == ["Hämeenkyrö: held back, for so few clients"]


def test_figures_of_few_have_a_star_and_a_legend(facts: ReportFacts) -> None:
    """A share held back is a star before or after its change; the caption of its table says why."""
    places = facts.treatment.municipality
    tampere = pl.col("cell") == "837"
    held = places.with_columns(
        pl.when(~tampere).then("kept").alias("kept"),
        pl.when(~tampere).then("served_before").alias("served_before"),
        pl.when(tampere).then(pl.lit("kept served_before")).alias("held_back"),
    )
    root = Page(report_page(replace(facts, treatment=replace(facts.treatment, municipality=held)))).root
    (table,) = (t for t in root.all("table") if t.text().startswith("By municipality"))
    assert "(*: held back, few people are behind it)" in table.text()
    (row,) = (r for r in table.all("tr") if r.text().startswith("Tampere"))
    cells = [c.text() for c in row.all("td")]
    assert cells[1].startswith("* → ")
    assert cells[4] == "*"


def test_load_bands_of_few_clients_are_held_back(facts: ReportFacts) -> None:
    """A municipality with one to four clients in a load band shows none of its bands, on page and map alike."""
    frame = municipality_frame(facts)
    bands = facts.coaches().select("coach_id", band=band_index("after"))
    counts = (
        facts.recount.clients.join(bands, on="coach_id")
        .drop_nulls("band")
        .group_by("municipality", "band")
        .len()
    )
    few = counts.filter(pl.col("len") < SMALLEST)["municipality"].unique()
    rows = frame.filter(pl.col("municipality").is_in(few.implode()))
    assert rows.height
    assert rows["held_back"].str.contains("after_bands").all()
    assert rows.select("after_0", "after_1", "after_2", "after_3").null_count().row(0) == (rows.height,) * 4


def test_coaches_stand_by_unit_and_id(facts: ReportFacts, page: Element) -> None:
    """The coaches of the table stand by unit and id, not by load, in whatever order they come."""
    table = next(t for t in page.all("table") if "by unit and id" in t.all("caption")[0].text())
    shown = [row.all("th")[0].text() for row in table.all("tbody")[0].all("tr")]
    expected = facts.recount.coaches.sort("unit_id", "coach_id")["coach_id"].to_list()
    assert shown == expected


def test_proof_never_flatters(facts: ReportFacts, page: Element) -> None:
    """The proof names bound, plan and difference, rounded so that the difference is not too small."""
    text = page.text()
    assert "can cost less than 74 258 minutes a month; this one costs 74 271." in text
    assert "at most 12.5 minutes of coach time a month" in text
    assert "No plan of any kind can leave fewer than 2; this one leaves 3" in text
    assert "(meetings 20 % longer), 11 of 14 advised moves" in text


def test_same_facts_same_bytes(facts: ReportFacts, tmp_path: Path) -> None:
    """Shuffled rows, other timings and a second writing give the same bytes."""
    write_report(facts, tmp_path / "a.html")
    shuffled = replace(
        facts.recount,
        clients=facts.recount.clients.sample(fraction=1, shuffle=True, seed=7),
        coaches=facts.recount.coaches.sample(fraction=1, shuffle=True, seed=7),
    )
    plan = replace(facts.plan, rows=facts.plan.rows.sample(fraction=1, shuffle=True, seed=7))
    other = replace(facts, recount=shuffled, plan=plan, summary=facts.summary | {"seconds": {"total": 99.0}})
    write_report(other, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_ids_and_texts_are_escaped(facts: ReportFacts) -> None:
    """Text from the files is shown as text, never as markup."""
    rows = facts.plan.rows.with_columns(pl.lit("<b>&x").alias("repair"))
    html = report_page(replace(facts, plan=replace(facts.plan, rows=rows)))
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;x" in html


def test_nothing_to_do_is_said_in_words() -> None:
    """No moves, no unserved and no tries are said in words instead of empty tables."""
    facts = make_facts(unserved=0)
    quiet = replace(facts, relief=facts.relief.clear(), robustness=facts.robustness.clear())
    text = Page(report_page(quiet)).root.text()
    assert "nothing to do here" in text
    assert "Every client has a coach." in text
    assert "was not tried for this page" in text
    assert "First, nobody is left without a coach: no plan can do better." in text


def test_many_unserved_are_listed_up_to_fifty() -> None:
    """Where all are unserved, fifty are listed and the rest is left to the workbook."""
    facts = make_facts(clients=120, unserved=120)
    root = Page(report_page(facts)).root
    table = next(t for t in root.all("table") if "without a coach, by reason" in t.all("caption")[0].text())
    assert len(re.findall(r"A\d{6}", table.text())) == 50
    assert "50 of 120 are listed here" in root.text()
    assert lead(root).startswith("0 of 120 clients have a coach; 120 are without a coach;")


def test_empty_region_has_a_page() -> None:
    """Without clients and coaches the page is still whole."""
    root = Page(report_page(make_facts(clients=0, coaches=0, unserved=0))).root
    assert lead(root).startswith("0 of 0 clients have a coach; no coach is above 110 % of capacity")


def test_region_without_centre_points_has_no_map(facts: ReportFacts) -> None:
    """Where no municipality has a centre point the page says what to add."""
    bare = facts.snapshot.municipalities.with_columns(
        pl.lit(None, pl.Float64).alias(n) for n in ("lat", "lon")
    )
    text = report_page(replace(facts, snapshot=facts.snapshot.replace(municipalities=bare)))
    assert "There is no map" in text
    assert 'id="map-t"' not in text


def test_coach_without_capacity_is_said_in_words(facts: ReportFacts) -> None:
    """Load on a coach without capacity is said in words and counted above 110 %."""
    coaches = facts.recount.coaches.with_columns(
        pl.when(pl.col("coach_id") == "K0000")
        .then(0.0)
        .otherwise("capacity_minutes")
        .alias("capacity_minutes")
    )
    text = Page(report_page(replace(facts, recount=replace(facts.recount, coaches=coaches)))).root.text()
    assert "no capacity" in text
    assert "inf" not in text.split()


def test_unknown_language_is_refused(facts: ReportFacts) -> None:
    """A language without a catalogue is refused with advice."""
    with pytest.raises(OptimiserError, match="Try one of en"):
        report_page(facts, "xx")
