"""What each column of an export is: one of ours, who a person is, or nothing that is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from optimiser.domain.columns import Table
from optimiser.tables.faults import masked
from optimiser.tables.headings import PERSONAL, known_headings, plain
from optimiser.tables.personal import held_by
from optimiser.tables.raw import Sheet

Who = Literal["client", "coach"]
What = Literal["code", "email", "given", "family", "name"]

_WORDS: dict[What, str] = {
    "code": "henkilotunnus hetu sotu personalidentitycode personalidentitynumber identitycode ssn "
    "socialsecuritynumber personbeteckning",
    "email": "email emailaddress sahkoposti sahkopostiosoite epost epostadress",
    "given": "etunimi etunimet kutsumanimi firstname forename givenname fornamn",
    "family": "sukunimi lastname surname familyname efternamn",
    "name": "nimi kokonimi name fullname namn",
}
_MEANING: dict[str, What] = {word: what for what, words in _WORDS.items() for word in words.split()}
_PREFIXES: dict[str, Who] = {
    "asiakkaan": "client",
    "asiakas": "client",
    "client": "client",
    "klientens": "client",
    "klient": "client",
    "valmentajan": "coach",
    "valmentaja": "coach",
    "ohjaajan": "coach",
    "coach": "coach",
}
_MORE_PERSONAL = """
puh puhelinnro gsm matkapuhelin mobile mobilenumber telephone telefon lahiosoite katu postiosoite street
streetaddress homeaddress adress postinumero postcode zipcode postnummer syntymaaika birthdate dateofbirth
fodelsedatum kansalaisuus nationality citizenship sukupuoli sex gender kon aidinkieli mothertongue uskonto
religion siviilisaaty maritalstatus diagnoosi diagnosis lisatiedot lisatieto huomautukset huomautus huomio huom
muistiinpano muistiinpanot notes note comment comments kommentti kommentit vapaateksti freetext tilinumero iban
"""
PERSONAL_HEADINGS = PERSONAL | frozenset(_MORE_PERSONAL.split())
OWN_PERSONS: dict[str, Who] = {"clients": "client", "coaches": "coach", "absences": "coach"}
"""Table to whom a heading such as `name` means that does not say whose."""


@dataclass(frozen=True)
class Columns:
    """The columns of one sheet, by position.

    Attributes
    ----------
    ours : dict
        Position to the name of the declared column; the same name twice is a fault of the file.
    persons : dict
        Who and what to position, of the first such column.
    dropped : tuple of (str, str)
        Heading (or number) and reason (a choice of `DROPPED.reason`) of all others.
    """

    ours: dict[int, str]
    persons: dict[tuple[Who, What], int]
    dropped: tuple[tuple[str, str], ...]


def columns_of(sheet: Sheet, table: Table, own: Mapping[str, str]) -> Columns:
    """Tell the columns of a sheet apart.

    Parameters
    ----------
    sheet : Sheet
        As it stands in the export.
    table : Table
        What it should be.
    own : mapping
        Plain own heading to column name.
    """
    known = known_headings(table)
    ours: dict[int, str] = {}
    persons: dict[tuple[Who, What], int] = {}
    dropped: list[tuple[str, str]] = []
    for position, heading in enumerate(sheet.headings):
        column = table.by_name.get(own.get(plain(heading), "")) or known.get(plain(heading))
        if column is not None:
            ours[position] = column.name
            continue
        cells = sheet.cells[str(position)]
        meant = _meant(heading, table)
        if meant is not None:
            persons.setdefault(meant, position)
        if heading or cells.null_count() < len(cells):
            dropped.append((masked(heading) or f"#{position + 1}", _reason(heading, cells)))
    return Columns(ours, persons, tuple(dropped))


def _meant(heading: str, table: Table) -> tuple[Who, What] | None:
    """Whom and what about them a heading means; None where nothing that tells who a person is."""
    word = plain(heading)
    for prefix, who in _PREFIXES.items():
        rest = word.removeprefix(prefix)
        if rest != word and rest in _MEANING:
            return who, _MEANING[rest]
    what = _MEANING.get(word)
    if what is None or (table.name not in OWN_PERSONS and what != "code"):
        return None
    return OWN_PERSONS.get(table.name, "client"), what


def _reason(heading: str, cells: pl.Series) -> str:
    word = plain(heading)
    bare = {word} | {word.removeprefix(prefix) for prefix in _PREFIXES}
    if bare & (PERSONAL_HEADINGS | _MEANING.keys()) or held_by(cells, named=True, alone=True):
        return "personal"
    return "not_needed"
