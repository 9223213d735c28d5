"""The export of a made-up region a month later: who has left, come, moved, been met; drawn by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import numpy as np
import polars as pl

from optimiser.domain.schema import CLIENTS, DEPARTURES, TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.demo.draws import Ints, pick, some, stream

LEAVE = 0.045
"""Share of the clients who leave in a month."""
COME = 0.05
"""New clients in a month, as a share of those who were there."""
RETURN = 0.2
"""Share of those who come who were clients before and left."""
MOVE_HOME, CHANGE_NEED, CHANGE_COACH = 0.004, 0.03, 0.006
"""Share of those who stay who move to another municipality, get another need level, another coach."""
MET = 0.55
"""Share of those who stay who are met in the month."""
NOTED = 0.8
"""Share of the departures whose reason is noted."""
REASONS = ("job_found", "earnings_related", "moved_away", "other")
REASON_SHARES = (0.62, 0.16, 0.12, 0.1)
FIRST_DAYS = 8
"""A first interview is held within so many days."""
WITH_COACH_DAYS = 4
"""From so many days on a new client has a coach."""


@dataclass(frozen=True)
class _Month:
    """A month in the life of a region."""

    first: Date
    last: Date
    seed: int

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days

    def draws(self, name: str) -> np.random.Generator:
        """The random stream of one purpose in this month."""
        return stream(self.seed, f"{name} {self.last.isoformat()}")


def later_frames(snapshot: Snapshot, seed: int) -> dict[str, pl.DataFrame]:
    """Return the tables of an export one month after a snapshot.

    Parameters
    ----------
    snapshot : Snapshot
        The facts before.
    seed : int
        The same seed gives the same month.

    Returns
    -------
    dict
        Table name to frame; `departures` holds those of the month alone, as a client system tells them.
    """
    last: Date = pl.select(pl.lit(snapshot.date).dt.offset_by("1mo")).item()
    month = _Month(snapshot.date, last, seed)
    leave = np.zeros(snapshot.clients.height, dtype=np.bool_)
    draws = month.draws("leave")
    leave[some(draws, ~leave, round(LEAVE * leave.size))] = True
    staying = _lived_on(snapshot.clients.filter(~pl.Series(leave)), snapshot, month)
    coming = _came(snapshot, month)
    clients = pl.concat([staying, coming]).sort("client_id")
    held = pl.col("client_id").is_in(clients["client_id"].implode())
    about = {"date": [last], "region": [snapshot.region or None], "source": [snapshot.source or None]}
    return {
        **snapshot.frames(),
        "snapshot": pl.DataFrame(about | {"line": [0]}, schema=TABLES["snapshot"].schema()),
        "clients": clients,
        "pins": snapshot.pins.filter(held),
        "exclusions": snapshot.exclusions.filter(held),
        "departures": _left(snapshot.clients.filter(pl.Series(leave)), month),
    }


def _dates(first: Date, days: Ints) -> pl.Series:
    epoch = (first - Date(1970, 1, 1)).days
    return pl.Series("date", epoch + days, dtype=pl.Int32).cast(pl.Date)


def _chosen(draws: np.random.Generator, size: int, share: float) -> pl.Series:
    return pl.Series(draws.random(size) < share)


def _lived_on(clients: pl.DataFrame, snapshot: Snapshot, month: _Month) -> pl.DataFrame:
    """Those who stay, after the month."""
    draws, size = month.draws("live"), clients.height
    met = _dates(month.first, draws.integers(1, month.days + 1, size))
    seen = _chosen(draws, size, MET)
    need = pl.Series(1 + pick(draws, (0.2, 0.5, 0.2, 0.1), size), dtype=pl.Int32)
    other = clients["municipality"].gather(draws.integers(0, max(1, size), size) if size else [])
    coach = _other_coaches(clients, snapshot, draws)
    since = _dates(month.first, draws.integers(1, month.days + 1, size))
    changed = _chosen(draws, size, CHANGE_COACH) & coach.is_not_null() & clients["coach_id"].is_not_null()
    upcoming = pl.col("next_meeting") > month.last
    return clients.with_columns(
        first_meeting=pl.when(seen).then(pl.coalesce("first_meeting", met)).otherwise("first_meeting"),
        last_meeting=pl.when(seen).then(pl.max_horizontal("last_meeting", met)).otherwise("last_meeting"),
        next_meeting=pl.when(upcoming).then("next_meeting"),
        need_level=pl.when(_chosen(draws, size, CHANGE_NEED)).then(need).otherwise("need_level"),
        municipality=pl.when(_chosen(draws, size, MOVE_HOME)).then(other).otherwise("municipality"),
        coach_id=pl.when(changed).then(coach).otherwise("coach_id"),
        coach_since=pl.when(changed).then(since).otherwise("coach_since"),
        line=pl.lit(0, dtype=pl.Int32),
    ).select(clients.columns)


def _other_coaches(clients: pl.DataFrame, snapshot: Snapshot, draws: np.random.Generator) -> pl.Series:
    """For each client a coach of the present coach's unit; null where the client has none."""
    coaches = snapshot.coaches.select("coach_id", "unit_id")
    teams = coaches.group_by("unit_id", maintain_order=True).agg(pl.col("coach_id").alias("team"))
    draw = pl.Series("draw", draws.integers(0, 1 << 30, clients.height))
    listed = clients.select("coach_id").with_columns(draw)
    joined = listed.join(coaches.join(teams, on="unit_id"), on="coach_id", how="left", maintain_order="left")
    return joined.select(pl.col("team").list.get(pl.col("draw") % pl.col("team").list.len())).to_series()


