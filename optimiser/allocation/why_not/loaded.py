"""A plan loaded once, so that "why not this coach?" is answered at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

import polars as pl

from optimiser.allocation.codes import placed
from optimiser.allocation.encode import Encoding, encode
from optimiser.allocation.explain import Explanation, explain
from optimiser.allocation.facts import sorted_by
from optimiser.allocation.outcome import Outcome, outcome_of
from optimiser.allocation.rules import relaxable
from optimiser.allocation.why_not.answer import SAME, Verdict, WhyNot
from optimiser.allocation.why_not.standing import Seated, plan_minutes, seated, sound
from optimiser.allocation.why_not.ways import Asked, ways_to
from optimiser.domain.errors import Complaint, InputError, SolverError
from optimiser.domain.policy import Policy
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import said
from optimiser.solver import RelaxationError
from optimiser.solver.chain import Mover, arcs_of
from optimiser.solver.force import Base, Pair, at_once, forced_bound, relaxed

SHOWN = 3
"""Ways that are told."""


@dataclass(frozen=True)
class LoadedPlan:
    """A plan in hand with what all questions about it share.

    Attributes
    ----------
    snapshot, policy, rows
        The facts, the policy and the plan's rows.
    ids : polars.Series
        Ids of the clients, sorted.
    encoding : Encoding
    outcome : Outcome
        The plan seen from clients and coaches.
    base : Base
        The one-level relaxation with nothing forced.
    seats : Seated
        The plan's units in kinds.
    value : float
        The plan's objective, the unserved at their price, minutes a month.
    sound : bool
        Whether the plan keeps rules and limits; a plan edited by hand may not.
    """

    snapshot: Snapshot
    policy: Policy
    rows: pl.DataFrame
    ids: pl.Series
    encoding: Encoding
    outcome: Outcome
    base: Base
    seats: Seated
    value: float
    sound: bool

    @property
    def gap(self) -> float | None:
        """Minutes a month by which the plan may be worse than the best, the unserved at their price.

        None where the plan breaks a rule or a limit: then it proves nothing about the best.
        """
        return max(0.0, self.value - self.base.bound) if self.sound else None

    def why_not(self, client_id: str, coach_id: str, most: int = SHOWN) -> WhyNot:
        """Return why a client does not have a coach, and what it would take.

        Parameters
        ----------
        client_id, coach_id : str
            The pair; where the household has one coach together all its members are meant.
        most : int
            Ways from the plan in hand that are told.

        Raises
        ------
        InputError
            Where there is no such client or coach, with the nearest ids; or where the plan in hand
            breaks a rule for this client.
        SolverError
            If the linear programme fails numerically.
        """
        known = coach_id in self.encoding.coach_ids
        try:
            found = explain(self.snapshot, self.policy, self.rows, client_id)
        except InputError as error:
            raise error if known else InputError([*error.complaints, self._strange(coach_id)]) from error
        if not known:
            raise InputError([self._strange(coach_id)])
        return self._answered(found, coach_id, most)

    def _answered(self, found: Explanation, coach_id: str, most: int) -> WhyNot:
        plain = WhyNot(found.client_id, coach_id, found.coach_id, found.household, Verdict.HAS)
        if found.coach_id == coach_id:
            return plain
        rules = dict(found.barred).get(coach_id, ())
        if rules:
            lifted = set(rules) <= relaxable(self.policy)
            return replace(plain, verdict=Verdict.BARRED, rules=rules, relaxable=lifted)
        return self._priced(plain, self._asked(found, coach_id), most)

    def _asked(self, found: Explanation, coach_id: str) -> Asked:
        """The unit and the arc; a complaint where the plan in hand gives the client what it may not."""
        units = self.encoding.units
        row = int(self.ids.search_sorted(found.client_id))
        unit = int(units.of_client[row])
        coach = self.encoding.coach_ids.index(coach_id)
        arc = int(arcs_of(self.encoding.problem, units.group[[unit]].astype("int64"), coach)[0])
        kind = int(self.seats.kind[unit])
        members = self.outcome.coach[units.of_client == unit]
        if arc < 0 or (kind < 0 and (members >= 0).any()):
            problem = said("the plan gives this client, or the household, a coach whom the rules forbid")
            advice = said("Run `optimiser check` on the plan: it lists what is wrong. Then ask again.")
            raise InputError([Complaint("plan.csv", 0, "client_id", found.client_id, problem, advice)])
        return Asked(unit, Mover(kind, int(self.encoding.stay[unit]), arc))

    def _priced(self, plain: WhyNot, asked: Asked, most: int) -> WhyNot:
        direct, ways = ways_to(self.encoding, self.ids, self.seats, asked, most)
        unserved = 0.0
        if asked.mover.kind < 0:
            group = self.encoding.units.group[asked.unit]
            unserved = self.base.unserved * float(self.encoding.problem.weight[group])
        pair = Pair(asked.mover.arc, asked.mover.stay)
        bound = self._forced(pair)
        difference = None if bound is None else max(0.0, bound - self.base.bound)
        answer = replace(
            plain,
            verdict=Verdict.NO_ROOM,
            at_once=at_once(self.base, pair),
            difference=difference,
            gap=self.gap,
            unserved_minutes=unserved,
            direct=direct,
            ways=ways,
        )
        if difference is None:
            return answer
        answer = replace(answer, verdict=_verdict(answer))
        if self.gap is None:
            return answer
        highest = ways[0].minutes - unserved + self.gap if ways else None
        return replace(answer, least=max(0.0, difference - self.gap), most=highest)

    def _forced(self, pair: Pair) -> float | None:
        try:
            return forced_bound(self.base, pair)
        except RelaxationError as error:
            raise SolverError(
                said(
                    "{error}. Ask about another pair, and send us the summary of the region.",
                    error=str(error),
                )
            ) from error

    def _strange(self, coach_id: str) -> Complaint:
        ids = self.encoding.coach_ids
        alike = [name for name in ids if name.lower() == coach_id.strip().lower()]
        nearest = alike or difflib.get_close_matches(coach_id, ids, n=3, cutoff=0.0)
        return Complaint(
            file=self.snapshot.files.get("coaches", "coaches"),
            line=0,
            column="coach_id",
            value=coach_id,
            problem=said("no coach has this id"),
            advice=said("Try one of the nearest ids: {ids}.", ids=", ".join(nearest)),
        )


def _verdict(answer: WhyNot) -> Verdict:
    if not answer.ways:
        return Verdict.NO_WAY
    return Verdict.SAME if abs(answer.ways[0].minutes) < SAME else Verdict.COSTS


def load(snapshot: Snapshot, policy: Policy, rows: pl.DataFrame, progress: Progress = SILENT) -> LoadedPlan:
    """Load a plan, so that questions about it are answered at once.

    Parameters
    ----------
    snapshot, policy
        The facts and the policy of the plan.
    rows : polars.DataFrame
        The plan's rows.
    progress : Progress
        Told of the phases `encode` and `relax`.

    Raises
    ------
    InputError
        Where the plan is of other clients or coaches, or a rule forbids a pin.
    SolverError
        If the linear programme fails numerically.
    """
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    if len(ids):
        # It refuses a plan of other facts, in the words of `optimiser explain`.
        explain(snapshot, policy, rows, ids[0])
    encoding = encode(snapshot, policy, progress)
    coach = placed(
        sorted_by(rows.select("client_id", "coach_id"), "client_id")["coach_id"], encoding.coach_ids
    )
    outcome = outcome_of(encoding, coach, policy)
    with progress.phase("relax"):
        try:
            base = relaxed(encoding.problem, policy.prices.unserved)
        except RelaxationError as error:
            raise SolverError(
                said("{error}. Send us the summary of the region.", error=str(error))
            ) from error
    seats = seated(encoding, outcome)
    return LoadedPlan(
        snapshot=snapshot,
        policy=policy,
        rows=rows,
        ids=ids,
        encoding=encoding,
        outcome=outcome,
        base=base,
        seats=seats,
        value=plan_minutes(encoding, outcome),
        sound=sound(encoding, outcome, seats),
    )
