"""The facts of Pirkanmaa that every demo region is drawn from."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date as Date
from importlib.resources import files
from itertools import product

import numpy as np
import polars as pl

from optimiser.domain.schema import AGE_GROUPS, TRAVEL
from optimiser.domain.travel import travel_minutes
from optimiser.tables.demo.draws import Flags, Floats

DATE = Date(2023, 3, 6)
"""Day of the snapshot: the rhythm of 2.5.2022 is in force."""
TRIAL_START = Date(2021, 3, 1)
"""No client has had a coach for longer."""
CENTRE = "837"
"""Tampere, where the integration unit sits."""
SPECIALISMS = ("", "youth_guidance", "entrepreneurship", "work_ability", "immigrants")
NEEDS, EXTRAS, SERVICES = (1, 2, 3, 4), (0.0, 0.5, 1.0), (0, 1, 2, 3)
CLASSES = (*AGE_GROUPS, "fresh", "foreign", "integration")
"""Kinds of client that profiles are drawn by: steady by age group, and the three others."""


@dataclass(frozen=True)
class Region:
    """Municipalities (M), languages (L) and client profiles (P) with their shares.

    Attributes
    ----------
    municipalities : polars.DataFrame
        Sorted by code; `clients` of 28,000 and `foreign_language_share` (per cent of residents) beside
        the columns of the table.
    codes : tuple of str
        Municipality codes (M).
    centre : int
        Row of the municipality where the integration unit sits.
    minutes : float, shape (M, M)
        Road minutes.
    languages : polars.DataFrame
        Weights of the foreign languages in Tampere and elsewhere, share of coaches who work in each.
    profiles : polars.DataFrame
        Every combination of the drivers of demand and the specialism (P rows).
    profile_weights : float, shape (K, P)
        For the classes of `CLASSES`; nearly everybody has one of a dozen profiles.
    any_channel : bool, shape (P,)
        Profiles of clients who choose how to be met; the others come in person.
    """

    municipalities: pl.DataFrame
    codes: tuple[str, ...]
    centre: int
    minutes: Floats
    languages: pl.DataFrame
    profiles: pl.DataFrame
    profile_weights: Floats
    any_channel: Flags


def read_region() -> Region:
    """Return the facts that come with the package."""
    municipalities = _facts("municipalities").sort("municipality")
    codes = tuple(municipalities["municipality"])
    minutes = travel_minutes(municipalities, TRAVEL.empty()).minutes
    profiles = _all_profiles()
    common = profiles.join(_facts("profiles"), on=profiles.columns, how="left", maintain_order="left")
    return Region(
        municipalities=municipalities,
        codes=codes,
        centre=codes.index(CENTRE),
        minutes=minutes,
        languages=_facts("languages"),
        profiles=profiles,
        profile_weights=np.stack([common[name].fill_null(0).to_numpy() for name in CLASSES]).astype(float),
        any_channel=(common["any_channel"].fill_null("yes") == "yes").to_numpy(),
    )


def _facts(name: str) -> pl.DataFrame:
    """One of the tables beside this file."""
    content = files("optimiser.tables.demo").joinpath(f"{name}.csv").read_bytes()
    types = {"municipality": pl.String, "extra_meetings": pl.Float64, "specialism": pl.String}
    frame = pl.read_csv(io.BytesIO(content), schema_overrides=types)
    if "multi_agency" in frame.columns:
        frame = frame.with_columns(pl.col("multi_agency") == "yes", pl.col("specialism").fill_null(""))
    return frame


def _all_profiles() -> pl.DataFrame:
    rows = list(product(NEEDS, (False, True), EXTRAS, SERVICES, SPECIALISMS))
    names = ["need_level", "multi_agency", "extra_meetings", "services_under_way", "specialism"]
    return pl.DataFrame(rows, schema=names, orient="row")
