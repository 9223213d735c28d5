"""`optimiser pseudonymise` and `reidentify`: persons become ids, and ids persons again, on this machine."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date as Date
from pathlib import Path

from optimiser.cli.columns import WRITTEN
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.schema import TABLES
from optimiser.domain.texts import Message, said, several
from optimiser.tables.pseudonym_folder import (
    FILES,
    RECORD,
    key_id_of,
    read_id_tables,
    unread_files,
    write_folder,
)
from optimiser.tables.pseudonym_key import (
    SECRET_BYTES,
    KeyFile,
    key_alone,
    make_key,
    read_key,
    rewrite_key,
    rights_are_known,
)
from optimiser.tables.pseudonyms import Pseudonymous, pseudonymised
from optimiser.tables.staged import staged
from optimiser.workspace import current, is_workspace

SHOWN = 40
"""Dropped columns told on the screen; all are in dropped.csv."""

SHOWN_UNREAD = 12
"""Files left unread told on the screen."""


@dataclass(frozen=True)
class Wishes:
    """The words of a call."""

    raw: Path
    key: Path
    out: Path | None
    headings: Path | None
    finnish: bool
    new_people: bool = False
    new_key: bool = False
    forget_before: Date | None = None

    def folder(self) -> Path:
        """The folder to write."""
        raw = self.raw.resolve()
        return self.out or raw.with_name(f"{raw.stem if raw.is_file() else raw.name}-pseudonymous")


def write_pseudonymous(wishes: Wishes) -> None:
    """Carry the command out and say what it did."""
    out = wishes.folder()
    _refuse_places(wishes, out)
    with key_alone(wishes.key), Stopwatch() as watch:
        new = not wishes.key.exists()
        key = _new_key(wishes, out) if new else _key_of(wishes, out)
        with watch.phase("read"):
            found = pseudonymised(wishes.raw, key, headings=wishes.headings, progress=watch)
        if found.is_strange() and not wishes.new_people:
            raise _strange(wishes.key, found)
        found, forgotten = _forget(wishes, found)
        with watch.phase("write"):
            _write(wishes, out, found, new)
    _say(wishes, out, found, new)
    if wishes.forget_before is not None:
        tell(
            several(
                "{count:,} person not seen since {day} is no longer in the key file.",
                "{count:,} persons not seen since {day} are no longer in the key file.",
                forgotten,
                day=wishes.forget_before,
            )
        )


def _forget(wishes: Wishes, found: Pseudonymous) -> tuple[Pseudonymous, int]:
    """The outcome without the persons to be forgotten, and how many those are."""
    day, key = wishes.forget_before, found.key
    if day is None:
        return found, 0
    if day > found.snapshot.date:
        problem = said("the day {day} is after the date of the export", day=day)
        advice = said("Name an earlier day with --forget-before: whoever is in the export stays.")
        raise _wrong(wishes.raw, problem, advice)
    left = key.without(day)
    count = len(key.clients) + len(key.coaches) - len(left.clients) - len(left.coaches)
    return replace(found, key=left), count


def _write(wishes: Wishes, out: Path, found: Pseudonymous, new: bool) -> None:
    """Write the folder and the key file; where one cannot be written the other is not."""
    made = False
    try:
        with staged(out, replaced=FILES) as stage:
            write_folder(stage, found, wishes.finnish)
            if new:
                make_key(wishes.key, found.key)
                made = True
            else:
                rewrite_key(wishes.key, found.key)
    except BaseException:
        # An interrupt may come when the folder stands already: then its ids need the key.
        if made and not _stands(out, found.key):
            wishes.key.unlink(missing_ok=True)
        raise


def _stands(out: Path, key: KeyFile) -> bool:
    """Whether a folder holds ids made with a key."""
    try:
        return key_id_of(out) == key.key_id()
    except InputError:
        return False


def _strange(path: Path, found: Pseudonymous) -> InputError:
    problem = said(
        "the key file knows {known:,} of the {clients:,} clients of this export",
        known=found.known,
        clients=found.clients,
    )
    advice = said(
        "Name the key file of this region, or add --new-people if the export is of people that it does not know yet."
    )
    return _wrong(path, problem, advice)


def _new_key(wishes: Wishes, out: Path) -> KeyFile:
    if key_id_of(out) is not None:
        advice = said("Name the right key file, or choose another folder to begin anew.")
        problem = said("the key file is lost: new ids would not match those of this folder")
        raise _wrong(out, problem, advice)
    if not wishes.new_key and (other := _made_beside(wishes.raw, out)) is not None:
        problem = said(
            "there is no such key file, and another folder was made with a key: {folder}", folder=str(other)
        )
        advice = said("Name the key file it was made with, or add --new-key to begin anew with other ids.")
        raise _wrong(wishes.key, problem, advice)
    return KeyFile(secrets.token_bytes(SECRET_BYTES))


def _made_beside(raw: Path, out: Path) -> Path | None:
    """A folder beside the export or the folder to write that was made with a key; None where there is none."""
    for place in dict.fromkeys((out.resolve().parent, raw.resolve().parent)):
        # What cannot be listed holds nothing of this user's.
        with suppress(OSError):
            for folder in sorted(place.iterdir()):
                if (folder / RECORD).is_file() and _has_key(folder):
                    return folder
    return None


def _has_key(folder: Path) -> bool:
    """Whether the record of a folder tells of a key; somebody else's file of that name does not."""
    try:
        return key_id_of(folder) is not None
    except InputError:
        return False


def _key_of(wishes: Wishes, out: Path) -> KeyFile:
    if wishes.new_key:
        problem = said("the key file is there already")
        raise _wrong(wishes.key, problem, said("Take --new-key away to use it, or name a new file."))
    key = read_key(wishes.key)
    _refuse_other_key(out, key)
    return key


