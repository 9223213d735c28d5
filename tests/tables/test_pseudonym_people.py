"""Persons are told apart and known again: nobody is taken for another, and nobody is two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date as Date
from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.pseudonyms import pseudonymised
from tests.raw_exports import COACHES, PERSONS, raw_clients, raw_coaches, tiny_export, with_columns
from tests.tables.region import TABLES
from tests.tables.test_pseudonyms import CODES, KEY, client, made, refused


@pytest.mark.parametrize("marks", ["O'Neill", "O’Neill", "O´Neill", "O`Neill", "O\u00ad'Neill"])
def test_apostrophes(tmp_path: Path, marks: str) -> None:
    """A coach with an apostrophe in the name is one, whichever apostrophe a table has."""
    texts = {name: TABLES[name] for name in ("exclusions", "pins", "absences")} | {"clients": raw_clients()}
    coaches = raw_coaches().replace("Juhani Mäkelä", "Seán O'Neill")
    texts["pins"] = texts["pins"].replace(",v2,", f",Seán {marks},")
    found = made(tmp_path / "raw", coaches=coaches, **texts)
    assert found.key.coaches[found.snapshot.pins["coach_id"][0]].id == "v2"


def test_coaches_by_name_with_addresses(tmp_path: Path) -> None:
    """Where names are the ids the address beside them is dropped and in no word of the key; it still means the coach."""
    coaches, clients = raw_coaches(), raw_clients()
    for raw_id, (name, _) in COACHES.items():
        coaches, clients = (
            coaches.replace(f"\n{raw_id},", f"\n{name},"),
            clients.replace(f",{raw_id},", f",{name},"),
        )
    tables = {
        name: TABLES[name].replace("v1", COACHES["v1"][0]).replace("v2", COACHES["v2"][1])
        for name in ("exclusions", "pins", "absences")
    }
    coaches = (
        "\n".join(",".join(line.split(",")[:-2] + line.split(",")[-1:]) for line in coaches.splitlines())
        + "\n"
    )
    found = made(tmp_path / "raw", coaches=coaches, clients=clients, **tables)
    assert {p.id for p in found.key.coaches.values()} == {name for name, _ in COACHES.values()}
    assert found.key.coaches[found.snapshot.pins["coach_id"][0]].id == "Juhani Mäkelä"
    assert "@" not in str([vars(p) for p in found.key.coaches.values()])
    assert ("coaches.csv", "email", "personal") in found.dropped.rows()


def test_last_seen(tmp_path: Path) -> None:
    """The key keeps when each person was in an export last; who is forgotten has the same id on coming back."""
    first = made(tmp_path / "a")
    assert {p.last_seen for p in first.key.clients.values()} == {"2024-03-04"}
    shorter = "\n".join(line for line in raw_clients().splitlines() if not line.startswith("k2")) + "\n"
    later = {"snapshot": TABLES["snapshot"].replace("2024-03-04", "2024-06-01")}
    second = made(tmp_path / "b", first.key, clients=shorter, **later)
    gone = client(first, "k2")
    assert second.key.clients[gone].last_seen == "2024-03-04"
    left = second.key.without(Date(2024, 4, 1))
    assert second.key.clients.keys() - left.clients.keys() == {gone} and left.coaches == second.key.coaches
    third = made(tmp_path / "c", left, **later)
    assert client(third, "k2") == gone
    older = replace(KEY, clients={i: replace(p, last_seen="") for i, p in first.key.clients.items()})
    assert made(tmp_path / "d", older, clients=shorter, **later).key.clients[gone].last_seen == "2024-06-01"


def twin(old: str, new: str) -> str:
    """The clients without codes, the first of them once more with one text replaced."""
    names = {i: name for i, (name, _) in PERSONS.items()}
    text = with_columns("clients", nimi=names)
    row = text.splitlines()[1]
    assert old in row
    return text + row.replace(old, new) + "\n"


@pytest.mark.parametrize(("old", "new"), [("Aino Korhonen", "Eino Korhonen"), (",1990,", ",1991,")])
def test_two_people_with_one_id(tmp_path: Path, old: str, new: str) -> None:
    """Rows of one id with other names or years of birth are two people: nobody is told to delete one."""
    told = refused(tmp_path / "raw", clients=twin(old, new))
    assert [line.partition(":")[0] for line in told] == [
        f"clients.csv, line {n}, column client_id" for n in (2, 6)
    ]
    assert all("two people have one id" in line and "Give one of them another id" in line for line in told)
    assert "Keep one of the rows." not in " ".join(told)


@pytest.mark.parametrize(
    ("old", "new"),
    [("2023-05-08", "2023-05-09"), ("Aino Korhonen", '"Korhonen, Aino"'), ("Aino Korhonen", "")],
)
def test_one_person_on_two_rows(tmp_path: Path, old: str, new: str) -> None:
    """Rows of one id and the same person, however the name is written, are one too many."""
    told = refused(tmp_path / "raw", clients=twin(old, new))
    assert told and all("Keep one of the rows." in line for line in told)


def test_a_new_name_with_the_same_code(tmp_path: Path) -> None:
    """Where identity codes agree it is one person, whatever the name."""
    row = raw_clients().splitlines()[1].replace("Aino Korhonen", "Aino Laine")
    told = refused(tmp_path / "raw", clients=raw_clients() + row + "\n")
    assert told and all("Keep one of the rows." in line for line in told)


def test_an_id_given_to_somebody_else(tmp_path: Path) -> None:
    """Who has the id that another person of the export had before is not taken for that person's second row."""
    first = made(tmp_path / "a")
    rows = raw_clients().replace("\nk1,", "\nk9,")
    new = raw_clients().splitlines()[1].replace(CODES["k1"], "").replace(*("Aino Korhonen", "Eino Laine"))
    raw = tiny_export(tmp_path / "raw", clients=rows + new + "\n")
    with pytest.raises(InputError) as caught:
        pseudonymised(raw, first.key)
    told = [str(c) for c in caught.value.complaints]
    assert len(told) == 1 and "line 6, column client_id: this id was that of another person" in told[0]


