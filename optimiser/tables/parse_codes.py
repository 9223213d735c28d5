"""Codes, lists of codes and language levels: understood once per distinct text, then spread."""

from __future__ import annotations

import difflib
import re

import polars as pl

from optimiser.domain.columns import Column
from optimiser.domain.schema import LEVELS
from optimiser.domain.texts import said
from optimiser.tables.faults import Fault
from optimiser.tables.languages import LANGUAGES, language_advice
from optimiser.tables.parse_values import Cells, Parsed

LANGUAGE_COLUMNS = frozenset({"language", "languages", "other_languages"})
THREE_DIGITS = frozenset({("municipalities", "municipality"), ("municipalities", "neighbours")})
NAMED_CODES = frozenset({("municipalities", "area")})
"""Codes that may be names with spaces."""
LOST_ZERO = said("a code that lost its leading zero")
_PART = re.compile(r"[^\s,;\x00-\x1f\x7f]{1,64}")
_NAMED = re.compile(r"[^\x00-\x1f\x7f]{1,64}")
_LEVEL = re.compile(r"([a-z]{2,3}):([A-Z0-9]+)")

Objection = tuple[str, str]
"""What is wrong, and what to try."""
TWO_LEVELS: Objection = (said("a language with two levels"), said("Keep the level that holds now."))


def parse_codes(cells: Cells) -> Parsed:
    """One code, or a list of them as unique parts, sorted and apart by single spaces."""
    direct = cells.raw.dtype in (pl.Categorical, pl.Enum, pl.String)
    coded = (cells.raw if direct else cells.raw.cast(pl.String)).cast(pl.Categorical)
    given = coded.drop_nulls().unique().cast(pl.String).sort()
    if not len(given):
        return pl.Series(cells.raw.name, [None], dtype=pl.Categorical).new_from_index(0, len(coded)), []
    parts = _parts(given, cells.column)
    known, bad, words = _judged(parts, cells)
    understood = _joined(given, parts.join(known, on="part"))
    found = _faults(cells, coded, bad, words)
    wrong = bad["given"].implode() if bad.height else pl.Series([[]], dtype=pl.List(pl.String))
    understood = understood.with_columns(
        pl.when(~pl.col("given").is_in(wrong)).then(pl.col("normal")).alias("normal")
    )
    if understood["given"].equals(understood["normal"]):
        return coded, found
    spread = coded.cast(pl.String).replace_strict(
        understood["given"], understood["normal"], default=None, return_dtype=pl.String
    )
    return spread.cast(pl.Categorical), found


def _parts(given: pl.Series, column: Column) -> pl.DataFrame:
    """Columns given and part: the codes in each distinct text."""
    frame = pl.DataFrame({"given": given})
    if column.kind == "code":
        return frame.with_columns(part=pl.col("given").str.strip_chars())
    tidy = pl.col("given").str.replace_all(r"\s*:\s*", ":").str.replace_all(r"[,;\s]+", " ").str.strip_chars()
    split = frame.with_columns(part=tidy.str.split(" ")).explode("part")
    return split.filter(pl.col("part") != "")


def _judged(parts: pl.DataFrame, cells: Cells) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, str]]:
    """Columns part and normal of all parts; given, part, problem, advice of the bad ones; their messages."""
    distinct = parts["part"].unique().sort().to_list()
    normal = [_normal(part, cells.column) for part in distinct]
    known = pl.DataFrame(
        {"part": distinct, "normal": normal}, schema={"part": pl.String, "normal": pl.String}
    )
    judged = [(p, *o) for p, n in zip(distinct, normal, strict=True) if (o := _objection(n, cells))]
    words = {text: text for text in (*TWO_LEVELS, *(text for _, *both in judged for text in both))}
    schema = {"part": pl.String(), "problem": pl.String(), "advice": pl.String()}
    bad = parts.join(pl.DataFrame(judged, schema=schema, orient="row"), on="part")
    if cells.column.kind == "levels":
        bad = pl.concat([bad.select("given", *schema), _two_levels(parts.join(known, on="part"))])
    return known, bad.select("given", *schema).sort("given", "part").unique("given", keep="first"), words


