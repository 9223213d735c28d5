"""`pseudonymise` and `reidentify` from export to plan and back: nothing leaks, nothing is half written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from optimiser.cli.pseudonyms import Wishes, write_pseudonymous
from optimiser.tables import staged
from optimiser.tables.pseudonym_key import key_alone
from tests.cli.calls import Called, call, files_of
from tests.raw_exports import (
    PERSONS,
    demo_export,
    tiny_export,
)

posix = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")


@pytest.fixture(scope="module")
def made(region: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Called]:
    """A demo region as an export, and its pseudonymous tables beside; the key stands in `key/key`."""
    room = tmp_path_factory.mktemp("pseudonyms")
    raw, secrets = demo_export(region, room / "raw")
    (room / "key").mkdir()
    called = call("pseudonymise", raw, "--key", room / "key" / "key")
    assert called.code == 0, called
    return room, secrets, called


@pytest.fixture
def room(made: tuple[Path, list[str], Called], tmp_path: Path) -> Path:
    """A copy of all that, to be spoiled."""
    return Path(shutil.copytree(made[0], tmp_path / "room"))


def sheets(path: Path) -> dict[str, pl.DataFrame]:
    """The sheets of a workbook, all as text."""
    book = fastexcel.read_excel(path)
    return {name: book.load_sheet(name, dtypes="string").to_polars() for name in book.sheet_names}


def test_nothing_of_a_person_comes_out(made: tuple[Path, list[str], Called]) -> None:
    """No name, code, address or id of the export stands in any byte written beside the key, or on the screen."""
    room, secrets, called = made
    out = b"\n".join(files_of(room / "raw-pseudonymous").values()).decode()
    words = set(out.replace(",", "\n").split("\n"))
    assert not words & set(secrets)
    long = [s for s in secrets if len(s) > 8]
    assert long and not [s for s in long if s in out or s in called.out + called.err]
    assert (room / "key" / "key").read_text(encoding="utf-8").count(secrets[0]) == 1


def test_the_key_is_never_printed(made: tuple[Path, list[str], Called]) -> None:
    """The secret stands in the key file and nowhere else."""
    room, _, called = made
    secret = json.loads((room / "key" / "key").read_text(encoding="utf-8"))["key"]
    out = b"".join(files_of(room / "raw-pseudonymous").values()).decode()
    assert len(secret) == 64 and secret not in called.out + called.err + out


@posix
def test_rights(made: tuple[Path, list[str], Called]) -> None:
    """Key file and tables are their owner's alone."""
    room, _, _ = made
    files = [room / "key" / "key", *(room / "raw-pseudonymous").iterdir()]
    assert {f.stat().st_mode & 0o777 for f in files} == {0o600}


def test_what_is_said(made: tuple[Path, list[str], Called]) -> None:
    """The screen lists what was dropped and says that the key must be kept."""
    _, _, called = made
    for heading in ("hetu", "nimi"):
        assert f"Dropped: {heading} in clients.csv (kept in the key file alone)" in called.out
    assert "Dropped: email in coaches.csv (personal)" in called.out
    assert "Keep it apart from the data" in called.out
    assert called.err == ""


def test_the_same_key_gives_the_same_ids(room: Path) -> None:
    """A second export with the same key gives the same files to the byte, and makes no new key."""
    before = files_of(room / "raw-pseudonymous"), files_of(room / "key")
    called = call("pseudonymise", room / "raw", "--key", room / "key" / "key")
    assert called.code == 0 and "Made the key file" not in called.out
    assert (files_of(room / "raw-pseudonymous"), files_of(room / "key")) == before


def test_round_trip(room: Path) -> None:
    """The plan of the pseudonymous region goes back to names, codes and ids of the export, all of them right."""
    region, plan = room / "raw-pseudonymous", room / "plan"
    solved = call("allocate", region, "--out", plan)
    assert solved.code == 0 and "left unread" not in solved.out
    called = call("reidentify", plan, "--key", room / "key" / "key")
    assert called.code == 0 and "does not know: 0" in called.out
    found = sheets(room / "plan-with-names.xlsx")["plan"]
    raw = pl.read_csv(room / "raw" / "clients.csv", infer_schema=False)
    joined = found.join(raw, left_on="client_id: id in the export", right_on="client_id")
    assert joined.height == found.height == pl.read_csv(plan / "plan.csv").height
    assert joined["client_id: identity code"].equals(joined["hetu"], null_equal=True)
    assert joined["client_id: name"].equals(joined["nimi"], null_equal=True)
    coaches = pl.read_csv(room / "raw" / "coaches.csv", infer_schema=False)
    names = dict(zip(coaches["coach_id"], coaches["nimi"], strict=True))
    kept = found.filter(pl.col("status") == "kept")
    assert kept.height
    told = [names[i] for i in kept["coach_id: id in the export"]]
    assert kept["coach_id: name"].to_list() == told


