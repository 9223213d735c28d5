"""What people decided on a move list: which steps are taken, which are refused, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import ACCEPTED, REJECTED, spoken
from optimiser.domain.texts import Message, said
from optimiser.tables.faults import Fault, complaints, fault
from optimiser.workspace.history import Done

MOST_RANGES = 20
"""Ranges of steps named in one complaint."""


@dataclass(frozen=True)
class Decisions:
    """The rows of a move list on which this apply acts.

    Attributes
    ----------
    accepted, rejected : polars.DataFrame
        Columns of `MOVES` and line; status as the plan has it, the columns `domain.moves.SPOKEN`
        filled from the other rows of the step. Of a step refused for some of its clients, the rows of these alone.
    undecided : int
        Steps nobody has decided on.
    beyond : int
        Steps decided on that lie behind the first N, or in later weeks.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    undecided: int
    beyond: int

    def steps(self, name: str) -> list[int]:
        """Numbers of the steps `accepted` or `rejected`, rising."""
        frame: pl.DataFrame = getattr(self, name)
        return frame["step"].unique().sort().to_list()


@dataclass(frozen=True)
class Asked:
    """A move list and what it is held against.

    Attributes
    ----------
    moves : polars.DataFrame
        As `read_moves` gives it.
    plan : polars.DataFrame
        Rows of the plan, as `read_plan_rows` gives them.
    clients : polars.DataFrame
        Of the snapshot at hand.
    done : Done
        What earlier applies of the plan did.
    first : int or None
        Take the first so many steps; None for all that are confirmed.
    file : str
        The move list, as the user knows it.
    wave : int or None
        Take the steps of the first so many weeks; None for all.
    """

    moves: pl.DataFrame
    plan: pl.DataFrame
    clients: pl.DataFrame
    done: Done
    first: int | None
    file: str
    wave: int | None = None


def decide(asked: Asked) -> Decisions:
    """Read the decisions off a move list.

    Parameters
    ----------
    asked : Asked
        The move list and what it is held against.

    Returns
    -------
    Decisions

    Raises
    ------
    InputError
        With every complaint: unknown clients, rows that are not the plan's, two decisions on one step,
        an accepted step without a name or a day, an undecided one among the first N, steps that must
        come before and do not, a client in two accepted steps, more steps or weeks asked than there
        are, nothing to do.
    """
    moves = _spoken(asked)
    faults = [*_rows_of_the_plan(asked, moves), *_two_decisions(asked.moves)]
    asked_moves = _first(asked, moves)
    taken = asked_moves.filter(pl.col("said") == ACCEPTED)
    refused = asked_moves.filter(pl.col("said") == REJECTED)
    faults += [*_unconfirmed(taken), *_decided_anew(asked, taken, refused)]
    faults += [*_twice(asked, moves, asked_moves.drop_nulls("said")), *_needs(asked, moves, taken)]
    found = [*_too_many(asked), *_too_many_weeks(asked), *_undecided(asked, asked_moves)]
    found += complaints(faults, {"moves": asked.file}, {"moves": {}})
    accepted = taken.filter(~_among(asked.done.applied))
    # A refusal written on some rows of a step is about these clients alone.
    rejected = refused.filter(pl.col("own") & ~_among(asked.done.rejected))
    if not found and not accepted.height and not rejected.height:
        found = [_nothing(asked, moves)]
    if found:
        raise InputError(found)
    return Decisions(
        accepted.select(asked.moves.columns),
        rejected.select(asked.moves.columns),
        moves.filter(pl.col("said").is_null() & ~_among(asked.done.applied))["step"].n_unique(),
        moves.join(asked_moves, on="step", how="anti").drop_nulls("said")["step"].n_unique(),
    )


def _spoken(asked: Asked) -> pl.DataFrame:
    """The move list with each step's decision on all its rows (`said`), and whether the row has its own."""
    moves = asked.moves.with_columns(own=pl.col("decision").is_not_null())
    status = asked.plan.select("client_id", planned="status")
    moves = spoken(moves).join(status, on="client_id", how="left", maintain_order="left")
    return moves.with_columns(
        said=pl.col("decision").cast(pl.String), given=pl.col("status"), status=pl.col("planned")
    ).drop("planned")


def _among(steps: frozenset[int]) -> pl.Expr:
    return pl.col("step").is_in(sorted(steps))


