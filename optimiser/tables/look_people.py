"""The coaches of a workbook: who they are by name or id, and the pseudonymous ids they get."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import said, several
from optimiser.tables.coach_forms import coach_form, is_nobody

_ID = re.compile(r"(?=.*[0-9])[A-Za-z0-9._-]{1,64}")
"""An id has a digit; a word of letters alone may be a name."""
LEAST_DIGITS = 3


@dataclass(frozen=True)
class People:
    """The coaches, in the order of their ids.

    Attributes
    ----------
    frame : polars.DataFrame
        coach_id, name (as it stands in the workbook; null where ids stand there), row (of the list of
        coaches; null for who is named by clients alone).
    ids : dict
        What stands in the column of coaches to the id; what says that there is none is not in it.
    respelt : int
        Coaches whose name is spelt in several ways.
    complaints : tuple of Complaint
        Coaches who stand twice in the list.
    """

    frame: pl.DataFrame
    ids: dict[str, str]
    respelt: int
    complaints: tuple[Complaint, ...] = ()


def find_people(listed: pl.DataFrame, given: Iterable[str], file: str) -> People:
    """Tell the coaches apart and give each an id, in the order of names.

    Parameters
    ----------
    listed : polars.DataFrame
        The list of coaches: coach_id and name (null where there is none), one row a coach; line.
    given : iterable of str
        What stands in the clients' column of coaches, each text once.
    file : str
        File and sheet of the list, for complaints.
    """
    primary = [code or name for code, name in listed.select("coach_id", "name").iter_rows()]
    rows: dict[str, int] = {}
    twice = []
    for row, text in enumerate(primary):
        if coach_form(text) in rows:
            twice.append(int(listed["line"][row]))
        rows.setdefault(coach_form(text), row)
    by_name = [coach_form(name) if name else "" for name in listed["name"]]
    namesakes = Counter(by_name)
    for row, key in enumerate(by_name):
        if key and namesakes[key] == 1:
            rows.setdefault(key, row)
    forms = {text: coach_form(text) for text in sorted(set(given)) if not is_nobody(text)}
    # Of several spellings the first in order is shown.
    first = {form: text for text, form in reversed(forms.items())}
    shown = {form: first[form] for form in sorted(first.keys() - rows.keys())}
    ids = _ids([*primary, *shown.values()])
    names = [*listed["name"].to_list(), *(None,) * len(shown)]
    of_key = {key: ids[row] for key, row in rows.items()}
    of_key |= {key: ids[len(primary) + i] for i, key in enumerate(shown)}
    frame = pl.DataFrame(
        {
            "coach_id": ids,
            "name": [
                name or (text if text != code else None)
                for name, text, code in zip(names, [*primary, *shown.values()], ids, strict=True)
            ],
            "row": [*range(len(primary)), *(None,) * len(shown)],
        },
        schema={"coach_id": pl.String, "name": pl.String, "row": pl.Int64},
    )
    spelt: dict[str, set[str]] = {}
    for text, form in forms.items():
        spelt.setdefault(of_key[form], set()).add(text)
    return People(
        frame.sort("coach_id"),
        {text: of_key[form] for text, form in forms.items()},
        sum(len(forms) > 1 for forms in spelt.values()),
        _twice(twice, file),
    )


def _ids(texts: list[str]) -> list[str]:
    """The texts themselves where all are ids; else V001, V002, ... by name."""
    if all(_ID.fullmatch(text) for text in texts):
        return texts
    width = max(LEAST_DIGITS, len(str(len(texts))))
    order = sorted(range(len(texts)), key=lambda i: (texts[i].casefold(), i))
    place = {i: n for n, i in enumerate(order, start=1)}
    return [f"V{place[i]:0{width}d}" for i in range(len(texts))]


def _twice(lines: list[int], file: str) -> tuple[Complaint, ...]:
    if not lines:
        return ()
    problem = several(
        "{count} coach stands more than once in the list", "{count} coaches stand more than once in the list",
        len(lines),
    )  # fmt: skip
    advice = said("Keep one row for each coach; tell two of one name apart by an id.")
    return (Complaint(file, lines[0], "", "", problem, advice),)
