"""Things wrong with many rows at once, and how they become complaints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from optimiser.domain.errors import Complaint
from optimiser.domain.texts import several
from optimiser.tables.names import GIVEN_NAMES, SURNAMES

SHOWN = 50
"""Complaints shown of one kind about one column."""
LONGEST_VALUE = 40
SECRET = r"[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]|@"
"""A value that looks like this (identity code, e-mail address) is never repeated."""
ALSO_PLACES = frozenset({"lahti", "nousiainen", "salo"})
"""Names of persons that, standing alone, are towns."""
NAMES = frozenset({*GIVEN_NAMES, *SURNAMES}) - {"per", "jan"}
"""Names by which a text tells of a person; without those that are words of headings (per month, Jan)."""
_SECRET = re.compile(SECRET)
_TELEPHONE = re.compile(
    r"(?:\+|(?<![\w.-])00)[1-9][0-9 -]{6,}[0-9]|(?<![\w.-])(?![0-9]{2}-[0-9]{2}-[0-9]{4})0[1-9][0-9 -]{6,}[0-9]"
)
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_TWO_NAMES = re.compile(
    r"\s*[A-ZÅÄÖÉÜ][a-zåäöéü]+(?:-[A-ZÅÄÖÉÜ][a-zåäöéü]+)?(?:,\s*|\s+)[A-ZÅÄÖÉÜ][a-zåäöéü]+(?:[\s-][A-ZÅÄÖÉÜ][a-zåäöéü]+)*\s*"
)


@dataclass(frozen=True)
class Fault:
    """One thing wrong with some rows of a table.

    Attributes
    ----------
    table, column : str
        Our names; column empty where the whole row is meant.
    problem : str
        What is wrong, in words.
    rows : polars.DataFrame
        Columns line (Int32), value and advice (String).
    stops : bool
        True where setting the row aside is no way out.
    filled : bool
        True where a row set aside may be used with the policy's default in this column.
    words : mapping
        Advice as it stands in `rows` to the message it was made of, which can be said in other languages.
    """

    table: str
    column: str
    problem: str
    rows: pl.DataFrame
    stops: bool = False
    filled: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    def without(self, lines: pl.Series) -> Fault:
        """The same fault, less the rows at some lines."""
        if not len(lines):
            return self
        return replace(self, rows=self.rows.filter(~pl.col("line").is_in(lines.implode())))


def fault(
    place: tuple[str, str],
    problem: str,
    advice: str,
    lines: pl.Series,
    values: pl.Series | None = None,
    *,
    stops: bool = False,
) -> list[Fault]:
    """Return the fault as a list: empty where no row has it.

    Parameters
    ----------
    place : (str, str)
        Table and column.
    problem, advice : str
        What is wrong and what to try.
    lines : polars.Series
        Lines of the rows that have it.
    values : polars.Series, optional
        Their offending values, of any type.
    stops : bool
        As in `Fault`.
    """
    if not len(lines):
        return []
    shown = pl.lit("") if values is None else values.cast(pl.String).fill_null("").alias("value")
    rows = pl.DataFrame({"line": lines.cast(pl.Int32)}).with_columns(
        shown.alias("value"), pl.lit(advice).alias("advice")
    )
    return [Fault(*place, problem, rows, stops, words={advice: advice})]


def complaints(
    faults: Iterable[Fault],
    files: Mapping[str, str],
    headings: Mapping[str, Mapping[str, str]],
    hidden: frozenset[tuple[str, str]] = frozenset(),
) -> list[Complaint]:
    """Return faults as complaints, at most `SHOWN` and a count of one kind.

    Parameters
    ----------
    faults : iterable of Fault
        What is wrong.
    files : mapping
        Table name to file.
    headings : mapping
        Table name to our column name to heading.
    hidden : frozenset of (str, str)
        Table and column whose values are never repeated.
    """
    kinds: dict[tuple[str, str, str], list[pl.DataFrame]] = {}
    words: dict[str, str] = {}
    for found in faults:
        if found.rows.height:
            kinds.setdefault((found.table, found.column, found.problem), []).append(found.rows)
            words.update(found.words)
    out: list[Complaint] = []
    for (table, column, problem), parts in kinds.items():
        rows = pl.concat(parts)
        heading = masked(headings.get(table, {}).get(column, column)) or column
        shown = _shown(rows, (table, column) in hidden)
        out += [
            Complaint(files[table], line, heading, v, problem, words.get(advice, advice))
            for line, v, advice in shown
        ]
        if rows.height > SHOWN:
            more = several(
                "{problem} (and {count:,} more row like it)",
                "{problem} (and {count:,} more rows like it)",
                rows.height - SHOWN,
                problem=problem,
            )
            out[-1] = replace(out[-1], problem=more)
    return out


def _shown(rows: pl.DataFrame, hide: bool) -> list[tuple[int, str, str]]:
    first = rows.bottom_k(SHOWN, by=["line", "value"]).sort("line", "value", "advice")
    secret = pl.repeat(True, first.height, eager=True) if hide else telling(first["value"])
    short = pl.col("value").str.slice(0, LONGEST_VALUE)
    return first.with_columns(pl.when(secret).then(pl.lit("")).otherwise(short).alias("value")).rows()


def telling(values: pl.Series) -> pl.Series:
    """Whether each value may tell of a person and is not to be repeated: True or False a value.

    Beside what `masked` hides, two words that begin with capitals are taken for a name.
    """
    given = values.drop_nulls().unique().sort()
    found = [text for text in given if not masked(text) or _TWO_NAMES.fullmatch(text)]
    return values.is_in(found).fill_null(False)


def masked(text: str) -> str:
    """Return a heading, a value or the name of a sheet, shortened; nothing where it may tell of a person.

    Hidden are identity codes, e-mail addresses, telephone numbers, common names of persons in any of
    their usual forms, and several words with digits among them (a year alone is none).
    """
    words = _WORDS.findall(text)
    numbered = len(words) > 1 and bool(re.search("[0-9]", _YEAR.sub("", text)))
    named = text.strip().casefold() not in ALSO_PLACES and any(map(_is_name, words))
    return "" if numbered or named or reaches(text) else text[:LONGEST_VALUE]


def reaches(text: str) -> bool:
    """Whether a text holds an identity code, an e-mail address or a telephone number."""
    return bool(_SECRET.search(text) or _TELEPHONE.search(text))


def names_somebody(text: str) -> bool:
    """Whether a sentence names a person: a name with a capital inside it, or two names side by side.

    A name that begins a sentence alone may be a verb ("Anna arvosana", give a grade).
    """
    for sentence in re.split(r"[.?!:;]\s+", text):
        words = _WORDS.findall(sentence)
        known = [_is_name(word) for word in words]
        if any(known[i] and words[i].istitle() for i in range(1, len(words))):
            return True
        if any(known[i] and known[i + 1] for i in range(len(words) - 1)):
            return True
    return False


def _is_name(word: str) -> bool:
    """Whether a word is a common name of a person, as it is or with an ending of Finnish or Swedish."""
    return any(form in NAMES for form in _forms(word.casefold()))


def _forms(word: str) -> tuple[str, ...]:
    """What a word may be a form of: Annan and Annas of Anna, Virtasen of Virtanen."""
    cut = word[:-1] if len(word) > 3 and word[-1] in "ns" else word
    return (word, cut, f"{word[:-3]}nen" if word.endswith("sen") else word)
