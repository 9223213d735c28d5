"""The move list: steps from the present assignment to a plan, with what each gains and needs, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints, placed
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.facts import sorted_by
from optimiser.allocation.outcome import outcome_of
from optimiser.allocation.reasons import moves_without_figures
from optimiser.allocation.steps import texts as words
from optimiser.allocation.steps.atoms import Atoms, Effects, atoms_of
from optimiser.allocation.steps.limits import Caps, caps_of
from optimiser.allocation.steps.needs import needs
from optimiser.allocation.steps.sequence import Sequence, Step, sequence
from optimiser.allocation.steps.waves import first_monday, waves
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import KINDS, MOVES
from optimiser.domain.plan import STATUSES
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts, said
from optimiser.solver.curve import Curves, curves

SHARES = (0.10, 0.25, 0.50)
"""Parts of the steps of choice after which the share of their gain is told."""
DIGITS = 6
"""Decimals of the minutes in the list: as in a plan."""


@dataclass(frozen=True)
class MoveList:
    """The steps that lead to a plan.

    Attributes
    ----------
    rows : polars.DataFrame
        Columns of `MOVES`, one row a client of a step, sorted by step and client; decisions empty.
    counts : dict
        Clients `moved`, `forced`, `new`; `steps`, and of each kind; `waves`; `largest_step` (clients).
    gain_minutes : float
        Sum of the steps' gains: objective of the present assignment (new clients nowhere) less that
        of the plan, minutes a month.
    gain_shares : dict
        `first_10_percent`, `first_25_percent`, `first_50_percent`: of the steps of choice (nobody in
        them is new or forced), the share of their whole gain that the first so many of them bring;
        None where they gain nothing.
    """

    rows: pl.DataFrame
    counts: dict[str, int]
    gain_minutes: float
    gain_shares: dict[str, float | None]

    def summary(self) -> dict[str, object]:
        """Return the figures for a summary as JSON."""
        return {**self.counts, "gain_minutes": self.gain_minutes, "gain_shares": self.gain_shares}


def move_list(
    snapshot: Snapshot,
    policy: Policy,
    rows: pl.DataFrame,
    progress: Progress = SILENT,
    encoding: Encoding | None = None,
    *,
    texts: Texts = ENGLISH,
) -> MoveList:
    """Return the steps from the present assignment to a plan, each sound when it is taken.

    A step is sound if no limit (minutes and heads of a coach before any is raised, interpreter minutes
    of an area) is newly broken by it and no excess grows. Forced clients sit with their present coach
    until they are moved, new ones are nowhere; clients whom the plan leaves without a coach are in no
    step and take nothing from the start.

    Parameters
    ----------
    snapshot, policy
        The facts and the policy of the plan.
    rows : polars.DataFrame
        The plan's rows: client_id, coach_id, and reason.
    progress : Progress
        Told of the phase `steps`.
    encoding : Encoding, optional
        Of the snapshot under the policy, where the caller has it.
    texts : Texts
        Language of the reasons: that of the plan's.

    Raises
    ------
    InputError
        Where the plan is of other clients or coaches, or a rule forbids a pin.
    """
    texts = texts.plain()
    with progress.phase("steps"):
        encoding = encoding or encode(snapshot, policy)
        coach = _proposed(snapshot, rows, encoding)
        atoms, caps = atoms_of(encoding, coach), caps_of(encoding, coach)
        cost = curves(encoding.problem)
        progress.say(said("Ordering {changes:,} changes of coach", changes=len(atoms)))
        order = _ordered(atoms, caps, sequence(atoms, caps, cost, progress), policy)
        gains = _gains(order.effects, _priced(atoms, order), caps, cost)
        reasons = _reasons(snapshot, policy, rows, encoding, coach, texts)
        frame = _frame(snapshot, encoding, reasons, (atoms, order, caps), gains, texts)
        return MoveList(frame, _counts(frame, order), float(gains.sum()), _shares(atoms, order, gains))


@dataclass(frozen=True)
class Order:
    """The steps in their final order.

    Attributes
    ----------
    steps : list of Step
    of_atom : int, shape (N,)
        Step of each atom.
    effects : Effects
        Of the steps.
    needed : list of list of int
        Steps that each needs, from 0.
    wave : int, shape (steps,)
        Week of each, from 1, not falling.
    large : list of bool
        Whether a step is too large for a week.
    """

    steps: list[Step]
    of_atom: Ints
    effects: Effects
    needed: list[list[int]]
    wave: Ints
    large: list[bool]


def _ordered(atoms: Atoms, caps: Caps, found: Sequence, policy: Policy) -> Order:
    """Steps sorted by wave, else as found; what they need goes before them in either order."""
    steps = found.steps
    resources = 2 * atoms.coaches + atoms.areas
    of_atom = _step_of(atoms, steps)
    needed = needs(atoms.effects.summed(of_atom, resources), caps.start, found.most, len(steps))
    members = atoms.members
    arrivals = Effects(members.atom, members.new, np.ones(len(members.atom)))
    week, large = waves(arrivals.summed(of_atom, resources), needed, policy.limits.new_a_week)
    order = np.argsort(week, kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    of_atom = number[of_atom]
    return Order(
        steps=[steps[i] for i in order],
        of_atom=of_atom,
        effects=atoms.effects.summed(of_atom, resources),
        needed=[sorted(number[needed[i]].tolist()) for i in order],
        wave=week[order],
        large=[large[i] for i in order],
    )


def _step_of(atoms: Atoms, steps: list[Step]) -> Ints:
    of_atom = np.zeros(len(atoms), dtype=np.int64)
    for number, step in enumerate(steps):
        of_atom[list(step.atoms)] = number
    return of_atom


def _priced(atoms: Atoms, order: Order) -> Floats:
    """Prices of the pairs and handovers of each step, minutes a month."""
    minutes: Floats = np.bincount(order.of_atom, atoms.price, minlength=len(order.steps)).astype(np.float64)
    return minutes


def _gains(effects: Effects, price: Floats, caps: Caps, cost: Curves) -> Floats:
    """What each step saves at its place: load costs before less those after, less its price."""
    entry = np.flatnonzero(effects.resource < len(cost.start))
    entry = entry[np.argsort(effects.resource[entry], kind="stable")]
    coach, change = effects.resource[entry], effects.change[entry]
    total = np.cumsum(change)
    first = np.searchsorted(coach, coach, side="left")
    after = caps.start[coach] + total - (total - change)[first]
    rise = cost.cost(coach, after) - cost.cost(coach, after - change)
    gains: Floats = -price - np.bincount(effects.of[entry], rise, minlength=len(price))
    return gains


def _frame(
    snapshot: Snapshot,
    encoding: Encoding,
    reasons: pl.DataFrame,
    walk: tuple[Atoms, Order, Caps],
    gains: Floats,
    texts: Texts,
) -> pl.DataFrame:
    """The list as a table."""
    atoms, order, caps = walk
    members = atoms.members
    step = order.of_atom[members.atom]
    coach_ids = pl.Series(encoding.coach_ids, dtype=pl.String)
    monday = first_monday(snapshot.date)
    starts = [monday + timedelta(weeks=int(week) - 1) for week in order.wave]
    before = [" ".join(str(s + 1) for s in found) or None for found in order.needed]
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    frame = pl.DataFrame(
        {
            "step": step + 1,
            "kind": pl.Series([s.kind for s in order.steps], dtype=pl.String).gather(step),
            "client_id": ids.gather(members.client),
            "from_coach_id": coach_ids.gather(pl.Series(members.old).replace(-1, None)),
            "to_coach_id": coach_ids.gather(members.new),
            "status": pl.Series(STATUSES, dtype=pl.String).gather(members.status),
            "gain_minutes": np.round(gains, DIGITS)[step] + 0.0,
            "needs": pl.Series(before, dtype=pl.String).gather(step),
            "wave": order.wave[step],
            "wave_starts": pl.Series(starts, dtype=pl.Date).gather(step),
        }
    ).join(reasons, on="client_id", how="left", maintain_order="left")
    of_step = pl.Series(_of_steps(encoding, atoms, order, caps, texts), dtype=pl.String).gather(members.atom)
    frame = frame.with_columns(
        reason=pl.concat_str(of_step, "reason", separator=" ", ignore_nulls=True).str.strip_chars()
    )
    empty = [pl.lit(None).alias(c.name) for c in MOVES.columns if c.name not in frame.columns]
    return (
        frame.with_columns(empty).select(pl.col(c.name).cast(c.dtype) for c in MOVES.columns).sort(MOVES.key)
    )


def _reasons(
    snapshot: Snapshot, policy: Policy, rows: pl.DataFrame, encoding: Encoding, coach: Codes, texts: Texts
) -> pl.DataFrame:
    """The plan's reasons without their figures: what a step saves stands in `gain_minutes` alone.

    A client who is pinned may have been given a reason of its own (a coach who comes back): it stands.
    """
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    moved = moves_without_figures(encoding, outcome_of(encoding, coach, policy), texts)
    row = moved["row"].to_numpy()
    moved = moved.select(
        "short", full="reason", client_id=ids.gather(row), pinned=encoding.rows.pin[row] >= 0
    )
    stands = pl.col("pinned") & (pl.col("reason") != pl.col("full"))
    return (
        rows.select("client_id", "reason")
        .join(moved, on="client_id", how="left", maintain_order="left")
        .select("client_id", reason=pl.when(stands).then("reason").otherwise(pl.coalesce("short", "reason")))
    )


def _of_steps(encoding: Encoding, atoms: Atoms, order: Order, caps: Caps, texts: Texts) -> list[str]:
    """What is said of each atom before the plan's reason."""
    raised = words.exceptions(
        order.effects, caps, encoding.coach_ids, encoding.areas, len(order.steps), texts
    )
    told = [""] * len(atoms)
    for number, step in enumerate(order.steps):
        of_step = [raised[number], texts.gettext(words.LARGE) if order.large[number] else ""]
        for part, atom in enumerate(step.atoms):
            told[atom] = " ".join(filter(None, [words.lead(atoms, step, part, texts), *of_step]))
    return told


