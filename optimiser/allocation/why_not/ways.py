"""From the plan in hand to one that has the pair: chains in numbers back to clients and coaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.why_not.answer import CoachLoad, Way, WhyNotMove
from optimiser.allocation.why_not.standing import Seated
from optimiser.solver import chain
from optimiser.solver.chain import TOLERANCE, Mover


@dataclass(frozen=True)
class Asked:
    """A unit and the arc it is asked to be on.

    Attributes
    ----------
    unit : int
    mover : Mover
    """

    unit: int
    mover: Mover


@dataclass(frozen=True)
class _Shift:
    """A unit that goes from an arc (-1: from nowhere) to another."""

    unit: int
    old: int
    new: int


def ways_to(
    encoding: Encoding, ids: pl.Series, seats: Seated, asked: Asked, most: int
) -> tuple[Way, tuple[Way, ...]]:
    """Return the direct way, within the limits or not, and the cheapest ways within them.

    Parameters
    ----------
    encoding, seats
        The problem, and the plan in hand.
    ids : polars.Series
        Ids of the clients, sorted.
    asked : Asked
        The pair.
    most : int
        Ways returned at most.
    """
    direct, found = chain.ways(seats.standing, asked.mover, most)
    told = [_told(encoding, ids, seats, asked, way) for way in (direct, *found)]
    return told[0], tuple(told[1:])


def _told(encoding: Encoding, ids: pl.Series, seats: Seated, asked: Asked, way: chain.Way) -> Way:
    standing, mover = seats.standing, asked.mover
    old = int(standing.arc[mover.kind]) if mover.kind >= 0 else -1
    shifts = [_Shift(asked.unit, old, mover.arc)]
    for kind, arc in zip(way.kinds, way.arcs, strict=True):
        own = seats.first[kind] == asked.unit
        unit = int(seats.second[kind] if own else seats.first[kind])
        shifts.append(_Shift(unit, int(standing.arc[kind]), arc))
    return Way(
        minutes=way.minutes,
        moves=tuple(_move(encoding, ids, shift) for shift in shifts),
        loads=_loads(encoding, seats, shifts),
        breaks=_breaks(encoding, seats, shifts),
    )


def _move(encoding: Encoding, ids: pl.Series, shift: _Shift) -> WhyNotMove:
    members = np.flatnonzero(encoding.units.of_client == shift.unit)
    coach = encoding.problem.arc_coach
    return WhyNotMove(
        client_ids=tuple(ids.gather(members).to_list()),
        from_coach_id=encoding.coach_ids[coach[shift.old]] if shift.old >= 0 else None,
        to_coach_id=encoding.coach_ids[coach[shift.new]],
    )


def _sums(shifts: list[_Shift], place: Ints, amount: Floats, size: int) -> Floats:
    """What shifts add at places (of arcs; -1: nowhere) in all, shape (size,)."""
    total = np.zeros(size)
    for shift in shifts:
        for arc, sign in ((shift.new, 1.0), (shift.old, -1.0)):
            if arc >= 0 and place[arc] >= 0:
                total[place[arc]] += sign * amount[arc]
    return total


def _loads(encoding: Encoding, seats: Seated, shifts: list[_Shift]) -> tuple[CoachLoad, ...]:
    problem, before = encoding.problem, seats.standing.load
    after = before + _sums(shifts, problem.arc_coach, problem.arc_demand, problem.coaches)
    arcs = [arc for shift in shifts for arc in (shift.old, shift.new) if arc >= 0]
    coaches = dict.fromkeys(int(problem.arc_coach[arc]) for arc in arcs)

    def used(load: Floats, coach: int) -> float:
        full = float(problem.capacity[coach])
        return float(load[coach]) / full if full > 0 else float("inf")

    return tuple(CoachLoad(encoding.coach_ids[c], used(before, c), used(after, c)) for c in coaches)


def _breaks(encoding: Encoding, seats: Seated, shifts: list[_Shift]) -> tuple[str, ...]:
    """Limits that are newly broken, or whose excess grows."""
    problem, now = encoding.problem, seats.standing
    clients = problem.heads[problem.arc_group].astype(float)
    load = _sums(shifts, problem.arc_coach, problem.arc_demand, problem.coaches)
    heads = _sums(shifts, problem.arc_coach, clients, problem.coaches)
    area = _sums(shifts, problem.arc_area, problem.arc_interpreter, len(problem.area_limit))
    moves = sum(_moves(encoding, shift) for shift in shifts)
    limits = {
        "minutes": (now.load, load, problem.limit),
        "heads": (now.heads, heads, problem.heads_limit),
        "interpreter minutes": (now.area, area, problem.area_limit),
        "moves": (np.array([now.moves]), np.array([moves]), np.array([problem.moves_limit])),
    }
    return tuple(
        name
        for name, (before, more, most) in limits.items()
        if ((more > TOLERANCE) & (before + more > most + TOLERANCE)).any()
    )


def _moves(encoding: Encoding, shift: _Shift) -> float:
    """Clients more who change coach although they could stay."""
    problem, stay = encoding.problem, int(encoding.stay[shift.unit])

    def moves(arc: int) -> float:
        away = stay >= 0 and problem.stay_arc[stay] != arc
        return float(problem.arc_moves[arc]) + (float(problem.stay_moves[stay]) if away else 0.0)

    return moves(shift.new) - (moves(shift.old) if shift.old >= 0 else 0.0)
