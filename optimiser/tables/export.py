"""What the export of a client system lacks, and the snapshot before it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.schema import CLIENTS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.tables.municipalities import places
from optimiser.tables.raw import TableText

TAKEN = ("municipalities", "travel", "units", "coaches", "absences")
"""Tables that are taken from the snapshot where the export has none. Pins, exclusions and departures are
kept beside those of the export, by `allocation.update`."""
DATED = ("registered_on", "first_meeting", "last_meeting")
"""Dates of clients of which the latest stands for the date of an export that has none."""
NAMES_PLACES = {"travel": ("from_municipality", "to_municipality"), "absences": ("coach_id",)}
"""Columns of tables taken from the snapshot whose rows go where the export has not what they name."""

CARRIED = said(
    "The export does not tell of clients with a protected address: the coaches carry as many as in the snapshot."
)


@dataclass(frozen=True)
class Export:
    """An export, read beside a snapshot.

    Attributes
    ----------
    snapshot : Snapshot
        Its facts, what it lacks taken from the snapshot before; pins, exclusions and departures are the
        export's alone.
    apart : polars.Series
        Ids of the clients with a protected address, who enter nowhere.
    away : polars.DataFrame
        client_id and municipality of known clients whose home is outside the region now: they are not
        among the clients.
    lacking : tuple of str
        Columns of clients that the export has not.
    carried : tuple of str
        Tables taken from the snapshot, as the export has none.
    """

    snapshot: Snapshot
    apart: pl.Series
    away: pl.DataFrame
    lacking: tuple[str, ...]
    carried: tuple[str, ...] = ()


def taken(
    name: str, before: Snapshot, frames: Mapping[str, pl.DataFrame], counted_anew: bool
) -> pl.DataFrame:
    """Return a table of the snapshot in the place of one that the export has not.

    Parameters
    ----------
    name : str
        One of `TAKEN`.
    before : Snapshot
        The snapshot.
    frames : mapping
        Tables of the export read so far, in the order of the schema.
    counted_anew : bool
        Whether the export itself has rows of clients with a protected address: then the counts of them
        that the coaches carry would count them twice.
    """
    frame: pl.DataFrame = getattr(before, name)
    if name == "coaches" and counted_anew:
        return frame.with_columns(protected_clients=pl.lit(0, frame.schema["protected_clients"]))
    for column in NAMES_PLACES.get(name, ()):
        target = "coaches" if column == "coach_id" else "municipalities"
        known = frames[target][column if target == "coaches" else "municipality"].cast(pl.String)
        frame = frame.filter(pl.col(column).cast(pl.String).is_in(known.implode()))
    return frame


def carried(coaches: pl.DataFrame, before: Snapshot) -> pl.DataFrame:
    """Return coaches of an export that tells nothing of protected clients with the counts of the snapshot."""
    counts = before.coaches.select("coach_id", held="protected_clients")
    joined = coaches.join(counts, on="coach_id", how="left", maintain_order="left")
    return joined.with_columns(protected_clients=pl.col("held").fill_null(0)).drop("held")


def tells_of_protected(texts: Mapping[str, TableText]) -> bool:
    """Whether an export's coaches carry counts of protected clients themselves."""
    return "coaches" in texts and "protected_clients" in texts["coaches"].headings


def flagged(texts: Mapping[str, TableText]) -> bool:
    """Whether an export says of its clients whose address is protected."""
    return "clients" in texts and "protected_address" in texts["clients"].headings


def moved_out(
    clients: pl.DataFrame, before: Snapshot, municipalities: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.Series]:
    """Part the clients from those whose home municipality lies outside the region.

    Only codes that there are in the country count: any other unknown code is a mistake, and stays one.

    Returns
    -------
    (polars.DataFrame, polars.DataFrame, polars.Series)
        The others; client_id and municipality of known clients, who have moved out; ids of those who are not
        known, who came and moved out between two exports.
    """
    held = municipalities["municipality"].cast(pl.String)
    outside = sorted(set(places().frame["code"].to_list()) - set(held.to_list()))
    known = pl.concat([before.clients["client_id"], before.departures["client_id"]])
    away = pl.col("municipality").cast(pl.String).is_in(outside).fill_null(False)
    gone = clients.filter(away).select("client_id", "municipality").drop_nulls()
    gone = gone.unique("client_id", keep="first", maintain_order=True)
    met = pl.col("client_id").is_in(known.implode())
    return clients.filter(~away), gone.filter(met), gone.filter(~met)["client_id"]


def without(frame: pl.DataFrame, clients: pl.Series) -> pl.DataFrame:
    """Return the rows that are not about some clients."""
    return frame.filter(~pl.col("client_id").is_in(clients.implode()).fill_null(False))


def lacking(text: TableText | None) -> tuple[str, ...]:
    """Return the columns of clients that an export has not."""
    there: Collection[str] = text.headings if text is not None else ()
    return tuple(c.name for c in CLIENTS.columns if c.name not in there and c.name != "protected_address")


def older(day: Date, before: Snapshot, file: str, assumed: bool) -> list[Complaint]:
    """Return the complaint about an export from before the snapshot; none where it is as young."""
    if day >= before.date:
        return []
    problem = said("the export of {day} is older than the snapshot of {before}", day=day, before=before.date)
    advice = said("Take a newer export, or name the snapshot from before it.")
    if assumed:
        advice = said(
            "The export has no date, so its latest registration or meeting was taken: add a table snapshot "
            "with the date, or take a newer export."
        )
    return [Complaint(file, 0, "", "", problem, advice)]


def other_region(export: str, before: Snapshot, file: str) -> list[Complaint]:
    """Return the complaint about an export of another region; none where either has no name."""
    if not export or not before.region or export == before.region:
        return []
    problem = said(
        "the export is of another region ({region}) than the snapshot ({before})",
        region=export,
        before=before.region,
    )
    return [Complaint(file, 0, "", "", problem, said("Take the export of the same region."))]
