"""The command `optimiser` without its commands: the words that several of them share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.speak import Spoken, tell

app = typer.Typer(
    name="optimiser",
    cls=Spoken,
    help="Give every client a coach, prove how good the plan is, and say why.\n\n"
    "Start with: optimiser demo demo/region, then optimiser allocate demo/region --out demo/plan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


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


class Scope(StrEnum):
    """Inside what moves stay."""

    region = "region"
    unit = "unit"


Region = Annotated[
    Path, typer.Argument(help="Folder of tables (CSV or Parquet), one Excel workbook, or a workspace.")
]
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
CoachNames = Annotated[
    Path | None,
    typer.Option(
        "--coach-names", help="Names of the coaches for workbook and page: a file of coach_id and name."
    ),
]
PlanFolder = Annotated[Path, typer.Argument(help="Folder that `optimiser allocate` wrote.")]


@app.callback(invoke_without_command=True)
def main(
    version: Annotated[bool, typer.Option("--version", help="Say the version and stop.")] = False,
) -> None:
    """Give every client a coach, prove how good the plan is, and say why."""
    if version:
        from importlib.metadata import version as installed

        tell(f"optimiser {installed('optimiser')}")
        raise typer.Exit
