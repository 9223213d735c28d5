"""The command `optimiser`: reads the words of a call and hands over; heavy modules are imported late."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="optimiser",
    help="Give every client a coach, prove how good the plan is, and say why.\n\n"
    "Start with: optimiser demo demo/region, then optimiser allocate demo/region --out demo/plan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

FINDINGS = 1
"""Exit code of a check that objects."""


class Format(StrEnum):
    """How tables are kept."""

    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"


class Effort(StrEnum):
    """How much work to spend on the plan; counted, so that the same input gives the same plan."""

    quick = "quick"
    normal = "normal"
    thorough = "thorough"


Region = Annotated[Path, typer.Argument(help="Folder of tables (CSV or Parquet) or one Excel workbook.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Policy file (YAML); without it the defaults.")
]
Headings = Annotated[
    Path | None, typer.Option(help="Your own headings: a YAML file of table: {heading: column}.")
]
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Leave bad rows out, list and count them, solve the rest.")
]
Finnish = Annotated[bool, typer.Option("--finnish", help="Semicolons, decimal commas and Finnish headings.")]
Out = Annotated[Path, typer.Option(help="Folder to write into; replaced whole or not at all.")]
PlanFolder = Annotated[Path, typer.Argument(help="Folder that `optimiser allocate` wrote.")]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False,
) -> None:
    """Give every client a coach, prove how good the plan is, and say why."""
    if version:
        from importlib.metadata import version as installed

        print(f"optimiser {installed('optimiser')}")
        raise typer.Exit


@app.command(epilog="Example: optimiser demo demo/region --clients 2800 --coaches 25 --seed 7")
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write.")],
    clients: Annotated[int, typer.Option(help="Rows of clients.")] = 28000,
    coaches: Annotated[int, typer.Option(help="Coaches.")] = 250,
    seed: Annotated[int, typer.Option(help="Another seed, another region.")] = 1,
    pressure: Annotated[float, typer.Option(help="Demand over capacity.")] = 0.98,
    present_share: Annotated[float, typer.Option(help="Share of clients who have a coach already.")] = 0.97,
    format: Annotated[Format, typer.Option(help="How the tables are kept.")] = Format.csv,
    finnish: Finnish = False,
) -> None:
    """Write a made-up region in the proportions of Pirkanmaa."""
    from optimiser.cli.demo import write_demo

    write_demo(folder, (clients, coaches, seed, pressure, present_share), format.value, finnish)


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
) -> None:
    """Propose a coach for every client, with a proof, reasons, a workbook and a page."""
    from optimiser.cli.allocate import Wishes, write_allocation

    write_allocation(Wishes(region, out, policy, effort.value, not no_report, set_aside, headings, finnish))


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
) -> None:
    """Say why this coach: prices, ranked alternatives, and the rules that bar the others."""
    from optimiser.cli.judge import explain_client

    explain_client(region, plan, client, policy, set_aside, headings, most)


@app.command(epilog="Example: optimiser policy > my-policy.yaml")
def policy(
    file: Annotated[Path | None, typer.Argument(help="A policy file to check and print in full.")] = None,
) -> None:
    """Print the policy with every default, unit and explanation."""
    from optimiser.tables.policy_file import policy_text, read_policy

    print(policy_text(read_policy(file)), end="")


@app.command(epilog="Example: optimiser columns clients")
def columns(
    table: Annotated[str | None, typer.Argument(help="One table; without it all.")] = None,
) -> None:
    """Print the tables and columns the optimiser reads and writes."""
    from optimiser.cli.columns import columns_text

    print(columns_text(table), end="")
