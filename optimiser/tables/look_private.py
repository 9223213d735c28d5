"""Personal data that a look refuses: identity codes, addresses, names of clients; names of coaches may stand."""

from __future__ import annotations

from optimiser.domain.columns import Table
from optimiser.domain.errors import Complaint
from optimiser.domain.schema import CLIENTS
from optimiser.domain.texts import said
from optimiser.tables.faults import masked
from optimiser.tables.headings import is_identifying
from optimiser.tables.look_sheets import Headed
from optimiser.tables.personal import held_by


def private_complaints(headed: Headed, table: Table) -> list[Complaint]:
    """Return one complaint for each column with personal data, read or not; no value is shown.

    Parameters
    ----------
    headed : Headed
        A sheet.
    table : Table
        Clients or coaches; coaches may be named.
    """
    cells = headed.cells()
    ours = {i: name for name, i in headed.at.items()}
    of_clients = table.name == CLIENTS.name
    found = []
    for i in range(cells.width - 1):
        heading, name = headed.headings.get(i, ""), ours.get(i)
        named = of_clients and (name == "client_id" or name is None)
        told = ""
        if of_clients and name is None and is_identifying(heading) and not _empty(headed, i):
            told = said("a column of personal data (names, identity codes, contact details)")
        elif what := held_by(cells[str(i)], named, True):
            told = what
        if told:
            advice = said(
                "Delete the column, or make pseudonymous tables first: optimiser pseudonymise. Values are not shown here."
            )
            place = masked(heading) or f"{i + 1}"
            found.append(Complaint(headed.grid.file, 0, place, "", told, advice))
    return found


def _empty(headed: Headed, column: int) -> bool:
    cells = headed.grid.cells[str(column)].slice(headed.body)
    return cells.null_count() == len(cells)
