"""The map's names, and regions so small that every municipality is held back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from optimiser.reports.charts.labels import Label, covers, place_labels
from optimiser.reports.page import report_page
from tests.reports.pages import Page
from tests.reports.regions import make_facts


def test_a_name_stands_below_where_there_is_room() -> None:
    """A circle alone has its name below."""
    label = place_labels(np.array([[300.0, 100.0]]), np.array([20.0]), ["Akaa"], 960.0)[0]
    assert label.anchor == "middle"
    assert label.y > 120.0


def test_names_avoid_circles_and_each_other() -> None:
    """With a circle right below and one above the name goes to the side; at the edge to the other one."""
    xy = np.array([[480.0, 200.0], [480.0, 245.0], [480.0, 155.0]])
    radius = np.array([20.0, 20.0, 20.0])
    assert place_labels(xy, radius, ["Nokia", "Akaa", "Ruovesi"], 960.0)[0].anchor == "start"
    shifted = xy + np.array([455.0, 0.0])
    assert place_labels(shifted, radius, ["Nokia", "Akaa", "Ruovesi"], 960.0)[0].anchor == "end"
    side = np.array([[400.0, 100.0], [450.0, 100.0]])
    first, second = place_labels(side, np.array([20.0, 20.0]), ["Vesilahti here", "Lempäälä there"], 960.0)
    assert first.y > 120.0
    assert second.y < 80.0


def test_minutes_below_a_name_are_found() -> None:
    """Minutes that a name would cut in half count as covered, those beside it do not."""
    labels, names = (Label(480.0, 200.0, "middle"),), ["Pirkkala"]
    assert covers(labels, names, 455.0, 197.0)
    assert not covers(labels, names, 440.0, 197.0)
    assert not covers(labels, names, 480.0, 215.0)


def test_a_region_held_back_is_one_sentence() -> None:
    """Where every municipality is held back there is a sentence instead of map, bands and empty rows."""
    facts = make_facts()
    places = facts.treatment.municipality
    kept = ("cell", "name", "hidden", "held_back")
    bare = [pl.lit(None, places.schema[n]).alias(n) for n in places.columns if n not in kept]
    places = places.with_columns(*bare, pl.lit(True).alias("hidden"))
    html = report_page(replace(facts, treatment=replace(facts.treatment, municipality=places)))
    root = Page(html).root
    assert 'id="map-t"' not in html
    assert 'id="municipal-bands-t"' not in html
    assert "Every municipality has so few clients that its figures are held back" in root.text()
    assert "There is no map" not in root.text()
    rows = [r.text() for t in root.all("table") for r in t.all("tr")]
    assert not [r for r in rows for name in places["name"] if r.startswith(f"{name} held back")]
    assert len([r for r in rows if r.startswith(f"Each of the {places.height} groups held back")]) == 1
