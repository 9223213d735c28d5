"""The sheets of the workbook as tables: plan, coaches, municipalities, moves, unserved, set aside, columns."""

from __future__ import annotations

import polars as pl

from optimiser.domain.plan import STATUSES
from optimiser.reports.facts import ReportFacts
from optimiser.reports.names import with_names
from optimiser.reports.overload_sheets import overload_sheets
from optimiser.reports.sections.background import glossary
from optimiser.reports.sections.region import municipality_frame
from optimiser.reports.sheets import Sheet, SheetColumn
from optimiser.reports.texts import Texts
from optimiser.reports.words import word


def sheets_of(facts: ReportFacts, texts: Texts) -> tuple[Sheet, ...]:
    """Return the tables of the workbook in their order, without summary and columns."""
    sheets = (
        _plan(facts, texts),
        _coaches(facts, texts),
        _municipalities(facts, texts),
        _moves(facts, texts),
        _unserved(facts, texts),
        _set_aside(facts, texts),
        *overload_sheets(facts, texts),
    )
    return tuple(with_names(sheet, facts.coach_names, texts) for sheet in sheets)


def _rows(facts: ReportFacts, texts: Texts) -> pl.DataFrame:
    status = pl.col("status").cast(pl.String).replace_strict({code: word(code, texts) for code in STATUSES})
    return facts.plan.rows.sort("client_id").with_columns(status.alias("status_word"))


def _plan_columns(texts: Texts) -> dict[str, SheetColumn]:
    _ = texts.gettext
    found = (
        SheetColumn("client_id", _("Client"), _("Pseudonymous id."), width=13),
        SheetColumn("coach_id", _("Coach"), _("Coach proposed; empty if unserved."), width=12),
        SheetColumn(
            "status_word",
            _("Status"),
            _("kept, moved, forced, new or unserved: see the words below."),
            width=11,
        ),
        SheetColumn("previous_coach_id", _("Previous coach"), _("Present coach in the facts."), width=12),
        SheetColumn("reason", _("Reason"), _("Why, in words."), width=70),
        SheetColumn(
            "demand_minutes", _("Demand"), _("Minutes of coach time a month with this coach."), "number", 11
        ),
        SheetColumn(
            "travel_minutes",
            _("Travel"),
            _("Road minutes one way times in-person meetings, a month."),
            "number",
            11,
        ),
    )
    return {column.name: column for column in found}


def _plan(facts: ReportFacts, texts: Texts) -> Sheet:
    return Sheet(texts.gettext("Plan"), tuple(_plan_columns(texts).values()), _rows(facts, texts))


def _moves(facts: ReportFacts, texts: Texts) -> Sheet:
    _ = texts.gettext
    plan = _plan_columns(texts)
    shares = facts.coaches().select("coach_id", "before", "after")
    moves = _rows(facts, texts).filter(pl.col("status").cast(pl.String).is_in(["moved", "forced"]))
    first = facts.first_moves().select(pl.col("client_id").cast(pl.String)).with_row_index("order", offset=1)
    frame = (
        moves.join(
            shares.select(pl.col("coach_id").alias("previous_coach_id"), "before"),
            on="previous_coach_id",
            how="left",
        )
        .join(shares.select("coach_id", "after"), on="coach_id", how="left")
        .join(first, on="client_id", how="left")
        .sort("client_id")
    )
    columns = (
        plan["client_id"],
        plan["status_word"],
        SheetColumn("previous_coach_id", _("From coach"), _("Present coach in the facts."), width=12),
        SheetColumn(
            "before",
            _("Present coach before"),
            _("Load over capacity before, in whole per cent."),
            "share",
            12,
        ),
        SheetColumn("coach_id", _("To coach"), _("Coach proposed."), width=12),
        SheetColumn(
            "after",
            _("Receiving coach after"),
            _("Load over capacity after, in whole per cent."),
            "share",
            12,
        ),
        plan["demand_minutes"],
        SheetColumn(
            "order",
            _("First moves"),
            _("Place among the moves that relieve full coaches; what saves most comes first."),
            "whole",
            9,
        ),
        plan["reason"],
    )
    return Sheet(_("Moves"), columns, frame)


def _unserved(facts: ReportFacts, texts: Texts) -> Sheet:
    _ = texts.gettext
    plan = _plan_columns(texts)
    frame = _rows(facts, texts).filter(pl.col("status").cast(pl.String) == "unserved")
    columns = (
        plan["client_id"],
        plan["previous_coach_id"],
        SheetColumn(
            "demand_minutes", _("Demand"), _("Minutes a month with the least demanding coach."), "number", 11
        ),
        SheetColumn("barred_by", _("What bars the coaches"), _("Rules and limits, with counts."), width=60),
        SheetColumn("repair", _("Cheapest repair"), _("The cheapest ways to serve the client."), width=60),
    )
    return Sheet(_("Unserved"), columns, frame)


