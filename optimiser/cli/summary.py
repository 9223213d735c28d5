"""`summary.json`: what a plan reached, in figures that other programs read."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import polars as pl

from optimiser.allocation.allocate import Allocation
from optimiser.cli.speak import texts
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.measures import Measures

LIBRARIES = ("optimiser", "numpy", "scipy", "polars")


def summary(
    snapshot: Snapshot, policy: Policy, allocation: Allocation, measured: Measures, effort: str
) -> dict[str, Any]:
    """Return the summary without `seconds` and `peak_memory_mb`, which the command adds at its end."""
    proof, recount = allocation.plan.certificate, allocation.recount
    counts, problem = recount.counts, allocation.encoding.problem
    used = measured.utilisation
    return {
        "date": snapshot.date.isoformat(),
        "region": snapshot.region,
        "clients": snapshot.clients.height,
        "coaches": snapshot.coaches.height,
        "groups": problem.groups,
        "arcs": len(problem.arc_group) + len(problem.stay_arc),
        "components": len(set(proof.component.values())),
        "assigned": snapshot.clients.height - recount.unserved,
        "unserved": recount.unserved,
        "unserved_weighted": proof.unserved_weighted,
        "unserved_bound": proof.unserved_bound,
        "kept": counts.get("kept", 0),
        "moved": counts.get("moved", 0),
        "forced": counts.get("forced", 0),
        "new": counts.get("new", 0),
        "recent_change_exempt": _exempt(snapshot, policy, allocation),
        "households_apart": [
            {"household": household, "reason": texts().of(reason)}
            for household, reason in allocation.encoding.separate
        ],
        "set_aside": sum(not row.used for row in snapshot.set_aside),
        "used_with_default": sum(row.used for row in snapshot.set_aside),
        "objective_minutes": proof.objective_minutes,
        "bound_minutes": proof.bound_minutes,
        "gap_minutes": proof.gap_minutes,
        "gap": proof.gap,
        "overload_minutes": proof.overload_minutes,
        "prices_minutes": recount.prices,
        "utilisation": {"max": used.max, "p95": used.p95, "std": used.std, "bands": used.bands},
        "fingerprint": proof.fingerprint,
        "policy": policy.name,
        "policy_fingerprint": proof.policy_fingerprint,
        "effort": effort,
        "seed": 0,
        "versions": {name: version(name) for name in LIBRARIES},
    }


def _exempt(snapshot: Snapshot, policy: Policy, allocation: Allocation) -> int:
    """Clients who must change again although they changed lately: a rule bars their present coach."""
    lately = snapshot.clients.filter(pl.col("involuntary_changes") >= policy.rules.recent_change.max_changes)
    forced = allocation.plan.rows.filter(pl.col("status") == "forced")
    return lately.join(forced, on="client_id", how="semi").height
