"""Equal treatment tells of nobody: what few people are behind, or are missing from, cannot be found."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.quality.suppress import SMALLEST, next_smallest_too
from optimiser.quality.treatment import HELD, MEANS, SHARES, equal_treatment, figures_held_back
from tests.quality.test_measures import _many, _region

COUNTED = ("clients", *(share for whole, parts in SHARES.items() for share in (whole, *parts)))
BASE = dict.fromkeys(SHARES, "clients") | {part: whole for whole, parts in SHARES.items() for part in parts}
"""What a share is a share of."""


@st.composite
def cells(draw: st.DrawFn) -> pl.DataFrame:
    """Two to six cells in which few people without a coach, moved or with an interpreter are frequent."""
    rows = []
    for number in range(draw(st.integers(2, 6))):
        counts = {"clients": draw(st.one_of(st.integers(1, 9), st.integers(5, 40)))}
        for share in COUNTED[1:]:
            most = counts[BASE[share]]
            few = st.integers(0, min(most, 6))
            counts[share] = draw(st.one_of(few, few.map(lambda n, most=most: most - n)))
        told = {f"is_{share}": counts[share] for share in COUNTED[1:]}
        told |= {f"of_{share}": counts[BASE[share]] for share in COUNTED[1:]}
        rows.append({"cell": f"k{number}", "clients": counts["clients"], **told})
    frame = pl.DataFrame(rows)
    return frame.with_columns(next_smallest_too(frame, "clients", "cell").alias("hidden"))


def known(frame: pl.DataFrame, held: dict[str, np.ndarray], minutes: np.ndarray) -> np.ndarray:
    """What a page tells, as equations over counts and minutes by cell: figures shown, and the totals of all."""
    n, blocks = frame.height, len(COUNTED) + len(MEANS)
    unit = np.eye(n * blocks)
    at = {name: i * n for i, name in enumerate(COUNTED)}
    rows = [np.repeat(total, n) for total in np.eye(blocks)]
    for cell in range(n):
        if not frame["hidden"][cell]:
            rows.append(unit[at["clients"] + cell])
        for share in COUNTED[1:]:
            base = frame[f"of_{share}"][cell]
            if not held[share][cell] and base:
                ratio = frame[f"is_{share}"][cell] / base
                rows.append(unit[at[share] + cell] - ratio * unit[at[BASE[share]] + cell])
        for i, (whole, means) in enumerate(MEANS.items()):
            if not held[means[1]][cell]:
                mean = minutes[i, cell] * unit[at[whole] + cell]
                rows.append(unit[(len(COUNTED) + i) * n + cell] - mean)
    return np.array(rows)


@given(frame=cells(), data=st.data())
@settings(deadline=None)
def test_no_small_count_can_be_found(frame: pl.DataFrame, data: st.DataObject) -> None:
    """Neither 1 to 4 people behind a share nor those missing from it follow from what is shown and the totals."""
    held = figures_held_back(frame)
    n = frame.height
    minutes = np.array(data.draw(st.lists(st.integers(0, 30), min_size=2 * n, max_size=2 * n))).reshape(2, n)
    matrix = known(frame, held, minutes)
    _u, sizes, turned = np.linalg.svd(matrix)
    free = turned[int((sizes > 1e-8).sum()) :]
    for share in COUNTED:
        for cell in range(n):
            counted = frame["clients" if share == "clients" else f"is_{share}"][cell]
            wanted = np.zeros(matrix.shape[1])
            wanted[COUNTED.index(share) * n + cell] = 1
            parts = [(counted, wanted)]
            if share != "clients":
                rest = -wanted
                rest[COUNTED.index(BASE[share]) * n + cell] = 1
                parts.append((frame[f"of_{share}"][cell] - counted, rest))
            for people, combination in parts:
                if 0 < people < SMALLEST:
                    assert np.abs(free @ combination).max(initial=0.0) > 1e-7, (share, cell)


def test_figures_of_few_are_held_back_by_name() -> None:
    """One without a coach in the village hides its share there and in the next smallest, not in the town."""
    clients = _many(town=20, village=10, far=9)
    assigned: dict[str, str | None] = {c["client_id"]: "ann" for c in clients}
    assigned["village0"] = None
    recount, facts = _region(clients, assigned)
    shown = equal_treatment(recount, facts).municipality
    assert shown["clients"].to_list() == [20, 10, 9]
    assert shown["served"].to_list() == [1.0, None, None]
    for name in ("own_language", "interpreter", "utilisation", "travel_minutes"):
        assert shown[name].is_null().to_list() == [False, True, True], name
    assert ["served" in held.split() for held in shown[HELD]] == [False, True, True]
    assert shown["served_before"].to_list() == [0.0, 0.0, 0.0]


def test_ratios_compare_what_is_shown() -> None:
    """A share that is held back is neither the worst nor the best."""
    clients = _many(town=20, village=10, far=9)
    assigned: dict[str, str | None] = {c["client_id"]: "ann" for c in clients}
    assigned["village0"] = None
    recount, facts = _region(clients, assigned)
    ratios = equal_treatment(recount, facts).ratios["municipality"]
    assert ratios["served"] is None
