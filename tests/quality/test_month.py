"""The month's figures of a region small enough to count by hand, over three months."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

import polars as pl
import pytest

from optimiser.domain.month import MONTH
from optimiser.domain.snapshot import Snapshot
from optimiser.quality.month.definitions import definitions
from optimiser.quality.month.figures import Month, month_figures
from optimiser.quality.month.levels import Level, level_of
from optimiser.quality.month.sample import sample_of
from tests.quality.tiny import ROADS, UNITS, Row, client, coach, policy, snapshot

JANUARY, FEBRUARY, MARCH = Date(2024, 1, 31), Date(2024, 2, 29), Date(2024, 3, 31)
PLACES = [
    {"municipality": "001", "name": "Town", "area": "south"},
    {"municipality": "002", "name": "Village", "area": "south"},
]
COACHES = [coach("ann", serves="*"), coach("bo", municipality="002", serves="*", fte=0.5)]


def of_town(number: int, **facts: Any) -> Row:
    """A steady client of the town: 50 minutes a month, by telephone; met long ago."""
    usual = {
        "registered_on": Date(2023, 6, 1),
        "first_meeting": Date(2023, 6, 5),
        "channel": "phone",
        "coach_id": "ann",
    }
    return client(f"t{number:02d}", **(usual | facts))


def of_village(number: int, **facts: Any) -> Row:
    """A steady client of the village, of the other coach."""
    return of_town(number, **({"municipality": "002", "coach_id": "bo"} | facts)) | {
        "client_id": f"v{number:02d}"
    }


def month_of(day: Date, clients: list[Row], departures: list[Row] | None = None) -> Snapshot:
    """A snapshot of the region on a day."""
    tables = {"municipalities": PLACES, "travel": ROADS, "units": UNITS, "coaches": COACHES}
    found = snapshot(**tables, clients=clients, departures=departures or [])
    return found.replace(date=day)


def three_months() -> list[Level]:
    """Thirty clients; in February six leave, six come and six change coach; in March nothing happens."""
    town = [of_town(n) for n in range(1, 21)]
    village = [of_village(n) for n in range(1, 11)]
    gone = [{"client_id": f"t{n:02d}", "date": Date(2024, 2, 10), "reason": "job_found"} for n in range(1, 6)]
    back = {"client_id": "t31", "date": Date(2023, 5, 1), "reason": "other"}
    stayed = [r for r in town if r["client_id"] > "t06"]
    moved = [r | {"coach_id": "bo", "involuntary_changes": 1} for r in stayed[:6]] + stayed[6:]
    # Registered on Monday, 5 February: within five working days is Monday, 12 February.
    fresh = {"registered_on": Date(2024, 2, 5), "first_meeting": Date(2024, 2, 12)}
    came = [of_town(31, **fresh)] + [
        of_town(31 + n, **(fresh | {"first_meeting": None if n == 5 else Date(2024, 2, 13)}))
        for n in range(1, 6)
    ]
    february = moved + came + village
    facts = [
        month_of(JANUARY, town + village),
        month_of(FEBRUARY, february, [*gone, back]),
        month_of(MARCH, february, [*gone, back]),
    ]
    return [level_of(found, policy()) for found in facts]


@pytest.fixture(scope="module")
def found() -> Month:
    """The figures of the three months."""
    return month_figures(three_months())


def region(found: Month, day: Date) -> dict[str, Any]:
    """The region's row of a day."""
    row: dict[str, Any] = found.rows.filter(level="region", until=day).row(0, named=True)
    return row


def test_levels_are_those_of_the_day(found: Month) -> None:
    """Thirty clients of 50 minutes are 25 hours; a full and a half post of 600 minutes are 15."""
    row = region(found, JANUARY)
    assert (row["clients"], row["demand_hours"], row["load_hours"]) == (30, 25.0, 25.0)
    assert (row["capacity_hours"], row["utilisation"]) == (15.0, 1.67)


def test_the_first_snapshot_has_no_flows(found: Month) -> None:
    """Without a snapshot before there are no arrivals, departures, first meetings or continuity."""
    row = region(found, JANUARY)
    assert row["since"] is None
    assert [row[n] for n in ("inflow", "outflow", "returned", "first_due", "kept", "continuity")] == [
        None
    ] * 6


def test_flows_count_ids(found: Month) -> None:
    """Six ids are new and six are gone; the flows of a month in which nothing happens are nought."""
    row = region(found, FEBRUARY)
    assert (row["since"], row["inflow"], row["outflow"]) == (JANUARY, 6, 6)
    quiet = region(found, MARCH)
    assert (quiet["inflow"], quiet["outflow"], quiet["handovers"]) == (0, 0, 0)
    assert quiet["continuity"] == 1.0


