"""The independent check: a plan against the facts, the policy and its own proof."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Certificate, Finding
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, said
from optimiser.quality.arrays import Ints, coded
from optimiser.quality.bounds import Bounds, bounds
from optimiser.quality.findings import (
    broken_limits,
    broken_pins,
    broken_rules,
    listed,
    split_households,
    unserved_findings,
    wrong_figures,
)
from optimiser.quality.proof import facts_changed, proof_findings, unusable
from optimiser.quality.recount import Recount, recount
from optimiser.quality.region import Region, read_region

VERIFIED = ("status", "previous_coach_id", "demand_minutes", "travel_minutes")
"""Columns of a plan that are verified where they are there and not empty."""


@dataclass(frozen=True)
class Verdict:
    """What the check has to say.

    Attributes
    ----------
    findings : tuple of Finding
        Everything it objects to; empty for a sound plan. At most about a thousand a name, the last
        of a name counting the rest.
    recount : Recount
        The plan as the facts have it.
    """

    findings: tuple[Finding, ...]
    recount: Recount


def check(
    snapshot: Snapshot,
    policy: Policy,
    rows: pl.DataFrame,
    certificate: Certificate | None = None,
    progress: Progress = SILENT,
) -> Verdict:
    """Recount a plan from the facts alone and say what is wrong with it.

    Parameters
    ----------
    snapshot : Snapshot
        The facts on a date.
    policy : Policy
        Rules, prices and limits.
    rows : polars.DataFrame
        The plan, perhaps edited by hand: at least client_id and coach_id (empty for unserved); the
        columns `VERIFIED` are compared where they are there.
    certificate : Certificate, optional
        Its proof.
    progress : Progress
        Told what is being done.

    Returns
    -------
    Verdict
        Findings in a fixed order, and the plan recounted. A client who is missing or has an unknown
        coach counts as unserved; of several rows of one client the smallest coach id counts.

    Raises
    ------
    InputError
        If the plan has no column client_id or coach_id.
    """
    progress.say(said("Recounting from the facts"))
    region = read_region(snapshot, policy)
    stored, coach, findings = _assigned(rows, region)
    findings += broken_rules(region, coach)
    findings += broken_pins(region, coach) + split_households(region, coach)
    findings += unserved_findings(region, coach)
    proved, faults, changed = _proved(region, certificate, progress)
    least = (None, None) if proved is None else (proved.minutes, proved.unserved)
    found = recount(region, coach, *least)
    findings += broken_limits(found) + wrong_figures(stored, found)
    if certificate is not None:
        findings += changed or [*faults, *proof_findings(certificate, found, proved)]
    return Verdict(tuple(findings), found)


def _proved(
    region: Region, certificate: Certificate | None, progress: Progress
) -> tuple[Bounds | None, list[Finding], list[Finding]]:
    """What the certificate proves, what makes it unfit, and whether it is of other facts."""
    if certificate is None:
        return None, [], []
    progress.say(said("Recomputing the bounds"))
    changed = facts_changed(certificate, region.snapshot.fingerprint(), region.policy.fingerprint())
    faults = unusable(certificate, region.facts.posts.ids, region.facts.areas, region.limits.moves)
    if faults:
        return None, faults, changed
    return bounds(region, certificate), [], changed


def _assigned(rows: pl.DataFrame, region: Region) -> tuple[pl.DataFrame, Ints, list[Finding]]:
    """Rows of the plan one a client in the order of the clients, coach of each, and what is amiss."""
    missing = [name for name in ("client_id", "coach_id") if name not in rows.columns]
    if missing:
        problem, advice = (
            said("the column is missing"),
            said("Add the column; an empty coach means unserved."),
        )
        raise InputError([Complaint("plan", 1, name, "", problem, advice) for name in missing])
    ids = region.people.frame.select("client_id")
    rows = rows.select("client_id", "coach_id", *(name for name in VERIFIED if name in rows.columns))
    rows = rows.with_columns(pl.col("client_id", "coach_id").cast(pl.String).replace("", None))
    findings: list[Finding] = []
    if not rows["client_id"].equals(ids["client_id"]):
        rows, findings = _one_row_a_client(rows, ids)
    coach = coded(rows["coach_id"], region.facts.posts.ids)
    unknown = np.flatnonzero((coach < 0) & rows["coach_id"].is_not_null().to_numpy())

    def finding(k: int) -> tuple[str, Message]:
        client, given = rows.row(int(unknown[k]))[:2]
        return str(client), said(
            "no coach has the id {coach!r}. Use an id from the table of coaches.", coach=given
        )

    return rows, coach, findings + listed("unknown_coach", len(unknown), finding)


def _one_row_a_client(rows: pl.DataFrame, ids: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Rows brought to one a client, and findings on what had to be left out or is missing."""
    order = [name for name in rows.columns if name != "client_id"]
    rows = rows.sort("client_id", *order, nulls_last=True)
    strange = rows.join(ids, on="client_id", how="anti")["client_id"].fill_null("").sort()
    known = rows.join(ids, on="client_id", how="semi")
    single = known.unique("client_id", keep="first", maintain_order=True)
    twice = known.filter(pl.col("client_id").is_duplicated())["client_id"].unique().sort()
    absent = ids.join(single, on="client_id", how="anti")["client_id"].sort()
    unknown = said("is not among the clients. Take the row out, or read the snapshot the plan was made of.")
    repeated = said("stands in the plan more than once. Keep one row.")
    lacking = said("is not in the plan. Add a row, with an empty coach if unserved.")
    findings = [
        *listed("unknown_client", len(strange), lambda k: (str(strange[k]), unknown)),
        *listed("every_client_once", len(twice), lambda k: (str(twice[k]), repeated)),
        *listed("every_client_once", len(absent), lambda k: (str(absent[k]), lacking)),
    ]
    return ids.join(single, on="client_id", how="left", maintain_order="left"), findings
