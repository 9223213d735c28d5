"""Coaches of one or two clients whose name is close to another coach's: perhaps a slip of the pen."""

from __future__ import annotations

import difflib

import polars as pl

from optimiser.domain.look import Assumption
from optimiser.domain.texts import said, several
from optimiser.tables.coach_forms import coach_form
from optimiser.tables.look_people import People

NEAR = 0.85
"""How alike two names are, from 0 to 1, that may be one."""
MOST_CLIENTS = 2
"""Clients of a coach whose name may be a slip."""


def near_names(people: People, clients: pl.DataFrame) -> list[Assumption]:
    """Return the assumption that such coaches are persons of their own; the names are for page and workbook.

    Parameters
    ----------
    people : People
        The coaches.
    clients : polars.DataFrame
        Column coach_id, where there is one.
    """
    if "coach_id" not in clients.columns:
        return []
    count = dict(clients["coach_id"].drop_nulls().value_counts().iter_rows())
    rows = people.frame.filter(pl.col("name").is_not_null())
    forms = {code: coach_form(name) for code, name in rows.select("coach_id", "name").iter_rows()}
    names = dict(rows.select("coach_id", "name").iter_rows())
    listed = set(rows.filter(pl.col("row").is_not_null())["coach_id"])
    rare = [code for code in forms if code not in listed and count.get(code, 0) <= MOST_CLIENTS]
    usual = {
        form: code for code, form in forms.items() if code in listed or count.get(code, 0) > MOST_CLIENTS
    }
    pairs = [
        (code, usual[near[0]])
        for code in rare
        if (near := difflib.get_close_matches(forms[code], usual, 1, NEAR))
    ]
    if not pairs:
        return []
    told = several(
        "{count:,} coach of one or two clients has a name close to another coach's, and is taken for another person.",
        "{count:,} coaches of one or two clients have a name close to another coach's, and are taken for other persons.",
        len(pairs),
    )
    remedy = said(
        "Correct the name in the workbook if it is a slip; look.xlsx, sheet Assumptions, says which."
    )
    spelt = "; ".join(f"{code} {names[code]} → {other} {names[other]}" for code, other in pairs)
    detail = said("Did you mean: {names}?", names=spelt)
    return [Assumption(told, remedy, sum(count.get(code, 0) for code, _ in pairs), detail)]