def test_a_single_return_is_not_told(found: Month) -> None:
    """One of the six came back: that is fewer than five, and stays untold on every level."""
    rows = found.rows.filter(until=FEBRUARY)
    assert rows["returned"].null_count() == rows.height
    assert "returned" in region(found, FEBRUARY)["held_back"].split()


def test_returns_are_counted_from_departures() -> None:
    """Five of ten newcomers who stand in the table of departures have returned."""
    old = [of_town(n) for n in range(1, 21)]
    new = [of_town(40 + n) for n in range(10)]
    gone = [{"client_id": f"t{40 + n}", "date": Date(2023, 1, 1), "reason": "other"} for n in range(5)]
    facts = [month_of(JANUARY, old), month_of(FEBRUARY, old + new, gone)]
    row = region(month_figures([level_of(f, policy()) for f in facts]), FEBRUARY)
    assert (row["inflow"], row["returned"], row["outflow"]) == (10, 5, 0)


def test_first_meetings_follow_the_working_days() -> None:
    """Held on the fifth working day is on time, on the sixth late, and without a day not held."""
    old = [of_town(n) for n in range(1, 21)]
    fresh = {"registered_on": Date(2024, 2, 5)}
    days = [Date(2024, 2, 12)] * 6 + [Date(2024, 2, 13)] * 5 + [None] * 7
    new = [of_town(40 + n, **fresh, first_meeting=day) for n, day in enumerate(days)]
    later = of_town(90, registered_on=Date(2024, 2, 23), first_meeting=None)
    facts = [month_of(JANUARY, old), month_of(FEBRUARY, [*old, *new, later])]
    row = region(month_figures([level_of(f, policy()) for f in facts]), FEBRUARY)
    told = [row[n] for n in ("first_due", "first_on_time", "first_late", "first_not_held")]
    assert told == [18, 6, 5, 7]
    assert row["first_on_time_share"] == 0.33


def test_a_first_meeting_due_next_month_counts_next_month() -> None:
    """Who registers at the end of a month is counted once: in the month of the last day."""
    old = [of_town(n) for n in range(1, 21)]
    # Friday, 23 February and five working days: Friday, 1 March.
    new = [of_town(40 + n, registered_on=Date(2024, 2, 23), first_meeting=Date(2024, 3, 1)) for n in range(6)]
    without = [row | {"first_meeting": None} for row in new]
    facts = [month_of(JANUARY, old), month_of(FEBRUARY, old + without), month_of(MARCH, old + new)]
    months = month_figures([level_of(f, policy()) for f in facts])
    assert region(months, FEBRUARY)["first_due"] == 0
    assert (region(months, MARCH)["first_due"], region(months, MARCH)["first_on_time"]) == (6, 6)


def test_continuity_and_handovers(found: Month) -> None:
    """Of 24 who stayed with a coach six changed, none of whom had asked for it."""
    row = region(found, FEBRUARY)
    assert (row["had_coach"], row["kept"], row["handovers"]) == (24, 18, 6)
    assert (row["continuity"], row["involuntary"]) == (0.75, 6)


def test_changes_not_asked_for_are_unknown_where_nobody_counts_them() -> None:
    """Without any involuntary change in the table nothing is said of them."""
    old = [of_town(n) for n in range(1, 21)]
    new = [row | {"coach_id": "bo"} for row in old[:6]] + old[6:]
    facts = [month_of(JANUARY, old), month_of(FEBRUARY, new)]
    row = region(month_figures([level_of(f, policy()) for f in facts]), FEBRUARY)
    assert (row["handovers"], row["involuntary"]) == (6, None)
    assert row["held_back"] is None


def test_capacity_follows_the_load() -> None:
    """A coach with half her load in each place gives each half her hours; who has no clients, where he works."""
    clients = [of_town(n) for n in range(1, 11)] + [of_village(n, coach_id="ann") for n in range(1, 11)]
    level = level_of(month_of(JANUARY, clients), policy())
    parts = {(r["coach_id"], r["municipality"]): r["capacity_minutes"] for r in level.posts.to_dicts()}
    assert parts == {("ann", "001"): 300.0, ("ann", "002"): 300.0, ("bo", "002"): 300.0}


def test_interpreter_minutes_are_those_of_the_present_coach() -> None:
    """Five clients met once a month for half an hour without a common language need 24 minutes each."""
    others = [of_town(20 + n, language="so") for n in range(5)]
    level = level_of(month_of(JANUARY, [of_town(n) for n in range(1, 11)] + others), policy())
    row = region(month_figures([level]), JANUARY)
    assert (row["interpreter_clients"], row["interpreter_minutes"]) == (5, 120.0)


def test_reasons_of_few_are_counted_together(found: Month) -> None:
    """Five found a job, of one the reason is not known: there is nothing to tell apart."""
    assert found.outflow.is_empty()


