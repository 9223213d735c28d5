"""Clients with a protected address: taken out before anything else is said, counted per coach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said, several
from optimiser.tables.faults import Fault
from optimiser.tables.parse_values import Cells, parse_flag
from optimiser.tables.raw import TableText

DEPENDENT = ("exclusions", "pins", "departures")
"""Tables whose rows about such clients vanish with them."""


@dataclass(frozen=True)
class Apart:
    """What is left after the rows are taken out, and how many there were.

    Attributes
    ----------
    texts : dict
        Table name to its cells without those rows.
    coaches : polars.Series
        Present coach of each client left apart, null where none; no ids.
    hidden : dict
        Table name to the lines taken out.
    complaints : tuple of Complaint
        Ids that stand on a row left apart and on another.
    ids : polars.Series
        Their ids, for telling them from clients who have left; they enter nowhere.
    """

    texts: dict[str, TableText]
    coaches: pl.Series
    hidden: dict[str, pl.Series]
    complaints: tuple[Complaint, ...] = ()
    ids: pl.Series = field(default_factory=lambda: pl.Series("client_id", [], dtype=pl.String))

    def silence(self, faults: list[Fault]) -> list[Fault]:
        """Faults without those of the rows left apart."""
        return [f.without(self.hidden[f.table]) if f.table in self.hidden else f for f in faults]


def leave_apart(texts: Mapping[str, TableText]) -> Apart:
    """Take the rows of clients with a protected address out of all tables.

    Parameters
    ----------
    texts : mapping
        Table name to its cells.
    """
    clients = texts.get("clients")
    nobody = pl.Series("coach_id", [], dtype=pl.String)
    if clients is None or "protected_address" not in clients.frame.columns:
        return Apart(dict(texts), nobody, {})
    frame = clients.frame
    column = clients.table.by_name["protected_address"]
    flag, _ = parse_flag(Cells(("clients", column.name), column, frame[column.name], frame["line"]))
    apart = flag.fill_null(False)
    if not apart.any():
        return Apart(dict(texts), nobody, {})
    gone = frame.filter(apart)
    ids = gone["client_id"].cast(pl.String) if "client_id" in gone.columns else nobody
    coaches = (
        gone["coach_id"].cast(pl.String)
        if "coach_id" in gone.columns
        else nobody.extend_constant(None, gone.height)
    )
    left = dict(texts) | {"clients": replace(clients, frame=frame.filter(~apart))}
    hidden = {"clients": gone["line"]}
    for name in DEPENDENT:
        text = texts.get(name)
        if text is not None and "client_id" in text.frame.columns:
            about = text.frame["client_id"].cast(pl.String).is_in(ids.drop_nulls().implode()).fill_null(False)
            hidden[name] = text.frame["line"].filter(about)
            left[name] = replace(text, frame=text.frame.filter(~about))
    return Apart(left, coaches, hidden, _doubles(left["clients"], ids), ids.drop_nulls())


def _doubles(clients: TableText, ids: pl.Series) -> tuple[Complaint, ...]:
    others = (
        clients.frame["client_id"].cast(pl.String) if "client_id" in clients.frame.columns else ids.clear()
    )
    known = ids.drop_nulls()
    count = (known.len() - known.n_unique()) + int(others.is_in(known.implode()).sum() or 0)
    if not count:
        return ()
    problem = several(
        "{count} row repeats the id of another client, which is not shown here",
        "{count} rows repeat the id of another client, which is not shown here",
        count,
    )
    heading = clients.headings.get("client_id", "client_id")
    return (Complaint(clients.file, 0, heading, "", problem, said("Keep one row for each client.")),)


def add_counts(coaches: pl.DataFrame, present: pl.Series) -> tuple[pl.DataFrame, int]:
    """Add the clients left apart to `protected_clients`; also return their number in the region.

    Parameters
    ----------
    coaches : polars.DataFrame
        The table coaches.
    present : polars.Series
        Present coach of each client left apart.
    """
    counts = (
        pl.DataFrame({"coach_id": present})
        .drop_nulls()
        .group_by("coach_id")
        .agg(more=pl.len().cast(pl.Int32))
    )
    counted = coaches.join(counts, on="coach_id", how="left", maintain_order="left").with_columns(
        protected_clients=pl.col("protected_clients") + pl.col("more").fill_null(0)
    )
    total = int(coaches["protected_clients"].sum()) + len(present)
    return counted.drop("more"), total
