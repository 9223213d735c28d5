"""What binds clients who could stay to their present coach: the rules of moving."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from optimiser.domain.policy import Policy
from optimiser.quality.arrays import Bools, blocks, distinct
from optimiser.quality.facts import Facts, Rows
from optimiser.quality.pairs import Pairs
from optimiser.quality.people import People
from optimiser.quality.rules import Own, allowed_by_facts, exclusion, on


def present_allowed(facts: Facts, people: People, policy: Policy) -> Bools:
    """Whether every rule of serving allows the present coach, shape (N,).

    Parameters
    ----------
    facts : Facts
        Before `with_ties`.
    people : People
        All clients.
    policy : Policy
        Rules in force.
    """
    kept = people.present >= 0
    none = np.full(len(kept), -1, dtype=np.int64)
    for block in blocks(len(kept)):
        client = np.flatnonzero(kept[block]) + block.start
        pairs = Pairs(facts, facts.row_of[client], people.present[client])
        kept[client] = allowed_by_facts(pairs, policy)
        if on("exclusion", policy):
            kept[client] &= exclusion(pairs, Own(client, none, none, people.excluded))
    return kept


def with_ties(facts: Facts, people: People, kept: Bools, policy: Policy) -> Facts:
    """Return the fact rows told apart by team and frozen coaches, for those who could stay.

    Parameters
    ----------
    facts : Facts
        Fact rows of the rules of serving.
    people : People
        All clients.
    kept : numpy.ndarray
        Shape (N,), from `present_allowed`.
    policy : Policy
        Rules in force.
    """
    settled, posts = kept & (people.pin < 0), facts.posts
    inside, iced = settled & on("team", policy), settled & posts.frozen.any()
    if not (inside.any() or iced.any()):
        return facts
    present = people.present
    team = np.where(inside, posts.unit[present], -1)
    frozen_to = np.where(iced & posts.frozen[present], present, -1)
    columns = (facts.row_of, team + 1, frozen_to + 1, iced.astype(np.int64))
    (row, team, frozen_to, settled_row), row_of = distinct(columns)
    same = {field.name: getattr(facts.rows, field.name)[row] for field in fields(Rows)}
    ties = {"team": team - 1, "frozen_to": frozen_to - 1, "settled": settled_row == 1}
    return replace(facts, rows=Rows(**same | ties), row_of=row_of)
