"""What the check objects to in a certificate."""

from __future__ import annotations

from math import isclose, isfinite

from optimiser.domain.plan import Certificate, Finding, Multipliers
from optimiser.quality.bounds import Bounds
from optimiser.quality.findings import SUMMED, listed
from optimiser.quality.recount import Recount

ABSOLUTE = 1e-6
"""Difference of two figures that is put down to the order of a sum."""
ADVICE = "Allocate anew, and keep the certificate as it was written."


def facts_changed(certificate: Certificate, fingerprint: str, policy_fingerprint: str) -> list[Finding]:
    """Return one finding if the certificate is of other facts or of another policy."""
    changed = []
    if certificate.fingerprint != fingerprint:
        changed.append("the facts")
    if certificate.policy_fingerprint != policy_fingerprint:
        changed.append("the policy")
    if not changed:
        return []
    text = (
        f"{' and '.join(changed)} changed since the certificate was made, so it proves nothing here. {ADVICE}"
    )
    return [Finding("fingerprint", "", text)]


def unusable(
    certificate: Certificate, coaches: tuple[str, ...], areas: tuple[str, ...], moves_limit: float
) -> list[Finding]:
    """Return what makes the multipliers or the component labels unfit for a bound.

    Parameters
    ----------
    certificate : Certificate
        What is to prove the plan.
    coaches, areas : tuple of str
        All coaches, and the areas with a limit of interpreter minutes.
    moves_limit : float
        Most clients who may move; infinite for no limit.
    """
    found = []
    for name, level in (("level1", certificate.level1), ("level2", certificate.level2)):
        found += _below_zero(name, level) + _unknown(name, level, set(coaches), set(areas))
        if level.moves and not isfinite(moves_limit):
            found.append(
                ("", f"{name}.moves is {level.moves}, but without a budget of moves it is 0. {ADVICE}")
            )
    if certificate.level1.unserved:
        found.append(
            ("", f"level1.unserved is {certificate.level1.unserved}, but only level 2 has it. {ADVICE}")
        )
    findings = listed("multipliers", len(found), lambda k: found[k])
    strangers = sorted(set(coaches) ^ set(certificate.component))
    labels = f"every coach, and nobody else, has a component label; this one does not agree. {ADVICE}"
    return findings + listed("component", len(strangers), lambda k: (strangers[k], labels))


def _named(level: Multipliers) -> dict[str, dict[str, float]]:
    single = {"moves": {"": level.moves}, "unserved": {"": level.unserved}}
    return {"load": level.load, "heads": level.heads, "interpreter": level.interpreter} | single


def _below_zero(name: str, level: Multipliers) -> list[tuple[str, str]]:
    """Multipliers that are negative or no number."""
    return [
        (subject, f"{name}.{kind} is {value}; a multiplier is a number from 0 up. {ADVICE}")
        for kind, values in _named(level).items()
        for subject, value in sorted(values.items())
        if not (isfinite(value) and value >= 0)
    ]


def _unknown(name: str, level: Multipliers, coaches: set[str], areas: set[str]) -> list[tuple[str, str]]:
    """Multipliers of coaches or areas that the facts do not know."""
    known = {"load": coaches, "heads": coaches, "interpreter": areas}
    return [
        (subject, f"{name}.{kind} names what the facts and limits do not know. {ADVICE}")
        for kind, there in known.items()
        for subject in sorted(set(_named(level)[kind]) - there)
    ]


def proof_findings(certificate: Certificate, found: Recount, bounds: Bounds | None) -> list[Finding]:
    """Return what the recount contradicts in the certificate.

    Parameters
    ----------
    certificate : Certificate
        Of the same facts and policy.
    found : Recount
        The plan as the facts have it.
    bounds : Bounds or None
        What its multipliers prove; None where they prove nothing.
    """
    pairs = {
        "objective_minutes": (certificate.objective_minutes, found.objective_minutes),
        "overload_minutes": (certificate.overload_minutes, found.overload_minutes),
        "unserved_weighted": (certificate.unserved_weighted, found.unserved_weighted),
    }
    if bounds is not None:
        pairs["unserved_bound"] = (certificate.unserved_bound, bounds.unserved)
        pairs["bound_minutes"] = (certificate.bound_minutes, bounds.minutes)
    findings = [_differ(name, *both) for name, both in pairs.items() if not _same(*both)]
    if bounds is None:
        return findings
    split = bounds.split
    labels = "carry different labels, but a client or a limited area reaches into both"
    findings += listed("component", len(split), lambda k: ("", f"components {split[k]} {labels}. {ADVICE}"))
    findings += _above("bound_minutes", bounds.minutes, found.objective_minutes)
    return findings + _above("unserved_bound", bounds.unserved, found.unserved_weighted)


def _same(stored: float, found: float) -> bool:
    return isclose(stored, found, rel_tol=SUMMED, abs_tol=ABSOLUTE)


def _differ(name: str, stored: float, found: float) -> Finding:
    text = f"the certificate says {stored!r}, the recount {found!r}: one of the two was changed. {ADVICE}"
    return Finding(name, "", text)


def _above(name: str, bound: float, value: float) -> list[Finding]:
    """A bound above what the plan reaches: the plan then breaks something the bound relies on."""
    if bound <= value or _same(bound, value):
        return []
    text = f"the bound {bound!r} is above what the plan reaches, {value!r}. Mend the other findings first."
    return [Finding(name, "", text)]
