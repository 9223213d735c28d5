"""Why this coach, in one sentence a client."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import KEPT_BY, Flags
from optimiser.allocation.outcome import FORCED, KEPT, MOVED, NEW, UNSERVED, Outcome, relief
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.rules import RULES, barred
from optimiser.allocation.worded import figure, one_of
from optimiser.domain.texts import ENGLISH, Texts, mark

BY_HOUSEHOLD = mark("cannot serve the whole household")
BY_PIN = mark("is set aside by a pin")


def reasons(encoding: Encoding, outcome: Outcome, texts: Texts = ENGLISH) -> pl.Series:
    """Return one sentence for every client, sorted by client id."""
    after = fullness(encoding, outcome.after, texts)
    before = fullness(encoding, outcome.before, texts)
    pieces = [
        _kept(encoding, outcome, after, texts),
        _new(encoding, outcome, after, texts),
        _forced(encoding, outcome, after, texts),
        _moved(encoding, outcome, (before, after), texts),
        _unserved(encoding, outcome, texts),
    ]
    place = np.zeros(len(outcome.coach), dtype=np.int64)
    total = 0
    for clients, index, sentences in pieces:
        place[clients] = index + total
        total += len(sentences)
    return pl.concat([sentences for _, _, sentences in pieces]).gather(place)


Piece = tuple[Ints, Ints, pl.Series]
"""Clients, the place of each one's text, and the texts."""


def fullness(encoding: Encoding, loads: Floats, texts: Texts = ENGLISH) -> list[str]:
    """Each coach with how full a load makes him or her: `K012 (97 % full)`."""
    capacity = encoding.facts.coaches.limits.capacity
    used = np.divide(100.0 * loads, capacity, out=np.zeros_like(loads), where=capacity > 0)
    full, none = texts.gettext("{coach} ({share:.0f} % full)"), texts.gettext("{coach} (no capacity)")
    return [
        full.format(coach=name, share=share) if there > 0 else none.format(coach=name)
        for name, share, there in zip(encoding.coach_ids, used, capacity, strict=True)
    ]


def _company(encoding: Encoding) -> Flags:
    """Whether a client is in a unit of several, shape (n,)."""
    several: Flags = (encoding.units.size > 1)[encoding.units.of_client]
    return several


def _by_coach(clients: Ints, coach: Codes, variant: Ints, sentences: list[str], names: list[str]) -> Piece:
    """Texts of a sentence with one name in it, by coach and variant."""
    told = [sentence.format(coach=name) for sentence in sentences for name in names]
    index = variant[clients] * len(names) + coach[clients]
    return clients, index, pl.Series(told, dtype=pl.String)


def _kept(encoding: Encoding, outcome: Outcome, after: list[str], texts: Texts) -> Piece:
    variant = np.zeros(len(outcome.coach), dtype=np.int64)
    variant[_company(encoding)] = 1
    for place, name in enumerate(KEPT_BY, start=2):
        variant[encoding.frozen_by & KEPT_BY[name] > 0] = place
    variant[encoding.rows.pin >= 0] = 5
    _ = texts.gettext
    sentences = [
        _("Kept with {coach}: no change would pay for what it costs."),
        _("Kept with {coach}, together with the household."),
        _("Kept with {coach}: the client had to change coach lately, so the relationship is protected."),
        _("Kept with {coach}: the policy protects this relationship."),
        _("Kept with {coach}, whose caseload is frozen."),
        _("Kept with {coach} by a pin."),
    ]
    return _by_coach(np.flatnonzero(outcome.status == KEPT), outcome.coach, variant, sentences, after)


def _new(encoding: Encoding, outcome: Outcome, after: list[str], texts: Texts) -> Piece:
    variant = np.zeros(len(outcome.coach), dtype=np.int64)
    variant[_company(encoding)] = 1
    variant[encoding.rows.pin >= 0] = 2
    _ = texts.gettext
    sentences = [
        _("New client, to {coach}: the best of the coaches who may serve, seen over all clients."),
        _("New client, to {coach}, together with the household."),
        _("New client, to {coach} by a pin."),
    ]
    return _by_coach(np.flatnonzero(outcome.status == NEW), outcome.coach, variant, sentences, after)


def _unserved(encoding: Encoding, outcome: Outcome, texts: Texts) -> Piece:
    clients = np.flatnonzero(outcome.status == UNSERVED)
    group = encoding.units.group[encoding.units.of_client[clients]]
    sentences = [
        texts.gettext("Without a coach: no coach may serve the client under the rules."),
        texts.gettext("Without a coach: every coach who may serve the client is full."),
    ]
    return clients, (group >= 0).astype(np.int64), pl.Series(sentences, dtype=pl.String)


def _forced(encoding: Encoding, outcome: Outcome, after: list[str], texts: Texts) -> Piece:
    clients = np.flatnonzero(outcome.status == FORCED)
    rows = encoding.rows
    present, coach = rows.present[clients], outcome.coach[clients]
    bars = barred(Pairs(encoding.facts, rows.profile[clients], present))
    mask = np.zeros(len(clients), dtype=np.int64)
    for bit, where in enumerate(bars.values()):
        mask += where.astype(np.int64) << bit
    pinned = rows.pin[clients] >= 0
    mask[pinned] = -1
    coaches = len(encoding.coach_ids)
    keys, index = np.unique(((mask + 1) * coaches + present) * coaches + coach, return_inverse=True)
    rest, new = np.divmod(keys, coaches)
    masks, old = np.divmod(rest, coaches)
    sentence = texts.gettext("Had to leave {old}, who {bars}; to {new}.")
    told = [
        sentence.format(old=encoding.coach_ids[p], bars=_titles(int(m) - 1, list(bars), texts), new=after[c])
        for m, p, c in zip(masks, old, new, strict=True)
    ]
    return clients, index.astype(np.int64), pl.Series(told, dtype=pl.String)


