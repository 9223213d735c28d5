"""Six months of newcomers taken in one at a time, by several ways, beside the best in hindsight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.facts import Flags
from optimiser.allocation.intake.course import Course
from optimiser.allocation.intake.desk import open_desk
from optimiser.allocation.intake.hindsight import Hindsight, cost_of, hindsight, load_of
from optimiser.allocation.workload import capacities
from optimiser.domain.progress import SILENT, Progress
from optimiser.domain.texts import said

Chooser = Callable[[Course], Ints]


@dataclass(frozen=True)
class Replay:
    """What each way cost, minutes a month: the mean over the weeks of prices and load curves.

    Attributes
    ----------
    newcomers : int
        Clients taken in.
    cost : dict
        `desk`, `least loaded`, `round robin`.
    best : Hindsight
        What would have been best had all arrivals and departures been known: value and bound.
    """

    newcomers: int
    cost: dict[str, float]
    best: Hindsight

    def recovered(self, way: str) -> float:
        """Share of the difference between least loaded and the best found in hindsight that a way wins."""
        least = self.cost["least loaded"]
        return (least - self.cost[way]) / (least - self.best.value)

    def recovered_at_least(self, way: str) -> float:
        """The same with the bound, which no assignment reaches: never more than the true share."""
        least = self.cost["least loaded"]
        return (least - self.cost[way]) / (least - self.best.bound)


def replay(course: Course, progress: Progress = SILENT) -> Replay:
    """Take the newcomers of a course in, each way from the same first day, and compare.

    No way knows who comes or leaves later. All obey rules and limits; where no coach has room, the one
    is taken who exceeds least, and the steep price counts.

    Parameters
    ----------
    course : Course
    progress : Progress
        Told of each way.
    """
    ways: dict[str, Chooser] = {"desk": by_desk, "least loaded": by_least_loaded, "round robin": by_turn}
    cost, chosen = {}, {}
    for name, way in ways.items():
        newcomers = len(course.comes)
        progress.say(said("taking in {newcomers:,} newcomers: {way}", newcomers=newcomers, way=name))
        chosen[name] = way(course)
        cost[name] = cost_of(course, chosen[name])
    progress.say(said("looking for the best in hindsight"))
    return Replay(len(course.comes), cost, hindsight(course, chosen["desk"]))


def by_desk(course: Course) -> Ints:
    """The desk, opened anew each week with that week's facts; shape (A,)."""
    names = list(course.snapshot.coaches.sort("coach_id")["coach_id"])
    at = {name: place for place, name in enumerate(names)}
    rows = course.newcomers.drop("line").to_dicts()
    coach: list[str | None] = [None] * len(rows)
    for week in range(course.weeks):
        desk = open_desk(course.in_week(week, coach), course.policy)
        for client in np.flatnonzero(course.comes == week):
            best = desk.rank(rows[client], most=1).coaches[0].coach_id
            desk.place(rows[client], best)
            coach[client] = best
    return np.array([at[str(name)] for name in coach], dtype=np.int64)


def by_least_loaded(course: Course) -> Ints:
    """The allowed coach with room who is least full now; shape (A,)."""
    capacity = capacities(course.snapshot, course.policy).capacity

    def choose(client: int, free: Flags, load: Floats) -> int:
        used = np.divide(load, capacity, out=np.full(len(load), np.inf), where=capacity > 0)
        return int(np.argmin(np.where(free, used, np.inf)))

    return _one_by_one(course, choose)


def by_turn(course: Course) -> Ints:
    """The next allowed coach with room, in turn; shape (A,)."""
    last = -1

    def choose(client: int, free: Flags, load: Floats) -> int:
        nonlocal last
        turn = (np.arange(len(free)) - last - 1) % len(free)
        last = int(np.argmin(np.where(free, turn, len(free))))
        return last

    return _one_by_one(course, choose)


def _one_by_one(course: Course, choose: Callable[[int, Flags, Floats], int]) -> Ints:
    """Choose for each newcomer among the allowed coaches with room; least excess where none has any."""
    limits = capacities(course.snapshot, course.policy)
    coach = np.full(len(course.comes), -1, dtype=np.int64)
    for week in range(course.weeks):
        load, heads = load_of(course, coach, week)
        for client in np.flatnonzero(course.comes == week):
            demand, may = course.demand[0, client], course.allowed[client]
            over = np.maximum(load + demand - limits.soft_limit, 0.0)
            free = may & (over <= 0) & (heads + 1 <= limits.heads_limit)
            if free.any():
                found = choose(int(client), free, load)
            else:
                found = int(np.argmin(np.where(may, over, np.inf)))
            coach[client] = found
            load[found] += demand[found]
            heads[found] += 1
    return coach
