"""Before a snapshot is written: the independent check says that nothing became worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Finding
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, said
from optimiser.quality.check import check
from optimiser.quality.findings import LISTED, STORED, SUMMED
from optimiser.quality.recount import Recount

SHOWN = 20
"""Objections shown; the last counts the others."""


@dataclass(frozen=True)
class _Limit:
    """A limit, and where the recount has it."""

    name: str
    table: str
    subject: str
    value: str
    most: str


_LIMITS = (
    _Limit("minutes", "coaches", "coach_id", "load_minutes", "limit_minutes"),
    _Limit("heads", "coaches", "coach_id", "heads", "heads_limit"),
    _Limit("interpreter_minutes", "areas", "area", "interpreter_minutes", "limit_minutes"),
)
"""Limits of `quality.rules.LIMITS` that a coach or an area has; the budget of moves is the plan's as a whole."""
_COMPARED = tuple(limit.name for limit in _LIMITS)


def refuse_worse(
    snapshot: Snapshot,
    policy: Policy,
    present: pl.DataFrame,
    accepted: pl.DataFrame,
    unserved: pl.Series,
    file: str,
) -> None:
    """Raise where the accepted steps would break a rule or limit that holds, or strain one further.

    The assignment before (present coaches; who has none is unserved) and the one after are both put to
    `quality.check` under the same facts and policy. Whom the plan leaves unserved because a rule bars
    the present coach counts at no coach in either: so the plan, and the model, count them.

    Parameters
    ----------
    snapshot : Snapshot
        The facts that the plan was made of: limits are raised for those who may stay with whom they
        had then, so that a plan that was valid whole is valid in waves.
    policy : Policy
        The plan's.
    present : polars.DataFrame
        client_id and coach_id at hand, after the waves before.
    accepted : polars.DataFrame
        step, client_id, to_coach_id.
    unserved : polars.Series
        Clients whom the plan leaves unserved.
    file : str
        The move list, for complaints.

    Raises
    ------
    InputError
        Naming the steps.
    """
    if not accepted.height:
        return
    before = present.select("client_id", pl.when(~_of(unserved)).then("coach_id").alias("coach_id"))
    taken = accepted.select("client_id", "to_coach_id")
    after = before.join(taken, on="client_id", how="left", maintain_order="left").select(
        "client_id", pl.coalesce("to_coach_id", "coach_id").alias("coach_id")
    )
    found = [check(snapshot, policy, rows) for rows in (before, after)]
    worse = _broken(snapshot, policy, (before, after), (found[0].findings, found[1].findings))
    worse += _strained(found[0].recount, found[1].recount)
    if worse:
        raise InputError(_complaints(snapshot, accepted, found[1].recount, worse, file))


def _broken(
    snapshot: Snapshot,
    policy: Policy,
    rows: tuple[pl.DataFrame, pl.DataFrame],
    found: tuple[Sequence[Finding], Sequence[Finding]],
) -> list[Finding]:
    """Findings about clients that were not there before."""
    count = Counter(f.name for findings in found for f in set(findings))
    capped = {f.name for findings in found for f in findings if not f.subject and count[f.name] > LISTED}
    worse = [f for f in _new(*found) if f.name not in capped]
    if not capped:
        return worse
    # So many findings that not all are listed: look at those who change, and their households, alone.
    for clients in _concerned(snapshot, *rows):
        few = [
            check(
                snapshot, policy, frame.with_columns(pl.when(_of(clients)).then("coach_id").alias("coach_id"))
            ).findings
            for frame in rows
        ]
        worse += [f for f in _new(few[0], few[1]) if f.name in capped - {"unserved"}]
    return worse