def _refuse_other_key(folder: Path, key: KeyFile) -> None:
    if key_id_of(folder) not in (None, key.key_id()):
        problem = said("the ids of this folder were made with another key")
        raise _wrong(
            folder, problem, said("Name the key file they were made with, or choose another folder.")
        )


def _refuse_places(wishes: Wishes, out: Path) -> None:
    """Raise where export, key file and folder would lie in one another."""
    if (wishes.raw / RECORD).is_file():
        problem = said("the ids in this folder are pseudonymous already")
        raise _wrong(wishes.raw, problem, said("Name the export that it was made of."))
    raw, key, folder = wishes.raw.resolve(), wishes.key.resolve(), out.resolve()
    apart = said("Choose a folder apart from the export.")
    if folder == raw or folder.is_relative_to(raw) or raw.is_relative_to(folder):
        raise _wrong(out, said("the folder to write and the export lie in one another"), apart)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).is_file():
        problem = said("the folder holds other files and no earlier output")
        raise _wrong(out, problem, said("Choose a new or empty folder."))
    if any(is_workspace(above) for above in (folder, *folder.parents)):
        raise _wrong(out, said("the folder to write lies in a workspace"), apart)
    inside = key.is_relative_to(raw) or key.is_relative_to(folder)
    if inside or any(is_workspace(above) for above in key.parents):
        problem = said("the key file would lie with the data that it opens")
        raise _wrong(wishes.key, problem, said("Keep it apart, in a folder that only you can read."))


def _wrong(path: Path, problem: str, advice: str) -> InputError:
    return InputError([Complaint(str(path), 0, "", "", problem, advice)])


def _say(wishes: Wishes, out: Path, found: Pseudonymous, new: bool) -> None:
    """What was made of the export, what was dropped, and what to do with the key file."""
    for notice in found.notices:
        tell(notice)
    dropped = found.dropped.rows()
    for file, heading, reason in dropped[:SHOWN]:
        tell(_told_dropped(heading, file, reason))
    if len(dropped) > SHOWN:
        tell(
            several(
                "{count:,} more column dropped; see dropped.csv.",
                "{count:,} more columns dropped; see dropped.csv.",
                len(dropped) - SHOWN,
            )
        )
    tell(
        said(
            "With pseudonymous ids in {folder}: clients {clients:,}, coaches {coaches:,}.",
            folder=str(out),
            clients=found.clients,
            coaches=found.frames["coaches"].height,
        )
    )
    _say_about_key(wishes.key, new)


def _told_dropped(heading: str, file: str, reason: str) -> Message:
    if reason == "in_key":
        return said("Dropped: {heading} in {file} (kept in the key file alone)", heading=heading, file=file)
    if reason == "personal":
        return said("Dropped: {heading} in {file} (personal)", heading=heading, file=file)
    if reason == "free_text":
        return said("Dropped: cells of {heading} in {file} (free text)", heading=heading, file=file)
    return said("Dropped: {heading} in {file} (not needed)", heading=heading, file=file)


def _say_about_key(path: Path, new: bool) -> None:
    if new:
        tell(
            said(
                "Made the key file {file}. Keep it apart from the data, and a copy of it safe: without it the next "
                "export gets other ids, and nobody can say who is who.",
                file=str(path),
            )
        )
    if not rights_are_known():
        tell(said("Who may read {file} cannot be checked on this system: see to its rights.", file=str(path)))


def write_identified(out: Path, key_file: Path, to: Path | None) -> None:
    """Write a workbook with the names beside the ids, and say how many are known."""
    from optimiser.reports.identified import count_known
    from optimiser.reports.identified import write_identified as write_workbook

    key = read_key(key_file)
    folder = current(out)
    target = to or out.resolve().with_name(f"{out.resolve().name}-with-names.xlsx")
    _refuse_target(target, out, folder)
    _refuse_other_key(folder, key)
    declared = TABLES | {table.name: table for table in WRITTEN}
    tables = read_id_tables(folder, declared, key)
    if not tables:
        advice = said("Name a folder that was made of an export with `optimiser pseudonymise`, or its plan.")
        raise _wrong(out, said("no table here holds ids of `optimiser pseudonymise`"), advice)
    counted = count_known(tables, key)
    if not counted.known:
        problem = said("the ids of this folder were made with another key")
        raise _wrong(out, problem, said("Name the key file they were made with, or choose another folder."))
    write_workbook(target, tables, key, Date.today(), texts())
    _say_unread(unread_files(folder))
    tell(
        said(
            "Ids that the key file knows: {known:,}; that it does not know: {unknown:,}.",
            known=counted.known,
            unknown=counted.unknown,
        )
    )
    tell(said("Names and identity codes are in {file}: delete it after use.", file=str(target)))


def _say_unread(files: Sequence[str]) -> None:
    """What no name was joined to: only tables as CSV or Parquet are read."""
    if files:
        tell(
            several(
                "{count:,} file is no CSV or Parquet and was left unread: {files}",
                "{count:,} files are no CSV or Parquet and were left unread: {files}",
                len(files),
                files=", ".join([*files[:SHOWN_UNREAD], *(["…"] if len(files) > SHOWN_UNREAD else [])]),
            )
        )


def _refuse_target(target: Path, out: Path, folder: Path) -> None:
    place = target.resolve()
    inside = any(place.is_relative_to(f.resolve()) for f in (out, folder))
    if inside or any(is_workspace(above) for above in place.parents):
        problem = said("names may not lie with the pseudonymous data")
        raise _wrong(target, problem, said("Name another place with --to."))
    if target.suffix.lower() != ".xlsx":
        raise _wrong(
            target, said("the name does not end in .xlsx"), said("Name a workbook, such as persons.xlsx.")
        )
