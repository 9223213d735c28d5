"""`optimiser about` and `optimiser forget`: what is held on a client, and the end of what was kept long enough."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from pathlib import Path

from optimiser.cli.apply import SALT_BYTES, now, official
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.moves import MOVES
from optimiser.domain.plan import PLAN
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import Message, Texts, said, several
from optimiser.domain.update import CHANGES
from optimiser.tables.policy_file import read_policy
from optimiser.tables.staged import staged_file
from optimiser.workspace.about import WITHHELD, Held, Place, Row, about
from optimiser.workspace.entries import APPLY, SHOWN, Entry
from optimiser.workspace.folder import PLANS, SNAPSHOTS, TOTALS, UPDATES
from optimiser.workspace.forget import Before, Forgotten, forget, retention

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KEY = "held_on"
"""By which an earlier answer is known again."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call of `forget`."""

    workspace: Path
    before: Date | None
    policy: Path | None
    by: str


def tell_about(client: str, workspace: Path, out: Path | None, by: str = "") -> None:
    """Show, or write, all that is held on a client."""
    by = official(by)
    if out is not None and out.resolve().is_relative_to(workspace.resolve()):
        problem, advice = said("the file lies in the workspace"), said("Name a file outside of it.")
        raise InputError([Complaint(str(out), 0, "--out", "", problem, advice)])
    if out is None:
        held = about(workspace, client, now(), secrets.token_hex(SALT_BYTES), by)
        _show(held, workspace)
        return
    with staged_file(out, _is_answer) as beside:
        held = about(workspace, client, now(), secrets.token_hex(SALT_BYTES), by)
        text = json.dumps({"workspace": str(workspace)} | held.to_json(), indent=1, ensure_ascii=False)
        beside.write_text(text + "\n", encoding="utf-8")
    if held:
        tell(said("What is held on {client} is in {file}", client=client, file=str(out)))
    else:
        tell(_nothing(client, workspace))


def _nothing(client: str, workspace: Path) -> Message:
    return said("Nothing is held on {client} in {workspace}.", client=client, workspace=str(workspace))


def _is_answer(file: Path) -> bool:
    """Whether a file is an earlier answer."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return isinstance(content, dict) and KEY in content


def _show(held: Held, workspace: Path) -> None:
    """The answer on the screen."""
    if not held:
        tell(_nothing(held.client_id, workspace))
        return
    tell(said("Held on {client} in {workspace}", client=held.client_id, workspace=str(workspace)))
    for place in held.snapshots:
        _show_place(place, _title(place))
    for place in held.plans:
        day = Date.fromisoformat(place.day)
        _show_place(place, said("Plan made of the facts of {day} ({folder})", day=day, folder=place.folder))
    for place in held.updates:
        day = Date.fromisoformat(place.day)
        _show_place(place, said("What changed until {day} ({folder})", day=day, folder=place.folder))
    for place in held.waiting:
        _show_place(place, said("To be entered in the client system ({file})", file=place.folder))
    for row in held.log:
        _show_entry(row)
    tell("")
    tell(
        said(
            "These are pseudonymous data. What says something about another person too is withheld, and so is "
            "how full coaches are and what a change saves. The log notes that this was shown."
        )
    )


def _show_entry(row: Row) -> None:
    """What one entry of the log has on the client."""
    tell("")
    day = Date.fromisoformat(row["at"][:10])
    title = said("Entry {entry} of the log, {day}", entry=row["entry"], day=day)
    if row["kind"] == SHOWN:
        title = said(
            "Entry {entry} of the log, {day}: what is held on the client was shown.", **_of(row, day)
        )
    elif row["kind"] == APPLY:
        title = said("Entry {entry} of the log, {day}: an official decided on the coach.", **_of(row, day))
        if row["undone"]:
            title = said(
                "Entry {entry} of the log, {day}: an official decided on the coach; taken back later.",
                **_of(row, day),
            )
    tell(title)
    known = {c.name: c.description for c in MOVES.columns}
    known["text"] = known["reason"]
    _show_row({name: v for name, v in row.items() if name not in ("entry", "at", "kind", "undone")}, known)


def _of(row: Row, day: Date) -> dict[str, object]:
    return {"entry": row["entry"], "day": day}


def _title(place: Place) -> Message:
    day = Date.fromisoformat(place.day)
    if place.present:
        return said("The present snapshot, of {day} ({folder})", day=day, folder=place.folder)
    return said("Snapshot of {day} ({folder})", day=day, folder=place.folder)


def _show_place(place: Place, title: Message) -> None:
    tell("")
    tell(title)
    for table, rows in place.tables.items():
        declared = TABLES | {"plan": PLAN, "moves": MOVES} | {table.name: table for table in CHANGES}
        known = declared.get(table.partition("-")[0])
        of = {c.name: c.description for c in known.columns} if known else {}
        for row in rows:
            tell(f"  {table}")
            _show_row(row, of)


def _show_row(row: Row, descriptions: dict[str, str]) -> None:
    """Column by column, each with what it means."""
    words = texts()
    for name, value in row.items():
        shown = _in_words(value, words)
        meaning = words.gettext(descriptions[name]).rstrip(".") if name in descriptions else ""
        tell(f"    {name}: {shown}" + (f"  ({meaning})" if meaning else ""))


def _in_words(value: object, words: Texts) -> object:
    """A cell in the reader's language: what is withheld, yes and no, days."""
    if value == WITHHELD:
        return words.gettext(WITHHELD)
    if isinstance(value, bool):
        return words.gettext("yes") if value else words.gettext("no")
    if words.language != "en" and isinstance(value, str) and DAY.fullmatch(value):
        return words.day(Date.fromisoformat(value))
    return value


