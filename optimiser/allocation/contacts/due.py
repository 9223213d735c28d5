"""Which meetings are due: first interviews, the campaign, the rhythm, and what has been agreed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.codes import Floats, Ints
from optimiser.allocation.contacts.weeks import LARGE, MONTH_DAYS, Weeks, days_of
from optimiser.allocation.facts import Flags
from optimiser.allocation.workload import phase_meetings, whole_months
from optimiser.domain.calendar import day_number, first_interview_due, rhythm_places
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot

FIRST, CAMPAIGN, RHYTHM = range(3)
SHORTEST = 1.0
"""Days between two meetings of a client at least, whatever the rhythm asks."""
NEVER = 1e7
"""Days between two meetings of a client whom the rhythm asks for none."""


@dataclass(frozen=True)
class Meetings:
    """N meetings that are due, client by client in the order of their due days. Shape (N,) each.

    Attributes
    ----------
    client : int
        Row of the client, sorted by id.
    purpose : int
        `FIRST`, `CAMPAIGN` or `RHYTHM`.
    agreed : int
        Day agreed, `-LARGE` where none is.
    due : int
        Last day on which it is held in time; may lie before the calendar.
    earliest : int
        First day on which it makes sense.
    interval : float
        Days of the rhythm before it; 0 for first interviews and the campaign.
    """

    client: Ints
    purpose: Ints
    agreed: Ints
    due: Ints
    earliest: Ints
    interval: Floats

    def __len__(self) -> int:
        return len(self.client)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.integer]) -> Meetings:
        """Return some of the meetings."""
        return Meetings(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    @property
    def fixed(self) -> Flags:
        """Whether a day has been agreed."""
        return self.agreed > -LARGE


def due_meetings(clients: pl.DataFrame, policy: Policy, weeks: Weeks) -> Meetings:
    """Return the meetings of clients that are due by the end of a calendar.

    A client's next meeting is the first interview where none was held: due so many working days after
    registration as the rhythm of that day says. Whoever was a client when the campaign started and has
    had no meeting since has until the end of the campaign, whatever else would be due. All others
    follow the rhythm: latest meeting plus the interval of the phase in force, then from due day to due
    day (from today where a meeting is overdue; from an agreed day where one is agreed), so that one
    late meeting does not put off the next. A meeting agreed in the calendar is the next one. Contacts
    of a campaign that ends after the calendar are there too: they may fill free time.

    Parameters
    ----------
    clients : polars.DataFrame
        Rows of `CLIENTS`; `Meetings.client` counts them.
    policy : Policy
    weeks : Weeks
    """
    chain = _begun(clients, weeks)
    rounds = []
    while True:
        found, due = _next(chain, policy, weeks)
        shown = (found.due <= weeks.last_day) | (found.purpose == CAMPAIGN)
        shown = (shown & (found.earliest <= weeks.last_day)) | found.fixed
        rounds.append(found.take(shown))
        base = np.where(found.fixed, found.agreed, np.maximum(due, weeks.first_day)).astype(np.float64)
        chain = chain.take(shown & (base <= weeks.last_day), base)
        if not len(chain.client):
            break
    columns = {f.name: np.concatenate([getattr(r, f.name) for r in rounds]) for f in fields(Meetings)}
    order = np.argsort(columns["client"], kind="stable")
    return Meetings(**{name: values[order] for name, values in columns.items()})


def given_new_day(clients: pl.DataFrame, policy: Policy, weeks: Weeks) -> int:
    """Return how many clients have a meeting that is overdue without the campaign and not due then with it.

    Parameters
    ----------
    clients, policy, weeks
        As for `due_meetings`.
    """
    if policy.contacts.campaign_starts is None:
        return 0
    none = policy.contacts.model_copy(update={"campaign_starts": None})
    without = due_meetings(clients, policy.model_copy(update={"contacts": none}), weeks)
    overdue = without.due < weeks.first_day
    old = _first_due(without.take(overdue), clients.height)
    new = _first_due(due_meetings(clients, policy, weeks), clients.height)
    return int(((old > -LARGE) & (old != new)).sum())


def _first_due(meetings: Meetings, clients: int) -> Ints:
    """Due day of each client's first meeting, `-LARGE` where there is none, shape (clients,)."""
    days = np.full(clients, -LARGE, dtype=np.int64)
    client, first = np.unique(meetings.client, return_index=True)
    days[client] = meetings.due[first]
    return days