def test_another_key_for_the_same_folder(room: Path) -> None:
    """Ids of another key never replace those of a folder; the folder and the key stay as they are."""
    shutil.copytree(room / "raw", room / "again")
    (room / "other").mkdir()
    assert call("pseudonymise", room / "again", "--key", room / "other" / "key", "--new-key").code == 0
    before = files_of(room)
    out = room / "raw-pseudonymous"
    called = call("pseudonymise", room / "raw", "--key", room / "other" / "key", "--out", out)
    assert called.code == 2 and "another key" in called.err
    assert files_of(room) == before


def test_lost_key(room: Path) -> None:
    """Without the key file of a folder no new one is made behind its user's back."""
    (room / "key" / "key").unlink()
    before = files_of(room)
    called = call("pseudonymise", room / "raw", "--key", room / "key" / "key")
    assert called.code == 2 and "the key file is lost" in called.err
    assert files_of(room) == before


@pytest.mark.parametrize("beside", ["out", "raw"])
def test_a_mistyped_key(room: Path, beside: str) -> None:
    """A key file that is not there is not made where a folder beside the export or the output has another's ids."""
    (room / "apart").mkdir()
    out = room / "april" if beside == "out" else room / "apart" / "april"
    raw = room / "raw" if beside == "raw" else Path(shutil.copytree(room / "raw", room / "apart" / "raw2"))
    words = ("pseudonymise", raw, "--key", room / "key" / "kye", "--out", out)
    before = files_of(room)
    called = call(*words)
    assert called.code == 2 and "raw-pseudonymous" in called.err and "add --new-key" in called.err
    assert files_of(room) == before
    called = call(*words, "--new-key")
    assert called.code == 0 and "Made the key file" in called.out


def test_a_new_key_over_another(room: Path) -> None:
    """--new-key with a key file that is there is refused, and the file stays."""
    before = files_of(room)
    called = call("pseudonymise", room / "raw", "--key", room / "key" / "key", "--new-key")
    assert called.code == 2 and "the key file is there already" in called.err and files_of(room) == before


def test_files_left_unread(room: Path) -> None:
    """Workbooks and pages beside the tables are read by nobody, and said so."""
    folder = room / "raw-pseudonymous"
    (folder / "below").mkdir()
    (folder / "plan.xlsx").touch()
    (folder / "below" / "page.html").touch()
    called = call("reidentify", folder, "--key", room / "key" / "key")
    assert called.code == 0
    files = ", ".join(["plan.xlsx", str(Path("below") / "page.html")])
    assert f"2 files are no CSV or Parquet and were left unread: {files}" in called.out


def test_the_whole_journey_in_finnish(room: Path, tmp_path: Path) -> None:
    """In Finnish, too, no value of the export is on the screen or in a folder, from export to plan and next month."""
    secrets = [
        *(pl.read_csv(room / "raw" / "clients.csv", infer_schema=False).select("hetu", "nimi", "client_id"))
    ]
    secrets += [
        *(pl.read_csv(room / "raw" / "coaches.csv", infer_schema=False).select("nimi", "email", "coach_id"))
    ]
    words = {text for column in secrets for text in column}
    new, out, plan = tmp_path / "avain", tmp_path / "out", tmp_path / "plan"
    wrong = Path(shutil.copytree(room / "raw", tmp_path / "bad" / "raw"))
    text = (wrong / "clients.csv").read_text(encoding="utf-8")
    first = text.splitlines()[1]
    (wrong / "clients.csv").write_text(
        text + first + "\n" + first.replace(",", ",x", 3) + "\n", encoding="utf-8"
    )
    steps: list[tuple[int, tuple[str | Path, ...]]] = [
        (2, ("pseudonymise", wrong, "--key", new, "--out", out)),
        (0, ("pseudonymise", room / "raw", "--key", new, "--out", out, "--finnish", "--new-key")),
        (0, ("allocate", out, "--out", plan, "--finnish")),
        (0, ("reidentify", plan, "--key", new)),
        (
            0,
            (
                "pseudonymise",
                room / "raw",
                "--key",
                new,
                "--out",
                out,
                "--finnish",
                "--forget-before",
                "2020-01-01",
            ),
        ),
        (2, ("pseudonymise", room / "raw", "--key", tmp_path / "toinen", "--out", tmp_path / "out2")),
    ]
    for code, step in steps:
        called = call(*step, "--language", "fi")
        assert called.code == code, called
        told = called.out + called.err
        assert not [word for word in words if word and len(word) > 8 and word in told]
        assert not words & set(told.replace(",", " ").replace(":", " ").split())
    written = b"\n".join([*files_of(out).values(), *files_of(plan).values()]).decode(
        "utf-8", errors="replace"
    )
    assert not [word for word in words if len(word) > 8 and word in written]
    assert not words & set(written.replace(";", "\n").replace(" ", "\n").split("\n"))


