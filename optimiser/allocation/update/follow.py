"""From a snapshot and an export to what has changed and the next snapshot."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from optimiser.allocation.update.arriving import arriving
from optimiser.allocation.update.belonging import belongs_no_longer
from optimiser.allocation.update.clients import kept_columns, lacking_columns, next_clients
from optimiser.allocation.update.confirmed import changed_in_system, confirmed_moves, waiting
from optimiser.allocation.update.departing import NOT_KNOWN, Departing, departing
from optimiser.allocation.update.facts_changed import changed_coaches, changed_needs, relocated
from optimiser.allocation.update.locks import locks
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Message, Texts, said, several
from optimiser.domain.update import ASKED, Past
from optimiser.tables.export import Export

KEY_OF_ANOTHER = 20
"""Clients from which on an export without any of them is refused."""
PART, MOST_GONE = 100, 0.2
"""Clients from which on an export is refused in which more than this share has gone without a word."""


@dataclass(frozen=True)
class Update:
    """What has changed, and the snapshot that follows.

    Attributes
    ----------
    before, following : Snapshot
        The snapshot, and the next one.
    tables : dict
        Name of each table of `CHANGES` to its rows.
    to_answer : polars.DataFrame
        Rows of `DEPARTURES` whose reason is not known: to be filled in and given with the next export.
    answered, between : int
        Questions that this export answered; departures of clients whom the snapshot does not know.
    notices : tuple of Message
        What was assumed, in sentences.
    has_departures : bool
        Whether the export has a table departures of its own.
    """

    before: Snapshot
    following: Snapshot
    tables: dict[str, pl.DataFrame]
    to_answer: pl.DataFrame
    answered: int
    between: int
    notices: tuple[Message, ...]
    has_departures: bool = False

    @property
    def changed(self) -> bool:
        """Whether the next snapshot has other facts than the one before."""
        return self.following.fingerprint() != self.before.fingerprint()

    def count(self, table: str, **codes: str) -> int:
        """Return how many rows a table has, or how many with a code in a column."""
        frame = self.tables[table]
        for column, code in codes.items():
            frame = frame.filter(pl.col(column).cast(pl.String) == code)
        return frame.height


def follow(
    before: Snapshot,
    taken: Export,
    past: Past,
    policy: Policy,
    texts: Texts = ENGLISH,
    many_gone: bool = False,
) -> Update:
    """Tell what has changed since a snapshot, and make the next one.

    Parameters
    ----------
    before, taken
        The snapshot, and the export read beside it.
    past : Past
        What the workspace remembers; empty for a folder.
    policy : Policy
        Target-group rules, rules of serving, retention.
    texts : Texts
        Language of the sentences in the tables.
    many_gone : bool
        Whether it has been said that more clients than usual have left.

    Returns
    -------
    Update

    Raises
    ------
    InputError
        Where the export has none of the clients, or only a part of them and nobody has said why.
    """
    export = taken.snapshot
    rules = (policy.triage, policy.retention.departures_months)
    left = departing(before, export, taken.apart, taken.away, rules)
    _refuse_another(before, export, left, many_gone)
    lacking = lacking_columns(left.staying, taken.lacking)
    staying = kept_columns(left.staying, before, lacking, export.coaches["coach_id"])
    moves = confirmed_moves(export, staying, past, "coach_id" not in lacking)
    clients = next_clients(staying, before, waiting(moves), past, (export.date, lacking))
    whole = export.replace(
        region=export.region or before.region,
        source=export.source or before.source,
        clients=clients,
        departures=left.departures,
        notices=(),
    )
    following, dropped = locks(whole, before, export, taken.apart, policy)
    tables = {
        "arrivals": arriving(before, export, staying, past),
        "gone": left.gone,
        "confirmed_moves": moves,
        "changed_coach": changed_in_system(before, staying, moves),
        "dropped_locks": dropped,
        **_facts(before, following, policy, lacking, texts),
    }
    asked = left.departures.filter(pl.col("reason").cast(pl.String) == NOT_KNOWN)
    notices = (*_carried(before, taken), *_notices(before, export, left, lacking))
    own = "departures" in export.files
    return Update(before, following, tables, asked, left.answered, left.between, notices, own)


def _carried(before: Snapshot, taken: Export) -> list[Message]:
    """Which tables are the snapshot's, as the export has none."""
    names = [name for name in taken.carried if not getattr(before, name).is_empty()]
    told = said(
        "The export does not have these tables, which are the snapshot's: {tables}.", tables=", ".join(names)
    )
    return [told] if names else []


def _facts(
    before: Snapshot, following: Snapshot, policy: Policy, lacking: tuple[str, ...], texts: Texts
) -> dict[str, pl.DataFrame]:
    """The tables of what changed in the facts of clients and coaches."""
    return {
        "relocated": relocated(before, following, policy),
        "changed_needs": changed_needs(before, following.clients),
        "belongs_no_longer": belongs_no_longer(before, following, policy.triage, lacking, texts),
        "changed_coaches": changed_coaches(before, following),
    }


def _refuse_another(before: Snapshot, export: Snapshot, left: Departing, many_gone: bool) -> None:
    """Raise where the export cannot be the next one of the same region."""
    had, file = before.clients.height, export.files.get("clients", "clients")
    common = before.clients.join(left.staying, on="client_id", how="semi").height
    if had >= KEY_OF_ANOTHER and not common and not left.gone.filter(_told()).height:
        problem = said("none of the clients of the snapshot is in the export")
        advice = said("Take the export of the same region, with ids made with the same key.")
        raise InputError([Complaint(file, 0, "client_id", "", problem, advice)])
    if not many_gone:
        _refuse_part(before, export, left)


def _refuse_part(before: Snapshot, export: Snapshot, left: Departing) -> None:
    """Raise where more clients are missing than usually leave, and the export's departures do not tell of them."""
    had, file = before.clients.height, export.files.get("clients", "clients")
    silent = left.gone.join(export.departures, on="client_id", how="anti").height
    if had >= PART and silent > MOST_GONE * had:
        problem = said(
            "{gone:,} of {clients:,} clients are missing from the export without a word",
            gone=silent,
            clients=had,
        )
        advice = said(
            "Take an export of all clients. If they have really left, say so in a table departures beside it, or "
            "with --many-gone."
        )
        raise InputError([Complaint(file, 0, "client_id", "", problem, advice)])


def _told() -> pl.Expr:
    return pl.col("known_by").cast(pl.String) != ASKED


def _notices(
    before: Snapshot, export: Snapshot, left: Departing, lacking: tuple[str, ...]
) -> tuple[Message, ...]:
    notices: list[Message] = []
    held = [name for name in lacking if before.clients[name].null_count() < before.clients.height]
    own = [name for name in held if before.clients[name].n_unique() > 1]
    if own:
        notices.append(
            said(
                "The export does not tell {columns}: known clients keep what the snapshot has.",
                columns=", ".join(own),
            )
        )
    if left.contradicting:
        notices.append(
            several(
                "{count:,} client stands in clients and in departures of the export: taken as departed.",
                "{count:,} clients stand in clients and in departures of the export: taken as departed.",
                left.contradicting,
            )
        )
    return tuple(notices)
