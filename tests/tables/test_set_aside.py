"""With set_aside a few bad rows do not stop a Monday."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.policy import Policy, SetAsideDefaults
from optimiser.domain.snapshot import SetAside
from optimiser.tables.read import read_snapshot
from tests.tables.region import TABLES, changed, write_region


def test_bad_rows_and_what_depends_on_them(tmp_path: Path) -> None:
    """A bad client is listed and left out, and so is the pin that names it."""
    region = write_region(tmp_path, **changed("clients", "2022-11-30", "31.2.2022"))
    snapshot = read_snapshot(region, set_aside=True)
    assert snapshot.clients["client_id"].to_list() == ["k1", "k2", "k4"]
    assert snapshot.pins.height == 0
    assert snapshot.set_aside == (
        SetAside(
            "clients.csv",
            4,
            "k3",
            "registered_on: an impossible date: there is no such day (31.2.2022)",
        ),
        SetAside("pins.csv", 2, "k3", "client_id: its client was set aside (k3)"),
    )


def test_unknown_need_and_language_take_the_default(tmp_path: Path) -> None:
    """An unknown need level or language takes the policy's default and is marked as used."""
    clients = changed("clients", "2001,ar", "2001,q8")["clients"].replace("2,in_person,v1", "9,in_person,v1")
    policy = Policy(set_aside=SetAsideDefaults(need_level=4, language="sv"))
    snapshot = read_snapshot(write_region(tmp_path, clients=clients), policy=policy, set_aside=True)
    rows = {r["client_id"]: r for r in snapshot.clients.to_dicts()}
    assert (rows["k1"]["need_level"], rows["k2"]["language"]) == (4, "sv")
    assert [(a.row_id, a.used) for a in snapshot.set_aside] == [("k1", True), ("k2", True)]


def test_a_row_with_both_is_left_out(tmp_path: Path) -> None:
    """A default does not save a row that has another fault; its reasons stand together."""
    clients = changed("clients", "k2,020,2001,ar", "k2,999,x,q8")
    snapshot = read_snapshot(write_region(tmp_path, **clients), set_aside=True)
    assert "k2" not in snapshot.clients["client_id"].to_list()
    assert [(a.line, a.used) for a in snapshot.set_aside] == [(3, False)]
    assert "birth_year: not a number (x); language" in snapshot.set_aside[0].reason


def test_reasons_name_the_heading_of_the_file(tmp_path: Path) -> None:
    """A reason names the column as the file does, also where its headings are Finnish."""
    spoilt = TABLES["clients"].replace("birth_year", "Syntymävuosi").replace("k4,837,1985", "k4,837,x")
    snapshot = read_snapshot(write_region(tmp_path, clients=spoilt, exclusions=None), set_aside=True)
    assert [a.reason for a in snapshot.set_aside] == ["Syntymävuosi: not a number (x)"]


def test_without_clients_nothing_else_is_said_of_them(tmp_path: Path) -> None:
    """Where the table of clients is missing or empty, that is the only complaint, rows set aside or not."""
    empty = TABLES["clients"].splitlines()[0] + "\n"
    for at, clients in enumerate((None, empty)):
        region = write_region(tmp_path / str(at), clients=clients, **changed("absences", "v1,", "v9,"))
        with pytest.raises(InputError) as caught:
            read_snapshot(region, set_aside=True)
        assert len(caught.value.complaints) == 1
        assert "clients" in str(caught.value)


def test_copies_keep_one_row_and_clashes_none(tmp_path: Path) -> None:
    """Of equal rows one stays; of different rows with one id none does, in any order."""
    copy = TABLES["clients"].splitlines()[4]
    clients = (
        TABLES["clients"] + copy + "\n" + TABLES["clients"].splitlines()[1].replace("1990", "1991") + "\n"
    )
    head, *rows = clients.splitlines()
    for at, text in enumerate((clients, "\n".join([head, *reversed(rows)]) + "\n")):
        snapshot = read_snapshot(write_region(tmp_path / str(at), clients=text), set_aside=True)
        assert snapshot.clients["client_id"].to_list() == ["k2", "k3", "k4"]
        assert sorted(a.row_id for a in snapshot.set_aside) == ["k1", "k1", "k4"]


def test_other_tables_of_single_rows(tmp_path: Path) -> None:
    """Absences and travel may wait too."""
    spoilt = changed("absences", "v1,", "v9,") | changed("travel", "020,837", "020,999")
    snapshot = read_snapshot(write_region(tmp_path, **spoilt), set_aside=True)
    assert (snapshot.absences.height, snapshot.travel.height) == (0, 0)
    assert [(a.file, a.row_id) for a in snapshot.set_aside] == [
        ("absences.csv", "v9"),
        ("travel.csv", "020 999"),
    ]


@pytest.mark.parametrize(
    "spoilt",
    [
        changed("coaches", ",0.5,", ",-0.5,"),
        changed("units", "837,no", "999,no"),
        {"pins": "who,coach_id,until\nk3,v2,never\n"},
        {"clients": TABLES["clients"] + "k9,837\n"},
        changed("clients", "v1,2023-05-01,no", "v1,2023-05-01,hm"),
        {"clients": TABLES["clients"].replace("837", "999").replace("020", "998")},
    ],
)
def test_what_still_stops(tmp_path: Path, spoilt: dict[str, str]) -> None:
    """Coaches, units, row lengths, an unclear protected address and a table without good rows stop all the same."""
    with pytest.raises(InputError):
        read_snapshot(write_region(tmp_path, **spoilt), set_aside=True)
