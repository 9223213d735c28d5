"""Ranked coaches for every client without one, with loads after the click and first interviews. Estimates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from optimiser.allocation.allocate import Allocation
from optimiser.allocation.codes import Codes, Ints, placed
from optimiser.allocation.contacts import Calendar, late_if_added, make_calendar
from optimiser.allocation.contacts.calendar import pair_minutes
from optimiser.allocation.contacts.weeks import days_of
from optimiser.allocation.encode import Encoding
from optimiser.allocation.explain import PIN, Alternative, alternatives_of, bars_of
from optimiser.allocation.facts import Flags, sorted_by
from optimiser.allocation.outcome import Outcome, outcome_of
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.prices import PRICES
from optimiser.domain.calendar import working_days_after
from optimiser.domain.intake import PROPOSALS
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Message, Texts, said

WEEKS = 13
"""Weeks in which a first interview is looked for."""
HALF = 0.5
"""Minutes a month below which no difference is told in words."""


@dataclass(frozen=True)
class Proposals:
    """Proposals of a batch; figures are estimates.

    Attributes
    ----------
    rows : polars.DataFrame
        Columns of `PROPOSALS`, sorted by client and rank.
    first_meetings : int
        First interviews of clients placed.
    late : int
        Of them those that would be late with the coach of the plan.
    overdue : int
        Of those late the ones whose last day has passed already: no hours help.
    extra_minutes : float
        The least extra minutes of coach time that would make all others timely.
    """

    rows: pl.DataFrame
    first_meetings: int
    late: int
    overdue: int
    extra_minutes: float


@dataclass(frozen=True)
class _Interviews:
    """First interviews of N new clients: rows of clients, due days, days held, the calendar beside them."""

    client: Ints
    due: Ints
    day: Ints
    calendar: Calendar
    late: int
    overdue: int
    extra_minutes: float


def proposals(
    snapshot: Snapshot,
    policy: Policy,
    found: Allocation,
    batch: pl.Series,
    tied: pl.Series,
    texts: Texts = ENGLISH,
) -> Proposals:
    """Rank the coaches of every client without one, beside the plan.

    Prices and differences are those of `explain` on the same plan; only coaches within their limits
    are proposed, the coach of the plan first.

    Parameters
    ----------
    snapshot, policy, found
        The facts solved, the policy, and the plan.
    batch : polars.Series
        Ids of the batch; other clients without a coach were waiting before.
    tied : polars.Series
        Ids of clients whom the intake itself has pinned to the coach of household or before.
    texts : Texts
        Language of the reasons: that of the plan's.
    """
    encoding = found.encoding
    ids = sorted_by(snapshot.clients.select("client_id"), "client_id")["client_id"]
    coach = placed(found.plan.rows.sort("client_id")["coach_id"], encoding.coach_ids)
    outcome = outcome_of(encoding, coach, policy)
    new = np.flatnonzero(encoding.rows.present < 0).astype(np.int64)
    held = _interviews(snapshot, policy, encoding, coach, new)
    reasons = dict(found.plan.rows.select("client_id", "reason").iter_rows())
    ranked = [
        (int(row), place, alternative)
        for row, alternatives in _all_ranked(encoding, outcome, new, _among(ids, tied), policy)
        for place, alternative in enumerate(alternatives)
    ]
    frame = _frame(policy, encoding, (ids, reasons), ranked, held, texts)
    origin = (
        pl.when(pl.col("client_id").is_in(batch.implode())).then(pl.lit("batch")).otherwise(pl.lit("waiting"))
    )
    rows = frame.with_columns(origin=origin).select(c.name for c in PROPOSALS.columns)
    return Proposals(
        rows.cast({c.name: c.dtype for c in PROPOSALS.columns}),
        int((coach[held.client] >= 0).sum()),
        held.late,
        held.overdue,
        held.extra_minutes,
    )


def _among(ids: pl.Series, some: pl.Series) -> Flags:
    """Whether each of the ids is among some, shape (n,)."""
    found: Flags = ids.is_in(some.implode()).to_numpy()
    return found


def _all_ranked(
    encoding: Encoding, outcome: Outcome, new: Ints, freed: Flags, policy: Policy
) -> Iterator[tuple[int, list[Alternative | None]]]:
    """Each new client with the ranked coaches; single clients alike with one coach are ranked once."""
    rows, several = encoding.rows, (encoding.units.size > 1)[encoding.units.of_client]
    known: dict[tuple[int, int, int, bool], list[Alternative | None]] = {}
    for row in map(int, new):
        key = (int(rows.profile[row]), int(outcome.coach[row]), int(rows.pin[row]), bool(freed[row]))
        if several[row]:
            yield row, _ranked(encoding, outcome, row, key[3], policy)
            continue
        if key not in known:
            known[key] = _ranked(encoding, outcome, row, key[3], policy)
        yield row, known[key]


def _ranked(
    encoding: Encoding, outcome: Outcome, row: int, freed: bool, policy: Policy
) -> list[Alternative | None]:
    """The coach of the plan (None where there is none), then others within their limits."""
    members = np.flatnonzero(encoding.units.of_client == encoding.units.of_client[row])
    bars = bars_of(encoding, members, row)
    if freed:
        bars.pop(PIN, None)
    alternatives = alternatives_of(encoding, outcome, members, bars)
    chosen = encoding.coach_ids[outcome.coach[row]] if outcome.coach[row] >= 0 else None
    own = [a for a in alternatives if a.coach_id == chosen]
    others = [a for a in alternatives if a.coach_id != chosen and not a.breaks]
    first: list[Alternative | None] = list(own[:1]) or [None]
    return [*first, *others[: policy.intake.proposals - 1]]


def _interviews(
    snapshot: Snapshot, policy: Policy, encoding: Encoding, coach: Codes, new: Ints
) -> _Interviews:
    """First interviews of the new clients, in the calendar that the others leave."""
    clients = sorted_by(snapshot.clients, "client_id")
    waits = new[clients["first_meeting"].is_null().to_numpy()[new]]
    others = coach.copy()
    others[waits] = -1
    calendar = make_calendar(snapshot, policy, others, WEEKS)
    registered = days_of(clients["registered_on"])[waits]
    within = np.full(len(waits), policy.rhythm_on(snapshot.date).first_within_days, dtype=np.int64)
    due = working_days_after(registered, within)
    has = np.flatnonzero(coach[waits] >= 0)
    at, client = coach[waits[has]].astype(np.int64), waits[has]
    minutes = pair_minutes(encoding.facts, encoding.rows, client, at)
    placed_in = late_if_added(calendar, at, due[has], minutes, together=True)
    day = np.full(len(waits), -1, dtype=np.int64)
    fits = placed_in.week < calendar.weeks.count
    day[has[fits]] = np.maximum(placed_in.day[fits], calendar.weeks.first_day)
    left = calendar.free.copy()
    np.subtract.at(left, (at[fits], placed_in.week[fits]), minutes[fits])
    late = (day[has] < 0) | (day[has] > due[has])
    overdue = due[has] < calendar.weeks.first_day
    hopeful = np.flatnonzero(~overdue)
    extra = late_if_added(calendar, at[hopeful], due[has][hopeful], minutes[hopeful], together=True)
    return _Interviews(
        waits,
        due,
        day,
        replace(calendar, free=np.maximum(left, 0.0)),
        int(late.sum()),
        int((late & overdue).sum()),
        extra.extra_minutes,
    )


def _frame(
    policy: Policy,
    encoding: Encoding,
    told: tuple[pl.Series, dict[str, str]],
    ranked: list[tuple[int, int, Alternative | None]],
    held: _Interviews,
    texts: Texts,
) -> pl.DataFrame:
    """The proposals as a table without `origin`."""
    ids, reasons = told
    at = {name: place for place, name in enumerate(encoding.coach_ids)}
    row = np.array([r for r, _, _ in ranked], dtype=np.int64)
    coach = np.array([at[a.coach_id] if a else 0 for _, _, a in ranked], dtype=np.int64)
    some = np.array([a is not None for _, _, a in ranked], dtype=np.bool_)
    first = np.array([place == 0 for _, place, _ in ranked], dtype=np.bool_)
    pairs = Pairs(encoding.facts, encoding.rows.profile[row], coach)
    due, day = _days(policy, encoding, (row, coach, first & some), held)
    plan = {r: a for r, place, a in ranked if place == 0}
    known = pl.Series(some)
    frame = pl.DataFrame(
        {
            "client_id": ids.gather(row),
            "rank": [place + 1 for _, place, _ in ranked],
            "coach_id": [a.coach_id if a else None for _, _, a in ranked],
            "difference_minutes": [round(a.difference, 6) + 0.0 if a else None for _, _, a in ranked],
            "travel_minutes": np.round(pairs.road_minutes() * pairs.in_person_meetings(), 6),
            "interpreter_minutes": np.round(pairs.interpreter_minutes(), 6),
            "load_percent": [
                round(100 * a.utilisation) if a and np.isfinite(a.utilisation) else None for _, _, a in ranked
            ],
            "first_meeting": _dates(day),
            "due": _dates(due),
            "reason": [
                reasons.get(ids[r], "") if place == 0 or not a else texts.of(_words(a, plan[r]))
                for r, place, a in ranked
            ],
        },
        schema_overrides={"coach_id": pl.String, "difference_minutes": pl.Float64, "load_percent": pl.Int32},
    )
    late = pl.col("first_meeting").is_null() | (pl.col("first_meeting") > pl.col("due"))
    hidden = ("travel_minutes", "interpreter_minutes")
    return frame.with_columns(
        *(pl.when(known).then(pl.col(name)).alias(name) for name in hidden),
        late=pl.when(known & pl.col("due").is_not_null()).then(late),
    )


def _days(
    policy: Policy, encoding: Encoding, asked: tuple[Ints, Ints, np.ndarray], held: _Interviews
) -> tuple[Ints, Ints]:
    """Due day and first day with room of each proposal, -1 for none; the plan's own from the calendar."""
    row, coach, own = asked
    place = np.full(len(encoding.rows), -1, dtype=np.int64)
    place[held.client] = np.arange(len(held.client))
    which = place[row]
    waits = np.flatnonzero(which >= 0)
    due, day = np.full(len(row), -1, dtype=np.int64), np.full(len(row), -1, dtype=np.int64)
    due[waits] = held.due[which[waits]]
    minutes = pair_minutes(encoding.facts, encoding.rows, row[waits], coach[waits])
    added = late_if_added(held.calendar, coach[waits], due[waits], minutes)
    fits = added.week < held.calendar.weeks.count
    day[waits[fits]] = added.day[fits]
    mine = waits[own[waits]]
    day[mine] = held.day[which[mine]]
    return due, day


