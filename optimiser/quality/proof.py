"""What the check objects to in a certificate."""

from __future__ import annotations

from math import isclose, isfinite

from optimiser.domain.plan import Certificate, Finding, Multipliers
from optimiser.domain.texts import Message, said
from optimiser.quality.bounds import Bounds
from optimiser.quality.findings import SUMMED, listed
from optimiser.quality.recount import Recount

ABSOLUTE = 1e-6
"""Difference of two figures that is put down to the order of a sum."""


def facts_changed(certificate: Certificate, fingerprint: str, policy_fingerprint: str) -> list[Finding]:
    """Return one finding if the certificate is of other facts or of another policy."""
    facts = certificate.fingerprint != fingerprint
    policy = certificate.policy_fingerprint != policy_fingerprint
    if facts and policy:
        text = said(
            "the facts and the policy changed since the certificate was made, so it proves nothing here. "
            "Allocate anew, and keep the certificate as it was written."
        )
    elif facts:
        text = said(
            "the facts changed since the certificate was made, so it proves nothing here. "
            "Allocate anew, and keep the certificate as it was written."
        )
    elif policy:
        text = said(
            "the policy changed since the certificate was made, so it proves nothing here. "
            "Allocate anew, and keep the certificate as it was written."
        )
    else:
        return []
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
    found: list[tuple[str, Message]] = []
    for name, level in (("level1", certificate.level1), ("level2", certificate.level2)):
        found += _below_zero(name, level) + _unknown(name, level, set(coaches), set(areas))
        if level.moves and not isfinite(moves_limit):
            no_budget = said(
                "{level}.moves is {value!r}, but without a budget of moves it is 0. "
                "Allocate anew, and keep the certificate as it was written.",
                level=name,
                value=level.moves,
            )
            found.append(("", no_budget))
    if certificate.level1.unserved:
        one_level = said(
            "level1.unserved is {value!r}, but only level 2 has it. "
            "Allocate anew, and keep the certificate as it was written.",
            value=certificate.level1.unserved,
        )
        found.append(("", one_level))
    findings = listed("multipliers", len(found), lambda k: found[k])
    strangers = sorted(set(coaches) ^ set(certificate.component))
    labels = said(
        "every coach, and nobody else, has a component label; this one does not agree. "
        "Allocate anew, and keep the certificate as it was written."
    )
    return findings + listed("component", len(strangers), lambda k: (strangers[k], labels))


def _named(level: Multipliers) -> dict[str, dict[str, float]]:
    single = {"moves": {"": level.moves}, "unserved": {"": level.unserved}}
    return {"load": level.load, "heads": level.heads, "interpreter": level.interpreter} | single


def _below_zero(name: str, level: Multipliers) -> list[tuple[str, Message]]:
    """Multipliers that are negative or no number."""
    return [
        (
            subject,
            said(
                "{level}.{kind} is {value!r}; a multiplier is a number from 0 up. "
                "Allocate anew, and keep the certificate as it was written.",
                level=name,
                kind=kind,
                value=value,
            ),
        )
        for kind, values in _named(level).items()
        for subject, value in sorted(values.items())
        if not (isfinite(value) and value >= 0)
    ]


def _unknown(name: str, level: Multipliers, coaches: set[str], areas: set[str]) -> list[tuple[str, Message]]:
    """Multipliers of coaches or areas that the facts do not know."""
    known = {"load": coaches, "heads": coaches, "interpreter": areas}
    return [
        (
            subject,
            said(
                "{level}.{kind} names what the facts and limits do not know. "
                "Allocate anew, and keep the certificate as it was written.",
                level=name,
                kind=kind,
            ),
        )
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
    findings += listed("component", len(split), lambda k: ("", _split(split[k])))
    findings += _above("bound_minutes", bounds.minutes, found.objective_minutes)
    return findings + _above("unserved_bound", bounds.unserved, found.unserved_weighted)


def _split(labels: object) -> Message:
    return said(
        "components {labels} carry different labels, but a client or a limited area reaches into both. "
        "Allocate anew, and keep the certificate as it was written.",
        labels=str(labels),
    )


def _same(stored: float, found: float) -> bool:
    return isclose(stored, found, rel_tol=SUMMED, abs_tol=ABSOLUTE)


def _differ(name: str, stored: float, found: float) -> Finding:
    text = said(
        "the certificate says {stored!r}, the recount {found!r}: one of the two was changed. "
        "Allocate anew, and keep the certificate as it was written.",
        stored=stored,
        found=found,
    )
    return Finding(name, "", text)


def _above(name: str, bound: float, value: float) -> list[Finding]:
    """A bound above what the plan reaches: the plan then breaks something the bound relies on."""
    if bound <= value or _same(bound, value):
        return []
    text = said(
        "the bound {bound!r} is above what the plan reaches, {value!r}. Mend the other findings first.",
        bound=bound,
        value=value,
    )
    return [Finding(name, "", text)]
