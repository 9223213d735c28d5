"""The municipalities: map, load of the coaches who serve them, bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from optimiser.domain.travel import travel_minutes
from optimiser.quality.arrays import Ints
from optimiser.quality.suppress import parts_held_back
from optimiser.quality.treatment import HELD
from optimiser.reports.bands import BANDS, SHARE_DIGITS, band_index, band_names
from optimiser.reports.charts.bands_chart import BandsChart, bands_chart
from optimiser.reports.charts.map_chart import RegionMap, neighbour_pairs, region_map
from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import HELD_BACK, Cell, PageTable, cells, headings, with_legend
from optimiser.reports.sections.load import load_cell
from optimiser.reports.sections.treatment import clients_shown
from optimiser.reports.texts import DASH, Texts

WHEN = {"before": "served_before", "after": "served"}
"""Word for a time to the share of the clients who have a coach then."""
SHARES = [f"{when}_{i}" for when in WHEN for i in range(len(BANDS))]


@dataclass(frozen=True)
class RegionSection:
    """What the page shows of the municipalities.

    Attributes
    ----------
    map : RegionMap or None
        None where no municipality has a centre point, or where all are held back.
    bands : BandsChart or None
    table : PageTable or None
        Figures of the municipalities. None, as the bands, where all are held back.
    roads : PageTable
        Road minutes between neighbours.
    note : str
        Sentence in the place of what is missing, or on municipalities that are not on the map; empty
        where all are there.
    """

    map: RegionMap | None
    bands: BandsChart | None
    table: PageTable | None
    roads: PageTable
    note: str


def region_section(facts: ReportFacts, texts: Texts) -> RegionSection:
    """Return the section of the municipalities."""
    places = municipality_frame(facts)
    snapshot = facts.snapshot
    pairs = neighbour_pairs(snapshot.municipalities, travel_minutes(snapshot.municipalities, snapshot.travel))
    roads = _roads(pairs, facts, texts)
    if places["clients"].is_null().all():
        return RegionSection(None, None, None, roads, _all_held_back(texts))
    chart = _bands(places, texts)
    drawn = region_map(places, pairs, texts)
    note = _no_map(texts) if drawn is None else _unplaced(places, texts)
    return RegionSection(drawn, chart, _table(places, texts), roads, note)


def _all_held_back(texts: Texts) -> str:
    return texts.gettext(
        "Every municipality has so few clients that its figures are held back, so nothing is drawn or listed here."
    )


def _no_map(texts: Texts) -> str:
    return texts.gettext(
        "There is no map: the municipalities have no centre points. Add latitude and longitude to the table "
        "of municipalities to see it."
    )


def _bands(places: pl.DataFrame, texts: Texts) -> BandsChart:
    n = len(BANDS)
    lines = [
        (row[0], [v or 0.0 for v in row[1 : n + 1]], [v or 0.0 for v in row[n + 1 :]])
        for row in places.select("name", *SHARES).iter_rows()
    ]
    title = texts.gettext("Clients by the load band of their coach")
    return bands_chart("municipal-bands", title, lines, texts, whole=False)


def municipality_frame(facts: ReportFacts) -> pl.DataFrame:
    """Return the municipalities with the coaches of their clients.

    Returns
    -------
    polars.DataFrame
        municipality, name, lat, lon, offices (coaches with their office there), clients (null where
        held back), before, after (mean utilisation of the coaches, weighted by their clients from
        there, in whole per cent), before_0 ... after_3 (share of its clients with a coach in that load band, in
        whole per cent), held_back (of before, after, before_bands, after_bands those that are; with a space
        between), sorted by code. Where the clients are held back, what their few coaches carry is held
        back too (null); so are means whose clients are, and bands beside one that 1 to 4 clients are in.
    """
    base = facts.snapshot.municipalities.select(
        pl.col("municipality").cast(pl.String), "name", "lat", "lon"
    ).sort("municipality")
    offices = facts.recount.coaches.group_by(pl.col("municipality").cast(pl.String)).agg(
        pl.len().alias("offices")
    )
    return (
        base.join(offices, on="municipality", how="left")
        .join(clients_shown(facts), on="municipality", how="left")
        .join(_told(facts, "previous_coach_id", "before"), on="municipality", how="left")
        .join(_told(facts, "coach_id", "after"), on="municipality", how="left")
        .with_columns(pl.when(pl.col("clients").is_not_null()).then(pl.col("before", "after", *SHARES)))
        .with_columns(_all_held("before"), _all_held("after"))
        .with_columns(pl.concat_str("held_before", "held_after", separator=" ").alias(HELD))
        .with_columns(pl.col("offices").fill_null(0))
        .drop("held_before", "held_after")
        .sort("municipality")
    )


def _all_held(when: str) -> pl.Expr:
    """Names of what is held back at a time: everything where the clients are."""
    everything = pl.lit(f"{when} {when}_bands")
    held = pl.col(f"held_{when}").fill_null("")
    return pl.when(pl.col("clients").is_null()).then(everything).otherwise(held).alias(f"held_{when}")


def _told(facts: ReportFacts, coach: str, when: str) -> pl.DataFrame:
    """Return what may be told of `_served`, with `held_` and the time: names of what is held back."""
    cells = facts.treatment.municipality.select(
        pl.col("cell").cast(pl.String).alias("municipality"),
        mean=pl.col("hidden") | pl.col(HELD).fill_null("").str.split(" ").list.contains(WHEN[when]),
    )
    served = cells.join(_served(facts, coach, when), on="municipality", how="left").sort("municipality")
    names = [f"{when}_{i}" for i in range(len(BANDS))]
    counts: Ints = served.select(pl.col(f"n_{name}").fill_null(0) for name in (when, *names)).to_numpy()
    able, rest = counts[:, 1:].sum(axis=1), counts[:, 0] - counts[:, 1:].sum(axis=1)
    parts = np.column_stack([counts[:, 1:], rest])
    bands = parts_held_back(parts, able, served["mean"].to_numpy(), shares=True)
    mean, held = pl.col("mean"), pl.Series(bands)
    words = [pl.when(mean).then(pl.lit(when)), pl.when(held).then(pl.lit(f"{when}_bands"))]
    return served.select(
        "municipality",
        pl.when(~mean).then(when).alias(when),
        *(pl.when(~held).then(name).alias(name) for name in names),
        pl.concat_str(words, separator=" ", ignore_nulls=True).alias(f"held_{when}"),
    )


def _served(facts: ReportFacts, coach: str, when: str) -> pl.DataFrame:
    """Return per municipality the mean utilisation of its clients' coaches, shares by band, and clients behind (`n_`)."""
    shares = facts.coaches().select(pl.col("coach_id").alias(coach), pl.col(when).alias("share"))
    pairs = (
        facts.recount.clients.select(pl.col("municipality", coach).cast(pl.String))
        .drop_nulls()
        .group_by("municipality", coach)
        .len()
        .join(shares.with_columns(pl.col(coach).cast(pl.String), band_index("share").alias("band")), on=coach)
        .sort("municipality", coach)
    )
    able = pl.col("len").filter(pl.col("share").is_not_null()).sum()
    mean = (pl.col("share") * pl.col("len")).sum() / able
    counts = [pl.col("len").filter(pl.col("band") == i).sum() for i in range(len(BANDS))]
    named = [(n / able).fill_nan(None).round(SHARE_DIGITS).alias(f"{when}_{i}") for i, n in enumerate(counts)]
    behind = [n.cast(pl.Int64).alias(f"n_{when}_{i}") for i, n in enumerate(counts)]
    mean = mean.fill_nan(None).round(SHARE_DIGITS)
    everybody = pl.col("len").sum().cast(pl.Int64).alias(f"n_{when}")
    return pairs.group_by("municipality", maintain_order=True).agg(
        mean.alias(when), *named, everybody, *behind
    )


