"""Sizes: the small one in the tests, all of them with `--sizes all` (make bench)."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--sizes`."""
    parser.addoption("--sizes", choices=("small", "all"), default="small", help="regions that are timed")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark of the large regions."""
    config.addinivalue_line("markers", "large: only with --sizes all")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the large regions to `make bench`."""
    if config.getoption("--sizes") == "all":
        return
    large = [item for item in items if item.get_closest_marker("large")]
    config.hook.pytest_deselected(items=large)
    items[:] = [item for item in items if item not in large]
