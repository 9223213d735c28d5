"""Months of made-up regions: what holds of every update."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import Past
from optimiser.tables.demo.later import later_frames
from tests.allocation.update_tiny import followed
from tests.regions import Recipe, recipes, snapshot_from


def month_after(snapshot: Snapshot, seed: int) -> Snapshot:
    """The export a month later, as the reader would have it."""
    frames = later_frames(snapshot, seed)
    about = frames.pop("snapshot").row(0, named=True)
    return snapshot.replace(date=about["date"], **frames)


def some_moves(snapshot: Snapshot, seed: int) -> tuple[Snapshot, Past]:
    """The snapshot after some confirmed changes of coach, and their memory."""
    draws = np.random.default_rng(seed)
    coaches = snapshot.coaches["coach_id"]
    chosen = pl.Series(draws.random(snapshot.clients.height) < 0.1)
    other = coaches.gather(draws.integers(0, len(coaches), snapshot.clients.height))
    moves = snapshot.clients.with_columns(to=other).filter(chosen & (pl.col("coach_id").ne_missing(other)))
    confirmed = moves.select(
        "client_id", former_coach_id="coach_id", coach_id="to", since=pl.lit(snapshot.date)
    )
    to = dict(moves.select("client_id", "to").rows())
    moved = pl.col("client_id").replace_strict(to, default=pl.col("coach_id"), return_dtype=pl.String)
    return snapshot.replace(clients=snapshot.clients.with_columns(coach_id=moved)), Past(confirmed=confirmed)


@settings(max_examples=25)
@given(recipes(most_clients=80), st.integers(0, 1000))
def test_the_next_snapshot_is_the_export_with_the_confirmed_coaches(recipe: Recipe, seed: int) -> None:
    """Every fact is the export's but the confirmed coaches that the system has not; again, nothing changes."""
    told = snapshot_from(recipe)
    before, past = some_moves(told, seed)
    export = month_after(told, seed)
    update = followed(before, export, past=past)
    waiting = update.tables["confirmed_moves"].filter(pl.col("state").cast(pl.String) == "waiting")
    ours = dict(waiting.select("client_id", "coach_id").rows())
    expected = {
        who: ours.get(who, coach) for who, coach in export.clients.select("client_id", "coach_id").rows()
    }
    assert dict(update.following.clients.select("client_id", "coach_id").rows()) == expected
    rest = [c for c in export.clients.columns if c not in ("coach_id", "coach_since", "involuntary_changes")]
    assert update.following.clients.select(rest).equals(export.clients.select(rest))
    gone, came = update.tables["gone"], update.tables["arrivals"]
    assert before.clients.height - gone.height + came.height == export.clients.height
    assert not followed(update.following, export, past=past).changed


@settings(max_examples=15)
@given(recipes(most_clients=60), st.integers(0, 1000))
def test_no_order_of_rows_matters(recipe: Recipe, seed: int) -> None:
    """What changed is told in the same order whatever the order of departures and pins."""
    before = snapshot_from(recipe)
    export = month_after(before, seed)
    backwards = export.replace(departures=export.departures.reverse(), pins=export.pins.reverse())
    one, other = followed(before, export), followed(before, backwards)
    assert one.following.fingerprint() == other.following.fingerprint()
    for name, frame in one.tables.items():
        assert frame.equals(other.tables[name]), name


@settings(max_examples=10)
@given(recipes(most_clients=60), st.integers(0, 1000))
def test_every_table_is_in_the_order_of_its_key(recipe: Recipe, seed: int) -> None:
    """Coaches stand by unit and id, clients by id: no table is a ranking."""
    before = snapshot_from(recipe)
    update = followed(before, month_after(before, seed))
    for name, frame in update.tables.items():
        key = ["unit_id", "coach_id"] if name == "changed_coaches" else ["client_id"]
        key = ["kind", "client_id"] if name == "dropped_locks" else key
        texts = frame.select(pl.col(key).cast(pl.String))
        assert texts.equals(texts.sort(key)), name