def _came(snapshot: Snapshot, month: _Month) -> pl.DataFrame:
    """New clients, alike to those who came before them; some return under their old id."""
    draws, clients = month.draws("come"), snapshot.clients
    size = round(COME * clients.height)
    like = clients[draws.integers(0, max(1, clients.height), size)] if size else clients.clear()
    after = draws.integers(1, month.days + 1, size)
    registered = _dates(month.first, after)
    first = after + draws.integers(1, FIRST_DAYS + 1, size)
    held = pl.Series(first <= month.days)
    meeting = _dates(month.first, first)
    settled = pl.Series(after + WITH_COACH_DAYS <= month.days)
    return like.with_columns(
        client_id=_new_ids(snapshot, month, size),
        registered_on=registered,
        unemployed_since=registered,
        first_meeting=pl.when(held).then(meeting),
        last_meeting=pl.when(held).then(meeting),
        next_meeting=pl.when(~held).then(meeting),
        coach_id=pl.when(settled).then("coach_id"),
        coach_since=pl.when(settled & pl.col("coach_id").is_not_null()).then(registered),
        involuntary_changes=pl.lit(0, dtype=pl.Int32),
        household=pl.lit(None, dtype=pl.String),
        integration_until=pl.col("integration_until").dt.offset_by("1mo"),
        line=pl.lit(0, dtype=pl.Int32),
    ).select(list(CLIENTS.schema()))


def _new_ids(snapshot: Snapshot, month: _Month, size: int) -> pl.Series:
    """Ids of those who come: of some who have left, and numbers not used before."""
    gone = snapshot.departures["client_id"].unique().sort()
    gone = gone.filter(~gone.is_in(snapshot.clients["client_id"].implode()))
    draws = month.draws("return")
    back = gone.gather(some(draws, np.ones(len(gone), dtype=np.bool_), round(RETURN * size)))
    known = pl.concat([snapshot.clients["client_id"], snapshot.departures["client_id"]])
    numbers = known.str.extract(r"(\d+)$").cast(pl.Int64)
    begin = max(numbers.drop_nulls().to_list(), default=0) + 1
    fresh = pl.Series("client_id", [f"C{begin + i:06d}" for i in range(size - len(back))], dtype=pl.String)
    return pl.concat([back.rename("client_id"), fresh])


def _left(clients: pl.DataFrame, month: _Month) -> pl.DataFrame:
    """The departures of the month; of some the reason is not noted."""
    draws, size = month.draws("reason"), clients.height
    reason = pl.Series(REASONS).gather(pick(draws, REASON_SHARES, size))
    noted = _chosen(draws, size, NOTED)
    return clients.select(
        "client_id",
        _dates(month.first, draws.integers(1, month.days + 1, size)).alias("date"),
        pl.when(noted).then(reason).otherwise(pl.lit("not_known")).cast(pl.Categorical).alias("reason"),
        pl.lit(None, dtype=pl.String).alias("paragraph"),
        "municipality",
        "coach_id",
        pl.lit(0, dtype=pl.Int32).alias("line"),
    ).select(list(DEPARTURES.schema()))