def _dates(days: Ints) -> pl.Series:
    """Day numbers as dates, empty for -1."""
    known = pl.Series(days >= 0)
    frame = pl.DataFrame({"day": pl.Series(days, dtype=pl.Int64).cast(pl.Int32)})
    return frame.select(pl.when(known).then(pl.col("day")).cast(pl.Date))["day"]


def _words(other: Alternative, plan: Alternative | None) -> Message:
    """What another coach would cost more or less, by price."""
    if plan is None:
        listed = _by_price(other.prices, signed=False)
        if not listed:
            return said("Costs nothing.")
        return said("Costs {minutes:.0f} minutes a month: {prices}.", minutes=other.difference, prices=listed)
    changes = {name: value - plan.prices.get(name, 0.0) for name, value in other.prices.items()}
    listed = _by_price(changes, signed=True)
    values = {"minutes": abs(other.difference), "coach": plan.coach_id}
    if abs(other.difference) < HALF:
        told = said("As good as {coach}, to half a minute a month", **values)
    elif other.difference < 0:
        told = said("{minutes:.0f} minutes a month less than {coach}", **values)
    else:
        told = said("{minutes:.0f} minutes a month more than {coach}", **values)
    if not listed:
        return said("{difference}.", difference=told)
    return said("{difference}: {prices}.", difference=told, prices=listed)


def _by_price(minutes: dict[str, float], signed: bool) -> Message | None:
    """Prices by name with their minutes, those of less than half a minute left out; None where none is left."""
    told: Message | None = None
    for name, value in minutes.items():
        if abs(value) < HALF:
            continue
        title = said(PRICES[name].title)
        one = said("{price} {minutes:.0f}", price=title, minutes=value)
        if signed:
            one = said("{price} {minutes:+.0f}", price=title, minutes=value)
        told = one if told is None else said("{one}, {other}", one=told, other=one)
    return told
