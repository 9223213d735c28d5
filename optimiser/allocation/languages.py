"""Language keys: clients whom the same coaches understand, under the same mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from optimiser.allocation.codes import Codes, coded, combined
from optimiser.domain.policy import Policy
from optimiser.domain.schema import LEVELS


@dataclass(frozen=True)
class Languages:
    """The language keys of n clients; K keys, C coaches.

    Attributes
    ----------
    key : int, shape (n,)
    shares : bool, shape (K, C)
        Whether key and coach share a language.
    needs_coach, limited : bool, shape (K,)
        The mode of the client's own language.
    """

    key: Codes
    shares: NDArray[np.bool_]
    needs_coach: NDArray[np.bool_]
    limited: NDArray[np.bool_]


def language_keys(clients: pl.DataFrame, policy: Policy, spoken: tuple[frozenset[str], ...]) -> Languages:
    """Return the language keys of clients, given the languages each coach works in.

    Clients differ only where mode or the languages that some coach works in differ: a client whom
    nobody understands is like any other such client.
    """
    own, own_texts = coded(clients["language"])
    others, other_texts = coded(clients["other_languages"])
    pair, count = combined([(own, max(1, len(own_texts))), (others + 1, len(other_texts) + 1)])
    first = np.zeros(count, dtype=np.int64)
    first[pair] = np.arange(len(pair))
    common = frozenset[str]().union(*spoken)
    keys = []
    for row in first:
        extra = other_texts[others[row]] if others[row] >= 0 else ""
        mode = policy.rules.language.modes.get(own_texts[own[row]], policy.rules.language.default)
        keys.append((mode, tuple(sorted(understood(own_texts[own[row]], extra, policy) & common))))
    distinct = sorted(set(keys))
    place = np.array([distinct.index(k) for k in keys], dtype=np.int32)
    return Languages(
        key=place[pair],
        shares=np.array([[not s.isdisjoint(k[1]) for s in spoken] for k in distinct], dtype=np.bool_).reshape(
            len(distinct), len(spoken)
        ),
        needs_coach=np.array([k[0] == "coach" for k in distinct], dtype=np.bool_),
        limited=np.array([k[0] == "interpreter_limited" for k in distinct], dtype=np.bool_),
    )


def understood(language: str, other_languages: str, policy: Policy) -> frozenset[str]:
    """Languages in which a client can be served: the own one, and others at a sufficient level."""
    found = {language}
    for part in other_languages.split():
        code, _, level = part.partition(":")
        if LEVELS.index(level) >= policy.enough_rank(code):
            found.add(code)
    return frozenset(found)
