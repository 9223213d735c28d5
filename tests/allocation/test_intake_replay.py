"""Six months taken in one at a time: the ways compared, and the best in hindsight bounded."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser.allocation.intake.course import Course, draw_course
from optimiser.allocation.intake.hindsight import cost_of, load_of
from optimiser.allocation.intake.replay import Replay, by_desk, by_least_loaded, by_turn, replay
from optimiser.allocation.workload import capacities

WEEKS = 8


@pytest.fixture(scope="module")
def course() -> Course:
    """A short course of a small region."""
    return draw_course(clients=700, coaches=8, seed=3, weeks=WEEKS)


@pytest.fixture(scope="module")
def replayed(course: Course) -> Replay:
    """The ways compared on it."""
    return replay(course)


def test_a_course_is_drawn_by_its_seed(course: Course) -> None:
    """The same seed, the same course; another seed, another."""
    again = draw_course(clients=700, coaches=8, seed=3, weeks=WEEKS)
    assert again.newcomers.equals(course.newcomers)
    assert np.array_equal(again.base_load, course.base_load)
    assert not draw_course(clients=700, coaches=8, seed=4, weeks=WEEKS).newcomers.equals(course.newcomers)


def test_as_many_come_as_leave(course: Course) -> None:
    """The number of clients stays about the same, for departures are measured from the arrivals."""
    coach = by_least_loaded(course)
    heads = [load_of(course, coach, week)[1].sum() for week in range(WEEKS)]
    assert max(heads) - min(heads) < 0.1 * heads[0]


def test_nobody_is_placed_with_a_coach_a_rule_bars(course: Course) -> None:
    """Every way obeys the rules."""
    for way in (by_desk, by_least_loaded, by_turn):
        coach = way(course)
        assert course.allowed[np.arange(len(coach)), coach].all()


def test_the_week_of_a_course_has_the_loads_counted(course: Course) -> None:
    """The snapshot of a week loads the coaches exactly as the cost counts them."""
    from optimiser.allocation.intake.forecast import forecast

    coach = by_least_loaded(course)
    names = course.snapshot.coaches.sort("coach_id")["coach_id"].to_list()
    given = [names[c] for c in coach]
    week = WEEKS - 1
    snapshot = course.in_week(week, [n if course.comes[i] <= week else None for i, n in enumerate(given)])
    assert forecast(snapshot, course.policy, weeks=0).present == pytest.approx(
        load_of(course, coach, week)[0]
    )


def test_the_ways_stand_in_their_order(replayed: Replay) -> None:
    """The bound below the best found, below the desk, below least loaded, below round robin."""
    cost, best = replayed.cost, replayed.best
    assert best.bound <= best.value <= cost["desk"] < cost["least loaded"] < cost["round robin"]
    assert replayed.recovered_at_least("desk") <= replayed.recovered("desk")
    assert replayed.recovered("round robin") < 0


def test_the_desk_recovers_most_of_the_difference() -> None:
    """In three months of a region of 2,800 the desk wins back more than half of what least loaded loses."""
    assert replay(draw_course(clients=2800, coaches=25, seed=1, weeks=12)).recovered("desk") > 0.5


def test_no_assignment_beats_the_bound(course: Course, replayed: Replay) -> None:
    """Assignments drawn at random cost at least the bound."""
    rng = np.random.default_rng(1)
    for _ in range(5):
        turn = rng.random(course.allowed.shape) * course.allowed
        assert cost_of(course, turn.argmax(axis=1)) >= replayed.best.bound


def test_least_loaded_takes_the_emptiest(course: Course) -> None:
    """The first newcomer goes to the allowed coach with room who is least full."""
    limits = capacities(course.snapshot, course.policy)
    first = int(np.flatnonzero(course.comes == 0)[0])
    load, heads = load_of(course, np.full(len(course.comes), -1), 0)
    room = course.allowed[first] & (load + course.demand[0, first] <= limits.soft_limit)
    room &= heads + 1 <= limits.heads_limit
    used = np.where(room & (limits.capacity > 0), load / np.maximum(limits.capacity, 1), np.inf)
    assert by_least_loaded(course)[first] == used.argmin()
