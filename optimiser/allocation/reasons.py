"""Why this coach, in one sentence a client."""

from __future__ import annotations

import numpy as np
import polars as pl

from optimiser.allocation.codes import Codes, Floats, Ints
from optimiser.allocation.encode import Encoding
from optimiser.allocation.facts import KEPT_BY, Flags
from optimiser.allocation.outcome import FORCED, KEPT, MOVED, NEW, UNSERVED, Outcome, relief
from optimiser.allocation.pairs import Pairs
from optimiser.allocation.rules import RULES, barred

NO_RULE = "no coach may serve the client under the rules"
ALL_FULL = "every coach who may serve the client is full"
BY_HOUSEHOLD = "cannot serve the whole household"
BY_PIN = "is set aside by a pin"


def reasons(encoding: Encoding, outcome: Outcome) -> pl.Series:
    """Return one sentence for every client, sorted by client id."""
    after = fullness(encoding, outcome.after)
    before = fullness(encoding, outcome.before)
    pieces = [
        _kept(encoding, outcome, after),
        _new(encoding, outcome, after),
        _forced(encoding, outcome, after),
        _moved(encoding, outcome, before, after),
        _unserved(encoding, outcome),
    ]
    place = np.zeros(len(outcome.coach), dtype=np.int64)
    total = 0
    for clients, index, texts in pieces:
        place[clients] = index + total
        total += len(texts)
    return pl.concat([texts for _, _, texts in pieces]).gather(place)


Piece = tuple[Ints, Ints, pl.Series]
"""Clients, the place of each one's text, and the texts."""


def fullness(encoding: Encoding, loads: Floats) -> list[str]:
    """Each coach with how full a load makes him or her: `K012 (97 % full)`."""
    capacity = encoding.facts.coaches.limits.capacity
    used = np.divide(100.0 * loads, capacity, out=np.zeros_like(loads), where=capacity > 0)
    return [
        f"{name} ({share:.0f} % full)" if full > 0 else f"{name} (no capacity)"
        for name, share, full in zip(encoding.coach_ids, used, capacity, strict=True)
    ]


def _company(encoding: Encoding) -> Flags:
    """Whether a client is in a unit of several, shape (n,)."""
    several: Flags = (encoding.units.size > 1)[encoding.units.of_client]
    return several


def _by_coach(clients: Ints, coach: Codes, variant: Ints, sentences: list[str], names: list[str]) -> Piece:
    """Texts of a sentence with one name in it, by coach and variant."""
    texts = [sentence.replace("{coach}", name) for sentence in sentences for name in names]
    index = variant[clients] * len(names) + coach[clients]
    return clients, index, pl.Series(texts, dtype=pl.String)


def _kept(encoding: Encoding, outcome: Outcome, after: list[str]) -> Piece:
    variant = np.zeros(len(outcome.coach), dtype=np.int64)
    variant[_company(encoding)] = 1
    for place, name in enumerate(KEPT_BY, start=2):
        variant[encoding.frozen_by & KEPT_BY[name] > 0] = place
    variant[encoding.rows.pin >= 0] = 5
    sentences = [
        "Kept with {coach}: no change would pay for what it costs.",
        "Kept with {coach}, together with the household.",
        "Kept with {coach}: the client had to change coach lately, so the relationship is protected.",
        "Kept with {coach}: the policy protects this relationship.",
        "Kept with {coach}, whose caseload is frozen.",
        "Kept with {coach} by a pin.",
    ]
    return _by_coach(np.flatnonzero(outcome.status == KEPT), outcome.coach, variant, sentences, after)


def _new(encoding: Encoding, outcome: Outcome, after: list[str]) -> Piece:
    variant = np.zeros(len(outcome.coach), dtype=np.int64)
    variant[_company(encoding)] = 1
    variant[encoding.rows.pin >= 0] = 2
    sentences = [
        "New client, to {coach}: the best of the coaches who may serve, seen over all clients.",
        "New client, to {coach}, together with the household.",
        "New client, to {coach} by a pin.",
    ]
    return _by_coach(np.flatnonzero(outcome.status == NEW), outcome.coach, variant, sentences, after)


def _unserved(encoding: Encoding, outcome: Outcome) -> Piece:
    clients = np.flatnonzero(outcome.status == UNSERVED)
    group = encoding.units.group[encoding.units.of_client[clients]]
    texts = [f"Without a coach: {why}." for why in (NO_RULE, ALL_FULL)]
    return clients, (group >= 0).astype(np.int64), pl.Series(texts, dtype=pl.String)


def _forced(encoding: Encoding, outcome: Outcome, after: list[str]) -> Piece:
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
    texts = [
        f"Had to leave {encoding.coach_ids[p]}, who {_titles(int(m) - 1, list(bars))}; to {after[c]}."
        for m, p, c in zip(masks, old, new, strict=True)
    ]
    return clients, index.astype(np.int64), pl.Series(texts, dtype=pl.String)


def _titles(mask: int, names: list[str]) -> str:
    if mask < 0:
        return BY_PIN
    found = [RULES[name].title for bit, name in enumerate(names) if mask >> bit & 1]
    return " and ".join(found) or BY_HOUSEHOLD


def _moved(encoding: Encoding, outcome: Outcome, before: list[str], after: list[str]) -> Piece:
    clients = np.flatnonzero(outcome.status == MOVED)
    saved, cost = relief(encoding, outcome, clients)
    present = encoding.rows.present[clients]
    above = (outcome.before > encoding.facts.coaches.limits.soft_limit)[present]
    frame = pl.DataFrame(
        {
            "old": pl.Series(before, dtype=pl.String).gather(present),
            "new": pl.Series(after, dtype=pl.String).gather(outcome.coach[clients]),
            "saved": pl.Series(np.abs(saved)).round(1).cast(pl.String),
            "gains": pl.Series(saved >= 0),
            "cost": pl.Series(cost).round(1).cast(pl.String),
            "pays": pl.Series(saved > cost),
            "above": pl.Series(above),
            "together": pl.Series(_company(encoding)[clients]),
        }
    )
    texts = frame.select(
        pl.concat_str(
            pl.when("together")
            .then(pl.lit("Moved with the household from "))
            .otherwise(pl.lit("Moved from ")),
            "old",
            pl.lit(" to "),
            "new",
            pl.when("above")
            .then(pl.lit(": takes load off a coach above the limit; "))
            .when("pays")
            .then(pl.lit(": "))
            .otherwise(pl.lit(": makes room for others and pays only together with their moves; alone it ")),
            pl.when(pl.col("pays") | pl.col("gains")).then(pl.lit("saves ")).otherwise(pl.lit("would cost ")),
            "saved",
            pl.lit(" minutes a month, the change costs "),
            "cost",
            pl.lit("."),
        ).alias("text")
    )["text"]
    return clients, np.arange(len(clients), dtype=np.int64), texts
