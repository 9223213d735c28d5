"""What happens to the clients: first moves, statuses, who is left without a coach and why."""

from __future__ import annotations

import polars as pl

from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import Cell, PageTable, cells, headings
from optimiser.reports.texts import DASH, Texts

MOST_LISTED = 50
"""Unserved clients listed by id on the page; the workbook has them all."""


def relief_table(facts: ReportFacts, texts: Texts) -> PageTable | None:
    """Return the moves that relieve full coaches, what saves most first; None where there are none."""
    if facts.relief.is_empty():
        return None
    _ = texts.gettext
    rows = []
    for i, move in enumerate(facts.first_moves().to_dicts(), start=1):
        rows.append(
            cells(
                texts.number(i),
                move["client_id"],
                facts.coach(move["from_coach"]),
                facts.coach(move["to_coach"]),
                texts.share(move["from_utilisation_before"]),
                texts.share(move["to_utilisation_after"]),
                texts.number(move["relieved_minutes"]),
                texts.number(move["saved_minutes"]),
            )
        )
    return PageTable(
        texts.ngettext(
            "This move relieves your fullest coaches",
            "These {moves} moves relieve your fullest coaches",
            len(rows),
        ).format(moves=texts.number(len(rows))),
        headings(
            "#" + _("Move"),
            _("Client"),
            _("From coach"),
            _("To coach"),
            "#" + _("Fuller coach before"),
            "#" + _("Receiving coach after"),
            "#" + _("Minutes relieved"),
            "#" + _("Minutes saved"),
        ),
        tuple(rows),
    )


def status_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return the clients by what the plan does with them."""
    _ = texts.gettext
    counts = facts.counts()
    total = sum(counts.values())
    meanings = {
        "kept": (_("Kept"), _("keep the coach they have")),
        "moved": (_("Moved"), _("could have stayed, but change coach because that is worth more")),
        "forced": (_("Forced"), _("change coach because a rule now bars the present one")),
        "new": (_("New"), _("had no coach and get one")),
        "unserved": (_("Without a coach"), _("no coach can take them under the rules and limits")),
    }
    rows = tuple(
        cells(
            name, meaning, texts.number(counts[key]), texts.share(counts[key] / total if total else None, 1)
        )
        for key, (name, meaning) in meanings.items()
    )
    return PageTable(
        _("Clients by what happens to them"),
        headings(_("Status"), _("Meaning"), "#" + _("Clients"), "#" + _("Share")),
        (*rows, cells(_("All"), "", texts.number(total), texts.share(1.0 if total else None, 1))),
    )


def service_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return what the clients get, before and after."""
    _ = texts.gettext
    m = facts.measures
    rows = (
        cells(_("Keep the coach they have"), DASH, texts.share(m.continuity, 1)),
        cells(
            _("Have a coach who works in their language"),
            texts.share(m.own_language_share_before, 1),
            texts.share(m.own_language_share, 1),
        ),
        cells(
            _("Extra minutes a month with an interpreter"),
            texts.number(m.interpreter_minutes_before),
            texts.number(m.interpreter_minutes),
        ),
        cells(
            _("Travel minutes a month to meetings in person"),
            texts.number(m.travel_minutes_before),
            texts.number(m.travel_minutes),
        ),
        cells(_("Most clients of one coach"), texts.number(m.heads_max_before), texts.number(m.heads_max)),
        cells(
            _("Clients of a coach on average"),
            texts.number(m.heads_mean_before, 1),
            texts.number(m.heads_mean, 1),
        ),
    )
    heads = headings(_("Service"), "#" + _("Before"), "#" + _("After"))
    return PageTable(_("What the clients get"), heads, rows)


def unserved_table(facts: ReportFacts, texts: Texts) -> PageTable | None:
    """Return the unserved grouped by what bars them and what would help, None where all are served."""
    groups = _unserved_groups(facts.plan.rows)
    if groups.is_empty():
        return None
    _ = texts.gettext
    rows, listed = [], 0
    for barred_by, repair, count, ids in groups.iter_rows():
        if listed >= MOST_LISTED:
            break
        shown = ids[: MOST_LISTED - listed]
        listed += len(shown)
        more = " …" if len(shown) < count else ""
        rows.append(cells(barred_by, repair, texts.number(count), Cell(" ".join(shown) + more)))
    return PageTable(
        _("Clients without a coach, by reason"),
        headings(_("What bars the coaches"), _("Cheapest repair"), "#" + _("Clients"), _("Client ids")),
        tuple(rows),
    )


def unserved_note(facts: ReportFacts, texts: Texts) -> str:
    """Return a sentence on how many of the unserved are listed; empty where all are."""
    total = facts.counts()["unserved"]
    if total <= MOST_LISTED:
        return ""
    text = texts.gettext(
        "{listed} of {total} are listed here; the sheet Unserved of the workbook has them all."
    )
    return text.format(listed=texts.number(MOST_LISTED), total=texts.number(total))


def _unserved_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Return barred_by, repair, count and ids, the largest group first."""
    unserved = rows.filter(pl.col("status").cast(pl.String) == "unserved").sort("client_id")
    keys = [pl.col(name).cast(pl.String).fill_null(DASH) for name in ("barred_by", "repair")]
    groups = unserved.group_by(keys).agg(
        pl.len().alias("count"), pl.col("client_id").sort().head(MOST_LISTED).alias("ids")
    )
    return groups.sort(["count", "barred_by", "repair"], descending=[True, False, False])
