"""Who has left and why, and the table of departures that the next snapshot carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date

import polars as pl

from optimiser.domain.policy_triage import Triage
from optimiser.domain.schema import DEPARTURES
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.update import ASKED, DERIVED, GONE, STATED, rows_of

SIGNS = ("registered_on", "coach_since", "first_meeting", "last_meeting", "unemployed_since")
"""Dates of clients that show they were clients on that day."""
NOT_KNOWN, MOVED_AWAY, ENDED = "not_known", "moved_away", "target_group_ended"


@dataclass(frozen=True)
class Departing:
    """Who is no client any more.

    Attributes
    ----------
    staying : polars.DataFrame
        Clients of the export less those whom its table departures tells to have left.
    gone : polars.DataFrame
        Rows of `GONE`: clients of the snapshot who have left.
    departures : polars.DataFrame
        For the next snapshot, sorted by its key.
    contradicting : int
        Clients who stand in the export's clients and in its departures; taken as departed.
    between : int
        Departures of the export that are left out, as the snapshot does not know the client.
    answered : int
        Questions after a reason that the export answers.
    """

    staying: pl.DataFrame
    gone: pl.DataFrame
    departures: pl.DataFrame
    contradicting: int
    between: int
    answered: int


def departing(
    before: Snapshot, export: Snapshot, apart: pl.Series, away: pl.DataFrame, rules: tuple[Triage, int]
) -> Departing:
    """Tell who has left.

    A row of the export's table departures counts for a client who stands in its clients as well, unless
    the client registered, was met or got a coach after that day, or had come back after it before. Rows of
    clients whom neither the clients nor the departures of the snapshot know are left out: they are of people
    who came and left between two exports, or of some whose address is protected.

    Parameters
    ----------
    before, export : Snapshot
        The snapshot and the export.
    apart : polars.Series
        Ids of clients with a protected address: nothing is said of them.
    away : polars.DataFrame
        client_id and municipality of clients who moved out of the region.
    rules : (Triage, int)
        The policy's target-group rules, and the months for which departures are kept.

    Returns
    -------
    Departing
    """
    triage, months = rules
    told = _not_among(export.departures, apart).with_columns(pl.col("reason").cast(pl.String))
    known = _not_among(before.departures, apart).with_columns(pl.col("reason").cast(pl.String))
    known = _never_left(known, export.clients, before.date)
    strange = _strangers(told, before, export.clients)
    told = told.join(strange, on=("client_id", "date"), how="anti", maintain_order="left")
    out = _told_to_have_left(export.clients, told, before, known)
    staying = export.clients.join(out, on="client_id", how="anti", maintain_order="left")
    left = before.clients.join(staying, on="client_id", how="anti", maintain_order="left")
    left = _not_among(left, apart)
    news = told.join(known, on=("client_id", "date"), how="anti")
    gone = _gone(left, news, away, triage, export.date)
    kept, filled, answered = _answered(known, told)
    departures = _merged(kept, filled, gone)
    first: Date = pl.select(pl.lit(export.date).dt.offset_by(f"-{months}mo")).item()
    departures = departures.filter(pl.col("date") >= first).pipe(_as_departures)
    return Departing(staying, gone, departures, out.height, strange.height, answered)


def _strangers(told: pl.DataFrame, before: Snapshot, clients: pl.DataFrame) -> pl.DataFrame:
    """Departures told of clients whom the snapshot does not know, and who do not stand in the export."""
    met = pl.concat([before.clients["client_id"], before.departures["client_id"], clients["client_id"]])
    return told.filter(~pl.col("client_id").is_in(met.implode()))


def _not_among(frame: pl.DataFrame, clients: pl.Series) -> pl.DataFrame:
    return frame.filter(~pl.col("client_id").is_in(clients.implode())) if len(clients) else frame


def _never_left(known: pl.DataFrame, clients: pl.DataFrame, day: Date) -> pl.DataFrame:
    """Departures but those nobody stated of clients who stand there again as if they had never left.

    Nobody stated those without a reason, and those of the day of the snapshot itself that its update concluded
    from a home outside the region: had such a client left and come back, the registration would be a new one.
    """
    concluded = (pl.col("reason") == MOVED_AWAY) & (pl.col("date") == day)
    there = known.filter((pl.col("reason") == NOT_KNOWN) | concluded).join(
        clients.select("client_id", "registered_on"), on="client_id"
    )
    gap = there.filter(pl.col("registered_on") <= pl.col("date"))
    return known.join(gap, on=("client_id", "date"), how="anti", maintain_order="left")


def _told_to_have_left(
    clients: pl.DataFrame, told: pl.DataFrame, before: Snapshot, known: pl.DataFrame
) -> pl.DataFrame:
    """Column client_id: clients of the export whom its departures tell to have left."""
    returned = known.join(before.clients, on="client_id", how="semi")
    last = told.join(returned, on=("client_id", "date"), how="anti").group_by("client_id").agg(
        pl.col("date").max()
    )  # fmt: skip
    both = clients.select("client_id", sign=pl.max_horizontal(SIGNS)).join(last, on="client_id")
    return (
        both.filter((pl.col("date") >= pl.col("sign")).fill_null(True)).select("client_id").sort("client_id")
    )


def _gone(
    left: pl.DataFrame, news: pl.DataFrame, away: pl.DataFrame, triage: Triage, day: Date
) -> pl.DataFrame:
    """Rows of `GONE`: by the export's word, else by what is certain, else a question."""
    said = news.sort("date").unique("client_id", keep="last", maintain_order=True)
    said = said.select(
        "client_id", told="date", stated="reason", clause="paragraph", home="municipality", coach="coach_id"
    )
    moved = away.select("client_id", moved_to=pl.col("municipality").cast(pl.String))
    rows = left.select("client_id", "municipality", "coach_id").join(said, on="client_id", how="left")
    rows = rows.join(moved, on="client_id", how="left")
    stated = (pl.col("stated") != NOT_KNOWN).fill_null(False)
    derived = ~stated & pl.col("moved_to").is_not_null()
    told = rows.with_columns(
        date=pl.coalesce("told", pl.lit(day)),
        reason=pl.when(stated).then("stated").when(derived).then(pl.lit(MOVED_AWAY)).otherwise(pl.lit(NOT_KNOWN)),
        known_by=pl.when(stated).then(pl.lit(STATED)).when(derived).then(pl.lit(DERIVED)).otherwise(pl.lit(ASKED)),
        municipality=pl.coalesce(pl.col("home").cast(pl.String), pl.col("municipality").cast(pl.String)),
        coach_id=pl.coalesce("coach", "coach_id"),
    )  # fmt: skip
    ended = pl.when(pl.col("reason") == ENDED).then(_paragraph(triage))
    told = told.with_columns(paragraph=pl.coalesce("clause", ended))
    return rows_of(told, GONE).sort("client_id")


