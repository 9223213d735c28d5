"""What could be done about the loads of today, in a few sentences."""

from __future__ import annotations

import math

from optimiser.allocation.look.figures import HOUR, Today
from optimiser.allocation.look.possible import Possibility, Possible
from optimiser.domain.languages import LANGUAGE_NAMES
from optimiser.domain.policy import Policy
from optimiser.domain.texts import Message, listed, said, several


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
    """What few moves and any moves bring, as long as they bring anything."""
    if not could.free.moved:
        return [said("The clients are where they should be: no move pays.")]
    before = {"before": now.utilisation.bands[">110"], "fullest": 100 * now.utilisation.max}
    found = []
    if could.few.moved:
        found.append(
            several(
                "Moving {count:,} client (3 % of those who could move): coaches above 110 % from {before:,} to {after:,}, "
                "the fullest from {fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan with so few moves.",
                "Moving {count:,} clients (3 % of those who could move): coaches above 110 % from {before:,} to {after:,}, "
                "the fullest from {fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan with so few moves.",
                could.few.moved,
                **before,
                **_after(could.few),
            )
        )
    found.append(
        several(
            "Making every move that pays ({count:,}): coaches above 110 % from {before:,} to {after:,}, the fullest from "
            "{fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan there is.",
            "Making every move that pays ({count:,}): coaches above 110 % from {before:,} to {after:,}, the fullest from "
            "{fullest:.0f} % to {then:.0f} %; within {gap:g} % of the best plan there is.",
            could.free.moved,
            **before,
            **_after(could.free),
        )
    )
    if max(could.few.crowded, could.free.crowded) > before["before"]:
        found.append(
            said("More coaches are above 110 % then: what is too much for all is spread evenly over them.")
        )
    return found


def _after(then: Possibility) -> dict[str, float]:
    return {"after": then.crowded, "then": 100 * then.fullest, "gap": _per_cent(then.gap)}


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