def _new(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    known = {(f.name, f.subject) for f in before}
    return [f for f in after if f.name not in _COMPARED and (f.name, f.subject) not in known]


def _of(clients: pl.Series) -> pl.Expr:
    return pl.col("client_id").is_in(clients.implode())


def _concerned(snapshot: Snapshot, before: pl.DataFrame, after: pl.DataFrame) -> Iterator[pl.Series]:
    """Clients who change coach, with their households, at most `LISTED` at a time."""
    was = before.rename({"coach_id": "was"})
    changed = after.join(was, on="client_id").filter(pl.col("coach_id").ne_missing(pl.col("was")))
    house = pl.coalesce(pl.col("household").cast(pl.String), pl.col("client_id")).alias("house")
    people = snapshot.clients.select("client_id", house)
    homes = people.filter(_of(changed["client_id"]))["house"].unique().sort()
    size = people.group_by("house").len("size")
    part = pl.DataFrame({"house": homes}).join(size, on="house", how="left", maintain_order="left")
    part = part.with_columns(part=pl.col("size").cum_sum() // (LISTED // 2))
    for _, houses in part.group_by("part", maintain_order=True):
        yield people.join(houses, on="house", how="semi")["client_id"]


def _strained(before: Recount, after: Recount) -> list[Finding]:
    """Limits with a greater excess than before."""
    worse = []
    for limit in _LIMITS:
        old, new = (
            getattr(found, limit.table).select(
                limit.subject, limit.value, limit.most, over=pl.col(limit.value) - pl.col(limit.most)
            )
            for found in (before, after)
        )
        rows = new.join(old.select(limit.subject, old="over"), on=limit.subject, maintain_order="left")
        slack = pl.col(limit.most) * SUMMED + STORED
        grown = rows.filter((pl.col("over") > slack) & (pl.col("over") > pl.col("old") + slack))
        for subject, value, most in grown.select(limit.subject, limit.value, limit.most).rows():
            worse.append(Finding(limit.name, str(subject), _excess(value, most)))
    return worse


def _complaints(
    snapshot: Snapshot, accepted: pl.DataFrame, after: Recount, worse: Sequence[Finding], file: str
) -> list[Complaint]:
    """One complaint a finding, naming the steps that bring it about."""
    homes = snapshot.clients.select("client_id", "household")
    interpreted = after.clients.select(
        "client_id", area=pl.when(pl.col("interpreter_minutes") > 0).then(pl.col("area").cast(pl.String))
    )
    rows = accepted.join(homes, on="client_id", how="left").join(interpreted, on="client_id", how="left")
    advice = said("Take these steps out, or apply them together with those that make room for them.")
    found = []
    for finding in worse[:SHOWN]:
        mine = _steps(rows, homes, finding)
        found.append(Complaint(file, 0, "step", "", _problem(mine, finding), advice))
    if len(worse) > SHOWN:
        problem = said("{count:,} more rules and limits would be broken", count=len(worse) - SHOWN)
        found.append(Complaint(file, 0, "step", "", problem, advice))
    return found


def _excess(value: float, most: float) -> Message:
    return said("{value:,.6g} where the limit is {most:,.6g}", value=value, most=most)


def _problem(steps: list[int], finding: Finding) -> Message:
    """What steps would break."""
    values = {"steps": ", ".join(map(str, steps)), "name": finding.name, "finding": finding.text}
    if not finding.subject and len(steps) == 1:
        return said("step {steps} would make it worse: {name}: {finding}", **values)
    if not finding.subject:
        return said("steps {steps} would make it worse: {name}: {finding}", **values)
    values["subject"] = finding.subject
    if len(steps) == 1:
        return said("step {steps} would make it worse: {name} of {subject}: {finding}", **values)
    return said("steps {steps} would make it worse: {name} of {subject}: {finding}", **values)


def _steps(rows: pl.DataFrame, homes: pl.DataFrame, finding: Finding) -> list[int]:
    """Steps that a finding is about; all where it is about the whole."""
    house = homes.filter(pl.col("client_id") == finding.subject)["household"].drop_nulls()
    about = {
        "minutes": pl.col("to_coach_id") == finding.subject,
        "heads": pl.col("to_coach_id") == finding.subject,
        "interpreter_minutes": pl.col("area") == finding.subject,
    }.get(finding.name, (pl.col("client_id") == finding.subject) | pl.col("household").is_in(house.implode()))
    mine = rows.filter(about)["step"].unique().sort().to_list()
    return mine or rows["step"].unique().sort().to_list()
