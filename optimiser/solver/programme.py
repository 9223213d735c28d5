"""A linear programme put together block by block, as arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_array

from optimiser.solver.problem import Floats, Ints


class RelaxationError(Exception):
    """The linear programme ended without an optimum."""


class NoRoomError(ValueError):
    """Units that must be served do not fit where they are: the limits are to be raised for them."""


class Programme:
    """Minimise cost over columns 0 <= x <= upper under rows that are equalities or upper limits."""

    def __init__(self) -> None:
        self._cost: list[Floats] = []
        self._upper: list[Floats] = []
        self._right: list[Floats] = []
        self._equal: list[NDArray[np.bool_]] = []
        self._entries: list[tuple[Floats, Ints, Ints]] = []
        self._columns = 0
        self._rows = 0

    def columns(self, cost: Floats, upper: Floats) -> Ints:
        """Add columns; return their numbers."""
        self._cost.append(cost)
        self._upper.append(upper)
        self._columns += len(cost)
        return np.arange(self._columns - len(cost), self._columns)

    def rows(self, right: Floats, *, equal: bool) -> Ints:
        """Add rows with their right-hand sides; return their numbers."""
        self._right.append(right)
        self._equal.append(np.full(len(right), equal))
        self._rows += len(right)
        return np.arange(self._rows - len(right), self._rows)

    def put(self, rows: Ints, columns: Ints, values: Floats) -> None:
        """Add coefficients."""
        self._entries.append((values, rows, columns))

    def optimum(self) -> tuple[Floats, Floats, float]:
        """Solve.

        Returns
        -------
        values : float, shape (columns,)
        worth : float, shape (rows,)
            By how much the optimum falls for one more unit on the right-hand side; at least 0 for
            upper limits, of either sign for equalities.
        objective : float

        Raises
        ------
        RelaxationError
            If there is no optimum.
        """
        values, row, column = (np.concatenate(x) for x in zip(*self._entries, strict=True))
        matrix = csc_array((values, (row, column)), shape=(self._rows, self._columns)).tocsr()
        right, equal = np.concatenate(self._right), np.concatenate(self._equal)
        found = linprog(
            np.concatenate(self._cost),
            A_ub=matrix[~equal],
            b_ub=right[~equal],
            A_eq=matrix[equal],
            b_eq=right[equal],
            bounds=np.column_stack([np.zeros(self._columns), np.concatenate(self._upper)]),
            method="highs-ds",
            # Measured: presolve finds next to nothing here and costs a third of the time.
            options={"presolve": False},
        )
        if found.status != 0:
            raise RelaxationError(str(found.message))
        worth = np.zeros(self._rows)
        worth[~equal], worth[equal] = -found.ineqlin.marginals, -found.eqlin.marginals
        return np.asarray(found.x), worth, float(found.fun)
