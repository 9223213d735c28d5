"""Planned handovers: batch after batch, each on the facts that the earlier ones leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date

import polars as pl

from optimiser.allocation.allocate import allocate
from optimiser.allocation.handovers.dates import Batch, known_changes, months_later, next_batch
from optimiser.allocation.handovers.earlier import Earlier, agreed_for, nothing_earlier, reconciled
from optimiser.allocation.handovers.future import later, settled, with_coaches, without_moves
from optimiser.allocation.handovers.receive import Received, receive
from optimiser.allocation.handovers.rows import handover_rows
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said

NO_EARLIER = nothing_earlier()


@dataclass(frozen=True)
class Step:
    """One batch and what it came to.

    Attributes
    ----------
    batch : Batch
    received : Received
    """

    batch: Batch
    received: Received


@dataclass(frozen=True)
class Handovers:
    """What changes hands at dates known in advance.

    Attributes
    ----------
    rows : polars.DataFrame
        Columns of `HANDOVERS` and own_language, demand_minutes (of handovers that were planned anew),
        sorted by client and date.
    steps : tuple of Step
        The batches, in the order of their days.
    until : datetime.date
        Last day looked at.
    due_today : dict
        What is due on the snapshot's day already, and is no planned handover: clients `forced`,
        `new`, `unserved`; all of them are taken as done.
    carried_out : int
        Handovers of the earlier list that have been carried out.
    """

    rows: pl.DataFrame
    steps: tuple[Step, ...]
    until: Date
    due_today: dict[str, int] = field(default_factory=dict)
    carried_out: int = 0


def planned_handovers(
    snapshot: Snapshot,
    policy: Policy,
    months: int = 12,
    earlier: pl.DataFrame = NO_EARLIER,
    effort: str = "normal",
    progress: Progress = SILENT,
    *,
    texts: Texts = ENGLISH,
) -> Handovers:
    """Plan who receives every client whose coach can no longer serve from a day known in advance.

    Each batch (a month, cut where a coach starts) is one allocation with a bound on the facts of its
    last day, in which nobody moves who may stay. Arrivals and departures of clients are not known and
    not guessed; what is due on the snapshot's day is taken as done.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes.
    months : int
        How far to look.
    earlier : polars.DataFrame
        Columns of `HANDOVERS`: an earlier list, with what officials confirmed in it.
    effort : str
        As for `allocate`.
    progress : Progress
        Told of each batch.
    texts : Texts
        Language of the reasons.

    Raises
    ------
    InputError
        For pins that a rule forbids on the snapshot's day.
    """
    texts = texts.plain()
    until = months_later(snapshot.date, months)
    old = Earlier.of(earlier, snapshot)
    now, today, placed_today = _today(snapshot, policy, effort, progress)
    first = known_changes(now, policy)
    steps: list[Step] = []
    changes = first
    while (batch := next_batch(changes, now.coaches["start"], until)) is not None:
        changed, month = batch.changes.height, batch.first.replace(day=1)
        progress.say(
            said("{handovers:,} handovers of the month from {month}", handovers=changed, month=month)
        )
        future = later(now, policy, batch)
        agreed = agreed_for(old, batch.changes, first)
        received = receive(future, policy, batch, agreed, effort, progress, texts=texts)
        steps.append(Step(batch, received))
        now = with_coaches(future, received.found.plan.rows, received.rows)
        changes = known_changes(now, policy)
    received_rows = [(s.batch.day, s.received.rows) for s in steps]
    rows = handover_rows(snapshot, policy, received_rows, placed_today, texts)
    listed = reconciled(old, rows, first, snapshot, until, texts)
    return Handovers(listed, tuple(steps), until, today, old.carried_out)


def _today(
    snapshot: Snapshot, policy: Policy, effort: str, progress: Progress
) -> tuple[Snapshot, dict[str, int], pl.Series]:
    """The facts once all that is due today is done, how much that is, and who gets a first coach."""
    still = without_moves(policy)
    found = allocate(settled(snapshot, still), still, effort, progress)
    rows = found.plan.rows
    counts = {name: found.recount.counts.get(name, 0) for name in ("forced", "new", "unserved")}
    changed = rows.filter(pl.col("status").cast(pl.String).is_in(["forced", "new"]))
    since = changed.select("client_id", on=pl.lit(snapshot.date))
    new = rows.filter(pl.col("status").cast(pl.String) == "new")["client_id"]
    return with_coaches(snapshot, rows, since), counts, new
