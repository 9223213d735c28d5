"""No count of one to four clients can be found from the month's figures, by any subtraction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.quality.month.families import Coaches, hidden_at
from optimiser.quality.month.figures import month_figures
from optimiser.quality.month.hiding import Hidden, Tree, hidden_places
from optimiser.quality.month.levels import level_of
from optimiser.quality.suppress import SMALLEST, Beside, held_back, next_smallest_too
from tests.quality.test_month import FEBRUARY, JANUARY, MARCH, month_of, of_town, of_village, three_months
from tests.quality.tiny import policy

COUNTS = st.one_of(st.integers(0, 9), st.integers(0, 60), st.just(0))
"""Counts among which small ones are frequent."""


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """One to eight municipalities in one to four areas, none of them empty."""
    areas = draw(st.integers(1, 4))
    more = draw(st.lists(st.integers(0, areas - 1), max_size=5))
    return Tree(np.array([*range(areas), *more], dtype=np.int64), areas)


def told(tree: Tree, hidden: Hidden, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a page tells of one count as equations over the municipalities' counts: matrix and right side."""
    rows = [np.eye(len(count))[place] for place in np.flatnonzero(~hidden.municipalities)]
    rows += [(tree.area_of == area).astype(float) for area in np.flatnonzero(~hidden.areas)]
    rows += [] if hidden.region else [np.ones(len(count))]
    matrix = np.array(rows).reshape(-1, len(count))
    return matrix, matrix @ count


def found_out(matrix: np.ndarray) -> np.ndarray:
    """Unknowns that the equations determine: those in which no solution differs from another."""
    if not len(matrix):
        return np.zeros(matrix.shape[1], dtype=bool)
    _u, sizes, rows = np.linalg.svd(matrix)
    rank = int((sizes > 1e-9).sum())
    free = np.abs(rows[rank:])
    found: np.ndarray = ~(free > 1e-9).any(axis=0)
    return found


def few(count: np.ndarray) -> np.ndarray:
    """Counts that nobody may find out."""
    return (count > 0) & (count < SMALLEST)


