"""What a reader with a keyboard, a screen reader, weak eyes or a printer needs of every page."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.accessibility.browser import run
from tests.reports.pages import Element, Page
from tests.reports.products import PAGES
from tests.reports.test_texts import contrast

TEXT, PICTURE = 4.5, 3.0
"""Least contrast of letters, and of what a picture tells by lines and areas (WCAG 2.1, 1.4.3 and 1.4.11)."""
WHITE = "#ffffff"
QUIET = {"#dfe5e8"}
"""Lines of scales: they help the eye, and say nothing that the labels do not."""
LETTER = '<body class="letter">'
"""A letter is short: it has neither links nor tables."""
REACHED = ("a", "summary", "button", "input", "select", "textarea")


@pytest.fixture(scope="module", params=list(PAGES))
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Each page as HTML text."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    PAGES[request.param](file, "en")
    return file.read_text(encoding="utf-8")


def everything(root: Element) -> list[Element]:
    """All elements in the order of the page."""
    return [e for child in root.children for e in (child, *everything(child))]


def test_the_keyboard_reaches_everything_in_order(page: str) -> None:
    """The first stop leads to the content; no stop jumps the queue; what scrolls sideways is a stop."""
    elements = everything(Page(page).root)
    ids = {e.attributes["id"] for e in elements if "id" in e.attributes}
    stops = [e for e in elements if e.tag in REACHED or "tabindex" in e.attributes]
    if LETTER not in page:
        assert stops[0].attributes["href"] == "#content"
        assert "content" in ids
        assert any("wide" in e.attributes.get("class", "").split() for e in stops)
    assert {e.attributes.get("tabindex", "0") for e in stops} <= {"0"}
    links = [e.attributes["href"] for e in elements if e.tag == "a"]
    assert all(link.startswith("#") and link[1:] in ids for link in links)
    scrolling = [e for e in elements if "wide" in e.attributes.get("class", "").split()]
    assert all(e.attributes.get("tabindex") == "0" and e.attributes["aria-label"] for e in scrolling)


def test_the_stop_of_the_keyboard_is_seen(page: str) -> None:
    """Links, folds and tables have an outline where the keyboard is, and no rule takes it away."""
    style = Page(page).root.all("style")[0].pieces[0]
    for stop in ("a", "summary", ".wide"):
        assert re.search(rf"(^|,|}}|\n){re.escape(stop)}:focus-visible[^{{]*{{outline:3px solid", style)
    assert "outline:none" not in style
    assert "outline:0" not in style


def test_tables_have_captions_and_headings(page: str) -> None:
    """Each table says what it shows; each column and each row has a heading that says which it heads."""
    tables = Page(page).root.all("table")
    assert tables or LETTER in page
    for table in tables:
        assert len(table.all("caption")) == 1
        assert table.all("caption")[0].text()
        head, body = table.all("thead")[0], table.all("tbody")[0]
        assert {h.attributes["scope"] for h in head.all("th")} == {"col"}
        assert all(h.text() for h in head.all("th"))
        for row in body.all("tr"):
            assert [h.attributes["scope"] for h in row.all("th")] == ["row"]
            assert len(row.children) == len(head.all("th"))


def test_pictures_are_told_in_words(page: str) -> None:
    """Each picture has a title and a description of its own; what only decorates is hidden from readers."""
    elements = everything(Page(page).root)
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for svg in (e for e in elements if e.tag == "svg"):
        if svg.attributes.get("aria-hidden") == "true":
            continue
        assert svg.attributes["role"] == "img"
        named = svg.attributes["aria-labelledby"].split()
        told = {e.attributes["id"]: e for e in svg.children if e.tag in ("title", "desc")}
        assert [told[n].tag for n in named] == ["title", "desc"]
        assert all(told[n].text() for n in named)


def test_headings_form_a_tree(page: str) -> None:
    """There is one first heading, and no level is skipped on the way down."""
    levels = [int(e.tag[1]) for e in everything(Page(page).root) if re.fullmatch("h[1-6]", e.tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def full(colour: str) -> str:
    """A colour with six digits."""
    return "#" + "".join(c * 2 for c in colour[1:]) if len(colour) == 4 else colour


def test_lines_and_letters_of_pictures_can_be_seen(page: str) -> None:
    """Lines stand out from white, letters from what they stand on; areas have an edge or a colour that does."""
    style = Page(page).root.all("style")[0].pieces[0]
    named = dict(re.findall(r"--([\w]+):(#[0-9a-f]+)", style))
    area = {f"b{i}": named[f"b{i}"] for i in range(4)} | {"none": WHITE}
    letters = {"on1": WHITE, "on3": WHITE}
    for svg in Page(page).root.all("svg"):
        for e in everything(svg):
            stroke, fill = e.attributes.get("stroke"), e.attributes.get("fill")
            if stroke and stroke.startswith("#") and stroke not in (*QUIET, "#fff"):
                assert contrast(full(stroke), WHITE) >= PICTURE, e
            if e.tag == "text":
                on = e.attributes.get("class", "")
                ground = area[f"b{on[2]}"] if on in ("on0", "on1", "on2", "on3") else WHITE
                ink = re.search("fill:(#[0-9a-f]+)", e.attributes.get("style", ""))
                colour = ink[1] if ink else letters.get(on, named["ink"])
                assert contrast(full(colour), ground) >= TEXT, e
            if e.tag in ("rect", "circle"):
                colour = full(fill) if fill else area[e.attributes["class"]]
                edge = full(stroke) if stroke else colour
                assert max(contrast(colour, WHITE), contrast(edge, WHITE)) >= PICTURE, e


def test_nothing_is_wider_than_a_narrow_window(page: str, tmp_path: Path) -> None:
    """In a window of 320 pixels (a page enlarged four times) only tables and pictures scroll sideways."""
    script = (
        "<script>addEventListener('load',()=>{document.body.dataset.wide="
        "document.documentElement.scrollWidth-document.documentElement.clientWidth})</script>"
    )
    frame = tmp_path / "frame.html"
    copy = tmp_path / "page.html"
    kept = "\n".join(line for line in page.split("\n") if "Content-Security-Policy" not in line)
    copy.write_text(kept.replace("</head>", f"{script}</head>", 1), encoding="utf-8")
    # The window itself cannot be so narrow; a frame in it can.
    frame.write_text(
        f'<!DOCTYPE html><title>x</title><iframe src="{copy.name}" width="320" height="600"></iframe>'
        "<script>addEventListener('load',()=>{document.title=frames[0].document.body.dataset.wide})</script>",
        encoding="utf-8",
    )
    words = ("--allow-file-access-from-files", "--virtual-time-budget=5000", "--dump-dom", frame.as_uri())
    assert "<title>0</title>" in run(tmp_path, *words)
