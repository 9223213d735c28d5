"""The answer to "why not this coach?" in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from optimiser.allocation.explain import HOUSEHOLD, LIMITS, PIN
from optimiser.allocation.reasons import BY_HOUSEHOLD, BY_PIN
from optimiser.allocation.rules import RULES
from optimiser.allocation.why_not.answer import SAME, CoachLoad, Verdict, Way, WhyNot
from optimiser.domain.texts import Message, said, several

TITLES = {name: rule.title for name, rule in RULES.items()} | {PIN: BY_PIN, HOUSEHOLD: BY_HOUSEHOLD}
"""Why a coach is barred, going on from "the coach"."""


def sentences(answer: WhyNot) -> tuple[Message, ...]:
    """Return the answer in sentences, the most important first."""
    parts = {
        Verdict.HAS: _has,
        Verdict.BARRED: _barred,
        Verdict.NO_ROOM: _no_room,
        Verdict.NO_WAY: _no_way,
        Verdict.SAME: _could,
        Verdict.COSTS: _could,
    }
    return tuple(parts[answer.verdict](answer)) + _over_all(answer)


def full(load: CoachLoad) -> Message:
    """How full a coach is in whole per cent, before and after."""
    return said(
        "{coach} {before} -> {after}",
        coach=load.coach_id,
        before=_share(load.before),
        after=_share(load.after),
    )


def in_words(limits: Sequence[str]) -> Message:
    """Limits joined: `minutes and heads`."""
    first, *others = limits
    told = said(LIMITS[first])
    for name in others:
        told = said("{one} and {other}", one=told, other=said(LIMITS[name]))
    return told


def _share(used: float) -> Message:
    return said("no capacity") if used == float("inf") else said("{share:.0f} %", share=100 * used)


def _has(answer: WhyNot) -> list[Message]:
    return [said("{client} has {coach} in this plan already.", **_pair(answer))]


def _pair(answer: WhyNot) -> dict[str, str]:
    return {"client": answer.client_id, "coach": answer.coach_id}


def _barred(answer: WhyNot) -> list[Message]:
    titles = [said(TITLES[name]) for name in answer.rules]
    why = titles[0]
    for title in titles[1:]:
        why = said("{one} and {other}", one=why, other=title)
    first = said(
        "{client} cannot have {coach}: the coach {why} ({rules}).",
        why=why,
        rules=", ".join(answer.rules),
        **_pair(answer),
    )
    second = said("It is the rules, not the minutes, so no price is computed.")
    if answer.relaxable:
        second = said(
            "It is the rules, not the minutes, so no price is computed. The policy lets managers lift these rules; "
            "switch them off there and ask again for the price."
        )
    return [first, second]


def _no_room(answer: WhyNot) -> list[Message]:
    broken = answer.direct.breaks if answer.direct else ()
    if not broken:
        return [
            said(
                "{client} cannot have {coach}: no rule is against it, but the limits leave no room, "
                "whoever else moves.",
                **_pair(answer),
            )
        ]
    return [
        said(
            "{client} cannot have {coach}: no rule is against it, but the limits leave no room, "
            "whoever else moves (alone the move would break the limit of {limits}).",
            limits=in_words(broken),
            **_pair(answer),
        )
    ]


def _no_way(answer: WhyNot) -> list[Message]:
    broken = answer.direct.breaks if answer.direct else ()
    if not broken:
        return [
            said(
                "{client} cannot simply have {coach}: no rule is against it, but from this plan no shift, exchange "
                "or chain of up to three makes room.",
                **_pair(answer),
            )
        ]
    return [
        said(
            "{client} cannot simply have {coach}: no rule is against it, but from this plan no shift, exchange "
            "or chain of up to three makes room (alone the move would break the limit of {limits}).",
            limits=in_words(broken),
            **_pair(answer),
        )
    ]


def _could(answer: WhyNot) -> list[Message]:
    way = answer.ways[0]
    others = len(way.moves) - 1
    values = {"price": _price(way), "load": _then(answer, way), **_pair(answer)}
    told = [said("{client} could have {coach}: {price} ({load}).", **values)]
    if others:
        told = [
            several(
                "{client} could have {coach}, with {count} other changing coach as well: {price} ({load}).",
                "{client} could have {coach}, with {count} others changing coach as well: {price} ({load}).",
                others,
                **values,
            )
        ]
    if answer.unserved_minutes:
        told.append(
            said(
                "{client} has no coach in this plan; leaving the client so is priced at {minutes:.0f} minutes, "
                "which are not in the figure.",
                client=answer.client_id,
                minutes=answer.unserved_minutes,
            )
        )
    if others and answer.direct:
        told.append(said("If nobody else moves: {price}.", price=_alone_costs(answer.direct)))
    return told


def _alone_costs(direct: Way) -> Message:
    if direct.breaks:
        return said("the move would break the limit of {limits}", limits=in_words(direct.breaks))
    return _price(direct)


def _price(way: Way) -> Message:
    if abs(way.minutes) < SAME:
        return said("no difference, either coach is as good")
    small, minutes = abs(way.minutes) < 10, abs(way.minutes)
    if way.minutes > 0:
        if small:
            return said("the plan would cost {minutes:,.1f} minutes a month more", minutes=minutes)
        return said("the plan would cost {minutes:,.0f} minutes a month more", minutes=minutes)
    if small:
        return said("the plan would cost {minutes:,.1f} minutes a month less", minutes=minutes)
    return said("the plan would cost {minutes:,.0f} minutes a month less", minutes=minutes)


def _then(answer: WhyNot, way: Way) -> Message:
    load = next(load for load in way.loads if load.coach_id == answer.coach_id)
    if load.after == float("inf"):
        return said("{coach} would have no capacity", coach=answer.coach_id)
    return said("{coach} would be {share:.0f} % full", coach=answer.coach_id, share=100 * load.after)


def _over_all(answer: WhyNot) -> tuple[Message, ...]:
    """What the pair costs the best plan, and how sure that is."""
    if answer.difference is None:
        return ()
    exact = said(
        "Seen over all clients, the best plan with this pair costs {minutes:,.1f} minutes a month more than the best "
        "without it (difference of two bounds; fractions of clients allowed).",
        minutes=answer.difference,
    )
    if answer.difference < SAME:
        return (exact, said("So there is no difference that matters: either coach is as good."))
    if answer.gap is None or answer.least is None:
        return (
            exact,
            said(
                "The plan in hand breaks a rule or a limit (`optimiser check` says which), so nothing is proven."
            ),
        )
    return (exact, _sure(answer.least, answer.most, answer.gap, answer.proven))


def _sure(least: float, most: float | None, gap: float, proven: bool) -> Message:
    """Between what the difference lies for whole clients."""
    values = {"least": least, "most": most, "gap": gap}
    if most is None and proven:
        return said(
            "For whole clients it is at least {least:,.1f}: the proof of this plan leaves {gap:,.1f} minutes open.",
            **values,
        )
    if most is None:
        return said(
            "For whole clients it is at least {least:,.1f}: the proof of this plan leaves {gap:,.1f} minutes open, "
            "so no difference is proven.",
            **values,
        )
    if proven:
        return said(
            "For whole clients it is between {least:,.1f} and {most:,.1f}: the proof of this plan leaves {gap:,.1f} "
            "minutes open.",
            **values,
        )
    return said(
        "For whole clients it is between {least:,.1f} and {most:,.1f}: the proof of this plan leaves {gap:,.1f} "
        "minutes open, so no difference is proven.",
        **values,
    )