def _paragraph(triage: Triage) -> pl.Expr:
    """Paragraph of the target-group rule in force on the day of a row."""
    chosen = pl.lit(None, dtype=pl.String)
    for rule in triage.rules:
        held = pl.col("date") >= rule.starts
        held &= pl.lit(True) if rule.ends is None else pl.col("date") <= rule.ends
        chosen = pl.when(held).then(pl.lit(rule.paragraph)).otherwise(chosen)
    return chosen


def _answered(known: pl.DataFrame, told: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Departures known but those without a reason to which the export gives one, its own with what was known.

    The answer may name an earlier day than the one on which the absence was noticed. Also returns how many
    are answered.
    """
    asked = known.filter(pl.col("reason") == NOT_KNOWN)
    asked = asked.select("client_id", "date", asked="date", home="municipality", coach="coach_id").sort(
        "date"
    )
    rows = told.sort("date").join_asof(
        asked, on="date", by="client_id", strategy="forward", check_sortedness=False
    )
    answer = (pl.col("reason") != NOT_KNOWN) & pl.col("asked").is_not_null()
    gone = rows.filter(answer).select("client_id", date="asked").unique()
    filled = rows.with_columns(
        municipality=pl.when(answer).then(pl.coalesce("municipality", "home")).otherwise("municipality"),
        coach_id=pl.when(answer).then(pl.coalesce("coach_id", "coach")).otherwise("coach_id"),
    )
    kept = known.join(gone, on=("client_id", "date"), how="anti", maintain_order="left")
    return kept, filled.select(told.columns), gone.height


def _merged(known: pl.DataFrame, told: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """One row a client and day: with the reason where one is known, and whatever any source tells of it."""
    columns = [c.name for c in DEPARTURES.columns]
    texts = [pl.col("municipality").cast(pl.String), pl.col("reason").cast(pl.String)]
    parts = [frame.select(columns).with_columns(texts) for frame in (gone, told, known)]
    rows = pl.concat([p.with_columns(source=pl.lit(n)) for n, p in enumerate(parts)])
    rows = rows.sort(pl.col("reason") == NOT_KNOWN, "source", maintain_order=True)
    rest = [pl.col(c).drop_nulls().first() for c in columns if c not in DEPARTURES.key]
    return rows.group_by(DEPARTURES.key, maintain_order=True).agg(rest)


def _as_departures(rows: pl.DataFrame) -> pl.DataFrame:
    schema = DEPARTURES.schema()
    lined = rows.with_columns(line=pl.lit(0, pl.Int32)).select(list(schema)).cast(pl.Schema(schema))
    return lined.sort(DEPARTURES.key)
