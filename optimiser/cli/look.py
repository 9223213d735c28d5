"""`optimiser look`: one workbook as somebody has it, hours against capacity, and what could be done."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

import polars as pl

from optimiser.allocation.look import advice, possible, thin_coaches, today
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.schema import TABLES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import NO_BREAK, THIN, Message, mark, said, several
from optimiser.reports.bands import BANDS, band_names, band_of
from optimiser.reports.look import (
    LookFacts,
    headline,
    next_commands,
    write_look_page,
    write_look_workbook,
)
from optimiser.reports.sections.look import municipality_frame, unit_frame
from optimiser.tables.look_book import read_book
from optimiser.tables.policy_file import read_policy
from optimiser.tables.staged import staged
from optimiser.tables.write import write_snapshot

REGION = "region"
FILES = ("look.html", "look.xlsx", *(f"{REGION}/{name}.csv" for name in TABLES))
WIDTH = 110


@dataclass(frozen=True)
class Wishes:
    """The words of a call; without `out` nothing is written."""

    file: Path
    out: Path | None
    date: Date | None
    policy: Path | None
    finnish: bool
    today: Date


def write_look(wishes: Wishes) -> None:
    """Carry the command out and say what it found."""
    with Stopwatch() as watch:
        facts = _looked(wishes, watch)
        if wishes.out is not None:
            with watch.phase("write"), staged(wishes.out, replaced=FILES) as stage:
                _write(stage, facts, wishes)
    _say(facts)
    _say_next(wishes, watch.total())


def _looked(wishes: Wishes, watch: Stopwatch) -> LookFacts:
    with watch.phase("read"):
        policy = read_policy(wishes.policy)
        book = read_book(wishes.file, wishes.date, policy, wishes.today)
    with watch.phase("look"):
        now = today(book.snapshot, policy)
    could = possible(book.snapshot, policy, watch)
    told = tuple(advice(now, could, policy))
    assumed = (*book.assumptions, *thin_coaches(now, book.unlisted))
    return LookFacts(book.snapshot, now, could, told, assumed, book.notices, book.names)


def _write(stage: Path, facts: LookFacts, wishes: Wishes) -> None:
    language = texts().language
    write_look_page(facts, stage / "look.html", str(wishes.out), language)
    write_look_workbook(facts, stage / "look.xlsx", language)
    (stage / REGION).mkdir()
    write_snapshot(_frames(facts.snapshot), stage / REGION, finnish=wishes.finnish)


def _frames(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """The tables that have rows, and the day."""
    about = {"date": [snapshot.date], "region": [snapshot.region], "source": [snapshot.source]}
    filled = {name: frame for name, frame in snapshot.frames().items() if frame.height}
    return {"snapshot": pl.DataFrame(about)} | filled


def _say(facts: LookFacts) -> None:
    now = facts.now
    tell(headline(now))
    if now.without_coach:
        tell(
            several(
                "{count:,} client has no coach; the coaches' present clients take {hours:,.0f} hours a month.",
                "{count:,} clients have no coach; the coaches' present clients take {hours:,.0f} hours a month.",
                now.without_coach,
                hours=now.placed_hours,
            )
        )
    _say_bands(facts)
    tell(said("What could be done:"))
    for line in facts.advice:
        _say_item(line)
    tell(said("Assumed, for the workbook does not say it:"))
    for taken in facts.assumptions:
        _say_item(
            several(
                "{assumption} {remedy} ({count:,} row)",
                "{assumption} {remedy} ({count:,} rows)",
                taken.rows,
                assumption=taken.text,
                remedy=taken.remedy,
            )
        )
    for notice in facts.notices:
        _say_item(notice)


def _say_bands(facts: LookFacts) -> None:
    """From the fullest band: how many coaches, and the units and municipalities whose hours are in it."""
    now = facts.now
    units, places = unit_frame(now, facts.snapshot), municipality_frame(now, facts.snapshot)
    for i in reversed(range(len(BANDS))):
        tell(
            several(
                "{band}: {count:,} coach",
                "{band}: {count:,} coaches",
                now.utilisation.bands[BANDS[i].key],
                band=band_names(texts())[i].replace(THIN, " "),
            )
        )
        for template, frame, name in (
            (mark("Units: {listed}"), units, "unit"),
            (mark("Municipalities: {listed}"), places, "municipality"),
        ):
            listed = _of_band(frame, name, i)
            if listed:
                _say_item(said(template, listed=", ".join(listed)))
    if now.idle:
        tell(several("{count:,} coach has no capacity.", "{count:,} coaches have no capacity.", now.idle))
    held = int(units["hidden"].sum()), int(places["hidden"].sum())
    if any(held):
        tell(
            said(
                "Held back for few clients: {units:,} units, {municipalities:,} municipalities.",
                units=held[0],
                municipalities=held[1],
            )
        )


def _of_band(frame: pl.DataFrame, name: str, band: int) -> list[str]:
    """Name, hours and capacity of those in a band, by name."""
    shown = frame.filter(pl.col("used").is_not_null())
    return [
        texts().of(
            said(
                "{name} {hours:,.0f}/{capacity:,.0f} h",
                name=row[name],
                hours=row["hours"],
                capacity=row["capacity_hours"],
            )
        )
        for row in shown.to_dicts()
        if band_of(row["used"]) == band
    ]


def _say_item(message: Message | str) -> None:
    """Print one point of a list, wrapped."""
    # A number stays on one line with its sign.
    text = texts().of(message).replace(" %", f"{NO_BREAK}%")
    tell(textwrap.fill(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False))


def _say_next(wishes: Wishes, seconds: float) -> None:
    if wishes.out is None:
        tell(
            said(
                "To see it as a page and to go on from here: optimiser look {file} --out look  ({seconds:.1f} s)",
                file=str(wishes.file),
                seconds=seconds,
            )
        )
        return
    tell(
        said(
            "Open look.html and look.xlsx in {folder}  ({seconds:.1f} s). Go on with:",
            folder=str(wishes.out),
            seconds=seconds,
        )
    )
    for command in next_commands(str(wishes.out)):
        tell(f"  {command}")
