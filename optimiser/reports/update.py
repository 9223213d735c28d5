"""What has changed since a snapshot, as sentences and as a workbook."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from optimiser.allocation.update import Update
from optimiser.domain.schema import DEPARTURES
from optimiser.domain.texts import Message, mark, said, several
from optimiser.domain.update import (
    CHANGES,
    CLIENT_GONE,
    DERIVED,
    ENTERED,
    NEW,
    OVERTAKEN,
    RETURNED,
    WAITING,
)
from optimiser.reports.table_book import write_tables

TITLE = mark("What has changed")
SHEETS = {
    "arrivals": mark("Came"),
    "gone": mark("Left"),
    "relocated": mark("Moved home"),
    "changed_needs": mark("Changed needs"),
    "belongs_no_longer": mark("Target group ended"),
    "confirmed_moves": mark("Confirmed moves"),
    "changed_coach": mark("Coach changed"),
    "changed_coaches": mark("Coaches"),
    "dropped_locks": mark("Pins and exclusions dropped"),
}
"""Table to the name of its sheet."""
TO_ANSWER = mark("Reasons to fill in")


def write_changes_workbook(update: Update, path: Path, language: str = "en") -> None:
    """Write the workbook `changes.xlsx`.

    Parameters
    ----------
    update : Update
        What has changed.
    path : pathlib.Path
        File to write.
    language : str
        Language of headings and sentences.
    """
    tables = [(SHEETS[table.name], table, update.tables[table.name]) for table in CHANGES]
    tables.append((TO_ANSWER, DEPARTURES, update.to_answer))
    day = update.following.date
    write_tables(path, TITLE, day, summary(update), tables, language=language)


def summary(update: Update) -> list[Message]:
    """Return what has changed in sentences, the most telling first."""
    return [
        said(
            "Snapshot of {before}: {had:,} clients. Next snapshot, of {day}: {now:,} clients.",
            before=update.before.date,
            had=update.before.clients.height,
            day=update.following.date,
            now=update.following.clients.height,
        ),
        several(
            "{count:,} new client; returned: {returned:,}.",
            "{count:,} new clients; returned: {returned:,}.",
            update.count("arrivals", kind=NEW),
            returned=update.count("arrivals", kind=RETURNED),
        ),
        *_gone(update),
        *_of_clients(update),
        *_of_coaches(update),
    ]


def _gone(update: Update) -> list[Message]:
    reasons = {
        code: update.count("gone", reason=code)
        for code in ("job_found", "earnings_related", "moved_away", "target_group_ended", "not_known")
    }
    left = update.count("gone")
    lines = [
        several(
            "{count:,} client has left: job found {job_found:,}, right to earnings-related allowance "
            "{earnings_related:,}, moved away {moved_away:,}, target group ended {target_group_ended:,}, other "
            "reasons {other:,}, not known {not_known:,}.",
            "{count:,} clients have left: job found {job_found:,}, right to earnings-related allowance "
            "{earnings_related:,}, moved away {moved_away:,}, target group ended {target_group_ended:,}, other "
            "reasons {other:,}, not known {not_known:,}.",
            left,
            **reasons,
            other=left - sum(reasons.values()),
        )
    ]
    derived = update.count("gone", known_by=DERIVED)
    if derived:
        lines.append(
            several(
                "Of these the tool concluded {count:,} from a home municipality outside the region: look at it in "
                "gone.csv. If it is wrong, correct it in the client system: the next export then mends it.",
                "Of these the tool concluded {count:,} from a home municipality outside the region: look at them "
                "in gone.csv. Those that are wrong, correct in the client system: the next export then mends them.",
                derived,
            )
        )
    if update.to_answer.height:
        lines.append(
            several(
                "Not known of {count:,} departure: why.",
                "Not known of {count:,} departures: why.",
                update.to_answer.height,
            )
        )
    if update.answered:
        lines.append(
            several(
                "The export answers why {count:,} client left before.",
                "The export answers why {count:,} clients left before.",
                update.answered,
            )
        )
    if update.between:
        lines.append(
            several(
                "{count:,} departure of a client whom the snapshot does not know was left out.",
                "{count:,} departures of clients whom the snapshot does not know were left out.",
                update.between,
            )
        )
    return lines


def _of_clients(update: Update) -> list[Message]:
    lines = []
    if update.count("relocated"):
        lines.append(
            several(
                "{count:,} client moved to another municipality of the region; of the present coaches rules bar "
                "{barred:,}.",
                "{count:,} clients moved to another municipality of the region; of the present coaches rules bar "
                "{barred:,}.",
                update.count("relocated"),
                barred=update.tables["relocated"].filter(~pl.col("may_stay")).height,
            )
        )
    if update.count("changed_needs"):
        lines.append(
            several(
                "{count:,} client needs another service than before.",
                "{count:,} clients need another service than before.",
                update.tables["changed_needs"]["client_id"].n_unique(),
            )
        )
    if update.count("belongs_no_longer"):
        lines.append(
            several(
                "{count:,} client does not belong to the target group by the facts and stays until an official "
                "confirms it (belongs_no_longer.csv).",
                "{count:,} clients do not belong to the target group by the facts and stay until an official "
                "confirms it (belongs_no_longer.csv).",
                update.count("belongs_no_longer"),
            )
        )
    return lines


def _of_coaches(update: Update) -> list[Message]:
    waiting = update.count("confirmed_moves", state=WAITING)
    lines = []
    if waiting:
        days = (
            update.tables["confirmed_moves"].filter(pl.col("state").cast(pl.String) == WAITING)["days"].max()
        )
        lines.append(
            several(
                "{count:,} confirmed change of coach is not in the client system yet, since {days:,} days at "
                "most; the next snapshot has the confirmed coach (confirmed_moves.csv).",
                "{count:,} confirmed changes of coach are not in the client system yet, since {days:,} days at "
                "most; the next snapshot has the confirmed coaches (confirmed_moves.csv).",
                waiting,
                days=days,
            )
        )
    lines += _settled(update)
    if update.count("changed_coach"):
        lines.append(
            several(
                "{count:,} client got another coach in the client system.",
                "{count:,} clients got another coach in the client system.",
                update.count("changed_coach"),
            )
        )
    if update.count("changed_coaches"):
        lines.append(_coaches(update))
    dropped = update.count("dropped_locks")
    if dropped:
        lines.append(
            several(
                "{count:,} pin or exclusion is dropped, {gone:,} because the client has left (dropped_locks.csv).",
                "{count:,} pins and exclusions are dropped, {gone:,} because the client has left "
                "(dropped_locks.csv).",
                dropped,
                gone=update.count("dropped_locks", why=CLIENT_GONE),
            )
        )
    return lines


def _settled(update: Update) -> list[Message]:
    """Confirmed changes that wait no longer."""
    entered = update.count("confirmed_moves", state=ENTERED)
    overtaken = update.count("confirmed_moves", state=OVERTAKEN)
    lines = []
    if entered:
        lines.append(
            several(
                "{count:,} confirmed change of coach has been entered in the client system.",
                "{count:,} confirmed changes of coach have been entered in the client system.",
                entered,
            )
        )
    if overtaken:
        lines.append(
            several(
                "{count:,} client has another coach in the client system than the one confirmed: the system "
                "counts.",
                "{count:,} clients have another coach in the client system than the one confirmed: the system "
                "counts.",
                overtaken,
            )
        )
    return lines


def _coaches(update: Update) -> Message:
    changed = update.tables["changed_coaches"].filter(pl.col("kind").cast(pl.String) == "changed")
    return said(
        "Coaches: {new:,} new, {gone:,} gone, {changed:,} with other facts; absences noted: {absences:,}.",
        new=update.count("changed_coaches", kind=NEW),
        gone=update.count("changed_coaches", kind="gone"),
        changed=changed["coach_id"].n_unique(),
        absences=update.count("changed_coaches", kind="absence"),
    )
