"""Every page, opened in a browser and judged by axe: no fault of level A or AA."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.accessibility.browser import judged
from tests.reports.products import PAGES

BROKEN = """<!DOCTYPE html>
<html>
<head><title>x</title>
</head>
<body><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="color:#ccc;background:#fff">pale</p></body>
</html>
"""


def test_a_fault_is_found(tmp_path: Path) -> None:
    """A page without language, with a picture without text and pale letters has three faults."""
    (tmp_path / "page.html").write_text(BROKEN, encoding="utf-8")
    faults = judged(tmp_path / "page.html", tmp_path).faults()
    assert {fault.split(" ")[0] for fault in faults} == {"html-has-lang", "image-alt", "color-contrast"}


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (400, "fi"), (1280, "sv")])
@pytest.mark.parametrize("name", PAGES)
def test_pages_have_no_fault(name: str, width: int, language: str, tmp_path: Path) -> None:
    """Everything unfolded, in a wide and a narrow window, axe finds no fault of level A or AA."""
    PAGES[name](tmp_path / "page.html", language)
    found = judged(tmp_path / "page.html", tmp_path, width)
    assert not found.faults()
    assert found.passes > 20