def test_two_coaches_with_one_id(tmp_path: Path) -> None:
    """Two coaches of one id are told alike, and nothing that names them besides."""
    row = raw_coaches().splitlines()[1].replace(COACHES["v1"][0], "Eeva Laine")
    told = refused(tmp_path / "raw", coaches=raw_coaches() + row + "\n")
    assert [line.partition(":")[0] for line in told] == [
        f"coaches.csv, line {n}, column coach_id" for n in (2, 5)
    ]
    assert all("two people have one id" in line for line in told)


def test_nobody_in_a_row(tmp_path: Path) -> None:
    """A row that does not say whom it is about is told by what is missing, in every form of export."""
    rows = [line.split(",") for line in raw_clients().replace(CODES["k2"], "").splitlines()]
    by_code = "\n".join(",".join(row[1:]) for row in rows) + "\n"
    tables = {"pins": TABLES["pins"].replace("k3", CODES["k3"]), "exclusions": None}
    told = refused(tmp_path / "a", clients=by_code, **tables)
    problem = "neither an identity code nor a client id stands here. Fill in the identity code"
    assert [line for line in told if line.startswith(f"clients.csv, line 3, column Henkilötunnus: {problem}")]
    assert len(told) == 1 and "Pseudonymous" not in told[0]
    told = refused(tmp_path / "b", clients=TABLES["clients"].replace("\nk2,", "\n,"))
    assert len(told) == 1 and told[0].startswith(f"clients.csv, line 3, column client_id: {problem}")
    coaches = TABLES["coaches"] + ",u1,837,837,fi,,1.0,0,,\n"
    told = refused(tmp_path / "c", coaches=coaches)
    assert len(told) == 1 and "coaches.csv, line 5, column coach_id: neither an id" in told[0]
