"""What could be done about the loads of today, in a few sentences."""

from __future__ import annotations

import math
from collections.abc import Collection

import polars as pl

from optimiser.allocation.look.figures import HOUR, Today
from optimiser.allocation.look.possible import Possibility, Possible
from optimiser.domain.languages import LANGUAGE_NAMES
from optimiser.domain.look import Assumption
from optimiser.domain.policy import Policy
from optimiser.domain.texts import Message, listed, said, several

LEAST_CHANGE = 0.005
"""Share of capacity by which the fullest coach is less full, to be worth a word."""
LEAST_HOURS = 2.0
"""Hours a month saved, to be worth a word."""
LEAST_CLIENTS = 3
"""Clients below which a coach whom no list has may be a slip, or works little."""


def advice(now: Today, could: Possible, policy: Policy) -> list[Message]:
    """Return what the tool could do, and what not even moving everybody mends.

    Parameters
    ----------
    now : Today
        The loads with the present coaches.
    could : Possible
        Plans with no, few and any moves.
    policy : Policy
        For the minutes of a full-time post.
    """
    found = []
    if now.without_coach:
        found.append(_placed(now, could.still))
    if could.still.forced:
        found.append(_forced(could.still))
    found += [*_moving(now, could), *_never(could), _posts(now, policy), *_tongues(now)]
    return found


def _placed(now: Today, still: Possibility) -> Message:
    return several(
        "Of {count:,} client without a coach, {placed:,} can have one at once, while nobody moves who could stay.",
        "Of {count:,} clients without a coach, {placed:,} can have one at once, while nobody moves who could stay.",
        now.without_coach,
        placed=still.placed,
    )


def _forced(still: Possibility) -> Message:
    return several(
        "{count:,} client has a coach whom a rule bars (language, distance): this client changes coach in any plan.",
        "{count:,} clients have a coach whom a rule bars (language, distance): they change coach in any plan.",
        still.forced,
    )


def _moving(now: Today, could: Possible) -> list[Message]:
    """What few moves and any moves make better; nothing of moves that make nothing better."""
    if not could.free.moved:
        return [said("The clients are where they should be: no move pays.")]
    found = _for_loads(now, could)
    if not found:
        over = now.utilisation.bands["100-110"] + now.utilisation.bands[">110"]
        if over:
            found.append(said("No moves would make the coaches less overloaded than they are."))
        else:
            found.append(said("No coach is above 100 %: nobody needs to move for the loads."))
    return found + _for_languages(now, could)


def _for_loads(now: Today, could: Possible) -> list[Message]:
    """Moves after which fewer coaches are above 110 %, or the fullest, above capacity, is less full."""
    found = []
    if could.few.moved and _lighter(now, could.few):
        found.append(_few_moves(now, could.few))
    if _lighter(now, could.free):
        found.append(_all_moves(now, could.free))
    if found and max(could.few.crowded, could.free.crowded) > now.utilisation.bands[">110"]:
        found.append(
            said("More coaches are above 110 % then: what is too much for all is spread evenly over them.")
        )
    return found


def _few_moves(now: Today, few: Possibility) -> Message:
    words = _words(now, few)
    if not words["before"] and not few.crowded:
        return several(
            "Moving {count:,} client (3 % of those who could move): the fullest coach from {fullest:.0f} % to "
            "{then:.0f} %; within {gap:g} % of the best plan with so few moves.",
            "Moving {count:,} clients (3 % of those who could move): the fullest coach from {fullest:.0f} % to "
            "{then:.0f} %; within {gap:g} % of the best plan with so few moves.",
            few.moved,
            **words,
        )
    return several(
        "Moving {count:,} client (3 % of those who could move): coaches above 110 % from {before:,} to {after:,}, "
        "the fullest from {fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan with so few moves.",
        "Moving {count:,} clients (3 % of those who could move): coaches above 110 % from {before:,} to {after:,}, "
        "the fullest from {fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan with so few moves.",
        few.moved,
        **words,
    )


def _all_moves(now: Today, free: Possibility) -> Message:
    words = _words(now, free)
    if not words["before"] and not free.crowded:
        return several(
            "Making every move that pays ({count:,}): the fullest coach from {fullest:.0f} % to {then:.0f} %; within "
            "{gap:g} % of the best plan there is.",
            "Making every move that pays ({count:,}): the fullest coach from {fullest:.0f} % to {then:.0f} %; within "
            "{gap:g} % of the best plan there is.",
            free.moved,
            **words,
        )
    return several(
        "Making every move that pays ({count:,}): coaches above 110 % from {before:,} to {after:,}, the fullest from "
        "{fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan there is.",
        "Making every move that pays ({count:,}): coaches above 110 % from {before:,} to {after:,}, the fullest from "
        "{fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan there is.",
        free.moved,
        **words,
    )


