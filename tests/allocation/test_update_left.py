"""Who has left between a snapshot and an export: strangers, clients without a coach, and mistakes."""

from __future__ import annotations

from datetime import date

from tests.allocation.tiny import TODAY, coach, region
from tests.allocation.update_tiny import COACHES, exported, followed, had, past_of, rows_of, told


def test_departures_of_strangers_are_left_out() -> None:
    """Whom neither snapshot nor export knows came and left between, or is protected: no row, only a count."""
    known = [{"client_id": "K9", "date": TODAY, "reason": "job_found"}]
    before = region(had("K1"), COACHES, departures=known)
    left = [
        {"client_id": who, "date": date(2021, 9, 20), "reason": "moved_away"} for who in ("K1", "K7", "K9")
    ]
    past = past_of(seen=[("K7", date(2021, 1, 1), "V1")])
    update = followed(before, exported(had("K2"), departures=left), past=past)
    assert update.following.departures["client_id"].to_list() == ["K1", "K9", "K9"]
    assert (update.between, update.count("gone")) == (1, 1)
    assert "K7" not in str([frame.rows() for frame in update.tables.values()])


def test_an_export_without_coaches_after_one_has_left() -> None:
    """Whose coach of the snapshot is there no more has none, and is listed; a confirmed coach gone as well."""
    before = region(had("K1", coach_since=TODAY) + had("K2", "K3", coach_id="V2", coach_since=TODAY), COACHES)
    past = past_of(confirmed=[("K3", "V1", "V2", TODAY)])
    export = exported(had("K1", "K2", "K3", coach_id=None), [coach("V1"), coach("V3")])
    for lacking in (("coach_id",), ("coach_id", "coach_since")):
        update = followed(before, export, past=past, lacking=lacking)
        rows = rows_of(update.following)
        assert [(rows[k]["coach_id"], rows[k]["coach_since"]) for k in rows] == [
            ("V1", TODAY),
            (None, None),
            (None, None),
        ]
        assert told(update, "changed_coach", "client_id", "from_coach_id", "to_coach_id") == [
            ("K2", "V2", None),
            ("K3", "V2", None),
        ]
        assert told(update, "confirmed_moves", "client_id", "state") == [("K3", "coach_gone")]


def test_a_mistaken_departure_is_mended_by_the_next_export() -> None:
    """A mistyped municipality makes a departure; corrected, the client is there again as if nothing had been."""
    before = region(had("K1", "K2"), COACHES)
    wrong = followed(before, exported(had("K1")), away=[("K2", "091")])
    assert told(wrong, "gone", "client_id", "known_by") == [("K2", "derived")]
    right = exported(had("K1", "K2")).replace(date=date(2021, 11, 1))
    update = followed(wrong.following, right)
    assert update.following.departures.is_empty()
    assert list(rows_of(update.following)) == ["K1", "K2"]
    anew = exported(had("K1") + had("K2", registered_on=date(2021, 10, 20))).replace(date=date(2021, 11, 1))
    assert followed(wrong.following, anew).following.departures["client_id"].to_list() == ["K2"]
