"""Reading a batch of new clients beside a snapshot: the same reader, the same complaints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.intake import NEW_CLIENTS, NewClients
from optimiser.domain.schema import CLIENTS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said, several
from optimiser.tables.faults import Fault, complaints, fault
from optimiser.tables.headings import match_headings, read_own_headings
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.protected import leave_apart
from optimiser.tables.raw import Sheet, TableText
from optimiser.tables.references import reference_faults
from optimiser.tables.sources import load, only_source
from optimiser.tables.texts import table_text
from optimiser.tables.validate import date_faults, duplicate_faults, order_faults

AS_CLIENTS: Table = replace(NEW_CLIENTS, name=CLIENTS.name)
"""Under the name by which the reader knows clients and treats them so."""
PLACE = (CLIENTS.name, "client_id")


def read_new_clients(
    file: Path, snapshot: Snapshot, *, headings: Path | None = None, longest_days: int = 31
) -> NewClients:
    """Read and validate a batch of new clients.

    A client of the snapshot who has no coach yet may stand in the batch: the new row takes the place
    of the old one. One who has a coach may not.

    Parameters
    ----------
    file : Path
        CSV, Parquet, or a workbook with a sheet `new_clients` (or only one sheet).
    snapshot : Snapshot
        Gives the municipalities and coaches that may be named, and the date.
    headings : Path, optional
        YAML file of own headings; those of `new_clients`, else those of `clients`.
    longest_days : int
        Most days by which a registration may be later than the snapshot.

    Raises
    ------
    InputError
        With every complaint.
    """
    if not file.is_file():
        advice = said("Name the file with the new clients.")
        raise InputError([Complaint(str(file), 0, "", "", said("there is no such file"), advice)])
    own = read_own_headings(headings)
    mine = own.get(NEW_CLIENTS.name) or own.get(CLIENTS.name, {})
    sheet = load(only_source(file, NEW_CLIENTS, CLIENTS))
    whole, faults, wrong = table_text(sheet, AS_CLIENTS, mine)
    personal, hidden = _personal(sheet, mine)
    apart = leave_apart({CLIENTS.name: whole})
    text = apart.texts[CLIENTS.name]
    faults = apart.silence(faults)
    wrong += [*personal, *apart.complaints]
    frame = AS_CLIENTS.empty()
    if text.headings:
        frame, found = parse_table(text)
        faults += [*found, *_faults(frame, snapshot, longest_days)]
    wrong += complaints(faults, {CLIENTS.name: text.file}, {CLIENTS.name: text.headings}, frozenset(hidden))
    if wrong:
        raise InputError(wrong)
    return _batch(frame.sort("client_id"), snapshot, (len(apart.coaches), text, sheet))


def _personal(sheet: Sheet, own: Mapping[str, str]) -> tuple[list[Complaint], set[tuple[str, str]]]:
    at, _ = match_headings(sheet, AS_CLIENTS, own)
    wrong, columns = personal_data(sheet, AS_CLIENTS, at)
    return wrong, {(CLIENTS.name, column) for column in columns}


def _faults(frame: pl.DataFrame, snapshot: Snapshot, longest_days: int) -> list[Fault]:
    """What is wrong with the rows beside their cells."""
    frames = snapshot.frames() | {CLIENTS.name: frame}
    none = pl.Series("value", [], dtype=pl.String)
    return [
        *duplicate_faults(AS_CLIENTS, frame),
        *[f for f in order_faults(frames) if f.table == CLIENTS.name],
        *reference_faults(CLIENTS.name, frames, frozenset(), none),
        *_unknown_former(frame, snapshot),
        *date_faults(frame, snapshot.date, True),
        *_too_late(frame, snapshot, longest_days),
        *_known(frame, snapshot),
        *_placed(frame),
    ]


def _too_late(frame: pl.DataFrame, snapshot: Snapshot, longest_days: int) -> list[Fault]:
    """Registrations long after the snapshot: its facts no longer hold then."""
    rows = frame.filter(pl.col("registered_on") > snapshot.date + timedelta(days=longest_days))
    advice = several(
        "Correct it, or take a newer snapshot: a batch may be {count} day younger than it ({day}).",
        "Correct it, or take a newer snapshot: a batch may be {count} days younger than it ({day}).",
        longest_days,
        day=snapshot.date,
    )
    place = (CLIENTS.name, "registered_on")
    problem = said("a date long after the snapshot's")
    return fault(place, problem, advice, rows["line"], rows["registered_on"])


def _placed(frame: pl.DataFrame) -> list[Fault]:
    """New clients with a present coach, or with the day from which they have one."""
    problem = said("a new client has no coach yet")
    advice = said("Leave it empty; the coach a returning client had before goes into former_coach_id.")
    found: list[Fault] = []
    for name in ("coach_id", "coach_since"):
        rows = frame.filter(pl.col(name).is_not_null())
        place = (CLIENTS.name, name)
        found += fault(place, problem, advice, rows["line"], rows[name])
    return found


def _unknown_former(frame: pl.DataFrame, snapshot: Snapshot) -> list[Fault]:
    known = snapshot.coaches["coach_id"].implode()
    rows = frame.filter(pl.col("former_coach_id").is_not_null() & ~pl.col("former_coach_id").is_in(known))
    advice = said("Leave it empty where the coach has gone, or correct the id.")
    place = (CLIENTS.name, "former_coach_id")
    return fault(place, said("an unknown coach"), advice, rows["line"], rows["former_coach_id"])


def _known(frame: pl.DataFrame, snapshot: Snapshot) -> list[Fault]:
    """Clients whom the snapshot has already, with a coach."""
    served = snapshot.clients.filter(pl.col("coach_id").is_not_null())
    rows = frame.join(served.select("client_id"), on="client_id", how="semi").sort("line")
    advice = said("Take the row out: changes of the plan are made with `optimiser rebalance`.")
    problem = said("the client is in the snapshot already and has a coach")
    return fault(PLACE, problem, advice, rows["line"], rows["client_id"])


def _batch(frame: pl.DataFrame, snapshot: Snapshot, read: tuple[int, TableText, Sheet]) -> NewClients:
    by_hand, text, sheet = read
    given = frame["registered_on"].drop_nulls().sort()
    day = max(snapshot.date, given[-1]) if len(given) else snapshot.date
    notices = list(sheet.notices)
    if day > snapshot.date:
        notices.append(
            said(
                "The intake is dated {day}, the latest registration; the snapshot is of {facts}.",
                day=day,
                facts=snapshot.date,
            )
        )
    former = frame.select("client_id", "former_coach_id").drop_nulls("former_coach_id")
    clients = frame.select(snapshot.clients.columns).cast(pl.Schema(CLIENTS.schema()))
    return NewClients(day, clients, former, by_hand, text.file, tuple(notices))
