"""The export of a client system, read beside the snapshot before it."""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said, several
from optimiser.tables.export import (
    CARRIED,
    Export,
    carried,
    flagged,
    lacking,
    moved_out,
    older,
    other_region,
    tells_of_protected,
    without,
)
from optimiser.tables.faults import fault
from optimiser.tables.headings import read_own_headings
from optimiser.tables.protected import DEPENDENT, Apart
from optimiser.tables.reading import (
    Reading,
    clients_file,
    dates_given,
    finished,
    parse,
    read_texts,
    validated,
)


def read_export(
    path: Path,
    before: Snapshot,
    *,
    policy: Policy | None = None,
    headings: Path | None = None,
    progress: Progress = SILENT,
    protected: pl.Series | None = None,
) -> Export:
    """Read and validate an export beside the snapshot before it, which gives the tables it lacks.

    Parameters
    ----------
    path : Path
        As in `read_snapshot`; only the clients must be there.
    before : Snapshot
        The snapshot.
    policy, headings, progress
        As in `read_snapshot`.
    protected : polars.Series or None
        Ids of clients to whom the snapshot's tables give a protected address. Where the export does not say
        whose address is protected, theirs still is.

    Returns
    -------
    Export

    Raises
    ------
    InputError
        With every complaint; where the export is older than the snapshot, or of another region.
    """
    reading = Reading(policy or Policy(), wait=False, before=before)
    apart = read_texts(reading, path, read_own_headings(headings), progress)
    parse(reading, apart)
    hidden = _still_protected(reading, apart, protected)
    away = _beside(reading, before, apart)
    day = validated(reading)
    if day is not None:
        _validate_beside(reading, before, day)
    found = finished(reading, day, apart)
    return Export(found, hidden, away, lacking(reading.texts.get("clients")), reading.taken)


def _still_protected(reading: Reading, apart: Apart, protected: pl.Series | None) -> pl.Series:
    """Ids of the clients with a protected address; rows of those whom the snapshot alone knows as such go."""
    if protected is None or not len(protected):
        return apart.ids
    if flagged(reading.texts):
        # The export says of all its clients whether; of others, such as those who left, the snapshot's word holds.
        protected = protected.filter(~protected.is_in(reading.frames["clients"]["client_id"].implode()))
    for name in ("clients", *DEPENDENT):
        reading.frames[name] = without(reading.frames[name], protected)
    return pl.concat([apart.ids, protected.cast(pl.String)]).unique(maintain_order=True)


def _beside(reading: Reading, before: Snapshot, apart: Apart) -> pl.DataFrame:
    """Take over what the snapshot before says of protected clients; return the clients who moved out."""
    frames = reading.frames
    frames["clients"], away, strangers = moved_out(frames["clients"], before, frames["municipalities"])
    if len(strangers):
        reading.notices.append(
            several(
                "{count:,} client who is not in the snapshot lives outside the region: left out.",
                "{count:,} clients who are not in the snapshot live outside the region: left out.",
                len(strangers),
            )
        )
    for name in ("pins", "exclusions"):
        frames[name] = without(without(frames[name], away["client_id"]), strangers)
    if len(apart.ids) or tells_of_protected(reading.texts):
        return away
    frames["coaches"] = carried(frames["coaches"], before)
    if frames["coaches"]["protected_clients"].sum():
        reading.notices.append(CARRIED)
    return away


def _validate_beside(reading: Reading, before: Snapshot, day: Date) -> None:
    """Whether an export follows the snapshot before it."""
    file, given = clients_file(reading) or "clients", dates_given(reading)
    region = reading.frames["snapshot"]["region"].drop_nulls().to_list()
    reading.complaints += older(day, before, file, assumed=not given)
    reading.complaints += other_region(region[0] if region else "", before, file)
    left = reading.frames["departures"].filter(pl.col("date") > day)
    problem = said("a date after the export's")
    advice = said("Correct it, or leave the row for the next export.")
    reading.take(fault(("departures", "date"), problem, advice, left["line"], left["date"]))