@given(tree=trees(), data=st.data())
def test_places_of_few_cannot_be_found(tree: Tree, data: st.DataObject) -> None:
    """No municipality or area with 1 to 4 clients follows from the others at any date."""
    shape = (len(tree.area_of), data.draw(st.integers(1, 3)))
    clients = np.array(
        data.draw(st.lists(COUNTS, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
    )
    clients = clients.reshape(shape)
    hidden = hidden_places(tree, clients)
    for count in clients.T:
        matrix, _ = told(tree, hidden, count)
        assert not (found_out(matrix) & few(count)).any()
        sums = tree.summed(count[:, None])[:, 0]
        assert not (~hidden.areas & few(sums)).any()
        assert not (~hidden.areas & few(rest(tree, hidden, count))).any()
        assert hidden.region or not few(np.array([count.sum()])).any()


def rest(tree: Tree, hidden: Hidden, count: np.ndarray) -> np.ndarray:
    """What is left of each area without the municipalities shown."""
    return tree.summed((count * hidden.municipalities)[:, None])[:, 0]


@given(tree=trees(), data=st.data())
def test_flows_cannot_be_found_from_stocks(tree: Tree, data: st.DataObject) -> None:
    """Arrivals and departures of few follow neither from totals nor from the stocks before and after."""
    places = len(tree.area_of)
    inflow, outflow, kept = (
        np.array(data.draw(st.lists(COUNTS, min_size=places, max_size=places))) for _ in range(3)
    )
    before, after = kept + outflow, kept + inflow
    always = hidden_places(tree, np.column_stack([before, after]))
    counts = {"clients": after, "inflow": inflow, "outflow": outflow, "without": np.zeros_like(after)}
    nothing = dict.fromkeys(("returned", "first_on_time", "first_late", "first_not_held", "kept"))
    nothing |= {"handovers": None, "involuntary": None, "interpreter_clients": None}
    coaches = Coaches(np.full(places, 9), np.full(tree.areas, 9), 9)
    flows = hidden_at(tree, counts | nothing, coaches, always)["flows"]
    for flow in (inflow, outflow):
        assert not (~flows.areas & few(rest(tree, flows, flow))).any()
    matrix, _ = told(tree, flows, inflow)
    stocks = np.eye(places)[~always.municipalities]
    both = np.vstack(
        [
            np.hstack([matrix, np.zeros_like(matrix)]),
            np.hstack([np.zeros_like(matrix), matrix]),
            np.hstack([stocks, -stocks]),
        ]
    )
    secret = np.concatenate([few(inflow), few(outflow)])
    assert not (found_out(both) & secret).any()


def test_stocks_do_not_tell_the_arrivals() -> None:
    """Where nobody left two places, their stocks tell who came: a third with departures is hidden too."""
    tree = Tree(np.zeros(4, dtype=np.int64), 1)
    inflow, outflow = np.array([3, 6, 20, 30]), np.array([0, 0, 7, 9])
    nobody = Hidden(np.zeros(4, dtype=bool), np.zeros(1, dtype=bool), False)
    counts = dict.fromkeys(("returned", "first_on_time", "kept", "interpreter_clients"), None)
    clients = np.array([50, 60, 70, 80])
    known = {"clients": clients, "inflow": inflow, "outflow": outflow, "without": np.zeros(4, dtype=np.int64)}
    coaches = Coaches(np.full(4, 9), np.full(1, 9), 9)
    flows = hidden_at(tree, {**counts, **known}, coaches, nobody)["flows"]
    assert flows.municipalities.tolist() == [True, True, True, False]
    assert not flows.region


def test_a_total_of_zero_hides_nobody() -> None:
    """Where the region tells that no handover was unasked for and nobody returned, every place shows its zero."""
    tree = Tree(np.array([0, 0, 1, 1]), 2)
    always = Hidden(np.zeros(4, dtype=bool), np.zeros(2, dtype=bool), False)
    counts = dict.fromkeys(("first_on_time", "first_late", "first_not_held", "interpreter_clients"))
    known = {"clients": [50, 60, 70, 80], "inflow": [3, 6, 20, 30], "outflow": [2, 9, 7, 9]}
    known |= {"kept": [40, 50, 60, 70], "handovers": [2, 6, 8, 9], "without": [0, 0, 0, 0]}
    known |= {"returned": [0, 0, 0, 0], "involuntary": [0, 0, 0, 0]}
    coaches = Coaches(np.full(4, 9), np.full(2, 9), 9)
    told = {name: np.array(values) for name, values in known.items()}
    found = hidden_at(tree, {**counts, **told}, coaches, always)
    assert found["flows"].any() and found["continuity"].any()
    assert not found["returned"].any() and not found["involuntary"].any()
    told["returned"] = np.array([0, 0, 0, 6])
    found = hidden_at(tree, {**counts, **told}, coaches, always)
    assert not found["returned"].municipalities[:2].any(), "their area shows 0"
    assert not found["returned"].areas[0]
    assert not found["returned"].region


@given(tree=trees(), data=st.data())
def test_zeros_shown_are_known_zeros(tree: Tree, data: st.DataObject) -> None:
    """What is shown of a count whose base is held back is 0, and so is a total that is shown above it."""
    places = len(tree.area_of)
    handovers = np.array(data.draw(st.lists(COUNTS, min_size=places, max_size=places)))
    low = st.lists(st.integers(0, 3), min_size=places, max_size=places)
    involuntary = np.minimum(data.draw(low), handovers)
    clients = np.full(places, 90)
    counts = dict.fromkeys(("inflow", "outflow", "returned", "first_on_time", "first_late"))
    known = {"clients": clients, "without": np.zeros_like(clients), "kept": clients - handovers}
    known |= {"handovers": handovers, "involuntary": involuntary}
    nobody = Hidden(np.zeros(places, dtype=bool), np.zeros(tree.areas, dtype=bool), False)
    coaches = Coaches(np.full(places, 9), np.full(tree.areas, 9), 9)
    found = hidden_at(tree, {**counts, "interpreter_clients": None, **known}, coaches, nobody)
    base, part = found["continuity"], found["involuntary"]
    shown = base.municipalities & ~part.municipalities
    sums = tree.summed(involuntary[:, None])[:, 0]
    for place in np.flatnonzero(shown):
        area = tree.area_of[place]
        assert involuntary[place] == sums[area] == 0
        assert not part.areas[area] and not part.region
    matrix, _ = told(tree, part, involuntary)
    assert not (found_out(matrix) & few(involuntary)).any()


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=9))
def test_the_next_smallest_is_hidden_too(sizes: list[int]) -> None:
    """Cells below five are hidden with exactly the next smallest beside them; without any, none is."""
    frame = pl.DataFrame({"key": [f"k{n}" for n in range(len(sizes))], "size": sizes})
    hidden = frame.filter(next_smallest_too(frame, "size", "key"))
    small = sum(size < SMALLEST for size in sizes)
    assert hidden.height == (min(small + 1, len(sizes)) if small else 0)
    assert hidden["size"].sort().to_list() == sorted(sizes)[: hidden.height]


