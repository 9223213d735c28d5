"""An export with persons becomes a snapshot: the same persons have the same ids, and no value is ever told."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.pseudonym_key import KeyFile
from optimiser.tables.pseudonyms import Pseudonymous, pseudonymised
from tests.raw_exports import (
    COACHES,
    PERSONS,
    identity_code,
    raw_clients,
    raw_coaches,
    tiny_export,
)
from tests.tables.region import TABLES

KEY = KeyFile(bytes(range(32)))
SECRETS = (
    *(text for person in PERSONS.values() for text in person),
    *(text for coach in COACHES.values() for text in coach),
)


def made(folder: Path, key: KeyFile = KEY, /, **tables: str | bytes | None) -> Pseudonymous:
    """The tiny export, some tables replaced, with pseudonymous ids."""
    return pseudonymised(tiny_export(folder, **tables), key)


def refused(folder: Path, **tables: str | bytes | None) -> list[str]:
    """The complaints about an export; none of them repeats a person."""
    with pytest.raises(InputError) as caught:
        made(folder, **tables)
    told = [str(c) for c in caught.value.complaints]
    assert not [secret for secret in SECRETS for line in told if secret.lower() in line.lower()]
    assert not [c for c in caught.value.complaints if c.value]
    return told


def client(found: Pseudonymous, raw_id: str) -> str:
    """The id that a client of the export has."""
    return next(i for i, p in found.key.clients.items() if p.id == raw_id)


def shuffled(text: str, seed: int) -> str:
    """The rows of a table in another order."""
    heading, *rows = text.splitlines()
    random.Random(seed).shuffle(rows)
    return "\n".join([heading, *rows]) + "\n"


def test_facts_are_the_same(tmp_path: Path) -> None:
    """But for the ids the snapshot says what the export says."""
    found = made(tmp_path / "raw")
    clients = found.snapshot.clients
    years = dict(zip(clients["client_id"], clients["birth_year"], strict=True))
    assert {p.id: years[i] for i, p in found.key.clients.items()} == {
        "k1": 1990,
        "k2": 2001,
        "k3": 1975,
        "k4": 1985,
    }
    coach = dict(zip(clients["client_id"], clients["coach_id"], strict=True))[client(found, "k1")]
    assert found.key.coaches[coach].id == "v1" and found.key.coaches[coach].name == "Kaisa Heikkinen"
    assert found.snapshot.pins["client_id"].to_list() == [client(found, "k3")]
    assert found.snapshot.exclusions["client_id"].to_list() == [client(found, "k4")]


@pytest.mark.parametrize("word", ["-", "ei valmentajaa", "Ei ole", "None", "–"])
def test_words_for_nobody(tmp_path: Path, word: str) -> None:
    """What says in words that a client has no coach is no person: the client is new."""
    found = made(tmp_path / "raw", clients=spoiled(",v3,2024-01-15,", f",{word},,"))
    coach = dict(found.snapshot.clients.select("client_id", "coach_id").iter_rows())
    assert coach[client(found, "k2")] is None
    assert {p.id for p in found.key.coaches.values()} == set(COACHES)


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff"])
def test_characters_that_nobody_sees(tmp_path: Path, unseen: str) -> None:
    """An id with a zero-width character in one table is the person of the other."""
    found = made(tmp_path / "raw", pins=TABLES["pins"].replace("k3", f"k3{unseen}"))
    assert found.snapshot.pins["client_id"].to_list() == [client(found, "k3")]


def test_nested_columns(tmp_path: Path) -> None:
    """Lists and records in Parquet are a complaint about the column where it is needed, and else dropped."""
    for column, wanted in (("need_level", True), ("plan", False)):
        raw = tiny_export(tmp_path / column, clients=None)
        flat = pl.read_csv(raw_clients().encode(), infer_schema=False)
        nested = pl.Series(column, [["x"], [], ["y", "z"], None], dtype=pl.List(pl.String))
        flat.with_columns(nested).write_parquet(raw / "clients.parquet")
        if not wanted:
            dropped = pseudonymised(raw, KEY).dropped.rows()
            assert ("clients.parquet", column, "not_needed") in dropped
            continue
        with pytest.raises(InputError) as caught:
            pseudonymised(raw, KEY)
        told = [(c.column, c.problem) for c in caught.value.complaints]
        assert told == [(column, "the cells of the column hold lists or records, not single values")]


@pytest.mark.parametrize("seed", range(3))
def test_order_of_rows_does_not_matter(tmp_path: Path, seed: int) -> None:
    """The same key gives the same snapshot for any order of rows, and rows do not keep the export's order."""
    texts = {name: shuffled(TABLES[name], seed) for name in ("pins", "exclusions", "absences")}
    mixed = made(
        tmp_path / "b", clients=shuffled(raw_clients(), seed), coaches=shuffled(raw_coaches(), seed), **texts
    )
    plain = made(tmp_path / "a")
    assert mixed.snapshot.fingerprint() == plain.snapshot.fingerprint()
    assert mixed.key == plain.key
    assert mixed.frames["clients"]["client_id"].is_sorted()


