"""What is said where the program itself is at fault."""

from __future__ import annotations

import polars as pl
import pytest

from tests.cli.calls import call

SECRET = "Maija Mallikas 010190-999X"


def test_a_fault_of_the_program_repeats_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library's error may carry a value of the tables: kind and place are told, and nothing nobody has looked at."""

    def broken(*_words: object) -> str:
        raise pl.exceptions.ComputeError(f"conversion from `str` failed for value {SECRET!r}")

    monkeypatch.setattr("optimiser.cli.columns.columns_text", broken)
    monkeypatch.delenv("OPTIMISER_TRACEBACK", raising=False)
    called = call("columns")
    assert called.code == 3
    assert "ComputeError (test_entry.py, line" in called.err
    assert SECRET not in called.err + called.out
    assert "Nothing was changed" not in called.err
    monkeypatch.setenv("OPTIMISER_TRACEBACK", "1")
    assert SECRET in call("columns").err