def _two_levels(parts: pl.DataFrame) -> pl.DataFrame:
    """Texts that give one language two levels, as `_judged` gives bad ones."""
    language = pl.col("normal").str.split(":").list.first()
    twice = parts.unique(["given", "normal"]).group_by("given", language.alias("part")).len()
    return twice.filter(pl.col("len") > 1).select(
        "given",
        "part",
        problem=pl.lit(TWO_LEVELS[0]),
        advice=pl.lit(TWO_LEVELS[1]),
    )


def _joined(given: pl.Series, parts: pl.DataFrame) -> pl.DataFrame:
    """Columns given (in order) and normal."""
    normal = parts.group_by("given").agg(pl.col("normal").unique().sort().str.join(" "))
    return pl.DataFrame({"given": given}).join(normal, on="given", how="left", maintain_order="left")


def _faults(cells: Cells, coded: pl.Series, bad: pl.DataFrame, words: dict[str, str]) -> list[Fault]:
    if not bad.height:
        return []
    cell = pl.DataFrame({"line": cells.lines.cast(pl.Int32), "given": coded.cast(pl.String)})
    rows = cell.filter(pl.col("given").is_in(bad["given"].implode())).join(bad, on="given")
    shown = rows.select("line", value="part", advice="advice", problem="problem")
    return [
        Fault(
            *cells.place,
            words[problem],
            shown.filter(pl.col("problem") == problem).drop("problem"),
            words=words,
        )
        for problem in bad["problem"].unique().sort()
    ]


def _normal(part: str, column: Column) -> str:
    if column.kind == "levels":
        language, colon, level = part.partition(":")
        return language.lower() + colon + level.upper()
    if column.choices or column.name in LANGUAGE_COLUMNS:
        return part.lower()
    return part


def _objection(part: str, cells: Cells) -> Objection | None:
    """What is wrong with a code, and what to try; None where nothing is."""
    column = cells.column
    if column.kind == "levels":
        return _level_objection(part)
    if column.name in LANGUAGE_COLUMNS:
        return _language_objection(part)
    if column.choices:
        return _choice_objection(part, column)
    if cells.place in THREE_DIGITS:
        return _municipality_objection(part)
    shape = _NAMED if cells.place in NAMED_CODES else _PART
    if not shape.fullmatch(part):
        advice = said("Use at most 64 letters, digits and signs, without spaces inside a code.")
        return said("not a code"), advice
    return None


def _language_objection(code: str) -> Objection | None:
    return None if code in LANGUAGES else (said("an unknown language code"), language_advice(code))


def _level_objection(part: str) -> Objection | None:
    match = _LEVEL.fullmatch(part)
    if not match:
        return said("not a language with its level"), said("Write it as en:B1, several apart by spaces.")
    if match[2] not in LEVELS:
        return said("an unknown language level"), said("Use one of {choices}.", choices=", ".join(LEVELS))
    return _language_objection(match[1])


def _choice_objection(part: str, column: Column) -> Objection | None:
    if part in column.choices:
        return None
    near = difflib.get_close_matches(part, column.choices, 1, 0.6)
    choices = ", ".join(column.choices)
    if near:
        advice = said("Did you mean {near}? Use one of {choices}.", near=near[0], choices=choices)
        return said("an unknown code"), advice
    return said("an unknown code"), said("Use one of {choices}.", choices=choices)


def _municipality_objection(code: str) -> Objection | None:
    if re.fullmatch(r"[0-9]{3}", code):
        return None
    if re.fullmatch(r"[0-9]{1,2}", code):
        return LOST_ZERO, said("Write {code} and keep the column as text.", code=code.zfill(3))
    advice = said("Use the three digits of Statistics Finland, such as 837.")
    return said("not a municipality code"), advice
