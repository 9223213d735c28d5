"""Demo regions of any size are valid: references, rules, ties, and enough time where the clients are."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from optimiser.domain.policy import Policy
from optimiser.domain.schema import AGE_GROUPS, LEVELS, TABLES
from optimiser.domain.travel import travel_minutes
from optimiser.tables.demo import DemoOptions, demo_frames
from tests.tables.test_demo import Frames, base_minutes, capacities, snapshot_of

KIND = ["municipality", "language", "other_languages", "age", "integration", "channel"]


def kinds_of(frames: Frames) -> pl.DataFrame:
    """Unprotected clients with what the rules read of them."""
    day = frames["snapshot"]["date"][0]
    age = day.year - pl.col("birth_year")
    return (
        frames["clients"]
        .filter(~pl.col("protected_address"))
        .with_columns(
            pl.col("municipality", "language", "other_languages", "channel").cast(pl.String),
            age=(age > 29).cast(pl.Int8) + (age > 54).cast(pl.Int8),
            integration=(pl.col("integration_until") >= day).fill_null(False),
        )
    )


def languages_shared(coach: dict[str, object], kind: dict[str, object]) -> bool:
    """Whether they share a language, B2 being enough."""
    spoken = str(coach["languages"]).split()
    others = [part.split(":") for part in str(kind["other_languages"] or "").split()]
    known = {code for code, level in others if LEVELS.index(level) >= LEVELS.index("B2")}
    return bool(({kind["language"]} | known) & set(spoken))


def allowed_pairs(
    frames: Frames, kinds: list[dict[str, object]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rules of docs/MODEL.md pair by pair, exclusions apart, and whether they share a language; shape (K, C)."""
    day = frames["snapshot"]["date"][0]
    apart = dict(frames["units"].select("unit_id", "integration").iter_rows())
    travel = travel_minutes(frames["municipalities"], frames["travel"])
    place = travel.index()
    coaches = frames["coaches"].to_dicts()
    allowed = np.zeros((len(kinds), len(coaches)), dtype=bool)
    shared = np.zeros_like(allowed)
    for k, kind in enumerate(kinds):
        for j, coach in enumerate(coaches):
            minutes = travel.minutes[place[coach["municipality"]], place[str(kind["municipality"])]]
            shared[k, j] = languages_shared(coach, kind)
            group = AGE_GROUPS[int(str(kind["age"]))]
            allowed[k, j] = (
                (coach["serves"] == "*" or kind["municipality"] in coach["serves"].split())
                and (shared[k, j] or kind["language"] not in ("fi", "sv"))
                and (not coach["age_groups"] or group in coach["age_groups"].split())
                and kind["integration"] == apart[coach["unit_id"]]
                and (coach["start"] is None or coach["start"] <= day)
                and (coach["end"] is None or coach["end"] >= day)
                and (
                    kind["channel"] != "in_person"
                    or (not coach["remote"] and (minutes <= 60 or bool(kind["integration"])))
                )
            )
    return allowed, shared


def complaints_about(frames: Frames) -> list[str]:
    """What a reader would object to: keys, required cells, choices, bounds, references."""
    found = []
    for name, frame in frames.items():
        table = TABLES[name]
        if frame.select(table.key).is_duplicated().any():
            found.append(f"{name}: key")
        for column in table.columns:
            values = frame[column.name].drop_nulls()
            if column.required and len(values) < frame.height:
                found.append(f"{name}.{column.name}: empty cell")
            words = (
                values.cast(pl.String).str.split(" ").explode()
                if column.kind in ("code", "codes", "id")
                else None
            )
            if words is not None and column.choices and not words.is_in(column.choices).all():
                found.append(f"{name}.{column.name}: choice")
            if column.low is not None and len(values) and values.min() < column.low:
                found.append(f"{name}.{column.name}: too low")
            if column.high is not None and len(values) and values.max() > column.high:
                found.append(f"{name}.{column.name}: too high")
            if words is not None and column.refers:
                other, _, key = column.refers.partition(".")
                known = frames[other][key].cast(pl.String).append(pl.Series(["*"]))
                if not words.is_in(known.implode()).all():
                    found.append(f"{name}.{column.name}: unknown")
    return found