def test_a_key_of_other_people(room: Path) -> None:
    """A key file that knows many, but nobody of this export, is refused before anything is written."""
    (room / "new").mkdir()
    raw = tiny_export(room / "new" / "raw")
    before = files_of(room)
    called = call("pseudonymise", raw, "--key", room / "key" / "key")
    assert called.code == 2 and "the key file knows 0 of the 4 clients of this export" in called.err
    assert "--new-people" in called.err and files_of(room) == before


def test_new_people(room: Path) -> None:
    """An export of people whom the key does not know yet goes through on request, and adds them to the key."""
    (room / "new").mkdir()
    raw = tiny_export(room / "new" / "raw")
    known = json.loads((room / "key" / "key").read_text(encoding="utf-8"))["clients"]
    assert call("pseudonymise", raw, "--key", room / "key" / "key", "--new-people").code == 0
    now = json.loads((room / "key" / "key").read_text(encoding="utf-8"))["clients"]
    assert now.items() > known.items() and len(now) == len(known) + len(PERSONS)


def test_a_key_in_use(room: Path) -> None:
    """While somebody else is using the key file nothing is read or written."""
    before = files_of(room)
    with key_alone(room / "key" / "key"):
        called = call("pseudonymise", room / "raw", "--key", room / "key" / "key")
    assert called.code == 2 and "somebody else is using the key file" in called.err
    assert files_of(room) == before


