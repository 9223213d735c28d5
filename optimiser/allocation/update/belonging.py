"""Clients who, by the facts of an export, do not belong to the target group any more: to be confirmed."""

from __future__ import annotations

import polars as pl

from optimiser.allocation.intake.triage import triage
from optimiser.domain.policy_triage import Triage
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import ENGLISH, Texts
from optimiser.domain.update import BELONGS_NO_LONGER, rows_of

EARNINGS_RELATED = "earnings_related"
STATED = "no_earnings_related"


def belongs_no_longer(
    before: Snapshot,
    following: Snapshot,
    rules: Triage,
    lacking: tuple[str, ...],
    texts: Texts = ENGLISH,
) -> pl.DataFrame:
    """Return rows of `BELONGS_NO_LONGER`.

    Only what is certain by the dated rules: an unknown fact keeps a client. A right to earnings-related
    allowance that an export tells is younger than the ground stated when the client came. Where an export
    has neither languages nor integration periods and the snapshot neither, grounds are not asked at all.

    Parameters
    ----------
    before, following : Snapshot
        The snapshot and the next one.
    rules : Triage
        The policy's.
    lacking : tuple of str
        Columns that the export has not.
    texts : Texts
        Language of grounds and paragraphs.
    """
    clients = following.clients
    right = (pl.col("benefit").cast(pl.String) == EARNINGS_RELATED).fill_null(False)
    stale = right & (pl.col("target_basis").cast(pl.String) == STATED).fill_null(False)
    asked = clients.with_columns(target_basis=pl.when(~stale).then("target_basis"))
    rules = rules if _grounds_known(clients, lacking) else _without_grounds(rules)
    judged = triage(asked, rules, following.date, texts)
    out = judged.filter(pl.col("decision").cast(pl.String) == "elsewhere")
    mine = asked.join(out, on="client_id", how="semi", maintain_order="left")
    no_right = mine.with_columns(benefit=pl.lit("none").cast(mine.schema["benefit"]))
    belonged = triage(no_right, rules, following.date).filter(
        pl.col("decision").cast(pl.String) == "taken_in"
    )
    was = before.clients.select("client_id", had=pl.col("benefit").cast(pl.String))
    gained = (
        clients.filter(right).join(belonged, on="client_id", how="semi").join(was, on="client_id", how="left")
    )
    gained = gained.filter(stale | (pl.col("had") != EARNINGS_RELATED).fill_null(False))
    rows = out.join(clients.select("client_id", "municipality", "coach_id"), on="client_id")
    by_right = pl.col("client_id").is_in(gained["client_id"].implode())
    reason = pl.when(by_right).then(pl.lit(EARNINGS_RELATED)).otherwise(pl.lit("target_group_ended"))
    rows = rows.with_columns(date=pl.lit(following.date), reason=reason)
    return rows_of(rows, BELONGS_NO_LONGER).sort("client_id")


def _grounds_known(clients: pl.DataFrame, lacking: tuple[str, ...]) -> bool:
    """Whether languages and integration periods are told at all."""
    foreign = "language" not in lacking or clients["language"].n_unique() > 1
    return foreign and ("integration_until" not in lacking or clients["integration_until"].count() > 0)


def _without_grounds(rules: Triage) -> Triage:
    bare = tuple(rule.model_copy(update={"grounds": ()}) for rule in rules.rules)
    return rules.model_copy(update={"rules": bare})
