"""Load of the coaches before and after: by unit and id, never by load."""

from __future__ import annotations

from optimiser.reports.bands import BANDS, band_names, band_of
from optimiser.reports.charts.bands_chart import BandsChart, bands_chart
from optimiser.reports.charts.coach_chart import Row, coach_rows
from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import Cell, PageTable, cells, headings
from optimiser.reports.texts import Texts


def load_cell(share: float | None, texts: Texts) -> Cell:
    """Return a utilisation with its band's colour; words where there is no capacity."""
    if share is None:
        return Cell(texts.gettext("no capacity"))
    return Cell(texts.share(share), BANDS[band_of(share)].style)


def load_rows(facts: ReportFacts, texts: Texts) -> tuple[Row, ...]:
    """Return the picture of all coaches, in rows of units."""
    return coach_rows(facts.coaches(), facts.unit_names(), texts, facts.coach_names)


def coach_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return every coach's figures, folded away until wanted or printed."""
    _ = texts.gettext
    names = facts.unit_names()
    columns = ("coach_id", "unit_id", "load_before_minutes", "load_minutes")
    rows = tuple(
        cells(
            facts.coach(coach),
            names.get(unit, unit),
            texts.number(was),
            load_cell(before, texts),
            texts.number(now),
            load_cell(after, texts),
            texts.number(heads_before),
            texts.number(heads),
        )
        for coach, unit, was, now, before, after, heads_before, heads in facts.coaches()
        .select(*columns, "before", "after", "heads_before", "heads")
        .iter_rows()
    )
    return PageTable(
        _("Load of each coach before and after, by unit and id (minutes of coach time a month)"),
        headings(
            _("Coach"),
            _("Unit"),
            "#" + _("Load before"),
            "#" + _("Share before"),
            "#" + _("Load after"),
            "#" + _("Share after"),
            "#" + _("Clients before"),
            "#" + _("Clients after"),
        ),
        rows,
        folded=_("Show the figures of every coach"),
    )


def region_bands(facts: ReportFacts, texts: Texts) -> tuple[BandsChart, PageTable]:
    """Return the bands of the whole region before and after, as picture and table."""
    _ = texts.gettext
    before = [facts.fullness("before").bands[band.key] for band in BANDS]
    after = [facts.fullness("after").bands[band.key] for band in BANDS]
    title = _("Coaches by load band")
    chart = bands_chart("bands", title, [(_("All coaches"), [*before], [*after])], texts, whole=True)
    names = [Cell(name, band.style) for band, name in zip(BANDS, band_names(texts), strict=True)]
    figures = list(zip(names, before, after, strict=True))
    idle = facts.measures.without_capacity
    if idle:
        figures.append((Cell(_("no capacity now")), idle, idle))
    rows = tuple(_band_row(name, was, now, facts.recount.coaches.height, texts) for name, was, now in figures)
    heads = headings(
        _("Load band"),
        "#" + _("Coaches before"),
        "#" + _("Share before"),
        "#" + _("Coaches after"),
        "#" + _("Share after"),
    )
    return chart, PageTable(title, heads, rows)


def _band_row(name: Cell, was: int, now: int, total: int, texts: Texts) -> tuple[Cell, ...]:
    shares = [texts.share(count / total if total else None) for count in (was, now)]
    return cells(name, texts.number(was), shares[0], texts.number(now), shares[1])


def spread_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return how evenly the load is spread, before and after."""
    _ = texts.gettext
    before, after = facts.fullness("before"), facts.fullness("after")
    rows = (
        cells(_("Fullest coach"), texts.share(before.max), texts.share(after.max)),
        cells(_("19 of 20 coaches are below"), texts.share(before.p95), texts.share(after.p95)),
        cells(_("Spread (standard deviation)"), texts.share(before.std, 1), texts.share(after.std, 1)),
    )
    heads = headings(_("Measure"), "#" + _("Before"), "#" + _("After"))
    return PageTable(_("How evenly the load is spread"), heads, rows)