@pytest.mark.parametrize(
    ("counts", "hidden", "total"),
    [
        ([3, 9, 20], [True, True, False], True),
        ([3, 20], [True, True], True),
        ([3], [True], False),
        ([4, 4], [True, True], False),
        ([1, 4], [True, True], True),
        ([1, 1, 1, 1, 1], [True] * 5, False),
        ([2, 0, 0], [True, False, False], False),
        ([0, 7], [False, False], True),
    ],
)
def test_cells_beside_one_another(counts: list[int], hidden: list[bool], total: bool) -> None:
    """By hand: who is hidden, and whether the total may stand."""
    values = np.array(counts)
    found, may_show = held_back(Beside((values > 0) & (values < SMALLEST), values, values[:, None]))
    assert (found.tolist(), may_show) == (hidden, total)


def test_what_is_hidden_together_is_never_few() -> None:
    """A partner without late meetings does not help; the next one that has enough does."""
    counts = np.array([[20, 3], [30, 0], [40, 6]])
    beside = Beside(np.array([True, False, False]), counts.sum(axis=1), counts)
    assert held_back(beside)[0].tolist() == [True, True, True]


def test_a_place_of_few_is_hidden_at_all_dates() -> None:
    """Four clients in one month hide the village in every month, and the town beside it; the area stays."""
    town = [of_town(n) for n in range(1, 21)]
    village = [of_village(n) for n in range(1, 9)]
    facts = [month_of(JANUARY, town + village), month_of(FEBRUARY, town + village[:4])]
    facts.append(month_of(MARCH, town + village))
    rows = month_figures([level_of(f, policy()) for f in facts]).rows
    places = rows.filter(level="municipality")
    assert set(places["held_back"]) == {"all"}
    assert places["clients"].null_count() == places.height == 6
    assert rows.filter(level="area")["clients"].to_list() == [28, 24, 28]


def test_a_region_of_few_tells_nothing() -> None:
    """Three clients in all are not told on any level."""
    rows = month_figures([level_of(month_of(JANUARY, [of_town(n) for n in range(3)]), policy())]).rows
    shown = rows.select(pl.exclude("since", "until", "level", "area", "municipality", "name", "held_back"))
    assert sum(shown.null_count().row(0)) == shown.height * shown.width


def test_capacity_of_one_coach_is_not_told() -> None:
    """Each place has one coach: neither capacity nor utilisation is told, the load of clients is."""
    rows = [of_town(n) for n in range(1, 21)] + [of_village(n) for n in range(1, 11)]
    found = month_figures([level_of(month_of(JANUARY, rows), policy())]).rows
    places = found.filter(level="municipality")
    assert places["capacity_hours"].null_count() == places["utilisation"].null_count() == 2
    assert places["load_hours"].to_list() == [17.0, 8.0]
    assert found.filter(level="region")["capacity_hours"].to_list() == [15.0]


def test_hidden_figures_are_named() -> None:
    """Where a figure is empty at a later date, the row says which family is held back."""
    rows = month_figures(three_months()).rows.filter(pl.col("since").is_not_null())
    for before, after in pairwise(("inflow", "outflow", "inflow")):
        assert rows[before].is_null().equals(rows[after].is_null())
    empty = rows.filter(pl.col("inflow").is_null())
    assert empty.filter(pl.col("held_back").is_null()).is_empty()


def test_who_stayed_without_a_coach_is_not_one_subtraction_away() -> None:
    """Of 102 clients 8 came and 92 stayed with a coach: that two stayed without one is not told."""
    before = [of_town(n, coach_id=None if n in (50, 51) else "ann") for n in range(100)]
    after = [of_town(n, coach_id=None if n in (50, 51) else "ann") for n in range(6, 108)]
    months = month_figures(
        [level_of(month_of(day, rows), policy()) for day, rows in ((JANUARY, before), (FEBRUARY, after))]
    )
    row = months.rows.filter((pl.col("level") == "region") & (pl.col("until") == FEBRUARY)).to_dicts()[0]
    assert (row["clients"], row["inflow"], row["continuity"]) == (102, 8, 1.0)
    assert (row["had_coach"], row["kept"]) == (None, None)
    assert "stayed" in row["held_back"].split()
