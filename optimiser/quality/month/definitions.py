"""What each monthly figure means: the one list from which pages, sheets and files take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Date

from optimiser.domain.policy import Policy, Rhythm
from optimiser.domain.texts import Message, mark, said
from optimiser.quality.month.hiding import LEAST_COACHES
from optimiser.quality.month.survey import LEAST_ANSWERS
from optimiser.quality.suppress import SMALLEST

WRITTEN = Date(2026, 11, 22)
"""Day from which figures are counted as written here; who changes a definition gives it a new day."""
CLIENTS, HOURS, SHARE = mark("clients"), mark("hours a month"), mark("per cent")
MINUTES, GRADE, NONE = mark("minutes a month"), mark("grade 1 to 5"), mark("none")


@dataclass(frozen=True)
class Definition:
    """One definition.

    Attributes
    ----------
    figure, unit : str
        Marked for the catalogues.
    text : Message
        How it is counted, in words.
    in_force : datetime.date
        Day from which it is counted so.
    """

    figure: str
    unit: str
    text: Message
    in_force: Date = WRITTEN


def definitions(policy: Policy, dates: Sequence[Date]) -> tuple[Definition, ...]:
    """Return the definitions in their order; their numbers are their places, from 1.

    Parameters
    ----------
    policy : Policy
        The one in force.
    dates : sequence of datetime.date
        Days of the snapshots, rising.
    """
    return (
        *_clients(),
        *(_rhythm(rhythm) for rhythm in _in_force(policy, dates)),
        *_hours(policy),
        *_continuity(),
        *_interpreter_and_survey(policy),
        _held_back(),
    )


def _clients() -> tuple[Definition, ...]:
    return (
        Definition(
            mark("Clients"),
            CLIENTS,
            said(
                "Clients in the snapshot of the day, by home municipality. Clients with a protected address are in no snapshot and in no figure."
            ),
        ),
        Definition(
            mark("Came"),
            CLIENTS,
            said("Ids in the snapshot that were not in the one before, by home municipality on the day."),
        ),
        Definition(
            mark("Of these returned"),
            CLIENTS,
            said("Those who stand in the table of departures with a day up to the day of the snapshot."),
        ),
        Definition(
            mark("Left"),
            CLIENTS,
            said(
                "Ids in the snapshot before that are not in this one, by home municipality until then. The reason is the latest of the period in the table of departures; without one it is not known. Who came and left between two snapshots is not counted."
            ),
        ),
        Definition(
            mark("First meetings due"),
            CLIENTS,
            said(
                "Clients of the day whose last day for the first meeting lies after the day of the snapshot before and not after this one. The last day is so many working days after registration (public holidays of Finland left out) as the rhythm of the day of registration says; a start-up campaign is not counted."
            ),
        ),
        Definition(
            mark("On time"),
            SHARE,
            said(
                "First meetings held by their last day, of those due; the others were held later, or not by the day of the snapshot."
            ),
        ),
    )


def _in_force(policy: Policy, dates: Sequence[Date]) -> list[Rhythm]:
    """The rhythms that hold on some day from the first snapshot to the last."""
    first = policy.rhythm_on(dates[0])
    return [r for r in policy.rhythms if r is first or dates[0] < r.starts <= dates[-1]]


def _rhythm(rhythm: Rhythm) -> Definition:
    return Definition(
        mark("Service rhythm"),
        NONE,
        said(
            "Rhythm “{name}”, in force from {day}: the first meeting is due within {days} working days.",
            name=rhythm.name,
            day=rhythm.starts,
            days=rhythm.first_within_days,
        ),
        rhythm.starts,
    )


def _hours(policy: Policy) -> tuple[Definition, ...]:
    return (
        Definition(
            mark("Demand"),
            HOURS,
            said(
                "Coach time that the clients of the day need by the policy “{policy}”: meetings of the rhythm in force on the day, records, need level, agencies, services and interpreter with the present coach. Clients without a coach count with the coach who would need the least. An estimate.",
                policy=policy.name,
            ),
        ),
        Definition(
            mark("Load"), HOURS, said("Demand of the clients who have a coach, by home municipality.")
        ),
        Definition(
            mark("Capacity"),
            HOURS,
            said(
                "Client hours of the posts less absences, reserved time and clients with a protected address. The hours of a coach are divided over municipalities as the load of this coach's clients is; those of a coach without clients count where the coach works."
            ),
        ),
        Definition(
            mark("Utilisation"),
            SHARE,
            said("Load over capacity; 100 per cent is full."),
        ),
    )


def _continuity() -> tuple[Definition, ...]:
    return (
        Definition(
            mark("Continuity"),
            SHARE,
            said(
                "Clients with the same coach on both days, of those who had a coach on both; by home municipality at the end."
            ),
        ),
        Definition(
            mark("Handovers"),
            CLIENTS,
            said(
                "Clients with another coach than on the day of the snapshot before, of those who had one on both days."
            ),
        ),
        Definition(
            mark("Handovers not asked for"),
            CLIENTS,
            said(
                "Handovers of clients whose number of changes they did not ask for (involuntary_changes) has risen; not known where nobody has any."
            ),
        ),
    )


def _interpreter_and_survey(policy: Policy) -> tuple[Definition, ...]:
    return (
        Definition(
            mark("Interpreter minutes"),
            MINUTES,
            said(
                "Extra meeting time of clients who share no language with their coach: {share:.0f} per cent of the meetings' time by the policy “{policy}”. An estimate.",
                share=100 * policy.workload.interpreter_share,
                policy=policy.name,
            ),
        ),
        Definition(
            mark("Satisfaction"),
            GRADE,
            said(
                "Mean of the answers of an anonymous survey by area, month and question, and the share of answers of 4 or 5; from {least} answers, never by coach.",
                least=LEAST_ANSWERS,
            ),
        ),
    )


def _held_back() -> Definition:
    return Definition(
        mark("Held back"),
        NONE,
        said(
            "A place with 1 to {most} clients on one of the days is held back on all days. Other figures are held back where they, or what is missing from them, count 1 to {most} clients, capacity also where it is that of fewer than {coaches} coaches; beside each the next smallest place of the same area, or the area, so that no subtraction gives one back. It is the same in all tables, pictures and files.",
            most=SMALLEST - 1,
            coaches=LEAST_COACHES,
        ),
    )
