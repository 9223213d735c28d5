"""`pseudonymise` and `reidentify` with an export of four clients and three coaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import assert_refused, call, files_of
from tests.cli.test_pseudonyms import sheets
from tests.raw_exports import CHECK, COACHES, PERSONS, identity_code, raw_clients, raw_coaches, tiny_export
from tests.tables.region import TABLES


def test_protected_clients_are_in_no_workbook(tmp_path: Path) -> None:
    """A client with a protected address is in the key file alone, and no count tells of such clients."""
    name, code = PERSONS["k3"]
    text = raw_clients().replace("v2,2022-12-01,no", "v2,2022-12-01,yes")
    (tmp_path / "key").mkdir()
    key = tmp_path / "key" / "key"
    assert call("pseudonymise", tiny_export(tmp_path / "raw", clients=text), "--key", key).code == 0
    assert name in key.read_text(encoding="utf-8") and code in key.read_text(encoding="utf-8")
    assert call("reidentify", tmp_path / "raw-pseudonymous", "--key", key).code == 0
    found = sheets(tmp_path / "raw-pseudonymous-with-names.xlsx")
    cells = {str(c) for frame in found.values() for row in frame.rows() for c in row}
    assert PERSONS["k1"][0] in cells and name not in cells and code not in cells
    assert not {"protected_address", "protected_clients"} & {c for f in found.values() for c in f.columns}


def test_workbook_and_finnish(tmp_path: Path) -> None:
    """Tables with Finnish headings are written, read and joined with names as well."""
    (tmp_path / "key").mkdir()
    key, out = tmp_path / "key" / "key", tmp_path / "out"
    raw = tiny_export(tmp_path / "raw")
    assert call("pseudonymise", raw, "--key", key, "--out", out, "--finnish").code == 0
    assert (out / "clients.csv").read_text(encoding="utf-8-sig").startswith("asiakas;")
    assert call("reidentify", out, "--key", key, "--to", tmp_path / "who.xlsx").code == 0
    found = sheets(tmp_path / "who.xlsx")["clients"]
    assert set(found["asiakas: name"]) == {name for name, _ in PERSONS.values()}


def test_a_record_of_somebody_else(tmp_path: Path) -> None:
    """A file of the record's name that is none does not stand in the way of a first key."""
    raw = tiny_export(tmp_path / "data" / "raw")
    for name in ("a", "b"):
        (tmp_path / "data" / name).mkdir()
    (tmp_path / "data" / "a" / "pseudonyms.json").write_text("[]")
    assert call("pseudonymise", raw, "--key", tmp_path / "key").code == 0


def test_forgetting(tmp_path: Path) -> None:
    """Who has not been seen since the day named leaves the key file, and their number is told."""
    key, out = tmp_path / "key", tmp_path / "out"
    assert call("pseudonymise", tiny_export(tmp_path / "raw"), "--key", key, "--out", out).code == 0
    shorter = "".join(line for line in raw_clients().splitlines(True) if not line.startswith("k2"))
    later = TABLES["snapshot"].replace("2024-03-04", "2024-06-01")
    raw = tiny_export(tmp_path / "june", clients=shorter, snapshot=later)
    words = ("pseudonymise", raw, "--key", key, "--out", out, "--forget-before")
    before = files_of(tmp_path)
    called = call(*words, "2024-06-02")
    assert called.code == 2 and "after the date of the export" in called.err and files_of(tmp_path) == before
    assert "0 persons not seen" in call(*words, "2024-03-04").out
    assert PERSONS["k2"][0] in key.read_text(encoding="utf-8")
    called = call(*words, "2024-03-05")
    assert (
        called.code == 0 and "1 person not seen since 2024-03-05 is no longer in the key file" in called.out
    )
    assert PERSONS["k2"][0] not in key.read_text(encoding="utf-8")
    assert PERSONS["k1"][0] in key.read_text(encoding="utf-8")


