"""`optimiser explain --why-not`: what stands between a client and a coach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optimiser.allocation.explain import LIMITS
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.allocation.why_not import Way, WhyNot, full, load, sentences
from optimiser.cli.judge import household_line
from optimiser.cli.speak import texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.texts import Message, said
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current

WIDE = 200
"""Columns of a table written into a file or a pipe: as wide as it is."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    region: Path
    plan: Path
    client: str
    coach: str
    policy: Path | None
    set_aside: bool
    headings: Path | None


def tell_why_not(wishes: Wishes) -> None:
    """Print why a client does not have a coach, and the cheapest ways to have it so."""
    with Stopwatch() as watch:
        found = _answered(wishes, watch)
    _print_answer(found)


def _answered(wishes: Wishes, watch: Stopwatch) -> WhyNot:
    kept = (wishes.plan if wishes.plan.is_dir() else wishes.plan.parent) / "policy_in_force.yaml"
    with watch.phase("read"):
        policy = read_policy(wishes.policy or (kept if kept.exists() else None))
        snapshot = read_snapshot(
            current(wishes.region),
            policy=policy,
            headings=wishes.headings,
            set_aside=wishes.set_aside,
            progress=watch,
        )
        if wishes.set_aside:
            snapshot = set_barred_pins_aside(snapshot, policy)
        rows = read_plan_rows(wishes.plan)
    loaded = load(snapshot, policy, rows, watch)
    with watch.phase("relax"):
        return loaded.why_not(wishes.client, wishes.coach)


def _print_answer(found: WhyNot) -> None:
    screen = Console(highlight=False)
    console = screen if screen.is_terminal else Console(highlight=False, width=WIDE)
    first, *others = sentences(found)
    told = texts().of
    console.print(f"[bold]{told(first)}[/bold]", soft_wrap=True)
    if found.household:
        console.print(told(household_line(found.household)))
    for sentence in others:
        console.print(told(sentence), soft_wrap=True)
    shown = [way for way in (found.direct,) if way and way not in found.ways] + list(found.ways)
    if shown:
        console.print(_table(found, shown))
        console.print(
            told(
                said(
                    "The differences are exact for this plan; the minutes they are made of are estimates (see the "
                    "policy)."
                )
            )
        )


def _table(found: WhyNot, ways: list[Way]) -> Table:
    _, told = texts().gettext, texts().of
    title = said(
        "From this plan to one in which {client} has {coach}", client=found.client_id, coach=found.coach_id
    )
    table = Table(title=told(title))
    table.add_column(_("minutes a month"), justify="right")
    for heading in (_("who moves"), _("how full the coaches are"), _("limits")):
        table.add_column(heading)
    for way in ways:
        table.add_row(
            told(said("{minutes:+,.1f}", minutes=way.minutes)),
            "\n".join(
                f"{' + '.join(move.client_ids)}: {move.from_coach_id or _('no coach')} -> {move.to_coach_id}"
                for move in way.moves
            ),
            "\n".join(told(full(load)) for load in way.loads),
            told(_limits(way)),
        )
    return table


def _limits(way: Way) -> Message:
    """Which limits a way breaks."""
    if not way.breaks:
        return said("limits kept")
    limits = ", ".join(texts().gettext(LIMITS[limit]) for limit in way.breaks)
    return said("breaks {limits}", limits=limits)