@dataclass(frozen=True)
class _Chain:
    """Where the chain of meetings stands of clients who may have another one. Shape (n,) each.

    Attributes
    ----------
    client, registered : int
        Row, and day of registration.
    extra : float
        Meetings a month beyond the rhythm.
    base : float
        Day from which the next meeting counts; `-LARGE` where none was held.
    agreed : int
        Day agreed for the next meeting, `-LARGE` for none.
    """

    client: Ints
    registered: Ints
    extra: Floats
    base: Floats
    agreed: Ints

    def take(self, chosen: Flags, base: Floats) -> _Chain:
        """Return the chosen chains after a meeting."""
        none = np.full(int(chosen.sum()), -LARGE)
        return _Chain(
            self.client[chosen], self.registered[chosen], self.extra[chosen], base[chosen], agreed=none
        )


def _begun(clients: pl.DataFrame, weeks: Weeks) -> _Chain:
    """Chains before the calendar: they go on from the latest contact."""
    contact = np.maximum(days_of(clients["first_meeting"]), days_of(clients["last_meeting"]))
    agreed = days_of(clients["next_meeting"])
    ahead = (agreed >= weeks.first_day) & (agreed <= weeks.last_day)
    return _Chain(
        client=np.arange(clients.height, dtype=np.int64),
        registered=days_of(clients["registered_on"]),
        extra=clients["extra_meetings"].to_numpy().astype(np.float64),
        base=contact.astype(np.float64),
        agreed=np.where(ahead, agreed, -LARGE),
    )


def _next(chain: _Chain, policy: Policy, weeks: Weeks) -> tuple[Meetings, Floats]:
    """Return the next meeting of every chain, and its due day before rounding."""
    met = chain.base > -LARGE
    campaign = _in_campaign(chain, policy)
    rhythm, first = met & ~campaign, ~met & ~campaign
    interval = np.where(rhythm, _interval(chain, policy, weeks), 0.0)
    base = np.where(rhythm, chain.base, float(weeks.first_day))
    due = base + interval
    due[first] = first_interview_due(chain.registered[first], policy)
    earliest = base + policy.contacts.earliest_share * interval
    start = policy.contacts.campaign_starts
    if start is not None:
        due[campaign] = day_number(start) + 7.0 * policy.contacts.campaign_weeks
        earliest[campaign] = day_number(start)
    found = Meetings(
        client=chain.client,
        purpose=np.where(campaign, CAMPAIGN, np.where(rhythm, RHYTHM, FIRST)).astype(np.int64),
        agreed=chain.agreed,
        due=np.floor(due + 0.5).astype(np.int64),
        earliest=np.maximum(earliest, weeks.first_day).astype(np.int64),
        interval=interval,
    )
    return found, due


def _in_campaign(chain: _Chain, policy: Policy) -> Flags:
    """Clients at the start of the campaign who have had no meeting since, and have none agreed before."""
    if policy.contacts.campaign_starts is None:
        return np.zeros(len(chain.client), dtype=np.bool_)
    start = day_number(policy.contacts.campaign_starts)
    before = (chain.agreed > -LARGE) & (chain.agreed < start)
    there: Flags = (chain.registered <= start) & (chain.base < start) & ~before
    return there


def _interval(chain: _Chain, policy: Policy, weeks: Weeks) -> Floats:
    """Days to the next meeting by the phase in force when the last was held, today at the earliest."""
    day = np.maximum(chain.base, weeks.first_day).astype(np.int64)
    place = rhythm_places(day, policy)
    meetings = chain.extra.copy()
    for number, rhythm in enumerate(policy.rhythms):
        chosen = np.flatnonzero(place == number)
        meetings[chosen] += phase_meetings(rhythm, day[chosen] - chain.registered[chosen])
    days = np.divide(MONTH_DAYS, meetings, out=np.full(len(meetings), NEVER), where=meetings > 0)
    limited: Floats = np.clip(days, SHORTEST, NEVER)
    return limited


def weights(clients: pl.DataFrame, policy: Policy, snapshot: Snapshot) -> Ints:
    """How much a week of lateness counts for each client: service facts alone, shape (n,)."""
    rule = policy.contacts.weights
    months = clients.select(m=whole_months(pl.col("unemployed_since"), snapshot.date))["m"]
    long_term = (months >= rule.long_term_months).fill_null(False).to_numpy()
    integration = (clients["integration_until"] >= snapshot.date).fill_null(False).to_numpy()
    intensive = clients["need_level"].to_numpy() >= rule.need_level
    weight = np.full(clients.height, rule.default, dtype=np.int64)
    for applies, value in (
        (long_term, rule.long_term),
        (intensive, rule.intensive),
        (integration, rule.integration),
    ):
        weight = np.maximum(weight, np.where(applies, value, 0))
    return weight
