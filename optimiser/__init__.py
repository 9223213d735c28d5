"""Give every client a coach, prove how good the plan is, and say why.

The flow, from tables to a checked plan::

    snapshot = read_snapshot(Path("demo/region"))  # tables -> facts on a date, or every complaint
    policy = read_policy(None)  # what managers want; None for the defaults
    found = allocate(snapshot, policy)  # facts -> problem -> solution -> plan -> check
    found.plan.rows  # one row a client: coach, status, reason
    found.plan.certificate.gap  # how far from the best it can be at most
    check(snapshot, policy, found.plan.rows, found.plan.certificate).findings
    explain(snapshot, policy, found.plan.rows, "C000007").alternatives
    frontier(snapshot, policy).points  # what each budget of moves brings
    move_list(snapshot, policy, found.plan.rows).rows  # steps, each sound when it is taken
    open_desk(snapshot, policy).rank(client)  # one new client, in milliseconds
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimiser.allocation.allocate import Allocation, allocate
    from optimiser.allocation.explain import explain
    from optimiser.allocation.frontier import frontier
    from optimiser.allocation.intake.desk import open_desk
    from optimiser.allocation.steps.move_list import move_list
    from optimiser.domain.errors import InputError, OptimiserError
    from optimiser.domain.plan import Certificate, Plan
    from optimiser.domain.policy import Policy
    from optimiser.domain.snapshot import Snapshot
    from optimiser.quality.check import check
    from optimiser.tables.policy_file import read_policy
    from optimiser.tables.read import read_snapshot

_HOMES = {
    "Allocation": "optimiser.allocation.allocate",
    "Certificate": "optimiser.domain.plan",
    "InputError": "optimiser.domain.errors",
    "OptimiserError": "optimiser.domain.errors",
    "Plan": "optimiser.domain.plan",
    "Policy": "optimiser.domain.policy",
    "Snapshot": "optimiser.domain.snapshot",
    "allocate": "optimiser.allocation.allocate",
    "check": "optimiser.quality.check",
    "explain": "optimiser.allocation.explain",
    "frontier": "optimiser.allocation.frontier",
    "move_list": "optimiser.allocation.steps.move_list",
    "open_desk": "optimiser.allocation.intake.desk",
    "read_policy": "optimiser.tables.policy_file",
    "read_snapshot": "optimiser.tables.read",
}

__all__ = [
    "Allocation",
    "Certificate",
    "InputError",
    "OptimiserError",
    "Plan",
    "Policy",
    "Snapshot",
    "allocate",
    "check",
    "explain",
    "frontier",
    "move_list",
    "open_desk",
    "read_policy",
    "read_snapshot",
]


def __getattr__(name: str) -> Any:
    # Late, so that `optimiser --help` does not wait for numpy, polars and scipy.
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'optimiser' has no attribute {name!r}")