def test_another_key_gives_other_ids(tmp_path: Path) -> None:
    """No id is the same under another key."""
    other = made(tmp_path / "b", KeyFile(bytes(32)))
    assert not other.key.clients.keys() & made(tmp_path / "a").key.clients.keys()
    assert not other.key.coaches.keys() & made(tmp_path / "a").key.coaches.keys()


def test_identity_codes_as_ids(tmp_path: Path) -> None:
    """Codes in the place of ids, in any case and everywhere, give the ids that a column of codes gives."""
    texts = {"clients": TABLES["clients"], "exclusions": TABLES["exclusions"], "pins": TABLES["pins"]}
    for raw_id, (_, code) in PERSONS.items():
        texts["clients"] = texts["clients"].replace(f"\n{raw_id},", f"\n{code.lower()},")
        texts["exclusions"] = texts["exclusions"].replace(f"\n{raw_id},", f"\n {code},")
        texts["pins"] = texts["pins"].replace(f"\n{raw_id},", f"\n{code[:6]} {code[6:]},")
    found = made(tmp_path / "b", **texts)
    assert found.snapshot.fingerprint() == made(tmp_path / "a").snapshot.fingerprint()


@pytest.mark.parametrize("which", [0, 1])
def test_coaches_by_name_or_address(tmp_path: Path, which: int) -> None:
    """Whoever is named by name or address is the coach of the table coaches."""
    texts = {name: TABLES[name] for name in ("exclusions", "pins", "absences")} | {"clients": raw_clients()}
    for raw_id, words in COACHES.items():
        told = words[which] if which else " ".join(reversed(words[0].split())).upper()
        texts = {
            n: t.replace(f",{raw_id},", f",{told},").replace(f"\n{raw_id},", f"\n{told},")
            for n, t in texts.items()
        }
    found = made(tmp_path / "b", **texts)
    assert found.snapshot.fingerprint() == made(tmp_path / "a").snapshot.fingerprint()


def test_coaches_without_ids(tmp_path: Path) -> None:
    """Where the coaches have no id their address stands for them, in all tables."""
    coaches = "\n".join(line.partition(",")[2] for line in raw_coaches().splitlines()) + "\n"
    texts = {name: TABLES[name] for name in ("exclusions", "pins", "absences")} | {"clients": raw_clients()}
    for raw_id, (name, _) in COACHES.items():
        texts = {
            n: t.replace(f",{raw_id},", f",{name},").replace(f"\n{raw_id},", f"\n{name},")
            for n, t in texts.items()
        }
    found = made(tmp_path / "raw", coaches=coaches, **texts)
    assert {p.id for p in found.key.coaches.values()} == {address for _, address in COACHES.values()}
    assert found.snapshot.clients["coach_id"].drop_nulls().is_in(list(found.key.coaches)).all()


def test_birth_year_from_the_code(tmp_path: Path) -> None:
    """Without a column of birth years the code tells them, and nothing else of it is told."""
    rows = [line.split(",") for line in raw_clients().splitlines()]
    bare = "\n".join(",".join(row[:2] + row[3:]) for row in rows) + "\n"
    found = made(tmp_path / "b", clients=bare)
    assert found.snapshot.fingerprint() == made(tmp_path / "a").snapshot.fingerprint()


def test_dropped_columns(tmp_path: Path) -> None:
    """Every column that is not needed is listed with its heading and why, and none of them comes in."""
    found = made(tmp_path / "raw")
    assert found.dropped.rows() == [
        ("clients.csv", "Henkilötunnus", "in_key"),
        ("clients.csv", "nimi", "in_key"),
        ("clients.csv", "puhelin", "personal"),
        ("clients.csv", "lapsia", "not_needed"),
        ("coaches.csv", "nimi", "in_key"),
        ("coaches.csv", "email", "personal"),
    ]
    assert not {"nimi", "lapsia", "identity_code"} & set(found.frames["clients"].columns)


