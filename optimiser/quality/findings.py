"""What the check objects to in the plan itself: rules, pins, households, limits, stored figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from optimiser.domain.plan import STATUSES, Finding
from optimiser.domain.texts import Message, said
from optimiser.quality.arrays import Bools, Floats, Ints, blocks, coded
from optimiser.quality.pairs import Pairs
from optimiser.quality.recount import Recount
from optimiser.quality.region import Region
from optimiser.quality.rules import FACT_RULES, OWN_RULES, WORDS, on

LISTED = 1000
"""Findings listed a name; one more counts the rest."""
STORED = 1e-6
"""Relative difference of a stored figure that is put down to how it was written."""
SUMMED = 1e-9
"""Relative difference that is put down to the order of a sum."""


def listed(name: str, count: int, finding: Callable[[int], tuple[str, Message]]) -> list[Finding]:
    """Return the first `LISTED` findings of a name, and one that counts the rest.

    Parameters
    ----------
    name : str
        Name of the rule, limit or figure.
    count : int
        How many there are.
    finding : callable
        Subject and text of the k-th.
    """
    found = [Finding(name, *finding(k)) for k in range(min(count, LISTED))]
    if count > LISTED:
        rest = said("{count} more of the same kind; mend those listed and check again", count=count - LISTED)
        found.append(Finding(name, "", rest))
    return found


def broken_rules(region: Region, coach: Ints) -> list[Finding]:
    """Return a finding for each rule that each client's coach breaks."""
    policy = region.policy
    broken: dict[str, list[Ints]] = {name: [] for name in WORDS if on(name, policy)}
    for block in blocks(len(coach)):
        client = np.flatnonzero(coach[block] >= 0) + block.start
        pairs = Pairs(region.facts, region.facts.row_of[client], coach[client])
        own = replace(region.units.own, client=client)
        for name, clients in broken.items():
            fact_rule = FACT_RULES.get(name)
            allowed = fact_rule(pairs, policy) if fact_rule else OWN_RULES[name](pairs, own)
            clients.append(client[~allowed])
    found = []
    for name, clients in broken.items():
        found += _of_clients(name, region, coach, np.concatenate(clients))
    return found


def _of_clients(name: str, region: Region, coach: Ints, client: Ints) -> list[Finding]:
    rule = said(WORDS[name])
    ids, coaches = region.people.frame["client_id"], region.facts.posts.ids

    def finding(k: int) -> tuple[str, Message]:
        at = int(client[k])
        if coach[at] < 0:
            return str(ids[at]), said("{rule}. Choose another coach, or change the policy.", rule=rule)
        return str(ids[at]), said(
            "with {coach}: {rule}. Choose another coach, or change the policy.",
            coach=coaches[coach[at]],
            rule=rule,
        )

    return listed(name, len(client), finding)


def broken_pins(region: Region, coach: Ints) -> list[Finding]:
    """Return a finding for each pinned client with another coach."""
    pin, coaches = region.people.pin, region.facts.posts.ids
    ids = region.people.frame["client_id"]
    client = np.flatnonzero((pin >= 0) & (coach >= 0) & (coach != pin))

    def finding(k: int) -> tuple[str, Message]:
        at = int(client[k])
        pinned, given = coaches[pin[at]], coaches[coach[at]]
        return str(ids[at]), said(
            "pinned to {pinned}, given to {given}. Follow the pin, or end it.", pinned=pinned, given=given
        )

    return listed("pin", len(client), finding)


def split_households(region: Region, coach: Ints) -> list[Finding]:
    """Return a finding for each household that must have one coach and has several."""
    special, ids = region.units.special, region.people.frame["client_id"]
    if not len(special.member):
        return []
    given = coach[special.member]
    ends = np.append(special.starts[1:], len(special.member))
    apart = np.maximum.reduceat(given, special.starts) != np.minimum.reduceat(given, special.starts)
    unit = np.flatnonzero(apart)

    def finding(k: int) -> tuple[str, Message]:
        members = [str(ids[int(c)]) for c in special.member[special.starts[unit[k]] : ends[unit[k]]]]
        words = said(
            "{members} are one household and must have one coach, or all none. Join them.",
            members=", ".join(members),
        )
        return members[0], words

    return listed("household", len(unit), finding)


