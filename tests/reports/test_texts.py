"""Words and numbers in the reader's language, and colours that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from optimiser.reports import texts as language_of
from optimiser.reports.bands import BANDS, Band, band_of
from optimiser.reports.page import report_page
from optimiser.reports.texts import DASH, texts_in
from tests.reports.pages import Page
from tests.reports.regions import make_facts


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (27918, 0, "27\u202f918"),
        (-1234.56, 1, "\u22121\u202f234.6"),
        (-0.04, 1, "0.0"),
        (None, 0, DASH),
        (float("inf"), 0, DASH),
    ],
)
def test_numbers_have_thin_thousands(value: float | None, digits: int, text: str) -> None:
    """Numbers have thin-space thousands, a real minus, no minus zero, and a dash for none."""
    assert texts_in().number(value, digits) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (0.0, "0"),
        (1e-7, "0.0001"),
        (0.0001234, "0.013"),
        (0.0002, "0.020"),
        (0.00020001, "0.021"),
        (0.0876541, "8.766"),
    ],
)
def test_a_gap_is_rounded_up(gap: float, text: str) -> None:
    """A gap is never shown smaller than it is, and an exact figure is not raised."""
    assert texts_in().proven(gap) == f"{text}\u202f%"


@pytest.mark.parametrize(
    ("share", "band"),
    [(0.0, 0), (0.9499, 0), (0.95, 1), (1.0, 1), (1.0001, 2), (1.1, 2), (1.1001, 3), (9.0, 3)],
)
def test_bands_have_the_limits_of_the_measures(share: float, band: int) -> None:
    """95 and 100 per cent belong to the second band, 110 to the third."""
    assert band_of(share) == band


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("band", BANDS)
def test_band_colours_can_be_read(band: Band) -> None:
    """Text upon a band's colour has the contrast that accessibility asks for (4.5)."""
    assert contrast(band.colour, band.ink) >= 4.5


def test_a_catalogue_translates_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a catalogue the page speaks its language, with that language's decimal mark."""
    catalogue = Catalog(locale="fi")
    catalogue.add("Equal treatment", "Yhdenvertainen kohtelu")
    catalogue.add(("{rows} row set aside", "{rows} rows set aside"), ("{rows} rivi", "{rows} riviä"))
    folder = tmp_path / "fi" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "optimiser.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language_of, "CATALOGUES", tmp_path)
    root = Page(report_page(make_facts(), "fi")).root
    assert root.all("html")[0].attributes["lang"] == "fi"
    assert "Yhdenvertainen kohtelu" in [h.text() for h in root.all("h2")]
    assert "0,017 %" in root.text()
