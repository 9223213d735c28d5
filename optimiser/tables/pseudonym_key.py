"""The key file: the secret behind pseudonymous ids and whom they stand for; its owner's alone, never printed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Set
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date as Date
from pathlib import Path
from typing import Any, Literal

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.pseudonyms import Person
from optimiser.domain.texts import said
from optimiser.tables.coach_forms import coach_form
from optimiser.tables.lock import OWNERS_FILE, held
from optimiser.tables.staged import staged_file

Kind = Literal["client", "coach", "household"]

VERSION = 1
SECRET_BYTES = 32
PREFIXES: dict[Kind, str] = {"client": "C", "coach": "K", "household": "H"}
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Of base 32, without those that are taken for others or make words: I, L, O, U."""
LENGTH = 12
"""Letters after the prefix: 60 bits, so that among a million ids two are alike once in two million exports."""
IDS = rf"[CK][{LETTERS}]{{{LENGTH}}}"
"""Pattern of the ids of clients and coaches."""


@dataclass(frozen=True)
class KeyFile:
    """The secret, and the persons seen with it.

    Attributes
    ----------
    secret : bytes
        `SECRET_BYTES` random bytes.
    clients, coaches : dict
        Pseudonymous id to person.
    """

    secret: bytes = field(repr=False)
    clients: dict[str, Person] = field(default_factory=dict, repr=False)
    coaches: dict[str, Person] = field(default_factory=dict, repr=False)

    def pseudonym(self, kind: Kind, identity: str) -> str:
        """Return the id that stands for an identity; other kinds give other ids for the same text."""
        digest = hashlib.blake2b(identity.encode(), digest_size=8, key=self.secret, person=kind.encode())
        number = int.from_bytes(digest.digest())
        return PREFIXES[kind] + "".join(LETTERS[number >> 5 * i & 31] for i in range(LENGTH))

    def key_id(self) -> str:
        """Return what tells this secret from another without telling it: 16 hex digits."""
        return hashlib.blake2b(digest_size=8, key=self.secret, person=b"key").hexdigest()

    def address(self, text: str) -> str:
        """Return what stands for an e-mail address, so that its owner is known by it and it is not kept."""
        return self.pseudonym("coach", coach_form(text))

    def seen(self, clients: Set[str], coaches: Set[str], day: Date) -> KeyFile:
        """Return the key with the day on which persons were seen; who has none was seen by then at the latest."""
        return replace(
            self, clients=_seen(self.clients, clients, day), coaches=_seen(self.coaches, coaches, day)
        )

    def without(self, day: Date) -> KeyFile:
        """Return the key without those who have not been seen since a day."""
        clients, coaches = (
            {i: p for i, p in known.items() if p.last_seen >= day.isoformat()}
            for known in (self.clients, self.coaches)
        )
        return replace(self, clients=clients, coaches=coaches)


def _seen(known: dict[str, Person], present: Set[str], day: Date) -> dict[str, Person]:
    told = day.isoformat()
    return {
        i: replace(p, last_seen=max(p.last_seen, told)) if i in present or not p.last_seen else p
        for i, p in known.items()
    }


@contextmanager
def key_alone(path: Path) -> Iterator[None]:
    """Hold a key file alone, there already or not, from reading it until it is rewritten.

    Raises
    ------
    InputError
        Where somebody else is using it, or others may write in its folder.
    """
    place = path.resolve()
    if place.parent.is_dir():
        _refuse_open_folder(path)
    busy = said("somebody else is using the key file")
    taken = _wrong(path, busy, said("Try again in a moment."))
    with ExitStack() as stack:
        try:
            stack.enter_context(held(place.with_name(f".{place.name}.lock"), taken))
        except OSError as error:
            advice = said("Choose another place for the key file, in a folder that is there.")
            problem = said("the key file cannot be made here")
            if path.exists():
                problem = said("nothing can be written in {folder}", folder=str(place.parent))
                advice = said("Choose a folder you may write in.")
            raise _wrong(path, problem, advice) from error
        yield