def _coaches(facts: ReportFacts, texts: Texts) -> Sheet:
    _ = texts.gettext
    minutes = _("Minutes a month.")
    columns = (
        SheetColumn("coach_id", _("Coach"), _("Pseudonymous id."), width=12),
        SheetColumn("unit_id", _("Unit"), _("Id of the unit; coaches stand by unit and id."), width=12),
        SheetColumn("unit_name", _("Unit name"), _("Name of the unit."), width=28),
        SheetColumn("office", _("Office"), _("Municipality of the office."), width=18),
        SheetColumn("load_before_minutes", _("Load before"), minutes, "whole", 11),
        SheetColumn(
            "before", _("Share before"), _("Load over capacity before, in whole per cent."), "share", 10
        ),
        SheetColumn("load_minutes", _("Load after"), minutes, "whole", 11),
        SheetColumn(
            "after", _("Share after"), _("Load over capacity after, in whole per cent."), "share", 10
        ),
        SheetColumn("heads_before", _("Clients before"), _("Clients before."), "whole", 10),
        SheetColumn("heads", _("Clients after"), _("Clients after."), "whole", 10),
        SheetColumn(
            "most_heads", _("Limit in clients"), _("The smaller of coach's and policy's."), "whole", 10
        ),
    )
    return Sheet(_("Coaches"), columns, _coach_frame(facts))


def _coach_frame(facts: ReportFacts) -> pl.DataFrame:
    """Return the coaches with names; the limit in clients as given, so that it tells nothing else."""
    most = pl.min_horizontal(pl.col("limit_heads"), pl.lit(facts.policy.limits.heads, pl.Int32))
    limits = facts.snapshot.coaches.select("coach_id", most.alias("most_heads"))
    return (
        facts.coaches()
        .join(limits, on="coach_id", how="left")
        .with_columns(
            pl.col("unit_id").cast(pl.String).replace(facts.unit_names()).alias("unit_name"),
            pl.col("municipality").cast(pl.String).replace(facts.municipality_names()).alias("office"),
        )
        .sort("unit_id", "coach_id")
    )


def _municipalities(facts: ReportFacts, texts: Texts) -> Sheet:
    _ = texts.gettext
    few = _("held back")
    each = _("Share of its clients whose coach is so full after.")
    of_coaches = _("Of its clients' coaches; empty where held back, for few people are behind it.")
    columns = (
        SheetColumn("name", _("Municipality"), _("Name."), width=22),
        SheetColumn("clients", _("Clients"), _("Held back where fewer than 5."), "whole", 12, few),
        SheetColumn("offices", _("Offices"), _("Coaches with their office there."), "whole", 10),
        SheetColumn("before", _("Mean load before"), of_coaches, "share", 11),
        SheetColumn("after", _("Mean load after"), of_coaches, "share", 11),
        SheetColumn("after_0", _("Clients with a coach below 95 %"), each, "percent", 13, few),
        SheetColumn("after_1", _("Clients with a coach 95–100 %"), each, "percent", 13, few),
        SheetColumn("after_2", _("Clients with a coach 100–110 %"), each, "percent", 13, few),
        SheetColumn("after_3", _("Clients with a coach above 110 %"), each, "percent", 13, few),
    )
    return Sheet(_("Municipalities"), columns, municipality_frame(facts))


def _set_aside(facts: ReportFacts, texts: Texts) -> Sheet:
    _ = texts.gettext
    treated = {False: _("left out"), True: _("used with the policy's default")}
    rows = [(r.file, r.line, r.row_id, texts.of(r.reason), treated[r.used]) for r in facts.snapshot.set_aside]
    names = {"file": pl.String, "line": pl.Int64, "row_id": pl.String, "reason": pl.String, "used": pl.String}
    columns = (
        SheetColumn("file", _("File"), _("File the row stands in."), width=24),
        SheetColumn("line", _("Line"), _("Line in that file."), "whole", 8),
        SheetColumn("row_id", _("Id"), _("Id in the row's key column."), width=16),
        SheetColumn("reason", _("Reason"), _("Why it could not be used as it is."), width=80),
        SheetColumn("used", _("What was done"), _("Left out, or used with a default."), width=28),
    )
    return Sheet(_("Set aside"), columns, pl.DataFrame(rows, schema=names, orient="row"))


def columns_sheet(sheets: tuple[Sheet, ...], texts: Texts) -> Sheet:
    """Return the sheet that explains every column, and the ten words."""
    _ = texts.gettext
    rows = [(sheet.name, column.title, column.meaning) for sheet in sheets for column in sheet.columns]
    rows += [(_("Words"), word, meaning) for word, meaning in glossary(texts)]
    names = {"sheet": pl.String, "column": pl.String, "meaning": pl.String}
    columns = (
        SheetColumn("sheet", _("Sheet"), _("Sheet of this workbook."), width=16),
        SheetColumn("column", _("Column or word"), _("Heading, or a word used in it."), width=26),
        SheetColumn("meaning", _("Meaning"), _("What it says."), width=100),
    )
    return Sheet(_("Columns"), columns, pl.DataFrame(rows, schema=names, orient="row"))
