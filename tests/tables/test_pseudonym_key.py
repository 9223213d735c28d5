"""The key file is its owner's alone, is never repeated, and gives ids that look like nothing else."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimiser.domain.errors import InputError
from optimiser.domain.pseudonyms import Person
from optimiser.tables.faults import SECRET
from optimiser.tables.parse_values import ID
from optimiser.tables.pseudonym_key import (
    IDS,
    LENGTH,
    LETTERS,
    KeyFile,
    key_alone,
    make_key,
    read_key,
    rewrite_key,
)

ONE, OTHER = KeyFile(bytes(range(32))), KeyFile(bytes(32))
posix = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")


def rights(path: Path) -> int:
    """The rights of a file."""
    return path.stat().st_mode & 0o777


def refused(path: Path) -> str:
    """What is said about a key file that is refused."""
    with pytest.raises(InputError) as caught:
        read_key(path)
    return str(caught.value).removeprefix(str(path))


@given(st.text(min_size=1))
def test_ids(identity: str) -> None:
    """Ids have one shape, are ids to the reader, depend on the key, and differ for clients and coaches."""
    client, coach = ONE.pseudonym("client", identity), ONE.pseudonym("coach", identity)
    assert re.fullmatch(IDS, client) and re.fullmatch(IDS, coach) and re.match(ID, client)
    assert client == ONE.pseudonym("client", identity) != OTHER.pseudonym("client", identity)
    assert client[1:] != coach[1:] != ONE.pseudonym("household", identity)[1:]


def test_collisions_are_out_of_the_question() -> None:
    """Among a million clients two share an id with a chance below one in a million."""
    assert 1e12 / 2 / len(LETTERS) ** LENGTH < 1e-6
    assert len(set(LETTERS)) == 32 and not set("ILOU") & set(LETTERS)


def test_key_id_tells_nothing() -> None:
    """The key's own id is stable, differs by key, and holds no part of the key."""
    assert ONE.key_id() == KeyFile(ONE.secret).key_id() != OTHER.key_id()
    assert ONE.key_id() not in ONE.secret.hex()


def test_nothing_of_it_is_printed() -> None:
    """Neither the secret nor a person stands in what a fault would show."""
    key = KeyFile(ONE.secret, {"C1": Person("1", "131052-308T", "Anna")}, {"K1": Person("a@b.fi")})
    assert repr(key) == "KeyFile()"


@posix
def test_rights_of_a_new_file(tmp_path: Path) -> None:
    """A new key file is its owner's alone, whatever the process grants, and so it stays when rewritten."""
    before = os.umask(0)
    try:
        make_key(tmp_path / "key", ONE)
        assert rights(tmp_path / "key") == 0o600
        rewrite_key(tmp_path / "key", OTHER)
        assert rights(tmp_path / "key") == 0o600
    finally:
        os.umask(before)
    assert [p.name for p in tmp_path.iterdir()] == ["key"]


def test_round_trip(tmp_path: Path) -> None:
    """What is written is read again, persons among it."""
    key = KeyFile(ONE.secret, {"C1": Person("1", "131052-308T", "Åke", protected=True)}, {"K1": Person("v")})
    make_key(tmp_path / "key", ONE)
    assert read_key(tmp_path / "key") == ONE
    rewrite_key(tmp_path / "key", key)
    assert read_key(tmp_path / "key") == key


def test_addresses_of_an_earlier_key_file(tmp_path: Path) -> None:
    """A key file that kept addresses is read; what is written again holds them no more, and still knows them."""
    old = {
        "version": 1,
        "key": ONE.secret.hex(),
        "clients": {},
        "coaches": {"K1": {"id": "v1", "email": "A@b.fi"}},
    }
    (tmp_path / "key").write_text(json.dumps(old))
    (tmp_path / "key").chmod(0o600)
    key = read_key(tmp_path / "key")
    assert key.coaches == {"K1": Person("v1", address=ONE.address("a@b.fi"))}
    rewrite_key(tmp_path / "key", key)
    assert "@" not in (tmp_path / "key").read_text() and read_key(tmp_path / "key") == key


def test_a_file_is_never_overwritten_by_a_new_key(tmp_path: Path) -> None:
    """Where a file stands a new key is refused, and the file stays."""
    (tmp_path / "key").write_text("mine")
    with pytest.raises(InputError):
        make_key(tmp_path / "key", ONE)
    assert (tmp_path / "key").read_text() == "mine"


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_open_rights(tmp_path: Path, mode: int) -> None:
    """A key file that others may read or change is refused with the command that mends it."""
    make_key(tmp_path / "key", ONE)
    (tmp_path / "key").chmod(mode)
    assert "chmod 600 key" in refused(tmp_path / "key")


