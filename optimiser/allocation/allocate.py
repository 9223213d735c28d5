"""The main job: facts and policy in, a checked plan with its proof out."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.allocation.certify import certificate
from optimiser.allocation.decode import decode
from optimiser.allocation.encode import Encoding, encode
from optimiser.domain.errors import BrokenPlanError, SolverError
from optimiser.domain.plan import Plan
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.check import Verdict, check
from optimiser.quality.recount import Recount
from optimiser.solver import RelaxationError, Solution, solve

SHOWN = 20


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
    snapshot: Snapshot, policy: Policy, effort: str = "normal", progress: Progress = SILENT
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
    solution = _solve(encoding, effort, progress)
    with progress.phase("decode"):
        rows = decode(encoding, solution, snapshot, policy)
        plan = Plan(rows, certificate(encoding, solution, snapshot, policy))
    with progress.phase("check"):
        verdict = check(snapshot, policy, plan.rows, plan.certificate)
    _demand_sound(verdict)
    return Allocation(plan, verdict.recount, encoding, solution)


def _solve(encoding: Encoding, effort: str, progress: Progress) -> Solution:
    try:
        return solve(encoding.problem, effort, progress)
    except (RelaxationError, ValueError) as error:
        raise SolverError(f"{error}. Try another --effort, and send us the summary of the region.") from error


def _demand_sound(verdict: Verdict) -> None:
    if verdict.findings:
        listed = "\n".join(map(str, verdict.findings[:SHOWN]))
        more = len(verdict.findings) - SHOWN
        rest = f"\n… and {more} more" if more > 0 else ""
        raise BrokenPlanError(
            f"the plan failed the independent check; this is a fault of the program, and nothing was written:\n{listed}{rest}"
        )