def test_coaches_who_are_named_in_their_ids(tmp_path: Path) -> None:
    """Where the id is the name and an address stands beside it, the name is the name and the address is nowhere."""
    coaches, clients, others = (
        raw_coaches(),
        raw_clients(),
        {n: TABLES[n] for n in ("pins", "exclusions", "absences")},
    )
    heading, *rows = coaches.splitlines()
    by_id = {row.split(",")[0]: row.split(",") for row in rows}
    coaches = "\n".join(
        [heading, *(",".join([COACHES[i][0], *row[1:-2], "", row[-1]]) for i, row in by_id.items())]
    )
    for raw_id, (name, _) in COACHES.items():
        clients = clients.replace(f",{raw_id},", f",{name},")
        others = {n: t.replace(raw_id, name) for n, t in others.items()}
    key, out = tmp_path / "key", tmp_path / "out"
    raw = tiny_export(tmp_path / "raw", coaches=coaches + "\n", clients=clients, **others)
    assert call("pseudonymise", raw, "--key", key, "--out", out).code == 0
    assert "@" not in key.read_text(encoding="utf-8")
    assert call("reidentify", out, "--key", key, "--to", tmp_path / "who.xlsx").code == 0
    found = sheets(tmp_path / "who.xlsx")["coaches"]
    assert set(found["coach_id: name"]) == {name for name, _ in COACHES.values()}


def test_bad_export_makes_no_key(tmp_path: Path) -> None:
    """Where the export is wrong neither folder nor key file is left, and no person is named."""
    code = PERSONS["k2"][1]
    wrong = code[:-1] + next(c for c in CHECK if c != code[-1])
    raw = tiny_export(tmp_path / "raw", clients=raw_clients().replace(code, wrong))
    (tmp_path / "key").mkdir()
    called = call("pseudonymise", raw, "--key", tmp_path / "key" / "key", "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "clients.csv, line 3, column Henkilötunnus: not a right identity code." in called.err
    assert wrong not in called.err and "Virtanen" not in called.err
    assert not list((tmp_path / "key").iterdir())


@pytest.mark.parametrize("place", ["raw/key", "out/key", "ours/key", "ours/below/key"])
def test_key_beside_the_data(tmp_path: Path, place: str) -> None:
    """A key file in the export, in the folder to write or in a workspace is refused."""
    raw = tiny_export(tmp_path / "raw")
    (tmp_path / "ours" / "below").mkdir(parents=True)
    (tmp_path / "ours" / "log.sqlite").touch()
    called = call("pseudonymise", raw, "--key", tmp_path / place, "--out", tmp_path / "out")
    assert_refused(called, tmp_path / "out")
    assert "with the data" in called.err and not (tmp_path / place).exists()


@pytest.mark.parametrize("out", ["raw", "raw/below", "."])
def test_folders_in_one_another(tmp_path: Path, out: str) -> None:
    """The export is never written into, nor a folder around it."""
    raw = tiny_export(tmp_path / "raw")
    before = files_of(tmp_path)
    called = call("pseudonymise", raw, "--key", tmp_path / "key", "--out", tmp_path / out)
    assert called.code == 2 and files_of(tmp_path) == before


def test_other_tables_are_not_replaced(tmp_path: Path) -> None:
    """A folder of tables that this command did not write is left alone."""
    raw, other = tiny_export(tmp_path / "raw"), tiny_export(tmp_path / "other")
    before = files_of(other)
    called = call("pseudonymise", raw, "--key", tmp_path / "key", "--out", other)
    assert called.code == 2 and "no earlier output" in called.err
    assert files_of(other) == before and not (tmp_path / "key").exists()


def test_codes_in_messages(tmp_path: Path) -> None:
    """An id that is a code stands in no message, also where another table names an unknown client."""
    code = identity_code(1980, 9)
    (tmp_path / "key").mkdir()
    raw = tiny_export(tmp_path / "raw", pins=f"client_id,coach_id\n{code},v2\n")
    called = call("pseudonymise", raw, "--key", tmp_path / "key" / "key")
    assert_refused(called, tmp_path / "raw-pseudonymous")
    assert "pins.csv, line 2, column client_id: an unknown client." in called.err and code not in called.err