def _lighter(now: Today, then: Possibility) -> bool:
    """Whether overload is less: fewer coaches above 110 %, or a fullest coach above capacity who is less full."""
    fewer = then.crowded < now.utilisation.bands[">110"]
    fullest = now.utilisation.max
    return fewer or (fullest > 1 + LEAST_CHANGE and then.fullest < fullest - LEAST_CHANGE)


def _for_languages(now: Today, could: Possible) -> list[Message]:
    """Hours with interpreters that moves would save."""
    saved = now.interpreter_hours - could.free.interpreter_hours
    if saved < LEAST_HOURS:
        return []
    return [
        several(
            "With {count:,} move that pays, meetings with interpreters take {hours:,.0f} hours a month less.",
            "With every move that pays ({count:,}), meetings with interpreters take {hours:,.0f} hours a month less.",
            could.free.moved,
            hours=saved,
        )
    ]


def thin_coaches(now: Today, unlisted: Collection[str]) -> list[Assumption]:
    """Return the assumption that coaches of very few clients, whom no list has, work for clients as others do.

    Parameters
    ----------
    now : Today
    unlisted : collection of str
        Ids of the coaches whom no list has.
    """
    thin = now.coaches.filter(
        pl.col("coach_id").is_in(sorted(unlisted)) & (pl.col("clients") < LEAST_CLIENTS)
    )
    if thin.is_empty():
        return []
    text = several(
        "{count:,} coach who is in no list has fewer than 3 clients: {hours:,.0f} hours a month of the capacity rest "
        "on this.",
        "{count:,} coaches who are in no list have fewer than 3 clients: {hours:,.0f} hours a month of the capacity "
        "rest on them.",
        thin.height,
        hours=float(thin["capacity_hours"].to_numpy().sum()),
    )
    remedy = said(
        "Give the working time of these coaches in a list of coaches, or correct the clients' coach."
    )
    return [Assumption(text, remedy, int(thin["clients"].sum()))]


def _words(now: Today, then: Possibility) -> dict[str, float]:
    """What a sentence on moves says: before and after, and how far from the best."""
    return {
        "before": now.utilisation.bands[">110"],
        "fullest": 100 * now.utilisation.max,
        "after": then.crowded,
        "then": 100 * then.fullest,
        "gap": _per_cent(then.gap),
    }


def _never(could: Possible) -> list[Message]:
    """What is left even if anybody may move."""
    found = []
    if could.free.without_coach:
        found.append(
            several(
                "Even if anybody may move, {count:,} client is left without a coach: nobody whom the rules allow has room.",
                "Even if anybody may move, {count:,} clients are left without a coach: nobody whom the rules allow has room.",
                could.free.without_coach,
            )
        )
    if could.free.full:
        found.append(
            several(
                "Even if anybody may move, {count:,} coach stays above capacity, by {hours:,.0f} hours a month.",
                "Even if anybody may move, {count:,} coaches stay above capacity, by {hours:,.0f} hours a month together.",
                could.free.full,
                hours=could.free.above_hours,
            )
        )
    return found


def _posts(now: Today, policy: Policy) -> Message:
    """Hours that are missing or left over in all, in full-time posts."""
    post = policy.capacity.full_time_minutes / HOUR
    missing = now.hours - now.capacity_hours
    if missing > 0:
        return said(
            "In all {hours:,.0f} hours a month are missing, {posts:,.1f} full-time posts: no moving makes up for them.",
            hours=missing,
            posts=math.ceil(10 * missing / post - 1e-9) / 10 if post > 0 else 0.0,
        )
    return said(
        "In all there is time for everybody, {hours:,.0f} hours a month more than needed: nobody need be hired for the hours.",
        hours=-missing,
    )


def _tongues(now: Today) -> list[Message]:
    if not now.tongues_clients:
        return []
    if now.tongues.is_empty():
        told = several(
            "No coach works in the language of {count:,} client, who is met with an interpreter if at all.",
            "No coach works in the language of {count:,} clients, who are met with an interpreter if at all.",
            now.tongues_clients,
        )
    else:
        told = several(
            "No coach works in the language of {count:,} client, who is met with an interpreter if at all; most often "
            "{languages}.",
            "No coach works in the language of {count:,} clients, who are met with an interpreter if at all; most "
            "often {languages}.",
            now.tongues_clients,
            languages=listed(
                [said(LANGUAGE_NAMES.get(code, code)) for code in now.tongues["language"].head(3)]
            ),
        )
    return [told]


def _per_cent(gap: float) -> float:
    """A gap in per cent, rounded up: a proof is never flattered by rounding."""
    return math.ceil(gap * 1e5 - 1e-6) / 1e3 if math.isfinite(gap) and gap > 0 else 0.0
