"""The tree of errors. Every text ends in advice."""

from __future__ import annotations

from dataclasses import dataclass


class OptimiserError(Exception):
    """Anything that stops a command with a message for its user."""


@dataclass(frozen=True, order=True)
class Complaint:
    """One thing wrong with the input, and what to do about it.

    Attributes
    ----------
    file : str
        File, or file and sheet, as the user knows it.
    line : int
        Line of the file (a heading is line 1); 0 where the whole file is meant.
    column : str
        Heading as it stands in the file; empty where the whole row is meant.
    value : str
        The offending value, shortened; empty where there is none.
    problem : str
        What is wrong, in words.
    advice : str
        What to try.
    """

    file: str
    line: int
    column: str
    value: str
    problem: str
    advice: str

    def __str__(self) -> str:
        place = self.file + (f", line {self.line}" if self.line else "")
        place += f", column {self.column}" if self.column else ""
        value = f" ({self.value!r})" if self.value else ""
        return f"{place}: {self.problem}{value}. {self.advice}"


class InputError(OptimiserError):
    """Input that cannot be used; carries every complaint at once.

    Attributes
    ----------
    complaints : tuple of Complaint
        Ordered by file, line and column.
    """

    def __init__(self, complaints: list[Complaint] | tuple[Complaint, ...]) -> None:
        self.complaints = tuple(sorted(set(complaints)))
        super().__init__("\n".join(map(str, self.complaints)))


class SolverError(OptimiserError):
    """The solver could not do its work (a numerical failure, not an infeasible region)."""


class BrokenPlanError(OptimiserError):
    """A plan of ours failed the independent check: a fault of the program, not of the input."""
