"""Words for the codes that tables hold: readers see them on pages and in workbooks; files keep the codes."""

from __future__ import annotations

from optimiser.domain.columns import Column
from optimiser.domain.languages import LANGUAGE_NAMES
from optimiser.domain.texts import mark
from optimiser.reports.texts import Texts

WORDS = {
    "kept": mark("kept"),
    "moved": mark("moved"),
    "forced": mark("forced"),
    "new": mark("new"),
    "unserved": mark("unserved"),
    "placement": mark("placement"),
    "move": mark("move"),
    "exchange": mark("exchange"),
    "chain": mark("chain"),
    "bundle": mark("bundle"),
    "first": mark("first interview"),
    "campaign": mark("campaign"),
    "rhythm": mark("rhythm"),
    "agreed": mark("agreed"),
    "in_person": mark("in person"),
    "phone": mark("by telephone"),
    "remote": mark("remote"),
    "covered": mark("covered"),
    "late": mark("late"),
    "nobody": mark("nobody"),
    "waits": mark("waits"),
    "integration_ends": mark("integration period ends"),
    "coach_ends": mark("coach ends"),
    "age_group_ends": mark("age group ends"),
    "household": mark("household"),
    "proposed": mark("proposed"),
    "confirmed": mark("confirmed"),
    "confirm_anew": mark("confirm anew"),
    "withdrawn": mark("withdrawn"),
    "leaver": mark("of the leaver"),
    "batch": mark("batch"),
    "waiting": mark("waiting"),
    "taken_in": mark("taken in"),
    "elsewhere": mark("elsewhere"),
    "accepted": mark("accepted"),
    "rejected": mark("rejected"),
    "client_wish": mark("client's wish"),
    "conflict_of_interest": mark("conflict of interest"),
    "language_rights": mark("language rights"),
    "safety": mark("safety"),
    "continuity": mark("continuity"),
    "trial_decision": mark("decision of the trial"),
    "other": mark("other"),
    "job_found": mark("found a job"),
    "earnings_related": mark("right to an earnings-related allowance"),
    "moved_away": mark("moved away"),
    "target_group_ended": mark("no longer in the target group"),
    "transferred": mark("transferred"),
    "not_known": mark("not known"),
    "returned": mark("returned"),
    "stated": mark("stated"),
    "derived": mark("derived"),
    "asked": mark("to be asked"),
    "entered": mark("entered"),
    "overtaken": mark("overtaken"),
    "gone": mark("gone"),
    "changed": mark("changed"),
    "absence": mark("absence"),
    "absence_over": mark("absence over"),
    "pin": mark("pin"),
    "exclusion": mark("exclusion"),
    "client_gone": mark("client has left"),
    "coach_gone": mark("coach has left"),
    "expired": mark("expired"),
    "excluded": mark("excluded"),
    "barred": mark("barred by a rule"),
    "language": mark("language"),
    "other_languages": mark("other languages"),
    "need_level": mark("need level"),
    "multi_agency": mark("several agencies"),
    "extra_meetings": mark("extra meetings"),
    "specialism": mark("specialism"),
    "channel": mark("channel"),
    "integration_until": mark("end of the integration period"),
    "together": mark("reasons of few clients, together"),
}
"""Code to its word in English; a code means the same in every table."""


def word(code: str, texts: Texts) -> str:
    """Return the word for a code; a code that is not here is data and stays as it is."""
    return texts.gettext(WORDS[code]) if code in WORDS else code


def language_names(texts: Texts) -> dict[str, str]:
    """Return language code to name; a code that is not here is shown as it is."""
    return {code: texts.gettext(name) for code, name in LANGUAGE_NAMES.items()}


def words_of(column: Column, texts: Texts) -> dict[str, str]:
    """Return code to word for the cells of a declared column; empty where its cells are no codes."""
    if column.name == "language":
        return language_names(texts)
    return {code: word(code, texts) for code in column.choices if code in WORDS}
