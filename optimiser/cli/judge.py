"""`optimiser check` and `optimiser explain`: a plan that lies in a folder, seen from the facts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from optimiser.allocation.explain import LIMITS, Explanation
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.cli.speak import tell, texts
from optimiser.cli.stopwatch import Stopwatch
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Certificate, Finding
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.domain.texts import Message, mark, said, several
from optimiser.reports.words import word
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current

PRICE_HEADINGS = {
    "travel": mark("travel"),
    "interpreter": mark("interpreter"),
    "specialism": mark("specialism"),
    "handover": mark("handover"),
    "load": mark("load"),
    "overload": mark("overload"),
}
"""Name of a price to its heading."""
SHOWN = 20
"""Findings of one name shown; the count stands above them."""


ROWS = {"status", "previous_coach_id", "demand_minutes", "travel_minutes"}
FIGURES = {"objective_minutes", "overload_minutes", "unserved_weighted"}
"""Findings that a plan edited by hand has even where it keeps every rule: its rows, and what follows."""


def check_plan(
    region: Path, plan: Path, policy_file: Path | None, set_aside: bool, headings: Path | None
) -> bool:
    """Check a plan and print the verdict; False where there are findings."""
    from optimiser.quality.check import check

    with Stopwatch() as watch:
        snapshot, policy, rows = _read(region, plan, policy_file, set_aside, headings, watch)
        folder = plan if plan.is_dir() else plan.parent
        certificate = _certificate(folder / "certificate.json")
        with watch.phase("check"):
            verdict = check(snapshot, policy, rows, certificate)
    _print_findings(verdict.findings)
    found = verdict.recount
    tell(
        several(
            "{count:,} client recounted from the facts: {cost:,.2f} minutes a month, {unserved:,} unserved.",
            "{count:,} clients recounted from the facts: {cost:,.2f} minutes a month, {unserved:,} unserved.",
            snapshot.clients.height,
            cost=found.objective_minutes,
            unserved=found.unserved,
        )
    )
    names = {finding.name for finding in verdict.findings}
    if "fingerprint" in names:
        _say_of_other_facts(plan, snapshot, certificate)
    elif found.bound_minutes is not None and found.unserved_bound is not None:
        tell(
            said(
                "From the multipliers of the certificate: no plan can cost less than {bound:,.2f} minutes with so "
                "many unserved, nor leave fewer than {fewest:.0f} (weighted).",
                bound=found.bound_minutes,
                fewest=found.unserved_bound,
            )
        )
    if names & ROWS and "fingerprint" not in names and found.bound_minutes is not None:
        base = found.objective_minutes - found.overload_minutes
        above = (found.objective_minutes - found.bound_minutes) / base if base > 0 else 0.0
        tell(_as_they_stand(found.objective_minutes, 100 * above, names <= ROWS | FIGURES))
    count = len(verdict.findings)
    tell(several("{count:,} finding.", "{count:,} findings.", count) if count else said("No findings."))
    return not count


def _as_they_stand(cost: float, above: float, lawful: bool) -> Message:
    """How good rows are that are not those of the certificate; `above` in per cent."""
    if lawful:
        return said(
            "The rows are not those that were certified. As they stand they cost {cost:,.0f} minutes a month, "
            "within {above:.3f} % of the best, and keep every rule and limit.",
            cost=cost,
            above=above,
        )
    return said(
        "The rows are not those that were certified. As they stand they cost {cost:,.0f} minutes a month, "
        "within {above:.3f} % of the best.",
        cost=cost,
        above=above,
    )


def _say_of_other_facts(plan: Path, snapshot: Snapshot, certificate: Certificate | None) -> None:
    """Whose plan this is, and where its facts may lie."""
    tell(
        said(
            "The plan was made of the snapshot {made_of}; these facts are {facts} of {day}, or the policy is "
            "another. Its proof says nothing here.",
            made_of=certificate.fingerprint[:12] if certificate else said("unknown"),
            facts=snapshot.fingerprint()[:12],
            day=snapshot.date,
        )
    )
    if (plan / "snapshot").is_dir():
        command = f"optimiser check {plan / 'snapshot'} {plan}"
        tell(said("The facts it was made of lie beside it: {command}", command=command))


def _print_findings(findings: tuple[Finding, ...]) -> None:
    """How many of each name, then the first of each."""
    by_name: dict[str, list[Finding]] = {}
    for finding in findings:
        by_name.setdefault(finding.name, []).append(finding)
    for name, found in by_name.items():
        tell(said("{findings:,} x {name}", findings=len(found), name=name) if len(found) > 1 else name)
        for finding in found[:SHOWN]:
            place = f"{finding.name} {finding.subject}".strip()
            tell(said("  {place}: {finding}", place=place, finding=finding.text))
        if len(found) > SHOWN:
            tell(said("  … and {more:,} more of {name}", more=len(found) - SHOWN, name=name))


def explain_client(
    region: Path,
    plan: Path,
    client: str,
    policy_file: Path | None,
    set_aside: bool,
    headings: Path | None,
    most: int,
) -> None:
    """Print why a client has the coach that the plan proposes."""
    from optimiser.allocation.explain import explain

    with Stopwatch() as watch:
        snapshot, policy, rows = _read(region, plan, policy_file, set_aside, headings, watch)
        with watch.phase("encode"):
            found = explain(snapshot, policy, rows, client)
    row = rows.filter(pl.col("client_id") == client).row(0, named=True)
    _print_explanation(found, most)
    if row["barred_by"]:
        tell(said("What bars the coaches: {rules}.", rules=row["barred_by"]))
    if row["repair"]:
        tell(said("Cheapest repairs: {repairs}.", repairs=row["repair"]))


def _print_explanation(found: Explanation, most: int) -> None:
    screen = Console(highlight=False)
    # Into a file or a pipe the table is written as wide as it is.
    console = screen if screen.is_terminal else Console(highlight=False, width=160)
    told = texts().of
    none = said("none")
    console.print(
        told(
            said(
                "[bold]{client}[/bold]: {status}, coach {coach} (present coach {present})",
                client=found.client_id,
                status=word(found.status, texts()),
                coach=found.coach_id or none,
                present=found.previous_coach_id or none,
            )
        )
    )
    console.print(found.reason)
    console.print(told(said("Demand {minutes:.1f} minutes a month.", minutes=found.demand_minutes)))
    if found.household:
        console.print(told(household_line(found.household)))
    console.print(_alternatives(found, most))
    more = len(found.alternatives) - most
    if more > 0:
        line = said("… and {more} more who may (--most {all}).", more=more, all=len(found.alternatives))
        console.print(told(line))
    _print_barred(console, found.barred)


def household_line(others: Sequence[str]) -> Message:
    """Whose figures they are where a household has one coach together."""
    return said("One household with {clients}; the figures are for all of them.", clients=", ".join(others))


def _alternatives(found: Explanation, most: int) -> Table:
    """The coaches who may serve, with their prices."""
    _ = texts().gettext
    table = Table(title=_("Coaches who may serve the client, minutes a month"))
    names = sorted({name for a in found.alternatives for name in a.prices})
    table.add_column(_("coach"))
    for heading in (_("difference"), *(_(PRICE_HEADINGS[name]) for name in names), _("then full")):
        table.add_column(heading, justify="right")
    table.add_column(_("would break"))
    for a in found.alternatives[:most]:
        figures = (a.difference, *(a.prices[name] for name in names), 100 * a.utilisation)
        forms = ("{figure:+.1f}", *("{figure:.1f}" for _name in names), "{figure:.0f} %")
        cells = [texts().of(said(form, figure=f)) for form, f in zip(forms, figures, strict=True)]
        table.add_row(a.coach_id, *cells, ", ".join(_(LIMITS[limit]) for limit in a.breaks))
    return table


def _print_barred(console: Console, barred: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """The coaches who may not, gathered by the rules that bar them."""
    by_rules: dict[tuple[str, ...], list[str]] = {}
    for coach, rules in barred:
        by_rules.setdefault(rules, []).append(coach)
    for rules, coaches in sorted(by_rules.items(), key=lambda item: (-len(item[1]), item[0])):
        all_rules = reduce(lambda one, other: said("{one} and {other}", one=one, other=other), rules)
        shown = ", ".join(coaches[:8])
        line = said("Barred by {rules}: {coaches}", rules=all_rules, coaches=shown)
        if len(coaches) > 8:
            line = said(
                "Barred by {rules}: {coaches} … ({all} coaches)",
                rules=all_rules,
                coaches=shown,
                all=len(coaches),
            )
        console.print(texts().of(line))


def _read(
    region: Path,
    plan: Path,
    policy_file: Path | None,
    set_aside: bool,
    headings: Path | None,
    watch: Stopwatch,
) -> tuple[Snapshot, Policy, pl.DataFrame]:
    """Facts, policy (by default the one kept with the plan) and the plan's rows."""
    kept = (plan if plan.is_dir() else plan.parent) / "policy_in_force.yaml"
    with watch.phase("read"):
        policy = read_policy(policy_file or (kept if kept.exists() else None))
        snapshot = read_snapshot(
            current(region), policy=policy, headings=headings, set_aside=set_aside, progress=watch
        )
        if set_aside:
            snapshot = set_barred_pins_aside(snapshot, policy)
        rows = read_plan_rows(plan)
    return snapshot, policy, rows


def _certificate(path: Path) -> Certificate | None:
    if not path.exists():
        tell(
            said(
                "There is no certificate.json beside the plan: rules, limits and prices are checked, the proof is "
                "not."
            )
        )
        return None
    try:
        return Certificate.from_json(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = said("this is not a certificate")
        advice = said("Take the certificate.json that was written with the plan, or make the plan anew.")
        raise InputError([Complaint(str(path), 0, "", "", problem, advice)]) from error
