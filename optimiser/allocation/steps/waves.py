"""Steps spread over weeks, so that no coach takes over too many clients in one."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta

import numpy as np

from optimiser.allocation.codes import Ints
from optimiser.allocation.steps.atoms import Effects


def waves(arrivals: Effects, needed: list[list[int]], most: int) -> tuple[Ints, list[bool]]:
    """Return the week of each step, from 1, and whether the step is too large for one.

    Parameters
    ----------
    arrivals : Effects
        Clients whom each step brings to each coach (the resource), sorted by step.
    needed : list of list of int
        Steps that must come before each step, all of them earlier in the list.
    most : int
        Clients a coach takes over in a week.

    Returns
    -------
    weeks : numpy.ndarray
        Shape (steps,): the earliest that comes after what the step needs, or is the same week, and has
        room at every coach who receives clients. A step that alone brings a coach more than `most` gets
        a week in which the coaches it brings clients to receive nobody else.
    large : list of bool
        Those steps.
    """
    starts = np.searchsorted(arrivals.of, np.arange(len(needed) + 1)).tolist()
    coach = arrivals.resource.tolist()
    count = np.rint(arrivals.change).astype(np.int64).tolist()
    taken: dict[tuple[int, int], int] = {}
    full: dict[int, int] = {}
    weeks: list[int] = []
    large = []
    for step, before in enumerate(needed):
        wanted = [(coach[e], count[e]) for e in range(starts[step], starts[step + 1])]
        alone = any(clients > most for _, clients in wanted)
        room = 0 if alone else most
        week = max([1, *(weeks[other] for other in before), *(full.get(j, 0) + 1 for j, _ in wanted)])
        while any(taken.get((j, week), 0) + (0 if alone else clients) > room for j, clients in wanted):
            week += 1
        for j, clients in wanted:
            taken[j, week] = most if alone else taken.get((j, week), 0) + clients
            while taken.get((j, full.get(j, 0) + 1), 0) >= most:
                full[j] = full.get(j, 0) + 1
        weeks.append(week)
        large.append(alone)
    return np.array(weeks, dtype=np.int64), large


def first_monday(day: Date) -> Date:
    """Monday of the week after a day; after a Monday the next one."""
    return day + timedelta(days=7 - day.weekday())
