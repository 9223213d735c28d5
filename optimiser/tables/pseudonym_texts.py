"""What people write into cells that go out as they stand: no person of the export may be told of in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations, pairwise

import polars as pl

from optimiser.domain.columns import Column
from optimiser.domain.pseudonyms import Person
from optimiser.domain.texts import said
from optimiser.tables.faults import SECRET, Fault, fault, reaches
from optimiser.tables.pseudonym_forms import of_each, plain_id
from optimiser.tables.pseudonym_people import RawTable

PARAGRAPH = ("departures", "paragraph")
"""Table and column that hold a paragraph of a law and nothing else."""
PUBLIC = frozenset({"municipalities", "travel"})
"""Tables that tell of places alone."""
LEAST = 6
"""Characters from which an id with a digit is no code by chance."""
_LAW = (
    "laki|lai\\w*|asetu\\w*|pykäl\\w*|mom|moment\\w*|luku|luvu\\w*|koh[td]a\\w*|alakoh\\w*|artikl\\w*|nro|mukai\\w*|mukaan"
    "|lag|lagen|lagens|kap|kapit\\w*|punkt\\w*|artikel\\w*|förordning\\w*|enligt"
    "|act|decree|regulation|section\\w*|sec|subsection\\w*|paragraph\\w*|chapter\\w*|article\\w*|item|point|no"
    "|ja|tai|sekä|och|eller|samt|om|i|av|and|or|of|on|the|under|to|in|n|ssä|ssa|sen|s"
    "|julki\\w*|työvoima\\w*|yrityspalvelu\\w*|palvelu\\w*|järjestämi\\w*|edistämi\\w*|kotoutumi\\w*|kuntouttav\\w*|työtoimin\\w*"
    "|työttömyy\\w*|turva\\w*|ordnande\\w*|arbetskraft\\w*|service\\w*|främjande\\w*|integration\\w*|arranging|labour|force"
)
_LAW_WORD = re.compile(rf"(?:{_LAW}|[a-z]|[ivx]{{1,4}})")
_NUMBER = re.compile(r"[0-9]{1,4}[a-z]?")
_TOKENS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[^\s,;:()\"]+")
_NAME_WORDS = re.compile(r"[^\W\d_]{2,}(?:['-][^\W\d_]+)*")
_TELEPHONE = re.compile(r"(?:\+|00)[1-9][0-9-]{6,}[0-9]|0[1-9][0-9-]{6,}[0-9]")

Pair = tuple[str, str]
"""Two words of a name, in the order of the alphabet."""
Told = Callable[[str], bool]


def is_paragraph(text: str) -> bool:
    """Whether a text holds a paragraph of a law and nothing else: words of laws, numbers, single letters."""
    words = _TOKENS.findall(plain_id(text))
    if reaches(text) or not any(word[0].isdigit() for word in words):
        return False
    return all(_NUMBER.fullmatch(word) or _LAW_WORD.fullmatch(word) for word in words)


def free_text(raw: RawTable) -> pl.Series:
    """Whether the cell of each row where a paragraph should stand holds anything else."""
    cells = raw.cells(raw.position("paragraph") if raw.table.name == PARAGRAPH[0] else None)
    loose = of_each(cells, lambda text: not is_paragraph(text), pl.Boolean()).fill_null(False)
    return loose | _of_own_row(raw, cells, any_id=True)


def name_pairs(persons: Iterable[Person]) -> frozenset[Pair]:
    """Return every two words of each name; a coach's id may be a name."""
    found: set[Pair] = set()
    for person in persons:
        for text in (person.name, person.id):
            words = _NAME_WORDS.findall(plain_id(text)) if " " in text else []
            found.update(_pair(*two) for two in combinations(words, 2))
    return frozenset(found)


def long_ids(persons: Iterable[Person]) -> frozenset[str]:
    """Return the ids that are no word and no code by chance."""
    forms = {plain_id(person.id) for person in persons if len(person.id) >= LEAST}
    return frozenset(form for form in forms if any(c.isdigit() for c in form))


def told_of(raw: RawTable, kept: Iterable[str], pairs: frozenset[Pair], ids: frozenset[str]) -> list[Fault]:
    """Complain of cells that tell of a person, without the values.

    Parameters
    ----------
    raw : RawTable
        One table of the export.
    kept : iterable of str
        Declared columns that go out as they stand.
    pairs : frozenset
        From `name_pairs`.
    ids : frozenset of str
        From `long_ids`.
    """
    if raw.table.name in PUBLIC:
        return []
    faults: list[Fault] = []
    for name in kept:
        column = raw.table.by_name[name]
        if column.choices or column.kind not in ("text", "id", "code", "codes", "levels"):
            continue
        place, cells = (raw.table.name, name), raw.cells(raw.position(name))
        found = _matching(cells, lambda text: _names(text, pairs))
        problem = said("a person of this export is named here")
        faults += fault(place, problem, said("Take the name out of the cell."), raw.lines().filter(found))
        if column.kind == "id":
            continue
        found = _matching(cells, lambda text: not ids.isdisjoint(_PARTS.findall(plain_id(text))))
        problem = said("an id of a person of the export stands here")
        found |= _of_own_row(raw, cells, any_id=False)
        faults += fault(place, problem, said("Take the id out of the cell."), raw.lines().filter(found))
        found = _matching(cells, _telephone(column))
        advice = said("Take the number out of the cell.")
        faults += fault(place, said("a telephone number stands here"), advice, raw.lines().filter(found))
    return faults


def cells_kept(raw: RawTable, columns: Mapping[int, str]) -> list[tuple[str, pl.Series]]:
    """Return the cells of columns that are taken as they stand, free text emptied."""
    out: list[tuple[str, pl.Series]] = []
    for at, name in columns.items():
        cells = raw.sheet.cells[str(at)]
        if (raw.table.name, name) == PARAGRAPH and (loose := free_text(raw)).any():
            cells = raw.cells(at).set(loose, None)
        out.append((name, cells))
    return out


def _matching(cells: pl.Series, told: Told) -> pl.Series:
    return of_each(cells, told, pl.Boolean()).fill_null(False)


def _names(text: str, pairs: frozenset[Pair]) -> bool:
    words = _NAME_WORDS.findall(plain_id(text))
    return any(_pair(*two) in pairs for two in pairwise(words))


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one <= other else (other, one)


def _telephone(column: Column) -> Told:
    if column.kind == "text":
        return lambda text: reaches(text) and not re.search(SECRET, text)
    # Several codes in a cell look like the parts of one number.
    return lambda text: any(map(_TELEPHONE.fullmatch, _PARTS.findall(text)))


def _of_own_row(raw: RawTable, cells: pl.Series, any_id: bool) -> pl.Series:
    """Whether each cell holds the export's id of the client or coach of its row.

    A short id without letters, or one without digits, may as well be a code: it counts with `any_id` alone.
    """
    words = of_each(cells, lambda text: f" {' '.join(_PARTS.findall(plain_id(text)))} ", pl.String())
    found = pl.Series([False]).new_from_index(0, len(cells))
    for name in ("client_id", "coach_id"):
        own = of_each(raw.cells(raw.position(name)), plain_id, pl.String())
        mixed = own.str.contains("[0-9]") & (own.str.contains(r"\p{L}") | (own.str.len_chars() >= LEAST))
        own = own.set((~(mixed | any_id)).fill_null(True), None)
        frame = pl.DataFrame({"words": words, "own": pl.select(" " + pl.lit(own) + " ").to_series()})
        found |= frame.select(
            pl.col("words").str.contains(pl.col("own"), literal=True).fill_null(False)
        ).to_series()
    return found