def test_ids_last_when_codes_come_later(tmp_path: Path) -> None:
    """Clients who have ids alone at first, then codes, and then codes alone, keep their pseudonymous ids."""
    first = made(tmp_path / "a", clients=TABLES["clients"])
    second = made(tmp_path / "b", first.key)
    text = raw_clients()
    for raw_id in PERSONS:
        text = text.replace(f"\n{raw_id},", "\n,")
    codes = {raw_id: code for raw_id, (_, code) in PERSONS.items()}
    pins = TABLES["pins"].replace("k3", codes["k3"])
    exclusions = TABLES["exclusions"].replace("k4", codes["k4"])
    third = made(tmp_path / "c", second.key, clients=text, pins=pins, exclusions=exclusions)
    assert first.key.clients.keys() == second.key.clients.keys() == third.key.clients.keys()
    assert third.snapshot.fingerprint() == first.snapshot.fingerprint()
    assert (third.before, third.known) == (4, 4)


def test_those_who_have_left_are_remembered(tmp_path: Path) -> None:
    """A client of an earlier export stays in the key, so that departures and old plans can be read."""
    first = made(tmp_path / "a")
    shorter = "\n".join(line for line in raw_clients().splitlines() if not line.startswith("k2")) + "\n"
    departures = "client_id,date,reason,coach_id\nk2,2024-02-01,job_found,v3\n"
    second = made(tmp_path / "b", first.key, clients=shorter, departures=departures)
    assert second.key.clients == first.key.clients
    assert second.snapshot.departures["client_id"].to_list() == [client(first, "k2")]


def test_protected_addresses(tmp_path: Path) -> None:
    """Of a protected client only id, coach and that are written; the key alone knows the person."""
    text = raw_clients().replace(
        "k3,020,1975,sv,,2022-11-30,,1,remote,v2,2022-12-01,no",
        "k3,020,1975,sv,,2022-11-30,,1,remote,v2,2022-12-01,yes",
    )
    found = made(tmp_path / "raw", clients=text)
    mine = client(found, "k3")
    row = found.frames["clients"].filter(client_id=mine).drop("line").to_dicts()[0]
    assert {k for k, v in row.items() if v is not None} == {"client_id", "coach_id", "protected_address"}
    assert found.key.clients[mine].protected and found.key.clients[mine].name == "Liisa Nieminen"
    assert found.snapshot.protected_total == 3 and mine not in found.snapshot.clients["client_id"]
    assert found.frames["pins"].is_empty()


def test_a_strange_key(tmp_path: Path) -> None:
    """A key file that knows other people and none of these is told apart from a new one and the right one."""
    first = made(tmp_path / "a")
    assert not first.is_strange() and not made(tmp_path / "b", first.key).is_strange()
    of_others = replace(
        KEY, clients={f"C{i}": p for i, p in enumerate(made(tmp_path / "c").key.clients.values())}
    )
    strangers = {i: replace(p, id=f"x{i}", code="") for i, p in of_others.clients.items()}
    assert made(tmp_path / "d", replace(KEY, clients=strangers)).is_strange()


def spoiled(old: str, new: str) -> str:
    """The raw clients with one text replaced, which must be there."""
    assert old in raw_clients()
    return raw_clients().replace(old, new, 1)


CODES = {raw_id: code for raw_id, (_, code) in PERSONS.items()}


@pytest.mark.parametrize(
    ("clients", "place", "problem"),
    [
        (
            spoiled(CODES["k2"], CODES["k2"][:-1] + "-"),
            "line 3, column Henkilötunnus",
            "not a right identity code",
        ),
        (
            spoiled(CODES["k2"], identity_code(2002, 2)),
            "line 3, column birth_year",
            "year of birth is not that",
        ),
        (spoiled("\nk2,", "\nk1,"), "line 3, column client_id", "two people with one id"),
        (spoiled("\nk2,", "\nK1 ,"), "line 2, column client_id", "two people with one id"),
        (spoiled(CODES["k2"], CODES["k1"]), "line 2, column Henkilötunnus", "several client ids"),
        (
            spoiled("\nk2,", f"\n{CODES['k1']},"),
            "line 3, column Henkilötunnus",
            "two different identity codes",
        ),
        (spoiled("\nk2,", "\n=A1,"), "line 3, column client_id", "a formula"),
        (spoiled("k2,020,", "k2,Matti Laine,"), "line 3, column municipality", "not a code"),
        (
            spoiled("Pekka Virtanen,", "Pekka Virtanen,,"),
            "clients.csv, line 3:",
            "cells where the heading has",
        ),
        (spoiled(",v3,", ",Eeva Sala,"), "line 3, column coach_id", "an unknown coach"),
    ],
)
def test_bad_clients(tmp_path: Path, clients: str, place: str, problem: str) -> None:
    """Whatever is wrong is told with line and heading of the export, and without the value."""
    told = refused(tmp_path / "raw", clients=clients)
    assert [line for line in told if place in line and problem in line], told


