"""Demo regions: size, proportions, seeds, figures."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from polars.testing import assert_frame_equal

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions, demo_frames

Frames = dict[str, pl.DataFrame]


def base_minutes(snapshot: Snapshot, policy: Policy) -> NDArray[np.float64]:
    """Base demand by docs/MODEL.md, for the default policy's two phases."""
    phases, work = policy.rhythm_on(snapshot.date).phases, policy.workload
    days = (pl.lit(snapshot.date) - pl.col("registered_on")).dt.total_days()
    rhythm = pl.when(days < phases[0].until_days).then(phases[0].meetings).otherwise(phases[1].meetings)
    minutes = (
        (rhythm + pl.col("extra_meetings")) * (work.meeting_minutes + work.record_minutes)
        + pl.col("need_level").replace_strict(work.need_minutes)
        + pl.col("multi_agency") * work.multi_agency_minutes
        + pl.col("services_under_way") * work.service_minutes
    )
    return snapshot.clients.select(minutes.cast(pl.Float64)).to_series().to_numpy()


def snapshot_of(frames: Frames) -> Snapshot:
    """The snapshot that reading the written frames would give: protected clients counted, not listed."""
    protected = pl.col("protected_address")
    clients = frames["clients"]
    held = clients.filter(protected, pl.col("coach_id").is_not_null()).group_by("coach_id").len("held")
    coaches = (
        frames["coaches"]
        .join(held, on="coach_id", how="left", maintain_order="left")
        .with_columns(protected_clients=pl.col("protected_clients") + pl.col("held").fill_null(0))
        .select(frames["coaches"].columns)
    )
    rest = {n: frames[n] for n in ("municipalities", "travel", "units", "absences", "exclusions", "pins")}
    return Snapshot(
        date=frames["snapshot"]["date"][0],
        region="Pirkanmaa",
        source="test",
        clients=clients.filter(~protected),
        coaches=coaches,
        protected_total=clients["protected_address"].sum(),
        **rest,
    )


def capacities(snapshot: Snapshot, policy: Policy) -> NDArray[np.float64]:
    """c_j of docs/MODEL.md, coach by coach and day by day."""
    days = pl.date_range(snapshot.date, pl.lit(snapshot.date).dt.offset_by("27d"), eager=True).to_list()
    values = []
    for coach in snapshot.coaches.to_dicts():
        absences = snapshot.absences.filter(pl.col("coach_id") == coach["coach_id"]).to_dicts()
        shares = []
        for day in days:
            late = coach["end"] is not None and day > coach["end"]
            early = coach["start"] is not None and day < coach["start"]
            away = min(1.0, sum(a["share"] for a in absences if a["first_day"] <= day <= a["last_day"]))
            ramp, length = policy.capacity.ramp_up_share, coach["ramp_up_days"]
            grown = min(1.0, ramp + (1 - ramp) * (day - coach["start"]).days / length) if length else 1.0
            shares.append(0.0 if late or early else grown * (1 - away))
        minutes = coach["fte"] * coach["full_time_minutes"] * float(np.mean(shares))
        taken = coach["reserved_minutes"] + coach["protected_clients"] * policy.protected_minutes
        values.append(max(0.0, minutes - taken))
    return np.array(values)


def ages(frames: Frames) -> pl.Series:
    """Age of every client."""
    year = frames["snapshot"]["date"][0].year
    return year - frames["clients"]["birth_year"]


def days_registered(frames: Frames) -> pl.Series:
    """Days since registration of every client."""
    return (frames["snapshot"]["date"][0] - frames["clients"]["registered_on"]).dt.total_days()


@pytest.fixture(scope="module")
def region() -> Frames:
    """The demo region as it comes."""
    return demo_frames(DemoOptions(), base_minutes)


def test_tables_as_declared(region: Frames) -> None:
    """Every table is there with the declared columns and types, sorted by its key, without source lines."""
    assert list(region) == [name for name in TABLES if name != "departures"], "nobody has left yet"
    for name, frame in region.items():
        assert dict(frame.schema) == TABLES[name].schema(), name
        assert frame["line"].sum() == 0
        assert_frame_equal(frame, frame.sort(TABLES[name].key))


def test_size_and_places(region: Frames) -> None:
    """22 municipalities in five areas; clients by place as estimated; Kuhmoinen is nowhere."""
    assert region["clients"].height == 28_000
    assert region["coaches"].height == 250
    places = region["municipalities"]
    assert (places.height, places["area"].n_unique()) == (22, 5)
    assert "291" not in " ".join(places["municipality"].to_list() + places["neighbours"].to_list())
    counts = dict(region["clients"].group_by(pl.col("municipality").cast(pl.String)).len().iter_rows())
    assert counts["837"] == 16_800
    assert counts["177"] == 49
    assert set(region["clients"]["municipality"].cast(pl.String)) == set(
        places["municipality"].cast(pl.String)
    )