def _table(places: pl.DataFrame, texts: Texts) -> PageTable:
    _ = texts.gettext
    rows = tuple(_row(row, texts) for row in places.to_dicts())
    names = ["#" + _("Clients with a coach {band}").format(band=name) for name in band_names(texts)]
    heads = headings(
        _("Municipality"),
        "#" + _("Clients"),
        "#" + _("Coaches with their office here"),
        "#" + _("Mean load of its clients' coaches before"),
        "#" + _("… after"),
        *names,
    )
    caption = _("Municipalities: how full the coaches of their clients are, wherever those coaches work")
    return PageTable(with_legend(caption, rows, texts), heads, rows)


def _row(row: dict[str, Any], texts: Texts) -> tuple[Cell, ...]:
    few, held = Cell(texts.gettext("held back"), hidden=True), row[HELD].split()
    bands = [
        HELD_BACK if "after_bands" in held else texts.share(row[f"after_{i}"]) for i in range(len(BANDS))
    ]
    return cells(
        row["name"],
        few if row["clients"] is None else texts.number(row["clients"]),
        texts.number(row["offices"]),
        *(HELD_BACK if when in held else _mean(row[when], texts) for when in WHEN),
        *bands,
    )


def _mean(share: float | None, texts: Texts) -> Cell:
    return Cell(DASH) if share is None else load_cell(share, texts)


def _roads(pairs: list[tuple[str, str, float]], facts: ReportFacts, texts: Texts) -> PageTable:
    _ = texts.gettext
    names = facts.municipality_names()
    rows = tuple(cells(names[a], names[b], texts.number(minutes)) for a, b, minutes in pairs)
    heads = headings(_("Municipality"), _("Neighbour"), "#" + _("Minutes by road"))
    return PageTable(_("Road minutes between neighbours"), heads, rows, folded=_("Show the road minutes"))


def _unplaced(places: pl.DataFrame, texts: Texts) -> str:
    missing = places.filter(pl.col("lat").is_null() | pl.col("lon").is_null())["name"].to_list()
    if not missing:
        return ""
    text = texts.gettext("Without a centre point, and so not on the map: {municipalities}.")
    return text.format(municipalities=", ".join(missing))
