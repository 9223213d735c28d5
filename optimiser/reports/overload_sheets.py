"""What is behind an overload as sheets of the workbook: parts, and rules; whole hours a month."""

from __future__ import annotations

import polars as pl

from optimiser.allocation.overload.result import Overload
from optimiser.allocation.overload.told import (
    HOUR,
    Hours,
    hours_of,
    told_areas,
    told_coaches,
    told_municipalities,
)
from optimiser.reports.facts import ReportFacts
from optimiser.reports.sections.overload import area_name, rule_words
from optimiser.reports.sheets import Sheet, SheetColumn
from optimiser.reports.texts import Texts

FIGURES = ("present", "moving", "rules", "hiring", "newcomers", "least")


def overload_sheets(facts: ReportFacts, texts: Texts) -> tuple[Sheet, ...]:
    """Return the sheets, none where it was not asked what is behind the overload."""
    if facts.overload is None:
        return ()
    return (_parts(facts, facts.overload, texts), _rules(facts.overload, texts))


def _parts(facts: ReportFacts, found: Overload, texts: Texts) -> Sheet:
    _ = texts.gettext
    hours = _("Hours of coach time a month.")
    columns = (
        SheetColumn("about", _("About"), _("Region, group of coaches, municipality or coach."), width=18),
        SheetColumn("name", _("Name"), _("Offices, municipality or pseudonymous id."), width=40),
        SheetColumn("present", _("Above capacity"), hours, "whole", 12, _("held back")),
        SheetColumn("moving", _("Can be moved away"), _("Under the rules."), "whole", 12),
        SheetColumn("rules", _("Held by rules"), _("That managers could lift."), "whole", 12),
        SheetColumn("hiring", _("Needs more coach time"), _("Whoever serves whom."), "whole", 12),
        SheetColumn("newcomers", _("Newcomers bring"), _("Clients without a coach, on top."), "whole", 12),
        SheetColumn(
            "least",
            _("Left if relieved alone"),
            _("If this coach comes first and no colleague's excess grows."),
            "whole",
            12,
        ),
    )
    schema = {"about": pl.String, "name": pl.String} | dict.fromkeys(FIGURES, pl.Int64)
    rows = [*_groups(facts, found, texts), *_single(facts, found, texts)]
    return Sheet(_("Overload"), columns, pl.DataFrame(rows, schema=schema, orient="row"))


Row = tuple[str, str, int | None, int | None, int | None, int | None, int | None, int | None]


def _groups(facts: ReportFacts, found: Overload, texts: Texts) -> list[Row]:
    _ = texts.gettext
    rows = [_row(_("Region"), _("All coaches"), hours_of(found.total))]
    areas = told_areas(found)
    if len(areas) > 1:
        rows += [_row(_("Group of coaches"), area_name(facts, a, texts), a.hours) for a in areas]
    return rows


def _row(about: str, name: str, hours: Hours) -> Row:
    return about, name, hours.present, hours.moving, hours.rules, hours.hiring, hours.newcomers, None


def _single(facts: ReportFacts, found: Overload, texts: Texts) -> list[Row]:
    _ = texts.gettext
    names = facts.municipality_names()
    rows: list[Row] = [
        (_("Municipality"), names[code], hours, None, None, None, None, None)
        for code, _clients, hours in told_municipalities(found).iter_rows()
    ]
    order = facts.coaches().select("coach_id")
    told = order.join(told_coaches(found), on="coach_id", how="inner", maintain_order="left")
    rows += [
        (_("Coach"), facts.coach(coach), hours, None, None, None, None, least)
        for coach, hours, least in told.iter_rows()
    ]
    return rows


def _rules(found: Overload, texts: Texts) -> Sheet:
    _ = texts.gettext
    columns = (
        SheetColumn("rule", _("Rule"), _("A rule of the policy that could be lifted."), width=22),
        SheetColumn(
            "first",
            _("Freed if lifted alone"),
            _("Hours a month that go if only this one is lifted."),
            "whole",
        ),
        SheetColumn(
            "last",
            _("Held if all but it are lifted"),
            _("Hours a month that stay if all these rules but this one are lifted."),
            "whole",
        ),
    )
    words = rule_words(texts)
    rows = [(words[r.name][0], round(r.first / HOUR), round(r.last / HOUR)) for r in found.rules]
    schema = {"rule": pl.String, "first": pl.Int64, "last": pl.Int64}
    return Sheet(_("Overload by rule"), columns, pl.DataFrame(rows, schema=schema, orient="row"))
