"""The policy as a file: read with complaints in their place, written so that it reads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimiser.domain.errors import Complaint, InputError
from optimiser.domain.policy import HandoverTier, Limits, Policy
from optimiser.domain.policy_rules import LanguageRule, Rules
from optimiser.tables.policy_file import policy_text, read_policy


def complaints_of(path: Path, text: str) -> list[Complaint]:
    """What is said about a policy that must be refused."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_policy(path)
    assert all(c.advice for c in caught.value.complaints)
    return list(caught.value.complaints)


def test_no_file_is_the_default() -> None:
    """Without a file the defaults hold."""
    assert read_policy(None) == Policy()


@pytest.mark.parametrize(
    "policy",
    [
        Policy(),
        Policy(name="on"),
        Policy(
            name='Syksy: 2021 # "luonnos"',
            limits=Limits(heads=120, interpreter_minutes={"020": 30, "Etelä-Pirkanmaa": 12.25, "no": 1}),
            rules=Rules(language=LanguageRule(modes={"no": "coach"}, enough_in={"en": "C1"})),
        ),
    ],
)
def test_written_policy_reads_back(tmp_path: Path, policy: Policy) -> None:
    """The commented text gives the same policy, codes and awkward words included."""
    file = tmp_path / "policy.yaml"
    file.write_text(policy_text(policy), encoding="utf-8")
    assert read_policy(file) == policy
    assert read_policy(file).fingerprint() == policy.fingerprint()


def test_every_field_is_explained() -> None:
    """Each field stands below its explanation and unit."""
    lines = [line.strip() for line in policy_text().splitlines()]
    at = lines.index("max_minutes: 60")
    assert lines[at - 1] == "# Longest way by road, one way. Unit: min."
    sections = [Policy(), *(getattr(Policy(), name) for name in ("prices", "workload", "capacity", "limits"))]
    for section in sections:
        for name, info in type(section).model_fields.items():
            own = [i for i, line in enumerate(lines) if line.split(":")[0] == name]
            assert own, name
            assert not info.description or any(info.description in lines[i - 1] for i in own), name


def test_part_of_a_policy(tmp_path: Path) -> None:
    """What is left out has its default; units may be written; an only commented file is the default."""
    file = tmp_path / "policy.yaml"
    file.write_text(
        "prices:\n  specialism: 20 min\nlimits:\n  interpreter_minutes: {020: 45, 091: 0,5}\n".replace(
            "0,5", "1"
        )
    )
    policy = read_policy(file)
    assert policy.prices.specialism == 20
    assert policy.limits.interpreter_minutes == {"020": 45, "091": 1}
    assert policy.prices.handover.tiers[0] == HandoverTier(until_months=3, factor=0.5)
    file.write_text("# nothing yet\n")
    assert read_policy(file) == Policy()


def test_complaints_stand_in_their_place(tmp_path: Path) -> None:
    """Unknown keys, wrong units and bad values come together, with line, key, value and advice."""
    found = complaints_of(
        tmp_path / "p.yaml",
        "rules:\n  travel: {max_minutes: 45 km}\n  languag: 3\nprices:\n  handover:\n    tiers:\n"
        "      - {until_months: 3, factr: 1}\n      - factor: -1\nlimits:\n  load: much\n",
    )
    said = [(c.line, c.column, c.value) for c in found]
    assert said == [
        (2, "rules.travel.max_minutes", "45 km"),
        (3, "rules.languag", "3"),
        (7, "prices.handover.tiers.0.factr", "1"),
        (8, "prices.handover.tiers.1.factor", "-1"),
        (10, "limits.load", "much"),
    ]
    assert "the unit is 'min', not 'km'" in found[0].problem
    assert found[1].advice == "Did you mean language?"
    assert found[2].advice == "Did you mean factor?"


CONTRADICTIONS = [
    ("rules:\n  age_group: {youth_until: 50, adult_until: 40}\n", 2, "rules.age_group"),
    ("load_curve:\n  breaks: [0, 2, 1]\n", 1, "load_curve"),
    ("name: a\nname: b\n", 2, "name"),
    ("rules:\n  language:\n    modes:\n      fin: coach\n", 4, "rules.language.modes.fin"),
    ("name: &x a\nrhythms: *x\n", 1, ""),
    ("name: [a\n", 2, ""),
    ("- a\n- b\n", 1, ""),
    ("", 0, ""),
]


@pytest.mark.parametrize(("text", "line", "column"), CONTRADICTIONS)
def test_contradictions_and_broken_files(tmp_path: Path, text: str, line: int, column: str) -> None:
    """Contradictions, doubled keys, anchors and files that are no policy are refused with their line."""
    first = complaints_of(tmp_path / "p.yaml", text)[0]
    assert (first.line, first.column) == (line, column)


def test_a_policy_that_is_not_there(tmp_path: Path) -> None:
    """A missing file is an error with advice."""
    with pytest.raises(InputError, match="cannot be opened"):
        read_policy(tmp_path / "none.yaml")