@posix
def test_a_key_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key file that another user owns is refused, for its owner may change it; one of root is not."""
    make_key(tmp_path / "key", ONE)
    owner = tmp_path.stat().st_uid
    if owner:
        monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    else:
        os.chown(tmp_path / "key", 12345, -1)
    assert "the key file is somebody else's" in refused(tmp_path / "key")
    if not owner:
        os.chown(tmp_path / "key", 0, -1)
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert read_key(tmp_path / "key") == ONE


@posix
@pytest.mark.parametrize(("mode", "open_to"), [(0o777, True), (0o757, True), (0o1777, False), (0o755, False)])
def test_a_folder_that_others_may_write(tmp_path: Path, mode: int, open_to: bool) -> None:
    """Where others may put another file in its place a key is neither read nor made, but for sticky folders."""
    folder = tmp_path / "keys"
    folder.mkdir()
    make_key(folder / "key", ONE)
    folder.chmod(mode)
    if not open_to:
        with key_alone(folder / "key"):
            assert read_key(folder / "key") == ONE
        return
    assert "chmod go-w" in refused(folder / "key")
    with pytest.raises(InputError, match="others may write in the folder"), key_alone(folder / "new"):
        pytest.fail("must not begin")
    assert [p.name for p in folder.iterdir()] == ["key"]


@posix
def test_a_folder_of_a_group(tmp_path: Path) -> None:
    """A folder that a group of others may write is refused too."""
    folder = tmp_path / "keys"
    folder.mkdir()
    make_key(folder / "key", ONE)
    theirs = next((g for g in os.getgroups() if g != os.getgid()), 12345 if not os.getuid() else None)
    if theirs is None:
        pytest.skip("no other group to give the folder to")
    os.chown(folder, -1, theirs)
    folder.chmod(0o770)
    assert "others may write in the folder" in refused(folder / "key")


def test_one_at_a_time(tmp_path: Path) -> None:
    """From reading to rewriting a key file is one user's; the other is told so and leaves no trace."""
    key = tmp_path / "key"
    with key_alone(key):
        make_key(key, ONE)
        with pytest.raises(InputError, match="somebody else is using the key file"), key_alone(key):
            pytest.fail("must not begin")
        rewrite_key(key, KeyFile(ONE.secret, {"C1": Person("1")}))
    assert read_key(key).clients == {"C1": Person("1")}
    assert [p.name for p in tmp_path.iterdir()] == ["key"]


def test_a_place_where_no_key_can_be_made(tmp_path: Path) -> None:
    """A folder that is not there is told before anything is read."""
    with pytest.raises(InputError, match="cannot be made here"), key_alone(tmp_path / "none" / "key"):
        pytest.fail("must not begin")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "client_id,name\nC1,Anna\n",
        "[]",
        "{}",
        '"131052-308T"',
        json.dumps({"version": 2, "key": "00" * 32, "clients": {}, "coaches": {}}),
        json.dumps({"version": 1, "key": "00" * 16, "clients": {}, "coaches": {}}),
        json.dumps({"version": 1, "key": "no hex: 131052-308T", "clients": {}, "coaches": {}}),
        json.dumps(
            {"version": 1, "key": "00" * 32, "clients": {"C1": {"hetu": "131052-308T"}}, "coaches": {}}
        ),
        json.dumps({"version": 1, "key": "00" * 32, "clients": {"C1": {"id": 131052}}, "coaches": {}}),
        json.dumps({"version": 1, "key": "00" * 32, "clients": {}, "coaches": {"K1": {"name": ["Anna"]}}}),
        json.dumps({"version": 1, "key": "00" * 32, "clients": {"C1": {"protected": "yes"}}, "coaches": {}}),
        json.dumps(
            {"version": 1, "key": "00" * 32, "clients": {"C1": {"last_seen": "today"}}, "coaches": {}}
        ),
    ],
)
def test_no_key_file(tmp_path: Path, text: str) -> None:
    """Any other file is refused, and nothing of it is repeated."""
    (tmp_path / "key").write_text(text)
    (tmp_path / "key").chmod(0o600)
    told = refused(tmp_path / "key")
    assert "no key file" in told and "131052" not in told and "Anna" not in told


def test_missing_file(tmp_path: Path) -> None:
    """A key file that is not there, or is a folder, is said so."""
    assert "there is no key file" in refused(tmp_path / "key")
    assert "there is no key file" in refused(tmp_path)


def test_nothing_like_an_identity_code() -> None:
    """Hardly any id is masked in messages because digits happen to stand as in an identity code."""
    ids = [ONE.pseudonym("client", str(i)) for i in range(20_000)]
    assert len(set(ids)) == 20_000
    assert sum(re.search(SECRET, i) is not None for i in ids) < 10
