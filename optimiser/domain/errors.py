"""The tree of errors. Every text ends in advice."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.domain.texts import ENGLISH, Texts, said


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
        return self.told(ENGLISH)

    def told(self, texts: Texts) -> str:
        """Return the complaint in a language; file, heading and value stand as they are in the file."""
        place = texts.of(self.file)
        if self.line:
            place += texts.of(said(", line {line}", line=self.line))
        if self.column:
            place += texts.of(said(", column {column}", column=self.column))
        value = f" ({self.value!r})" if self.value else ""
        problem = texts.of(self.problem).rstrip(" .")
        return f"{place}: {problem}{value}. {texts.of(self.advice)}"


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
