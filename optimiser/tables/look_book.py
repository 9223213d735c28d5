"""One workbook as somebody has it, read as a snapshot; every assumption is listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Column, Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.look import Assumption
from optimiser.domain.policy import Policy
from optimiser.domain.schema import CLIENTS, COACHES, MUNICIPALITIES, SNAPSHOT, TRAVEL, UNITS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault, complaints, masked
from optimiser.tables.look_assumed import (
    assumed_of_all,
    assumed_of_clients,
    assumed_of_coaches,
    assumed_of_hours,
    assumed_of_starts,
)
from optimiser.tables.look_derive import Derived, derived, region_of
from optimiser.tables.look_grid import read_grids
from optimiser.tables.look_near import near_names
from optimiser.tables.look_people import People, find_people
from optimiser.tables.look_private import private_complaints
from optimiser.tables.look_rows import usable
from optimiser.tables.look_sheets import Chosen, Headed, chosen_sheets, placed
from optimiser.tables.look_text import clients_text, coaches_text
from optimiser.tables.look_told import told_of
from optimiser.tables.look_values import Understood
from optimiser.tables.look_words import SIX
from optimiser.tables.protected import leave_apart
from optimiser.tables.raw import TableText
from optimiser.tables.read import snapshot_of

NEEDED = ("client_id", "municipality", "birth_year", "registered_on")
"""Of the six columns, those that nothing can stand in for."""


@dataclass(frozen=True)
class Looked:
    """What one workbook says.

    Attributes
    ----------
    snapshot : Snapshot
        The region, with all that was assumed; its notices are in `notices`.
    names : dict
        Coach id to name, for those of whom the workbook has one; for workbook and page alone.
    assumptions : tuple of Assumption
    notices : tuple of str
        What was understood in an unusual way, and what was left unread.
    unlisted : frozenset of str
        Ids of the coaches whom clients name and no list has.
    """

    snapshot: Snapshot
    names: dict[str, str]
    assumptions: tuple[Assumption, ...]
    notices: tuple[str, ...]
    unlisted: frozenset[str]


def read_book(path: Path, day: Date | None, policy: Policy, today: Date | None = None) -> Looked:
    """Read one workbook.

    Parameters
    ----------
    path : Path
        A workbook with a list of clients and perhaps a list of coaches, or the clients as CSV.
    day : datetime.date or None
        Day on which it holds; None for the latest start.
    policy : Policy
        For what is assumed of time.
    today : datetime.date, optional
        Day of the call: without `day`, no later start is believed.

    Returns
    -------
    Looked

    Raises
    ------
    InputError
        With every complaint.
    """
    chosen = chosen_sheets(read_grids(path))
    if not chosen.clients:
        raise InputError([_no_clients(path)])
    try:
        return _looked(chosen, (day, today), policy)
    except InputError as error:
        raise InputError(placed(error.complaints, chosen.clients)) from None


def _looked(chosen: Chosen, days: tuple[Date | None, Date | None], policy: Policy) -> Looked:
    """What the chosen sheets say; `days` are the day they hold for and today."""
    day = days[0]
    _stop(_complaints_of(chosen))
    clients, of_clients = clients_text(chosen.clients)
    listed, of_coaches = coaches_text(chosen.coaches)
    people = find_people(listed, _given(clients), chosen.coaches.grid.file if chosen.coaches else "")
    _stop(people.complaints or _no_coaches(people, chosen.clients[0]))
    apart = leave_apart({"clients": _with_ids(clients, people)})
    faults = apart.silence([f for column in of_clients for f in column.faults])
    rows = usable(apart.texts["clients"], faults, days, chosen.clients)
    apart = replace(apart, texts={"clients": rows.text})
    wrong = [*rows.faults, *(f for column in of_coaches for f in column.faults)]
    _stop_for(wrong, {**apart.texts, "coaches": _coach_text(chosen, listed)})
    left = rows.text.frame
    people = _still_named(people, left, apart.coaches)
    shown = _shown(left)
    found = derived(people.frame, listed, shown)
    texts = apart.texts | _texts(chosen, found, shown, day)
    protected = apart.coaches.len()
    if protected:
        apart = replace(apart, coaches=apart.coaches.drop_nulls())
    snapshot = snapshot_of(replace(apart, texts=texts), policy)
    told: list[str] = [
        *chosen.notices, *told_of(chosen, (*of_clients, *of_coaches), people, clients, protected)
    ]  # fmt: skip
    told += snapshot.notices if day else snapshot.notices[1:]
    return Looked(
        snapshot.replace(notices=()),
        {code: name for code, name in people.frame.select("coach_id", "name").iter_rows() if name},
        (
            *rows.assumptions,
            *near_names(people, left),
            *_assumptions(chosen, (people, found, of_coaches), left, snapshot, day, policy),
        ),
        tuple(told),
        frozenset(people.frame.filter(pl.col("row").is_null())["coach_id"]),
    )


def _no_clients(path: Path) -> Complaint:
    advice = said(
        "Head its columns id, kunta, kieli, syntymävuosi, alkupäivä, valmentaja (or client, municipality, language, "
        "birth year, start date, coach), one row a client."
    )
    return Complaint(path.name, 0, "", "", said("no sheet looks like a list of clients"), advice)


def _no_coaches(people: People, clients: Headed) -> tuple[Complaint, ...]:
    if people.frame.height:
        return ()
    advice = said(
        "Fill in the column valmentaja (coach), or add a sheet valmentajat with a row for each coach."
    )
    return (Complaint(clients.grid.file, 0, "", "", said("no coach is named anywhere"), advice),)


def _stop(found: Sequence[Complaint]) -> None:
    if found:
        raise InputError(tuple(found))


def _complaints_of(chosen: Chosen) -> list[Complaint]:
    """Columns that are missing or cannot be told, formulas without a value, personal data."""
    clients = chosen.clients[0]
    wrong = [
        Complaint(
            clients.grid.file, clients.body, CLIENTS.by_name[name].fi, "", said("the column is missing"),
            said("Add the column {fi} ({name}).", fi=CLIENTS.by_name[name].fi, name=name),
        )
        for name in NEEDED
        if name not in clients.at
    ]  # fmt: skip
    for headed in (*chosen.clients, chosen.coaches):
        if headed is not None:
            wrong += [*headed.complaints, *_valueless(headed)]
            wrong += private_complaints(headed, COACHES if headed is chosen.coaches else CLIENTS)
    if not any(headed.cells().height for headed in chosen.clients):
        advice = said("Put one row for each client below the headings.")
        wrong.append(
            Complaint(clients.grid.file, 0, "", "", said("no client stands below the headings"), advice)
        )
    return wrong


def _valueless(headed: Headed) -> list[Complaint]:
    """Formulas that have no value, in the columns that are read; one complaint a column."""
    advice = said("Open the workbook in Excel and save it again, or paste the column back as values.")
    rows: dict[int, int] = {}
    for column, row in sorted(headed.grid.valueless):
        if row >= headed.body and column in headed.at.values():
            rows.setdefault(column, row)
    problem = said("a formula without a value")
    return [
        Complaint(headed.grid.file, row + 1, masked(headed.headings.get(i, "")), "", problem, advice)
        for i, row in rows.items()
    ]


def _given(clients: TableText) -> list[str]:
    if "coach_id" not in clients.frame.columns:
        return []
    return list(clients.frame["coach_id"].drop_nulls().unique().sort())


def _with_ids(clients: TableText, people: People) -> TableText:
    """The clients with the ids of their coaches, and none where the cell says that there is none."""
    if "coach_id" not in clients.frame.columns:
        return clients
    given = clients.frame["coach_id"]
    ids = (
        given.replace_strict(people.ids, default=None, return_dtype=pl.String)
        if people.ids
        else given.clear()
    )
    if not people.ids:
        ids = pl.Series("coach_id", [None] * len(given), dtype=pl.String)
    return replace(clients, frame=clients.frame.with_columns(ids.alias("coach_id")))


def _shown(left: pl.DataFrame) -> pl.DataFrame:
    """Coach, municipality and language of the clients, null where the workbook does not say."""
    columns = ("coach_id", "municipality", "language")
    missing = [pl.lit(None, pl.String).alias(n) for n in columns if n not in left.columns]
    return left.with_columns(missing).select(pl.col(columns).cast(pl.String))


def _coach_text(chosen: Chosen, listed: pl.DataFrame) -> TableText:
    headed = chosen.coaches
    if headed is None:
        return TableText(COACHES, "", COACHES.empty().select("line"), {})
    headings = {name: headed.headings.get(i, "") for name, i in headed.at.items()}
    columns = [c for c in ("municipality", "serves", "fte") if c in listed.columns]
    return TableText(COACHES, headed.grid.file, listed.select(*columns, "line"), headings)


def _stop_for(faults: list[Fault], texts: dict[str, TableText]) -> None:
    """Raise where cells are wrong that cannot be left out."""
    if faults:
        files = {name: text.file for name, text in texts.items()}
        headings = {name: text.headings for name, text in texts.items()}
        raise InputError(complaints(faults, files, headings))


def _still_named(people: People, left: pl.DataFrame, apart: pl.Series) -> People:
    """The coaches without those whom only rows that were left out named."""
    if "coach_id" not in left.columns:
        return people
    named = {*left["coach_id"].drop_nulls(), *apart.drop_nulls()}
    still = pl.col("row").is_not_null() | pl.col("coach_id").is_in(sorted(named))
    return replace(people, frame=people.frame.filter(still))


def _texts(chosen: Chosen, found: Derived, clients: pl.DataFrame, day: Date | None) -> dict[str, TableText]:
    municipalities, travel = region_of(clients, found.coaches)
    clients_file = chosen.clients[0].grid.file
    file = chosen.coaches.grid.file if chosen.coaches else clients_file
    headed = chosen.coaches
    headings = {n: headed.headings.get(i, "") for n, i in headed.at.items()} if headed else {}
    texts = {
        "municipalities": _whole(MUNICIPALITIES, municipalities, clients_file),
        "units": _whole(UNITS, found.units, file),
        "coaches": replace(_whole(COACHES, found.coaches, file), headings=headings or {"coach_id": ""}),
    }
    if travel.height:
        texts["travel"] = _whole(TRAVEL, travel, clients_file)
    if day is not None:
        dated = pl.DataFrame({"date": [day], "line": [0]}, schema_overrides={"line": pl.Int32})
        texts["snapshot"] = _whole(SNAPSHOT, dated, clients_file)
    return texts


def _whole(table: Table, frame: pl.DataFrame, file: str) -> TableText:
    named: list[Column] = [c for c in table.columns if c.name in frame.columns]
    return TableText(table, file, frame, {c.name: c.fi for c in named})


def _assumptions(
    chosen: Chosen,
    known: tuple[People, Derived, Sequence[Understood]],
    left: pl.DataFrame,
    snapshot: Snapshot,
    day: Date | None,
    policy: Policy,
) -> list[Assumption]:
    people, found, of_coaches = known
    present = set(left.columns)
    empty = {name: left[name].null_count() for name in SIX if name in present}
    strangers = people.frame.filter(pl.col("row").is_null())["coach_id"]
    theirs = int(left["coach_id"].is_in(strangers.implode()).sum() or 0) if "coach_id" in present else 0
    hours = [(column.hours, column.full) for column in of_coaches if column.hours]
    return [
        *assumed_of_clients(present, left.height, empty),
        *assumed_of_coaches(
            chosen.coaches is not None, people.frame.height, (len(strangers), theirs), found.assumed, policy
        ),
        *(assumed_of_hours(*hour) for hour in hours),
        *assumed_of_all(snapshot.date, day is not None, left.height, policy),
        *(() if day else assumed_of_starts(snapshot.clients["registered_on"])),
    ]
