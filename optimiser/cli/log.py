"""`optimiser log`: who changed what and when, verified, exported, or purged of its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optimiser.cli.apply import now, official
from optimiser.cli.words import counted
from optimiser.domain.errors import Complaint, InputError
from optimiser.tables.write import write_table
from optimiser.workspace.disk import written
from optimiser.workspace.entries import APPLY, PURGE, UNDO, Entry
from optimiser.workspace.folder import LOG, is_workspace
from optimiser.workspace.log import read_entries
from optimiser.workspace.records import LOG_TABLE, log_frame, purge_before
from optimiser.workspace.verify import verify

MOST_BYTES = 4096
"""Read of a file to see whether it is an export."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    workspace: Path
    verify: bool
    csv: Path | None
    purge_before: Date | None
    by: str
    finnish: bool


def show_log(wishes: Wishes) -> bool:
    """Carry the command out; False where the log was to be verified and is not as it was written."""
    if not is_workspace(wishes.workspace):
        advice = "Name the workspace with --workspace; the first `optimiser apply` makes one."
        raise InputError([Complaint(str(wishes.workspace), 0, "", "", "no log is kept here", advice)])
    if wishes.csv is not None:
        _refuse_strange_file(wishes.csv, wishes.workspace)
    if wishes.purge_before is not None:
        _purge(wishes, wishes.purge_before)
    entries = read_entries(wishes.workspace / LOG)
    if wishes.csv is not None:
        _export(entries, wishes.csv, wishes.finnish)
    else:
        _print_table(entries)
    return not wishes.verify or _verified(wishes.workspace)


def _purge(wishes: Wishes, day: Date) -> None:
    done = purge_before(wishes.workspace, day, now(), official(wishes.by))
    print(
        f"The reasons of {counted(len(done.steps['purged']), 'entry', 'entries')} are deleted. Copies of plans and "
        f"snapshots in {wishes.workspace} are not touched: delete those as your rules of retention say."
    )


def _refuse_strange_file(file: Path, workspace: Path) -> None:
    """Raise where the export would fall into the workspace, or on a file that is no earlier export."""
    problem = ""
    if not file.name or not file.parent.is_dir() or file.is_dir():
        problem, advice = "the file cannot be written here", "Name a file in a folder that is there."
    elif file.resolve().is_relative_to(workspace.resolve()):
        problem, advice = "the file lies in the workspace", "Name a file outside of it."
    elif file.exists() and not _is_export(file):
        problem = "another file stands here, which is no earlier export of the log"
        advice = "Choose another name, or take that file away."
    if problem:
        raise InputError([Complaint(str(file), 0, "--csv", "", problem, advice)])


def _is_export(file: Path) -> bool:
    """Whether the first line of a file is our headings, in either language."""
    if not file.is_file():
        return False
    columns = LOG_TABLE.columns
    ours = (",".join(c.name for c in columns), ";".join(c.fi for c in columns))
    with written(file), file.open("rb") as stream:
        first = stream.readline(MOST_BYTES)
    return first.decode("utf-8-sig", errors="replace").rstrip("\r\n") in ours


def _export(entries: Sequence[Entry], file: Path, finnish: bool) -> None:
    beside = file.with_name(f".{file.name}.new")
    with written(file):
        try:
            write_table(log_frame(entries), LOG_TABLE, beside, finnish)
            beside.replace(file)
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    print(f"{counted(len(entries), 'entry', 'entries')} in {file}")


def _print_table(entries: Sequence[Entry]) -> None:
    screen = Console(highlight=False)
    # Into a file or a pipe the table is written as wide as it is.
    console = screen if screen.is_terminal else Console(highlight=False, width=160)
    table = Table(title="The log")
    for heading in ("entry", "when", "who", "what", "snapshot after"):
        table.add_column(heading, justify="right" if heading == "entry" else "left")
    for entry in entries:
        what = {APPLY: _applied, UNDO: _undone, PURGE: _purged}.get(entry.kind, _unknown)(entry)
        folder = entry.after.folder() if entry.after.day else ""
        table.add_row(str(entry.seq), entry.at, entry.by or "not named", what, folder)
    console.print(table)


def _applied(entry: Entry) -> str:
    steps, clients = entry.steps.get("applied", []), entry.steps.get("clients", 0)
    text = f"{counted(len(steps), 'step')} applied ({counted(clients, 'client')})"
    refused = len(entry.steps.get("rejected", []))
    return text + (f", {refused:,} rejected" if refused else "")


def _undone(entry: Entry) -> str:
    return f"entry {entry.steps.get('undoes')} undone"


def _purged(entry: Entry) -> str:
    count = len(entry.steps.get("purged", []))
    return f"reasons of {counted(count, 'entry', 'entries')} before {entry.steps.get('before')} deleted"


def _unknown(entry: Entry) -> str:
    return entry.kind


def _verified(workspace: Path) -> bool:
    found = verify(workspace / LOG)
    if found.broken:
        print(f"The log is NOT as it was written: entry {found.broken}: {found.problem}.")
        print("Compare it with a backup, and ask who can write in this folder.")
        return False
    print(
        f"{counted(found.entries, 'entry', 'entries')}, each as it was written. The log ends at {found.last}"
    )
    print("Note the hash above elsewhere: with it a log cut off at its end is found as well.")
    return True
