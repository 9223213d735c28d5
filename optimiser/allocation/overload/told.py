"""What may be told of an overload: whole hours, and nothing that gives a coach's capacity back.

A coach's hours follow from the load and the utilisation as the report tells them (whole minutes, whole
per cent), so they add nothing to what stands there already. Components of few coaches are told together,
municipalities of few clients are held back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from optimiser.allocation.overload.result import Component, Overload, Parts
from optimiser.domain.texts import ENGLISH, Texts
from optimiser.quality.suppress import SMALLEST, parts_held_back

HOUR = 60.0
DUST = 1e-3
"""Minutes that are rounding."""
TOLERANCE = 1e-9
"""Share of capacity that is rounding."""
EDGES = (1.0, 1.1)
"""Edges of load bands: nobody above one is told as not above it."""


@dataclass(frozen=True)
class Hours:
    """Parts of an overload in whole hours a month; they add up, for the four figures are rounded and not the parts.

    Attributes
    ----------
    present, moving, rules, hiring, newcomers : int
        Above capacity now; what moves take away, what rules hold, what needs more coach time; and what
        clients without a coach bring on top.
    """

    present: int
    moving: int
    rules: int
    hiring: int
    newcomers: int


@dataclass(frozen=True)
class Area:
    """A component that may be told, or several small ones together.

    Attributes
    ----------
    coaches : int
    municipalities : tuple of str
        Codes of the offices, most coaches first; empty for several together.
    integration : bool or None
        As in `Component`.
    hours : Hours
    """

    coaches: int
    municipalities: tuple[str, ...]
    integration: bool | None
    hours: Hours


def hours_of(parts: Parts) -> Hours:
    """Return the parts in whole hours."""
    present, moved, lifted, everybody = (
        round(m / HOUR) for m in (parts.present, parts.moved, parts.lifted, parts.everybody)
    )
    return Hours(present, present - moved, moved - lifted, lifted, everybody - lifted)


def told_areas(found: Overload) -> tuple[Area, ...]:
    """Return the components, those of fewer than 5 coaches as one; a single one of them takes the next along."""
    order = sorted(found.components, key=lambda c: (c.coaches, c.label))
    small = sum(c.coaches < SMALLEST for c in order)
    together = order[: max(small, 2)] if small else []
    rest = [c for c in found.components if c not in together]
    areas = [Area(c.coaches, c.municipalities, c.integration, hours_of(c.parts)) for c in rest]
    if together:
        areas.append(Area(sum(c.coaches for c in together), (), None, hours_of(_sum(together))))
    return tuple(areas)


def _sum(components: list[Component]) -> Parts:
    names = ("present", "moved", "lifted", "everybody")
    return Parts(*(sum(getattr(c.parts, name) for c in components) for name in names))


def told_coaches(found: Overload) -> pl.DataFrame:
    """Return the coaches above capacity by id.

    Returns
    -------
    polars.DataFrame
        coach_id, hours (above capacity), least (hours above capacity that stay if only this coach is
        relieved, as far as the rules allow and nobody else's excess grows). Whole hours a month.
    """
    load = pl.col("load_minutes").round(0)
    share = told_utilisation(pl.col("load_minutes") / pl.col("capacity_minutes"))
    above = pl.when(pl.col("capacity_minutes") > 0).then(load * (1.0 - 1.0 / share)).otherwise(load)
    relieved = pl.col("excess_minutes") - pl.col("least_minutes")
    hours = (above.clip(lower_bound=0.0) / HOUR).round(0)
    least = (hours - (relieved / HOUR).round(0)).clip(lower_bound=0.0)
    return (
        found.coaches.filter(pl.col("excess_minutes") > DUST)
        .select(
            "coach_id",
            hours.cast(pl.Int64).alias("hours"),
            pl.when(pl.col("least_minutes") > DUST).then(least).otherwise(0.0).cast(pl.Int64).alias("least"),
        )
        .sort("coach_id")
    )


def told_utilisation(share: pl.Expr) -> pl.Expr:
    """Return a utilisation above 100 % as reports tell it: whole per cent that stay in their load band."""
    told = share.round(2)
    for edge in EDGES:
        told = pl.when((share > edge + TOLERANCE) & (told <= edge)).then(edge + 0.01).otherwise(told)
    return told.round(2)


def told_municipalities(found: Overload) -> pl.DataFrame:
    """Return the municipalities that have clients with a coach, by code.

    Returns
    -------
    polars.DataFrame
        municipality, clients (all: how many of them have a coach would tell who has none), hours (their
        part of the load above capacity). Null in both where fewer than 5 clients live or have a coach, and
        in the next smallest with them, so that no subtraction gives one back.
    """
    places = found.municipalities.filter(pl.col("with_coach") > 0).sort("municipality")
    people = places.select("clients", "with_coach").cast(pl.Int64).to_numpy()
    hidden = pl.Series(parts_held_back(people, people[:, 0]), dtype=pl.Boolean)
    hours = (pl.col("excess_minutes") / HOUR).round(0).cast(pl.Int64)
    shown = [pl.when(~hidden).then(v) for v in (pl.col("clients").cast(pl.Int64), hours.alias("hours"))]
    return places.select("municipality", *shown)


def overload_json(found: Overload, texts: Texts = ENGLISH) -> dict[str, Any]:
    """Return what `overload.json` holds: everything in whole hours of coach time a month."""
    texts = texts.plain()
    return {
        "unit": texts.gettext("whole hours of coach time a month"),
        "note": texts.gettext(
            "Excess is load above capacity (100 %); limits of load and heads are not asked. The least excesses "
            "divide clients freely between coaches and keep no household together: a plan may leave more."
        ),
        "region": _parts(hours_of(found.total)),
        "clients_without_a_coach": found.newcomers,
        "of_them_nobody_may_serve": found.hopeless,
        "rules": [
            {"rule": r.name, "first_alone": round(r.first / HOUR), "last_alone": round(r.last / HOUR)}
            for r in found.rules
        ],
        "components": [
            {
                "coaches": a.coaches,
                "municipalities": list(a.municipalities),
                "integration_unit": a.integration,
                **_parts(a.hours),
            }
            for a in told_areas(found)
        ],
        "municipalities": told_municipalities(found).rename({"hours": "above_capacity"}).to_dicts(),
        "coaches": told_coaches(found)
        .rename({"hours": "above_capacity", "least": "least_above_capacity"})
        .to_dicts(),
    }


def _parts(hours: Hours) -> dict[str, int]:
    return {
        "above_capacity": hours.present,
        "moving": hours.moving,
        "rules": hours.rules,
        "hiring": hours.hiring,
        "newcomers": hours.newcomers,
    }
