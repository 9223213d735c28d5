"""Who the clients and coaches of an export are, and which pseudonymous id each of them has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from optimiser.domain.columns import Table
from optimiser.domain.errors import OptimiserError
from optimiser.domain.pseudonyms import Person
from optimiser.domain.texts import said
from optimiser.tables.coach_forms import coach_form
from optimiser.tables.faults import Fault, fault
from optimiser.tables.parse_values import Cells, parse_flag
from optimiser.tables.personal_headings import What, Who
from optimiser.tables.pseudonym_columns import Columns
from optimiser.tables.pseudonym_forms import (
    client_form,
    code_year,
    like_code,
    of_each,
    plain_code,
    plain_id,
)
from optimiser.tables.pseudonym_key import KeyFile, Kind
from optimiser.tables.raw import Sheet

CODE = "identity_code"
"""Stands for the column of identity codes in faults."""
TEXT = pl.String()
COACH_NAMED: tuple[What, ...] = ("email", "name", "given", "family")
"""What may tell who a coach is where there is no id."""


@dataclass(frozen=True)
class RawTable:
    """One table of an export: the sheet as it stands, what it should be, and what its columns are."""

    sheet: Sheet
    table: Table
    columns: Columns

    def lines(self) -> pl.Series:
        """Line of each row."""
        return self.sheet.cells["line"]

    def position(self, name: str) -> int | None:
        """Where a declared column stands; None where it is missing."""
        return next((at for at, column in self.columns.ours.items() if column == name), None)

    def cells(self, position: int | None) -> pl.Series:
        """The cells of a column as trimmed text, empty ones null; all of them where there is no column."""
        if position is None:
            return pl.Series([None], dtype=TEXT).new_from_index(0, self.sheet.cells.height)
        text = self.sheet.cells[str(position)].cast(TEXT).str.strip_chars()
        return text.set((text == "").fill_null(False), None)

    def person(self, who: Who, what: What) -> pl.Series:
        """The cells of a column that tells who a person is."""
        return self.cells(self.columns.persons.get((who, what)))

    def names(self, who: Who) -> pl.Series:
        """The whole name of a person of each row."""
        parts = {"given": self.person(who, "given"), "family": self.person(who, "family")}
        joined = pl.concat_str("given", "family", separator=" ", ignore_nulls=True)
        both = pl.DataFrame(parts).select(pl.when(joined != "").then(joined)).to_series()
        whole = self.person(who, "name")
        return whole.zip_with(whole.is_not_null(), both)


@dataclass(frozen=True)
class People:
    """The persons of one kind.

    Attributes
    ----------
    ids : polars.Series
        Pseudonymous id of each row of their table.
    known : dict
        Form of an id, code, name or address to the pseudonymous id; only those that mean one person.
    several : frozenset of str
        Forms that mean several persons of the export.
    persons : dict
        Pseudonymous id to person, those of the key file among them.
    years : polars.Series
        Year of birth in the identity code of each row, null where there is none.
    faults : list of Fault
        What is wrong.
    """

    ids: pl.Series
    known: dict[str, str]
    several: frozenset[str]
    persons: dict[str, Person]
    years: pl.Series
    faults: list[Fault]


def clients_of(raw: RawTable, key: KeyFile) -> People:
    """Tell the clients of an export apart: by identity code where there is one, else by their id."""
    rows, faults = _client_rows(raw)
    by_code = _one_each((p.code, i) for i, p in key.clients.items())
    by_id = _one_each((plain_id(p.id), i) for i, p in key.clients.items() if p.id)
    given: dict[str, str] = {}
    ids: list[str | None] = []
    for code, bare, line, lost in rows.select("code", "bare", "line", "lost").iter_rows():
        found = by_code.get(code or "")
        if found is None and (same := by_id.get(bare or "")) is not None:
            found = same if not code or key.clients[same].code in ("", code) else None
        identity = f"line {line}" if lost else code or bare
        if found is None or lost:
            found = _hashed(key, "client", identity, given, key.clients) if identity else None
        ids.append(found)
    told, taken = _without_ids_of_others(rows.with_columns(id=pl.Series(ids, dtype=TEXT)), key)
    lost, sure = told.filter("lost"), told.filter(~pl.col("lost"))
    # Rows that are wrong are known as well, so that what names them is not wrong too.
    known = _pairs(lost, "bare") | _pairs(lost, "code") | by_id | by_code
    known |= _pairs(sure, "bare") | _pairs(sure, "code")
    persons = _remembered(sure, key.clients)
    years = of_each(told["code"], code_year, pl.Int32())
    return People(told["id"], known, frozenset(), persons, years, [*faults, *taken])


def _without_ids_of_others(rows: pl.DataFrame, key: KeyFile) -> tuple[pl.DataFrame, list[Fault]]:
    """Rows without a code whose id the key file knows as that of another row's person, apart from that person."""
    differ = [pl.col(c).drop_nulls().n_unique().over("id") > 1 for c in ("named", "born", "bare")]
    coded = pl.col("code").is_not_null()
    other = pl.col("id").is_not_null() & ~pl.col("lost") & ~coded & coded.any().over("id")
    found = rows.filter(other & pl.any_horizontal(differ))
    if found.is_empty():
        return rows, []
    advice = said(
        "Give the client another id in the client system; where it is one person, keep one of the rows."
    )
    problem = said("this id was that of another person, who is in this export with another id")
    own = {line: key.pseudonym("client", f"line {line}") for line in found["line"]}
    of_other = pl.col("line").is_in(found["line"].implode())
    own_id = pl.col("line").replace_strict(own, default=None, return_dtype=TEXT)
    rows = rows.with_columns(
        lost=pl.col("lost") | of_other, id=pl.when(of_other).then(own_id).otherwise("id")
    )
    return rows, fault(("clients", "client_id"), problem, advice, found["line"])