def _fault(column: str, problem: str, advice: str, rows: pl.DataFrame, value: str = "") -> list[Fault]:
    return fault(("moves", column), problem, advice, rows["line"], rows[value or column])


def _rows_of_the_plan(asked: Asked, moves: pl.DataFrame) -> list[Fault]:
    """Rows about nobody, and rows that are not what the plan proposes."""
    present = asked.clients.select("client_id", present="coach_id")
    plan = asked.plan.select("client_id", planned="coach_id", previous="previous_coach_id")
    rows = moves.join(plan, on="client_id", how="left", maintain_order="left")
    known = pl.col("client_id").is_in(present["client_id"].implode()) & pl.col("client_id").is_in(
        plan["client_id"].implode()
    )
    rows = rows.join(present, on="client_id", how="left", maintain_order="left").with_columns(known=known)
    there = rows.filter("known")
    moved_on = there.filter(
        pl.col("from_coach_id").eq_missing(pl.col("previous"))
        & pl.col("from_coach_id").ne_missing(pl.col("present"))
        & ~_among(asked.done.applied)
    )
    mend = said("Take the row as it was written with the plan, or make the plan anew.")
    stale = said("Make the plan anew from the present snapshot.")
    unlike = {
        "from_coach_id": pl.col("from_coach_id").ne_missing(pl.col("previous")),
        "to_coach_id": pl.col("to_coach_id").ne_missing(pl.col("planned")),
        "status": pl.col("given").cast(pl.String).ne(pl.col("status").cast(pl.String)).fill_null(False),
    }
    return [
        *_fault(
            "client_id", said("there is no such client in the plan"), mend, rows.filter(~pl.col("known"))
        ),
        *(
            found
            for column, differs in unlike.items()
            for found in _fault(
                column,
                said("the row differs from the plan"),
                mend,
                there.filter(differs),
                "given" if column == "status" else "",
            )
        ),
        *_fault("from_coach_id", said("this is not the client's coach any more"), stale, moved_on),
    ]


def _two_decisions(moves: pl.DataFrame) -> list[Fault]:
    first = pl.col("decision").drop_nulls().first().over("step")
    rows = moves.filter(pl.col("decision") != first)
    advice = said("A step is taken or refused whole: keep one decision.")
    return _fault("decision", said("there are two decisions on one step"), advice, rows)


def _first(asked: Asked, moves: pl.DataFrame) -> pl.DataFrame:
    """The rows of the first N steps and of the first so many weeks, or all."""
    rows = moves
    if asked.first is not None:
        steps = moves["step"].unique().sort()
        rows = rows.filter(pl.col("step").is_in(steps.head(asked.first).implode()))
    if asked.wave is not None:
        rows = rows.filter(pl.col("wave").max().over("step") <= asked.wave)
    return rows


def _too_many(asked: Asked) -> list[Complaint]:
    """More steps asked than there are."""
    count = asked.moves["step"].n_unique()
    if asked.first is None or asked.first <= count:
        return []
    advice = said("Ask for {count} at most, or leave --first out.", count=count)
    problem = said("more moves asked than there are: {count} steps", count=count)
    return [Complaint(asked.file, 0, "--first", str(asked.first), problem, advice)]


def _too_many_weeks(asked: Asked) -> list[Complaint]:
    """More weeks asked than there are, or none."""
    if asked.wave is None:
        return []
    last = asked.moves["wave"].max()
    count = int(str(last)) if last is not None else 0
    if 1 <= asked.wave <= count:
        return []
    problem = said("more weeks asked than there are: {count}", count=count)
    advice = said("Ask for 1 to {count}, or leave --wave out.", count=count)
    if not count:
        problem = said("the move list names no weeks")
        advice = said("Leave --wave out, or take the list with its column wave.")
    return [Complaint(asked.file, 0, "--wave", str(asked.wave), problem, advice)]


def _unconfirmed(taken: pl.DataFrame) -> list[Fault]:
    rows = _one_a_step(taken)
    problem = said("an accepted step is not confirmed")
    advice = said("Fill in who confirms the step and the day, or empty its decision.")
    return [
        found
        for column in ("confirmed_by", "confirmed_at")
        for found in _fault(column, problem, advice, rows.filter(pl.col(column).is_null()), "step")
    ]