@settings(max_examples=25, deadline=None)
@given(
    clients=st.integers(1, 400),
    coaches=st.integers(1, 30),
    seed=st.integers(0, 2**32),
    share=st.sampled_from([0.0, 0.5, 0.97, 1.0]),
    pressure=st.floats(0.3, 2.0),
)
def test_any_region_is_valid(clients: int, coaches: int, seed: int, share: float, pressure: float) -> None:
    """Regions of any size keep the declared tables and references, and somebody may serve every client."""
    frames = demo_frames(DemoOptions(clients, coaches, seed, pressure, share), base_minutes)
    assert complaints_about(frames) == []
    assert (frames["clients"].height, frames["coaches"].height) == (clients, coaches)
    kinds = kinds_of(frames).select(KIND).unique()
    allowed, _ = allowed_pairs(frames, kinds.to_dicts())
    assert allowed.any(axis=1).all()
    assert (capacities(snapshot_of(frames), Policy()) >= 0).all()
    assert (frames["coaches"]["limit_heads"] * coaches).max() >= clients


@pytest.fixture(scope="module")
def region() -> Frames:
    """A full-size region."""
    return demo_frames(DemoOptions(), base_minutes)


@pytest.fixture(scope="module")
def pairs(region: Frames) -> pl.DataFrame:
    """Clients with a coach: client, coach, whether the rules allow the pair, base minutes."""
    clients = kinds_of(region)
    kinds = clients.select(KIND).unique(maintain_order=True).with_row_index("kind")
    allowed, _ = allowed_pairs(region, kinds.to_dicts())
    rows = clients.with_columns(minutes=pl.Series(base_minutes(snapshot_of(region), Policy())))
    rows = rows.join(kinds, on=KIND, nulls_equal=True, maintain_order="left")
    rows = rows.join(
        region["coaches"].select("coach_id").with_row_index("j"), on="coach_id", maintain_order="left"
    )
    fits = allowed[rows["kind"].to_numpy(), rows["j"].to_numpy()]
    return rows.with_columns(allowed=pl.Series(fits))


def test_pins_are_allowed(region: Frames, pairs: pl.DataFrame) -> None:
    """A pin keeps a client with the present coach, whom every rule allows, and no exclusion touches it."""
    pins = region["pins"].join(pairs, on="client_id", suffix="_present")
    assert pins.height == region["pins"].height == 84
    assert (pins["coach_id"] == pins["coach_id_present"]).all()
    assert pins["allowed"].all()
    assert pins.join(region["exclusions"], on="client_id").height == 0


def test_exclusions_leave_a_choice(region: Frames) -> None:
    """An exclusion names an unprotected client and not the present coach."""
    excluded = region["exclusions"].join(kinds_of(region), on="client_id", suffix="_present")
    assert excluded.height == region["exclusions"].height == 28
    assert not (excluded["coach_id"] == excluded["coach_id_present"]).any()


def test_some_coaches_no_longer_fit(pairs: pl.DataFrame) -> None:
    """One or two clients in a hundred have a coach whom a rule now bars."""
    assert 0.005 < (~pairs["allowed"]).mean() < 0.03


def test_present_loads_are_uneven(region: Frames, pairs: pl.DataFrame) -> None:
    """Present utilisations reach from about 60 % to about 145 %, as in real regions."""
    load = region["coaches"].join(
        pairs.group_by("coach_id").agg(pl.col("minutes").sum()),
        on="coach_id",
        how="left",
        maintain_order="left",
    )["minutes"]
    capacity = capacities(snapshot_of(region), Policy())
    used = load.fill_null(0).to_numpy()[capacity > 0] / capacity[capacity > 0]
    low, middle, high = np.quantile(used, [0.05, 0.5, 0.95])
    assert 0.4 < low < 0.75
    assert 0.85 < middle < 1.05
    assert 1.2 < high < 1.6


