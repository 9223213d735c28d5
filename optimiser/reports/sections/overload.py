"""What is behind an overload: how much moving, rules and coach time account for, in whole hours."""

from __future__ import annotations

from dataclasses import dataclass

from optimiser.allocation.overload.result import Overload
from optimiser.allocation.overload.told import (
    HOUR,
    Area,
    Hours,
    hours_of,
    told_areas,
    told_coaches,
    told_municipalities,
)
from optimiser.reports.charts.bands_chart import BandsChart
from optimiser.reports.charts.overload_chart import STYLES, overload_chart, overload_parts
from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import Cell, PageTable, cells, headings
from optimiser.reports.texts import Texts

MOST_BARS = 8
"""Areas drawn; the table has them all."""
MOST_NAMES = 3
"""Municipalities named of one area."""


@dataclass(frozen=True)
class OverloadSection:
    """What the page shows of an overload.

    Attributes
    ----------
    sentences : tuple of str
        The answer first; one line where nothing is above capacity.
    chart : BandsChart or None
        None, as the tables, where there is nothing to show.
    legend : list of dict
        style and name of each part.
    parts, areas, rules, municipalities, coaches : PageTable or None
        `areas` and `rules` are None also where they would say nothing more than `parts`.
    """

    sentences: tuple[str, ...]
    chart: BandsChart | None = None
    legend: tuple[dict[str, str], ...] = ()
    parts: PageTable | None = None
    areas: PageTable | None = None
    rules: PageTable | None = None
    municipalities: PageTable | None = None
    coaches: PageTable | None = None


def overload_section(facts: ReportFacts, texts: Texts) -> OverloadSection | None:
    """Return the section, None where it was not asked what is behind the overload."""
    found = facts.overload
    if found is None:
        return None
    hours = hours_of(found.total)
    sentences = (*overload_sentences(found, texts),)
    if not hours.present and not hours.newcomers:
        return OverloadSection(sentences)
    areas = told_areas(found)
    return OverloadSection(
        sentences=(*sentences, _careful(texts)),
        chart=overload_chart(_lines(facts, areas, hours, texts), texts),
        legend=tuple(
            {"style": style, "name": name} for style, name in zip(STYLES, overload_parts(texts), strict=True)
        ),
        parts=_parts_table(hours, texts) if hours.present else None,
        areas=_area_table(facts, areas, texts) if len(areas) > 1 else None,
        rules=_rule_table(found, texts) if hours.rules and found.rules else None,
        municipalities=_municipality_table(facts, found, texts) if hours.present else None,
        coaches=_coach_table(facts, found, texts) if hours.present else None,
    )


def overload_sentences(found: Overload, texts: Texts) -> tuple[str, ...]:
    """Return the answer in one sentence, and one on newcomers where they bring anything."""
    _ = texts.gettext
    hours = hours_of(found.total)
    if hours.present:
        answer = _("Of {present} hours a month above capacity, {moving}, {rules} and {hiring}.").format(
            present=texts.number(hours.present),
            moving=_moving(hours, texts),
            rules=_held(found, hours, texts),
            hiring=_hiring(hours, texts),
        )
    elif found.coaches["excess_minutes"].sum() > 0:
        answer = _("Less than one hour a month is above capacity: nothing to explain.")
    else:
        answer = _("No coach is above capacity with the clients of today: nothing to explain.")
    return (answer, *_newcomers(found, hours, texts))


def _moving(hours: Hours, texts: Texts) -> str:
    if not hours.moving:
        return texts.gettext("none can be moved away")
    return texts.gettext("{hours} can be moved away under the rules").format(hours=texts.number(hours.moving))


def _held(found: Overload, hours: Hours, texts: Texts) -> str:
    _ = texts.gettext
    if not hours.rules:
        return _("none is held by rules that could be lifted")
    strongest = max(found.rules, key=lambda share: share.first)
    free = round(strongest.first / HOUR)
    held = _("{hours} are held by rules").format(hours=texts.number(hours.rules))
    if not free:
        return _("{held} (by several together: lifting one alone frees nothing)").format(held=held)
    return _("{held} (lifting the rule “{rule}” alone would free {hours})").format(
        held=held, rule=rule_words(texts)[strongest.name][0], hours=texts.number(free)
    )


def _hiring(hours: Hours, texts: Texts) -> str:
    if not hours.hiring:
        return texts.gettext("none needs more coach time")
    return texts.gettext("{hours} need more coach time").format(hours=texts.number(hours.hiring))


def _newcomers(found: Overload, hours: Hours, texts: Texts) -> tuple[str, ...]:
    """What those without a coach bring; nothing to say where there are none."""
    if not found.newcomers:
        return ()
    told = texts.ngettext(
        "{clients} client without a coach brings {hours} hours more above capacity, however the work is shared",
        "{clients} clients without a coach bring {hours} hours more above capacity, however the work is shared",
        found.newcomers,
    ).format(clients=texts.number(found.newcomers), hours=texts.number(hours.newcomers))
    if found.hopeless:
        told = texts.gettext(
            "{told}; {clients} of them no coach may serve even then, and they are not counted in it"
        ).format(told=told, clients=texts.number(found.hopeless))
    return (texts.gettext("{sentence}.").format(sentence=told),)


def _careful(texts: Texts) -> str:
    return texts.gettext(
        "Above capacity means load above 100 %, whatever limit the policy allows. The hours are the least that "
        "any way of sharing the work leaves, households counted one by one: a plan may leave a little more. "
        "The minutes behind them are estimates."
    )