def test_shares_of_clients(region: Frames) -> None:
    """Age groups, newcomers, channels, languages and integration are in the proportions asked for."""
    clients, age = region["clients"], ages(region)
    language = clients["language"].cast(pl.String)
    foreign = ~language.is_in(["fi", "sv", "fse"])
    tampere = clients["municipality"].cast(pl.String) == "837"
    found = {
        "youth": (age <= 29).mean(),
        "adult": age.is_between(30, 54).mean(),
        "fresh": (days_registered(region) < 91).mean(),
        "in person": (clients["channel"].cast(pl.String) == "in_person").mean(),
        "phone": (clients["channel"].cast(pl.String) == "phone").mean(),
        "foreign in Tampere": foreign.filter(tampere).mean(),
        "foreign elsewhere": foreign.filter(~tampere).mean(),
        "integration": clients["integration_until"].is_not_null().mean(),
    }
    asked = {
        "youth": 0.35,
        "adult": 0.43,
        "fresh": 0.2,
        "in person": 0.6,
        "phone": 0.25,
        "foreign in Tampere": 0.164,
        "foreign elsewhere": 0.055,
        "integration": 0.05,
    }
    assert found == pytest.approx(asked, abs=0.015)
    assert (language == "sv").mean() == pytest.approx(0.004, abs=0.0015)
    assert (language == "fse").sum() >= 1
    assert not (clients["integration_until"].is_not_null() & ~foreign).any()


def test_coaches_are_varied(region: Frames) -> None:
    """Part-time, shared, remote, young people's, new, leaving and absent coaches occur; all speak Finnish."""
    coaches, day = region["coaches"], region["snapshot"]["date"][0]
    languages = coaches["languages"].cast(pl.String).str.split(" ")
    assert languages.list.contains("fi").all()
    assert languages.list.contains("en").mean() == pytest.approx(0.55, abs=0.12)
    assert 0.03 < languages.list.contains("sv").mean() < 0.14
    assert 0.1 < (coaches["fte"] < 1).mean() < 0.45
    served = coaches["serves"].cast(pl.String)
    assert served.str.contains(" ").sum() >= 5
    assert served.filter(served != "*").str.split(" ").list.len().max() <= 4
    assert (coaches["end"] < day).sum() in (1, 2)
    assert coaches["end"].is_between(day, day + pl.duration(days=27)).sum() >= 1
    assert (coaches["ramp_up_days"] > 0).sum() >= 3
    assert coaches["remote"].any()
    assert region["absences"].height > 10
    assert (coaches["reserved_minutes"] > 0).sum() > 10
    assert region["units"]["integration"].sum() == 1


def test_pressure_and_limits_as_written(region: Frames) -> None:
    """Demand over capacity is the pressure; limits are 115 % of capacity and 1.35 times the mean heads."""
    snapshot, policy = snapshot_of(region), Policy()
    capacity = capacities(snapshot, policy)
    assert base_minutes(snapshot, policy).sum() / capacity.sum() == pytest.approx(0.98, abs=1e-5)
    assert np.abs(snapshot.coaches["limit_minutes"].to_numpy() - 1.15 * capacity).max() <= 0.05 + 1e-6
    assert set(snapshot.coaches["limit_heads"]) == {ceil(1.35 * 28_000 / 250)}
    assert snapshot.coaches["full_time_minutes"].n_unique() == 1


@pytest.mark.parametrize(("pressure", "share"), [(0.5, 1.0), (1.3, 0.0), (1.0, 0.5)])
def test_pressure_and_present_share_asked_for(pressure: float, share: float) -> None:
    """Another pressure and another share of placed clients are reached as well."""
    frames = demo_frames(DemoOptions(2_000, 20, 5, pressure, share), base_minutes)
    snapshot = snapshot_of(frames)
    reached = base_minutes(snapshot, Policy()).sum() / capacities(snapshot, Policy()).sum()
    assert reached == pytest.approx(pressure, rel=1e-4)
    assert frames["clients"]["coach_id"].is_not_null().mean() == share


def test_same_seed_same_region(region: Frames) -> None:
    """The same options give the same tables; another seed gives others."""
    again = demo_frames(DemoOptions(), base_minutes)
    other = demo_frames(DemoOptions(seed=2), base_minutes)
    for name, frame in region.items():
        assert_frame_equal(frame, again[name])
    for name in ("clients", "coaches", "absences", "pins", "exclusions"):
        assert not region[name].equals(other[name]), name


def test_clients_are_alike(region: Frames) -> None:
    """Clients fall into few combinations of what rules and prices read, so that groups are few."""
    clients = region["clients"].with_row_index().filter(~pl.col("protected_address"))
    age, days = ages(region).gather(clients["index"]), days_registered(region).gather(clients["index"])
    read = clients.select(
        "municipality",
        "language",
        "other_languages",
        "need_level",
        "multi_agency",
        "extra_meetings",
        "services_under_way",
        "specialism",
        "channel",
        pl.col("integration_until").is_null(),
        age=(age > 29).cast(pl.Int8) + (age > 54).cast(pl.Int8),
        fresh=days < 91,
    )
    assert 2_000 <= read.unique().height <= 3_500


@pytest.mark.parametrize(
    ("wrong", "option"),
    [
        ({"clients": 0}, "--clients"),
        ({"coaches": 0}, "--coaches"),
        ({"seed": -1}, "--seed"),
        ({"pressure": 0.0}, "--pressure"),
        ({"pressure": float("nan")}, "--pressure"),
        ({"present_share": 1.1}, "--present-share"),
    ],
)
def test_options_out_of_range(wrong: dict[str, Any], option: str) -> None:
    """An option out of range is named with advice."""
    with pytest.raises(InputError) as caught:
        DemoOptions(**wrong)
    assert [c.column for c in caught.value.complaints] == [option]
    assert "Try" in str(caught.value)


def test_all_wrong_options_at_once() -> None:
    """Every option out of range is complained of, not the first alone."""
    with pytest.raises(InputError) as caught:
        DemoOptions(clients=0, coaches=0, pressure=-1, present_share=2)
    assert len(caught.value.complaints) == 4
