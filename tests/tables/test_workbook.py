"""Formulas in the XML of a sheet, for every reader of workbooks."""

from __future__ import annotations

import pytest

from optimiser.tables.workbook import formula_cells


@pytest.mark.parametrize(
    ("xml", "found"),
    [
        (b'<c r="A2"><f>1+1</f><v>2</v></c>', [(0, 2, True)]),
        (b'<c s="1" r="B3" t="str"><f t="shared" si="1"/></c>', [(1, 3, False)]),
        (b'<c r="AA10"><f>A1</f></c><c r="AB10"><v>4</v></c>', [(26, 10, False)]),
        (b'<c r="A1"/><c r="B1"><f>A1</f><v xml:space="preserve"> x</v></c>', [(1, 1, True)]),
        (b'<c r="A1"><v>4</v></c><formula>B1</formula>', []),
    ],
)
def test_formulas_are_found_with_their_values(xml: bytes, found: list[tuple[int, int, bool]]) -> None:
    """Column, line and whether there is a value, whatever the order of the cell's attributes."""
    assert list(formula_cells(xml)) == found
