"""A batch of new clients: triage, ties, then one joint solve in which nobody who may stay moves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from optimiser.allocation.allocate import Allocation, allocate
from optimiser.allocation.explain import HOUSEHOLD
from optimiser.allocation.intake.preferred import BARRED, Preferred, pinned, preferred
from optimiser.allocation.intake.proposals import Proposals, proposals
from optimiser.allocation.intake.triage import triage
from optimiser.allocation.worded import filled
from optimiser.domain.intake import ELSEWHERE, FORCED, NewClients
from optimiser.domain.plan import Plan
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.schema import CLIENTS
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts


@dataclass(frozen=True)
class TakenIn:
    """A batch taken in.

    Attributes
    ----------
    snapshot : Snapshot
        The facts solved: the old ones, those taken in, and pins of this day for the ties kept.
    policy : Policy
        The policy solved under: no moves, and old households with several coaches stay as they are.
    triaged : polars.DataFrame
        Columns of `TRIAGED`, a row for each client of the batch.
    elsewhere : polars.DataFrame
        Columns of `ELSEWHERE`.
    found : Allocation
        The plan of all clients, checked, with its proof.
    ties : Preferred
        Households and former coaches.
    proposed : Proposals
        Ranked coaches for every client without one, and the first interviews.
    forced : polars.DataFrame
        Columns of `FORCED`: not part of the batch.
    """

    snapshot: Snapshot
    policy: Policy
    triaged: pl.DataFrame
    elsewhere: pl.DataFrame
    found: Allocation
    ties: Preferred
    proposed: Proposals
    forced: pl.DataFrame


def take_in(
    snapshot: Snapshot,
    policy: Policy,
    batch: NewClients,
    effort: str = "normal",
    progress: Progress = SILENT,
    *,
    texts: Texts = ENGLISH,
) -> TakenIn:
    """Propose a coach for every client of a batch who belongs here.

    Clients of the snapshot who have no coach yet are placed in the same solve. Whoever has a coach
    keeps the coach unless a rule bars it (then listed apart).

    Parameters
    ----------
    snapshot, policy
        Facts and wishes; the budget of moves is set to 0.
    batch : NewClients
        As `read_new_clients` returns it for this snapshot.
    effort, progress
        As in `allocate`; told also of the phases `triage` and `meetings`.
    texts : Texts
        Language of grounds and reasons.

    Raises
    ------
    InputError, SolverError, BrokenPlanError
        As `allocate`.
    """
    texts = texts.plain()
    staying = _staying(policy)
    with progress.phase("triage"):
        triaged = triage(batch.clients, policy.triage, batch.day, texts)
        merged = with_batch(snapshot, batch, triaged)
        new = merged.clients.filter(pl.col("coach_id").is_null())["client_id"]
        ties = preferred(merged, staying, new, batch.former)
        solved = pinned(merged, ties)
    found = allocate(solved, staying, effort, progress, texts=texts)
    found = replace(found, plan=Plan(_told(found.plan.rows, ties, texts), found.plan.certificate))
    with progress.phase("meetings"):
        proposed = proposals(solved, staying, found, triaged["client_id"], ties.kept["client_id"], texts)
    rows = found.plan.rows
    barred = set(solved.clients.drop_nulls("coach_id")["client_id"])
    changed = rows.filter(pl.col("status").cast(pl.String).is_in(["forced", "moved", "unserved"]))
    return TakenIn(
        snapshot=solved,
        policy=staying,
        triaged=triaged,
        elsewhere=triaged.filter(pl.col("decision").cast(pl.String) == "elsewhere")
        .select(c.name for c in ELSEWHERE.columns)
        .sort("client_id"),
        found=found,
        ties=ties,
        proposed=proposed,
        forced=changed.filter(pl.col("client_id").is_in(barred)).select(c.name for c in FORCED.columns),
    )


def _staying(policy: Policy) -> Policy:
    """The policy under which nobody who may stay moves, not even to join a household's other coach."""
    home = policy.rules.household.model_copy(update={"join_different": False})
    rules = policy.rules.model_copy(update={"household": home})
    limits = policy.limits.model_copy(update={"moves": 0})
    return policy.model_copy(update={"rules": rules, "limits": limits})


def with_batch(snapshot: Snapshot, batch: NewClients, triaged: pl.DataFrame) -> Snapshot:
    """Return the facts on the day of the intake with those taken in.

    The row of a client who waits in the snapshot gives way to the one of the batch; whoever belongs
    elsewhere leaves the snapshot, with pins and exclusions.
    """
    taken = triaged.filter(pl.col("decision").cast(pl.String) == "taken_in")
    old = snapshot.clients.join(batch.clients, on="client_id", how="anti")
    new = batch.clients.join(taken, on="client_id", how="semi").with_columns(line=pl.lit(0, dtype=pl.Int32))
    schema = pl.Schema(CLIENTS.schema())
    clients = pl.concat([old.cast(schema), new.select(old.columns).cast(schema)]).sort("client_id")
    named = {
        name: getattr(snapshot, name).join(clients, on="client_id", how="semi", maintain_order="left")
        for name in ("pins", "exclusions")
    }
    return snapshot.replace(
        date=batch.day, clients=clients, notices=snapshot.notices + batch.notices, **named
    )


def _told(rows: pl.DataFrame, ties: Preferred, texts: Texts) -> pl.DataFrame:
    """The plan's rows with the reasons of ties in words."""
    _ = texts.gettext
    home, barred = pl.col("tie") == HOUSEHOLD, pl.col("why") == BARRED
    kept = ties.kept.select(
        "client_id",
        told=pl.when(home)
        .then(filled(_("Goes to {coach_id}, who serves the household already.")))
        .otherwise(filled(_("Returns to {coach_id}, the coach of before."))),
    )
    broken = ties.broken.select(
        "client_id",
        also=pl.when(home & barred)
        .then(filled(_("Not with {coach_id}, who serves the household: a rule bars the coach.")))
        .when(home)
        .then(filled(_("Not with {coach_id}, who serves the household: the coach has no room.")))
        .when(barred)
        .then(filled(_("Not with {coach_id}, the coach of before: a rule bars the coach.")))
        .otherwise(filled(_("Not with {coach_id}, the coach of before: the coach has no room."))),
    )
    joined = rows.join(kept, on="client_id", how="left", maintain_order="left").join(
        broken, on="client_id", how="left", maintain_order="left"
    )
    reason = pl.coalesce("told", pl.concat_str("reason", "also", separator=" ", ignore_nulls=True))
    return joined.with_columns(reason=reason).select(rows.columns)