def test_stopped_when_the_folder_stands(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after the folder took its place leaves the key without which its ids would be lost."""
    swap = staged._swap

    def interrupted(*places: Path) -> None:
        swap(*places)
        raise KeyboardInterrupt

    monkeypatch.setattr(staged, "_swap", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_pseudonymous(Wishes(room / "raw", room / "new", room / "out", None, False, new_key=True))
    monkeypatch.undo()
    assert (room / "new").exists() and (room / "out" / "clients.csv").exists()
    assert call("reidentify", room / "out", "--key", room / "new").code == 0


def test_what_is_pseudonymous_already(room: Path) -> None:
    """Ids are not made of ids: the folder that this command wrote is no export."""
    before = files_of(room)
    called = call("pseudonymise", room / "raw-pseudonymous", "--key", room / "key" / "key")
    assert called.code == 2 and "pseudonymous already" in called.err
    assert files_of(room) == before


@posix
def test_open_key_file(room: Path) -> None:
    """A key file that others may read is refused by both commands."""
    (room / "key" / "key").chmod(0o644)
    for words in (("pseudonymise", room / "raw"), ("reidentify", room / "raw-pseudonymous")):
        called = call(*words, "--key", room / "key" / "key")
        assert called.code == 2 and "chmod 600" in called.err


def test_reidentify_with_another_key(room: Path) -> None:
    """Ids of another key are refused before anything is written, with the record and without it."""
    shutil.copytree(room / "raw", room / "again")
    (room / "other").mkdir()
    other = room / "other" / "key"
    assert call("pseudonymise", room / "again", "--key", other, "--new-key").code == 0
    for _ in range(2):
        called = call("reidentify", room / "raw-pseudonymous", "--key", other)
        assert called.code == 2 and "another key" in called.err
        assert not list(room.glob("*.xlsx"))
        (room / "raw-pseudonymous" / "pseudonyms.json").unlink(missing_ok=True)


def test_reidentify_what_has_no_ids(room: Path, region: Path) -> None:
    """A folder with other ids, and one that is not there, are refused with advice."""
    for folder in (region, room / "nothing"):
        called = call("reidentify", folder, "--key", room / "key" / "key", "--to", room / "who.xlsx")
        assert called.code == 2 and "Name a folder" in called.err
    assert not (room / "who.xlsx").exists()


def test_names_never_lie_with_the_ids(room: Path) -> None:
    """The workbook goes neither into the folder nor into a workspace, nor over a file of somebody else."""
    (room / "ours").mkdir()
    (room / "ours" / "log.sqlite").touch()
    (room / "mine.xlsx").write_text("mine")
    out = room / "raw-pseudonymous"
    for target in (out / "who.xlsx", room / "ours" / "who.xlsx", room / "mine.xlsx", room / "who.csv"):
        before = files_of(room)
        called = call("reidentify", out, "--key", room / "key" / "key", "--to", target)
        assert called.code == 2 and files_of(room) == before, target


@posix
def test_workbook_can_be_made_again(room: Path) -> None:
    """A workbook of an earlier call is replaced, and it is its owner's alone."""
    for _ in range(2):
        assert call("reidentify", room / "raw-pseudonymous", "--key", room / "key" / "key").code == 0
    assert (room / "raw-pseudonymous-with-names.xlsx").stat().st_mode & 0o777 == 0o600


def test_tables_of_one_kind_are_one_sheet(room: Path) -> None:
    """Calendars, a file a coach in a folder of their own, become one sheet with every meeting."""
    region = room / "raw-pseudonymous"
    assert call("contacts", region, "--out", room / "contacts", "--weeks", 4).code == 0
    called = call("reidentify", room / "contacts", "--key", room / "key" / "key")
    assert called.code == 0 and "does not know: 0" in called.out
    found = sheets(room / "contacts-with-names.xlsx")["calendars"]
    files = sorted((room / "contacts" / "calendars").glob("*.csv"))
    assert len(files) > 1
    assert found.height == sum(pl.read_csv(file).height for file in files)
    assert found["client_id: identity code"].null_count() == 0


def test_parquet_tables(room: Path) -> None:
    """Tables kept as Parquet are joined with names as well."""
    folder = room / "kept"
    folder.mkdir()
    for name in ("clients", "municipalities"):
        frame = pl.read_csv(room / "raw-pseudonymous" / f"{name}.csv")
        frame.write_parquet(folder / f"{name}.parquet")
    pl.DataFrame({"number": [1.5]}).write_parquet(folder / "numbers.parquet")
    assert call("reidentify", folder, "--key", room / "key" / "key").code == 0
    found = sheets(room / "kept-with-names.xlsx")
    assert list(found) == ["Persons", "clients"]
    assert found["clients"]["client_id: name"].null_count() == 0


def test_a_damaged_table(room: Path) -> None:
    """A table that cannot be read stops `reidentify` with its line, and nothing is written."""
    with (room / "raw-pseudonymous" / "pins.csv").open("a", encoding="utf-8") as file:
        file.write("a,b,c,d,e,f,g\n")
    called = call("reidentify", room / "raw-pseudonymous", "--key", room / "key" / "key")
    assert called.code == 2 and "pins.csv, line" in called.err
    assert not list(room.glob("*.xlsx"))


def test_damaged_record(room: Path) -> None:
    """A record of the key that cannot be understood is never passed over."""
    (room / "raw-pseudonymous" / "pseudonyms.json").write_text("[]", encoding="utf-8")
    for words in (("pseudonymise", room / "raw"), ("reidentify", room / "raw-pseudonymous")):
        called = call(*words, "--key", room / "key" / "key")
        assert called.code == 2 and "cannot be understood" in called.err


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_other_languages(room: Path, language: str) -> None:
    """Both commands run in the other languages, bad input included."""
    words = ("--key", room / "key" / "key", "--language", language)
    assert call("pseudonymise", room / "raw", *words).code == 0
    assert call("reidentify", room / "raw-pseudonymous", *words).code == 0
    assert call("pseudonymise", room / "raw-pseudonymous", *words).code == 2


def test_stopped_while_writing(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder cannot take its place, the new key file goes again."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(staged, "_swap", full)
    words = ("--key", room / "new", "--new-key", "--out", room / "out")
    called = call("pseudonymise", room / "raw", *words)
    assert (
        called.code == 2
        and "the disk is full" in called.err
        and not (room / "new").exists()
        and not (room / "out").exists()
    )
