"""What `optimiser cover` says of a plan that it made, in sentences."""

from __future__ import annotations

from datetime import date as Date
from typing import Any

from optimiser.allocation.allocate import Allocation
from optimiser.allocation.cover import Cover
from optimiser.domain.texts import Message, said, several


def permanent_sentences(told: dict[str, Any], cover: Cover) -> list[Message]:
    """What becomes of a leaver's clients, in sentences."""
    clients, without = told["leavers_clients"], told["leavers_clients_without"]
    travel, interpreter = told["travel_minutes"], told["interpreter_minutes"]
    lines = [
        several(
            "{leaver} leaves on {day}: {count:,} client of {clients:,} goes to {coaches}; {languages}.",
            "{leaver} leaves on {day}: {count:,} clients of {clients:,} go to {coaches}; {languages}.",
            clients - without,
            leaver=told["coach"],
            day=Date.fromisoformat(told["from"]),
            clients=clients,
            coaches=several("{count:,} coach", "{count:,} coaches", told["receiving_coaches"]),
            languages=language_words(told),
        ),
        said(
            "Minutes a month, before and after: way to meetings {travel_before:,.0f} and {travel_after:,.0f}, "
            "interpreter {interpreter_before:,.0f} and {interpreter_after:,.0f}.",
            travel_before=travel[0],
            travel_after=travel[1],
            interpreter_before=interpreter[0],
            interpreter_after=interpreter[1],
        ),
    ]
    if without:
        lines.append(
            several(
                "Nobody can receive {count:,} client; reasons and repairs are in plan.csv.",
                "Nobody can receive {count:,} clients; reasons and repairs are in plan.csv.",
                without,
            )
        )
    lines += without_sentences(told)
    lines.append(_others(told))
    lines += _besides(told)
    return [*lines, _proof(cover.found)]


def _besides(told: dict[str, Any]) -> list[Message]:
    """Who else changes coach or gets one in the same plan, and which pins gave way."""
    lines = []
    if told["forced_anyway"] or told["new_clients"]:
        lines.append(
            several(
                "In the same plan: {count:,} other client must change for another reason, {new}.",
                "In the same plan: {count:,} other clients must change for another reason, {new}.",
                told["forced_anyway"],
                new=several("{count:,} new client", "{count:,} new clients", told["new_clients"]),
            )
        )
    if told["pins_set_aside"]:
        lines.append(
            several(
                "{count:,} pin set aside; summary.json names the clients.",
                "{count:,} pins set aside; summary.json names the clients.",
                len(told["pins_set_aside"]),
            )
        )
    return lines


def language_words(told: dict[str, Any]) -> Message:
    """What becomes of shared languages, of all who are received."""
    kept, lost, none = (told[f"language_{what}"] for what in ("kept", "lost", "none_before"))
    keep = several("{count:,} keeps a shared language", "{count:,} keep a shared language", kept)
    lose = several("{count:,} loses it", "{count:,} lose it", lost)
    if none:
        return said("{keep}, {lose}, {none:,} had none before", keep=keep, lose=lose, none=none)
    return said("{keep}, {lose}", keep=keep, lose=lose)


def without_sentences(told: dict[str, Any]) -> list[Message]:
    """Clients of others, and new ones, whom the plan leaves without a coach."""
    new, barred = told["new_without"], told["forced_without"]
    if not new + barred:
        return []
    who = said("{new:,} new, {barred:,} whose coach a rule bars", new=new, barred=barred)
    if not barred:
        who = said("{new:,} new", new=new)
    elif not new:
        who = said("{barred:,} whose coach a rule bars", barred=barred)
    if told["leavers_clients_without"]:
        return [
            several(
                "Besides them, {count:,} client of the region has no coach in this plan: {who}; see plan.csv: its "
                "columns barred_by and repair say why, and how each can be served.",
                "Besides them, {count:,} clients of the region have no coach in this plan: {who}; see plan.csv: its "
                "columns barred_by and repair say why, and how each can be served.",
                new + barred,
                who=who,
            )
        ]
    return [
        several(
            "{count:,} client of the region has no coach in this plan: {who}; see plan.csv: its columns barred_by "
            "and repair say why, and how each can be served.",
            "{count:,} clients of the region have no coach in this plan: {who}; see plan.csv: its columns barred_by "
            "and repair say why, and how each can be served.",
            new + barred,
            who=who,
        )
    ]


def _others(told: dict[str, Any]) -> Message:
    brought = told["moves_bring"]
    if brought is None:
        return said("Nobody else who may stay moves.")
    who = several(
        "{count:,} other client of at most {most:,} changes coach",
        "{count:,} other clients of at most {most:,} change coach",
        told["others_moved"],
        most=told["most_moves"],
    )
    if brought["saved_minutes"] is None:
        return said(
            "{who}: {more:,.0f} more can be served than if nobody else moved (weighted).",
            who=who,
            more=brought["served_more_weighted"],
        )
    low, high = brought["saved_interval"]
    steep = brought["saved_overload_minutes"]
    fields = {"who": who, "saved": brought["saved_minutes"], "low": low, "high": high}
    if steep < 1:
        return said(
            "{who}: that saves {saved:,.0f} minutes a month beside the plan in which nobody else moves (the best of "
            "both kinds differ by {low:,.0f} to {high:,.0f}).",
            **fields,
        )
    return said(
        "{who}: that saves {saved:,.0f} minutes a month beside the plan in which nobody else moves (the best of both "
        "kinds differ by {low:,.0f} to {high:,.0f}; {steep:,.0f} of it are the steep price of load above limits).",
        steep=steep,
        **fields,
    )


def _proof(found: Allocation) -> Message:
    gap = 100 * found.plan.certificate.gap
    return said("Within {gap:.3f} % of the best; checked from the facts: nothing to object to.", gap=gap)


def back_sentences(told: dict[str, Any]) -> list[Message]:
    """Who comes back to a coach, in sentences."""
    return [
        several(
            "{coach} is back on {day}. Of {count:,} client of then, {others:,} is with somebody else now: "
            "{returning:,} can come back if they wish, {staying:,} stay where they are (returns.csv says why).",
            "{coach} is back on {day}. Of {count:,} clients of then, {others:,} are with somebody else now: "
            "{returning:,} can come back if they wish, {staying:,} stay where they are (returns.csv says why).",
            told["had_before"],
            coach=told["coach"],
            day=Date.fromisoformat(told["from"]),
            others=told["with_others"],
            returning=told["returning"],
            staying=told["staying"],
        ),
        said("The longest relationships come first; nobody else who may stay moves."),
    ]