def test_reasons_come_from_the_departures() -> None:
    """Reasons of five and more stand by themselves; the others, and who stands nowhere, together."""
    old = [of_town(n) for n in range(1, 41)]
    reasons = ["job_found"] * 6 + ["moved_away"] * 3 + ["other"] * 2
    gone = [
        {"client_id": f"t{n:02d}", "date": Date(2024, 2, 10), "reason": reason}
        for n, reason in enumerate(reasons, start=1)
    ]
    facts = [month_of(JANUARY, old), month_of(FEBRUARY, old[12:], gone)]
    months = month_figures([level_of(f, policy()) for f in facts])
    told = months.outflow.filter(level="region").select("reason", "clients").rows()
    assert told == [("job_found", 6), ("together", 6)]
    assert months.outflow.filter(level="region")["clients"].sum() == region(months, FEBRUARY)["outflow"]


def test_levels_add_up() -> None:
    """Where nothing is held back, municipalities add up to areas and areas to the region."""
    rows = [of_town(n) for n in range(1, 21)] + [of_village(n) for n in range(1, 11)]
    found = month_figures([level_of(month_of(JANUARY, rows), policy())])
    sums = {
        level: found.rows.filter(level=level)["clients"].sum() for level in ("region", "area", "municipality")
    }
    assert set(sums.values()) == {30}


def test_columns_are_declared(found: Month) -> None:
    """The figures have the declared columns in their order, and name no coach and no client."""
    assert found.rows.columns == [column.name for column in MONTH.columns]
    assert not {"coach_id", "client_id"} & set(found.rows.columns)


def test_the_order_of_rows_does_not_matter() -> None:
    """The same facts in another order give the same figures."""
    rows = [of_town(n) for n in range(1, 21)] + [of_village(n, coach_id="ann") for n in range(1, 11)]
    one = month_figures([level_of(month_of(JANUARY, rows), policy())])
    other = month_figures([level_of(month_of(JANUARY, rows[::-1]), policy())])
    assert one.rows.equals(other.rows)


def test_the_sample_has_completed_two_months() -> None:
    """Due is whose second month ended after the snapshot before; the day itself belongs to the last."""
    days = {1: Date(2023, 12, 31), 2: Date(2024, 1, 1), 3: Date(2024, 1, 31), 4: Date(2024, 2, 1)}
    rows = [of_town(n, registered_on=day) for n, day in days.items()]
    levels = [level_of(month_of(day, rows), policy()) for day in (FEBRUARY, MARCH)]
    since, ids = sample_of(levels)
    # 31 December and two months is 29 February: already in the month before.
    assert since == FEBRUARY
    assert ids["client_id"].to_list() == ["t02", "t03"]


def test_the_sample_of_one_snapshot_is_of_its_month() -> None:
    """With one snapshot the calendar month up to its date counts."""
    rows = [of_town(1, registered_on=Date(2024, 1, 1)), of_town(2, registered_on=Date(2023, 12, 31))]
    since, ids = sample_of([level_of(month_of(Date(2024, 3, 15), rows), policy())])
    assert (since, ids["client_id"].to_list()) == (FEBRUARY, ["t01"])


def test_definitions_are_dated_by_the_rhythm() -> None:
    """The rhythms that hold in the span stand among the definitions with their first day."""
    from optimiser.domain.policy import Policy

    told = definitions(Policy(), [Date(2022, 4, 30), Date(2022, 5, 31)])
    rhythms = [d for d in told if d.figure == "Service rhythm"]
    assert [d.in_force for d in rhythms] == [Date(2013, 1, 1), Date(2022, 5, 2)]
    assert "5 working days" in rhythms[1].text
    assert len({d.text for d in told}) == len(told)


def test_rows_are_sorted(found: Month) -> None:
    """Rows go by level, date and code: by no figure."""
    places = found.rows.filter(level="municipality").select("until", "municipality")
    assert places.equals(places.sort("until", "municipality"))
    assert found.rows["level"].unique(maintain_order=True).to_list() == ["region", "area", "municipality"]


def test_the_latest_snapshot_names_the_areas() -> None:
    """A municipality that has changed area counts in its last area at every date."""
    rows = [of_town(n) for n in range(1, 21)] + [of_village(n) for n in range(1, 11)]
    later = month_of(FEBRUARY, rows)
    moved = later.municipalities.with_columns(
        area=pl.when(pl.col("municipality").cast(pl.String) == "002")
        .then(pl.lit("north"))
        .otherwise(pl.lit("south"))
        .cast(pl.Categorical)
    )
    levels = [level_of(f, policy()) for f in (month_of(JANUARY, rows), later.replace(municipalities=moved))]
    areas = month_figures(levels).rows.filter(level="area", until=JANUARY)
    assert areas.select("area", "clients").rows() == [("north", 10), ("south", 20)]