def _pairs(rows: pl.DataFrame, form: str) -> dict[str, str]:
    """Form of each row to its id."""
    return dict(rows.select(form, "id").drop_nulls().iter_rows())


def _client_rows(raw: RawTable) -> tuple[pl.DataFrame, list[Fault]]:
    """Columns line, code, bare (form of an id that is no code), email, id_text, name, protected, lost."""
    given, codes = raw.cells(raw.position("client_id")), raw.person("client", "code")
    rows = pl.DataFrame(
        {
            "line": raw.lines(),
            "given": given,
            "code_given": codes,
            "code_told": of_each(codes, _right_code, TEXT),
            "code_of_id": of_each(given, _right_code, TEXT),
            "like": of_each(given, like_code, pl.Boolean()),
            "name": raw.names("client"),
            "protected": _protected(raw),
            "year": raw.cells(raw.position("birth_year"))
            .cast(pl.Float64, strict=False)
            .cast(pl.Int32, strict=False),
        }
    ).with_columns(
        code=pl.coalesce("code_told", "code_of_id"),
        id_text=pl.when(pl.col("code_of_id").is_null()).then("given"),
        address=pl.lit(None, TEXT),
    )
    rows = rows.with_columns(
        bare=of_each(rows["id_text"], plain_id, TEXT),
        named=of_each(rows["name"], coach_form, TEXT),
        born=pl.coalesce(of_each(rows["code"], code_year, pl.Int32()), "year"),
    )
    found = [*_nameless(raw, rows["given"].is_null() & rows["code_given"].is_null()), *_client_faults(rows)]
    lines = pl.concat([rows["line"].clear(), *(f.rows["line"] for f in found)])
    return rows.with_columns(lost=pl.col("line").is_in(lines.implode())), found


def _right_code(text: str) -> str | None:
    return plain_code(text) if code_year(text) is not None else None


