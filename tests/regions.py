"""Small regions and policies of every kind, for tests of the whole chain.

A demo region gives the proportions; `twist` adds what demo regions have too little of: leavers, recent
changes of coach, households with several coaches, languages with limited interpreter minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st

from optimiser.allocation.workload import base_demand
from optimiser.domain.policy import Policy
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo import DemoOptions, demo_frames

Frames = dict[str, pl.DataFrame]
REGION_TABLES = tuple(name for name in TABLES if name != "snapshot")


@dataclass(frozen=True)
class Recipe:
    """What a region is made of; its text is all that is needed to make it again.

    Attributes
    ----------
    options : DemoOptions
    twist : int
        Seed of the changes, 0 for none.
    day : datetime.date or None
        Another day of the snapshot: another rhythm.
    own_limits : bool
        Whether the coaches' own limits stay.
    """

    options: DemoOptions
    twist: int = 0
    day: Date | None = None
    own_limits: bool = True


def frames_of(recipe: Recipe) -> Frames:
    """Tables of a region as they would stand in files."""
    frames = demo_frames(recipe.options, base_demand)
    if recipe.twist:
        frames = twist(frames, np.random.default_rng(recipe.twist))
    if not recipe.own_limits:
        none = (
            pl.lit(None).cast(pl.Float64).alias("limit_minutes"),
            pl.lit(None).cast(pl.Int32).alias("limit_heads"),
        )
        frames["coaches"] = frames["coaches"].with_columns(*none).cast(dict(frames["coaches"].schema))
    if recipe.day is not None:
        ahead = recipe.day - frames["snapshot"]["date"][0]
        frames = {name: frame.with_columns(pl.col(pl.Date) + ahead) for name, frame in frames.items()}
    return frames


def snapshot_of(frames: Frames) -> Snapshot:
    """The snapshot that reading the written frames would give: protected clients counted, not listed."""
    clients = frames["clients"].filter(~pl.col("protected_address"))
    apart = frames["clients"].filter("protected_address")
    counts = apart.drop_nulls("coach_id").group_by("coach_id").len("held")
    held = pl.col("protected_clients") + pl.col("held").fill_null(0)
    coaches = frames["coaches"].join(counts, on="coach_id", how="left", maintain_order="left")
    coaches = coaches.with_columns(protected_clients=held).drop("held").cast(dict(frames["coaches"].schema))
    mine = ("clients", "coaches")
    rest = {name: frames[name] for name in REGION_TABLES if name in frames and name not in mine}
    rest |= {name: rest[name].join(clients, on="client_id", how="semi") for name in ("exclusions", "pins")}
    tables = {"clients": clients, "coaches": coaches, **rest}
    about = frames["snapshot"].row(0, named=True)
    return Snapshot(
        date=about["date"],
        region=about["region"],
        source=about["source"],
        protected_total=int(coaches["protected_clients"].sum()),
        **{name: frame.sort(TABLES[name].key) for name, frame in tables.items()},
    )


def snapshot_from(recipe: Recipe) -> Snapshot:
    """The snapshot of a recipe."""
    return snapshot_of(frames_of(recipe))


def twist(frames: Frames, rng: np.random.Generator) -> Frames:
    """Make a region odder: everything that a rule or a limit reads, changed here and there."""
    day = frames["snapshot"]["date"][0]
    changed = dict(frames)
    changed["coaches"] = _odd_coaches(frames["coaches"], day, rng)
    changed["clients"] = _odd_clients(frames["clients"], frames["coaches"]["coach_id"].to_list(), day, rng)
    known = changed["clients"].filter(pl.col("coach_id").is_not_null()).select("client_id", "coach_id")
    clash = known.join(frames["pins"], on=["client_id", "coach_id"], how="anti")
    chosen = clash.filter(pl.Series(rng.random(clash.height) < 0.05))
    more = chosen.with_columns(until=pl.lit(None).cast(pl.Date), line=pl.lit(0))
    missing = [c for c in frames["exclusions"].columns if c not in more.columns]
    more = more.with_columns(pl.lit(None).alias(c) for c in missing)
    schema = pl.Schema(TABLES["exclusions"].schema())
    exclusions = pl.concat([frames["exclusions"], more.select(schema.names()).cast(schema)])
    changed["exclusions"] = exclusions.unique(["client_id", "coach_id"]).sort("client_id", "coach_id")
    return changed


def _some(rng: np.random.Generator, height: int, share: float) -> pl.Series:
    return pl.Series(rng.random(height) < share)


def _put(column: str, rows: pl.Series, values: Any) -> pl.Expr:
    return pl.when(rows).then(values).otherwise(pl.col(column)).alias(column)


def _odd_coaches(coaches: pl.DataFrame, day: Date, rng: np.random.Generator) -> pl.DataFrame:
    """Leavers, newcomers of the coming weeks, coaches without time, without limits, or with low ones."""
    n, schema = coaches.height, dict(coaches.schema)
    gone = pl.lit(day).dt.offset_by("-3d")
    soon = pl.lit(day).dt.offset_by("9d")
    return coaches.with_columns(
        _put("end", _some(rng, n, 0.1), gone),
        _put("start", _some(rng, n, 0.05), soon),
        _put("fte", _some(rng, n, 0.08), pl.lit(0.0)),
        _put("limit_minutes", _some(rng, n, 0.2), pl.lit(None)),
        _put("limit_heads", _some(rng, n, 0.3), pl.lit(None)),
    ).with_columns(
        _put("limit_heads", _some(rng, n, 0.2), pl.lit(int(rng.integers(0, 25)))),
        _put("limit_minutes", _some(rng, n, 0.1), pl.lit(float(rng.integers(0, 800)))),
        _put("start", pl.col("end") < pl.col("start"), pl.lit(None)),
        _put("remote", _some(rng, n, 0.1), pl.lit(True)),
    ).cast(schema)  # fmt: skip


def _odd_clients(clients: pl.DataFrame, ids: list[str], day: Date, rng: np.random.Generator) -> pl.DataFrame:
    """Recent changes, signing clients, larger and mixed households, present coaches a rule bars."""
    n, schema = clients.height, dict(clients.schema)
    homes = pl.Series([f"X{k:03d}" for k in rng.integers(0, max(1, n // 6), n)])
    coaches = pl.Series([ids[k] for k in rng.integers(0, len(ids), n)])
    until = pl.lit(day).dt.offset_by("20d")
    has_coach = pl.col("coach_id").is_not_null()
    joined = _some(rng, n, float(rng.choice([0.0, 0.2, 0.5])))
    text = clients.with_columns(pl.col("language", "other_languages", "channel").cast(pl.String))
    return text.with_columns(
        _put("involuntary_changes", _some(rng, n, 0.1), pl.lit(1)),
        _put("language", _some(rng, n, 0.1), pl.lit("fse")),
        _put("integration_until", _some(rng, n, 0.03), until),
        _put("channel", _some(rng, n, 0.1), pl.lit("phone")),
        _put("coach_id", _some(rng, n, 0.1) & has_coach, coaches),
        _put("household", joined, homes),
        _put("need_level", _some(rng, n, 0.1), pl.lit(4)),
    ).cast(schema)  # fmt: skip


def recipes(most_clients: int = 200, **fixed: Any) -> st.SearchStrategy[Recipe]:
    """Regions of 5 to `most_clients` clients; options given by name are fixed."""
    parts: dict[str, st.SearchStrategy[Any]] = {
        "clients": st.integers(5, most_clients),
        "coaches": st.integers(2, 12),
        "seed": st.integers(0, 10_000),
        "pressure": st.floats(0.6, 1.6),
        "present_share": st.sampled_from([0.0, 0.5, 0.97, 1.0]),
    }
    parts |= {name: st.just(value) for name, value in fixed.items() if name in parts}
    days = st.sampled_from([None, None, Date(2021, 6, 1), Date(2026, 3, 2)])
    return st.builds(
        Recipe,
        options=st.builds(DemoOptions, **parts),
        twist=st.just(fixed["twist"]) if "twist" in fixed else st.integers(0, 5_000),
        day=days,
        own_limits=st.just(True) if "own_limits" in fixed else st.sampled_from([True, True, False]),
    )


RULES = tuple(Policy().rules.model_dump())
AREAS = ("Tampere", "Tampereen kehyskunnat", "Etelä-Pirkanmaa")


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Rules on and off, prices down to 0, limits of every kind, weights, household joins."""
    off = draw(st.sets(st.sampled_from(RULES), max_size=3))
    rules: dict[str, dict[str, Any]] = {name: {"on": False} for name in sorted(off)}
    rules.setdefault("household", {})["join_different"] = draw(st.booleans())
    mode = st.sampled_from(["coach", "interpreter", "interpreter_limited"])
    modes = {"fi": "coach", "sv": "coach", "fse": draw(mode), "ar": draw(mode)}
    rules.setdefault("language", {}).update(modes=modes, default=draw(mode))
    rules.setdefault("travel", {})["integration_exempt"] = draw(st.booleans())
    for name, wishes in draw(_moving()).items():
        rules[name] = wishes | rules.get(name, {})
    return Policy.model_validate(
        {"rules": rules, "prices": draw(_prices()), "limits": draw(_limits()), "unserved": draw(_weights())}
        | draw(st.sampled_from([{}, {}, {"load_curve": {"breaks": [0, 1], "slopes": [0.5]}}]))
    )