def unserved_findings(region: Region, coach: Ints) -> list[Finding]:
    """Return a finding for each client left without a coach who must not be."""
    held, pin, coaches = region.units.held, region.people.pin, region.facts.posts.ids
    ids = region.people.frame["client_id"]
    client = np.flatnonzero((coach < 0) & (held >= 0))

    def finding(k: int) -> tuple[str, Message]:
        at = int(client[k])
        mine = coaches[held[at]]
        if pin[at] >= 0:
            return str(ids[at]), said(
                "left without a coach, but is pinned to {coach}. Give that coach.", coach=mine
            )
        return str(ids[at]), said(
            "left without a coach, but may stay with {coach}. Give that coach.", coach=mine
        )

    return listed("unserved", len(client), finding)


def broken_limits(found: Recount) -> list[Finding]:
    """Return a finding for each limit of a coach or of an area that is exceeded, and for the budget of moves."""
    coaches, areas = found.coaches.sort("coach_id"), found.areas
    return [
        *_over("minutes", coaches, "coach_id", "load_minutes", "limit_minutes"),
        *_over("heads", coaches.drop_nulls("heads_limit"), "coach_id", "heads", "heads_limit"),
        *_over("interpreter_minutes", areas, "area", "interpreter_minutes", "limit_minutes"),
        *_too_many_moves(found),
    ]


def _too_many_moves(found: Recount) -> list[Finding]:
    moved = found.counts["moved"]
    if moved <= found.moves_limit:
        return []
    text = said(
        "{moved:,} clients who could stay move where {most:,.0f} may. Let some of them stay.",
        moved=moved,
        most=found.moves_limit,
    )
    return [Finding("moves", "", text)]


def _over(name: str, frame: pl.DataFrame, subject: str, value: str, limit: str) -> list[Finding]:
    over = frame.filter(pl.col(value) > pl.col(limit) * (1 + SUMMED) + STORED)
    rows = over.select(subject, value, limit).rows()

    def finding(k: int) -> tuple[str, Message]:
        who, has, most = rows[k]
        return str(who), said(
            "{value:,.6g} where the limit is {most:,.6g}. Move clients away, or raise the limit.",
            value=has,
            most=most,
        )

    return listed(name, len(rows), finding)


def wrong_figures(stored: pl.DataFrame, found: Recount) -> list[Finding]:
    """Return a finding for each status or figure of the plan that the recount contradicts.

    Parameters
    ----------
    stored : polars.DataFrame
        Rows of the plan, one a client in the order of `found.clients`; columns may be missing and
        cells empty.
    found : Recount
        The plan as the facts have it.
    """
    clients, findings = found.clients, []
    if "status" in stored.columns:
        differs = coded(stored["status"], STATUSES) != coded(clients["status"], STATUSES)
        findings += _unlike("status", stored, clients, differs)
    if "previous_coach_id" in stored.columns:
        was = clients["previous_coach_id"].cast(pl.String)
        differs = stored["previous_coach_id"].cast(pl.String).ne_missing(was).to_numpy()
        findings += _unlike("previous_coach_id", stored, clients, differs)
    for name in ("demand_minutes", "travel_minutes"):
        if name in stored.columns:
            figures = stored[name].cast(pl.Float64).to_numpy(), clients[name].to_numpy()
            findings += _unlike(name, stored, clients, _far(*figures))
    return findings


def _far(stored: Floats, found: Floats) -> Bools:
    return np.asarray(~(np.abs(stored - found) <= STORED * np.maximum(1.0, np.abs(found))), dtype=bool)


def _unlike(name: str, stored: pl.DataFrame, clients: pl.DataFrame, differs: Bools) -> list[Finding]:
    """Findings where a stored cell that is not empty differs."""
    at = np.flatnonzero(differs & stored[name].is_not_null().to_numpy())

    def finding(k: int) -> tuple[str, Message]:
        row = int(at[k])
        return str(clients["client_id"][row]), said(
            "the plan says {stored}, the facts say {found}. Correct the plan, or allocate anew.",
            stored=stored[name][row],
            found=clients[name][row],
        )

    return listed(name, len(at), finding)
