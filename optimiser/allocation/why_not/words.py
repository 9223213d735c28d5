"""The answer to "why not this coach?" in sentences."""

from __future__ import annotations

from optimiser.allocation.explain import HOUSEHOLD, PIN
from optimiser.allocation.reasons import BY_HOUSEHOLD, BY_PIN
from optimiser.allocation.rules import RULES
from optimiser.allocation.why_not.answer import SAME, CoachLoad, Verdict, Way, WhyNot

TITLES = {name: rule.title for name, rule in RULES.items()} | {PIN: BY_PIN, HOUSEHOLD: BY_HOUSEHOLD}
"""Why a coach is barred, going on from "the coach"."""


def sentences(answer: WhyNot) -> tuple[str, ...]:
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


def full(load: CoachLoad) -> str:
    """How full a coach is in whole per cent, before and after."""
    return f"{load.coach_id} {_share(load.before)} -> {_share(load.after)}"


def _share(used: float) -> str:
    return "no capacity" if used == float("inf") else f"{100 * used:.0f} %"


def _has(answer: WhyNot) -> list[str]:
    return [f"{answer.client_id} has {answer.coach_id} in this plan already."]


def _barred(answer: WhyNot) -> list[str]:
    why = " and ".join(TITLES[name] for name in answer.rules)
    names = ", ".join(answer.rules)
    first = f"{answer.client_id} cannot have {answer.coach_id}: the coach {why} ({names})."
    second = "It is the rules, not the minutes, so no price is computed."
    if answer.relaxable:
        second += (
            " The policy lets managers lift these rules; switch them off there and ask again for the price."
        )
    return [first, second]


def _no_room(answer: WhyNot) -> list[str]:
    return [
        f"{answer.client_id} cannot have {answer.coach_id}: no rule is against it, but the limits leave no room, "
        f"whoever else moves{_alone(answer)}."
    ]


def _no_way(answer: WhyNot) -> list[str]:
    return [
        f"{answer.client_id} cannot simply have {answer.coach_id}: no rule is against it, but from this plan no "
        f"shift, exchange or chain of up to three makes room{_alone(answer)}."
    ]


def _alone(answer: WhyNot) -> str:
    broken = answer.direct.breaks if answer.direct else ()
    return f" (alone the move would break the limit of {' and '.join(broken)})" if broken else ""


def _could(answer: WhyNot) -> list[str]:
    way = answer.ways[0]
    others = len(way.moves) - 1
    company = f", with {others} other{'s' if others > 1 else ''} changing coach as well" if others else ""
    first = f"{answer.client_id} could have {answer.coach_id}{company}: {_price(way)} ({_then(answer, way)})."
    told = [first]
    if answer.unserved_minutes:
        told.append(
            f"{answer.client_id} has no coach in this plan; leaving the client so is priced at "
            f"{answer.unserved_minutes:.0f} minutes, which are not in the figure."
        )
    if others and answer.direct:
        told.append(f"If nobody else moves: {_alone_costs(answer.direct)}.")
    return told


def _alone_costs(direct: Way) -> str:
    if direct.breaks:
        return f"the move would break the limit of {' and '.join(direct.breaks)}"
    return _price(direct)


def _price(way: Way) -> str:
    if abs(way.minutes) < SAME:
        return "no difference, either coach is as good"
    more = "more" if way.minutes > 0 else "less"
    shown = f"{abs(way.minutes):,.1f}" if abs(way.minutes) < 10 else f"{abs(way.minutes):,.0f}"
    return f"the plan would cost {shown} minutes a month {more}"


def _then(answer: WhyNot, way: Way) -> str:
    load = next(load for load in way.loads if load.coach_id == answer.coach_id)
    used = "no capacity" if load.after == float("inf") else f"{_share(load.after)} full"
    return f"{answer.coach_id} would {'have' if used == 'no capacity' else 'be'} {used}"


def _over_all(answer: WhyNot) -> tuple[str, ...]:
    """What the pair costs the best plan, and how sure that is."""
    if answer.difference is None:
        return ()
    exact = (
        f"Seen over all clients, the best plan with this pair costs {_digits(answer.difference)} minutes a month more "
        "than the best without it (difference of two bounds; fractions of clients allowed)."
    )
    if answer.difference < SAME:
        return (exact, "So there is no difference that matters: either coach is as good.")
    if answer.gap is None or answer.least is None:
        return (
            exact,
            "The plan in hand breaks a rule or a limit (`optimiser check` says which), so nothing is proven.",
        )
    low, high = _digits(answer.least), answer.most
    between = f"between {low} and {_digits(high)}" if high is not None else f"at least {low}"
    sure = (
        f"For whole clients it is {between}: the proof of this plan leaves {_digits(answer.gap)} minutes open"
    )
    return (exact, sure + ("." if answer.proven else ", so no difference is proven."))


def _digits(minutes: float) -> str:
    return f"{minutes:,.1f}"