def _titles(mask: int, names: list[str], texts: Texts) -> str:
    if mask < 0:
        return texts.gettext(BY_PIN)
    found = [RULES[name].title for bit, name in enumerate(names) if mask >> bit & 1]
    return in_a_row([texts.gettext(title) for title in found or [BY_HOUSEHOLD]], texts)


def in_a_row(clauses: Sequence[str], texts: Texts) -> str:
    """Return what is said of a coach in the language, joined: `serves another age group and has left`."""
    told, *others = clauses
    for clause in others:
        told = texts.gettext("{one} and {other}").format(one=told, other=clause)
    return told


def _moved(encoding: Encoding, outcome: Outcome, full: tuple[list[str], list[str]], texts: Texts) -> Piece:
    clients = np.flatnonzero(outcome.status == MOVED)
    frame = _moves(encoding, outcome, clients, full)
    _ = texts.gettext
    sentences = [
        _("Moved from {old} to {new}: saves {saved} minutes a month, the change costs {cost}."),
        _(
            "Moved from {old} to {new}: takes load off a coach above the limit; saves {saved} minutes a month, "
            "the change costs {cost}."
        ),
        _(
            "Moved from {old} to {new}: takes load off a coach above the limit; would cost {saved} minutes a month, "
            "the change costs {cost}."
        ),
        _(
            "Moved from {old} to {new}: makes room for others and pays only together with their moves; alone it "
            "saves {saved} minutes a month, the change costs {cost}."
        ),
        _(
            "Moved from {old} to {new}: makes room for others and pays only together with their moves; alone it "
            "would cost {saved} minutes a month, the change costs {cost}."
        ),
        _(
            "Moved with the household from {old} to {new}: saves {saved} minutes a month, the change costs {cost}."
        ),
        _(
            "Moved with the household from {old} to {new}: takes load off a coach above the limit; saves {saved} "
            "minutes a month, the change costs {cost}."
        ),
        _(
            "Moved with the household from {old} to {new}: takes load off a coach above the limit; would cost "
            "{saved} minutes a month, the change costs {cost}."
        ),
        _(
            "Moved with the household from {old} to {new}: makes room for others and pays only together with their "
            "moves; alone it saves {saved} minutes a month, the change costs {cost}."
        ),
        _(
            "Moved with the household from {old} to {new}: makes room for others and pays only together with their "
            "moves; alone it would cost {saved} minutes a month, the change costs {cost}."
        ),
    ]
    figures = [figure(texts, pl.col(name), 1).alias(name) for name in ("saved", "cost")]
    told = frame.with_columns(figures).select(text=one_of("variant", sentences))["text"]
    return clients, np.arange(len(clients), dtype=np.int64), told


PAYS, RELIEVES, RELIEVES_AT_A_COST, MAKES_ROOM, MAKES_ROOM_AT_A_COST = range(5)
"""Why a client is moved; with the household as many further on."""


def _moves(
    encoding: Encoding, outcome: Outcome, clients: Ints, full: tuple[list[str], list[str]]
) -> pl.DataFrame:
    """Columns old, new (coaches with how full they are), saved, cost (minutes a month) and variant."""
    before, after = full
    saved, cost = relief(encoding, outcome, clients)
    present = encoding.rows.present[clients]
    above = (outcome.before > encoding.facts.coaches.limits.soft_limit)[present]
    pays, gains = saved > cost, saved >= 0
    variant = np.where(pays | gains, MAKES_ROOM, MAKES_ROOM_AT_A_COST)
    variant[pays] = PAYS
    variant[above] = np.where(pays | gains, RELIEVES, RELIEVES_AT_A_COST)[above]
    variant = variant + (MAKES_ROOM_AT_A_COST + 1) * _company(encoding)[clients]
    return pl.DataFrame(
        {
            "old": pl.Series(before, dtype=pl.String).gather(present),
            "new": pl.Series(after, dtype=pl.String).gather(outcome.coach[clients]),
            "saved": np.abs(saved),
            "cost": cost,
            "variant": variant,
        }
    )


def moves_without_figures(encoding: Encoding, outcome: Outcome, texts: Texts = ENGLISH) -> pl.DataFrame:
    """Return the reasons of the moved once more, without what the move saves and costs.

    Returns
    -------
    polars.DataFrame
        row (of the client, sorted by client id), reason (as in the plan), short.
    """
    full = fullness(encoding, outcome.before, texts), fullness(encoding, outcome.after, texts)
    clients, _place, reason = _moved(encoding, outcome, full, texts)
    _ = texts.gettext
    alone = [
        _("Moved from {old} to {new}: worth more than the change costs."),
        _("Moved from {old} to {new}: takes load off a coach above the limit."),
        _("Moved from {old} to {new}: makes room for others and pays only together with their moves."),
    ]
    together = [
        _("Moved with the household from {old} to {new}: worth more than the change costs."),
        _("Moved with the household from {old} to {new}: takes load off a coach above the limit."),
        _(
            "Moved with the household from {old} to {new}: makes room for others and pays only together with "
            "their moves."
        ),
    ]
    sentences = [group[(place + 1) // 2] for group in (alone, together) for place in range(5)]
    short = _moves(encoding, outcome, clients, full).select(text=one_of("variant", sentences))["text"]
    return pl.DataFrame({"row": clients, "reason": reason, "short": short})