def _counts(frame: pl.DataFrame, order: Order) -> dict[str, int]:
    status = dict(frame["status"].cast(pl.String).value_counts().iter_rows())
    kinds = [step.kind for step in order.steps]
    return {
        **{name: status.get(name, 0) for name in ("moved", "forced", "new")},
        "steps": len(kinds),
        **{kind: kinds.count(kind) for kind in KINDS},
        "waves": int(order.wave.max(initial=0)),
        "largest_step": int(np.bincount(frame["step"].to_numpy()).max(initial=0)),
    }


def _shares(atoms: Atoms, order: Order, gains: Floats) -> dict[str, float | None]:
    """Shares of the gain of the steps of choice that the first of them bring."""
    owed = np.zeros(len(gains), dtype=np.bool_)
    owed[order.of_atom[atoms.owed]] = True
    total = np.concatenate(([0.0], np.cumsum(gains[~owed])))
    whole = float(total[-1])
    return {
        f"first_{share:.0%}".replace("%", "_percent"): float(total[round(share * (len(total) - 1))] / whole)
        if whole > 0
        else None
        for share in SHARES
    }


def _proposed(snapshot: Snapshot, rows: pl.DataFrame, encoding: Encoding) -> Codes:
    """Coach of each client in the plan, -1 for none, shape (n,)."""
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    plan = sorted_by(rows.select("client_id", "coach_id"), "client_id")
    strange = sorted(set(plan["coach_id"].drop_nulls().unique()) - set(encoding.coach_ids))
    if strange or not plan["client_id"].equals(ids):
        column, value = ("coach_id", strange[0]) if strange else ("client_id", "")
        problem = said("the plan does not belong to these facts: its clients are not the snapshot's")
        if strange:
            problem = said("the plan does not belong to these facts: this coach is not in the snapshot")
        advice = said("Give the plan made from this folder, or check it first.")
        raise InputError([Complaint("plan", 0, column, value, problem, advice)])
    return placed(plan["coach_id"], encoding.coach_ids)
