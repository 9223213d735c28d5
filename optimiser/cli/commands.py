"""The first commands: make a region, allocate, check, explain; heavy modules are imported late."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import (
    CoachNames,
    Effort,
    Finnish,
    Format,
    Headings,
    Out,
    PlanFolder,
    PolicyFile,
    Region,
    SetAside,
    app,
)

FINDINGS = 1
"""Exit code of a check that objects."""


@app.command(epilog="Example: optimiser demo demo/region --clients 2800 --coaches 25 --seed 7")
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    clients: Annotated[int, typer.Option(help="Rows of clients.")] = 28000,
    coaches: Annotated[int, typer.Option(help="Coaches.")] = 250,
    seed: Annotated[int, typer.Option(help="Another seed, another region.")] = 1,
    pressure: Annotated[float, typer.Option(help="Demand over capacity.")] = 0.98,
    present_share: Annotated[float, typer.Option(help="Share of clients who have a coach already.")] = 0.97,
    format: Annotated[Format, typer.Option(help="How the tables are kept.")] = Format.csv,
    after: Annotated[
        Path | None, typer.Option(help="Write the export of this region one month later instead.")
    ] = None,
    finnish: Finnish = False,
) -> None:
    """Write a made-up region in the proportions of Pirkanmaa."""
    from optimiser.cli.demo import write_demo

    write_demo(folder, (clients, coaches, seed, pressure, present_share), format.value, finnish, after)


@app.command(epilog="Example: optimiser allocate demo/region --out demo/plan --effort thorough")
def allocate(
    region: Region,
    out: Out,
    policy: PolicyFile = None,
    effort: Annotated[Effort, typer.Option(help="How much work to spend.")] = Effort.normal,
    no_report: Annotated[bool, typer.Option("--no-report", help="No workbook and no page.")] = False,
    set_aside: SetAside = False,
    headings: Headings = None,
    finnish: Finnish = False,
    coach_names: CoachNames = None,
) -> None:
    """Propose a coach for every client, with a proof, reasons, a workbook and a page."""
    from optimiser.cli.allocate import Wishes, write_allocation

    asked = (region, out, policy, effort.value, not no_report, set_aside, headings, finnish)
    write_allocation(Wishes(*asked, coach_names=coach_names))


@app.command(epilog="Example: optimiser check demo/region demo/plan")
def check(
    region: Region,
    plan: PlanFolder,
    policy: PolicyFile = None,
    set_aside: SetAside = False,
    headings: Headings = None,
) -> None:
    """Verify a plan, also one edited by hand, and its proof from the facts alone; exit 1 on findings."""
    from optimiser.cli.judge import check_plan

    if not check_plan(region, plan, policy, set_aside, headings):
        raise typer.Exit(FINDINGS)


@app.command(epilog="Example: optimiser explain demo/region demo/plan C000001")
def explain(
    region: Region,
    plan: PlanFolder,
    client: Annotated[str, typer.Argument(help="Id of the client.")],
    policy: PolicyFile = None,
    set_aside: SetAside = False,
    headings: Headings = None,
    most: Annotated[int, typer.Option(help="Most alternatives shown.")] = 10,
    why_not: Annotated[
        str | None,
        typer.Option("--why-not", metavar="COACH", help="Say what stands between the client and this coach."),
    ] = None,
    as_confirmed: Annotated[
        bool, typer.Option("--as-confirmed", help="Print the reason stored when it was decided on.")
    ] = False,
    workspace: Annotated[
        Path, typer.Option(help="Folder in which snapshots, plans and the log are kept.")
    ] = Path("workspace"),
) -> None:
    """Say why this coach: prices, ranked alternatives, and the rules that bar the others."""
    if as_confirmed:
        from optimiser.cli.confirmed import explain_as_confirmed

        explain_as_confirmed(client, workspace)
        return
    if why_not is not None:
        from optimiser.cli.why_not import Wishes, tell_why_not

        tell_why_not(Wishes(region, plan, client, why_not, policy, set_aside, headings))
        return
    from optimiser.cli.judge import explain_client

    explain_client(region, plan, client, policy, set_aside, headings, most)


@app.command(epilog="Example: optimiser policy > my-policy.yaml")
def policy(
    file: Annotated[Path | None, typer.Argument(help="A policy file to check and print in full.")] = None,
) -> None:
    """Print the policy with every default, unit and explanation."""
    from optimiser.cli.speak import tell, texts
    from optimiser.tables.policy_file import policy_text, read_policy

    tell(policy_text(read_policy(file), texts()).removesuffix("\n"))


@app.command(epilog="Example: optimiser columns clients")
def columns(
    table: Annotated[str | None, typer.Argument(help="One table; without it all.")] = None,
) -> None:
    """Print the tables and columns the optimiser reads and writes."""
    from optimiser.cli.columns import columns_text
    from optimiser.cli.speak import tell, texts

    tell(columns_text(table, texts()).removesuffix("\n"))
