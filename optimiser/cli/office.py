"""The way in, the month and the guards: look, pseudonyms, update, month, letters, rights; imported late."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import Finnish, Headings, PlanFolder, PolicyFile, Region, app
from optimiser.cli.weekly import DAYS

Workspace = Annotated[Path, typer.Option(help="Folder in which snapshots, plans and the log are kept.")]
By = Annotated[str, typer.Option(help="Pseudonymous id of who gives the command, for the log.")]
Key = Annotated[Path, typer.Option(help="Key file; keep it apart from the data, and a copy of it safe.")]


@app.command(epilog="Example: optimiser look clients.xlsx --out demo/look")
def look(
    file: Annotated[Path, typer.Argument(help="Your workbook: clients with their coach, a list of coaches.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for a page, a workbook and the tables to go on with.")
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help="Day the workbook holds for; without it the latest start."),
    ] = None,
    policy: PolicyFile = None,
    finnish: Finnish = False,
) -> None:
    """Look at one workbook as you have it: hours against capacity today, and what could be done."""
    from optimiser.cli.look import Wishes, write_look

    write_look(Wishes(file, out, date and date.date(), policy, finnish, datetime.now().date()))


@app.command(epilog="Example: optimiser pseudonymise export --key office.key --out demo/pseudonymous")
def pseudonymise(
    raw: Annotated[Path, typer.Argument(help="Export with names and identity codes: folder or workbook.")],
    key: Key,
    out: Annotated[Path | None, typer.Option(help="Folder to write; without it beside the export.")] = None,
    headings: Headings = None,
    new_people: Annotated[
        bool, typer.Option("--new-people", help="The export is of people the key does not know yet.")
    ] = False,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Begin anew with a new key, though other folders here have one.")
    ] = False,
    forget_before: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help="Take persons not seen since that day out of the key file."),
    ] = None,
    finnish: Finnish = False,
) -> None:
    """Turn an export with names and identity codes into tables with pseudonymous ids."""
    from optimiser.cli.pseudonyms import Wishes, write_pseudonymous

    day = forget_before.date() if forget_before else None
    write_pseudonymous(Wishes(raw, key, out, headings, finnish, new_people, new_key, day))


@app.command(epilog="Example: optimiser reidentify demo/plan --key office.key")
def reidentify(
    out: Annotated[Path, typer.Argument(help="Folder with pseudonymous ids: tables or a plan.")],
    key: Key,
    to: Annotated[Path | None, typer.Option(help="Workbook to write; without it beside the folder.")] = None,
) -> None:
    """Join names back to pseudonymous ids, in a workbook on this machine."""
    from optimiser.cli.pseudonyms import write_identified

    write_identified(out, key, to)


@app.command(epilog="Example: optimiser update ours export-april --by OFFICIAL7")
def update(
    region: Region,
    export: Annotated[Path, typer.Argument(help="New export: a folder of tables or a workbook.")],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the next snapshot; without it beside the region, or in the workspace."),
    ] = None,
    policy: PolicyFile = None,
    by: By = "",
    headings: Headings = None,
    finnish: Finnish = False,
    many_gone: Annotated[
        bool,
        typer.Option("--many-gone", help="More clients than usual have left; take the export as it is."),
    ] = False,
) -> None:
    """Say what has changed since the snapshot, and write the next one."""
    from optimiser.cli.update import Wishes, write_update

    write_update(Wishes(region, export, out, policy, by, headings, finnish, many_gone))


@app.command(epilog="Example: optimiser month january february march --out demo/month")
def month(
    snapshots: Annotated[
        list[Path], typer.Argument(help="Snapshots in any order, one a month; or one workspace.")
    ],
    out: Annotated[Path, typer.Option(help="Folder to write into; replaced whole or not at all.")] = Path(
        "month"
    ),
    survey: Annotated[
        Path | None, typer.Option(help="Anonymous answers: area, month, question, answer.")
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="List the clients who are due for the survey, and nothing else.")
    ] = False,
    policy: PolicyFile = None,
    headings: Headings = None,
    finnish: Finnish = False,
) -> None:
    """Write the month-end figures by area and municipality: one page, one workbook."""
    from optimiser.cli.month import Wishes, write_month

    write_month(Wishes(tuple(snapshots), out, survey, sample, policy, headings, finnish))


@app.command(epilog="Example: optimiser letter demo/region demo/plan C000001 --language fi")
def letter(
    region: Region,
    plan: PlanFolder,
    client: Annotated[str, typer.Argument(help="Id of the client.")],
    out: Annotated[Path | None, typer.Option(help="Page to write for printing, such as letter.html.")] = None,
    coach_names: Annotated[
        Path | None, typer.Option(help="Names of the coaches: a file of coach_id and name.")
    ] = None,
    headings: Headings = None,
) -> None:
    """Write to a client who the coach is and why, in plain words."""
    from optimiser.cli.letter import Wishes, write_letter

    write_letter(Wishes(region, plan, client, out, coach_names, headings))


@app.command(epilog="Example: optimiser about C000001 --workspace ours")
def about(
    client: Annotated[str, typer.Argument(help="Id of the client.")],
    workspace: Workspace = Path("workspace"),
    out: Annotated[Path | None, typer.Option(help="File to write instead of the screen (JSON).")] = None,
    by: By = "",
) -> None:
    """Gather all that is held on one client: snapshots, plans, log."""
    from optimiser.cli.rights import tell_about

    tell_about(client, workspace, out, by)


@app.command(epilog="Example: optimiser forget --before 2023-01-01 --workspace ours")
def forget(
    before: Annotated[
        datetime | None,
        typer.Option(formats=DAYS, help="Purge what is older; without it as the policy's retention says."),
    ] = None,
    workspace: Workspace = Path("workspace"),
    policy: PolicyFile = None,
    by: By = "",
) -> None:
    """Purge old snapshots, plans, undo copies and reasons; fingerprints, the chain and totals stay."""
    from optimiser.cli.rights import Wishes, forget_before

    forget_before(Wishes(workspace, before and before.date(), policy, by))
