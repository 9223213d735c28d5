"""The names that other programs use."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys

import optimiser
from tests.allocation.tiny import client, coach, policy, region


def test_every_public_name_is_there() -> None:
    """Each name of the flow comes from the package itself, and nothing else does."""
    for name in optimiser.__all__:
        assert getattr(optimiser, name).__name__ == name
    assert not hasattr(optimiser, "nonsense")


def test_importing_the_package_is_light() -> None:
    """Neither numpy nor polars is loaded before it is needed."""
    code = "import optimiser, sys; print([m for m in ('numpy', 'polars', 'scipy') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_a_plan_travels_between_processes() -> None:
    """A plan survives a JSON round trip and pickling unchanged."""
    plan = optimiser.allocate(region([client("A"), client("B")], [coach("K1")]), policy()).plan
    for copy in (optimiser.Plan.from_json(plan.to_json()), pickle.loads(pickle.dumps(plan))):
        assert copy.rows.equals(plan.rows)
        assert copy.rows.schema == plan.rows.schema
        assert copy.certificate == plan.certificate
    assert set(json.loads(plan.to_json())) == {"rows", "certificate"}
