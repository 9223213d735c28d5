"""Decisions are read off a move list as people wrote them, and every mistake is told at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.moves_file import read_moves
from optimiser.tables.plan_file import read_plan_rows
from optimiser.workspace.decisions import Asked, Decisions, decide
from optimiser.workspace.history import Done
from tests.workspace.plans import NO, YES, Step, small, write_plan
from tests.workspace.plans import decide as write_decision

STEPS: list[Step] = [[("K1", "V2"), ("K7", "V1")], [("K2", "V3")], [("K3", "V2")], [("K8", "V3")]]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A plan with four steps; the third needs the first and the second."""
    return write_plan(tmp_path, small(), STEPS, needs=[None, None, "1 2", None])


def decided(out: Path, first: int | None = None, done: Done | None = None) -> Decisions:
    """What is decided in a folder."""
    moves, plan = read_moves(out), read_plan_rows(out)
    return decide(Asked(moves, plan, small().clients, done or Done(), first, "moves.csv"))


def complaints(out: Path, first: int | None = None, done: Done | None = None) -> list[tuple[int, str, str]]:
    """Line, column and problem of everything wrong."""
    with pytest.raises(InputError) as error:
        decided(out, first, done)
    assert all(c.file == "moves.csv" and c.advice.endswith(".") for c in error.value.complaints)
    return [(c.line, c.column, c.problem) for c in error.value.complaints]


def edit(out: Path, line: int, **cells: str | None) -> None:
    """Change cells of a line of the move list (the heading is line 1)."""
    file = out / "moves.csv"
    moves = pl.read_csv(file, infer_schema=False).with_row_index("at", 2)
    there = pl.col("at") == line
    changed = [pl.when(there).then(pl.lit(v)).otherwise(pl.col(c)).alias(c) for c, v in cells.items()]
    moves.with_columns(changed).drop("at").write_csv(file)


def test_one_filled_row_speaks_for_its_step(out: Path) -> None:
    """Decision, name, day and reason code of one row hold for all rows of the step."""
    write_decision(out, [1], YES | {"reason_code": "client_wish"}, ["K7"])
    found = decided(out)
    assert found.accepted["client_id"].to_list() == ["K1", "K7"]
    for column in ("decision", "confirmed_by", "confirmed_at", "reason_code"):
        assert found.accepted[column].n_unique() == 1, column
    assert (found.steps("accepted"), found.steps("rejected"), found.undecided) == ([1], [], 3)


def test_a_refusal_of_some_clients_is_about_them_alone(out: Path) -> None:
    """A step refused on one of its rows is not taken, and only that client is noted; on all rows, all are."""
    write_decision(out, [1], NO, ["K7"])
    found = decided(out)
    assert (found.accepted.height, found.rejected["client_id"].to_list()) == (0, ["K7"])
    write_decision(out, [1], NO)
    assert decided(out).rejected["client_id"].to_list() == ["K1", "K7"]


def test_the_first_steps_alone(out: Path) -> None:
    """With --first the steps behind wait, rejected ones among the first are skipped."""
    write_decision(out, [1, 4], YES)
    write_decision(out, [2], NO)
    found = decided(out, first=2)
    assert (found.steps("accepted"), found.steps("rejected"), found.beyond) == ([1], [2], 1)


def test_what_was_done_before_is_skipped(out: Path) -> None:
    """Steps applied or noted by earlier applies are not taken again, and count as there for others' needs."""
    write_decision(out, [1, 3], YES)
    write_decision(out, [4], NO)
    found = decided(out, first=4, done=Done(frozenset({1, 2}), frozenset({4})))
    assert (found.steps("accepted"), found.steps("rejected")) == ([3], [])


def test_two_decisions_on_one_step(out: Path) -> None:
    """A step is taken or refused whole."""
    write_decision(out, [1], YES, ["K1"])
    write_decision(out, [1], NO, ["K7"])
    assert complaints(out) == [(3, "decision", "there are two decisions on one step")]


@pytest.mark.parametrize("column", ["confirmed_by", "confirmed_at"])
@pytest.mark.parametrize("first", [None, 2])
def test_an_unconfirmed_step(out: Path, column: str, first: int | None) -> None:
    """An accepted step names who confirmed it and when."""
    write_decision(out, [1, 2], YES)
    write_decision(out, [2], {column: None})
    assert complaints(out, first) == [(4, column, "an accepted step is not confirmed")]


def test_an_undecided_step_among_the_first(out: Path) -> None:
    """The first N steps are decided on, or the command stops."""
    write_decision(out, [1], YES)
    assert complaints(out, 2) == [
        (4, "decision", "nobody has decided on this step, one of the first 2"),
    ]
    assert decided(out, 1).steps("accepted") == [1]


def test_many_undecided_steps_are_one_complaint(out: Path) -> None:
    """Steps that nobody has decided on are told by their ranges, not one by one."""
    write_decision(out, [2], NO)
    assert complaints(out, 4) == [(2, "decision", "3 steps are undecided: 1, 3-4")]


