"""The cells of an export in which persons stand, with pseudonymous ids in their place."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from optimiser.domain.texts import said
from optimiser.tables.coach_forms import coach_form, is_nobody
from optimiser.tables.faults import Fault, fault
from optimiser.tables.personal_headings import What, Who
from optimiser.tables.pseudonym_forms import client_form, of_each
from optimiser.tables.pseudonym_key import KeyFile, Kind
from optimiser.tables.pseudonym_people import TEXT, People, RawTable

INSTEAD: dict[str, tuple[Who, tuple[What, ...]]] = {
    "client_id": ("client", ("code",)),
    "coach_id": ("coach", ("email", "name", "family")),
    "birth_year": ("client", ("code",)),
}
"""Declared column to what may stand in its place."""

SOME_YEAR = 1990
"""Stands for a year of birth that a wrong identity code does not tell; nothing with it is ever written."""

Replaced = tuple[dict[str, pl.Series], list[Fault]]


def replaced_cells(raw: RawTable, people: Mapping[Kind, People], key: KeyFile) -> Replaced:
    """Return the columns of a table that are not taken as they stand.

    Parameters
    ----------
    raw : RawTable
        One table of the export.
    people : mapping
        The clients and the coaches of the export.
    key : KeyFile
        Gives ids to those who are in neither (clients who have left, a table's mistakes).

    Returns
    -------
    (dict, list of Fault)
        Declared column to its cells, and what is wrong with them.
    """
    out, faults = _coaches(raw, people["coach"], key)
    out |= _clients(raw, people["client"], key)
    if raw.table.name == "clients":
        born, wrong = _birth_years(raw, people["client"].years)
        out |= born
        faults += wrong
    if (position := raw.position("household")) is not None:
        homes = of_each(raw.cells(position), lambda text: key.pseudonym("household", client_form(text)), TEXT)
        out["household"] = homes
    return out, faults + _formulas(raw, out)


def heading_of(raw: RawTable, name: str) -> str:
    """Return the heading of a declared column, or of what stands in its place; our name where neither is there."""
    position = raw.position(name)
    who, whats = INSTEAD.get(name, ("client", ()))
    for what in whats:
        position = raw.columns.persons.get((who, what)) if position is None else position
    return name if position is None else raw.sheet.headings[position]


def _clients(raw: RawTable, clients: People, key: KeyFile) -> dict[str, pl.Series]:
    codes = raw.columns.persons.get(("client", "code"))
    position = raw.position("client_id")
    if "client_id" not in raw.table.by_name or (position is None and codes is None):
        return {}
    if raw.table.name == "clients":
        return {"client_id": clients.ids}
    cells = raw.cells(position)
    cells = cells.zip_with(cells.is_not_null(), raw.cells(codes))

    def pseudonym(text: str) -> str:
        form = client_form(text)
        return clients.known.get(form) or key.pseudonym("client", form)

    return {"client_id": of_each(cells, pseudonym, TEXT)}


def _coaches(raw: RawTable, coaches: People, key: KeyFile) -> Replaced:
    """Ids of coaches wherever they are named: by id, address or name."""
    if "coach_id" not in raw.table.by_name:
        return {}, []
    cells = raw.cells(raw.position("coach_id"))
    for told in (raw.person("coach", "email"), raw.names("coach")):
        cells = cells.zip_with(cells.is_not_null(), told)
    if not cells.count() and raw.position("coach_id") is None:
        return {}, []
    if raw.table.name == "coaches":
        return {"coach_id": coaches.ids}, []
    cells = cells.set(of_each(cells, is_nobody, pl.Boolean()).fill_null(False), None)

    def pseudonym(text: str) -> str:
        found = key.address(text)
        return coaches.known.get(coach_form(text)) or coaches.known.get(found, found)

    def is_unclear(text: str) -> bool:
        return coach_form(text) in coaches.several or key.address(text) in coaches.several

    unclear = of_each(cells, is_unclear, pl.Boolean())
    lines = raw.lines().filter(unclear.fill_null(False))
    advice = said("Use the id or the address of the coach.")
    found = fault((raw.table.name, "coach_id"), said("the name stands for several coaches"), advice, lines)
    return {"coach_id": of_each(cells, pseudonym, TEXT)}, found


def _birth_years(raw: RawTable, years: pl.Series) -> Replaced:
    """Years of birth, from the identity code where the export has none; where it has both they must agree."""
    cells = raw.cells(raw.position("birth_year"))
    told = cells.cast(pl.Float64, strict=False).cast(pl.Int32, strict=False)
    differs = (told != years).fill_null(False)
    advice = said("Correct the one that is wrong.")
    problem = said("the year of birth is not that of the identity code")
    found = fault(("clients", "birth_year"), problem, advice, raw.lines().filter(differs))
    if raw.position("birth_year") is None and not years.count():
        return {}, []
    # Where the code is wrong, that is told; no year is missing besides.
    told = years.fill_null(SOME_YEAR).zip_with(raw.person("client", "code").is_not_null(), years)
    return {"birth_year": cells.zip_with(cells.is_not_null(), told.cast(TEXT))}, found


def _formulas(raw: RawTable, out: Mapping[str, pl.Series]) -> list[Fault]:
    """Formulas where persons should stand; in a workbook the sheet itself tells."""
    advice = said("Paste the column back as values.")
    faults: list[Fault] = []
    for name in out:
        position = raw.position(name)
        if raw.sheet.plain and position is not None:
            lines = raw.lines().filter(raw.cells(position).str.starts_with("=").fill_null(False))
            faults += fault((raw.table.name, name), said("a formula instead of a value"), advice, lines)
    return faults
