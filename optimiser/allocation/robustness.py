"""How many advised moves survive when the minutes, which are estimates, are somewhat wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from optimiser.allocation.codes import Ints
from optimiser.allocation.decode import assigned_coaches
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import Flags, sorted_by
from optimiser.allocation.outcome import MOVED, statuses_of
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts
from optimiser.solver.problem import Problem, Solution

SEED = 1
WORKERS = 2
LONGER, SHORTER = 1.2, 0.8

Solve = Callable[[Problem], Solution]


def robustness(
    snapshot: Snapshot,
    policy: Policy,
    encoding: Encoding,
    solution: Solution,
    solve: Solve,
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return how many of a solution's moves are advised as well where the estimates are off.

    Equal clients stand for each other: of those who could stay with one coach in one tier, as many
    moves survive as both plans advise.

    Parameters
    ----------
    snapshot, policy, encoding, solution
        The plan's.
    solve : function
        Problem to solution.
    texts : Texts
        Language of the column change.

    Returns
    -------
    polars.DataFrame
        change, advised, survive (clients), share (empty where no move is advised).
    """
    key = _alike(encoding)
    base = _moves(encoding, solution, key)
    advised = int(base.sum())

    def tried(case: tuple[str, Snapshot, Policy]) -> tuple[str, int, int, float | None]:
        change, facts, wishes = case
        if not advised:
            return change, 0, 0, None
        other = encode(facts, wishes)
        survive = int(np.minimum(base, _moves(other, solve(other.problem), key)).sum())
        return change, advised, survive, survive / advised

    # Threads, for most of the time goes in compiled code; the cases know nothing of each other.
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(tried, _changes(snapshot, policy, texts)))
    columns = {"change": pl.String, "advised": pl.Int64, "survive": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(found, schema=columns, orient="row")


def _alike(encoding: Encoding) -> Ints:
    """Number of the clients who stand for each other: group, present coach and tier; shape (n,)."""
    of_client = encoding.units.of_client
    stay = encoding.stay[of_client].astype(np.int64)
    return np.where(stay >= 0, stay, len(encoding.problem.stay_arc) + of_client)


def _moves(encoding: Encoding, solution: Solution, key: Ints) -> Ints:
    """Clients moved by a solution, counted by key."""
    moved: Flags = statuses_of(encoding, assigned_coaches(encoding, solution)) == MOVED
    return np.bincount(key[moved], minlength=int(key.max(initial=-1)) + 1).astype(np.int64)


def _changes(snapshot: Snapshot, policy: Policy, texts: Texts) -> Iterator[tuple[str, Snapshot, Policy]]:
    """The estimates off in three ways: name, facts, policy."""
    _ = texts.plain().gettext
    yield _("need levels one off at random"), _other_needs(snapshot), policy
    yield _("meetings and records 20 % longer"), snapshot, _other_times(policy, LONGER)
    yield _("meetings and records 20 % shorter"), snapshot, _other_times(policy, SHORTER)


def _other_needs(snapshot: Snapshot) -> Snapshot:
    """Need levels -1, 0 or +1 with equal chance, drawn in id order, kept within 1 to 4."""
    clients = sorted_by(snapshot.clients, "client_id")
    drawn = np.random.Generator(np.random.PCG64(SEED)).integers(-1, 2, len(clients))
    needs = np.clip(clients["need_level"].to_numpy() + drawn, 1, 4)
    return snapshot.replace(clients=clients.with_columns(need_level=pl.Series(needs, dtype=pl.Int32)))


def _other_times(policy: Policy, factor: float) -> Policy:
    """The policy with meeting and record times multiplied."""
    work = policy.workload
    changed = {
        "meeting_minutes": work.meeting_minutes * factor,
        "record_minutes": work.record_minutes * factor,
    }
    return policy.model_copy(update={"workload": work.model_copy(update=changed)})
