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
from optimiser.domain.texts import Message, said, several
from optimiser.tables.faults import Fault, complaints
from optimiser.tables.look_assumed import assumed_of_all, assumed_of_clients, assumed_of_coaches
from optimiser.tables.look_derive import Derived, derived, region_of
from optimiser.tables.look_grid import DAYS_1900, read_grids
from optimiser.tables.look_people import NOBODY, People, find_people
from optimiser.tables.look_private import private_complaints
from optimiser.tables.look_sheets import Chosen, Headed, chosen_sheets
from optimiser.tables.look_values import Read, understood
from optimiser.tables.look_words import NAMES, SIX
from optimiser.tables.parse import parse_table
from optimiser.tables.protected import leave_apart
from optimiser.tables.raw import TableText
from optimiser.tables.read import snapshot_of
from optimiser.tables.validate import duplicate_faults

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
    """

    snapshot: Snapshot
    names: dict[str, str]
    assumptions: tuple[Assumption, ...]
    notices: tuple[str, ...]


def read_book(path: Path, day: Date | None, policy: Policy) -> Looked:
    """Read one workbook.

    Parameters
    ----------
    path : Path
        A workbook with a list of clients and perhaps a list of coaches, or the clients as CSV.
    day : datetime.date or None
        Day on which it holds; None for the latest start.
    policy : Policy
        For what is assumed of time.

    Returns
    -------
    Looked

    Raises
    ------
    InputError
        With every complaint.
    """
    chosen = chosen_sheets(read_grids(path))
    if chosen.clients is None:
        raise InputError([_no_clients(path)])
    _stop(_complaints_of(chosen))
    read = Read(chosen.clients.grid.epoch)
    clients = _text(chosen.clients, CLIENTS, read)
    listed = _listed(chosen, read)
    people = find_people(listed, _given(clients), chosen.coaches.grid.file if chosen.coaches else "")
    _stop(people.complaints or _no_coaches(people, chosen.clients))
    apart = leave_apart({"clients": _with_ids(clients, people)})
    _stop_for(read.faults, {**apart.texts, "coaches": _coach_text(chosen, listed)})
    left = apart.texts["clients"].frame
    shown = _shown(left)
    found = derived(people.frame, listed, shown)
    texts = apart.texts | _texts(chosen, found, shown, day)
    if apart.coaches.len():
        apart = replace(apart, coaches=apart.coaches.drop_nulls())
    snapshot = snapshot_of(replace(apart, texts=texts), policy)
    told: list[str] = [*chosen.notices, *_understood(chosen, read, people, clients)]
    told += snapshot.notices if day else snapshot.notices[1:]
    return Looked(
        snapshot.replace(notices=()),
        {code: name for code, name in people.frame.select("coach_id", "name").iter_rows() if name},
        tuple(_assumptions(chosen, people, found, left, snapshot, day, policy)),
        tuple(told),
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
    clients = chosen.clients
    assert clients is not None
    wrong = [
        Complaint(
            clients.grid.file, clients.body, CLIENTS.by_name[name].fi, "", said("the column is missing"),
            said("Add the column {fi} ({name}).", fi=CLIENTS.by_name[name].fi, name=name),
        )
        for name in NEEDED
        if name not in clients.at
    ]  # fmt: skip
    for headed in (clients, chosen.coaches):
        if headed is not None:
            wrong += [*headed.complaints, *_valueless(headed)]
            wrong += private_complaints(headed, CLIENTS if headed is clients else COACHES)
    if not clients.cells().height:
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
        Complaint(headed.grid.file, row + 1, headed.headings.get(i, ""), "", problem, advice)
        for i, row in rows.items()
    ]


def _text(headed: Headed, table: Table, read: Read) -> TableText:
    """The columns that are read, in forms that the reader of the table knows."""
    cells = headed.cells()
    columns = [
        understood(cells[str(i)], cells["line"], table.name, table.by_name[name], read).alias(name)
        for name, i in headed.at.items()
        if name in table.by_name
    ]
    headings = {name: headed.headings.get(i, "") for name, i in headed.at.items()}
    return TableText(table, headed.grid.file, pl.DataFrame([*columns, cells["line"]]), headings)


def _listed(chosen: Chosen, read: Read) -> pl.DataFrame:
    """The list of coaches under our names, with coach_id, name and line; empty where there is none."""
    empty = {"coach_id": pl.String, "name": pl.String, "line": pl.Int32}
    headed = chosen.coaches
    if headed is None:
        return pl.DataFrame(schema=empty)
    read.epoch = headed.grid.epoch
    frame = _text(headed, COACHES, read).frame
    cells = headed.cells()
    parts = [cells[str(headed.at[n])].alias(n) for n in NAMES if n in headed.at]
    named = pl.DataFrame([*parts, cells["line"]]).select(
        pl.concat_str([p.name for p in parts], separator=" ", ignore_nulls=True)
        .replace("", None)
        .alias("name")
        if parts
        else pl.lit(None, pl.String).alias("name")
    )
    if named.height != frame.height:
        named = pl.DataFrame({"name": [None] * frame.height}, schema={"name": pl.String})
    if "coach_id" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.String).alias("coach_id"))
    frame = frame.with_columns(named["name"])
    return frame.filter(pl.col("coach_id").is_not_null() | pl.col("name").is_not_null())


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
    """Raise where a municipality is none, with all that is wrong with the other cells."""
    if not faults:
        return
    files = {name: text.file for name, text in texts.items()}
    headings = {name: text.headings for name, text in texts.items()}
    frame, more = parse_table(texts["clients"])
    more += duplicate_faults(CLIENTS, frame)
    ours = {(f.table, f.column) for f in faults}
    more = [f for f in more if (f.table, f.column) not in ours]
    raise InputError(complaints([*faults, *more], files, headings))


def _texts(chosen: Chosen, found: Derived, clients: pl.DataFrame, day: Date | None) -> dict[str, TableText]:
    municipalities, travel = region_of(clients, found.coaches)
    clients_file = chosen.clients.grid.file if chosen.clients else ""
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
    people: People,
    found: Derived,
    left: pl.DataFrame,
    snapshot: Snapshot,
    day: Date | None,
    policy: Policy,
) -> list[Assumption]:
    present = set(left.columns)
    empty = {name: left[name].null_count() for name in SIX if name in present}
    strangers = people.frame.filter(pl.col("row").is_null())["coach_id"]
    theirs = int(left["coach_id"].is_in(strangers.implode()).sum() or 0) if "coach_id" in present else 0
    return [
        *assumed_of_clients(present, left.height, empty),
        *assumed_of_coaches(
            chosen.coaches is not None, people.frame.height, (len(strangers), theirs), found.assumed, policy
        ),
        *assumed_of_all(snapshot.date, day is not None, left.height, policy),
    ]


def _understood(chosen: Chosen, read: Read, people: People, clients: TableText) -> list[Message]:
    """What was read in another form than the plain one."""
    sheets = [h for h in (chosen.clients, chosen.coaches) if h is not None]
    formulas = sum(c in h.at.values() and r >= h.body for h in sheets for c, r in h.grid.formulas)
    nobody = (
        sum(text.casefold() in NOBODY for text in clients.frame["coach_id"].drop_nulls())
        if ("coach_id" in clients.frame.columns)
        else 0
    )
    calendar = 1900 if read.epoch == DAYS_1900 else 1904
    counted = (
        (several("{count:,} date was kept as a number; it was read by the calendar of {calendar}.",
                 "{count:,} dates were kept as numbers; they were read by the calendar of {calendar}.",
                 read.serials, calendar=calendar), read.serials),
        (several("{count:,} day of birth: the year alone was taken.",
                 "{count:,} days of birth: the year alone was taken.", read.births), read.births),
        (several("{count:,} working time was read as per cent.",
                 "{count:,} working times were read as per cent.", read.percents), read.percents),
        (several("{count:,} merged cell took the value of the one above.",
                 "{count:,} merged cells took the value of the one above.",
                 sum(h.filled for h in sheets)), sum(h.filled for h in sheets)),
        (several("{count:,} formula was read with the value that it had last.",
                 "{count:,} formulas were read with the values that they had last.", formulas), formulas),
        (several("{count:,} client has a word in the place of the coach that says there is none.",
                 "{count:,} clients have a word in the place of the coach that says there is none.", nobody), nobody),
        (several("{count:,} coach is spelt in several ways and was taken for one person.",
                 "{count:,} coaches are spelt in several ways and were taken for one person each.",
                 people.respelt), people.respelt),
    )  # fmt: skip
    unread = [name for h in sheets for name in h.unread]
    told = [message for message, count in counted if count]
    if unread:
        told.append(
            several(
                "{count} column was not read: {columns}.",
                "{count} columns were not read: {columns}.",
                len(unread),
                columns=", ".join(unread),
            )
        )
    return told
