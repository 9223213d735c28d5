"""What a screen reader and a printer need of every workbook."""

from __future__ import annotations

from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.reports.products import BOOKS

LONGEST = 31
"""Characters of a sheet's name."""


@pytest.fixture(scope="module", params=[(name, code) for name in BOOKS for code in ("en", "fi", "sv")])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Workbook, str]:
    """Each workbook in each language, opened again."""
    name, language = request.param
    file = tmp_path_factory.mktemp("book") / "book.xlsx"
    BOOKS[name](file, language)
    with ZipFile(file) as parts:
        assert not [p for p in parts.namelist() if "media" in p or "drawing" in p], "pictures need words"
    return openpyxl.load_workbook(file), language


def test_a_workbook_tells_title_and_language(book: tuple[Workbook, str]) -> None:
    """The document has a title, and says in which language it is."""
    found, language = book
    assert found.properties.title
    assert found.custom_doc_props["Language"].value == language


def test_sheets_have_headings_that_stay_and_are_read_out(book: tuple[Workbook, str]) -> None:
    """Below the first sheet each has frozen headings, none empty or twice, known as headings to screen readers."""
    for page in book[0].worksheets[1:]:
        heads = [str(c.value or "") for c in page[1]]
        assert all(heads)
        assert len(set(heads)) == len(heads), (page.title, heads)
        assert page.freeze_panes == "B2"
        assert page.defined_names["Title"].attr_text.endswith("!$A$1")
        assert not page.merged_cells.ranges


def test_sheets_have_names_and_widths_and_print_on_a_page(book: tuple[Workbook, str]) -> None:
    """Names fit and differ; columns have a width; headings are repeated on each printed page."""
    names = book[0].sheetnames
    assert len({name.lower() for name in names}) == len(names)
    for page in book[0].worksheets:
        assert 0 < len(page.title) <= LONGEST
        assert page.page_setup.orientation == "landscape"
        assert page.sheet_properties.pageSetUpPr.fitToPage
    for page in book[0].worksheets[1:]:
        assert page.print_title_rows == "$1:$1"
        widths = [dimension.width for dimension in page.column_dimensions.values()]
        assert widths
        assert min(widths) >= 7