def waved(out: Path, wave: int, first: int | None = None) -> Decisions:
    """What is decided for the first weeks."""
    moves, plan = read_moves(out), read_plan_rows(out)
    return decide(Asked(moves, plan, small().clients, Done(), first, "moves.csv", wave))


def test_the_first_weeks_alone(tmp_path: Path) -> None:
    """With --wave later weeks wait, whatever is decided on them; with --first both hold."""
    write_plan(tmp_path, small(), STEPS, wave=[1, 1, 2, 3])
    write_decision(tmp_path, [1, 3, 4], YES)
    found = waved(tmp_path, 2)
    assert (found.steps("accepted"), found.undecided, found.beyond) == ([1, 3], 1, 1)
    assert waved(tmp_path, 1).steps("accepted") == [1]
    assert waved(tmp_path, 3, first=1).steps("accepted") == [1]
    write_decision(tmp_path, [2], YES)
    assert waved(tmp_path, 1, first=3).steps("accepted") == [1, 2]


@pytest.mark.parametrize("wave", [0, 4])
def test_weeks_that_do_not_exist(tmp_path: Path, wave: int) -> None:
    """More weeks than there are, or none, are refused, and so are weeks of a list that names none."""
    write_plan(tmp_path, small(), STEPS, wave=[1, 1, 2, 3])
    write_decision(tmp_path, [1], YES)
    with pytest.raises(InputError, match="more weeks asked than there are: 3"):
        waved(tmp_path, wave)
    write_plan(tmp_path, small(), STEPS)
    with pytest.raises(InputError, match="names no weeks"):
        waved(tmp_path, 1)


def test_more_moves_than_there_are(out: Path) -> None:
    """Nobody gets fewer steps than asked without being told."""
    write_decision(out, [1, 2, 3, 4], YES)
    assert complaints(out, 5) == [(0, "--first", "more moves asked than there are: 4 steps")]
    assert decided(out, 4).steps("accepted") == [1, 2, 3, 4]


def test_steps_that_must_come_before(out: Path) -> None:
    """Steps needed are named unless they are taken now or were before."""
    write_decision(out, [1, 3], YES)
    with pytest.raises(InputError, match=r"line 5, column needs: steps that must come before.*\('2'\)"):
        decided(out)
    write_decision(out, [2], NO)
    assert complaints(out)[0][1] == "needs"
    edit(out, 5, needs="4 2 1 2")
    with pytest.raises(InputError, match=r"not accepted \('2, 4'\)"):
        decided(out)
    edit(out, 5, needs="1 2")
    write_decision(out, [2], YES)
    assert decided(out).steps("accepted") == [1, 2, 3]


def test_steps_that_do_not_exist(out: Path) -> None:
    """A need that names no step is a mistake of the file."""
    write_decision(out, [1, 2, 3], YES)
    edit(out, 5, needs="1, 9; x")
    assert complaints(out) == [(5, "needs", "no step has this number")] * 2


def test_rows_that_are_not_the_plans(out: Path) -> None:
    """Clients, coaches and status are those of the plan, also on rows nobody has decided on."""
    write_decision(out, [1], YES)
    edit(out, 2, to_coach_id="V3")
    edit(out, 4, from_coach_id="V2")
    edit(out, 5, client_id="K99")
    edit(out, 6, status="forced")
    assert complaints(out) == [
        (2, "to_coach_id", "the row differs from the plan"),
        (4, "from_coach_id", "the row differs from the plan"),
        (5, "client_id", "there is no such client in the plan"),
        (6, "status", "the row differs from the plan"),
    ]


def test_a_client_in_two_steps(tmp_path: Path) -> None:
    """Each client changes coach once."""
    write_plan(tmp_path, small(), [[("K1", "V2")], [("K1", "V2")]])
    write_decision(tmp_path, [1], YES)
    assert decided(tmp_path).steps("accepted") == [1]
    write_decision(tmp_path, [1, 2], YES)
    twice = "the client is in two steps that are decided on"
    assert complaints(tmp_path) == [(2, "client_id", twice), (3, "client_id", twice)]
    assert (3, "client_id", twice) in complaints(tmp_path, done=Done(applied=frozenset({1})))


def test_another_decision_later(out: Path) -> None:
    """What was applied or rejected earlier is decided anew only after an undo."""
    write_decision(out, [1], YES)
    write_decision(out, [2], NO)
    done = Done(applied=frozenset({2}), rejected=frozenset({1}))
    assert complaints(out, done=done) == [
        (2, "decision", "the step was rejected in an earlier apply"),
        (4, "decision", "the step was applied earlier"),
    ]


def test_nothing_decided(out: Path) -> None:
    """An apply without any decision says where decisions are written."""
    assert complaints(out) == [(0, "decision", "nobody has decided on any step")]


def test_everything_wrong_is_told_at_once(out: Path) -> None:
    """Mistakes of every kind come in one answer, by line."""
    write_decision(out, [1, 3], YES)
    edit(out, 2, decision="rejected")
    edit(out, 4, client_id="K99")
    edit(out, 5, confirmed_by=None)
    assert [(line, column) for line, column, _ in complaints(out)] == [
        (3, "decision"),
        (4, "client_id"),
        (5, "confirmed_by"),
        (5, "needs"),
    ]