def forget_before(wishes: Wishes) -> None:
    """Purge what is older than the day named, or than the policy keeps it."""
    policy, by, at = read_policy(wishes.policy), official(wishes.by), now()
    if wishes.before is not None:
        before = Before(wishes.before, wishes.before)
    else:
        before = retention(policy, Date.fromisoformat(at[:10]))
    with Stopwatch() as watch, watch.phase("purge"):
        done = forget(wishes.workspace, before, policy, at, by, watch)
    _tell_forgotten(done, wishes.workspace)


def _tell_forgotten(done: Forgotten, workspace: Path) -> None:
    if done.finished:
        tell(
            several(
                "{count} folder that an earlier purge had left half-way is deleted now.",
                "{count} folders that an earlier purge had left half-way are deleted now.",
                done.finished,
            )
        )
    days = {"day": done.before.snapshots, "reasons": done.before.reasons}
    if done.entry is None:
        if done.stays is None:
            tell(said("No facts from before {day} and no reasons from before {reasons} are kept.", **days))
        else:
            tell(
                said(
                    "No other facts from before {day} and no reasons from before {reasons} are kept.", **days
                )
            )
        _tell_what_stays(done, workspace)
        return
    tell(said("Facts from before {day} and reasons from before {reasons} are purged:", **days))
    for line in _counts(done.folders, done.entry):
        tell(line)
    _tell_what_stays(done, workspace)
    if done.unread:
        tell(
            several(
                "{count} snapshot was not whole, so that its totals are not known: {names}",
                "{count} snapshots were not whole, so that their totals are not known: {names}",
                len(done.unread),
                names=", ".join(done.unread),
            )
        )
    if done.folders[SNAPSHOTS]:
        tell(said("The totals of the snapshots are in {file}", file=str(workspace / TOTALS)))
    tell(said("Backups are not touched: have them purged by those who look after them."))
    tell(said("The log ends at entry {entry}, {hash}", entry=done.entry.seq, hash=done.entry.hash))


def _tell_what_stays(done: Forgotten, workspace: Path) -> None:
    """That the present snapshot stays though it is old, and what is not known any more."""
    if done.stays is not None:
        tell(
            said(
                "The present snapshot, of {day}, stays. A workspace that is no longer used is deleted as a "
                "folder: {workspace}",
                day=done.stays,
                workspace=str(workspace),
            )
        )
    if done.waiting:
        tell(
            several(
                "{count:,} confirmed change of coach is not in the client system yet: the list of it is kept until "
                "the first purge after an update ({file}).",
                "{count:,} confirmed changes of coach are not in the client system yet: the list of them is kept "
                "until the first purge after an update ({file}).",
                done.waiting,
                file=str(workspace / next(iter(done.entry.files))) if done.entry else "",
            )
        )
    if done.departures:
        tell(
            several(
                "{count:,} departure from before {day} is in the present snapshot and stays until an update that "
                "comes when it is older than the policy keeps departures.",
                "{count:,} departures from before {day} are in the present snapshot and stay until an update that "
                "comes when they are older than the policy keeps departures.",
                done.departures,
                day=done.before.snapshots,
            )
        )
    if done.younger:
        tell(
            several(
                "The reasons of {count:,} entry about facts from before {day} stay, as the entry itself is "
                "younger: the policy keeps them until {until}.",
                "The reasons of {count:,} entries about facts from before {day} stay, as the entries themselves "
                "are younger: the policy keeps the last of them until {until}.",
                done.younger,
                day=done.before.snapshots,
                until=done.until,
            )
        )


def _counts(folders: Mapping[str, Sequence[str]], entry: Entry) -> list[Message]:
    return [
        several("  {count:,} snapshot", "  {count:,} snapshots", len(folders[SNAPSHOTS])),
        several(
            "  {count:,} plan with its move list",
            "  {count:,} plans with their move lists",
            len(folders[PLANS]),
        ),
        several("  {count:,} list of changes", "  {count:,} lists of changes", len(folders[UPDATES])),
        several(
            "  the reasons of {count:,} entry of the log",
            "  the reasons of {count:,} entries of the log",
            len(entry.steps["purged"]),
        ),
    ]
