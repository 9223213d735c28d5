"""A letter to a client: who the coach is and why, in short sentences, on the screen or on one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from optimiser.allocation.letter import CHANGED, NEW, NONE, SAME, Letter
from optimiser.domain.texts import mark
from optimiser.reports.page import drawn
from optimiser.reports.texts import Texts

MARK = '<meta name="generator" content="optimiser letter">'
"""By which a page is known again as a letter."""
TITLES = {
    NEW: mark("You have a coach of your own"),
    CHANGED: mark("Your coach changes"),
    SAME: mark("Your coach stays the same"),
    NONE: mark("You do not have a coach yet"),
}
LEADS = {
    NEW: mark("Your coach is {coach}."),
    CHANGED: mark("Your new coach is {coach}."),
    SAME: mark("Your coach is still {coach}."),
    NONE: mark("An official looks for a coach for you. We will tell you as soon as you have one."),
}
GROUNDS = {
    "wish": mark("You wished for this coach."),
    "settled": mark("Your coach changed not long ago. That is why your coach stays the same now."),
    "present": mark("This coach is responsible for your service already."),
    "known": mark("You can go on working with a coach whom you know."),
    "former_municipality": mark("Your home municipality is {name}. Your former coach does not serve it."),
    "former_language": mark("Your former coach does not work in your language."),
    "former_age": mark("Your former coach works with clients of another age."),
    "former_travel": mark("You meet your coach in person. Your former coach cannot do that near your home."),
    "integration_ended": mark("Your integration period has ended. That is why you get another coach now."),
    "integration_begun": mark(
        "You are in your integration period. In that time you have a coach who works with it."
    ),
    "nearer": mark("The office of your new coach is nearer to your home municipality."),
    "language_gained": mark("Your new coach works in a language that you know. You need no interpreter."),
    "specialism_gained": mark("Your coach changes because the new coach knows well what you need."),
    "balance": mark("We share out the work so that every coach has time for the clients."),
    "shared": mark(
        "The coaches' work has been shared out anew so that every coach has time for the clients. That is why "
        "your coach changes too."
    ),
    "arranged": mark(
        "Coaches have been chosen anew for many clients at once so that the service fits better on the whole. "
        "That is why your coach changes too."
    ),
    "municipality": mark("Your home municipality is {name}. This coach serves it."),
    "integration": mark("This coach works with clients who are in their integration period."),
    "language": mark("This coach works in your language."),
    "language_other": mark("This coach works in a language that you know."),
    "interpreter": mark("An interpreter helps you and the coach when you need one."),
    "age": mark("This coach works with clients of your age."),
    "specialism": mark("This coach knows well what you need."),
    "office": mark("You can meet the coach in person. The municipality of the office is {name}."),
    "phone": mark("You meet the coach by telephone."),
    "remote": mark("You meet the coach over a remote connection."),
}
"""What may be told, by the code of a `Ground`."""


@dataclass(frozen=True)
class Written:
    """A letter in words.

    Attributes
    ----------
    title, lead : str
        What it is about, and the one sentence that matters.
    about : tuple of str
        Unit, and whether an official has confirmed it.
    why_title, next_title, rights_title : str
        Headings.
    why, following, rights : tuple of str
        Sentences below them; `why` may be empty.
    foot : str
        Client and day of the facts.
    """

    title: str
    lead: str
    about: tuple[str, ...]
    why_title: str
    why: tuple[str, ...]
    next_title: str
    following: tuple[str, ...]
    rights_title: str
    rights: tuple[str, ...]
    foot: str


def written(letter: Letter, texts: Texts, names: Mapping[str, str]) -> Written:
    """Return a letter in words.

    Parameters
    ----------
    letter : Letter
        What may be told.
    texts : Texts
        The client's language.
    names : mapping
        Coach id to name; a coach without one is called by the id.
    """
    _ = texts.gettext
    coach = names.get(letter.coach_id or "", letter.coach_id or "")
    return Written(
        title=_(TITLES[letter.kind]),
        lead=_(LEADS[letter.kind]).format(coach=coach),
        about=_about(letter, texts),
        why_title=_("Why this coach?"),
        why=tuple(_(GROUNDS[ground.code]).format(name=ground.name) for ground in letter.grounds),
        next_title=_("What happens next?"),
        following=_following(letter, texts),
        rights_title=_("Your rights"),
        rights=(
            _("You may wish for a certain coach. An official decides on it.")
            if letter.kind == NONE
            else _("You may wish for another coach. An official decides on it."),
            _("You may use Finnish or Swedish with us."),
            _("You may ask what information is held on you."),
        ),
        foot=_("Client {client}. Facts of {day}.").format(client=letter.client_id, day=texts.day(letter.day)),
    )


def _about(letter: Letter, texts: Texts) -> tuple[str, ...]:
    _ = texts.gettext
    lines = [_("The coach works in this unit: {unit}.").format(unit=letter.unit)] if letter.unit else []
    if letter.kind in (NEW, CHANGED):
        if letter.confirmed is None:
            lines.append(_("This is a draft. It holds only when an official has confirmed it."))
        else:
            day = texts.day(letter.confirmed)
            lines.append(_("An official has confirmed this on {day}.").format(day=day))
    return tuple(lines)


def _following(letter: Letter, texts: Texts) -> tuple[str, ...]:
    _ = texts.gettext
    lines = []
    if letter.kind == SAME:
        lines.append(
            _("Nothing changes. Your meetings go on as agreed.") if letter.meeting else _("Nothing changes.")
        )
    elif letter.week is not None:
        day = texts.day(letter.week)
        lines.append(_("The coach begins with you in the week that starts on {day}.").format(day=day))
    if letter.kind in (NEW, CHANGED):
        lines.append(_("The coach will contact you and agree with you on the first meeting."))
    if letter.unit:
        lines.append(_("If you have questions, contact the unit: {unit}.").format(unit=letter.unit))
    else:
        text = _("If you have questions, contact the employment services of your municipality: {name}.")
        lines.append(text.format(name=letter.municipality))
    return tuple(lines)


def letter_text(letter: Letter, texts: Texts, names: Mapping[str, str]) -> str:
    """Return a letter as plain text, without an end of line at the end."""
    found = written(letter, texts, names)
    parts = ["\n".join([found.title, "", found.lead, *found.about])]
    for title, lines in (
        (found.why_title, found.why),
        (found.next_title, found.following),
        (found.rights_title, found.rights),
    ):
        if lines:
            parts.append("\n".join([title, *(f"- {line}" for line in lines)]))
    return "\n\n".join([*parts, found.foot])


def letter_page(letter: Letter, texts: Texts, names: Mapping[str, str]) -> str:
    """Return a letter as one printable page."""
    found = written(letter, texts, names)
    return drawn("letter.html.j2", {"language": texts.language, "letter": found, "mark": MARK}, texts)
