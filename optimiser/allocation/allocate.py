"""The main job: facts and policy in, a checked plan with its proof out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from optimiser.allocation.certify import certificate
from optimiser.allocation.codes import Codes, placed
from optimiser.allocation.decode import decode, flows_of
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import sorted_by
from optimiser.domain.errors import BrokenPlanError, SolverError
from optimiser.domain.plan import Plan
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said
from optimiser.quality.check import Verdict, check
from optimiser.quality.recount import Recount
from optimiser.solver import NoRoomError, RelaxationError, Solution, solve

SHOWN = 20
NO_ROOM = said(
    "units that must be served do not fit where they are: raise the limits for them. Try another --effort, and "
    "send us the summary of the region."
)


@dataclass(frozen=True)
class Allocation:
    """A plan that has passed the independent check, and how it came about.

    Attributes
    ----------
    plan : Plan
    recount : Recount
        The plan recounted from the facts by the check.
    encoding : Encoding
    solution : Solution
    """

    plan: Plan
    recount: Recount
    encoding: Encoding
    solution: Solution


def allocate(
    snapshot: Snapshot,
    policy: Policy,
    effort: str = "normal",
    progress: Progress = SILENT,
    near: pl.DataFrame | None = None,
    *,
    texts: Texts = ENGLISH,
) -> Allocation:
    """Propose a coach for every client and prove how far from the best the plan is.

    Parameters
    ----------
    snapshot, policy
        Facts and wishes.
    effort : str
        `quick`, `normal` or `thorough`.
    progress : Progress
        Told of the phases `encode`, `relax`, `polish`, `decode` and `check`.
    near : polars.DataFrame, optional
        Rows of an earlier proposal (client_id, coach_id) to stay near: the plan is polished from there, so
        that only what saves minutes changes. Clients and coaches that are gone are passed over.
    texts : Texts
        Language of the plan's reasons and repairs.

    Raises
    ------
    InputError
        For pins that a rule forbids.
    SolverError
        If the linear programme fails numerically.
    BrokenPlanError
        If the check objects to the plan: a fault of ours; no such plan leaves the program.
    """
    encoding = encode(snapshot, policy, progress)
    earlier = None if near is None else _earlier(near, snapshot, encoding)
    solution = solved(encoding, effort, progress, earlier)
    with progress.phase("decode"):
        rows = decode(encoding, solution, snapshot, policy, earlier, texts)
        plan = Plan(rows, certificate(encoding, solution, snapshot, policy))
    with progress.phase("check"):
        verdict = check(snapshot, policy, plan.rows, plan.certificate)
    demand_sound(verdict)
    return Allocation(plan, verdict.recount, encoding, solution)


def _earlier(near: pl.DataFrame, snapshot: Snapshot, encoding: Encoding) -> Codes:
    """Coach of each client in an earlier proposal, -1 for none, shape (n,)."""
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")
    known = near.select("client_id", "coach_id").filter(pl.col("coach_id").is_in(encoding.coach_ids))
    found = ids.join(known, on="client_id", how="left", maintain_order="left")
    return placed(found["coach_id"], encoding.coach_ids)


def solved(
    encoding: Encoding, effort: str, progress: Progress = SILENT, earlier: Codes | None = None
) -> Solution:
    """Return the solution of a problem, polished from an earlier assignment where there is one (shape (n,)).

    Raises
    ------
    SolverError
        If the linear programme fails numerically.
    """
    start = None if earlier is None else flows_of(encoding, earlier)
    try:
        return solve(encoding.problem, effort, progress, start)
    except NoRoomError as error:
        raise SolverError(NO_ROOM) from error
    except (RelaxationError, ValueError) as error:
        raise SolverError(
            said("{error}. Try another --effort, and send us the summary of the region.", error=str(error))
        ) from error


def demand_sound(verdict: Verdict) -> None:
    """Raise where the check objects to a plan of ours.

    Raises
    ------
    BrokenPlanError
        With the first findings.
    """
    if verdict.findings:
        listed = "\n".join(map(str, verdict.findings[:SHOWN]))
        more = len(verdict.findings) - SHOWN
        rest = said("… and {count} more", count=more) if more > 0 else ""
        raise BrokenPlanError(
            said(
                "the plan failed the independent check; this is a fault of the program, and nothing was written:\n"
                "{findings}",
                findings=said("{findings}\n{rest}", findings=listed, rest=rest) if rest else listed,
            )
        )