def read_key(path: Path) -> KeyFile:
    """Read a key file.

    Raises
    ------
    InputError
        Where it is no key file, or others than its owner may read or replace it.
    """
    try:
        if not path.is_file():
            raise _wrong(path, said("there is no key file"), said("Name the file that holds the key."))
        _refuse_open(path)
        text = path.read_bytes()
    except OSError as error:
        advice = said("Ask its owner, or name the right key file.")
        raise _wrong(path, said("the key file cannot be opened"), advice) from error
    try:
        return _understood(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        # What the parser says would repeat parts of the file.
        pass
    advice = said("Name the file that `optimiser pseudonymise` made, or bring it back from a backup.")
    raise _wrong(path, said("the file is no key file"), advice)


def rights_are_known() -> bool:
    """Whether this system tells who may read a file."""
    return os.name == "posix"


def make_key(path: Path, key: KeyFile) -> None:
    """Write a new key file that only its owner can read.

    Raises
    ------
    InputError
        Where a file stands there already, or it cannot be written.
    """
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNERS_FILE)
    except OSError as error:
        advice = said("Choose another place for the key file, in a folder that is there.")
        raise _wrong(path, said("the key file cannot be made here"), advice) from error
    try:
        _write(number, key)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def rewrite_key(path: Path, key: KeyFile) -> None:
    """Put the persons seen into a key file that is there: the whole file takes its place, or nothing does.

    Raises
    ------
    InputError
        Where it cannot be written.
    """
    with staged_file(path.resolve(), lambda _: True) as beside:
        _write(os.open(beside, os.O_WRONLY | os.O_TRUNC), key)


def _write(number: int, key: KeyFile) -> None:
    with open(number, "w", encoding="utf-8") as file:
        json.dump(_told(key), file, ensure_ascii=False, indent=0)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _told(key: KeyFile) -> dict[str, Any]:
    """The key file as JSON, empty fields left out."""
    kinds = {"clients": key.clients, "coaches": key.coaches}
    people = {
        kind: {i: {k: v for k, v in asdict(p).items() if v} for i, p in sorted(known.items())}
        for kind, known in kinds.items()
    }
    return {"version": VERSION, "key": key.secret.hex(), **people}


def _understood(told: dict[str, Any]) -> KeyFile:
    """The key file from its JSON; ValueError and its like where it is none."""
    secret = bytes.fromhex(told["key"])
    if told["version"] != VERSION or len(secret) != SECRET_BYTES:
        raise ValueError
    bare = KeyFile(secret)
    clients, coaches = (
        {str(i): _person(p, bare) for i, p in told[kind].items()} for kind in ("clients", "coaches")
    )
    if not all(_is_person(p) for known in (clients, coaches) for p in known.values()):
        raise ValueError
    return KeyFile(secret, clients, coaches)


def _person(told: dict[str, Any], key: KeyFile) -> Person:
    """A person; addresses, which earlier key files kept as they stood, become what the key makes of them."""
    kept = {name: value for name, value in told.items() if name != "email"}
    return Person(**({"address": key.address(told["email"])} if told.get("email") else {}) | kept)


def _is_person(person: Person) -> bool:
    texts = (person.id, person.code, person.name, person.address, person.last_seen)
    if person.last_seen:
        Date.fromisoformat(person.last_seen)
    return all(isinstance(text, str) for text in texts) and isinstance(person.protected, bool)


def _refuse_open(path: Path) -> None:
    """Raise where somebody else owns the key file, or may read, change or replace it."""
    if not rights_are_known():
        return
    about = path.stat()
    if about.st_uid not in (os.getuid(), 0):
        advice = said("Ask its owner, or name the right key file.")
        raise _wrong(path, said("the key file is somebody else's"), advice)
    if stat.S_IMODE(about.st_mode) & ~OWNERS_FILE:
        advice = said("Take the rights of others away: chmod 600 {file}", file=path.name)
        raise _wrong(path, said("others than the owner may read or change the key file"), advice)
    _refuse_open_folder(path)


def _refuse_open_folder(path: Path) -> None:
    """Raise where others may put another file in the place of the key file."""
    if not rights_are_known():
        return
    folder = path.resolve().parent
    about = folder.stat()
    group = about.st_mode & stat.S_IWGRP and not _is_own_group(about)
    if (group or about.st_mode & stat.S_IWOTH) and not about.st_mode & stat.S_ISVTX:
        advice = said("Take the rights of others away: chmod go-w {file}", file=str(folder))
        raise _wrong(path, said("others may write in the folder of the key file"), advice)


def _is_own_group(about: os.stat_result) -> bool:
    """Whether the group is the owner's alone, as many systems give one to each of their users."""
    import grp
    import pwd

    try:
        group, owner = grp.getgrgid(about.st_gid), pwd.getpwuid(about.st_uid)
    except KeyError:
        return False
    own = owner.pw_gid == about.st_gid and owner.pw_name == group.gr_name
    return own and set(group.gr_mem) <= {owner.pw_name}


def _wrong(path: Path, problem: str, advice: str) -> InputError:
    return InputError([Complaint(str(path), 0, "", "", problem, advice)])
