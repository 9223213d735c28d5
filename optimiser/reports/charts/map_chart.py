"""Map of the region: municipalities as circles, neighbours joined by lines with road minutes."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.domain.travel import UNREACHABLE, Travel
from optimiser.reports.bands import BANDS, band_of
from optimiser.reports.charts.labels import Label, covers, place_labels
from optimiser.reports.texts import Texts

WIDTH = 960.0
MARGIN = 70.0
SMALLEST, LARGEST = 14.0, 42.0
BETWEEN = 11.0
"""Least distance between two circles, for the lines and names."""
TALLEST = 700.0
ROUNDS = 60
MOST_LABELS = 90
"""Roads up to which each carries its minutes; the table has them all."""
LEAST_SEEN = 26.0
"""Length of a line that has room for its minutes."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Node:
    """One municipality."""

    x: float
    y: float
    radius: float
    style: str
    name: str
    number: str
    text: str
    label: Label


@dataclass(frozen=True)
class Road:
    """One pair of neighbours; (x, y) is the middle of what is seen of the line."""

    x1: float
    y1: float
    x2: float
    y2: float
    minutes: str
    x: float
    y: float


@dataclass(frozen=True)
class RegionMap:
    """The whole picture, and the neighbours' road minutes for the table beside it."""

    title: str
    text: str
    nodes: tuple[Node, ...]
    roads: tuple[Road, ...]
    height: float
    width: float = WIDTH


def neighbour_pairs(municipalities: pl.DataFrame, travel: Travel) -> list[tuple[str, str, float]]:
    """Return each pair of neighbours once, by code, with the road minutes between them."""
    at = travel.index()
    pairs = set()
    for code, neighbours in municipalities.select("municipality", "neighbours").iter_rows():
        pairs |= {tuple(sorted((str(code), other))) for other in str(neighbours or "").split() if other in at}
    minutes = [(a, b, float(travel.minutes[at[a], at[b]])) for a, b in sorted(pairs)]
    return [(a, b, m) for a, b, m in minutes if m < UNREACHABLE]


def region_map(places: pl.DataFrame, pairs: list[tuple[str, str, float]], texts: Texts) -> RegionMap | None:
    """Lay the map out.

    Parameters
    ----------
    places : polars.DataFrame
        municipality, name, lat, lon, clients (null where held back), after (mean utilisation of the
        coaches of its clients; null where it has none), sorted by municipality.
    pairs : list of (str, str, float)
        Neighbours with road minutes.
    texts : Texts

    Returns
    -------
    RegionMap or None
        None where no municipality has a centre point.
    """
    known = places.filter(pl.col("lat").is_not_null() & pl.col("lon").is_not_null())
    if known.is_empty():
        return None
    radius = _radii(known["clients"])
    xy, height = _project(known["lat"].to_numpy(), known["lon"].to_numpy())
    xy = _apart(xy, radius + BETWEEN / 2)
    rows = known.to_dicts()
    names = [str(row["name"]) for row in rows]
    labels = place_labels(xy, radius, names, WIDTH)
    nodes = tuple(_node(row, xy[i], float(radius[i]), labels[i], texts) for i, row in enumerate(rows))
    at = {str(row["municipality"]): i for i, row in enumerate(rows)}
    drawn = [(at[a], at[b], m) for a, b, m in pairs if a in at and b in at]
    numbered = len(drawn) <= MOST_LABELS
    roads = tuple(_road(xy[[a, b]], radius[[a, b]], texts.number(m) if numbered else "") for a, b, m in drawn)
    # Half a number would be read as another one: the table has those that a name covers.
    roads = tuple(replace(r, minutes="") if covers(labels, names, r.x, r.y) else r for r in roads)
    _ = texts.gettext
    return RegionMap(
        _("Map of the region"),
        _(
            "{municipalities} municipalities; the larger the circle, the more clients. The number is the mean "
            "load of the coaches of its clients; lines join neighbours, with minutes by road."
        ).format(municipalities=texts.number(len(nodes))),
        nodes,
        roads,
        height,
    )


def _radii(clients: pl.Series) -> Floats:
    """Return radii, shape (M,): areas by clients, between two limits so that all can be read."""
    count = clients.cast(pl.Float64).fill_null(0.0).to_numpy()
    share = count / max(float(count.max()), 1.0)
    radii: Floats = SMALLEST + (LARGEST - SMALLEST) * np.sqrt(share)
    return radii


def _project(lat: Floats, lon: Floats) -> tuple[Floats, float]:
    """Return places in the picture, shape (M, 2), and its height: true to scale, north up."""
    flat = np.column_stack([lon * math.cos(math.radians(float(lat.mean()))), -lat])
    flat = flat - flat.min(axis=0)
    wide, tall = (max(float(v), 1e-9) for v in flat.max(axis=0))
    scale = min((WIDTH - 2 * MARGIN) / wide, TALLEST / tall)
    shift = (WIDTH - wide * scale) / 2 if wide * scale >= 1 else WIDTH / 2
    return flat * scale + np.array([shift, MARGIN]), round(tall * scale + 2 * MARGIN, 1)


def _apart(xy: Floats, radius: Floats) -> Floats:
    """Push circles apart that lie upon each other, in a fixed number of rounds."""
    least = radius[:, None] + radius[None, :]
    np.fill_diagonal(least, 0.0)
    weight = (radius[None, :] / least.clip(1e-9))[:, :, None]
    for _round in range(ROUNDS):
        step = xy[:, None, :] - xy[None, :, :]
        apart = np.sqrt((step**2).sum(axis=2))
        overlap = (least - apart).clip(0.0)
        if not overlap.any():
            break
        way = step / np.maximum(apart, 1e-6)[:, :, None]
        xy = xy + (weight * way * overlap[:, :, None]).sum(axis=1) * 0.5
    return xy.round(1)


def _node(row: dict[str, object], place: Floats, radius: float, label: Label, texts: Texts) -> Node:
    _ = texts.gettext
    after = None if row["after"] is None else float(str(row["after"]))
    if row["clients"] is None:
        text = _("{municipality}: held back, for so few clients").format(municipality=row["name"])
    else:
        text = _("{municipality}: {clients} clients, mean load of their coaches {load}").format(
            municipality=row["name"],
            clients=texts.number(float(str(row["clients"]))),
            load=texts.share(after),
        )
    style = "none" if after is None else BANDS[band_of(round(after, 2))].style
    number = "" if after is None else texts.number(100 * after)
    x, y = (float(v) for v in place)
    return Node(x, y, round(radius, 1), style, str(row["name"]), number, text, label)


def _road(ends: Floats, radius: Floats, minutes: str) -> Road:
    """Return a line between two circles, its middle half-way between their edges."""
    step = ends[1] - ends[0]
    length = max(float(np.hypot(*step)), 1e-6)
    x, y = ends[0] + step * (0.5 + (float(radius[0]) - float(radius[1])) / (2 * length))
    (x1, y1), (x2, y2) = ends.tolist()
    seen = length - float(radius.sum())
    return Road(x1, y1, x2, y2, minutes if seen >= LEAST_SEEN else "", round(float(x), 1), round(float(y), 1))
