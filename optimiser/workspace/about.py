"""All that is held on one client: rows of kept snapshots, plans and changes, and what the log has."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date as Date
from pathlib import Path
from typing import Any

import polars as pl

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import mark, said
from optimiser.domain.update import CONFIRMED_MOVES
from optimiser.tables.moves_file import read_moves
from optimiser.tables.plan_file import read_plan_rows
from optimiser.workspace.entries import SHOWN, Entry, Reason
from optimiser.workspace.folder import LOG, PLANS, SNAPSHOTS, UPDATES, facts_in, is_workspace, log_of
from optimiser.workspace.history import standing
from optimiser.workspace.lock import locked
from optimiser.workspace.log import append, last_hash
from optimiser.workspace.past import LIST
from optimiser.workspace.records import concerning

OF_ANOTHER = ("conflict_of_interest", "safety")
"""Reasons that say something about another person too."""
WITHHELD = mark("withheld: it concerns another person too")
OF_OTHERS = ("gain_minutes", "barred_by", "repair")
"""Columns of plans and move lists that say how full coaches are, or what a change saves for others."""
MOVED = "moved"
"""Status of a client who could have stayed: what the change saves is what the reason goes on to say."""
ON_CLIENTS = tuple(name for name, table in TABLES.items() if "client_id" in table.schema())
"""Tables of a snapshot with rows on clients."""
WORDED = ("reason", "text")
"""Columns with a reason in words: of plans and move lists, and as the log has it."""
SENTENCES = re.compile(r"(?<=\.)\s+")
BRACKETS = re.compile(r"\s*\([^()]*\)")
Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Rows on the client in one folder of a workspace.

    Attributes
    ----------
    folder : str
        Below the workspace.
    day : str
        ISO date of its facts.
    present : bool
        Whether it is the snapshot that stands.
    tables : dict
        Name of the table, or of the file, to its rows: column to value, empty cells left out.
    """

    folder: str
    day: str
    present: bool
    tables: dict[str, list[Row]]


@dataclass(frozen=True)
class Held:
    """What is held on a client.

    Attributes
    ----------
    client_id : str
        Whom it is about.
    snapshots, plans, updates, waiting : tuple of Place
        By name; only those that hold something. Waiting: lists of what is to be entered in the client system.
    log : tuple of dict
        Latest first: entry, at, kind, undone, and what was shown or decided then.
    """

    client_id: str
    snapshots: tuple[Place, ...]
    plans: tuple[Place, ...]
    updates: tuple[Place, ...]
    waiting: tuple[Place, ...]
    log: tuple[Row, ...]

    def __bool__(self) -> bool:
        return bool(self.snapshots or self.plans or self.updates or self.waiting or self.log)

    def to_json(self) -> Row:
        """As plain values: dates as ISO text."""
        return {"held_on": self.client_id} | {
            name: [asdict(place) for place in getattr(self, name)]
            for name in ("snapshots", "plans", "updates", "waiting")
        } | {"log": list(self.log)}  # fmt: skip


def about(workspace: Path, client_id: str, at: str, salt: str, by: str = "") -> Held:
    """Gather what is held on a client; where that is something, the log says that it was shown.

    Nothing of anybody else is in it: no members of the household, no reason that says something about a coach
    as well, not how full coaches are and not what a change saves. A client with a protected address is in none of these tables.

    Parameters
    ----------
    workspace : Path
        The workspace.
    client_id : str
        The client; an id that is held nowhere gives an empty answer and no entry.
    at : str
        ISO time.
    salt : str
        A new text that nobody can guess, for the entry.
    by : str
        Pseudonymous id of who gives the command.

    Raises
    ------
    InputError
        Where the folder is no workspace, something in it cannot be read or is not as it was written, or
        somebody else is at work in it.
    """
    if not is_workspace(workspace):
        problem = said("this is no workspace")
        advice = said("Name the workspace with --workspace; the first `optimiser apply` makes one.")
        raise InputError([Complaint(str(workspace), 0, "", "", problem, advice)])
    with locked(workspace):
        entries = log_of(workspace)
        held = _gathered(workspace, client_id, entries)
        if held:
            reason = Reason(0, client_id, "", "", "", SHOWN, "", by, at[:10], "")
            append(workspace / LOG, Entry(SHOWN, at, by), [reason], lambda: salt, last_hash(entries))
    return held


def _gathered(workspace: Path, client_id: str, entries: Sequence[Entry]) -> Held:
    _refuse_changed(workspace, entries)
    stands = standing(entries)
    present = stands.folder() if stands else ""
    return Held(
        client_id,
        tuple(_places(workspace, SNAPSHOTS, _of_snapshot, client_id, present)),
        tuple(_places(workspace, PLANS, _of_plan, client_id)),
        tuple(_places(workspace, UPDATES, _of_update, client_id)),
        tuple(_lists(workspace, client_id)),
        tuple(_logged(workspace, client_id)),
    )


