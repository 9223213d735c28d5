"""What a look at one workbook takes for granted, each with what to add to be rid of it."""

from __future__ import annotations

from datetime import date as Date

import polars as pl

from optimiser.domain.look import Assumption
from optimiser.domain.policy import Policy
from optimiser.domain.texts import Message, said

USUAL, FAR_DAYS = 0.99, 45
"""Share of the starts, and days after it, from which the latest start is doubted."""
EPOCH = Date(1970, 1, 1)


def assumed_of_clients(present: set[str], clients: int, empty: dict[str, int]) -> list[Assumption]:
    """Return what is assumed of the clients.

    Parameters
    ----------
    present : set of str
        Columns that the workbook has.
    clients : int
        Rows.
    empty : dict
        Column to its empty cells.
    """
    found = []
    if "language" not in present:
        text = said("No column of languages: every client is taken to be served in Finnish.")
        found.append(Assumption(text, said("Add the column kieli (language)."), clients))
    elif empty["language"]:
        text = said("Clients without a language are taken to be served in Finnish.")
        found.append(Assumption(text, said("Fill in the column of languages."), empty["language"]))
    if "coach_id" not in present:
        text = said("No column of coaches: nobody is taken to have a coach yet.")
        found.append(Assumption(text, said("Add the column valmentaja (coach)."), clients))
    usual = (
        (
            "need_level",
            said("Every client has need level 2."),
            said("Add the column tarvetaso (need_level), 1 to 4."),
        ),
        (
            "channel",
            said("Every client is met in person."),
            said("Add the column asiointitapa (channel): in_person, phone or remote."),
        ),
        (
            "multi_agency",
            said("For no client are several agencies involved."),
            said("Add the column monialainen (multi_agency), yes or no."),
        ),
        (
            "other_languages",
            said("No client manages in another language than the one given."),
            said("Add the column muut_kielet (other_languages), such as fi:B2."),
        ),
        (
            "protected_address",
            said("No client has a protected address."),
            said("Add the column turvakielto (protected_address), yes or no; such rows are left apart."),
        ),
    )
    return found + [Assumption(text, remedy, clients) for name, text, remedy in usual if name not in present]


def assumed_of_coaches(
    listed: bool, coaches: int, strangers: tuple[int, int], assumed: dict[str, int], policy: Policy
) -> list[Assumption]:
    """Return what is assumed of the coaches.

    Parameters
    ----------
    listed : bool
        Whether there is a list of coaches.
    coaches : int
        How many there are.
    strangers : (int, int)
        Coaches whom clients name and the list does not, and those clients.
    assumed : dict
        Column to the coaches for whom it was assumed.
    policy : Policy
    """
    found = []
    if not listed:
        text = said(
            "No list of coaches: the coaches are those whom clients have; nobody without clients is known."
        )
        found.append(Assumption(text, said("Add a sheet valmentajat with the column valmentaja."), coaches))
    elif strangers[0]:
        text = said(
            "{clients:,} clients have a coach who is not in the list of coaches; these coaches are added to it.",
            clients=strangers[1],
        )
        found.append(
            Assumption(text, said("Complete the list of coaches, or correct the clients."), strangers[0])
        )
    found += [
        Assumption(text, remedy, assumed[name]) for name, text, remedy in _of_the_list() if assumed[name]
    ]
    minutes = policy.capacity.full_time_minutes
    text = said(
        "A full-time coach has {minutes:,.0f} minutes ({hours:.0f} hours) a month for clients: an estimate.",
        minutes=minutes,
        hours=minutes / 60,
    )
    remedy = said("Give your own figure in a policy file: capacity, full_time_minutes.")
    return [*found, Assumption(text, remedy, coaches)]


def _of_the_list() -> tuple[tuple[str, Message, Message], ...]:
    """Column of the list of coaches, what is assumed without it, and what to add."""
    return (
        (
            "fte",
            said("The coach works full time."),
            said("Add työaika (fte) to the list of coaches, such as 0.8 or 80 %."),
        ),
        (
            "unit_id",
            said("The coach belongs to a unit of the municipality of the office."),
            said("Add yksikkö (unit) to the list of coaches."),
        ),
        (
            "municipality",
            said("The coach's office is where most of the coach's clients live."),
            said("Add toimipaikka (municipality) to the list of coaches."),
        ),
        (
            "serves",
            said(
                "The coach serves the municipalities of the present clients and of the office, and no others."
            ),
            said("Add palvelee (serves) to the list of coaches: municipalities, or * for all."),
        ),
        (
            "languages",
            said(
                "The coach works in Finnish, in Swedish if a client does, and in another language if at least 5 and a "
                "tenth of the clients do."
            ),
            said("Add kielet (languages) to the list of coaches."),
        ),
    )


def assumed_of_all(day: Date, dated: bool, clients: int, policy: Policy) -> list[Assumption]:
    """Return what is assumed of date, time and ways."""
    found = []
    if not dated:
        text = said("The workbook has no date: the day of the latest start, {day}, is taken.", day=day)
        found.append(Assumption(text, said("Give the day: --date."), clients))
    work, rhythm = policy.workload, policy.rhythm_on(day)
    text = said(
        "How much time a client takes follows from the service rhythm in force ({rhythm}) and the day of the start: a "
        "meeting of {meeting:.0f} minutes and {records:.0f} minutes of records, estimates.",
        rhythm=rhythm.name,
        meeting=work.meeting_minutes,
        records=work.record_minutes,
    )
    found.append(
        Assumption(text, said("Give your own figures in a policy file: workload, rhythms."), clients)
    )
    text = said(
        "Where client and coach share no language, an interpreter makes the meeting {share:.0f} % longer: an estimate.",
        share=100 * work.interpreter_share,
    )
    found.append(
        Assumption(text, said("Give your own figure in a policy file: workload, interpreter_share."), clients)
    )
    text = said("Ways between municipalities are estimated from their centres.")
    found.append(
        Assumption(text, said("Add a table travel to the folder region, with road minutes."), clients)
    )
    text = said("No absence, no pin, no barred pair and no household is known.")
    remedy = said(
        "Add the tables absences, pins and exclusions to the folder region, and the column household."
    )
    return [*found, Assumption(text, remedy, clients)]


def assumed_of_hours(coaches: int, full: float) -> Assumption:
    """Return what is assumed of working times in hours a week.

    Parameters
    ----------
    coaches : int
        For how many the hours are given.
    full : float
        Hours a week that are taken for full time.
    """
    text = said("Working times are hours a week; {hours:g} hours are taken for full time.", hours=full)
    return Assumption(text, said("Give työaika (fte) as a share or in per cent, such as 80 %."), coaches)


def assumed_of_starts(starts: pl.Series) -> list[Assumption]:
    """Return the assumption that the latest start is right, where it is far from nearly all the others.

    Parameters
    ----------
    starts : polars.Series
        Days of the starts.
    """
    days = starts.drop_nulls().to_physical()
    usual = days.quantile(USUAL, "nearest")
    latest = starts.max()
    if usual is None or not isinstance(latest, Date):
        return []
    days_after = (latest - EPOCH).days - int(usual)
    if days_after <= FAR_DAYS:
        return []
    text = said(
        "The latest start, {day}, is {days:,} days after 99 % of the others; the loads of today hang on it.",
        day=latest,
        days=days_after,
    )
    remedy = said("Correct it if it is a slip, or give the day: --date.")
    return [Assumption(text, remedy, int((days > usual).sum()))]