def _lines(
    facts: ReportFacts, areas: tuple[Area, ...], hours: Hours, texts: Texts
) -> list[tuple[str, Hours]]:
    lines = [(texts.gettext("All coaches"), hours)]
    if len(areas) > 1:
        largest = sorted(areas, key=lambda a: -(a.hours.present + a.hours.newcomers))[:MOST_BARS]
        lines += [(area_name(facts, area, texts), area.hours) for area in areas if area in largest]
    return lines


def area_name(facts: ReportFacts, area: Area, texts: Texts) -> str:
    """Return what people call the coaches of an area: their offices, and whether for integration."""
    _ = texts.gettext
    if not area.municipalities:
        return _("Small groups together")
    known = facts.municipality_names()
    name = ", ".join(known[code] for code in area.municipalities[:MOST_NAMES])
    more = len(area.municipalities) - MOST_NAMES
    if more > 0:
        name = _("{names} and {more} more").format(names=name, more=texts.number(more))
    return _("{names} (integration)").format(names=name) if area.integration else name


def _parts_table(hours: Hours, texts: Texts) -> PageTable:
    _ = texts.gettext
    named = (
        (_("Can be moved away"), hours.moving, _("goes if clients change coach as the rules allow")),
        (_("Held by rules"), hours.rules, _("goes only if rules that could be lifted are lifted as well")),
        (_("Needs more coach time"), hours.hiring, _("stays whoever serves whom: hire, or less work")),
    )
    rows = [
        cells(name, meaning, texts.number(part), texts.share(part / hours.present))
        for name, part, meaning in named
    ]
    whole = cells(_("Above capacity now"), "", texts.number(hours.present), texts.share(1.0))
    return PageTable(
        _("What is behind the load above capacity"),
        headings(_("Part"), _("Meaning"), "#" + _("Hours a month"), "#" + _("Share")),
        (*rows, whole),
    )


def _area_table(facts: ReportFacts, areas: tuple[Area, ...], texts: Texts) -> PageTable:
    _ = texts.gettext
    rows = tuple(
        cells(
            area_name(facts, a, texts),
            *(
                texts.number(n)
                for n in (a.coaches, a.hours.present, a.hours.moving, a.hours.rules, a.hours.hiring)
            ),
            texts.number(a.hours.newcomers),
        )
        for a in areas
    )
    return PageTable(
        _("By groups of coaches who could relieve each other if those rules were lifted (hours a month)"),
        headings(
            _("Offices"),
            "#" + _("Coaches"),
            "#" + _("Above capacity"),
            "#" + _("Can be moved away"),
            "#" + _("Held by rules"),
            "#" + _("Needs more coach time"),
            "#" + _("Newcomers bring"),
        ),
        rows,
    )


def rule_words(texts: Texts) -> dict[str, tuple[str, str]]:
    """Return rule name to what people call it and what it demands."""
    _ = texts.gettext
    return {
        "municipality": (_("municipality"), _("the coach serves the client's municipality")),
        "language": (_("language"), _("the coach works in a language of the client")),
        "age_group": (_("age group"), _("the coach serves the client's age group")),
        "integration_unit": (_("integration unit"), _("integration clients have a unit of their own")),
        "presence": (_("presence"), _("the coach has started and has not left")),
        "exclusion": (_("exclusion"), _("some pairs are ruled out")),
        "travel": (_("travel"), _("who is met in person is within reach")),
        "recent_change": (_("recent change"), _("nobody changes coach again soon")),
        "protection": (_("protected relationships"), _("some relationships are not broken")),
        "freeze": (_("frozen coaches"), _("some coaches keep their clients and take none of others")),
        "team": (_("team"), _("clients stay inside the present coach's unit")),
    }


def _rule_table(found: Overload, texts: Texts) -> PageTable:
    _ = texts.gettext
    words = rule_words(texts)
    rows = tuple(
        cells(
            *words[share.name],
            texts.number(round(share.first / HOUR)),
            texts.number(round(share.last / HOUR)),
        )
        for share in found.rules
    )
    return PageTable(
        _("Rules that could be lifted, and the hours a month that each holds"),
        headings(
            _("Rule"),
            _("What it demands"),
            "#" + _("Freed if this one alone is lifted"),
            "#" + _("Held if all but this one are lifted"),
        ),
        rows,
    )


def _municipality_table(facts: ReportFacts, found: Overload, texts: Texts) -> PageTable:
    _ = texts.gettext
    names, few = facts.municipality_names(), Cell(_("held back"), hidden=True)
    rows = tuple(
        cells(
            names[code],
            few if clients is None else texts.number(clients),
            few if hours is None else texts.number(hours),
        )
        for code, clients, hours in told_municipalities(found).iter_rows()
    )
    return PageTable(
        _("Hours a month above capacity by the municipality of the clients behind them"),
        headings(_("Municipality"), "#" + _("Clients"), "#" + _("Hours above capacity")),
        rows,
        folded=_("Show the municipalities"),
    )


def _coach_table(facts: ReportFacts, found: Overload, texts: Texts) -> PageTable:
    _ = texts.gettext
    units, names = facts.coaches().select("coach_id", "unit_id"), facts.unit_names()
    told = units.join(told_coaches(found), on="coach_id", how="inner", maintain_order="left")
    rows = tuple(
        cells(facts.coach(coach), names.get(unit, unit), _few_hours(hours, texts), texts.number(least))
        for coach, unit, hours, least in told.iter_rows()
    )
    return PageTable(
        _("Coaches above capacity, by unit and id (hours a month)"),
        headings(
            _("Coach"),
            _("Unit"),
            "#" + _("Above capacity"),
            "#" + _("Left if this coach comes first and no colleague's excess grows"),
        ),
        rows,
        folded=_("Show the coaches above capacity"),
    )


def _few_hours(hours: int, texts: Texts) -> str:
    return texts.number(hours) if hours else texts.gettext("less than 1")