def _client_faults(rows: pl.DataFrame) -> list[Fault]:
    """Wrong identity codes, and ids or codes that stand for two people; never a value."""
    code, by_id = ("clients", CODE), ("clients", "client_id")
    wrong = rows.filter(pl.col("code_given").is_not_null() & pl.col("code_told").is_null())
    advice = said("Correct day, century sign and check character as in the population register.")
    problem = said("not a right identity code")
    found = fault(code, problem, advice, wrong["line"])
    like = rows.filter(pl.col("like"))
    if like["code_of_id"].count() >= like.height / 2:
        mistyped = like.filter(pl.col("code_of_id").is_null())
        found += fault(by_id, problem, advice, mistyped["line"])
    apart = rows.filter(pl.col("code_told") != pl.col("code_of_id"))
    advice = said("Keep the code that is right.")
    found += fault(code, said("two different identity codes in one row"), advice, apart["line"])
    told = rows.filter(pl.col("code").is_not_null() & pl.col("bare").is_not_null())
    twice = told.filter(pl.col("code").n_unique().over("bare") > 1)
    advice = said("Find out whose id it is, and give the other person another one.")
    problem = said("two people with one id: different identity codes")
    found += fault(by_id, problem, advice, twice["line"])
    shared = told.filter(pl.col("bare").n_unique().over("code") > 1)
    found += _two_people(("clients", "client_id"), rows.join(twice, on="line", how="anti"), "bare")
    advice = said("Keep the row of the person, or correct the code.")
    problem = said("one identity code stands for several client ids")
    return found + fault(code, problem, advice, shared["line"])


def _nameless(raw: RawTable, empty: pl.Series) -> list[Fault]:
    """Rows that hold something, but nothing of who it is about."""
    cells = [raw.cells(at).is_not_null().alias(str(at)) for at in range(len(raw.sheet.headings))]
    if not cells:
        return []
    lines = raw.lines().filter(empty & pl.DataFrame(cells).select(pl.any_horizontal(pl.all())).to_series())
    if raw.table.name == "coaches":
        advice = said("Fill in the id, the address or the name of the coach.")
        told = any(raw.columns.persons.get(("coach", what)) is not None for what in COACH_NAMED)
        problem = said("neither an id nor an address nor a name stands here")
        known = told or raw.position("coach_id") is not None
        return fault(("coaches", "coach_id"), problem, advice, lines) if known else []
    codes, ids = raw.columns.persons.get(("client", "code")), raw.position("client_id")
    advice = said("Fill in the identity code or the id of the client.")
    problem = said("neither an identity code nor a client id stands here")
    if codes is None and ids is None:
        return []
    return fault(("clients", CODE if ids is None else "client_id"), problem, advice, lines)


def _two_people(place: tuple[str, str], rows: pl.DataFrame, key: str) -> list[Fault]:
    """Rows of one id whose names or years of birth differ, where no identity code tells that it is one person."""
    rows = rows.filter(pl.col(key).is_not_null())
    alike = pl.col("code").is_not_null().all().over(key) & (pl.col("code").n_unique().over(key) == 1)
    differ = [pl.col(c).drop_nulls().n_unique().over(key) > 1 for c in ("named", "born")]
    found = rows.filter(pl.any_horizontal(differ) & ~alike)
    advice = said(
        "Give one of them another id in the client system; where it is one person, correct the name or the year "
        "and keep one of the rows."
    )
    problem = said("two people have one id: other names or years of birth")
    return fault(place, problem, advice, found["line"])


def _protected(raw: RawTable) -> pl.Series:
    """Whose address is protected; where the cell is wrong, the reader complains."""
    column = raw.table.by_name["protected_address"]
    cells = raw.cells(raw.position(column.name))
    flag, _ = parse_flag(Cells(("clients", column.name), column, cells, raw.lines()))
    return flag.fill_null(False)


