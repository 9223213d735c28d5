"""The weekly work: rebalance, cover, hand over, take in, contact; heavy modules are imported late."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import (
    CoachNames,
    Effort,
    Finnish,
    Headings,
    Out,
    PolicyFile,
    Region,
    Scope,
    SetAside,
    app,
)

DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
"""How a day is written in a call."""


@app.command(epilog="Example: optimiser rebalance demo/region --out demo/moves --max-moves 840")
def rebalance(
    region: Region,
    out: Out,
    max_moves: Annotated[
        int | None, typer.Option(min=0, help="Most clients who change coach although they could stay.")
    ] = None,
    max_share: Annotated[
        str, typer.Option(help="The same as a share of the clients who could move, such as 3%.")
    ] = "",
    within: Annotated[Scope | None, typer.Option(help="Keep moves inside units.")] = None,
    freeze: Annotated[
        list[str] | None, typer.Option(help="Id of a coach or unit that keeps its clients; may be repeated.")
    ] = None,
    near: Annotated[
        Path | None, typer.Option(help="Folder of an earlier proposal: change only what saves minutes.")
    ] = None,
    policy: PolicyFile = None,
    effort: Annotated[Effort, typer.Option(help="How much work to spend.")] = Effort.normal,
    no_report: Annotated[bool, typer.Option("--no-report", help="No workbook and no page.")] = False,
    set_aside: SetAside = False,
    headings: Headings = None,
    finnish: Finnish = False,
    coach_names: CoachNames = None,
) -> None:
    """Propose the best plan within a budget of moves, and the steps that lead to it week by week."""
    from optimiser.cli.rebalance import Wishes, write_rebalance

    write_rebalance(
        Wishes(
            region=region,
            out=out,
            max_moves=max_moves,
            max_share=max_share,
            within=within.value if within else "",
            freeze=tuple(freeze or ()),
            near=near,
            policy=policy,
            effort=effort.value,
            report=not no_report,
            set_aside=set_aside,
            headings=headings,
            finnish=finnish,
            coach_names=coach_names,
        )
    )


@app.command(epilog="Example: optimiser frontier demo/region --out demo/frontier --points 12")
def frontier(
    region: Region,
    out: Out,
    points: Annotated[int, typer.Option(help="Budgets of moves, from none to no limit.")] = 12,
    plan: Annotated[
        int | None, typer.Option(min=0, help="Make the point with this budget a whole plan, in OUT/plan.")
    ] = None,
    policy: PolicyFile = None,
    effort: Annotated[Effort, typer.Option(help="How much work to spend.")] = Effort.normal,
    headings: Headings = None,
    finnish: Finnish = False,
) -> None:
    """Show what each budget of moves brings: picture, table, and where further moves stop paying."""
    from optimiser.cli.frontier import Wishes, write_frontier

    write_frontier(Wishes(region, out, points, plan, policy, effort.value, headings, finnish))


@app.command(epilog="Example: optimiser apply demo/region demo/moves --first 40 --workspace ours")
def apply(
    region: Annotated[
        Path | None, typer.Argument(help="The region that the plan was made of, or the workspace.")
    ] = None,
    out: Annotated[
        Path | None, typer.Argument(help="Folder of the plan, with decisions in its moves.csv.")
    ] = None,
    first: Annotated[
        int | None, typer.Option(min=1, help="Take the first so many steps; without it all confirmed ones.")
    ] = None,
    wave: Annotated[
        int | None, typer.Option(min=1, help="Take the steps of the first so many weeks alone.")
    ] = None,
    workspace: Annotated[
        Path, typer.Option(help="Folder in which snapshots, plans and the log are kept.")
    ] = Path("workspace"),
    undo: Annotated[
        bool, typer.Option("--undo", help="Go back to the snapshot before the last apply or update.")
    ] = False,
    by: Annotated[str, typer.Option(help="Pseudonymous id of who gives the command, for the log.")] = "",
    headings: Headings = None,
) -> None:
    """Apply the steps that an official has confirmed: the next snapshot, and an entry in the log."""
    from optimiser.cli.apply import Wishes, apply_or_undo

    apply_or_undo(Wishes(region, out, first, workspace, undo, by, headings, wave))


@app.command(epilog="Example: optimiser log --workspace ours --verify")
def log(
    workspace: Annotated[
        Path, typer.Option(help="Folder in which snapshots, plans and the log are kept.")
    ] = Path("workspace"),
    verify: Annotated[
        bool, typer.Option("--verify", help="Recompute every hash; exit 1 where an entry was changed.")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="Write the log into this file.")] = None,
    purge_before: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help="Delete the stored reasons of entries before this day."),
    ] = None,
    by: Annotated[str, typer.Option(help="Pseudonymous id of who gives the command, for the log.")] = "",
    finnish: Finnish = False,
) -> None:
    """Show who applied, undid or purged what and when; verify or export the log."""
    from optimiser.cli.log import Wishes, show_log

    if not show_log(Wishes(workspace, verify, csv, purge_before and purge_before.date(), by, finnish)):
        raise typer.Exit(1)


@app.command(epilog="Example: optimiser intake demo/region new.csv --out demo/intake")
def intake(
    region: Region,
    new: Annotated[Path, typer.Argument(help="New clients: columns of clients, and former_coach_id.")],
    out: Out,
    policy: PolicyFile = None,
    effort: Annotated[Effort, typer.Option(help="How much work to spend.")] = Effort.normal,
    set_aside: SetAside = False,
    headings: Headings = None,
    finnish: Finnish = False,
    coach_names: CoachNames = None,
) -> None:
    """Take new clients in: who belongs here, a coach for each, nobody else moves."""
    from optimiser.cli.intake import Wishes, write_intake

    write_intake(Wishes(region, new, out, policy, effort.value, set_aside, headings, finnish, coach_names))


@app.command(
    epilog="Example: optimiser cover demo/region --coach K024 --permanent --from 2023-03-29 --out demo/cover"
)
def cover(
    region: Region,
    out: Out,
    coach: Annotated[str, typer.Option(help="Id of the coach who is away, leaves or comes back.")],
    starts: Annotated[
        str, typer.Option("--from", metavar="DAY", help="First day (2023-03-29 or 29.3.2023).")
    ],
    ends: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="With --temporary: last day away.")
    ] = None,
    temporary: Annotated[
        bool, typer.Option("--temporary", help="The coach stays; deputies step in.")
    ] = False,
    permanent: Annotated[bool, typer.Option("--permanent", help="The coach leaves for good.")] = False,
    back: Annotated[bool, typer.Option("--back", help="The coach gets the former clients back.")] = False,
    max_moves: Annotated[
        int | None, typer.Option(help="With --permanent: most other clients who change coach.")
    ] = None,
    since: Annotated[
        Path | None, typer.Option(help="With --back: the snapshot from before the leave.")
    ] = None,
    workspace: Annotated[Path | None, typer.Option(help="With --back: the workspace with its log.")] = None,
    policy: PolicyFile = None,
    headings: Headings = None,
    finnish: Finnish = False,
    coach_names: CoachNames = None,
) -> None:
    """Cover a coach: deputies for a time, new coaches for good, or the former clients of who returns."""
    from optimiser.cli.cover import MODES, CoverWishes, days_of_call, write_cover

    chosen = zip(MODES, (temporary, permanent, back), strict=True)
    modes = tuple(mode for mode, given in chosen if given)
    first, last = days_of_call(starts, ends)
    asked = (region, out, coach, modes, first, last, max_moves, since, workspace)
    write_cover(CoverWishes(*asked, policy, headings, finnish, coach_names))


@app.command(epilog="Example: optimiser handovers demo/region --out demo/handovers --months 12")
def handovers(
    region: Region,
    out: Out,
    months: Annotated[int, typer.Option(help="How many months to look ahead (1 to 36).")] = 12,
    before: Annotated[
        Path | None, typer.Option(help="Folder of an earlier list, also one with confirmations filled in.")
    ] = None,
    policy: PolicyFile = None,
    headings: Headings = None,
    finnish: Finnish = False,
    coach_names: CoachNames = None,
) -> None:
    """List who changes hands at a date known in advance, and who receives them."""
    from optimiser.cli.handovers import HandoverWishes, write_handovers

    write_handovers(HandoverWishes(region, out, months, before, policy, headings, finnish, coach_names))


@app.command(epilog="Example: optimiser contacts demo/region --plan demo/plan --weeks 13 --out demo/contacts")
def contacts(
    region: Region,
    out: Out,
    plan: Annotated[
        Path | None, typer.Option(help="Folder of a plan; without it the present coaches.")
    ] = None,
    weeks: Annotated[int, typer.Option(help="Weeks to plan (1 to 104), the present one included.")] = 13,
    policy: PolicyFile = None,
    set_aside: SetAside = False,
    headings: Headings = None,
    finnish: Finnish = False,
) -> None:
    """Plan first interviews and the weekly rhythm: a calendar for each coach, and what will be late."""
    from optimiser.cli.contacts import Wishes, write_contacts

    write_contacts(Wishes(region, out, plan, weeks, policy, set_aside, headings, finnish))
