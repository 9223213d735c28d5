"""What stands behind the figures: estimates, words, where the page comes from."""

from __future__ import annotations

from optimiser.domain.policy import Policy
from optimiser.domain.travel import ROAD_KM_PER_MINUTE
from optimiser.reports.facts import ReportFacts
from optimiser.reports.layout import PageTable, cells, headings
from optimiser.reports.texts import DASH, Texts


def assumption_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return the figures that nobody has measured, each marked as estimate or as set in the policy."""
    _ = texts.gettext
    policy, usual = facts.policy, Policy()
    marks = (_("set in the policy"), _("estimate"))
    rows = [
        cells(name, value, marks[value == standard])
        for name, value, standard in _paired(policy, usual, texts)
    ]
    if facts.snapshot.travel.is_empty():
        speed = _("{speed} km an hour along the chain of neighbours").format(
            speed=texts.number(ROAD_KM_PER_MINUTE * 60)
        )
        rows.append(cells(_("Roads"), speed, _("estimate")))
    rhythm = policy.rhythm_on(facts.snapshot.date)
    meetings = " / ".join(texts.number(phase.meetings, 2) for phase in rhythm.phases)
    rows.append(
        cells(
            _("Meetings a month in the service rhythm “{rhythm}”").format(rhythm=rhythm.name),
            meetings,
            _("rule and estimate"),
        )
    )
    return PageTable(
        _("Assumptions behind the minutes"),
        headings(_("Assumption"), _("Value"), _("Where it comes from")),
        tuple(rows),
    )


def _paired(policy: Policy, usual: Policy, texts: Texts) -> list[tuple[str, str, str]]:
    """Return (name, value in force, usual value) of every assumption."""
    both = zip(_values(policy, texts), _values(usual, texts), strict=True)
    return [(name, value, standard) for (name, value), (_name, standard) in both]


def _values(policy: Policy, texts: Texts) -> list[tuple[str, str]]:
    _ = texts.gettext
    work, prices = policy.workload, policy.prices
    minutes = _("{minutes} minutes")

    def of(value: float) -> str:
        return minutes.format(minutes=texts.number(value, 0 if value == int(value) else 1))

    needs = " / ".join(texts.number(work.need_minutes[level]) for level in sorted(work.need_minutes))
    handover = _("{minutes} minutes once, spread over {months} months").format(
        minutes=texts.number(prices.handover.minutes), months=texts.number(prices.handover.horizon_months)
    )
    return [
        (_("One meeting"), of(work.meeting_minutes)),
        (_("Records after a meeting"), of(work.record_minutes)),
        (_("Extra minutes a month by need level, from 1 to 4"), needs),
        (_("Several agencies involved, extra a month"), of(work.multi_agency_minutes)),
        (_("Each service under way, extra a month"), of(work.service_minutes)),
        (_("Extra meeting time with an interpreter"), texts.share(work.interpreter_share)),
        (_("Client time of a full-time coach a month"), of(policy.capacity.full_time_minutes)),
        (_("A change of coach costs"), handover),
        (_("Share of travel time that counts"), texts.share(prices.travel_share)),
        (_("A client whose specialism the coach lacks, a month"), of(prices.specialism)),
    ]


def glossary(texts: Texts) -> tuple[tuple[str, str], ...]:
    """Return the ten words a reader of the page needs."""
    _ = texts.gettext
    return (
        (_("Capacity"), _("Minutes a month that a coach has for clients, after absences and reserved time.")),
        (_("Demand"), _("Minutes of coach time a month that a client needs.")),
        (_("Load"), _("The demand of all clients of a coach together; in per cent of the capacity.")),
        (
            _("Load band"),
            _(
                "Below 95 % there is room; 95–100 % is full; up to 110 % is strained; above it the service rhythm breaks."
            ),
        ),
        (_("Kept"), _("The client keeps the present coach.")),
        (
            _("Moved"),
            _("The client could have stayed, but another coach is worth more than the handover costs."),
        ),
        (_("Forced"), _("A rule bars the present coach, so the client has to change.")),
        (_("New"), _("The client had no coach before.")),
        (
            _("Price"),
            _("What something undesired counts, in minutes of coach time a month; set in the policy."),
        ),
        (
            _("Proof"),
            _(
                "A figure that no plan whatever can go below, worked out from the same facts; anyone can recompute it."
            ),
        ),
    )


def origin_table(facts: ReportFacts, texts: Texts) -> PageTable:
    """Return where the page comes from: what is needed to make the same plan again."""
    _ = texts.gettext
    summary, snapshot = facts.summary, facts.snapshot
    versions = summary.get("versions") or {}
    rows = [
        cells(_("Region"), snapshot.region or DASH),
        cells(_("Facts hold on"), texts.day(snapshot.date)),
        cells(_("Source"), snapshot.source or DASH),
        cells(_("Policy"), facts.policy.name),
        cells(_("Fingerprint of the facts"), facts.plan.certificate.fingerprint),
        cells(_("Fingerprint of the policy"), facts.plan.certificate.policy_fingerprint),
        cells(_("Seed"), str(summary.get("seed", DASH))),
        cells(_("Versions"), ", ".join(f"{name} {versions[name]}" for name in sorted(versions)) or DASH),
    ]
    return PageTable(
        _("What is needed to make the same plan again"), headings(_("What"), _("Value")), tuple(rows)
    )
