"""`optimiser month`: the month-end figures of some snapshots, or who is due for the satisfaction survey."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from optimiser.cli.plan_folder import opened
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.month import DEFINITIONS, MONTH, OUTFLOW, SAMPLE, SATISFACTION
from optimiser.domain.policy import Policy
from optimiser.domain.texts import Message, said, several
from optimiser.quality.month.definitions import definitions
from optimiser.quality.month.figures import month_figures
from optimiser.quality.month.levels import Level, level_of
from optimiser.quality.month.sample import sample_of
from optimiser.quality.month.survey import satisfaction
from optimiser.reports.month import (
    MonthFacts,
    definition_rows,
    headlines,
    month_json,
    write_month_book,
    write_month_page,
)
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.tables.staged import staged
from optimiser.tables.survey import read_survey
from optimiser.tables.write import write_table
from optimiser.workspace import current, is_workspace
from optimiser.workspace.months import month_ends

CALL = "optimiser month"
FILES = (
    "month.html",
    "month.xlsx",
    "month.json",
    "month.csv",
    "month_outflow.csv",
    "month_definitions.csv",
    "month_survey.csv",
)
SAMPLE_FILE = "sample.csv"


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    snapshots: tuple[Path, ...]
    out: Path
    survey: Path | None
    sample: bool
    policy: Path | None
    headings: Path | None
    finnish: bool


def write_month(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    if wishes.sample and wishes.survey is not None:
        advice = said("Ask for the sample first, and give the answers when they have come.")
        problem = said("a sample and its answers cannot be asked for in one call")
        raise InputError([Complaint(CALL, 0, "--sample", "", problem, advice)])
    with Stopwatch() as watch:
        policy = read_policy(wishes.policy)
        with watch.phase("read"):
            levels, notices = _read(wishes, policy, watch)
        if wishes.sample:
            _write_sample(wishes, levels)
            return
        with watch.phase("month"):
            survey, joined = _survey(wishes.survey, levels)
            found = month_figures(levels)
            told = definitions(policy, found.dates)
            facts = MonthFacts(found, policy, told, survey, tuple(notices))
        with watch.phase("write"), staged(wishes.out, _replaced(wishes.out, FILES)) as stage:
            _write(stage, facts, wishes.finnish)
    for line in (*notices, *headlines(facts), *joined):
        tell(line)
    tell(opened(FILES[:2], wishes.out, watch.total()))


def _read(wishes: Wishes, policy: Policy, watch: Stopwatch) -> tuple[list[Level], list[Message | str]]:
    """The snapshots by date, each reduced to what the figures need, and what the reader assumed."""
    folders, notices = _folders(wishes.snapshots)
    levels: list[tuple[Level, Path]] = []
    for at, folder in enumerate(folders, start=1):
        watch.say(said("snapshot {at} of {all}", at=at, all=len(folders)))
        snapshot = read_snapshot(folder, policy=policy, headings=wishes.headings)
        notices += [said("{day}: {notice}", day=snapshot.date, notice=notice) for notice in snapshot.notices]
        levels.append((level_of(snapshot, policy), folder))
    levels.sort(key=lambda pair: (pair[0].date, str(pair[1])))
    _refuse_others(levels)
    return [level for level, _folder in levels], notices


def _folders(given: tuple[Path, ...]) -> tuple[list[Path], list[Message | str]]:
    """What is read: a workspace alone stands for its months, beside others for its present snapshot."""
    if len(given) > 1 or not is_workspace(given[0]):
        return [current(path) for path in given], []
    kept, purged = month_ends(given[0])
    notices: list[Message | str] = []
    if purged:
        notices.append(
            several(
                "{count} month has no snapshot in the workspace any more: it was purged.",
                "{count} months have no snapshot in the workspace any more: they were purged.",
                purged,
            )
        )
    return list(kept), notices


def _refuse_others(levels: list[tuple[Level, Path]]) -> None:
    """Raise where two snapshots are of one date, or of different regions."""
    wrong = []
    first, _folder = levels[0]
    codes = set(first.places["municipality"])
    for (before, _), (level, folder) in itertools.pairwise(levels):
        if level.date == before.date:
            problem = said("another snapshot of the same day, {day}, is given", day=level.date)
            advice = said("Give one snapshot a day.")
            wrong.append(Complaint(str(folder), 0, "", "", problem, advice))
        named = first.region and level.region and first.region != level.region
        if named or not codes & set(level.places["municipality"]):
            problem = said("a snapshot of another region than the first")
            advice = said("Give snapshots of one region; its name stands in the table snapshot.")
            wrong.append(Complaint(str(folder), 0, "region", level.region, problem, advice))
    if wrong:
        raise InputError(wrong)


def _survey(file: Path | None, levels: list[Level]) -> tuple[pl.DataFrame | None, list[Message]]:
    """The figures of the survey, and a sentence on how many answers they are of."""
    if file is None:
        return None, []
    areas = {area for level in levels for area in level.places["area"]}
    ids = {i for level in levels for i in (*level.clients["client_id"], *level.posts["coach_id"])}
    days = levels[0].date, levels[-1].date
    answers = read_survey(file, areas, ids, days)
    figures = satisfaction(answers)
    shown = figures.filter((pl.col("level") == "area") & pl.col("answers").is_not_null())["area"].n_unique()
    told = several(
        "{count:,} answer of the survey was joined; areas shown: {shown:,}, held back for few answers: {held:,}.",
        "{count:,} answers of the survey were joined; areas shown: {shown:,}, held back for few answers: {held:,}.",
        answers.height,
        shown=shown,
        held=answers["area"].n_unique() - shown,
    )
    return figures, [told]


def _write(stage: Path, facts: MonthFacts, finnish: bool) -> None:
    spoken = texts()
    write_table(facts.month.rows, MONTH, stage / "month.csv", finnish)
    write_table(facts.month.outflow, OUTFLOW, stage / "month_outflow.csv", finnish)
    rows = definition_rows(facts.definitions, spoken)
    write_table(rows, DEFINITIONS, stage / "month_definitions.csv", finnish)
    if facts.survey is not None:
        write_table(facts.survey, SATISFACTION, stage / "month_survey.csv", finnish)
    text = json.dumps(month_json(facts, spoken), indent=1) + "\n"
    (stage / "month.json").write_text(text, encoding="utf-8")
    write_month_page(facts, stage / "month.html", spoken.language)
    write_month_book(facts, stage / "month.xlsx", spoken.language)


def _write_sample(wishes: Wishes, levels: list[Level]) -> None:
    """Write the ids of who is due for the survey; on the screen stands only how many they are."""
    since, sample = sample_of(levels)
    with staged(wishes.out, _replaced(wishes.out, (SAMPLE_FILE,))) as stage:
        write_table(sample, SAMPLE, stage / SAMPLE_FILE, wishes.finnish)
    tell(
        several(
            "{count:,} client is due for the survey: two whole months a client after {since}, up to {day}.",
            "{count:,} clients are due for the survey: two whole months a client after {since}, up to {day}.",
            sample.height,
            since=since,
            day=levels[-1].date,
        )
    )
    tell(said("Their ids are in {file}.", file=str(wishes.out / SAMPLE_FILE)))


def _replaced(out: Path, mine: tuple[str, ...]) -> tuple[str, ...]:
    """What an earlier run left; nothing where the folder holds only what the other kind of run left."""
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    return () if there & {*FILES, SAMPLE_FILE} and not there & set(mine) else mine
