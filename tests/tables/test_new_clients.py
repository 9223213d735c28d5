"""Reading a batch of new clients beside a snapshot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from optimiser.domain.errors import InputError
from optimiser.domain.intake import NewClients
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.new_clients import read_new_clients
from optimiser.tables.read import read_snapshot
from tests.tables.region import write_region

HEAD = "client_id,municipality,birth_year,registered_on,former_coach_id,protected_address\n"


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    """The region by hand of 2024-03-04: k1-k3 have coaches, k4 waits."""
    return read_snapshot(write_region(tmp_path / "region"))


def read(tmp_path: Path, snapshot: Snapshot, text: str) -> NewClients:
    """The batch that a text holds."""
    file = tmp_path / "new.csv"
    file.write_text(text, encoding="utf-8")
    return read_new_clients(file, snapshot)


def test_a_sound_batch(tmp_path: Path, snapshot: Snapshot) -> None:
    """Defaults as in clients, former coaches apart, protected addresses counted and nowhere else."""
    rows = "n2,837,1990,2024-03-04,v1,no\nn1,020,1985,2024-03-01,,\nn3,837,1970,2024-03-02,v2,yes\n"
    found = read(tmp_path, snapshot, HEAD + rows)
    assert found.clients["client_id"].to_list() == ["n1", "n2"]
    assert found.clients.schema == snapshot.clients.schema
    assert found.clients["need_level"].to_list() == [2, 2]
    assert found.former.rows() == [("n2", "v1")]
    assert (found.by_hand, found.day) == (1, snapshot.date)
    assert "n3" not in repr(found)


def test_a_later_registration_dates_the_intake(tmp_path: Path, snapshot: Snapshot) -> None:
    """Whoever registered after the snapshot moves the day of the intake, and that is said."""
    found = read(tmp_path, snapshot, HEAD + "n1,837,1990,2024-03-08,,\n")
    assert found.day == date(2024, 3, 8)
    assert "2024-03-08" in found.notices[0]


def test_finnish_headings_and_a_workbook(tmp_path: Path, snapshot: Snapshot) -> None:
    """A spreadsheet with Finnish headings is the same batch."""
    plain = read(tmp_path, snapshot, HEAD + "n1,837,1990,2024-03-01,v1,\n")
    finnish = "asiakas;kotikunta;syntymävuosi;alkupäivä;entinen_valmentaja\nn1;837;1990;1.3.2024;v1\n"
    assert read(tmp_path, snapshot, finnish).clients.equals(plain.clients)
    file = tmp_path / "batch.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("notes").write_row(0, 0, ["nothing"])
        page = book.add_worksheet("uudet asiakkaat")
        page.write_row(0, 0, ["client_id", "municipality", "birth_year", "registered_on", "former_coach_id"])
        page.write_row(1, 0, ["n1", "837", "1990", "2024-03-01", "v1"])
    found = read_new_clients(file, snapshot)
    assert found.clients.drop("line").equals(plain.clients.drop("line"))
    assert found.former.equals(plain.former)


def test_a_client_who_waits_may_stand_in_the_batch(tmp_path: Path, snapshot: Snapshot) -> None:
    """A client of the snapshot without a coach is no duplicate."""
    assert read(tmp_path, snapshot, HEAD + "k4,837,1985,2024-03-01,,\n").clients.height == 1


BAD = [
    ("k1,837,1990,2024-03-01,,", 2, "client_id", "the client is in the snapshot already and has a coach"),
    ("n1,999,1990,2024-03-01,,", 2, "municipality", "an unknown municipality"),
    ("n1,837,1990,2024-03-01,v9,", 2, "former_coach_id", "an unknown coach"),
    ("n1,837,1990,,,", 2, "registered_on", "a required cell is empty"),
    ("n1,837,1990,2024-09-01,,", 2, "registered_on", "a date long after the snapshot's"),
    ("n1,837,1990,31.2.2024,,", 2, "registered_on", "an impossible date: there is no such day"),
    (
        "n1,837,1990,2024-03-01,,\nn1,837,1991,2024-03-01,,",
        2,
        "client_id",
        "the client id occurs more than once",
    ),
    ("n1,837,1990,2024-03-01,,perhaps", 2, "protected_address", "neither yes nor no"),
]


@pytest.mark.parametrize(("row", "line", "column", "problem"), BAD)
def test_bad_rows(tmp_path: Path, snapshot: Snapshot, row: str, line: int, column: str, problem: str) -> None:
    """Each fault is named by file, line and column, with advice."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, snapshot, HEAD + row + "\n")
    said = [(c.file, c.line, c.column, c.problem) for c in caught.value.complaints]
    assert ("new.csv", line, column, problem) in said
    assert all(c.advice for c in caught.value.complaints)


def test_all_complaints_at_once(tmp_path: Path, snapshot: Snapshot) -> None:
    """A batch with three faults is refused once, with three complaints."""
    rows = "k1,837,1990,2024-03-01,,\nn1,999,1990,2024-03-01,,\nn2,837,1990,2024-03-01,v9,\n"
    with pytest.raises(InputError) as caught:
        read(tmp_path, snapshot, HEAD + rows)
    assert len(caught.value.complaints) == 3


def test_a_present_coach_is_refused(tmp_path: Path, snapshot: Snapshot) -> None:
    """A new client has no coach; the earlier one belongs into former_coach_id."""
    with pytest.raises(InputError, match="former_coach_id"):
        read(
            tmp_path,
            snapshot,
            "client_id,municipality,birth_year,registered_on,coach_id\nn1,837,1990,2024-03-01,v1\n",
        )


def test_files_that_cannot_be_used(tmp_path: Path, snapshot: Snapshot) -> None:
    """A missing file, one without rows, an unknown column and personal data are refused."""
    with pytest.raises(InputError, match="no such file"):
        read_new_clients(tmp_path / "none.csv", snapshot)
    for text in (HEAD, "client_id,nonsense\nn1,2\n", HEAD + "131052-308T,837,1990,2024-03-01,,\n"):
        with pytest.raises(InputError) as caught:
            read(tmp_path, snapshot, text)
        assert "131052" not in str(caught.value)
