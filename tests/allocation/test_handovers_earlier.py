"""An earlier list of handovers beside new facts: what was confirmed stays, what was overtaken is withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from optimiser.allocation.handovers.plan import Handovers, planned_handovers
from optimiser.domain.handovers import HANDOVERS
from optimiser.domain.snapshot import Snapshot
from tests.allocation.test_handovers import ENDS, STARTS, integration_coach, newcomer, small
from tests.allocation.tiny import coach, policy

LATER = date(2021, 12, 20)
SIGNED = {"confirmed_by": "o7", "confirmed_at": date(2021, 8, 30)}


def earlier(*rows: dict[str, Any]) -> pl.DataFrame:
    """A list as it lies in a file; proposed, from I to A on the first day after ENDS unless said."""
    plain = {"from_coach_id": "I", "to_coach_id": "A", "on": STARTS, "status": "proposed"}
    types = {c.name: c.dtype for c in HANDOVERS.columns}
    return pl.DataFrame([{name: (plain | row).get(name) for name in types} for row in rows], schema=types)


def planned(snapshot: Snapshot, *old: dict[str, Any], months: int = 12) -> Handovers:
    """The new list beside an old one."""
    return planned_handovers(snapshot, policy(), months, earlier(*old))


def rows_of(snapshot: Snapshot, *old: dict[str, Any], months: int = 12) -> list[dict[str, Any]]:
    """Its rows as dicts."""
    return planned(snapshot, *old, months=months).rows.to_dicts()


def test_a_confirmed_handover_stays_as_it_is() -> None:
    """The coach that was confirmed is kept, though another would be better, with who confirmed and when."""
    (row,) = rows_of(
        small(newcomer("c1")), {"client_id": "c1", "to_coach_id": "B", "status": "confirmed"} | SIGNED
    )
    assert (row["to_coach_id"], row["status"], row["on"]) == ("B", "confirmed", STARTS)
    assert (row["confirmed_by"], row["confirmed_at"]) == ("o7", date(2021, 8, 30))
    assert "To B as confirmed" in row["reason"]


def test_a_signature_is_a_confirmation() -> None:
    """An official who fills in who and when has confirmed, also without changing the status."""
    (row,) = rows_of(small(newcomer("c1")), {"client_id": "c1", "to_coach_id": "B"} | SIGNED)
    assert (row["to_coach_id"], row["status"]) == ("B", "confirmed")


def test_an_official_finds_a_coach_where_none_was_found() -> None:
    """A row without a coach that an official fills in and signs is a confirmation as well."""
    found = {"client_id": "c1", "to_coach_id": "B", "status": "nobody"} | SIGNED
    (row,) = rows_of(small(newcomer("c1")), found)
    assert (row["to_coach_id"], row["status"]) == ("B", "confirmed")


def test_an_unconfirmed_handover_is_planned_anew() -> None:
    """What nobody confirmed has no say: the best coach of now is proposed."""
    (row,) = rows_of(small(newcomer("c1")), {"client_id": "c1", "to_coach_id": "B"})
    assert (row["to_coach_id"], row["status"]) == ("A", "proposed")


def test_a_changed_date_withdraws_an_unconfirmed_handover() -> None:
    """The old row is listed with both dates, the new one is proposed."""
    old, new = rows_of(small(newcomer("c1", LATER)), {"client_id": "c1"})
    assert (old["on"], old["status"], old["new_date"]) == (STARTS, "withdrawn", date(2021, 12, 21))
    assert old["reason"] == "Withdrawn: the date changed from 2021-11-16 to 2021-12-21."
    assert (new["on"], new["status"], new["to_coach_id"]) == (date(2021, 12, 21), "proposed", "A")


def test_a_changed_date_of_a_confirmed_handover() -> None:
    """It is to be confirmed anew, and the coach agreed on is proposed at the new date."""
    confirmed = {"client_id": "c1", "to_coach_id": "B", "status": "confirmed"} | SIGNED
    old, new = rows_of(small(newcomer("c1", LATER)), confirmed)
    assert (old["status"], old["new_date"]) == ("confirm_anew", date(2021, 12, 21))
    assert old["reason"].startswith("Confirmed, but the date changed")
    assert (new["status"], new["to_coach_id"], new["confirmed_by"]) == ("proposed", "B", None)


def test_a_date_moved_beyond_the_months_asked() -> None:
    """The new date is named although no handover is planned for it yet."""
    (old,) = rows_of(small(newcomer("c1", LATER)), {"client_id": "c1"}, months=3)
    assert (old["status"], old["new_date"]) == ("withdrawn", date(2021, 12, 21))


def test_no_handover_is_due_any_more() -> None:
    """Where the reason has gone, an unconfirmed handover is withdrawn, a confirmed one is asked about."""
    snapshot = small(newcomer("c1", coach_id="I"), newcomer("c2"))
    stays = snapshot.replace(clients=snapshot.clients.with_columns(integration_until=date(2040, 1, 1)))
    forever = stays.replace(coaches=stays.coaches.with_columns(end=pl.lit(None, dtype=pl.Date)))
    rows = rows_of(forever, {"client_id": "c1"}, {"client_id": "c2", "status": "confirmed"} | SIGNED)
    assert [r["status"] for r in rows] == ["withdrawn", "confirm_anew"]
    assert {r["new_date"] for r in rows} == {date(2040, 1, 2)}


def test_a_client_who_has_gone() -> None:
    """Handovers of somebody who is no longer a client are withdrawn, confirmed or not."""
    rows = rows_of(
        small(newcomer("c9")), {"client_id": "c1"}, {"client_id": "c2", "status": "confirmed"} | SIGNED
    )
    gone = [r for r in rows if r["client_id"] != "c9"]
    assert [(r["status"], r["reason"]) for r in gone] == [("withdrawn", "No longer a client.")] * 2


def test_a_confirmed_coach_whom_a_rule_bars_now() -> None:
    """Another coach is proposed, and the row says whom it was confirmed with."""
    coaches = (integration_coach(), coach("A"), coach("B", serves="211"))
    confirmed = {"client_id": "c1", "to_coach_id": "B", "status": "confirmed"} | SIGNED
    (row,) = rows_of(small(newcomer("c1"), coaches=coaches), confirmed)
    assert (row["to_coach_id"], row["status"], row["confirmed_by"]) == ("A", "confirm_anew", None)
    assert "Was confirmed with B, who may not serve the client then" in row["reason"]


def test_a_confirmed_coach_who_is_gone() -> None:
    """The same where the coach is no longer in the facts, whether the date holds or not."""
    confirmed = {"client_id": "c1", "to_coach_id": "Z", "status": "confirmed"} | SIGNED
    (row,) = rows_of(small(newcomer("c1")), confirmed)
    assert (row["to_coach_id"], row["status"]) == ("A", "confirm_anew")
    assert "is no coach any more" in row["reason"]
    old, new = rows_of(small(newcomer("c1", LATER)), confirmed)
    assert (old["status"], new["status"]) == ("withdrawn", "proposed")


def test_what_has_been_carried_out_is_counted() -> None:
    """A handover whose day has come and whose client is with the new coach is done."""
    done = {"client_id": "c1", "on": date(2021, 9, 1), "status": "confirmed"} | SIGNED
    found = planned(small(newcomer("c1", date(2021, 8, 31), coach_id="A")), done)
    assert (found.carried_out, found.rows.height) == (1, 0)


def test_what_was_not_carried_out_in_time() -> None:
    """A confirmed handover whose day has passed is asked about, an unconfirmed one withdrawn."""
    rows = [{"client_id": c, "on": date(2021, 9, 1)} for c in ("c1", "c2")]
    rows[0] |= {"status": "confirmed"} | SIGNED
    overdue = small(newcomer("c1", date(2021, 8, 31)), newcomer("c2", date(2021, 8, 31)))
    found = planned(overdue, *rows).rows.to_dicts()
    assert [r["status"] for r in found] == ["confirm_anew", "withdrawn"]
    assert "still with I: carry it out, or confirm anew" in found[0]["reason"]


def test_a_handover_later_than_asked_stands() -> None:
    """A shorter list takes nothing back from a longer one while the facts hold."""
    confirmed = {"client_id": "c1", "status": "confirmed"} | SIGNED
    (row,) = rows_of(small(newcomer("c1", ENDS)), confirmed, months=1)
    assert (row["status"], row["on"], row["confirmed_by"]) == ("confirmed", STARTS, "o7")
