"""The house is in order: folders, sizes, prints, docstrings, and two roads that know the same names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from optimiser.allocation import prices as encoder_prices
from optimiser.allocation import rules as encoder_rules
from optimiser.domain.policy import Policy
from optimiser.quality import prices as check_prices
from optimiser.quality import rules as check_rules

ROOT = Path(__file__).parents[1]
FLOORS = {"domain", "tables", "solver", "quality", "allocation", "reports", "workspace", "cli"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
TEXTS = {".py", ".md", ".toml", ".txt", ".csv", ".j2", ".css", ".po", ".yaml", ".yml", ""}


def of(*folders: str) -> list[Path]:
    """Python files below some folders of the project."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def texts() -> list[Path]:
    """Every text file that belongs to the project."""
    tops = [path for path in ROOT.iterdir() if path.is_file()]
    below = [
        p
        for folder in ("optimiser", "tests", "benchmarks", "docs", ".ci")
        for p in (ROOT / folder).rglob("*")
    ]
    return sorted(
        p for p in tops + below if p.is_file() and p.suffix in TEXTS and "__pycache__" not in p.parts
    )


CODE = of("optimiser", "tests", "benchmarks")
NAMES = [str(path.relative_to(ROOT)) for path in CODE]


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a file, nested ones and methods among them."""
    return [n for n in ast.walk(parsed(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_folders_are_the_floors() -> None:
    """The package has the rooms of the architecture and no other."""
    rooms = {path.name for path in (ROOT / "optimiser").iterdir() if (path / "__init__.py").exists()}
    assert rooms == FLOORS


def test_tests_mirror_the_package() -> None:
    """Each room has its folder of tests."""
    assert {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")} >= FLOORS


@pytest.mark.parametrize("name", NAMES)
def test_files_are_short(name: str) -> None:
    """A file is split before it grows past what one can keep in mind."""
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("optimiser/")])
def test_functions_are_short(name: str) -> None:
    """No function is longer than a screen."""
    long = [f.name for f in functions(ROOT / name) if (f.end_lineno or 0) - f.lineno >= LONGEST_FUNCTION]
    assert not long


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("optimiser/") and "/cli/" not in n])
def test_only_the_commands_print(name: str) -> None:
    """Below the commands nothing prints."""
    calls = [n.func for n in ast.walk(parsed(ROOT / name)) if isinstance(n, ast.Call)]
    assert not [c for c in calls if isinstance(c, ast.Name) and c.id == "print"]


@pytest.mark.parametrize("name", [n for n in NAMES if n.startswith("optimiser/") and "/cli/" not in n])
def test_only_the_commands_know_the_time(name: str) -> None:
    """Below the commands there is neither a clock nor the module `random`."""
    tree = parsed(ROOT / name)
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    imported |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert not imported & {"time", "random"}
    asked = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert not asked & {"today", "utcnow", "perf_counter"}


@pytest.mark.parametrize("name", [n for n in NAMES if n.split("/")[-1].startswith("test_")])
def test_every_test_has_a_sentence(name: str) -> None:
    """Each test says in its docstring what is true when it passes."""
    tests = [f for f in functions(ROOT / name) if f.name.startswith("test")]
    assert tests, "a file of tests has tests"
    silent = [t.name for t in tests if " " not in (ast.get_docstring(t) or "").strip()]
    assert not silent


def test_nothing_points_to_one_machine_or_package_host() -> None:
    """No committed text holds a path of somebody's machine or the address of a package host."""
    machine = re.compile(r"(?<![\w./*}])/(?:home|root|work|opt|tmp|Users|mnt)/\w")
    host = re.compile(r"https?://[\w.\-]*(?:py" + r"pi|pythonhosted|files\.|conda|wheels)[\w.\-]*")
    for path in texts():
        text = path.read_text(encoding="utf-8")
        assert not machine.search(text), f"{path.name}: {machine.search(text)}"
        assert not host.search(text), f"{path.name}: {host.search(text)}"


def test_locked_versions_are_plain() -> None:
    """`constraints.txt` holds exact versions alone: no address, no path, nothing twice."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [p for p in pins if not re.fullmatch(r"[A-Za-z0-9_.\-]+==[0-9][0-9A-Za-z.]*", p)] == []
    names = [pin.split("==")[0].lower().replace("_", "-") for pin in pins]
    assert len(names) == len(set(names)) > 20


def test_every_dependency_is_locked() -> None:
    """What the project asks for, tools included, has its version in `constraints.txt`."""
    locked = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    }
    lists = re.findall(
        r"^(?:dependencies|dev) = \[(.*?)\]",
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        re.S | re.M,
    )
    wanted = {name.lower() for text in lists for name in re.findall(r'"([\w.\-]+)', text)} | {"setuptools"}
    assert len(wanted) > 12
    assert wanted <= locked


def test_both_roads_know_the_same_rules() -> None:
    """Encoder and check name the same rules, and the policy can switch each off."""
    assert set(encoder_rules.RULES) == set(check_rules.RULES)
    assert set(encoder_rules.RULES) | {"household"} == set(type(Policy().rules).model_fields)


def test_both_roads_know_the_same_prices() -> None:
    """Encoder and check name the same prices."""
    assert set(encoder_prices.PRICES) == set(check_prices.PRICES)
