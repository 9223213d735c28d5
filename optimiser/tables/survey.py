"""Reading the answers of an anonymous survey: whatever could tell who answered, or of whom, is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.month import SURVEY
from optimiser.domain.texts import Message, said
from optimiser.tables.faults import Fault, complaints, fault, masked, names_somebody, reaches
from optimiser.tables.headings import known_headings, match_headings, plain
from optimiser.tables.parse import parse_table
from optimiser.tables.personal import personal_data
from optimiser.tables.raw import Sheet
from optimiser.tables.sources import load, only_source
from optimiser.tables.texts import table_text

_MONTHS = (
    r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})(-[0-9]{1,2}([ T].*)?)?$",
    r"^([0-9]{1,2}\.\s?)?(?P<month>[0-9]{1,2})[./]\s?(?P<year>[0-9]{4})$",
)
"""`2024-05`, `2024-05-17`; `5/2024`, `5.2024`, `17.5.2024`."""
LONGEST_QUESTION = 120
_TELLING_ID = re.compile(r"[0-9]{5,}|(?=.*[0-9])(?=.*[A-Za-z]).{3,}")
"""Ids that are no word or number of a sentence."""
_ID_WORDS = re.compile(r"[a-z0-9][a-z0-9._-]*[a-z0-9]")


def read_survey(
    file: Path, areas: Collection[str], ids: Collection[str], days: tuple[Date, Date]
) -> pl.DataFrame:
    """Read and validate the answers of a survey.

    Parameters
    ----------
    file : Path
        CSV, Parquet, or a workbook with a sheet `survey` (or only one sheet).
    areas : collection of str
        Areas of the region.
    ids : collection of str
        Ids of clients and coaches, which no question may hold.
    days : (datetime.date, datetime.date)
        First and last day of the snapshots that the answers are joined to.

    Returns
    -------
    polars.DataFrame
        area, month (its first day), question, answer; sorted, without any order of the file.

    Raises
    ------
    InputError
        With every complaint: columns that are not declared among them, since they may identify.
    """
    if not file.is_file():
        advice = said("Name the file with the answers.")
        raise InputError([Complaint(str(file), 0, "", "", said("there is no such file"), advice)])
    sheet = load(only_source(file, SURVEY))
    strange = _strange(sheet)
    at, _ = match_headings(sheet, SURVEY, {})
    personal, hidden = personal_data(sheet, SURVEY, at)
    told = {complaint.column for complaint in personal}
    wrong = [*(c for c in _refused(sheet, strange) if not c.column or c.column not in told), *personal]
    text, faults, more = table_text(_without(sheet, strange), SURVEY, {})
    frame = SURVEY.empty()
    if text.headings:
        frame, found = parse_table(text)
        frame = frame.with_columns(_month(frame["month"]))
        faults += [*found, *_bad_months(frame), *_other_months(frame, days), *_unknown_areas(frame, areas)]
        faults += _telling_questions(frame, ids)
    names = frozenset((SURVEY.name, name) for name in (*hidden, "question"))
    wrong += [*more, *complaints(faults, {SURVEY.name: sheet.file}, {SURVEY.name: text.headings}, names)]
    if wrong:
        raise InputError(wrong)
    months = frame.select("area", pl.col("parsed").alias("month"), "question", "answer")
    return months.sort("month", "question", "area", "answer")


def _strange(sheet: Sheet) -> list[int]:
    """Positions of the columns that an anonymous survey does not have."""
    known = known_headings(SURVEY)
    return [position for position, heading in enumerate(sheet.headings) if plain(heading) not in known]


def _refused(sheet: Sheet, strange: list[int]) -> list[Complaint]:
    names = ", ".join(column.name for column in SURVEY.columns)
    advice = said("Delete the column: an anonymous survey has {names} alone.", names=names)
    problem = said("a column that may tell who answered, or of whom")
    found = []
    for position in strange:
        if sheet.headings[position] or sheet.cells[str(position)].null_count() < sheet.cells.height:
            place = masked(sheet.headings[position])
            found.append(Complaint(sheet.file, 0, place, "", problem, advice))
    return found


def _without(sheet: Sheet, strange: list[int]) -> Sheet:
    """The sheet without some of its columns."""
    kept = [position for position in range(len(sheet.headings)) if position not in strange]
    cells = sheet.cells.select(*(str(position) for position in kept), "line")
    cells.columns = [*(str(place) for place in range(len(kept))), "line"]
    return replace(sheet, headings=tuple(sheet.headings[position] for position in kept), cells=cells)


def _month(values: pl.Series) -> pl.Series:
    """The first day of each month, null where there is none."""
    text = pl.col("month").cast(pl.String).str.strip_chars()
    parts = [text.str.extract_groups(form) for form in _MONTHS]
    year, month = (
        pl.coalesce(part.struct.field(name) for part in parts).cast(pl.Int32, strict=False)
        for name in ("year", "month")
    )
    possible = month.is_between(1, 12) & year.is_between(1900, 2200)
    day = pl.date(pl.when(possible).then(year), pl.when(possible).then(month), 1)
    return values.to_frame().select(day.alias("parsed")).to_series()


def _bad_months(frame: pl.DataFrame) -> list[Fault]:
    rows = frame.filter(pl.col("parsed").is_null() & pl.col("month").is_not_null())
    advice = said("Write it as 2024-05 or 5/2024, or give a day in it.")
    return fault((SURVEY.name, "month"), said("not a month"), advice, rows["line"], rows["month"])


def _other_months(frame: pl.DataFrame, days: tuple[Date, Date]) -> list[Fault]:
    """Months that no snapshot is of; one of the first days of a month may be the end of the month before."""
    first, last = days
    before = (first.replace(day=1) - timedelta(days=1)).replace(day=1)
    rows = frame.filter(~pl.col("parsed").is_between(before, last))
    problem = said("a month outside of those of the snapshots")
    advice = said(
        "Correct it, or give the snapshots of that month; they are of {first} to {last}.",
        first=first,
        last=last,
    )
    return fault((SURVEY.name, "month"), problem, advice, rows["line"], rows["month"])


def _telling_questions(frame: pl.DataFrame, ids: Collection[str]) -> list[Fault]:
    """Questions by which somebody could be told; they are not repeated."""
    known = {i.casefold() for i in ids if _TELLING_ID.fullmatch(i)}
    checks: tuple[tuple[Callable[[str], bool], Message], ...] = (
        (lambda text: any(w in known for w in _ID_WORDS.findall(text.casefold())),
         said("the question holds the id of a client or of a coach")),
        (lambda text: reaches(text) or names_somebody(text),
         said("the question holds a name, a telephone number, an e-mail address or an identity code")),
        (lambda text: len(text) > LONGEST_QUESTION,
         said("the question has more than {count} characters", count=LONGEST_QUESTION)),
    )  # fmt: skip
    advice = said(
        "Ask one short question of everybody; nobody's answers may be told apart. It is not shown here."
    )
    questions = frame["question"].cast(pl.String)
    asked = questions.drop_nulls().unique().sort()
    faults: list[Fault] = []
    for tells, problem in checks:
        found = [text for text in asked if tells(text)]
        lines = frame["line"].filter(questions.is_in(found).fill_null(False))
        faults += fault((SURVEY.name, "question"), problem, advice, lines)
    return faults


def _unknown_areas(frame: pl.DataFrame, areas: Collection[str]) -> list[Fault]:
    rows = frame.filter(pl.col("area").is_not_null() & ~pl.col("area").is_in(sorted(areas)))
    advice = said(
        "Write the areas as in the table of municipalities: {areas}.", areas=", ".join(sorted(areas))
    )
    return fault((SURVEY.name, "area"), said("an unknown area"), advice, rows["line"], rows["area"])