def _undecided(asked: Asked, moves: pl.DataFrame) -> list[Complaint]:
    if asked.first is None:
        return []
    rows = moves.filter(pl.col("said").is_null() & ~_among(asked.done.applied | asked.done.rejected))
    rows = _one_a_step(rows.sort("step", "line"))
    if not rows.height:
        return []
    line, steps = rows["line"].min(), rows["step"].to_list()
    problem = said("nobody has decided on this step, one of the first {first:,}", first=asked.first)
    advice = said("Accept or reject it, or ask for fewer steps.")
    value = str(steps[0])
    if len(steps) > 1:
        value = ""
        problem = said("{count:,} steps are undecided: {steps}", count=len(steps), steps=_ranges(steps))
        advice = said(
            "Accept or reject each of the first {first:,} steps, or ask for fewer.", first=asked.first
        )
    return [Complaint(asked.file, int(str(line)), "decision", value, problem, advice)]


def _ranges(steps: Sequence[int]) -> Message:
    """Rising numbers in few words: `3, 5-9`."""
    runs: list[list[int]] = []
    for step in steps:
        if runs and runs[-1][-1] == step - 1:
            runs[-1] = [runs[-1][0], step]
        else:
            runs.append([step])
    words = ", ".join("-".join(map(str, run)) for run in runs[:MOST_RANGES])
    if len(runs) > MOST_RANGES:
        return said("{steps} and more", steps=words)
    return said("{steps}", steps=words)


def _decided_anew(asked: Asked, taken: pl.DataFrame, refused: pl.DataFrame) -> list[Fault]:
    advice = said("Undo that apply first (optimiser apply --undo), or take the earlier decision.")
    late = _one_a_step(taken.filter(_among(asked.done.rejected)))
    sorry = _one_a_step(refused.filter(_among(asked.done.applied)))
    return [
        *_fault("decision", said("the step was rejected in an earlier apply"), advice, late, "step"),
        *_fault("decision", said("the step was applied earlier"), advice, sorry, "step"),
    ]


def _one_a_step(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("step", keep="first", maintain_order=True)


def _twice(asked: Asked, moves: pl.DataFrame, decided: pl.DataFrame) -> list[Fault]:
    before = moves.filter(_among(asked.done.applied))
    rows = pl.concat([decided, before]).unique(["step", "client_id"], maintain_order=True)
    rows = rows.filter(pl.col("client_id").is_duplicated()).sort("line")
    problem = said("the client is in two steps that are decided on")
    advice = said("Decide on one of the steps; each client changes coach once.")
    return _fault("client_id", problem, advice, rows)


def _needs(asked: Asked, moves: pl.DataFrame, taken: pl.DataFrame) -> list[Fault]:
    """Accepted steps without those that must come before, and needs that name no step."""
    wanted = taken.filter(~_among(asked.done.applied)).drop_nulls("needs").with_columns(
        need=pl.col("needs").str.extract_all(r"[^\s,;]+")
    ).explode("need")  # fmt: skip
    number = pl.col("need").str.replace(r"\.0$", "").cast(pl.Int32, strict=False)
    wanted = wanted.with_columns(number=number)
    known = pl.col("number").is_in(moves["step"].implode()).fill_null(False)
    there = sorted({*taken["step"].to_list(), *asked.done.applied})
    missing = wanted.filter(known & ~pl.col("number").is_in(there))
    lacking = missing.group_by("step", "line", maintain_order=True).agg(
        pl.col("need").sort_by("number").unique(maintain_order=True).str.join(", ")
    )
    lacking = _one_a_step(lacking)
    unknown, number_it = said("no step has this number"), said("Number it as in the column step.")
    problem = said("steps that must come before are not accepted")
    advice = said("Accept these steps as well (with --first: take them in), or do not accept this one.")
    return [
        *_fault("needs", unknown, number_it, wanted.filter(~known), "need"),
        *_fault("needs", problem, advice, lacking, "need"),
    ]


def _nothing(asked: Asked, moves: pl.DataFrame) -> Complaint:
    if moves["said"].null_count() == moves.height:
        problem = said("nobody has decided on any step")
        advice = said(
            "Write accepted or rejected in the column decision, with confirmed_by and confirmed_at."
        )
        return Complaint(asked.file, 0, "decision", "", problem, advice)
    problem = said("every step decided on is applied or noted already")
    advice = said("Decide on more steps, or ask for more.")
    return Complaint(asked.file, 0, "decision", "", problem, advice)
