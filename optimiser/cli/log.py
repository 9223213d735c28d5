"""`optimiser log`: who changed what and when, verified, exported, or purged of its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from optimiser.cli.apply import now, official
from optimiser.cli.speak import tell, texts
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.texts import Message, said, several
from optimiser.domain.update import ARRIVALS, GONE
from optimiser.tables.staged import staged_file
from optimiser.tables.write import write_table
from optimiser.workspace.disk import written
from optimiser.workspace.entries import APPLY, PURGE, SHOWN, UNDO, UPDATE, Entry
from optimiser.workspace.folder import LOG, is_workspace
from optimiser.workspace.forget import KINDS, purge_before
from optimiser.workspace.log import read_entries
from optimiser.workspace.records import LOG_TABLE, log_frame
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
        problem = said("no log is kept here")
        advice = said("Name the workspace with --workspace; the first `optimiser apply` makes one.")
        raise InputError([Complaint(str(wishes.workspace), 0, "", "", problem, advice)])
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
    tell(
        several(
            "The reasons of {count:,} entry are deleted. Copies of plans and snapshots in {workspace} are not "
            "touched: `optimiser forget` purges those.",
            "The reasons of {count:,} entries are deleted. Copies of plans and snapshots in {workspace} are not "
            "touched: `optimiser forget` purges those.",
            len(done.steps["purged"]),
            workspace=str(wishes.workspace),
        )
    )


def _refuse_strange_file(file: Path, workspace: Path) -> None:
    """Raise where the export would fall into the workspace, or on a file that is no earlier export."""
    problem: str = ""
    if not file.name or not file.parent.is_dir() or file.is_dir():
        problem = said("the file cannot be written here")
        advice = said("Name a file in a folder that is there.")
    elif file.resolve().is_relative_to(workspace.resolve()):
        problem, advice = said("the file lies in the workspace"), said("Name a file outside of it.")
    elif file.exists() and not _is_export(file):
        problem = said("another file stands here, which is no earlier export of the log")
        advice = said("Choose another name, or take that file away.")
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
    with written(file), staged_file(file, _is_export) as beside:
        write_table(log_frame(entries), LOG_TABLE, beside, finnish)
    tell(several("{count:,} entry in {file}", "{count:,} entries in {file}", len(entries), file=str(file)))


def _print_table(entries: Sequence[Entry]) -> None:
    screen = Console(highlight=False)
    # Into a file or a pipe the table is written as wide as it is.
    console = screen if screen.is_terminal else Console(highlight=False, width=160)
    _ = texts().gettext
    table = Table(title=_("The log"))
    table.add_column(_("entry"), justify="right")
    for heading in (_("when"), _("who"), _("what"), _("snapshot after")):
        table.add_column(heading)
    for entry in entries:
        what = KINDS_TOLD.get(entry.kind, _unknown)(entry)
        folder = entry.after.folder() if entry.after.day else ""
        table.add_row(str(entry.seq), entry.at, entry.by or _("not named"), texts().of(what), folder)
    console.print(table)


def _applied(entry: Entry) -> Message:
    steps, clients = entry.steps.get("applied", []), entry.steps.get("clients", 0)
    of = several("{count:,} client", "{count:,} clients", clients)
    refused = len(entry.steps.get("rejected", []))
    if refused:
        return several(
            "{count:,} step applied ({clients}), {rejected:,} rejected",
            "{count:,} steps applied ({clients}), {rejected:,} rejected",
            len(steps),
            clients=of,
            rejected=refused,
        )
    return several(
        "{count:,} step applied ({clients})", "{count:,} steps applied ({clients})", len(steps), clients=of
    )


def _undone(entry: Entry) -> Message:
    return said("entry {entry} undone", entry=entry.steps.get("undoes"))


def _updated(entry: Entry) -> Message:
    return said(
        "export taken in: {came:,} came, {left:,} left",
        came=entry.steps.get(ARRIVALS.name, 0),
        left=entry.steps.get(GONE.name, 0),
    )


def _purged(entry: Entry) -> Message:
    reasons = several(
        "reasons of {count:,} entry before {before} deleted",
        "reasons of {count:,} entries before {before} deleted",
        len(entry.steps.get("purged", [])),
        before=entry.steps.get("before"),
    )
    if "facts_before" not in entry.steps:
        return reasons
    folders = sum(len(entry.steps.get(kind, [])) for kind in KINDS)
    return several(
        "{count:,} folder of facts before {before} deleted; {reasons}",
        "{count:,} folders of facts before {before} deleted; {reasons}",
        folders,
        before=entry.steps["facts_before"],
        reasons=reasons,
    )


def _shown(entry: Entry) -> Message:
    return said("what is held on one client was shown")


def _unknown(entry: Entry) -> str:
    return entry.kind


KINDS_TOLD = {APPLY: _applied, UNDO: _undone, UPDATE: _updated, PURGE: _purged, SHOWN: _shown}
"""Kind of an entry to what is told of it."""


def _verified(workspace: Path) -> bool:
    found = verify(workspace / LOG)
    if found.broken:
        tell(
            said(
                "The log is NOT as it was written: entry {entry}: {problem}.",
                entry=found.broken,
                problem=found.problem,
            )
        )
        tell(said("Compare it with a backup, and ask who can write in this folder."))
        return False
    tell(
        several(
            "{count:,} entry, each as it was written. The log ends at {hash}",
            "{count:,} entries, each as it was written. The log ends at {hash}",
            found.entries,
            hash=found.last,
        )
    )
    tell(said("Note the hash above elsewhere: with it a log cut off at its end is found as well."))
    return True