def coaches_of(raw: RawTable, key: KeyFile) -> People:
    """Tell the coaches of an export apart: by their id, else their address, else their name."""
    rows, faults = _coach_rows(raw, key)
    by_id = _one_each((coach_form(p.id), i) for i, p in key.coaches.items())
    given: dict[str, str] = {}
    ids = [
        _hashed(key, "coach", f"line {line}", given, key.coaches)
        if lost
        else (by_id.get(form) or _hashed(key, "coach", form, given, key.coaches))
        if form
        else None
        for form, line, lost in rows.select("bare", "line", "lost").iter_rows()
    ]
    rows = rows.with_columns(id=pl.Series(ids, dtype=TEXT))
    persons = _remembered(rows.filter(~pl.col("lost")), key.coaches)
    present = frozenset(rows["id"].drop_nulls())
    primary = by_id | _one_each((coach_form(p.id), i) for i, p in persons.items() if i in present)
    pairs = [pair for i, p in persons.items() if i in present for pair in _aliases(i, p)]
    earlier = [pair for i, p in key.coaches.items() for pair in _aliases(i, p)]
    aliases = _one_each(pairs)
    several = {form for form, _ in pairs} - aliases.keys() - primary.keys() - set(map(key.address, primary))
    years = pl.Series([None], dtype=pl.Int32).new_from_index(0, rows.height)
    known = _one_each(earlier) | aliases | primary
    return People(rows["id"], known, frozenset(several), persons, years, faults)


def _coach_rows(raw: RawTable, key: KeyFile) -> tuple[pl.DataFrame, list[Fault]]:
    """Columns line, given, email, name, address, id_text, bare, named, born, code, protected, lost."""
    emails = raw.person("coach", "email")
    rows = pl.DataFrame(
        {
            "line": raw.lines(),
            "given": raw.cells(raw.position("coach_id")),
            "email": emails,
            "name": raw.names("coach"),
            "address": of_each(emails, key.address, TEXT),
        }
    ).with_columns(
        id_text=pl.coalesce("given", "email", "name"),
        code=pl.lit(None, TEXT),
        born=pl.lit(None, pl.Int32),
        protected=pl.lit(False),
    )
    rows = rows.with_columns(
        bare=of_each(rows["id_text"], coach_form, TEXT), named=of_each(rows["name"], coach_form, TEXT)
    )
    nameless = _nameless(raw, rows["bare"].is_null())
    twice = _two_people(("coaches", "coach_id"), rows, "bare")
    lines = pl.concat([rows["line"].clear(), *(f.rows["line"] for f in (*nameless, *twice))])
    # The first of two keeps the id, so that what names it is not wrong too.
    first = pl.col("bare").is_first_distinct() & pl.col("bare").is_not_null()
    return rows.with_columns(lost=pl.col("line").is_in(lines.implode()) & ~first), [*nameless, *twice]


def _aliases(found: str, person: Person) -> list[tuple[str, str]]:
    """What else than the id means a person: the name, and what the key makes of the address."""
    return [(text, found) for text in (person.name and coach_form(person.name), person.address) if text]


def _one_each(pairs: Iterable[tuple[str | None, str | None]]) -> dict[str, str]:
    """Form to id, without the forms that stand for several ids."""
    distinct = {(form, found) for form, found in pairs if form and found}
    counts = Counter(form for form, _ in distinct)
    return {form: found for form, found in distinct if counts[form] == 1}


def _hashed(key: KeyFile, kind: Kind, identity: str, given: dict[str, str], before: dict[str, Person]) -> str:
    """The id of an identity seen for the first time; two identities never share one."""
    found = key.pseudonym(kind, identity)
    other = before.get(found)
    form = client_form if kind == "client" else coach_form
    known = other is None or identity in (other.code, form(other.id))
    if given.setdefault(found, identity) != identity or not known:
        raise OptimiserError(
            said("Two people would have one pseudonymous id. Begin anew with another key file.")
        )
    return found


def _remembered(rows: pl.DataFrame, before: dict[str, Person]) -> dict[str, Person]:
    """The persons of the key file with those of the export, what is new about them in its place."""
    persons = dict(before)
    told = rows.filter(pl.col("id").is_not_null()).select(
        "id", *(pl.col(c).fill_null("") for c in ("id_text", "code", "name", "address")), "protected"
    )
    for found, text, code, name, address, protected in told.iter_rows():
        old = persons.get(found, Person())
        persons[found] = replace(
            old,
            id=text or old.id,
            code=code or old.code,
            name=name or old.name,
            address=address or old.address,
            protected=protected,
        )
    return persons
