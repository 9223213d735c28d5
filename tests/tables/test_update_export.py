"""Reading an export beside the snapshot before it: what it lacks, what it may not be."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from optimiser.domain.errors import InputError
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.export import Export
from optimiser.tables.read import read_snapshot
from optimiser.tables.read_export import read_export
from tests.tables.region import TABLES, changed, write_region

ONLY = ("snapshot", "clients")
LATER = {"snapshot": "date,region,source\n2024-04-04,Pikkala,hand\n"}


def before(tmp_path: Path) -> Snapshot:
    """The region of the tests."""
    return read_snapshot(write_region(tmp_path / "before"))


def read(tmp_path: Path, known: Snapshot, keep: tuple[str, ...] = ONLY, **tables: str) -> Export:
    """An export of some tables, a month later."""
    texts = {name: None if name not in keep else text for name, text in TABLES.items()} | LATER | tables
    return read_export(write_region(tmp_path / "export", **texts), known)


def test_tables_that_are_missing_come_from_the_snapshot(tmp_path: Path) -> None:
    """Clients alone are enough: coaches, units, municipalities, travel and absences are the snapshot's."""
    snapshot = before(tmp_path)
    found = read(tmp_path, snapshot).snapshot
    assert found.date == date(2024, 4, 4)
    for name in ("coaches", "units", "municipalities", "travel", "absences", "clients"):
        assert getattr(found, name).drop("line").equals(getattr(snapshot, name).drop("line")), name
    assert found.pins.is_empty() and found.exclusions.is_empty()


def test_a_table_that_is_there_is_the_exports(tmp_path: Path) -> None:
    """Coaches of the export count alone; absences of who is no coach any more fall away."""
    snapshot = before(tmp_path)
    coaches = TABLES["coaches"].replace("v1,", "v4,")
    clients = TABLES["clients"].replace(",v1,", ",v4,")
    found = read(tmp_path, snapshot, coaches=coaches, clients=clients).snapshot
    assert found.coaches["coach_id"].to_list() == ["v2", "v3", "v4"]
    assert found.absences.is_empty()


def test_a_client_of_an_unknown_coach_is_complained_of(tmp_path: Path) -> None:
    """Also where the coaches come from the snapshot."""
    with pytest.raises(InputError, match=r"clients.csv, line 2.*an unknown coach \('v9'\)"):
        read(tmp_path, before(tmp_path), clients=TABLES["clients"].replace(",v1,", ",v9,"))


def test_an_older_export_is_refused(tmp_path: Path) -> None:
    """The complaint names both dates; the same day is no fault."""
    snapshot = before(tmp_path)
    older = "date,region,source\n2024-03-03,Pikkala,hand\n"
    with pytest.raises(InputError, match="export of 2024-03-03 is older than the snapshot of 2024-03-04"):
        read(tmp_path, snapshot, snapshot=older)
    same = read(tmp_path, snapshot, snapshot=TABLES["snapshot"])
    assert same.snapshot.date == snapshot.date


def test_an_export_without_a_date(tmp_path: Path) -> None:
    """Its latest registration or meeting is taken, and that is said; too early a one is refused with advice."""
    snapshot = before(tmp_path)
    met = TABLES["clients"].replace("2023-05-08", "2024-03-20")
    found = read(tmp_path, snapshot, keep=("clients",), clients=met, snapshot="date,region,source\n")
    assert found.snapshot.date == date(2024, 3, 20)
    assert [str(n) for n in found.snapshot.notices if "no date" in n] == [
        "The export has no date: the latest registration or meeting, 2024-03-20, is taken."
    ]
    with pytest.raises(InputError, match="add a table snapshot with the date"):
        read(tmp_path, snapshot, keep=("clients",), snapshot="date,region,source\n")


def test_an_export_of_another_region_is_refused(tmp_path: Path) -> None:
    """Two names that differ are two regions."""
    other = "date,region,source\n2024-04-04,Uusikylä,hand\n"
    with pytest.raises(InputError, match="another region"):
        read(tmp_path, before(tmp_path), snapshot=other)


def test_who_moved_out_of_the_region_is_known_to_be_away(tmp_path: Path) -> None:
    """A home elsewhere in the country is no fault, of a new client either; a code that there is not is one."""
    snapshot = before(tmp_path)
    moved = changed("clients", "k4,837", "k4,091")
    found = read(tmp_path, snapshot, (*ONLY, "exclusions"), **moved)
    assert found.away.rows() == [("k4", "091")]
    assert "k4" not in found.snapshot.clients["client_id"].to_list()
    assert found.snapshot.exclusions.is_empty()
    (tmp_path / "export" / "exclusions.csv").unlink()
    stranger = read(tmp_path, snapshot, **changed("clients", "k4,837", "k5,091"))
    assert stranger.away.is_empty()
    assert not {"k4", "k5"} & set(stranger.snapshot.clients["client_id"])
    assert "1 client who is not in the snapshot lives outside the region: left out." in [
        str(notice) for notice in stranger.snapshot.notices
    ]
    for old, new in (("k4,837", "k5,999"), ("k4,837", "k4,999")):
        with pytest.raises(InputError, match="an unknown municipality"):
            read(tmp_path, snapshot, **changed("clients", old, new))


