"""One small region and one plan of it for all tests that only read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.cli.every_command import Ran, run_all


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo region of 280 clients and 10 coaches, some of them short of time."""
    folder = tmp_path_factory.mktemp("cli") / "region"
    called = call(
        "demo", folder, "--clients", 280, "--coaches", 10, "--pressure", 1.2, "--present-share", 0.8
    )
    assert called.code == 0, called
    return folder


@pytest.fixture(scope="session")
def plan(region: Path) -> Path:
    """Its plan with workbook and report; tests that change files copy it."""
    folder = region.parent / "plan"
    called = call("allocate", region, "--out", folder)
    assert called.code == 0, called
    return folder


@pytest.fixture(scope="session")
def every_command(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Every command run once with the network cut."""
    return run_all(tmp_path_factory.mktemp("every"))
