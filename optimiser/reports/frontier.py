"""The frontier for people: one page with the picture, and the points as a table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import polars as pl

from optimiser.allocation.frontier import Frontier, Point
from optimiser.domain.frontier import FRONTIER
from optimiser.domain.snapshot import Snapshot
from optimiser.reports.charts.frontier_chart import HOUR, frontier_chart
from optimiser.reports.layout import Cell, PageTable, cells, headings
from optimiser.reports.page import drawn
from optimiser.reports.texts import Texts, texts_in


def frontier_rows(found: Frontier) -> pl.DataFrame:
    """Return the points as rows of `FRONTIER`."""
    rows = [
        asdict(p) | {"move_price_minutes": p.move_price, "gain_share": found.gain(i), "knee": i == found.knee}
        for i, p in enumerate(found.points)
    ]
    schema = {c.name: c.dtype for c in FRONTIER.columns}
    return pl.DataFrame(rows).select(list(schema)).cast(pl.Schema(schema))


def knee_reason(found: Frontier, texts: Texts) -> str:
    """Why the knee is where it is, in a sentence."""
    _ = texts.gettext
    knee, last = found.points[found.knee], found.points[-1]
    if found.gain(len(found.points) - 1) <= 0:
        return _("Moving anybody who could stay saves nothing here.")
    after = (knee.compared_minutes - last.compared_minutes) / max(last.moved - knee.moved, 1)
    before = (found.points[0].compared_minutes - knee.compared_minutes) / max(knee.moved, 1)
    return _(
        "{share} of the gain with {moves} of the {most} moves that pay: up to here a move saves {before} minutes "
        "a month on average, the penalty for load above the limit counted, beyond it {after}."
    ).format(
        share=texts.share(found.gain(found.knee)),
        moves=texts.number(knee.moved),
        most=texts.number(last.moved),
        before=texts.number(before),
        after=texts.number(after, 1),
    )


def write_frontier_page(found: Frontier, snapshot: Snapshot, path: Path, language: str = "en") -> None:
    """Write the page.

    Parameters
    ----------
    found : Frontier
    snapshot : Snapshot
        The facts it is of.
    path : pathlib.Path
        File to write; one HTML page that needs no network and no script.
    language : str
        Language of the texts.
    """
    texts = texts_in(language)
    _ = texts.gettext
    content = {
        "language": texts.language,
        "title": _("How many moves are worth it: {region}").format(region=snapshot.region or _("the region")),
        "kicker": _("Facts of {day}").format(day=texts.day(snapshot.date)),
        "headline": knee_reason(found, texts),
        "chart": frontier_chart(found, texts),
        "table": _table(found, texts),
        "advice": _(
            "Any of these points becomes a whole plan with its move list: optimiser frontier … --plan MOVES."
        ),
        "origin": _("Made from the snapshot {mark}. A proposal; a named official decides.").format(
            mark=snapshot.fingerprint()[:12]
        ),
    }
    path.write_bytes(drawn("frontier.html.j2", content, texts).encode())


def _table(found: Frontier, texts: Texts) -> PageTable:
    _ = texts.gettext
    heads = headings(
        _("budget of moves"),
        "#" + _("move"),
        "#" + _("must change"),
        "#" + _("without a coach (weighted)"),
        "#" + _("all costs, hours"),
        "#" + _("work, travel and interpreters, hours"),
        "#" + _("penalty above limits, hours"),
        "#" + _("handovers, hours"),
        "#" + _("no plan below, hours"),
        "#" + _("within"),
        "#" + _("share of the gain"),
        "#" + _("one more move saves up to, minutes"),
    )
    rows = tuple(_row(found, i, p, texts) for i, p in enumerate(found.points))
    return PageTable(_("Hours of coach time a month; each row is a proven plan"), heads, rows)


def _row(found: Frontier, place: int, point: Point, texts: Texts) -> tuple[Cell, ...]:
    _ = texts.gettext
    budget = _("no limit") if point.budget is None else texts.number(point.budget)
    if place == found.knee:
        budget = _("{budget} (the knee)").format(budget=budget)
    return cells(
        budget,
        texts.number(point.moved),
        texts.number(point.forced),
        texts.number(point.unserved_weighted),
        texts.number(point.objective_minutes / HOUR),
        texts.number((point.service_minutes - point.overload_minutes) / HOUR),
        texts.number(point.overload_minutes / HOUR),
        texts.number(point.handover_minutes / HOUR, 1),
        texts.number(point.bound_minutes / HOUR),
        texts.proven(point.gap),
        texts.share(found.gain(place)),
        texts.number(point.move_price, 1),
    )
