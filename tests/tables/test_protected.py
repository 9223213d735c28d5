"""Clients with a protected address are counted and never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser.domain.errors import InputError
from optimiser.tables.read import read_snapshot
from optimiser.tables.write import write_snapshot
from tests.tables.region import TABLES, write_region

SECRET = (
    "secret1,837,1990,fi,,2023-05-01,,2,phone,v1,2023-05-01,kyllä,0\n"
    "secret2,999,19x0,q8,en:B9,2025-05-01,,9,boat,v1,soon,yes,-3\n"
    "secret3,020,1990,fi,,2023-05-01,,2,phone,v3,2023-05-01,1,0\n"
    "secret4,020,1990,fi,,2023-05-01,,2,phone,,,x,0\n"
)


def protected_region(folder: Path, **more: str) -> Path:
    """A region with four clients left apart, one of them in rows of pins and exclusions."""
    tables = {
        "clients": TABLES["clients"] + SECRET,
        "pins": TABLES["pins"] + "secret1,v1,never,\n",
        "exclusions": TABLES["exclusions"] + "secret1,v9,,\n",
    }
    return write_region(folder, **(tables | more))


def test_counted_per_coach_and_in_the_region(tmp_path: Path) -> None:
    """Their rows go, with all that names them and all that is wrong in them; counts stay."""
    snapshot = read_snapshot(protected_region(tmp_path))
    assert snapshot.clients["client_id"].to_list() == ["k1", "k2", "k3", "k4"]
    assert snapshot.coaches["protected_clients"].to_list() == [4, 0, 1]
    assert snapshot.protected_total == 6
    assert snapshot.pins["client_id"].to_list() == ["k3"]
    assert snapshot.exclusions["client_id"].to_list() == ["k4"]
    assert "secret" not in repr(snapshot.set_aside) + repr(snapshot.notices)


def test_the_next_snapshot_carries_them_on(tmp_path: Path) -> None:
    """Written and read again, the counts are the same and the rows are nowhere."""
    snapshot = read_snapshot(protected_region(tmp_path / "a"))
    (tmp_path / "b").mkdir()
    write_snapshot(snapshot.frames(), tmp_path / "b")
    again = read_snapshot(tmp_path / "b")
    assert again.coaches["protected_clients"].to_list() == [4, 0, 1]
    assert again.protected_total == 5
    assert all("secret" not in p.read_text() for p in (tmp_path / "b").iterdir())


def test_complaints_and_lists_never_name_them(tmp_path: Path) -> None:
    """Other complaints are made without their ids, set aside or not."""
    spoilt = TABLES["clients"].replace("k4,837", "k4,999") + SECRET
    with pytest.raises(InputError) as caught:
        read_snapshot(protected_region(tmp_path, clients=spoilt))
    assert "secret" not in str(caught.value)
    assert [c.value for c in caught.value.complaints] == ["999"]
    snapshot = read_snapshot(protected_region(tmp_path, clients=spoilt), set_aside=True)
    assert [a.row_id for a in snapshot.set_aside] == ["k4", "k4"]


def test_doubled_ids_are_counted_but_not_named(tmp_path: Path) -> None:
    """An id that stands on a row left apart and on another stops the reading without being named."""
    double = TABLES["clients"] + SECRET + "secret1,837,1990,fi,,2023-05-01,,2,phone,v1,2023-05-01,no,0\n"
    with pytest.raises(InputError) as caught:
        read_snapshot(protected_region(tmp_path, clients=double), set_aside=True)
    assert "secret" not in str(caught.value)
    assert "1 row repeats the id" in caught.value.complaints[0].problem