def test_all_complaints_at_once(tmp_path: Path) -> None:
    """A wrong code hides no other fault, makes no other, and is told once."""
    clients = spoiled(CODES["k4"], "010101-0000").replace("k1,837,1990,fi", "k1,837,1990,suomi")
    told = refused(tmp_path / "raw", clients=clients, absences=TABLES["absences"].replace("v1", "v9"))
    assert [line.partition(":")[0] for line in told] == [
        "absences.csv, line 2, column coach_id",
        "clients.csv, line 2, column language",
        "clients.csv, line 5, column Henkilötunnus",
    ]


def test_mistyped_code_as_an_id(tmp_path: Path) -> None:
    """Among ids that are identity codes a wrong one is a mistake; among other ids it is an id."""
    clients, pins, exclusions = TABLES["clients"], TABLES["pins"], TABLES["exclusions"]
    wrong = CODES["k2"][:-1] + ("0" if CODES["k2"][-1] != "0" else "1")
    one = clients.replace("\nk2,", f"\n{wrong},")
    for raw_id in ("k1", "k3", "k4"):
        clients = clients.replace(f"\n{raw_id},", f"\n{CODES[raw_id]},")
    pins, exclusions = pins.replace("k3", CODES["k3"]), exclusions.replace("k4", CODES["k4"])
    told = refused(
        tmp_path / "a", clients=clients.replace("\nk2,", f"\n{wrong},"), pins=pins, exclusions=exclusions
    )
    assert [line.partition(".csv, ")[2].partition(".")[0] for line in told] == [
        "line 3, column client_id: not a right identity code"
    ]
    assert wrong not in told[0]
    assert client(made(tmp_path / "b", clients=one), wrong)


def test_coaches_who_have_left(tmp_path: Path) -> None:
    """A coach whom the table no longer has is known by name and address from the key file."""
    first = made(tmp_path / "a")
    left = next(i for i, p in first.key.coaches.items() if p.id == "v3")
    coaches = "\n".join(line for line in raw_coaches().splitlines() if not line.startswith("v3")) + "\n"
    for number, told in enumerate(("v3", *COACHES["v3"])):
        departures = f"client_id,date,reason,coach_id\nk9,2024-02-01,job_found,{told}\n"
        found = made(
            tmp_path / f"b{number}",
            first.key,
            coaches=coaches,
            clients=raw_clients().replace(",v3,", ",v1,"),
            departures=departures,
        )
        assert found.snapshot.departures["coach_id"].to_list() == [left]


def test_the_same_person_on_two_rows(tmp_path: Path) -> None:
    """A person who stands on two rows is complained of with both lines."""
    row = raw_clients().splitlines()[1].replace("2023-05-08", "2023-05-09")
    told = refused(tmp_path / "raw", clients=raw_clients() + row + "\n")
    assert [line for line in told if "line 2" in line] and [line for line in told if "line 6" in line]


def test_one_name_of_two_coaches(tmp_path: Path) -> None:
    """A name that two coaches share means neither; their ids still do."""
    coaches = raw_coaches().replace("Juhani Mäkelä", "Kaisa Heikkinen")
    made(tmp_path / "a", coaches=coaches)
    pins = TABLES["pins"].replace("v2", "Kaisa Heikkinen")
    told = refused(tmp_path / "b", coaches=coaches, pins=pins)
    assert [
        line for line in told if "pins.csv, line 2, column coach_id" in line and "several coaches" in line
    ]


def test_missing_tables(tmp_path: Path) -> None:
    """An export without clients is refused as a region without them is."""
    assert [line for line in refused(tmp_path / "raw", clients=None) if "clients is missing" in line]


def test_own_headings(tmp_path: Path) -> None:
    """A mapping of headings says which column is the client's id."""
    mapping = tmp_path / "headings.yaml"
    mapping.write_text("clients:\n  Asia: client_id\n", encoding="utf-8")
    export = tiny_export(tmp_path / "raw", clients=spoiled("client_id,", "Asia,"))
    found = pseudonymised(export, KEY, headings=mapping)
    assert found.snapshot.fingerprint() == made(tmp_path / "b").snapshot.fingerprint()
