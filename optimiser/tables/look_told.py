"""What was read in another form than the plain one, and what was left unread, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from optimiser.domain.texts import Message, said, several
from optimiser.tables.coach_forms import is_nobody
from optimiser.tables.look_grid import DAYS_1900
from optimiser.tables.look_people import People
from optimiser.tables.look_sheets import Chosen, Headed
from optimiser.tables.look_values import Understood
from optimiser.tables.raw import TableText

FEW = 5
"""Clients with a protected address from which their number may be told."""


def told_of(
    chosen: Chosen, read: Sequence[Understood], people: People, clients: TableText, protected: int
) -> list[Message]:
    """Return what a user should know of how the workbook was read.

    Parameters
    ----------
    chosen : Chosen
        The sheets.
    read : sequence of Understood
        Their columns.
    people : People
        The coaches.
    clients : TableText
        The clients, with what stands in the column of coaches.
    protected : int
        Clients with a protected address.
    """
    sheets = [*chosen.clients, *([chosen.coaches] if chosen.coaches else [])]
    told = [*_protected(protected), *(note for h in sheets for note in _of_sheet(h))]
    told += _counted(sheets, read, people, clients)
    unread = list(dict.fromkeys(name for h in sheets for name in h.unread))
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


def _protected(count: int) -> list[Message]:
    if not count:
        return []
    if count < FEW:
        return [
            said(
                "Clients with a protected address are left out of everything; they are few, and not counted here."
            )
        ]
    return [
        several(
            "{count:,} client with a protected address is left out of everything.",
            "{count:,} clients with a protected address are left out of everything.",
            count,
        )
    ]


def _of_sheet(headed: Headed) -> list[Message]:
    """Rows of sums that were left out, hidden rows and columns that were read."""
    rows, columns = headed.unseen()
    sheet = headed.grid.shown
    counted = (
        (several("{count:,} row of a total was left out of {sheet}.",
                 "{count:,} rows of totals were left out of {sheet}.", len(headed.totals), sheet=sheet),
         len(headed.totals)),
        (several("{count:,} row of {sheet} is hidden, by hand or by a filter; it was counted like the others.",
                 "{count:,} rows of {sheet} are hidden, by hand or by a filter; they were counted like the others.",
                 rows, sheet=sheet), rows),
        (several("{count:,} hidden column of {sheet} was read like the others.",
                 "{count:,} hidden columns of {sheet} were read like the others.", columns, sheet=sheet), columns),
    )  # fmt: skip
    return [message for message, count in counted if count]


def _counted(
    sheets: Sequence[Headed], read: Sequence[Understood], people: People, clients: TableText
) -> list[Message]:
    formulas = sum(c in h.at.values() and r >= h.body for h in sheets for c, r in h.grid.formulas)
    nobody = 0
    if "coach_id" in clients.frame.columns:
        given = clients.frame["coach_id"].drop_nulls().value_counts()
        nobody = sum(count for text, count in given.iter_rows() if is_nobody(text))
    calendar = 1900 if all(h.grid.epoch == DAYS_1900 for h in sheets) else 1904
    serials, births = sum(column.serials for column in read), sum(column.births for column in read)
    percents = sum(column.percents for column in read)
    filled = sum(h.filled for h in sheets)
    counted = (
        (several("{count:,} date was kept as a number; it was read by the calendar of {calendar}.",
                 "{count:,} dates were kept as numbers; they were read by the calendar of {calendar}.",
                 serials, calendar=calendar), serials),
        (several("{count:,} day of birth: the year alone was taken.",
                 "{count:,} days of birth: the year alone was taken.", births), births),
        (several("{count:,} working time was read as per cent.",
                 "{count:,} working times were read as per cent.", percents), percents),
        (several("{count:,} merged cell took the value of the one above.",
                 "{count:,} merged cells took the value of the one above.", filled), filled),
        (several("{count:,} formula was read with the value that it had last.",
                 "{count:,} formulas were read with the values that they had last.", formulas), formulas),
        (several("{count:,} client has a word in the place of the coach that says there is none.",
                 "{count:,} clients have a word in the place of the coach that says there is none.", nobody), nobody),
        (several("{count:,} coach is spelt in several ways and was taken for one person.",
                 "{count:,} coaches are spelt in several ways and were taken for one person each.",
                 people.respelt), people.respelt),
    )  # fmt: skip
    return [message for message, count in counted if count]
