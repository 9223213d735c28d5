"""`optimiser check` and `optimiser explain`: a plan that lies in a folder, seen from the facts."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from optimiser.allocation.explain import Explanation
from optimiser.allocation.pins import set_barred_pins_aside
from optimiser.cli.stopwatch import Stopwatch
from optimiser.cli.words import counted
from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.plan import Certificate, Finding
from optimiser.domain.policy import Policy
from optimiser.domain.snapshot import Snapshot
from optimiser.tables.plan_file import read_plan_rows
from optimiser.tables.policy_file import read_policy
from optimiser.tables.read import read_snapshot
from optimiser.workspace import current

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
    print(
        f"{counted(snapshot.clients.height, 'client')} recounted from the facts: {found.objective_minutes:,.2f} minutes a "
        f"month, {found.unserved:,} unserved."
    )
    names = {finding.name for finding in verdict.findings}
    if "fingerprint" in names:
        _say_of_other_facts(plan, snapshot, certificate)
    elif found.bound_minutes is not None and found.unserved_bound is not None:
        print(
            f"From the multipliers of the certificate: no plan can cost less than {found.bound_minutes:,.2f} "
            f"minutes with so many unserved, nor leave fewer than {found.unserved_bound:.0f} (weighted)."
        )
    if names & ROWS and "fingerprint" not in names and found.bound_minutes is not None:
        base = found.objective_minutes - found.overload_minutes
        above = (found.objective_minutes - found.bound_minutes) / base if base > 0 else 0.0
        print(
            f"The rows are not those that were certified. As they stand they cost {found.objective_minutes:,.0f} "
            f"minutes a month, within {100 * above:.3f} % of the best"
            + (", and keep every rule and limit." if names <= ROWS | FIGURES else ".")
        )
    count = len(verdict.findings)
    print(f"{counted(count, 'finding')}." if count else "No findings.")
    return not count


def _say_of_other_facts(plan: Path, snapshot: Snapshot, certificate: Certificate | None) -> None:
    """Whose plan this is, and where its facts may lie."""
    made_of = certificate.fingerprint[:12] if certificate else "unknown"
    print(
        f"The plan was made of the snapshot {made_of}; these facts are {snapshot.fingerprint()[:12]} "
        f"of {snapshot.date.isoformat()}, or the policy is another. Its proof says nothing here."
    )
    if (plan / "snapshot").is_dir():
        print(f"The facts it was made of lie beside it: optimiser check {plan / 'snapshot'} {plan}")


def _print_findings(findings: tuple[Finding, ...]) -> None:
    """How many of each name, then the first of each."""
    by_name: dict[str, list[Finding]] = {}
    for finding in findings:
        by_name.setdefault(finding.name, []).append(finding)
    for name, found in by_name.items():
        print(f"{len(found):,} x {name}" if len(found) > 1 else name)
        for finding in found[:SHOWN]:
            print(f"  {finding}")
        if len(found) > SHOWN:
            print(f"  … and {len(found) - SHOWN:,} more of {name}")


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
    said = rows.filter(pl.col("client_id") == client).row(0, named=True)
    _print_explanation(found, most)
    if said["barred_by"]:
        print(f"What bars the coaches: {said['barred_by']}.")
    if said["repair"]:
        print(f"Cheapest repairs: {said['repair']}.")


def _print_explanation(found: Explanation, most: int) -> None:
    screen = Console(highlight=False)
    # Into a file or a pipe the table is written as wide as it is.
    console = screen if screen.is_terminal else Console(highlight=False, width=160)
    console.print(f"[bold]{found.client_id}[/bold]: {found.status}, coach {found.coach_id or 'none'}", end="")
    console.print(f" (present coach {found.previous_coach_id or 'none'})")
    console.print(found.reason)
    console.print(f"Demand {found.demand_minutes:.1f} minutes a month.")
    if found.household:
        console.print(f"One household with {', '.join(found.household)}; the figures are for all of them.")
    table = Table(title="Coaches who may serve the client, minutes a month")
    names = sorted({name for a in found.alternatives for name in a.prices})
    for heading in ("coach", "difference", *names, "then full", "would break"):
        table.add_column(heading, justify="left" if heading in ("coach", "would break") else "right")
    for a in found.alternatives[:most]:
        prices = [f"{a.prices[name]:.1f}" for name in names]
        table.add_row(
            a.coach_id, f"{a.difference:+.1f}", *prices, f"{100 * a.utilisation:.0f} %", ", ".join(a.breaks)
        )
    console.print(table)
    if len(found.alternatives) > most:
        console.print(
            f"… and {len(found.alternatives) - most} more who may (--most {len(found.alternatives)})."
        )
    _print_barred(console, found.barred)


def _print_barred(console: Console, barred: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """The coaches who may not, gathered by the rules that bar them."""
    by_rules: dict[tuple[str, ...], list[str]] = {}
    for coach, rules in barred:
        by_rules.setdefault(rules, []).append(coach)
    for rules, coaches in sorted(by_rules.items(), key=lambda item: (-len(item[1]), item[0])):
        shown = ", ".join(coaches[:8]) + (f" … ({len(coaches)} coaches)" if len(coaches) > 8 else "")
        console.print(f"Barred by {' and '.join(rules)}: {shown}")


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
        print(
            "There is no certificate.json beside the plan: rules, limits and prices are checked, the proof is not."
        )
        return None
    try:
        return Certificate.from_json(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        advice = "Take the certificate.json that was written with the plan, or make the plan anew."
        raise InputError([Complaint(str(path), 0, "", "", "this is not a certificate", advice)]) from error