def test_who_is_protected_by_the_snapshots_tables_alone(tmp_path: Path) -> None:
    """Where the export does not say whose address is protected, the rows of those known as such are not read."""
    snapshot = before(tmp_path)
    ids = pl.Series("client_id", ["k1"])
    bare = "client_id,municipality,birth_year,registered_on\nk1,837,1990,2023-05-01\nk2,837,1990,2023-05-01\n"
    left = "client_id,date,reason\nk1,2024-03-20,job_found\nk4,2024-03-21,job_found\n"
    texts = dict.fromkeys(TABLES) | LATER | {"clients": bare, "departures": left}
    found = read_export(write_region(tmp_path / "export", **texts), snapshot, protected=ids)
    assert found.snapshot.clients["client_id"].to_list() == ["k2"]
    assert found.snapshot.departures["client_id"].to_list() == ["k4"]
    assert found.apart.to_list() == ["k1"]
    says = bare.replace("on\n", "on,protected_address\n").replace("-01\n", "-01,no\n")
    texts |= {"clients": says}
    found = read_export(write_region(tmp_path / "export", **texts), snapshot, protected=ids)
    assert (found.snapshot.clients["client_id"].to_list(), found.apart.to_list()) == (["k1", "k2"], [])


def test_columns_that_the_export_lacks(tmp_path: Path) -> None:
    """They are named by our names, whatever its headings."""
    text = "asiakas,kunta,syntymävuosi,alkupäivä\nk1,837,1990,2023-05-01\n"
    found = read(tmp_path, before(tmp_path), clients=text)
    assert {"language", "coach_id", "need_level"} <= set(found.lacking)
    assert not {"client_id", "municipality", "registered_on"} & set(found.lacking)


def test_protected_clients_are_counted_once(tmp_path: Path) -> None:
    """Counts that the coaches carry stand where the export tells nothing, and fall where it has the rows."""
    snapshot = before(tmp_path)
    none = read(tmp_path, snapshot)
    assert none.snapshot.coaches["protected_clients"].to_list() == [2, 0, 0]
    assert any("protected address" in notice for notice in none.snapshot.notices)
    rows = TABLES["clients"].replace("v3,2024-01-15,no", "v3,2024-01-15,yes")
    some = read(tmp_path, snapshot, clients=rows)
    assert some.snapshot.coaches["protected_clients"].to_list() == [0, 0, 1]
    assert some.apart.to_list() == ["k2"]
    bare = (
        "coach_id,unit_id,municipality,serves,languages\nv1,u1,837,*,fi\nv2,u1,020,020,fi\nv3,u2,837,*,fi\n"
    )
    assert read(tmp_path, snapshot, coaches=bare).snapshot.coaches["protected_clients"].to_list() == [2, 0, 0]
    own = (
        bare.replace("serves,", "serves,protected_clients,")
        .replace("*,", "*,1,")
        .replace("020,020", "020,020,1")
    )
    assert read(tmp_path, snapshot, coaches=own).snapshot.coaches["protected_clients"].to_list() == [1, 1, 1]


def test_a_departure_of_tomorrow_is_refused(tmp_path: Path) -> None:
    """Nobody has left on a day that has not come."""
    late = "client_id,date,reason\nk4,2024-04-05,job_found\n"
    with pytest.raises(InputError, match=r"departures.csv, line 2, column date: a date after the export's"):
        read(tmp_path, before(tmp_path), departures=late)


def test_two_people_with_one_id_are_refused(tmp_path: Path) -> None:
    """As in any region, with both lines."""
    row = TABLES["clients"].splitlines()[-1]
    with pytest.raises(InputError, match="the client id occurs more than once") as refused:
        read(tmp_path, before(tmp_path), clients=TABLES["clients"] + row.replace("1985", "1999") + "\n")
    assert len(refused.value.complaints) == 2


def test_a_folder_without_clients_is_refused(tmp_path: Path) -> None:
    """Everything else may be missing."""
    with pytest.raises(InputError, match="the table clients is missing"):
        read(tmp_path, before(tmp_path), keep=("coaches",), coaches=TABLES["coaches"])
