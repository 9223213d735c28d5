"""Road minutes between municipalities: as given, else estimated along the neighbour graph."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import networkx as nx
import numpy as np
import polars as pl
from numpy.typing import NDArray

EARTH_KM = 6371.0
DETOUR = 1.25
"""Road kilometres per kilometre as the crow flies (estimate)."""
ROAD_KM_PER_MINUTE = 70 / 60
"""Mean speed between municipal centres (estimate: 70 km/h)."""
UNREACHABLE = 1440.0
"""Minutes between municipalities that no road or neighbour chain joins: more than any limit."""


@dataclass(frozen=True)
class Travel:
    """Road minutes between M municipalities.

    Attributes
    ----------
    codes : tuple of str
        Municipality codes, sorted (M).
    minutes : numpy.ndarray
        Shape (M, M), one way; 0 on the diagonal.
    """

    codes: tuple[str, ...]
    minutes: NDArray[np.float64]

    def index(self) -> dict[str, int]:
        """Municipality code to its row."""
        return {code: i for i, code in enumerate(self.codes)}


def travel_minutes(municipalities: pl.DataFrame, travel: pl.DataFrame) -> Travel:
    """Return road minutes between all municipalities.

    Parameters
    ----------
    municipalities, travel : polars.DataFrame
        Tables of a snapshot. A pair given in `travel` holds both ways unless the way back is given
        too; other pairs take the shortest chain of neighbours, each step the distance between
        centres (haversine) times `DETOUR` at `ROAD_KM_PER_MINUTE`, or given minutes where known.

    Returns
    -------
    Travel
    """
    rows = municipalities.sort("municipality").to_dicts()
    codes = tuple(row["municipality"] for row in rows)
    at = {code: i for i, code in enumerate(codes)}
    given = _given(travel)
    minutes = np.full((len(codes), len(codes)), UNREACHABLE)
    for source, reached in nx.all_pairs_dijkstra_path_length(_graph(rows, given), weight="minutes"):
        for target, value in reached.items():
            minutes[at[source], at[target]] = min(value, UNREACHABLE)
    for (a, b), value in given.items():
        minutes[at[a], at[b]] = value
    np.fill_diagonal(minutes, 0.0)
    minutes.setflags(write=False)
    return Travel(codes, minutes)


def _given(travel: pl.DataFrame) -> dict[tuple[str, str], float]:
    there = {(r["from_municipality"], r["to_municipality"]): float(r["minutes"]) for r in travel.to_dicts()}
    return {(b, a): value for (a, b), value in there.items()} | there


def _graph(rows: list[dict[str, object]], given: dict[tuple[str, str], float]) -> nx.Graph[str]:
    graph: nx.Graph[str] = nx.Graph()
    place = {str(r["municipality"]): (r["lat"], r["lon"]) for r in rows}
    graph.add_nodes_from(place)
    for row in rows:
        code = str(row["municipality"])
        for other in str(row["neighbours"] or "").split():
            if other in place and (code, other) not in given and None not in place[code] + place[other]:
                graph.add_edge(code, other, minutes=_road(place[code], place[other]))
    for (a, b), value in sorted(given.items()):
        known = graph.get_edge_data(a, b, {}).get("minutes", UNREACHABLE)
        graph.add_edge(a, b, minutes=min(value, known))
    return graph


def _road(a: tuple[object, ...], b: tuple[object, ...]) -> float:
    """Minutes by road between two centres (latitude, longitude in degrees)."""
    (lat1, lon1), (lat2, lon2) = ([radians(float(str(x))) for x in p] for p in (a, b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half)) * DETOUR / ROAD_KM_PER_MINUTE