@st.composite
def _moving(draw: st.DrawFn) -> dict[str, Any]:
    """Rules of moving: protected relationships, frozen coaches and units, moves inside teams."""
    return {
        "protection": {
            "younger_than_months": draw(st.sampled_from([0, 0, 4])),
            "need_level": draw(st.sampled_from([5, 5, 4])),
        },
        "freeze": {
            "coaches": draw(st.sampled_from([[], [], ["K001"], ["K001", "K002"]])),
            "units": draw(st.sampled_from([[], [], ["U01"]])),
        },
        "team": {"on": draw(st.sampled_from([False, False, True]))},
    }


@st.composite
def _prices(draw: st.DrawFn) -> dict[str, Any]:
    price = st.sampled_from([0.0, 1.0, 15.0])
    handover = {"minutes": draw(st.sampled_from([0.0, 90.0, 600.0]))}
    return {
        "travel_share": draw(st.sampled_from([0.0, 0.5])),
        "interpreter": draw(price),
        "specialism": draw(price),
        "overload": draw(st.sampled_from([0.0, 20.0])),
        "handover": handover,
    }


@st.composite
def _limits(draw: st.DrawFn) -> dict[str, Any]:
    areas = draw(st.dictionaries(st.sampled_from(AREAS), st.sampled_from([0.0, 40.0, 400.0])))
    heads = draw(st.sampled_from([None, None, 0, 8, 25]))
    return {
        "load": draw(st.sampled_from([0.5, 1.05, 1.2, 3.0])),
        "heads": heads,
        "interpreter_minutes": areas,
        "moves": draw(st.sampled_from([None, None, 0, 1, 5, 20])),
    }


@st.composite
def _weights(draw: st.DrawFn) -> dict[str, Any]:
    levels = draw(st.sampled_from([{}, {3: 2, 4: 5}, {4: 1000}]))
    return {
        "default": draw(st.sampled_from([1, 1, 2])),
        "long_term": draw(st.integers(1, 3)),
        "need_level": levels,
    }