def test_relationships_have_dates(region: Frames) -> None:
    """A relationship starts between registration and the snapshot; few coaches changed against a wish."""
    clients, day = region["clients"], region["snapshot"]["date"][0]
    placed = clients.filter(pl.col("coach_id").is_not_null())
    assert placed.height / clients.height == pytest.approx(0.97, abs=1e-4)
    assert (placed["coach_since"] >= placed["registered_on"]).all()
    assert (placed["coach_since"] <= day).all()
    assert (
        clients.filter(pl.col("coach_id").is_null())["coach_since"].null_count()
        == clients.height - placed.height
    )
    assert 0.01 < (placed["involuntary_changes"] == 1).mean() < 0.04
    fresh = clients.filter(pl.col("coach_id").is_null(), pl.col("registered_on") > day - pl.duration(days=91))
    assert fresh.height > 0.8 * (clients.height - placed.height)


def test_households(region: Frames) -> None:
    """About 1.2 % of clients live in households of two or three in one municipality, mostly with one coach."""
    members = region["clients"].filter(pl.col("household").is_not_null())
    homes = members.group_by("household").agg(
        pl.len(),
        pl.col("municipality").n_unique().alias("places"),
        pl.col("coach_id").n_unique().alias("coaches"),
    )
    assert members.height / 28_000 == pytest.approx(0.012, abs=0.001)
    assert set(homes["len"]) <= {2, 3}
    assert set(homes["places"]) == {1}
    assert 0.8 < (homes["coaches"] == 1).mean() < 1


def test_protected_addresses_are_untied(region: Frames) -> None:
    """Some clients have a protected address, and no other table and no household names them."""
    protected = region["clients"].filter(pl.col("protected_address"))
    assert protected.height == 84
    assert protected["household"].null_count() == protected.height
    named = pl.concat([region["pins"]["client_id"], region["exclusions"]["client_id"]])
    assert not named.is_in(protected["client_id"].implode()).any()


@pytest.mark.parametrize(("clients", "coaches", "seed"), [(28_000, 250, 1), (2_800, 25, 1), (1_000, 10, 2)])
def test_everybody_can_be_served(clients: int, coaches: int, seed: int) -> None:
    """At pressure 0.98 the time is where the clients are: loads near 100 % serve everybody within the heads."""
    frames = demo_frames(DemoOptions(clients, coaches, seed), base_minutes)
    assert least_utilisation(frames) < 1.08


def least_utilisation(frames: Frames) -> float:
    """Smallest largest utilisation, interpreters included, over all fractional assignments within the heads."""
    day = frames["snapshot"]["date"][0]
    capacity = capacities(snapshot_of(frames), Policy())
    days = (pl.lit(day) - pl.col("registered_on")).dt.total_days()
    rows = kinds_of(frames).with_columns(
        minutes=pl.Series(base_minutes(snapshot_of(frames), Policy())),
        meetings=pl.when(days < 91).then(2.2).otherwise(2 / 3) + pl.col("extra_meetings"),
    )
    kinds = rows.group_by(KIND).agg(pl.len(), pl.col("minutes", "meetings").sum()).sort(KIND)
    allowed, shared = allowed_pairs(frames, kinds.to_dicts())
    k, j = np.nonzero(allowed)
    heads, minutes, meetings = (kinds[c].to_numpy().astype(float) for c in ("len", "minutes", "meetings"))
    load = minutes[k] + np.where(shared[k, j], 0.0, 0.8 * 30 * meetings[k])
    arcs, size = np.arange(len(k)), (len(capacity), len(k) + 1)
    by_load = sparse.csr_array((load, (j, arcs)), shape=size) - sparse.csr_array(
        (capacity, (np.arange(len(capacity)), np.full(len(capacity), len(k)))), shape=size
    )
    by_heads = sparse.csr_array((heads[k], (j, arcs)), shape=size)
    served = sparse.csr_array((np.ones(len(k)), (k, arcs)), shape=(len(heads), len(k) + 1))
    limits = np.append(np.zeros(len(capacity)), frames["coaches"]["limit_heads"].to_numpy())
    result = linprog(
        np.append(np.zeros(len(k)), 1.0),
        A_ub=sparse.vstack([by_load, by_heads]).tocsr(),
        b_ub=limits,
        A_eq=served,
        b_eq=np.ones(len(heads)),
    )
    assert result.status == 0
    return float(result.x[-1])
