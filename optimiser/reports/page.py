"""The report: one self-contained page that a manager understands without help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from optimiser.reports.bands import BANDS, band_names
from optimiser.reports.facts import ReportFacts
from optimiser.reports.sections import (
    background,
    headline,
    load,
    overload,
    people,
    proof,
    region,
    steps,
    treatment,
)
from optimiser.reports.texts import Texts, texts_in


def write_report(facts: ReportFacts, path: Path, language: str = "en") -> None:
    """Write the report page.

    Parameters
    ----------
    facts : ReportFacts
    path : pathlib.Path
        File to write; one HTML page that needs no network and no script.
    language : str
        Language of the texts.

    Raises
    ------
    OptimiserError
        Where there are no texts in that language.
    """
    path.write_bytes(report_page(facts, language).encode())


def report_page(facts: ReportFacts, language: str = "en") -> str:
    """Return the report page as HTML text; the same facts give the same text."""
    texts = texts_in(language)
    return drawn("report.html.j2", _content(facts, texts), texts)


def drawn(template: str, content: dict[str, Any], texts: Texts) -> str:
    """Return a page drawn from one of the templates, with the style of all pages."""
    room = Environment(
        loader=PackageLoader("optimiser.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
    room.globals["_"] = texts.gettext
    source, _file, _fresh = PackageLoader("optimiser.reports").get_source(room, "style.css")
    return room.get_template(template).render(content | {"style": source})


def _content(facts: ReportFacts, texts: Texts) -> dict[str, Any]:
    titles = _titles(texts)
    if facts.overload is None:
        del titles["overload"]
    listed = steps.steps_section(facts, texts)
    # One list of moves a page: where there are steps, their order and gains stand alone.
    del titles["steps" if listed is None else "moves"]
    return {
        "language": texts.language,
        **_top(facts, texts),
        "titles": titles,
        "contents": [("bands-title" if key == "bands" else key, title) for key, title in titles.items()],
        "notices": _notices(facts, texts),
        "bands": [
            {"style": band.style, "name": name} for band, name in zip(BANDS, band_names(texts), strict=True)
        ],
        "relief": people.relief_table(facts, texts),
        "steps": listed,
        "load_rows": load.load_rows(facts, texts),
        "coaches": load.coach_table(facts, texts),
        "region_bands": load.region_bands(facts, texts),
        "spread": load.spread_table(facts, texts),
        "overload": overload.overload_section(facts, texts),
        "region": region.region_section(facts, texts),
        "ratios": treatment.ratio_table(facts, texts),
        "treatment": treatment.treatment_parts(facts, texts),
        "statuses": people.status_table(facts, texts),
        "service": people.service_table(facts, texts),
        "unserved": people.unserved_table(facts, texts),
        "unserved_note": people.unserved_note(facts, texts),
        **_end(facts, texts),
    }


def _end(facts: ReportFacts, texts: Texts) -> dict[str, Any]:
    return {
        "cost": proof.cost_table(facts, texts),
        "proof": proof.proof_sentences(facts, texts),
        "robustness": proof.robustness_table(facts, texts),
        "robustness_sentence": proof.robustness_sentence(facts, texts),
        "assumptions": background.assumption_table(facts, texts),
        "glossary": background.glossary(texts),
        "origin": background.origin_table(facts, texts),
    }


def _top(facts: ReportFacts, texts: Texts) -> dict[str, Any]:
    _ = texts.gettext
    snapshot = facts.snapshot
    day = texts.day(snapshot.date)
    kicker = _("Facts of {day} · policy “{policy}”").format(day=day, policy=facts.policy.name)
    return {
        "title": _("A coach for every client: proposal for {region}").format(
            region=snapshot.region or _("the region")
        ),
        "kicker": kicker,
        "headline": headline.headline(facts, texts),
        "figures": headline.key_figures(facts, texts),
    }


def _titles(texts: Texts) -> dict[str, str]:
    """Return section id to title, in the order of the page."""
    _ = texts.gettext
    return {
        "moves": _("The first moves"),
        "steps": _("The move list"),
        "load": _("Load of each coach"),
        "bands": _("How many coaches are full"),
        "overload": _("What is behind an overload"),
        "region": _("The region on a map"),
        "municipalities": _("The municipalities"),
        "treatment": _("Equal treatment"),
        "clients": _("What happens to the clients"),
        "unserved": _("Clients without a coach"),
        "cost": _("What the plan costs"),
        "proof": _("How good the plan is"),
        "assumptions": _("What is estimated"),
        "words": _("Ten words"),
        "origin": _("Where this page comes from"),
    }


def _notices(facts: ReportFacts, texts: Texts) -> list[str]:
    """Return what a reader must know before the figures: rows set aside, assumptions, protected addresses."""
    set_aside = facts.snapshot.set_aside
    apart, usual = sum(not row.used for row in set_aside), sum(row.used for row in set_aside)
    notices = []
    if apart:
        text = texts.ngettext(
            "{rows} row could not be used and was set aside: see the sheet Set aside of the workbook.",
            "{rows} rows could not be used and were set aside: see the sheet Set aside of the workbook.",
            apart,
        )
        notices.append(text.format(rows=texts.number(apart)))
    if usual:
        text = texts.ngettext(
            "{rows} row took the policy's default for a value that is not known.",
            "{rows} rows took the policy's default for a value that is not known.",
            usual,
        )
        notices.append(text.format(rows=texts.number(usual)))
    protected = headline.protected_sentence(facts, texts)
    told = [texts.of(notice) for notice in facts.snapshot.notices]
    return notices + told + ([protected] if protected else [])
