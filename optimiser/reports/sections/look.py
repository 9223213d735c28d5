"""The tables of a look: bands, units, municipalities, coaches, assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from optimiser.allocation.look import Possible, Today
from optimiser.domain.look import Assumption
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.travel import travel_minutes
from optimiser.reports.bands import BANDS, band_names, band_of, told_share
from optimiser.reports.charts.bands_chart import BandsChart, bands_chart
from optimiser.reports.charts.map_chart import RegionMap, neighbour_pairs, region_map
from optimiser.reports.layout import Cell, PageTable, cells, headings
from optimiser.reports.sections.load import load_cell
from optimiser.reports.texts import Texts


def coach_frame(now: Today, snapshot: Snapshot) -> pl.DataFrame:
    """Return the coaches by unit and id as rows of `LOOK_COACHES`, with `used` (a told share)."""
    places = _places(snapshot).rename({"place": "office"})
    units = _units(snapshot)
    return (
        now.coaches.join(units, on="unit_id", how="left", maintain_order="left")
        .join(places, on="municipality", how="left", maintain_order="left")
        .with_columns(used=told_share(pl.col("used")))
        .select(
            "unit",
            "coach_id",
            pl.col("clients").cast(pl.Int32),
            "used",
            municipality="office",
            hours=pl.col("hours").round(1),
            load_percent=_per_cent("used"),
        )
    )


def unit_frame(now: Today, snapshot: Snapshot) -> pl.DataFrame:
    """Return the units by name as rows of `LOOK_UNITS`, with `used` and `hidden`."""
    joined = now.units.join(_units(snapshot), on="unit_id", how="left", maintain_order="left")
    return _rows(joined).sort("unit", "unit_id")


def municipality_frame(now: Today, snapshot: Snapshot) -> pl.DataFrame:
    """Return the municipalities by name as rows of `LOOK_MUNICIPALITIES`, with `used`, `hidden` and `code`."""
    named = now.municipalities.join(_places(snapshot), on="municipality", how="left", maintain_order="left")
    named = named.with_columns(code=pl.col("municipality"), municipality=pl.col("place"))
    return _rows(named).sort("municipality", "code")


def _rows(frame: pl.DataFrame) -> pl.DataFrame:
    told = frame.with_columns(told_share(pl.col("used")), pl.col("hours", "capacity_hours").round(1))
    counts = [c for c in ("coaches", "clients", "crowded", "roomy") if c in told.columns]
    return told.with_columns(pl.col(counts).cast(pl.Int32), load_percent=_per_cent("used"))


def _per_cent(column: str) -> pl.Expr:
    return (100 * pl.col(column)).round(0).cast(pl.Int32)


def _places(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.municipalities.select(pl.col("municipality").cast(pl.String), place="name")


def _units(snapshot: Snapshot) -> pl.DataFrame:
    return snapshot.units.select("unit_id", unit=pl.col("name").fill_null(pl.col("unit_id")))


def assumption_frame(assumptions: tuple[Assumption, ...], texts: Texts) -> pl.DataFrame:
    """Return the assumptions as rows of `ASSUMPTIONS`, in a language."""
    rows = [
        (" ".join(texts.of(part) for part in (a.text, a.detail) if part), a.rows, texts.of(a.remedy))
        for a in assumptions
    ]
    schema = {"assumption": pl.String, "rows": pl.Int32, "remedy": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def band_table(
    now: Today, could: Possible, units: pl.DataFrame, places: pl.DataFrame, texts: Texts
) -> PageTable:
    """Return the coaches by band, today and with moves, and which units and municipalities are in which."""
    _ = texts.gettext
    rows = []
    for i, (band, name) in enumerate(zip(BANDS, band_names(texts), strict=True)):
        counts = (now.utilisation.bands, could.few.bands, could.free.bands)
        numbers = [texts.number(bands[band.key]) for bands in counts]
        rows.append(
            cells(
                Cell(name, band.style),
                *numbers,
                _of_band(units, "unit", i),
                _of_band(places, "municipality", i),
            )
        )
    if now.idle:
        idle = texts.number(now.idle)
        rows.append(cells(_("no capacity now"), idle, idle, idle, "", ""))
    heads = headings(
        _("Load band"),
        "#" + _("Coaches today"),
        "#" + _("With 3 % moved"),
        "#" + _("With every move that pays"),
        _("Units whose coaches together are in the band"),
        _("Municipalities whose hours are in the band"),
    )
    return PageTable(_("The fullest and the emptiest, by load band"), heads, tuple(rows))


def _of_band(frame: pl.DataFrame, name: str, band: int) -> str:
    shown = frame.filter(pl.col("used").is_not_null()).select(name, "used")
    return ", ".join(str(text) for text, used in shown.iter_rows() if band_of(used) == band)


def band_picture(now: Today, could: Possible, texts: Texts) -> BandsChart:
    """Return the coaches by band, today above and with moves below."""
    _ = texts.gettext
    before = [float(now.utilisation.bands[band.key]) for band in BANDS]
    lines = [
        (name, before, [float(then.bands[band.key]) for band in BANDS])
        for name, then in ((_("3 % moved"), could.few), (_("Every move that pays"), could.free))
    ]
    return bands_chart("bands", _("Coaches by load band"), lines, texts, whole=True)


def unit_table(units: pl.DataFrame, texts: Texts) -> PageTable:
    """Return the units by name."""
    _ = texts.gettext
    heads = headings(
        _("Unit"),
        "#" + _("Coaches"),
        "#" + _("Clients"),
        "#" + _("Hours"),
        "#" + _("Capacity, hours"),
        "#" + _("Load"),
        "#" + _("Coaches above 110 %"),
        "#" + _("Coaches below 95 %"),
    )
    rows = tuple(
        cells(
            row["unit"],
            texts.number(row["coaches"]),
            *_figures(row, ("clients", "hours", "capacity_hours"), texts),
            *(
                (_few(texts),) * 2
                if row["hidden"]
                else (texts.number(row["crowded"]), texts.number(row["roomy"]))
            ),
        )
        for row in units.to_dicts()
    )
    return PageTable(_("Units today: hours a month against capacity"), heads, rows)


def municipality_table(places: pl.DataFrame, texts: Texts) -> PageTable:
    """Return the municipalities by name."""
    _ = texts.gettext
    heads = headings(
        _("Municipality"), "#" + _("Clients"), "#" + _("Hours"), "#" + _("Capacity, hours"), "#" + _("Load")
    )
    rows = tuple(
        cells(row["municipality"], *_figures(row, ("clients", "hours", "capacity_hours"), texts))
        for row in places.to_dicts()
    )
    return PageTable(_("Municipalities today: hours a month against capacity"), heads, rows)


def _figures(row: dict[str, object], names: tuple[str, ...], texts: Texts) -> tuple[str | Cell, ...]:
    if row["hidden"]:
        return (_few(texts),) * (len(names) + 1)
    numbers = [texts.number(float(str(row[name]))) for name in names]
    used = row["used"]
    return (*numbers, load_cell(None if used is None else float(str(used)), texts))


def _few(texts: Texts) -> Cell:
    return Cell(texts.gettext("held back"), hidden=True)


def coach_table(coaches: pl.DataFrame, names: Mapping[str, str], texts: Texts) -> PageTable:
    """Return the coaches by unit and id, folded away until wanted or printed."""
    _ = texts.gettext
    columns = (_("Coach"), *((_("Name"),) if names else ()), _("Unit"), _("Office"))
    heads = headings(*columns, "#" + _("Clients"), "#" + _("Hours"), "#" + _("Load"))
    rows = tuple(
        cells(
            row["coach_id"],
            *((names.get(row["coach_id"], ""),) if names else ()),
            row["unit"],
            row["municipality"],
            texts.number(row["clients"]),
            texts.number(row["hours"], 1),
            load_cell(row["used"], texts),
        )
        for row in coaches.to_dicts()
    )
    caption = _("Coaches today, by unit and id (hours a month)")
    return PageTable(caption, heads, rows, folded=_("Show the figures of every coach"))


def assumption_table(frame: pl.DataFrame, texts: Texts) -> PageTable:
    """Return what was assumed and what to add."""
    _ = texts.gettext
    rows = tuple(cells(text, texts.number(count), remedy) for text, count, remedy in frame.iter_rows())
    heads = headings(_("Assumed"), "#" + _("Rows"), _("To be rid of it"))
    return PageTable(_("What the workbook does not say"), heads, rows)


def map_picture(places: pl.DataFrame, snapshot: Snapshot, texts: Texts) -> RegionMap | None:
    """Return the municipalities on a map; None where the figures of all are held back."""
    if places["clients"].is_null().all():
        return None
    pairs = neighbour_pairs(snapshot.municipalities, travel_minutes(snapshot.municipalities, snapshot.travel))
    centres = snapshot.municipalities.select(pl.col("municipality").cast(pl.String), "name", "lat", "lon")
    shown = centres.join(
        places.select(municipality="code", clients="clients", after="used"), on="municipality", how="left"
    )
    found = region_map(shown.sort("municipality"), pairs, texts)
    return None if found is None else _as_capacity(found, texts)


def _as_capacity(found: RegionMap, texts: Texts) -> RegionMap:
    """The map with words for what its numbers are here: hours in per cent of capacity."""
    _ = texts.gettext
    text = _(
        "{count} municipalities; the larger the circle, the more clients. The number is the hours of its clients in per "
        "cent of the capacity that falls to it; lines join neighbours, with minutes by road."
    ).format(count=texts.number(len(found.nodes)))
    told = _("{municipality}: {number} % of capacity")
    nodes = tuple(
        replace(n, text=told.format(municipality=n.name, number=n.number)) if n.number else n
        for n in found.nodes
    )
    return replace(found, text=text, nodes=nodes)