def _refuse_changed(workspace: Path, entries: Sequence[Entry]) -> None:
    """Raise where a plan or a table of changes is not the one that the log knows."""
    known = {name: digest for entry in entries for name, digest in entry.files.items()}
    advice = said("Bring the file back from a backup, or begin another workspace.")
    problem = said("this is no longer the file that was kept here")
    changed = [
        Complaint(str(workspace / name), 0, "", "", problem, advice)
        for name, digest in sorted(known.items())
        if (workspace / name).is_file()
        and hashlib.sha256((workspace / name).read_bytes()).hexdigest() != digest
    ]
    if changed:
        raise InputError(changed)


def _places(workspace: Path, kind: str, read: Any, client_id: str, present: str = "") -> Iterator[Place]:
    """The folders of a kind that hold something; half-written ones, whose names begin with a dot, do not count."""
    above = workspace / kind
    for folder in sorted(above.iterdir()) if above.is_dir() else []:
        if not folder.is_dir() or folder.name.startswith("."):
            continue
        found = {name: rows for name, rows in read(folder, client_id) if rows}
        if found:
            yield Place(f"{kind}/{folder.name}", folder.name[:10], folder.name == present, found)


def _lists(workspace: Path, client_id: str) -> Iterator[Place]:
    """Lists of confirmed changes that outlived what told of them."""
    for file in sorted(workspace.glob(f"{LIST}*.csv")):
        rows = _shown(_matching(pl.scan_csv(file, infer_schema=False), client_id))
        if rows:
            yield Place(file.name, file.name.removeprefix(LIST)[:10], False, {CONFIRMED_MOVES.name: rows})


def _of_snapshot(folder: Path, client_id: str) -> Iterator[tuple[str, list[Row]]]:
    frames = facts_in(folder).frames()
    for table in ON_CLIENTS:
        yield table, _shown(_matching(frames[table].lazy(), client_id))


def _of_plan(folder: Path, client_id: str) -> Iterator[tuple[str, list[Row]]]:
    if (folder / "plan.csv").is_file():
        yield "plan", _shown(read_plan_rows(folder, client_id))
    for file in sorted(folder.glob("moves*.csv")):
        yield file.stem, _shown(read_moves(file, client_id))


def _of_update(folder: Path, client_id: str) -> Iterator[tuple[str, list[Row]]]:
    for file in sorted(folder.rglob("*.csv")):
        frame = pl.scan_csv(file, infer_schema=False)
        if "client_id" in frame.collect_schema():
            yield file.relative_to(folder).with_suffix("").as_posix(), _shown(_matching(frame, client_id))


def _matching(frame: pl.LazyFrame, client_id: str) -> pl.DataFrame:
    return frame.filter(pl.col("client_id") == client_id).collect()


def _shown(frame: pl.DataFrame) -> list[Row]:
    """Rows with their filled cells; what is another person's too is not shown."""
    rows = frame.drop("line", strict=False).to_dicts()
    return [_told(row) for row in rows]


def _told(row: Row) -> Row:
    """The filled cells of a row as they may be shown to the client."""
    filled = {name: value for name, value in row.items() if value not in (None, "")}
    return {
        name: own_words(value, filled.get("status", "")) if name in WORDED else _cell(name, value)
        for name, value in filled.items()
    }


def own_words(reason: str, status: str) -> str:
    """Return what a reason of a plan or of a move list says of the client alone, in whatever language.

    The reason of the plan is the last sentence; those before it, in a move list, are about the step and its
    limits. Brackets hold how full coaches are, and the clause after the colon of a move what it saves.

    Parameters
    ----------
    reason : str
        As it was written.
    status : str
        Of the client in that plan.
    """
    own = BRACKETS.sub("", SENTENCES.split(reason.strip())[-1])
    clause, colon, _rest = own.partition(": ")
    return f"{clause}." if colon and status == MOVED else own


def _cell(name: str, value: Any) -> Any:
    if name in OF_OTHERS or (name == "reason_code" and value in OF_ANOTHER):
        return WITHHELD
    return value.isoformat() if isinstance(value, Date) else value


def _logged(workspace: Path, client_id: str) -> Iterator[Row]:
    for found in concerning(workspace, client_id):
        told, entry = _told(asdict(found.reason)), found.entry
        # Of being shown the entry's kind says everything.
        for name in ("client_id", *(("step", "decision") if entry.kind == SHOWN else ())):
            told.pop(name, None)
        yield {"entry": entry.seq, "at": entry.at, "kind": entry.kind, "undone": found.undone} | told
